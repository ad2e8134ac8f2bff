"""Sign-ups a second for 40 seats from 8 processes, as a share of bare one-row transactions in the same
run: ``python -m tests.benchmarks.signups``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from sqlalchemy import create_engine, text

from tests import postgres_server
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.events import racing
from tests.events.lecture import announce_lecture
from volunteer_core.database import Database
from volunteer_core.opening import open_office

PEOPLE = 400
SEATS = 40
WARM_UP = 80


def bare(office: Database, _position_id: int, person_id: int) -> int:
    """The least a sign-up could cost: one row, in a transaction of its own."""
    with office.write(by=racing.SCRIPT) as work:
        work.connection().execute(text("INSERT INTO bare_rows VALUES (:n)"), {"n": person_id})
    return person_id


def per_second(
    pool: ProcessPoolExecutor,
    way: Callable[[Database, int, int], int],
    url: str,
    position_id: int,
    people: list[int],
) -> float:
    racing.rush(pool, way, url, position_id, people[:WARM_UP])
    arrivals = racing.rush(pool, way, url, position_id, people[WARM_UP:])
    first = min(arrival.sent for arrival in arrivals)
    last = max(arrival.answered for arrival in arrivals)
    return len(arrivals) / (last - first) * 1e9


def measure(name: str, databases: Databases) -> None:
    with databases.new(tables=True) as url, racing.crowd() as pool:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE bare_rows (n INTEGER NOT NULL)"))
        engine.dispose()
        office = open_office(url)
        people = announce_lecture(office, people=PEOPLE, seats=WARM_UP + SEATS)
        office.dispose()
        rows = per_second(pool, bare, url, people.audience, people.people)
        signups = per_second(pool, racing.properly, url, people.audience, people.people)
    print(f"{name:<11} {signups:7.0f} sign-ups/s   {rows:7.0f} bare rows/s   ratio {signups / rows:.3f}")


def main() -> None:
    print(f"{PEOPLE - WARM_UP} sign-ups for {SEATS} seats from {racing.PROCESSES} processes")
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
