"""What stands against people for shifts: every rule by itself, all of them against a model, and how many
questions it takes the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from tests.world import MONDAY, NOW, SCRIPT, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Work
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.people.vouching import link_guardian, qualify
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.reading import WeeklyTime
from volunteer_core.rosters.availability.stating import state_dates, state_limits, state_weekly
from volunteer_core.rosters.candidates import candidates
from volunteer_core.rosters.checking import Checks
from volunteer_core.rosters.coverage import ShiftCoverage, week_coverage
from volunteer_core.rosters.models import PairKind, Shift
from volunteer_core.rosters.pairs import set_pair
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.shifts import add_shift
from volunteer_core.teams.membership import join, quit_team
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import at, week_of

DAY = timedelta(days=1)


def codes(work: Work, shift_id: int, person_id: int, besides: tuple[int, ...] = ()) -> list[str]:
    shift = work.find(Shift, shift_id)
    checks = Checks.load(work, work.find(Programme, shift.programme_id), [shift], [person_id])
    return [refusal.code for refusal in checks.against(shift, person_id, besides=besides)]


def against(world: World, shift: int, person: int, besides: tuple[int, ...] = ()) -> list[str]:
    """The codes of what stands against putting a person on a shift."""
    with world.office.read(by=SCRIPT, now=NOW) as work:
        return codes(work, shift, person, besides)


def coverage(world: World) -> list[ShiftCoverage]:
    found: list[ShiftCoverage] = world.see(week_coverage, programme_id=world.school, week="2026-W45").shifts
    return found


def limits(world: World, person: int, **facts: Any) -> None:
    world.do(state_limits, person_id=person, **facts)


def on_mondays(world: World, person: int, starts: int, ends: int) -> None:
    spans = [WeeklyTime(1, time(starts), time(ends))]
    world.do(state_weekly, person_id=person, spans=spans, valid_from=MONDAY)


def rules(world: World, **facts: Any) -> None:
    world.do(set_rules, programme_id=world.school, **facts)


def pair(world: World, one: int, other: int, kind: PairKind) -> None:
    world.do(set_pair, programme_id=world.school, person_id=one, other_id=other, kind=kind)


def at_an_event(world: World, person: int, starts_at: datetime, ends_at: datetime) -> None:
    """Has a person help at a lecture."""
    lecture = world.do(
        create_event,
        title="消防安全知识讲座",
        site_id=world.site,
        team_id=world.team,
        starts_at=starts_at,
        ends_at=ends_at,
    ).id
    seat = world.do(add_position, event_id=lecture, name="引导员", capacity=3, earns_hours=True).id
    world.do(publish_event, event_id=lecture)
    world.do(sign_up, position_id=seat, person_id=person)


@pytest.fixture
def person(world: World) -> int:
    return world.person()


def test_nothing_stands_against_whoever_has_said_nothing(world: World, person: int) -> None:
    assert against(world, world.shift(), person) == []


def test_nobody_is_sent_where_they_do_not_go(world: World, person: int) -> None:
    limits(world, person, only_listed_sites=True, site_ids=[world.other_site])
    assert against(world, world.shift(), person) == ["site_unwanted"]
    assert against(world, world.shift(site=world.other_site), person) == []


def test_who_has_said_when_is_put_on_within_it_only(world: World, person: int) -> None:
    on_mondays(world, person, 17, 18)
    assert against(world, world.shift(), person) == []
    assert against(world, world.shift(ends=time(18, 1)), person) == ["unavailable"]
    assert against(world, world.shift(day=MONDAY + DAY), person) == ["unavailable"]
    world.do(state_dates, person_id=person, first_day=MONDAY + DAY, last_day=MONDAY + DAY, kind=DateWish.CAN)
    assert against(world, world.shift(day=MONDAY + DAY), person) == []


def test_rest_lies_before_and_after_every_commitment(world: World, person: int) -> None:
    limits(world, person, rest_minutes=30)
    world.shift(person, starts=time(12), ends=time(13))
    for starts, ends, expected in (
        (time(10), time(11, 30), []),
        (time(10), time(11, 31), ["rest"]),
        (time(13), time(14), ["rest"]),
        (time(13, 29), time(14), ["rest"]),
        (time(13, 30), time(14), []),
        (time(12, 59), time(14), ["clash"]),
    ):
        assert against(world, world.shift(starts=starts, ends=ends), person) == expected


def test_rest_is_kept_from_an_event_too(world: World, person: int) -> None:
    limits(world, person, rest_minutes=30)
    at_an_event(world, person, hour(15), hour(16, 45))
    assert against(world, world.shift(), person) == ["rest"]


def test_no_more_shifts_in_a_week_than_wanted(world: World, person: int) -> None:
    limits(world, person, max_per_week=2)
    sunday = world.shift(day=MONDAY + 6 * DAY)
    world.shift(person, day=MONDAY - DAY, now=NOW - 9 * DAY)  # the Sunday before
    world.shift(person, day=MONDAY + 7 * DAY)
    world.shift(person)
    assert against(world, sunday, person) == []
    other = world.shift(person, day=MONDAY + DAY, programme=world.clean_up)
    assert against(world, sunday, person) == ["weekly_maximum"]
    world.do(release, shift_id=other, person_id=person)
    assert against(world, sunday, person) == []
    at_an_event(world, person, hour(9, day=MONDAY + 2 * DAY), hour(10, day=MONDAY + 2 * DAY))  # no shift
    assert against(world, sunday, person) == []
    limits(world, person, max_per_week=0)
    assert against(world, sunday, person) == ["weekly_maximum"]


def test_no_more_days_running_than_wanted(world: World, person: int) -> None:
    for number in (0, 1, 3, 4):
        world.shift(person, day=MONDAY + number * DAY)
    middle = world.shift(day=MONDAY + 2 * DAY)
    for most, expected in ((4, ["consecutive_days"]), (5, [])):
        limits(world, person, max_consecutive_days=most)
        assert against(world, middle, person) == expected
    at_an_event(world, person, hour(9, day=MONDAY + 5 * DAY), hour(10, day=MONDAY + 5 * DAY))  # no shift
    assert against(world, middle, person) == []
    limits(world, person, max_consecutive_days=1)
    # Twice a day is a day.
    assert against(world, world.shift(starts=time(9), ends=time(10)), person) == ["consecutive_days"]
    assert against(world, world.shift(day=MONDAY + 6 * DAY), person) == []


def test_long_runs_of_days_reach_beyond_what_is_recent(world: World, person: int) -> None:
    limits(world, person, max_consecutive_days=20)
    for number in range(20):
        world.shift(person, day=MONDAY + number * DAY)
    assert against(world, world.shift(day=MONDAY + 20 * DAY), person) == ["consecutive_days"]
    assert against(world, world.shift(day=MONDAY + 21 * DAY), person) == []


def test_who_is_kept_apart_is_kept_from_the_others_partners_too(world: World) -> None:
    a, b, c, d = world.people(4)
    pair(world, a, b, PairKind.APART)
    pair(world, b, c, PairKind.TOGETHER)
    assert against(world, world.shift(a), b) == ["apart"]
    assert against(world, world.shift(c, starts=time(9), ends=time(10)), a) == ["apart"]
    assert against(world, world.shift(d, starts=time(10), ends=time(11)), a) == []


def test_one_of_two_who_belong_together_is_put_on_by_hand_and_the_shift_stays_open(world: World) -> None:
    one, other, third = world.people(3)
    pair(world, one, other, PairKind.TOGETHER)
    shift = world.shift(one, third)
    assert [found.open for found in coverage(world)] == [["together"]]
    world.do(assign, shift_id=shift, person_id=other)
    assert [found.open for found in coverage(world)] == [[]]


def test_only_so_many_of_one_family(world: World) -> None:
    mother, son, aunt = world.person(phone="13800000001"), world.person(), world.person()
    uncle, stranger = world.person(phone="13800000001"), world.person(phone="13800000002")
    cousin = world.person()
    world.do(link_guardian, ward_id=cousin, guardian_id=uncle, relation="父亲", valid_from=MONDAY)
    world.do(link_guardian, ward_id=son, guardian_id=mother, relation="母亲", valid_from=MONDAY)
    world.do(
        link_guardian,
        ward_id=son,
        guardian_id=aunt,
        relation="姑姑",
        valid_from=date(2020, 1, 1),
        valid_to=date(2021, 1, 1),
    )
    shift = world.shift(son, stranger)
    assert against(world, shift, mother) == []
    rules(world, most_of_family=1)
    assert [against(world, shift, one) for one in (mother, aunt, uncle, cousin, world.person())] == [
        ["family_full"],
        ["family_full"],
        ["family_full"],
        ["family_full"],  # by way of the son's mother
        [],
    ]
    rules(world, most_of_family=2)
    world.do(assign, shift_id=shift, person_id=mother)
    assert [against(world, shift, one) for one in (aunt, uncle)] == [["family_full"], ["family_full"]]


def test_newcomers_serve_beside_a_mentor(world: World) -> None:
    old, new, mentor = world.people(3)
    for number in (3, 2):
        day = MONDAY - number * DAY
        shift = world.published(old, new, day=day, now=NOW - 9 * DAY)
        world.mark(shift, old, attendance=Attendance.LATE, checked_in_at=hour(17, 5, day=day))
        world.mark(shift, new, attendance=Attendance.ABSENT if number == 2 else Attendance.ATTENDED)
    world.do(qualify, person_id=mentor, kind="mentor", valid_from=MONDAY, expires_on=MONDAY)
    rules(world, newcomer_shifts=2)
    shift = world.shift()
    assert against(world, shift, old) == []
    assert against(world, shift, new) == ["mentor_missing"]
    assert against(world, shift, mentor) == ["mentor_missing"]  # nobody mentors themselves
    rules(world, newcomer_shifts=1)
    assert against(world, shift, new) == []
    rules(world, newcomer_shifts=2)
    with_mentor = [world.shift(day=MONDAY + number * DAY, starts=time(9), ends=time(10)) for number in (0, 1)]
    for one in with_mentor:
        world.do(assign, shift_id=one, person_id=mentor, override_reason="第一批")
    assert against(world, with_mentor[0], new) == []
    assert against(world, with_mentor[1], new) == ["mentor_missing"]  # no mentor any more on Tuesday


def newcomer(world: World, person: int, *shifts: int) -> list[bool]:
    """For which of a programme's shifts a person is new there: the same whether looked at alone or not."""
    with world.office.read(by=SCRIPT, now=NOW) as work:
        rows = [work.find(Shift, shift) for shift in shifts]
        programme = work.find(Programme, rows[0].programme_id)
        together = Checks.load(work, programme, rows, [person])
        for row in rows:
            alone = Checks.load(work, programme, [row], [person])
            assert alone.newcomer(row, person) == together.newcomer(row, person)
        return [together.newcomer(row, person) for row in rows]


