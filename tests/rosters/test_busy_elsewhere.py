"""Who is busy elsewhere, as a calendar of theirs says, is not put on shifts then, save knowingly; and nobody
hears more than that they have other plans."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.world import MONDAY, NOW, SCRIPT, World, hour
from volunteer_core.commitments.busy.adding import add_file
from volunteer_core.commitments.busy.keeping import Reading
from volunteer_core.commitments.busy.listing import remove
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.stating import state_dates, state_limits
from volunteer_core.rosters.candidates import candidates
from volunteer_core.rosters.coverage import ShiftCoverage, week_coverage
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.placing import Wanted, place_all
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.substitutes import substitutes
from volunteer_core.rosters.swaps.open_shifts import list_open_shifts, take_shift
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span, at

FIVE, SIX = hour(17), hour(18)


def is_busy(world: World, person: int, *spans: tuple[Any, Any]) -> int:
    """Adds a calendar of a person with these spans."""
    reading = Reading([Span(*span) for span in spans], MONDAY + timedelta(days=180))
    added: int = world.do(
        add_file, by=world.actor(person), person_id=person, label="体检", reading=reading
    ).id
    return added


def covered(world: World) -> ShiftCoverage:
    (found,) = world.see(week_coverage, programme_id=world.school, week="2026-W45").shifts
    return found


@pytest.mark.parametrize(
    ("start", "end", "stands"),
    [
        ((16, 0), (17, 0), False),
        ((16, 0), (17, 1), True),
        ((17, 20), (17, 40), True),
        ((8, 0), (22, 0), True),
        ((17, 59), (19, 0), True),
        ((18, 0), (19, 0), False),
    ],
)
def test_busy_at_any_minute_of_the_shift(
    world: World, start: tuple[int, int], end: tuple[int, int], stands: bool
) -> None:
    shift, person = world.shift(), world.person()
    is_busy(world, person, (hour(*start), hour(*end)))
    is_busy(world, world.person(), (FIVE, SIX))
    found = {one.person_id: one.obstacles for one in world.see(candidates, shift_id=shift)}
    assert found[person] == (["busy_elsewhere"] if stands else [])


def obstacles(world: World, shift: int, person: int) -> list[str]:
    found = {one.person_id: one.obstacles for one in world.see(candidates, shift_id=shift)}
    return found[person]


def test_of_several_calendars_any_counts_until_it_is_removed(world: World) -> None:
    shift, person = world.shift(), world.person()
    is_busy(world, person, (hour(9), hour(10)))
    busy = is_busy(world, person, (FIVE, SIX))
    assert obstacles(world, shift, person) == ["busy_elsewhere"]
    world.do(remove, by=world.actor(person), person_id=person, calendar_id=busy)
    assert obstacles(world, shift, person) == []
    assert world.do(assign, shift_id=shift, person_id=person).warnings == []


def test_a_leader_is_warned_and_told_no_more(world: World) -> None:
    shift, person = world.shift(), world.person()
    is_busy(world, person, (hour(17, 10), hour(17, 50)))
    put_on = world.do(assign, by=world.leader(), shift_id=shift, person_id=person)
    assert put_on.warnings == ["busy_elsewhere"]
    (there,) = covered(world).people
    assert (there.against, there.overridden) == (["busy_elsewhere"], [])


def test_what_nobody_decides_for_the_one_person_is_not_done_against_a_calendar(world: World) -> None:
    """Such as a standing seat, when a week is generated from the pattern."""
    shift, person = world.shift(), world.person()
    is_busy(world, person, (FIVE, SIX))
    with world.office.write(by=SCRIPT, now=NOW) as work:
        found = work.lock(Shift, shift)
        programme = work.find(Programme, world.school)
        placed, left_out = place_all(work, programme, [Wanted(found, person, None)])
    assert placed == []
    assert [one.code for one in left_out] == ["busy_elsewhere"]


def test_who_becomes_busy_later_stays_and_it_shows(world: World) -> None:
    person = world.person()
    world.published(person)
    assert covered(world).people[0].against == []
    is_busy(world, person, (FIVE, SIX))
    assert (covered(world).people[0].against, covered(world).missing) == (["busy_elsewhere"], 0)


def test_it_counts_beside_what_was_said_and_promised(world: World) -> None:
    """A wish opens the day, not the hour at which a calendar says otherwise; rest is kept between shifts."""
    shift, person = world.shift(), world.person()
    wish = {"person_id": person, "first_day": MONDAY, "last_day": MONDAY, "kind": DateWish.CAN}
    world.do(state_dates, **wish)
    world.do(state_limits, person_id=person, rest_minutes=60)
    is_busy(world, person, (hour(16), FIVE))
    assert [one.obstacles for one in world.see(candidates, shift_id=shift)] == [[]]
    is_busy(world, person, (hour(17, 30), SIX))
    assert [one.obstacles for one in world.see(candidates, shift_id=shift)] == [["busy_elsewhere"]]


def test_the_free_come_first_and_the_reason_is_counted(world: World) -> None:
    shift, busy = world.shift(minimum=3), world.person()
    free = world.person()
    is_busy(world, busy, (FIVE, SIX))
    told = world.see(substitutes, shift_id=shift).people
    assert [one.person_id for one in told] == [free, busy]
    assert told[1].reason == "该时段另有安排"
    assert covered(world).reason == "缺 3 人：队里其余 2 人，可安排 1 人，该时段另有安排 1 人"


def test_an_open_shift_says_that_ones_own_calendar_has_taken_the_time_and_can_be_taken(world: World) -> None:
    person = world.person()
    world.do(set_rules, programme_id=world.school, self_service=True)
    shift = world.published()
    is_busy(world, person, (FIVE, SIX))
    span = {"person_id": person, "first": MONDAY, "last": MONDAY}
    (found,) = world.see(list_open_shifts, **span)
    assert found.obstacles == ["busy_elsewhere"]
    world.do(take_shift, by=world.actor(person), shift_id=shift)
    assert [one.person_id for one in covered(world).people] == [person]


def test_a_week_reads_the_busy_spans_of_all_its_shifts(world: World) -> None:
    """Also of the first and the last, and of one that ends after midnight."""
    people = world.people(2)
    days = [MONDAY, date(2026, 11, 8)]
    for day in days:
        world.shift(day=day, starts=time(22), ends=time(23), programme=world.clean_up)
    is_busy(world, people[0], (hour(22), hour(22, 1)))
    is_busy(world, people[1], (at(days[1], time(22, 59)), at(days[1], time(23, 30))))
    week = world.see(week_coverage, programme_id=world.clean_up, week="2026-W45")
    assert [shift.reason for shift in week.shifts] == [
        "缺 1 人：队里其余 2 人，可安排 1 人，该时段另有安排 1 人"
    ] * 2
