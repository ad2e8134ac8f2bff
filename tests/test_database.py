"""A work is one transaction: all of it or nothing, alone with what it has locked, and told its time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.databases import Databases
from tests.world import NOW, SCRIPT
from volunteer_core.database import LARGEST_ID, Busy, Database, Paging, Unreachable
from volunteer_core.errors import Conflict, Malformed, NotFound
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office
from volunteer_core.places.directory import add_community, list_communities
from volunteer_core.places.models import Community


def add(office: Database, *codes: str, fail: bool = False) -> None:
    """Adds communities in one work, which at the end may fail."""
    with office.write(by=SCRIPT, now=NOW) as work:
        for code in codes:
            add_community(work, code=code, name="甲")
        if fail:
            raise ZeroDivisionError


def names(office: Database) -> list[str]:
    with office.read(by=SCRIPT, now=NOW) as work:
        return [community.name for community in list_communities(work).items]


@pytest.fixture
def postgres_office(postgres_databases: Databases) -> Iterator[Database]:
    """For what can only happen there."""
    with postgres_databases.new(tables=True) as url:
        opened = open_office(url)
        yield opened
        opened.dispose()


def test_what_fails_leaves_nothing_behind(office: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        add(office, "A", fail=True)
    assert names(office) == []


def test_two_operations_are_one_transaction(office: Database) -> None:
    with pytest.raises(Conflict):
        add(office, "A", "B", "A")
    assert names(office) == []


def test_what_the_database_holds_against_a_write_is_a_conflict(office: Database) -> None:
    """A unique index refuses what a check in Python missed; it is no error of ours."""
    with pytest.raises(Conflict) as refused, office.write(by=SCRIPT, now=NOW) as work:
        work.add_all(Community(code="A", name=name) for name in ("甲", "乙"))
    assert "code" in str(refused.value.facts["constraint"])
    assert "甲" not in str(refused.value.facts)


def test_reading_cannot_write(office: Database) -> None:
    with office.read(by=SCRIPT, now=NOW) as work:
        work.add(Community(code="A", name="甲"))
        with pytest.raises(RuntimeError, match="reading"):
            work.flush()


def test_reading_sees_one_moment(office: Database) -> None:
    with office.read(by=SCRIPT, now=NOW) as reading:
        assert list_communities(reading).total == 0
        with office.write(by=SCRIPT, now=NOW) as work:
            add_community(work, code="A", name="甲")
        assert list_communities(reading).total == 0
    assert names(office) == ["甲"]


def test_a_lock_reads_the_row_as_it_is_now(office: Database) -> None:
    """Who waited for a lock must not decide by what they saw before."""
    with office.write(by=SCRIPT, now=NOW) as work:
        row_id = add_community(work, code="A", name="0").id
    at_once = Barrier(4)

    def count_up() -> None:
        at_once.wait()
        for _ in range(5):
            with office.write(by=SCRIPT, now=NOW) as work:
                seen = work.find(Community, row_id)  # before its turn, and perhaps out of date
                work.lock(Community, row_id)
                seen.name = str(int(seen.name) + 1)

    threads = [Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(office) == ["20"]


def test_locks_are_taken_in_ascending_order(office: Database) -> None:
    """Two works that lock the same rows in opposite order wait for each other in turn, never in a ring."""
    with office.write(by=SCRIPT, now=NOW) as work:
        ids = [add_community(work, code=f"C{number}", name="x").id for number in range(6)]
    refused: list[Exception] = []
    at_once = Barrier(2)

    def lock(order: list[int]) -> None:
        at_once.wait()
        try:
            for _ in range(10):
                with office.write(by=SCRIPT, now=NOW) as work:
                    assert [row.id for row in work.lock_all(Community, order)] == ids
        except Exception as error:  # noqa: BLE001 - told below
            refused.append(error)

    threads = [Thread(target=lock, args=(order,)) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []


def test_who_waits_for_each_other_is_told_to_try_again(postgres_office: Database) -> None:
    """SQLite has one writer at a time: nobody can wait for each other."""
    office = postgres_office
    with office.write(by=SCRIPT, now=NOW) as work:
        one, other = (add_community(work, code=code, name="x").id for code in "AB")
    both_have_one = Barrier(2)
    outcomes: list[str] = []

    def lock(first: int, second: int) -> None:
        try:
            with office.write(by=SCRIPT, now=NOW) as work:
                work.lock(Community, first)
                both_have_one.wait()
                work.lock(Community, second)
            outcomes.append("done")
        except Busy:
            outcomes.append("busy")

    threads = [Thread(target=lock, args=order) for order in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["busy", "done"]


def test_sqlite_waits_for_another_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/office.sqlite3"
    here, there = open_office(url), open_office(url)  # two of them are like two processes
    upgrade(here)
    began, results = Barrier(2), []

    def add_there() -> None:
        began.wait()
        with there.write(by=SCRIPT, now=NOW) as work:
            results.append([row.code for row in work.scalars(select(Community))])

    thread = Thread(target=add_there)
    thread.start()
    with here.write(by=SCRIPT, now=NOW) as work:
        add_community(work, code="A", name="甲")
        began.wait()
        thread.join(0.1)
        assert results == []
    thread.join()
    assert results == [["A"]]
    here.dispose()
    there.dispose()


def test_work_is_told_its_time_and_else_asks_the_clock(office_url: str) -> None:
    office = open_office(office_url, clock=lambda: NOW)
    with office.read(by=SCRIPT) as work:
        assert work.now == NOW
    with office.read(by=SCRIPT, now=NOW + timedelta(days=1)) as work:
        assert work.now == NOW + timedelta(days=1)
    with pytest.raises(TypeError), office.read(by=SCRIPT, now=datetime(2026, 11, 2)):  # noqa: DTZ001
        pass
    office.dispose()


@pytest.mark.parametrize("row_id", [0, -1, 99, LARGEST_ID + 1, 10**30])
def test_an_id_of_nothing_is_not_found(office: Database, row_id: int) -> None:
    with office.write(by=SCRIPT, now=NOW) as work:
        for look in (work.find, work.lock):
            with pytest.raises(NotFound):
                look(Community, row_id)
        assert work.lock_all(Community, [row_id]) == []


def test_a_list_comes_in_pages(office: Database) -> None:
    with office.write(by=SCRIPT, now=NOW) as work:
        for letter in "CABED":
            add_community(work, code=letter, name=letter)
        page = list_communities(work, paging=Paging(limit=2, offset=3))
        assert ([one.code for one in page.items], page.total) == (["D", "E"], 5)
        assert list_communities(work, paging=Paging(offset=9)).items == []
    for limit, offset in ((0, 0), (501, 0), (1, -1), (1, LARGEST_ID + 1)):
        with pytest.raises(Malformed):
            Paging(limit=limit, offset=offset)


def test_a_database_that_cannot_be_reached_is_told(office: Database) -> None:
    office.demand_ready()
    broken = open_office("sqlite:////nowhere/at/all.sqlite3")
    with pytest.raises(Unreachable):
        broken.demand_ready()
    with pytest.raises(Unreachable):
        names(broken)
    with pytest.raises(Unreachable):
        add(broken, "A")
    broken.dispose()


def test_who_loses_the_connection_is_told_and_the_next_work_has_a_new_one(
    postgres_office: Database,
) -> None:
    """A file has no connection to lose."""
    with pytest.raises(Unreachable), postgres_office.write(by=SCRIPT, now=NOW) as work:
        work.connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert names(postgres_office) == []


def test_a_mistake_in_a_statement_is_not_taken_for_trouble_with_the_database(office: Database) -> None:
    with pytest.raises(DBAPIError), office.read(by=SCRIPT) as work:
        work.connection().execute(text("SELECT nothing FROM nowhere"))
