"""What people's own calendars say keeps the planner from planning on them, and stays out of the draft."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from tests.rosters.drafts.planned import FRIDAY, Planned
from tests.world import MONDAY, hour
from volunteer_core.commitments.busy.adding import add_file
from volunteer_core.commitments.busy.keeping import Reading
from volunteer_core.people.vouching import take_leave
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.drafts.reading import why_not
from volunteer_core.rosters.planning.problem import Busy
from volunteer_core.timespans import Span, at


def is_busy(world: Planned, person: int, *spans: tuple[Any, Any]) -> int:
    reading = Reading([Span(*span) for span in spans], MONDAY + timedelta(days=180))
    world.do(add_file, person_id=person, label="日历", reading=reading)
    return person


def test_the_planner_puts_nobody_on_a_shift_at_which_they_are_busy(world: Planned) -> None:
    monday, friday = world.shift(), world.shift(day=FRIDAY)
    busy = is_busy(world, world.helper("钱二"), (hour(17, 50), hour(19)))
    draft = world.plan()
    assert world.places(draft) == {monday: set(), friday: {busy}}
    told = world.see(why_not, draft_id=draft, shift_id=monday, person_id=busy)
    assert told.text == "另有安排"
    is_busy(world, busy, (at(FRIDAY, time(8)), at(FRIDAY, time(17, 1))))
    assert world.places(world.plan()) == {monday: set(), friday: set()}


def test_a_draft_knows_the_shift_and_not_when_exactly_somebody_is_busy(world: Planned) -> None:
    world.shift()
    world.shift(starts=time(15), ends=time(16))
    world.shift(day=FRIDAY)
    person = is_busy(
        world, world.helper(), (hour(17, 20), hour(17, 40)), (at(FRIDAY, time(12)), at(FRIDAY, time(17)))
    )
    assert world.told(person).busy == (Busy(MONDAY, time(17), time(18), "busy_elsewhere"),)
    assert "17:20" not in repr(world.problem())


def test_what_stands_against_a_whole_date_is_said_once(world: Planned) -> None:
    world.shift()
    away, cannot = world.helper(), world.helper()
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    world.wishes(cannot, DateWish.CANNOT)
    for person in (away, cannot):
        is_busy(world, person, (hour(17), hour(18)))
    draft = world.plan()
    (shift,) = world.read(draft).shifts
    whys = [
        world.see(why_not, draft_id=draft, shift_id=shift.shift_id, person_id=person).text
        for person in (away, cannot)
    ]
    assert whys == ["请假", "当天不能来"]


def test_a_published_promise_at_a_busy_time_stays(world: Planned) -> None:
    """Somebody has arranged it, or the calendar came later: planning anew does not break the promise."""
    person = world.helper()
    shift = world.published(person)
    is_busy(world, person, (hour(17), hour(18)))
    assert world.problem().locked == ((str(person), str(shift)),)
    assert world.places(world.plan()) == {shift: {person}}


def test_a_draft_is_applied_without_who_became_busy_meanwhile(world: Planned) -> None:
    from volunteer_core.rosters.drafts.applying import apply_draft

    shift, person = world.shift(), world.helper()
    draft = world.plan()
    is_busy(world, person, (hour(17), hour(18)))
    (left_out,) = world.do(apply_draft, draft_id=draft).left_out
    assert (left_out.shift_id, left_out.code, left_out.why) == (
        shift,
        "busy_elsewhere",
        "此人在该时段另有安排。",
    )
