"""Whatever is marked, claimed, corrected, objected to and closed, in whatever order: every path gives the
same totals, the summary is the sum of the ledger, and a closed month never changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import MONDAY, SCRIPT, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Paging, Work
from volunteer_core.errors import Refused
from volunteer_core.hours.claims.deciding import approve_claim, decline_claim, shorten_claim
from volunteer_core.hours.claims.filing import file_claim
from volunteer_core.hours.dimensions import Dimension
from volunteer_core.hours.ledger import EntryView, balance, correct
from volunteer_core.hours.models import VOLUNTEER_HOURS, EntryKind
from volunteer_core.hours.months.closing import close_month, list_months, reopen_month, report_month
from volunteer_core.hours.months.models import MonthState
from volunteer_core.hours.objections.answering import correct_objected, explain_objected
from volunteer_core.hours.objections.filing import file_objection
from volunteer_core.hours.periods import Period
from volunteer_core.hours.tallies import Filters, Tally, list_entries_behind, tally
from volunteer_core.hours.verifying import verify
from volunteer_core.rosters.attendance import mark_attendance

DAYS = (MONDAY, date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 28))
FIRST, LAST = date(2026, 11, 1), date(2027, 1, 31)
NOW = hour(12, day=date(2027, 1, 5))
MONTHS = ("2026-11", "2026-12")
EVERYTHING = Paging(limit=500)


class Undo(Exception):
    """Ends a work without keeping it."""


class Scene(msgspec.Struct):
    """Two people on a published shift of every day: one in each community by turns."""

    world: World
    people: list[int]
    shifts: list[int]
    communities: list[int]


@pytest.fixture
def scene(world: World) -> Scene:
    people = [world.person(), world.person(community=world.other_community, teams=(world.other_team,))]
    sites = (world.site, world.other_site) * 2
    shifts = [
        world.published(*people, day=day, starts=time(9), ends=time(11), programme=world.clean_up, site=site)
        for day, site in zip(DAYS, sites, strict=True)
    ]
    return Scene(world, people, shifts, [world.community, world.other_community])


which = st.integers(0, 7)
Step = Callable[[Work, Scene], Any]


def marking(number: int, person: int, attendance: Attendance, late: int) -> Step:
    def step(work: Work, scene: Scene) -> None:
        arrived = hour(9, late, day=DAYS[number % 4]) if attendance is Attendance.LATE else None
        mark_attendance(
            work,
            shift_id=scene.shifts[number % 4],
            person_id=scene.people[person % 2],
            attendance=attendance,
            checked_in_at=arrived,
        )

    return step


def claiming(number: int, person: int, start: int, length: int, decision: int) -> Step:
    def step(work: Work, scene: Scene) -> None:
        begins = hour(8, day=DAYS[number % 4]) + timedelta(minutes=10 * start)
        claim = file_claim(
            work,
            person_id=scene.people[person % 2],
            starts_at=begins,
            ends_at=begins + timedelta(minutes=10 * length),
            what="入户走访",
            evidence="照片",
            place="小区",
            community_id=scene.communities[number % 2],
        )
        if decision == 1:
            decline_claim(work, claim_id=claim.id, reason="无法核实")
        elif decision == 2:
            shorten_claim(work, claim_id=claim.id, minutes=7, reason="部分核实")
        elif decision > 2:
            approve_claim(work, claim_id=claim.id)

    return step


def correcting(number: int, minutes: int) -> Step:
    def step(work: Work, _: Scene) -> None:
        entry = live(work)[number]
        correct(work, entry_id=entry.id, minutes=minutes, reason="核对")

    return step


def objecting(number: int, minutes: int) -> Step:
    def step(work: Work, _: Scene) -> None:
        objection = file_objection(work, entry_id=live(work)[number].id, text="时间不对")
        if minutes % 2:
            explain_objected(work, objection_id=objection.id, reason="签到表如此")
        elif minutes > 20:
            correct_objected(work, objection_id=objection.id, minutes=minutes, reason="确实如此")

    return step


def closing(number: int, month: int, how: int) -> Step:
    def step(work: Work, scene: Scene) -> None:
        where: dict[str, Any] = {"community_id": scene.communities[number % 2], "month": MONTHS[month % 2]}
        if how == 0:
            reopen_month(work, reason="漏登", **where)
            return
        for attendance in range(4 * how):  # settles what is unmarked, now and then
            with suppress(Refused):
                marking(attendance, attendance // 4, Attendance.ATTENDED, 1)(work, scene)
        report_month(work, **where)
        if how == 1:
            close_month(work, **where)

    return step


steps = st.lists(
    st.one_of(
        st.builds(marking, which, which, st.sampled_from(Attendance), st.integers(1, 59)),
        st.builds(claiming, which, which, st.integers(0, 24), st.integers(1, 30), st.integers(0, 4)),
        st.builds(correcting, which, st.integers(0, 90)),
        st.builds(objecting, which, st.integers(0, 90)),
        st.builds(closing, which, which, st.integers(0, 2)),
    ),
    max_size=20,
)


@given(steps)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_path_gives_the_same_totals_and_closed_months_never_change(
    scene: Scene, taken: list[Step]
) -> None:
    with suppress(Undo), scene.world.office.write(by=SCRIPT, now=NOW) as work:
        closed: dict[tuple[int, str], Tally] = {}
        for step in taken:
            with suppress(Refused, IndexError), work.begin_nested():
                step(work, scene)
            closed = {key: held for key, held in seen_closed(work).items() if same(closed, key, held)}
        assert verify(work) == []
        every_path(work, scene)
        raise Undo


def same(before: dict[tuple[int, str], Tally], key: tuple[int, str], held: Tally) -> bool:
    assert before.get(key, held) == held
    return True


def seen_closed(work: Work) -> dict[tuple[int, str], Tally]:
    """What the months say that take no more entries, by person."""
    return {
        (one.community_id, one.month): tally(
            work,
            by=Dimension.PERSON,
            then=Dimension.KIND,
            first=date(2026, int(one.month[5:]), 1),
            last=date(2026, int(one.month[5:]) + 1, 1) - timedelta(days=1)
            if one.month < "2026-12"
            else date(2026, 12, 31),
            filters=Filters(community_id=one.community_id),
        )
        for one in list_months(work, first=MONTHS[0], last=MONTHS[1])
        if one.state is not MonthState.OPEN
    }


def every_path(work: Work, scene: Scene) -> None:
    entries = behind(work)
    total = sum(entry.minutes for entry in entries if entry.kind in VOLUNTEER_HOURS)
    periods = list(Period)
    for number, by in enumerate([*Dimension, *Dimension]):
        period = periods[number % len(periods)]
        found = tally(work, by=by, period=period, first=FIRST, last=LAST)
        assert found.service_minutes == total
        assert sum(row.service_minutes for row in found.rows) == total
        if period is not Period.WHOLE:
            assert sum(row.service_minutes for row in found.by_period) == total
    assert sum(balance(work, person_id=person).service_minutes for person in scene.people) == total
    # A live entry is never negative, and no stay is counted twice.
    by_day: dict[Any, int] = defaultdict(int)
    for entry in live(work):
        assert entry.minutes > 0
        by_day[entry.person_id, entry.concerns or entry.civil_date] += entry.minutes
    assert all(minutes <= 24 * 60 for minutes in by_day.values())
    assert sum(by_day.values()) == total
    assert all(entry.concerns is None or entry.kind is not EntryKind.SERVICE for entry in entries)


def behind(work: Work) -> list[EntryView]:
    return list_entries_behind(work, first=FIRST, last=LAST, paging=EVERYTHING).items


def live(work: Work) -> list[EntryView]:
    entries = behind(work)
    gone = {entry.reverses_id for entry in entries}
    return [entry for entry in entries if entry.reverses_id is None and entry.id not in gone]
