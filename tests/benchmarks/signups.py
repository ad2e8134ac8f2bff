"""Sign-ups for 40 seats from 8 processes, over HTTP and without it, as shares of bare transactions that
insert one row in the same run: ``python -m tests.benchmarks.signups``."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import select

from tests import postgres_server
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.events import racing
from tests.events.bare_rows import PATH, insert_one, make_table
from tests.events.lecture import NOW, Lecture, announce_lecture, clock
from tests.events.racing import Arrival
from tests.running import running
from volunteer_core.access.tokens import issue_token
from volunteer_core.database import Database
from volunteer_core.events.models import Signup, SignupStatus
from volunteer_core.opening import open_office

PEOPLE = 2000
FEWER = 400
"""People of what is only compared with."""
SEATS = 40
WORKERS = 2
BARE_ROWS = ("tests.events.bare_rows",)


class Sent(NamedTuple):
    """A request to send: who, where, and the key it is sent with."""

    person_id: int
    path: str
    headers: dict[str, str]


class Made(msgspec.Struct):
    """Of an answer, the place in the line."""

    number: int = 0


def bare(office: Database, _position_id: int, person_id: int) -> int:
    insert_one(office, person_id)
    return person_id


def send_all(base: str, requests: Sequence[Sent]) -> list[Arrival]:
    """Sends requests one after the other, through one connection as a phone would."""
    with closing(HTTPConnection(urlsplit(base).netloc)) as connection:
        racing.start.wait(racing.PATIENCE_SECONDS)
        return [send(connection, request) for request in requests]


def send(connection: HTTPConnection, request: Sent) -> Arrival:
    sent = time.monotonic_ns()
    while True:
        connection.request("POST", request.path, b'{"person_id": %d}' % request.person_id, request.headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 201:
            return Arrival(sent, time.monotonic_ns(), msgspec.json.decode(body, type=Made).number)
        if answer.status != 503:  # as that says, try again
            raise RuntimeError(body.decode())


def over_http(pool: ProcessPoolExecutor, base: str, requests: Sequence[Sent]) -> list[Arrival]:
    """What came of requests that all processes send, beginning at the same moment."""
    shares = [requests[first :: racing.PROCESSES] for first in range(racing.PROCESSES)]
    jobs = [pool.submit(send_all, base, share) for share in shares]
    return [arrival for job in jobs for arrival in job.result()]


def by_turns(base: str, *kinds: Sequence[Sent]) -> list[list[Arrival]]:
    """What came of requests of each kind, sent by nobody else, one after the other and by turns."""
    with closing(HTTPConnection(urlsplit(base).netloc)) as connection:
        turns = [[send(connection, request) for request in turn] for turn in zip(*kinds, strict=True)]
    return [list(of_kind) for of_kind in zip(*turns, strict=True)]


def check(lecture: Lecture, position_id: int, arrivals: list[Arrival], people: int) -> None:
    """Exactly as many have seats as there are, and the line is gapless and in the order of commits."""
    with lecture.read() as work:
        line = select(Signup.id, Signup.number, Signup.status).where(Signup.position_id == position_id)
        rows = work.execute(line.order_by(Signup.id)).all()
    assert [row.number for row in rows] == list(range(1, people + 1))  # ids are given as rows are committed
    assert [row.status for row in rows[:SEATS]] == [SignupStatus.CONFIRMED] * SEATS
    assert {row.status for row in rows[SEATS:]} == {SignupStatus.WAITING}
    assert racing.nobody_overtook(arrivals)


class Pace(NamedTuple):
    """How fast something was."""

    name: str
    number: int
    per_second: float
    p50_ms: float
    p99_ms: float


def pace(name: str, arrivals: list[Arrival]) -> Pace:
    first = min(arrival.sent for arrival in arrivals)
    last = max(arrival.answered for arrival in arrivals)
    took = sorted((arrival.answered - arrival.sent) / 1e6 for arrival in arrivals)
    number = len(took)
    return Pace(name, number, number / (last - first) * 1e9, took[number // 2], took[number * 99 // 100])


def measure(name: str, databases: Databases) -> None:
    with databases.new(tables=True) as url, racing.crowd() as pool:
        make_table(url)
        office = open_office(url)
        lecture = announce_lecture(office, people=PEOPLE, seats=SEATS)
        tokens = {}
        with lecture.write() as work:
            for person in lecture.people:
                secret = issue_token(work, person_id=person, label="手机").secret
                tokens[person] = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        positions = [lecture.audience]
        for day in (1, 2, 3):
            starts = clock(15) + timedelta(days=day)
            held = lecture.hold_event(starts, starts + timedelta(hours=1), capacity=SEATS, earns_hours=False)
            positions.append(held[1])

        def requests(path: str, people: int, **more: str) -> list[Sent]:
            return [
                Sent(one, path, tokens[one] | {name: f"{value}-{one:08}" for name, value in more.items()})
                for one in lecture.people[:people]
            ]

        def signups(position: int, people: int, **more: str) -> list[Sent]:
            return requests(f"/v1/positions/{position}/signups", people, **more)

        with running(url, now=NOW, workers=WORKERS, module=BARE_ROWS) as base:
            over_http(pool, base, requests(PATH, 80))  # warms up
            rows = over_http(pool, base, requests(PATH, FEWER))
            many = over_http(pool, base, signups(positions[0], PEOPLE))
            keyed = signups(positions[2], FEWER, **{"Idempotency-Key": "benchmark"})
            without, with_key = by_turns(base, signups(positions[1], FEWER), keyed)
        check(lecture, positions[0], many, PEOPLE)
        check(lecture, positions[1], without, FEWER)
        check(lecture, positions[2], with_key, FEWER)
        direct, bare_rows = (
            racing.rush(pool, way, url, positions[3], lecture.people[:FEWER])
            for way in (racing.properly, bare)
        )
        check(lecture, positions[3], direct, FEWER)
        office.dispose()
    show(
        name,
        pace("one row, no HTTP", bare_rows),
        pace("one row over HTTP", rows),
        pace("sign-ups over HTTP", many),
        pace("sign-ups, no HTTP", direct),
    )
    ms, keyed_ms = pace("", without).p50_ms, pace("", with_key).p50_ms
    print(f"  one at a time: {ms:.1f} ms, with a key {keyed_ms:.1f} ms, {keyed_ms / ms:.2f} times as long\n")


def show(name: str, bare: Pace, bare_over_http: Pace, *others: Pace) -> None:
    print(f"{name:<20} number  per second   p50 ms   p99 ms   of {bare.name}   of {bare_over_http.name}")
    for one in (bare, bare_over_http, *others):
        print(
            f"  {one.name:<18} {one.number:6} {one.per_second:11.0f} {one.p50_ms:8.1f} {one.p99_ms:8.1f}"
            f" {one.per_second / bare.per_second:21.3f} {one.per_second / bare_over_http.per_second:22.3f}"
        )


def main() -> None:
    print(f"{SEATS} seats, {racing.PROCESSES} processes that sign up, {WORKERS} that answer")
    with tempfile.TemporaryDirectory(dir=postgres_server.roomy_folder()) as folder:
        measure("SQLite", SqliteDatabases(Path(folder)))
    try:
        server = postgres_server.Server()
    except postgres_server.NoServer as refusal:
        print(f"PostgreSQL  not measured: {refusal}")
        return
    try:
        databases = PostgresDatabases(server.url)
        measure("PostgreSQL", databases)
        databases.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
