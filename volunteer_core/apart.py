"""Running something in a process of its own, which has so much time and memory and no more.

What reads a stranger's file may be made to take hours, and a parser may have surprises: what runs apart
can be killed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

NEEDED = ("SYSTEMROOT", "LD_LIBRARY_PATH")
"""What an interpreter may need of the environment to start; nothing else of it is passed on."""

ROOT = str(Path(__file__).parent.parent)


class Killed(Exception):
    """The process took more time or memory than it may, and was ended."""


class Failed(Exception):
    """The process ended by itself without an answer."""


def start_of(module: str) -> str:
    """The code that runs a module's ``main``. Python's isolated mode knows neither the folder it stands in
    nor PYTHONPATH, so it is told the core's."""
    return f"import sys; sys.path.insert(0, sys.argv[1]); from {module} import main; main()"


def answer(start: str, data: bytes, *arguments: str, seconds: float) -> bytes:
    """What the process writes to its standard output, given the data on its standard input.

    ``seconds`` are of the clock. Hold no connection meanwhile.
    """
    environment = {name: os.environ[name] for name in NEEDED if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - nothing in the command is of the data
            [sys.executable, "-I", "-c", start, ROOT, *arguments],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may quote the data
            env=environment,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Killed from None
    if done.returncode < 0:
        raise Killed
    if done.returncode > 0:
        raise Failed
    return done.stdout


def limit(*, cpu_seconds: int, memory_bytes: int) -> None:
    """Bounds this process's time and memory where the system can; elsewhere only the clock ends it.
    Whatever else runs goes first."""
    try:
        import resource
    except ImportError:
        return
    with suppress(OSError):
        os.nice(10)
    for kind, most in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most_now = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most_now, most_now))
