"""Whatever way hours are tallied, each figure is the sum of the ledger's entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.databases import Beginnings
from tests.world import MONDAY, SCRIPT, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Database, Work
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.hours.ledger import EntryView, balance, correct, list_entries
from volunteer_core.hours.models import EntryKind
from volunteer_core.hours.tallies import Dimension, Period, Tally, TallyTooLong, tally
from volunteer_core.people.registry import correct as correct_person
from volunteer_core.permissions import Actor
from volunteer_core.rosters.attendance import mark_all_attended, mark_attendance
from volunteer_core.teams.grid_posts import appoint
from volunteer_core.teams.models import GridRole

DAYS = (MONDAY, date(2026, 12, 28), date(2027, 1, 2), date(2027, 1, 4))
"""The third is a Saturday of 2027 that belongs to the ISO week 2026-W53."""
FIRST, LAST = date(2026, 11, 1), date(2027, 1, 31)
AFTERWARDS = hour(12, day=date(2027, 1, 5))


class Undo(Exception):
    """Ends a work without keeping it."""


class Ledger:
    """People of all kinds on published shifts: two sites, two programmes, four days over new year."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.homes = {
            world.person(): world.community,
            world.person(community=world.other_community): world.other_community,
            world.person(teams=(world.other_team,)): world.community,
            world.person(teams=()): world.community,
        }
        self.people = list(self.homes)
        world.do(
            appoint,
            person_id=self.people[0],
            role=GridRole.COMMUNITY_CADRE,
            salaried=True,
            community_id=world.community,
            since=date(2026, 1, 1),
        )
        paid_duty = world.published(*self.people)
        self.shifts = [
            paid_duty,
            *(
                world.published(
                    *self.people,
                    day=day,
                    starts=time(9),
                    ends=time(11),
                    programme=world.clean_up,
                    site=site,
                )
                for day, site in zip(DAYS, (world.site, world.other_site) * 2, strict=True)
            ),
        ]
        self.days = (MONDAY, *DAYS)


def publish_shifts(office: Database) -> Ledger:
    return Ledger(World(office))


@pytest.fixture
def ledger(beginnings: Beginnings) -> Iterator[Ledger]:
    with beginnings.copy(publish_shifts) as found:
        yield found


KEYS: dict[Dimension, Callable[[EntryView, Ledger], int | None]] = {
    Dimension.PERSON: lambda entry, _: entry.person_id,
    Dimension.TEAM: lambda entry, _: entry.team_id,
    Dimension.COMMUNITY: lambda entry, _: entry.community_id,
    Dimension.HOME_COMMUNITY: lambda entry, ledger: ledger.homes[entry.person_id],
    Dimension.GRID: lambda entry, _: entry.grid_id,
    Dimension.PROGRAMME: lambda entry, _: entry.programme_id,
}
PERIODS: dict[Period, Callable[[date], str]] = {
    Period.WHOLE: lambda _: "",
    Period.WEEK: lambda day: "{}-W{:02}".format(*day.isocalendar()),
    Period.MONTH: lambda day: f"{day:%Y-%m}",
    Period.QUARTER: lambda day: f"{day.year}-Q{(day.month - 1) // 3 + 1}",
    Period.YEAR: lambda day: f"{day.year}",
}

Sums = tuple[int, int, int]


def by_hand(entries: list[EntryView], key: Callable[[EntryView], Any]) -> dict[Any, Sums]:
    """Service, paid duty and the number of people with service, by key."""
    service: dict[Any, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    duty: dict[Any, int] = defaultdict(int)
    for entry in entries:
        if entry.kind is EntryKind.SERVICE:
            service[key(entry)][entry.person_id] += entry.minutes
        else:
            duty[key(entry)] += entry.minutes
    sums = {
        one: (sum(service[one].values()), duty[one], sum(total > 0 for total in service[one].values()))
        for one in {*service, *duty}
    }
    return {one: found for one, found in sums.items() if found[:2] != (0, 0)}


def as_sums(found: Tally) -> dict[Any, Sums]:
    return {
        (row.key, row.period): (row.service_minutes, row.paid_duty_minutes, row.people) for row in found.rows
    }


def entries_of(work: Work, ledger: Ledger) -> list[EntryView]:
    return [entry for person in ledger.people for entry in list_entries(work, person_id=person).items]


marks = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, 3),
        st.sampled_from([Attendance.ATTENDED, Attendance.LATE, Attendance.ABSENT]),
        st.integers(1, 59),
    ),
    max_size=12,
)
corrections = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 90)), max_size=4)