def test_what_is_served_counts_for_the_days_after_it_and_for_its_programme(world: World) -> None:
    person = world.person()
    rules(world, newcomer_shifts=1)
    for day in (MONDAY - DAY, MONDAY):
        elsewhere = world.published(
            person, starts=time(9), ends=time(10), programme=world.clean_up, day=day, now=NOW - 9 * DAY
        )
        world.mark(elsewhere, person, attendance=Attendance.ATTENDED)
    same_day, tomorrow = world.shift(), world.shift(day=MONDAY + DAY)
    assert newcomer(world, person, same_day, tomorrow) == [True, True]
    today = world.shift(starts=time(8), ends=time(9))
    world.do(assign, shift_id=today, person_id=person, override_reason="第一次", now=hour(7))
    world.publish(now=hour(7))
    world.mark(today, person, attendance=Attendance.ATTENDED)
    assert newcomer(world, person, same_day, tomorrow) == [True, False]


def test_commitments_can_be_looked_at_as_if_they_were_released(world: World) -> None:
    one, other = world.people(2)
    pair(world, one, other, PairKind.APART)
    limits(world, one, max_per_week=1, rest_minutes=60)
    first = world.do(assign, shift_id=world.shift(), person_id=one).commitment_id
    shift = world.shift(starts=time(17, 30), ends=time(18, 30))
    second = world.do(assign, shift_id=shift, person_id=other).commitment_id
    assert against(world, shift, one) == ["clash", "weekly_maximum", "apart"]
    assert against(world, shift, one, (first,)) == ["apart"]
    assert against(world, shift, one, (first, second)) == []
    assert against(world, shift, other) == ["already_committed"]
    assert against(world, shift, other, (second,)) == []


