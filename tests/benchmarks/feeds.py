"""A person's feed of 250 entries: rendered anew, after one change, and asked for again unchanged.

Run it with ``python -m tests.benchmarks.feeds``. Ratios hold on any machine, milliseconds do not.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from volunteer_core.calendars.feeds import person_feed
from volunteer_core.calendars.rendering import render_entry
from volunteer_core.opening import open_office
from volunteer_core.people.registry import register
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_community, add_site
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.publishing import publish_week
from volunteer_core.rosters.shifts import add_shift, change_shift
from volunteer_core.tables import Table
from volunteer_core.teams.membership import found_team, join
from volunteer_core.teams.programmes import set_up_programme
from volunteer_core.timespans import at, week_of
from volunteer_core.workdays.daybook import DayRule

ENTRIES = 250
TIMES = 40
NOW = datetime(2026, 1, 1, 4, tzinfo=UTC)
FIRST = date(2026, 1, 5)
SCRIPT = Actor.system("benchmark")


def measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        office = open_office(f"sqlite:///{Path(folder) / 'office.sqlite3'}", clock=lambda: NOW)
        Table.metadata.create_all(office.engine)
        with office.write(by=SCRIPT) as work:
            community = add_community(work, code="C1", name="凤翔社区").id
            site = add_site(work, community_id=community, code="S1", name="活动室", address="凤翔路 1 号").id
            team = found_team(work, code="T1", name="全职太太俱乐部").id
            programme = set_up_programme(
                work, code="P1", name="每周两小时", team_id=team, day_rule=DayRule.EVERY_DAY
            ).id
            born = date(1985, 3, 1)
            person = register(work, code="A1", name="合成", birth_date=born, community_id=community).id
            join(work, team_id=team, person_id=person, on=FIRST)
            shifts = []
            for number in range(ENTRIES):
                day = FIRST + timedelta(days=number)
                starts_at, ends_at = at(day, time(17)), at(day, time(18))
                span = {"starts_at": starts_at, "ends_at": ends_at, "minimum": 1, "maximum": 2}
                shifts.append(add_shift(work, programme_id=programme, site_id=site, **span).id)
                assign(work, shift_id=shifts[-1], person_id=person)
            for number in range(0, ENTRIES, 7):
                week = str(week_of(FIRST + timedelta(days=number)))
                publish_week(work, programme_id=programme, site_id=site, week=week)

        def fetch() -> None:
            with office.read(by=SCRIPT) as work:
                body = person_feed(work, person_id=person).body
            assert body.count(b"BEGIN:VEVENT") == ENTRIES

        def forget() -> None:
            render_entry.cache_clear()

        changes = 0

        def change() -> None:
            nonlocal changes
            changes += 1
            with office.write(by=SCRIPT) as work:
                change_shift(work, shift_id=shifts[changes % ENTRIES], note=f"第 {changes} 次更改")

        fetch()
        warm = timed(fetch, before=lambda: None)
        changed = timed(fetch, before=change)
        anew = timed(fetch, before=forget)
        print(f"{ENTRIES} entries, SQLite, without HTTP, median of {TIMES}:")
        print(f"  unchanged         {warm * 1000:6.2f} ms")
        print(f"  after one change  {changed * 1000:6.2f} ms  {changed / warm:5.2f} × unchanged")
        print(f"  rendered anew     {anew * 1000:6.2f} ms  {anew / warm:5.2f} × unchanged")
        office.dispose()


def timed(action: Callable[[], None], *, before: Callable[[], None]) -> float:
    taken = []
    for _ in range(TIMES):
        before()
        start = perf_counter()
        action()
        taken.append(perf_counter() - start)
    return median(taken)


if __name__ == "__main__":
    measure()