@given(marks, corrections)
@example([(s, p, Attendance.ATTENDED, 0) for s in range(5) for p in range(4)], [(3, 30), (7, 0)])
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_tally_equals_the_sum_of_the_entries(
    ledger: Ledger, marked: list[tuple[int, int, Attendance, int]], corrected: list[tuple[int, int]]
) -> None:
    with suppress(Undo), ledger.world.office.write(by=SCRIPT, now=AFTERWARDS) as work:
        for shift, person, attendance, late in marked:
            start = hour(17 if shift == 0 else 9, day=ledger.days[shift])
            arrived = start + timedelta(minutes=late) if attendance is Attendance.LATE else None
            mark_attendance(
                work,
                shift_id=ledger.shifts[shift],
                person_id=ledger.people[person],
                attendance=attendance,
                checked_in_at=arrived,
            )
        for number, minutes in corrected:
            entries = entries_of(work, ledger)
            taken_back = {entry.reverses_id for entry in entries}
            live = [entry for entry in entries if entry.reverses_id is None and entry.id not in taken_back]
            if live:
                correct(work, entry_id=live[number % len(live)].id, minutes=minutes, reason="核对")
        entries = entries_of(work, ledger)
        [total] = by_hand(entries, lambda _: None).values() or [(0, 0, 0)]
        for by, key in KEYS.items():
            for period, label in PERIODS.items():
                found = tally(work, by=by, first=FIRST, last=LAST, period=period)
                assert as_sums(found) == by_hand(
                    entries,
                    lambda entry: (key(entry, ledger), label(entry.civil_date)),  # noqa: B023
                )
                assert (found.service_minutes, found.paid_duty_minutes, found.people) == total
        for person in ledger.people:
            own = by_hand([entry for entry in entries if entry.person_id == person], lambda _: None)
            kept = balance(work, person_id=person)
            assert (kept.service_minutes, kept.paid_duty_minutes) == next(iter(own.values()), (0, 0))[:2]
        raise Undo


def mark_everything(ledger: Ledger) -> None:
    for shift in ledger.shifts:
        ledger.world.do(mark_all_attended, shift_id=shift, now=AFTERWARDS)


def asked(
    ledger: Ledger, *, actor: Actor = SCRIPT, dimension: Dimension = Dimension.TEAM, **facts: Any
) -> Tally:
    with ledger.world.office.read(by=actor, now=AFTERWARDS) as work:
        return tally(work, by=dimension, **{"first": FIRST, "last": LAST} | facts)


def test_both_dates_are_included_and_nothing_beside_them(ledger: Ledger) -> None:
    mark_everything(ledger)
    assert asked(ledger, first=MONDAY, last=MONDAY).service_minutes == 4 * 120 + 3 * 60
    assert asked(ledger, first=MONDAY, last=MONDAY).paid_duty_minutes == 60
    assert asked(ledger, first=MONDAY + timedelta(days=1), last=date(2026, 12, 27)).rows == []


def test_a_tally_reaches_as_far_as_the_one_who_asks(ledger: Ledger) -> None:
    mark_everything(ledger)
    world = ledger.world
    in_team = asked(ledger, actor=world.leader())  # serving in the team's name, at whatever site
    assert {row.key for row in in_team.rows} == {world.team}
    assert (in_team.service_minutes, in_team.paid_duty_minutes, in_team.people) == (2 * 480 + 60, 60, 2)
    in_community = asked(ledger, actor=world.coordinator())
    assert in_community.service_minutes == 2 * 4 * 120 + 3 * 60
    assert asked(ledger, actor=world.officer()).service_minutes == 4 * 480 + 3 * 60
    for somebody in (Actor.person(ledger.people[0]), Actor.anonymous()):
        with pytest.raises(NotAllowed):
            asked(ledger, actor=somebody)


def test_a_tally_is_narrowed_by_what_is_asked_for(ledger: Ledger) -> None:
    mark_everything(ledger)
    world = ledger.world
    assert asked(ledger, programme_id=world.school).service_minutes == 3 * 60
    assert asked(ledger, community_id=world.other_community).service_minutes == 4 * 240
    assert asked(ledger, team_id=world.other_team).service_minutes == 480 + 60
    assert asked(ledger, person_id=ledger.people[0]).service_minutes == 480


def test_rows_are_named_and_what_belongs_to_no_team_is_said_so(ledger: Ledger) -> None:
    mark_everything(ledger)
    rows = {row.key: (row.code, row.label) for row in asked(ledger).rows}
    assert rows == {
        ledger.world.team: ("MOTHERS", "全职太太俱乐部"),
        ledger.world.other_team: ("DRIVERS", "驾驶员之家"),
        None: ("", "（未归属）"),
    }


def test_moving_house_moves_no_hours(ledger: Ledger) -> None:
    mark_everything(ledger)
    world, person = ledger.world, ledger.people[1]
    world.do(correct_person, person_id=person, community_id=world.community)
    rows = asked(ledger, dimension=Dimension.HOME_COMMUNITY).rows
    assert {row.key: row.service_minutes for row in rows}[world.other_community] == 480 + 60


def test_a_tally_is_of_at_most_three_years(ledger: Ledger) -> None:
    for last in (FIRST - timedelta(days=1), FIRST + timedelta(days=3 * 366)):
        with pytest.raises(Malformed):
            asked(ledger, last=last)


MANY_PEOPLE = """INSERT INTO people (code, name, phone, registered_at)
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 150)
    SELECT 'M' || n, '符海燕', '', '2026-01-01 00:00:00' FROM numbers"""
MANY_WEEKS = """INSERT INTO ledger_entries
    (person_id, kind, minutes, civil_date, iso_year, iso_week, recording_body, recorded_at, reason)
    WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 149)
    SELECT id, 'service', 60, DATE('2026-11-02'), 2020 + n / 50, n % 50 + 1, '街道办事处',
        '2026-11-02 00:00:00', '' FROM people, numbers WHERE code LIKE 'M%'"""


def test_a_tally_is_whole_or_refused(ledger: Ledger) -> None:
    with ledger.world.office.engine.begin() as connection:
        connection.execute(text(MANY_PEOPLE))
        connection.execute(text(MANY_WEEKS))
    assert asked(ledger, dimension=Dimension.PERSON).service_minutes == 150 * 150 * 60
    with pytest.raises(TallyTooLong):
        asked(ledger, dimension=Dimension.PERSON, period=Period.WEEK)