class Promise(msgspec.Struct, frozen=True):
    """A shift of a person, as the model knows it: a day of the first weeks and quarters of an hour."""

    day: int
    starts: int
    length: int

    @property
    def span(self) -> tuple[datetime, datetime]:
        begun = at(MONDAY + self.day * DAY, time(8)) + timedelta(minutes=15 * self.starts)
        return begun, begun + timedelta(minutes=15 * self.length)


def expected(promised: list[Promise], new: Promise, most: int, running: int, rest: int) -> list[str]:
    """Ten lines that say the same as the checks."""
    found = []
    (start, end), gap = new.span, timedelta(minutes=rest)
    distances = [max(one.span[0] - end, start - one.span[1]) for one in promised]
    found += ["clash"] if any(distance < timedelta(0) for distance in distances) else []
    found += ["rest"] if any(timedelta(0) <= distance < gap for distance in distances) else []
    week = week_of(MONDAY + new.day * DAY)
    found += ["weekly_maximum"] * (sum(week_of(MONDAY + one.day * DAY) == week for one in promised) >= most)
    served = {new.day, *(one.day for one in promised)}
    runs = [(a, b) for a in range(12) for b in range(a, 12) if served.issuperset(range(a, b + 1))]
    longest = max(b + 1 - a for a, b in runs if a <= new.day <= b)
    return found + ["consecutive_days"] * (longest > running)


