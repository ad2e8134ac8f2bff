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
from volunteer_core.database import Database, Paging, Work
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.hours.dimensions import Dimension
from volunteer_core.hours.ledger import EntryView, balance, correct, list_entries
from volunteer_core.hours.models import EntryKind
from volunteer_core.hours.periods import Period
from volunteer_core.hours.tallies import Filters, Tally, TallyRow, TallyTooLong, list_entries_behind, tally
from volunteer_core.hours.verifying import Difference, Summary, sum_up_anew, verify
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


KEYS: dict[Dimension, Callable[[EntryView, Ledger], Any]] = {
    Dimension.PERSON: lambda entry, _: entry.person_id,
    Dimension.TEAM: lambda entry, _: entry.team_id,
    Dimension.COMMUNITY: lambda entry, _: entry.community_id,
    Dimension.HOME_COMMUNITY: lambda entry, ledger: ledger.homes[entry.person_id],
    Dimension.GRID: lambda entry, _: entry.grid_id,
    Dimension.PROGRAMME: lambda entry, _: entry.programme_id,
    Dimension.KIND: lambda entry, _: entry.kind.value,
}
PERIODS: dict[Period, Callable[[date], str]] = {
    Period.WHOLE: lambda _: "",
    Period.DAY: lambda day: day.isoformat(),
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


def as_sums(rows: list[TallyRow]) -> dict[Any, Sums]:
    return {
        (row.key or row.code or None, row.then and (row.then.id or row.then.code or None), row.period): (
            row.service_minutes,
            row.paid_duty_minutes,
            row.people,
        )
        for row in rows
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


edges = st.sampled_from([*DAYS, FIRST, LAST, date(2026, 12, 1), date(2026, 12, 31), date(2026, 11, 15)])
asked_for = st.tuples(
    st.sampled_from(Dimension), st.sampled_from(Dimension), st.sampled_from(Period), edges, edges
)


@given(marks, corrections, st.lists(asked_for, min_size=6, max_size=6))
@example(
    [(s, p, Attendance.ATTENDED, 0) for s in range(5) for p in range(4)],
    [(3, 30), (7, 0)],
    [(by, Dimension.PROGRAMME, period, FIRST, LAST) for by in Dimension for period in Period],
)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_tally_equals_the_sum_of_the_entries(
    ledger: Ledger,
    marked: list[tuple[int, int, Attendance, int]],
    corrected: list[tuple[int, int]],
    questions: list[tuple[Dimension, Dimension, Period, date, date]],
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
        assert verify(work) == []
        entries = entries_of(work, ledger)
        for by, then, period, one, other in questions:
            check(work, ledger, entries, by, then if then is not by else None, period, one, other)
        for person in ledger.people:
            own = by_hand([entry for entry in entries if entry.person_id == person], lambda _: None)
            kept = balance(work, person_id=person)
            assert (kept.service_minutes, kept.paid_duty_minutes) == next(iter(own.values()), (0, 0))[:2]
        raise Undo


def check(
    work: Work,
    ledger: Ledger,
    entries: list[EntryView],
    by: Dimension,
    then: Dimension | None,
    period: Period,
    one: date,
    other: date,
) -> None:
    """Lines, sub-totals and total are the sums of the entries between the dates."""
    first, last = min(one, other), max(one, other)
    within = [entry for entry in entries if first <= entry.civil_date <= last]
    found = tally(work, by=by, then=then, first=first, last=last, period=period)

    def key(entry: EntryView) -> Any:
        return KEYS[by](entry, ledger)

    def label(entry: EntryView) -> str:
        return PERIODS[period](entry.civil_date)

    def both(entry: EntryView) -> Any:
        return (key(entry), KEYS[then](entry, ledger) if then else None, label(entry))

    assert as_sums(found.rows) == by_hand(within, both)
    if then or period is not Period.WHOLE:
        assert as_sums(found.by_key) == by_hand(within, lambda entry: (key(entry), None, ""))
    if period is not Period.WHOLE:
        assert as_sums(found.by_period) == by_hand(within, lambda entry: (None, None, label(entry)))
    [total] = by_hand(within, lambda _: None).values() or [(0, 0, 0)]
    assert (found.service_minutes, found.paid_duty_minutes, found.people) == total


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
    assert asked(ledger, filters=Filters(programme_id=world.school)).service_minutes == 3 * 60
    assert asked(ledger, filters=Filters(community_id=world.other_community)).service_minutes == 4 * 240
    assert asked(ledger, filters=Filters(team_id=world.other_team)).service_minutes == 480 + 60
    assert asked(ledger, filters=Filters(person_id=ledger.people[0])).service_minutes == 480


@pytest.mark.parametrize("last", [LAST, LAST - timedelta(days=1)], ids=["whole months", "days"])
@pytest.mark.parametrize("dimension", list(Dimension))
def test_what_has_none_of_a_dimension_is_what_its_entries_are(
    ledger: Ledger, dimension: Dimension, last: date
) -> None:
    mark_everything(ledger)
    filters = Filters(without=dimension)
    found = asked(ledger, last=last, filters=filters)
    with ledger.world.office.read(by=SCRIPT, now=AFTERWARDS) as work:
        behind = list_entries_behind(
            work, first=FIRST, last=last, filters=filters, paging=Paging(limit=500)
        ).items
    service = sum(entry.minutes for entry in behind if entry.kind is EntryKind.SERVICE)
    assert found.service_minutes == service


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
    (person_id, kind, minutes, civil_date, iso_year, iso_week, community_id, source, what, place,
    recording_body, recorded_at, reason)
    WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 149)
    SELECT id, 'service', 60, DATE('2026-11-02'), 2020 + n / 50, n % 50 + 1,
        (SELECT min(id) FROM communities), 'attendance', '清扫', '', '街道办事处',
        '2026-11-02 00:00:00', '' FROM people, numbers WHERE code LIKE 'M%'"""


def test_a_tally_is_whole_or_refused(ledger: Ledger) -> None:
    with ledger.world.office.engine.begin() as connection:
        connection.execute(text(MANY_PEOPLE))
        connection.execute(text(MANY_WEEKS))
    assert asked(ledger, dimension=Dimension.PERSON).service_minutes == 150 * 150 * 60
    with pytest.raises(TallyTooLong):
        asked(ledger, dimension=Dimension.PERSON, period=Period.WEEK)


def test_every_figure_is_followed_to_its_entries(ledger: Ledger) -> None:
    mark_everything(ledger)
    world = ledger.world
    by_team = asked(ledger, then=Dimension.COMMUNITY, period=Period.MONTH)
    assert by_team.rows
    for row in by_team.rows:
        assert row.then is not None
        filters = Filters(
            team_id=row.key,
            without=Dimension.TEAM if row.key is None else None,
            community_id=row.then.id,
        )
        with world.office.read(by=world.officer(), now=AFTERWARDS) as work:
            behind = list_entries_behind(work, first=row.first, last=row.last, filters=filters)
        assert behind.total == len(behind.items) > 0
        service = [entry for entry in behind.items if entry.kind is EntryKind.SERVICE]
        assert sum(entry.minutes for entry in service) == row.service_minutes
        assert len({entry.person_id for entry in service}) == row.people


def test_the_entries_behind_a_figure_reach_as_far_as_the_figure(ledger: Ledger) -> None:
    mark_everything(ledger)
    world = ledger.world
    for somebody in (world.leader(), world.coordinator(), world.officer()):
        figure = asked(ledger, actor=somebody)
        with world.office.read(by=somebody, now=AFTERWARDS) as work:
            behind = list_entries_behind(work, first=FIRST, last=LAST)
        minutes = sum(entry.minutes for entry in behind.items)
        assert minutes == figure.service_minutes + figure.paid_duty_minutes
    with world.office.read(by=Actor.person(ledger.people[0])) as work, pytest.raises(NotAllowed):
        list_entries_behind(work, first=FIRST, last=LAST)


def test_who_serves_in_two_teams_is_counted_once_in_the_community(world: World) -> None:
    both = world.person(teams=(world.team, world.other_team))
    for programme, starts in (
        (world.clean_up, time(9)),
        (world.programme("RIDE", team_id=world.other_team), time(11)),
    ):
        shift = world.published(both, starts=starts, ends=time(starts.hour + 1), programme=programme)
        world.mark(shift, both, attendance=Attendance.ATTENDED)
    with world.office.read(by=SCRIPT, now=AFTERWARDS) as work:
        found = tally(work, by=Dimension.COMMUNITY, then=Dimension.TEAM, first=FIRST, last=LAST)
    assert {row.then.id: row.people for row in found.rows if row.then} == {world.team: 1, world.other_team: 1}
    [community] = found.by_key
    assert (community.people, community.service_minutes, community.average_minutes) == (1, 120, 120)
    assert found.people == 1


def test_a_period_is_compared_with_the_one_before(ledger: Ledger) -> None:
    """November has 2 h and 1 h of everybody at first, December 2 h; January 4 h."""
    mark_everything(ledger)
    by_month = asked(ledger, period=Period.MONTH, compare=True).by_period
    assert [(row.period, row.service_minutes, row.service_before) for row in by_month] == [
        ("2026-11", 660, 0),
        ("2026-12", 480, 660),
        ("2027-01", 960, 480),
    ]
    december = asked(ledger, first=date(2026, 12, 1), last=date(2026, 12, 31), compare=True)
    assert (december.service_minutes, december.service_before) == (480, 660)
    february = asked(ledger, first=date(2027, 2, 1), last=date(2027, 2, 28), compare=True)
    assert (february.service_minutes, february.service_before) == (0, 960)
    assert sum(row.service_before or 0 for row in february.rows) == 960
    assert asked(ledger).service_before is None


def test_a_tally_is_not_split_by_the_same_dimension_twice(ledger: Ledger) -> None:
    with pytest.raises(Malformed):
        asked(ledger, then=Dimension.TEAM)


@pytest.mark.parametrize("summary", Summary)
def test_what_differs_between_a_summary_and_the_ledger_is_named_and_mended(
    ledger: Ledger, summary: Summary
) -> None:
    mark_everything(ledger)
    world = ledger.world
    assert world.see(verify) == []
    table, column = {
        Summary.WEEKS: ("hour_sums", "minutes"),
        Summary.MONTHS: ("month_sums", "service"),
    }[summary]
    with world.office.engine.begin() as connection:
        for statement, person in (
            (f"UPDATE {table} SET {column} = {column} + 7 WHERE person_id = :id", ledger.people[3]),
            (f"DELETE FROM {table} WHERE person_id = :id", ledger.people[2]),
        ):
            connection.execute(text(statement), {"id": person})
    found: list[Difference] = world.see(verify)
    assert {one.summary for one in found} == {summary}
    of_person = {number: [one for one in found if one.person_id == number] for number in ledger.people}
    assert of_person[ledger.people[0]] == of_person[ledger.people[1]] == []
    assert all(one.minutes_kept == one.minutes_entered + 7 for one in of_person[ledger.people[3]])
    assert {one.minutes_kept for one in of_person[ledger.people[2]]} == {0}
    assert sum(one.minutes_entered for one in of_person[ledger.people[2]]) == 540
    world.do(sum_up_anew)
    assert world.see(verify) == []
    for somebody in (world.leader(), world.coordinator()):
        with pytest.raises(NotAllowed):
            world.see(verify, by=somebody)
