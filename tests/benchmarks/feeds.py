"""A person's feed of 250 entries over HTTP, beside handlers that return constant bytes.

Run it with ``python -m tests.benchmarks.feeds``, or with the URL of an empty PostgreSQL database behind it.
One worker serves, one connection asks, one request after the other, of 25 addresses of the feed in turn, each
with an alarm of its own, so that none can use what was rendered for another: asked again unchanged (304), the
whole calendar unchanged (200), after one shift has changed, and after all have. Between a change and the next
each address is asked for once. Besides the time by the clock it takes the server's processor time, which
other work on the machine disturbs less. Ratios hold on any machine.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from litestar import Litestar, Response
from litestar import get as route

from volunteer_core.calendars.models import FeedKind
from volunteer_core.calendars.options import Options
from volunteer_core.calendars.subscriptions import subscribe
from volunteer_core.database import Database
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office
from volunteer_core.people.registry import register
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_community, add_site
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.publishing import publish_week
from volunteer_core.rosters.shifts import add_shift, change_shift
from volunteer_core.teams.membership import found_team, join
from volunteer_core.teams.programmes import rename_programme, set_up_programme
from volunteer_core.timespans import at, week_of
from volunteer_core.workdays.daybook import DayRule

ENTRIES = 250
ADDRESSES = 25
NOW = datetime(2026, 1, 1, 4, tzinfo=UTC)
FIRST = date(2026, 1, 5)
SCRIPT = Actor.system("benchmark")
BODY = "VOLUNTEER_BENCHMARK_BODY"


def app() -> Litestar:
    """The application, and beside its routes two that return constant bytes."""
    from api.serving import app as served

    body = Path(os.environ[BODY]).read_bytes()

    @route("/bare/nothing")
    async def nothing() -> Response[bytes]:
        return Response(b"", status_code=304)

    @route("/bare/calendar")
    async def calendar() -> Response[bytes]:
        return Response(body, media_type="text/calendar")

    application = served()
    application.register(nothing)
    application.register(calendar)
    return application


class Town:
    """One person on 250 shifts of a programme."""

    def __init__(self, office: Database) -> None:
        self.office, self.changes = office, 0
        with office.write(by=SCRIPT) as work:
            community = add_community(work, code="C1", name="凤翔社区").id
            site = add_site(work, community_id=community, code="S1", name="活动室", address="凤翔路 1 号").id
            team = found_team(work, code="T1", name="全职太太俱乐部").id
            self.programme = set_up_programme(
                work, code="P1", name="每周两小时", team_id=team, day_rule=DayRule.EVERY_DAY
            ).id
            born = date(1985, 3, 1)
            person = register(work, code="A1", name="合成", birth_date=born, community_id=community).id
            join(work, team_id=team, person_id=person, on=FIRST)
            self.shifts = []
            for number in range(ENTRIES):
                day = FIRST + timedelta(days=number)
                starts_at, ends_at = at(day, clock_time(17)), at(day, clock_time(18))
                span = {"starts_at": starts_at, "ends_at": ends_at, "minimum": 1, "maximum": 2}
                self.shifts.append(add_shift(work, programme_id=self.programme, site_id=site, **span).id)
                assign(work, shift_id=self.shifts[-1], person_id=person)
            for number in range(0, ENTRIES, 7):
                week = str(week_of(FIRST + timedelta(days=number)))
                publish_week(work, programme_id=self.programme, site_id=site, week=week)
            self.secrets = [
                subscribe(
                    work,
                    kind=FeedKind.PERSON,
                    subject_id=person,
                    label="手机",
                    options=Options(alarm_minutes=minutes),
                ).secret
                for minutes in range(ADDRESSES)
            ]

    def change_one(self) -> None:
        self.changes += 1
        with self.office.write(by=SCRIPT) as work:
            change_shift(work, shift_id=self.shifts[self.changes % ENTRIES], note=f"第 {self.changes} 次更改")

    def change_all(self) -> None:
        self.changes += 1
        with self.office.write(by=SCRIPT) as work:
            rename_programme(work, programme_id=self.programme, name=f"每周两小时 {self.changes}")


class Client:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str, *, etag: str = "") -> tuple[int, dict[str, str], bytes]:
        condition = f"If-None-Match: {etag}\r\n" if etag else ""
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n{condition}\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        pieces, missing = [body], int(headers.get("content-length", 0)) - len(body)
        while missing > 0:
            pieces.append(self._more())
            missing -= len(pieces[-1])
        return int(status.split()[1]), headers, b"".join(pieces)

    def _more(self) -> bytes:
        data = self._socket.recv(262_144)
        if not data:
            raise ConnectionError("the server has hung up")
        return data


@contextmanager
def serve(url: str, body: Path) -> Iterator[tuple[int, int]]:
    """The port and the process id of the one worker that serves."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    start = (
        "from granian.server import Server; from granian.constants import Interfaces;"
        f"Server('{__spec__.name}:app', address='127.0.0.1', port={port}, interface=Interfaces.ASGI, "
        "workers=1, factory=True, websockets=False, log_enabled=False).serve()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", start],
        env={**os.environ, "VOLUNTEER_DATABASE_URL": url, "VOLUNTEER_NOW": NOW.isoformat(), BODY: str(body)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(200):
            time.sleep(0.1)
            try:
                Client(port).get("/ready")
                break
            except OSError:
                continue
        children = (
            Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
        )
        yield port, max(map(int, children))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def cpu(process_id: int) -> float:
    """Seconds of processor time a process has taken."""
    tasks = Path(f"/proc/{process_id}/task").iterdir()
    return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


def measure(url: str, folder: Path) -> None:
    office = open_office(url, clock=lambda: NOW)
    upgrade(office)
    town = Town(office)
    feeds = [f"/feeds/{secret}.ics" for secret in town.secrets]
    body = folder / "body.ics"
    body.write_bytes(b"")
    with serve(url, body) as (port, _):
        body.write_bytes(Client(port).get(feeds[0])[2])
    with serve(url, body) as (port, server):
        client = Client(port)
        etags = {path: client.get(path)[1]["etag"] for path in feeds}
        size = len(client.get(feeds[0])[2])
        print(f"{office.engine.dialect.name}, {ENTRIES} entries, {size:,} bytes, 1 worker, 1 connection")
        print(f"  {'':38}{'requests/s':>12}{'ratio':>8}{'server µs':>12}{'ratio':>8}")

        def run(
            name: str,
            rounds: int,
            paths: list[str],
            status: int,
            *,
            known: bool = False,
            before: Callable[[], None] = lambda: None,
            beside: tuple[float, float] | None = None,
        ) -> tuple[float, float]:
            taken, computed = 0.0, 0.0
            for _ in range(rounds):
                before()
                used, start = cpu(server), time.perf_counter()
                for path in paths:
                    answered, _, _ = client.get(path, etag=etags[path] if known else "")
                    assert answered == status, answered
                taken += time.perf_counter() - start
                computed += cpu(server) - used
            one, of_server = taken / rounds / len(paths), computed / rounds / len(paths)
            ratios = (beside[0] / one, beside[1] / of_server) if beside else (1.0, 1.0)
            print(f"  {name:38}{1 / one:12,.0f}{ratios[0]:8.2f}{of_server * 1e6:12,.0f}{ratios[1]:8.2f}")
            return one, of_server

        bare = run("bare handler, 304", 160, ["/bare/nothing"] * ADDRESSES, 304)
        run("feed unchanged, 304", 160, feeds, 304, known=True, beside=bare)
        same = run("bare handler, same bytes", 160, ["/bare/calendar"] * ADDRESSES, 200)
        warm = run("feed unchanged, 200", 160, feeds, 200, beside=same)
        run("feed after one change (to a warm 200)", 40, feeds, 200, before=town.change_one, beside=warm)
        run("feed all anew (to a warm 200)", 4, feeds, 200, before=town.change_all, beside=warm)
    office.dispose()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        given = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{scratch}/office.sqlite3"
        measure(given, Path(scratch))
