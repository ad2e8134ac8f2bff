"""The month's tally of a large office, as a ratio to bare SQL in the same run, and what the summary
costs: ``python -m tests.benchmarks.tallies [entries]`` (a million unless said otherwise, of 20,000 people
in five years)."""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.schema import CreateIndex

from tests import postgres_server
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from volunteer_core.database import Database, Work
from volunteer_core.hours.dimensions import Dimension
from volunteer_core.hours.ledger import balance
from volunteer_core.hours.models import LedgerEntry
from volunteer_core.hours.periods import Period
from volunteer_core.hours.tallies import Filters, tally
from volunteer_core.hours.verifying import sum_up_anew, verify
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor

PEOPLE, TEAMS, COMMUNITIES, GRIDS, PROGRAMMES = 20_000, 60, 5, 45, 8
FIRST, DAYS = date(2022, 1, 1), 1826
MONTH = {"first": date(2026, 11, 1), "last": date(2026, 11, 30)}
YEAR = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
ROUNDS, INSERTS, CHUNK = 15, 4_000, 50_000
SCRIPT, NOW = Actor.system("benchmark"), datetime(2026, 12, 3, 4, tzinfo=UTC)
COLUMNS = (
    "person_id", "kind", "minutes", "civil_date", "iso_year", "iso_week", "team_id", "programme_id",
    "community_id", "grid_id", "home_community_id", "source", "what", "place", "recording_body",
    "recorded_at", "reason",
)  # fmt: skip
VALUES = ", ".join(f":{column}" for column in COLUMNS)
INSERT = f"INSERT INTO ledger_entries ({', '.join(COLUMNS)}) VALUES ({VALUES})"

FIGURES = (
    "sum(service) service, sum(duty) duty, sum(training) training, "
    "sum(CASE WHEN service > 0 THEN 1 ELSE 0 END) people"
)
OF_SUMMARY = "sum(service) service, sum(paid_duty) duty, sum(training) training"
OF_LEDGER = (
    "sum(CASE WHEN kind IN ('service', 'adjustment') THEN minutes ELSE 0 END) service, "
    "sum(CASE WHEN kind = 'paid_duty' THEN minutes ELSE 0 END) duty, "
    "sum(CASE WHEN kind = 'training' THEN minutes ELSE 0 END) training"
)
SUMMARY = (OF_SUMMARY, "month_sums WHERE month = '2026-11-01'")
LEDGER = (OF_LEDGER, "ledger_entries WHERE civil_date BETWEEN '2026-11-01' AND '2026-11-30'")


def bare(connection: Connection, column: str, where: tuple[str, str]) -> Any:
    """The lines and the total by hand-written SQL: the same figures without names."""
    sums, rows = where
    each = f"SELECT {column} k, person_id, {sums} FROM {rows} GROUP BY 1, 2"
    lines = f"SELECT k, {FIGURES} FROM ({each}) e GROUP BY k"
    total = f"SELECT {FIGURES} FROM (SELECT person_id, {sums} FROM {rows} GROUP BY 1) e"
    return (
        connection.exec_driver_sql(lines).all(),
        connection.exec_driver_sql(total).all(),
    )


def entries(number: int) -> Iterator[tuple[Any, ...]]:
    """Entries in the order of their dates: a person mostly serves for their own team at home."""
    chance = random.Random(20261125)
    per_day = number / DAYS
    done = 0
    for day in range(DAYS):
        civil = FIRST + timedelta(days=day)
        week = civil.isocalendar()
        at = datetime(civil.year, civil.month, civil.day, 10, tzinfo=UTC)
        while done < per_day * (day + 1):
            person = chance.randrange(PEOPLE)
            home, elsewhere = person % COMMUNITIES, chance.random() < 0.15
            community = chance.randrange(COMMUNITIES) if elsewhere else home
            team = (person * 7 + elsewhere * 13) % TEAMS
            kind = ("service", "service", "service", "paid_duty", "training")[chance.randrange(5)]
            yield (
                person + 1, kind if chance.random() < 0.3 else "service", 30 + 15 * chance.randrange(7),
                civil, week.year, week.week, team + 1, team % PROGRAMMES + 1, community + 1,
                (community * 9 + person % 9) + 1, home + 1, "attendance", "五点学堂", "三峰学堂",
                "凤翔街道办事处", at, "",
            )  # fmt: skip
            done += 1


def people(connection: Connection) -> None:
    for table, number, more in (
        ("communities", COMMUNITIES, ""),
        ("teams", TEAMS, ", purpose, discreet"),
        ("programmes", PROGRAMMES, ", day_rule, duty, minds_children, emergency"),
        ("people", PEOPLE, ", phone, registered_at"),
        ("grids", GRIDS, ", community_id"),
    ):
        values = {
            "communities": "", "teams": ", '', false", "programmes": ", 'every_day', false, false, false",
            "people": ", '', '2022-01-01 00:00:00'", "grids": ", 1",
        }[table]  # fmt: skip
        connection.execute(
            text(f"INSERT INTO {table} (id, code, name{more}) VALUES (:n, :code, :name{values})"),
            [{"n": n, "code": f"{table[0]}{n}", "name": f"甲{n}"} for n in range(1, number + 1)],
        )