promise = st.builds(Promise, st.integers(0, 11), st.integers(0, 30), st.integers(1, 8))


class Undo(Exception):
    """Ends a work without keeping it."""


@given(st.lists(promise, max_size=8), promise, st.integers(0, 4), st.integers(1, 5), st.integers(0, 90))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_limits_of_a_person_hold_as_a_model_says(
    world: World, person: int, wanted: list[Promise], new: Promise, most: int, running: int, rest: int
) -> None:
    with suppress(Undo), world.office.write(by=SCRIPT, now=NOW - 9 * DAY) as work:

        def shift_of(one: Promise) -> int:
            start, end = one.span
            return add_shift(
                work,
                programme_id=world.clean_up,
                site_id=world.site,
                starts_at=start,
                ends_at=end,
                minimum=1,
                maximum=1,
            ).id

        promised: list[Promise] = []
        for one in wanted:
            if "clash" not in expected(promised, one, 99, 99, 0):
                assign(work, shift_id=shift_of(one), person_id=person)
                promised.append(one)
        state_limits(
            work, person_id=person, max_per_week=most, max_consecutive_days=running, rest_minutes=rest
        )
        assert codes(work, shift_of(new), person) == expected(promised, new, most, running, rest)
        raise Undo


def test_who_said_that_they_can_comes_before_who_has_said_nothing(world: World) -> None:
    silent, willing, unwilling, glad, away = (world.person(code=code) for code in "ACBDE")
    for person in (willing, unwilling, glad, away):
        on_mondays(world, person, 17, 18)
    for person, kind in (
        (unwilling, DateWish.RATHER_NOT),
        (glad, DateWish.PREFERS),
        (away, DateWish.CANNOT),
    ):
        world.do(state_dates, person_id=person, first_day=MONDAY, last_day=MONDAY, kind=kind)
    found = world.see(candidates, shift_id=world.shift())
    assert [one.person_id for one in found] == [glad, willing, unwilling, silent, away]
    assert [one.not_said for one in found] == [False, False, False, True, False]
    assert [one.wish for one in found][:2] == [DateWish.PREFERS, None]
    assert found[-1].obstacles == ["unavailable"]
    assert coverage(world)[0].reason == (
        "缺 1 人：队里其余 5 人，可安排 4 人（1 人未说明时间），这个时间不能来 1 人"
    )


def test_the_week_knows_who_belongs_to_the_team_on_each_of_its_days(world: World) -> None:
    world.person()
    joins, quits = world.person(teams=()), world.person()
    world.do(join, team_id=world.team, person_id=joins, on=MONDAY + DAY)
    world.do(quit_team, team_id=world.team, person_id=quits, on=MONDAY + 2 * DAY)
    for number in range(3):
        world.shift(day=MONDAY + number * DAY)
    told = [shift.reason.partition("，")[0] for shift in coverage(world)]
    assert told == [f"缺 1 人：队里其余 {number} 人" for number in (2, 3, 2)]


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(world.office.engine, "before_cursor_execute", note)
    yield sent
    event.remove(world.office.engine, "before_cursor_execute", note)


def test_more_shifts_and_people_on_a_day_take_no_more_statements(world: World) -> None:
    world.people(3)
    rules(world, most_of_family=2, newcomer_shifts=1)
    limits(world, world.person(), farthest_km=3, only_listed_sites=True, site_ids=[world.site])
    world.shift(minimum=5)
    numbers = []
    for _ in range(2):
        coverage(world)
        with counted(world) as sent:
            assert all(shift.missing for shift in coverage(world))
        numbers.append(len(sent))
        for number in range(5):
            shift = world.shift(minimum=5, starts=time(10 + number), ends=time(11 + number))
            world.do(assign, shift_id=shift, person_id=world.person(), override_reason="新人")
    assert numbers[0] == numbers[1]
    assert len(coverage(world)) == 11