def fill(office: Database, number: int) -> None:
    """Past the rules, for ten million; the summary is then made from the ledger."""
    table = LedgerEntry.__table__
    assert isinstance(table, Table)
    with office.engine.begin() as connection:
        people(connection)
        for index in table.indexes:
            connection.exec_driver_sql(f"DROP INDEX {index.name}")
        put_back = drop_trigger(office, connection)
        if office.is_sqlite:
            insert = (
                f"INSERT INTO ledger_entries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
            )
            raw: Any = connection.connection.driver_connection
            rows = (
                tuple(str(cell) if isinstance(cell, date) else cell for cell in row)
                for row in entries(number)
            )
            raw.executemany(insert, rows)
        else:
            raw = connection.connection.driver_connection
            with raw.cursor().copy(f"COPY ledger_entries ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for row in entries(number):
                    copy.write_row(row)
        for index in table.indexes:
            connection.execute(CreateIndex(index))
        connection.exec_driver_sql(put_back)
    with office.write(by=SCRIPT) as work:
        sum_up_anew(work)
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


TRIGGER = "tr_ledger_entries_sum"


def drop_trigger(office: Database, connection: Connection) -> str:
    """Takes the summary's trigger away; the statement that puts it back."""
    if office.is_sqlite:
        found = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = ?", (TRIGGER,)
        ).scalar()
        connection.exec_driver_sql(f"DROP TRIGGER {TRIGGER}")
    else:
        asked = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s"
        found = connection.exec_driver_sql(asked, (TRIGGER,)).scalar()
        connection.exec_driver_sql(f"DROP TRIGGER {TRIGGER} ON ledger_entries")
    return str(found)


def seconds(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of several rounds after one to warm up."""
    act()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def measure_tallies(office: Database) -> None:
    with office.read(by=SCRIPT, now=NOW) as work:
        connection = work.connection()
        print("  November by      tally ms   bare summary ms   ratio   bare ledger ms   ratio")
        for by, column in (
            (Dimension.COMMUNITY, "community_id"),
            (Dimension.TEAM, "team_id"),
            (Dimension.PERSON, "person_id"),
        ):
            ours = seconds(lambda by=by: tally(work, by=by, **MONTH))  # type: ignore[misc]
            summary = seconds(lambda column=column: bare(connection, column, SUMMARY))  # type: ignore[misc]
            ledger = seconds(lambda column=column: bare(connection, column, LEDGER), 3)  # type: ignore[misc]
            print(
                f"  {by.value:<14}{ours * 1e3:11.1f}{summary * 1e3:18.1f}{ours / summary:8.2f}"
                f"{ledger * 1e3:17.1f}{ours / ledger:8.3f}"
            )
        measure_person(work)
        start = time.perf_counter()
        assert verify(work) == []
        print(f"  verifying everything: {time.perf_counter() - start:.1f} s")


def measure_person(work: Work) -> None:
    numbers = random.Random(1).sample(range(1, PEOPLE + 1), 50)

    def year(person: int) -> object:
        return tally(work, by=Dimension.TEAM, period=Period.MONTH, filters=Filters(person_id=person), **YEAR)

    by_month = statistics.median(seconds(lambda p=p: year(p), 1) for p in numbers)  # type: ignore[misc]
    sums = statistics.median(
        seconds(lambda p=p: balance(work, person_id=p, **YEAR), 1)  # type: ignore[misc]
        for p in numbers
    )
    print(f"  one person's year: by month and team {by_month * 1e3:.2f} ms, balance {sums * 1e3:.2f} ms")


def measure_inserts(office: Database) -> None:
    """Each entry in a statement of its own, as they come; a hundred in a transaction."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in entries(INSERTS)]

    def insert() -> float:
        start = time.perf_counter()
        for begin in range(0, INSERTS, 100):
            with office.engine.begin() as connection:
                for row in rows[begin : begin + 100]:
                    connection.execute(text(INSERT), row)
        return time.perf_counter() - start

    insert()
    with_summary = min(insert() for _ in range(3))
    with office.engine.begin() as connection:
        put_back = drop_trigger(office, connection)
    without = min(insert() for _ in range(3))
    with office.engine.begin() as connection:
        connection.exec_driver_sql(put_back)
    print(
        f"  an entry: {with_summary / INSERTS * 1e6:.0f} µs with the summary, "
        f"{without / INSERTS * 1e6:.0f} µs without: {with_summary / without:.2f} ×"
    )


def measure(name: str, databases: Databases, number: int) -> None:
    with databases.new(tables=True) as url:
        office = open_office(url)
        start = time.perf_counter()
        fill(office, number)
        with office.read(by=SCRIPT) as work:
            lines = work.connection().exec_driver_sql("SELECT count(*) FROM month_sums").scalar()
        print(f"{name}: {number:,} entries, {lines:,} months of people ({time.perf_counter() - start:.0f} s)")
        measure_tallies(office)
        measure_inserts(office)
        office.dispose()


def main() -> None:
    number = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=postgres_server.roomy_folder()) as folder:
        measure("SQLite", SqliteDatabases(Path(folder)), number)
    try:
        server = postgres_server.Server()
    except postgres_server.NoServer as refusal:
        print(f"PostgreSQL: not measured: {refusal}")
        return
    try:
        databases = PostgresDatabases(server.url)
        measure("PostgreSQL", databases, number)
        databases.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
