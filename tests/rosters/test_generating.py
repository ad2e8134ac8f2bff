"""Patterns yield dated shifts, as often as one likes, and never lose anybody."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.world import MONDAY, World, hour
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.generating import Generated, generate
from volunteer_core.rosters.models import ShiftStatus
from volunteer_core.rosters.patterns import PatternView, end_pattern, list_patterns, set_pattern
from volunteer_core.rosters.publishing import NothingToPublish, publish_week
from volunteer_core.rosters.shifts import ShiftView, change_shift, list_shifts
from volunteer_core.workdays.upkeep import set_local_day

SEPTEMBER = hour(9, day=date(2026, 8, 31))
FRIDAY = MONDAY + timedelta(days=4)
PATTERN: dict[str, Any] = {
    "weekdays": "1234567",
    "starts": time(17),
    "ends": time(18),
    "minimum": 1,
    "maximum": 3,
    "valid_from": date(2026, 9, 1),
    "valid_to": date(2027, 1, 31),
}


def pattern(world: World, **facts: Any) -> PatternView:
    known = {"programme_id": world.school, "site_id": world.site}
    found: PatternView = world.do(set_pattern, **known | PATTERN | facts)
    return found


def run(world: World, first: date = MONDAY, last: date = FRIDAY, **facts: Any) -> Generated:
    found: Generated = world.do(generate, programme_id=world.school, first=first, last=last, **facts)
    return found


def shifts(world: World, first: date = MONDAY, last: date = FRIDAY) -> list[ShiftView]:
    found: list[ShiftView] = world.see(list_shifts, first=first, last=last).items
    return found


def test_shifts_fall_on_working_days_and_make_up_weekends(world: World) -> None:
    pattern(world)
    run(world, date(2026, 9, 19), date(2026, 10, 11), now=SEPTEMBER)
    dates = [shift.civil_date for shift in shifts(world, date(2026, 9, 1), date(2026, 10, 31))]
    assert dates == [
        *(date(2026, 9, day) for day in (20, 21, 22, 23, 24, 28, 29, 30)),
        *(date(2026, 10, day) for day in (8, 9, 10)),
    ]
    one = shifts(world, date(2026, 10, 10), date(2026, 10, 10))[0]
    assert (one.starts_at, one.ends_at) == (hour(17, day=one.civil_date), hour(18, day=one.civil_date))
    assert (one.status, one.minimum, one.maximum, one.people) == (ShiftStatus.DRAFT, 1, 3, 0)


def test_only_the_patterns_weekdays_and_dates_are_wanted(world: World) -> None:
    pattern(world, weekdays="135", valid_from=MONDAY + timedelta(days=1), valid_to=FRIDAY)
    run(world, MONDAY - timedelta(days=7), FRIDAY + timedelta(days=7))
    assert [shift.civil_date for shift in shifts(world, last=FRIDAY + timedelta(days=7))] == [
        MONDAY + timedelta(days=2),
        FRIDAY,
    ]


def test_generating_again_changes_nothing(world: World) -> None:
    pattern(world)
    added = run(world).added
    before = shifts(world)
    assert len(added) == 5
    again = run(world)
    assert (again.added, again.revived, again.dropped, again.kept) == ([], [], [], [])
    assert shifts(world) == before


def test_when_a_pattern_ends_empty_shifts_go_and_staffed_ones_stay_and_are_named(world: World) -> None:
    held = pattern(world)
    monday, tuesday, *later = run(world).added
    world.do(assign, shift_id=tuesday, person_id=world.person())
    world.do(end_pattern, pattern_id=held.id, last_day=MONDAY)
    outcome = run(world)
    assert (outcome.dropped, outcome.kept) == (later, [tuesday])
    assert {shift.id: shift.status for shift in shifts(world)} == {
        monday: ShiftStatus.DRAFT,
        tuesday: ShiftStatus.DRAFT,
        **dict.fromkeys(later, ShiftStatus.DROPPED),
    }


def test_a_dropped_shift_comes_back_when_it_is_wanted_again(world: World) -> None:
    pattern(world)
    [monday, *_] = run(world).added
    holiday = {"day": MONDAY, "name": "街道放假", "source": "通知"}
    world.do(set_local_day, works=False, **holiday)
    assert run(world).dropped == [monday]
    world.do(set_local_day, works=True, **holiday)
    assert run(world).revived == [monday]
    assert shifts(world)[0].status is ShiftStatus.DRAFT


def test_called_off_shifts_are_not_brought_back(world: World) -> None:
    pattern(world)
    [monday, *_] = run(world).added
    world.do(call_off_shift, shift_id=monday, reason="停电")
    again = run(world)
    assert (again.added, again.revived) == ([], [])
    assert shifts(world)[0].status is ShiftStatus.CALLED_OFF


def test_what_has_been_is_left_alone(world: World) -> None:
    held = pattern(world)
    run(world)
    world.do(end_pattern, pattern_id=held.id, last_day=MONDAY - timedelta(days=1))
    outcome = run(world, now=hour(18))
    assert len(outcome.dropped) == 4
    assert shifts(world)[0].status is ShiftStatus.DRAFT


def test_a_moved_shift_stays_moved(world: World) -> None:
    pattern(world)
    [monday, *_] = run(world).added
    world.do(change_shift, shift_id=monday, starts_at=hour(16), ends_at=hour(17))
    run(world)
    assert shifts(world)[0].starts_at == hour(16)


def test_closed_times_yield_no_shift(world: World) -> None:
    pattern(world)
    pattern(world, site_id=world.other_site)
    world.do(
        declare_closure,
        name="台风",
        source="通知",
        starts_at=hour(17, 59),
        ends_at=hour(20),
        community_id=world.community,
    )
    run(world)
    assert [shift.site_id for shift in shifts(world, last=MONDAY)] == [world.other_site]


def test_dates_of_a_year_not_announced_are_tentative_drafts_and_not_published(world: World) -> None:
    pattern(world)
    outcome = run(world, date(2026, 12, 28), date(2027, 1, 3))
    found = shifts(world, date(2026, 12, 28), date(2027, 1, 3))
    assert [(shift.civil_date.day, shift.tentative) for shift in found] == [
        (28, False),
        (29, False),
        (30, False),
        (31, False),
    ]
    assert outcome.tentative == 0
    assert run(world, date(2027, 1, 4), date(2027, 1, 8)).tentative == 5
    publish = {"programme_id": world.school, "site_id": world.site}
    with pytest.raises(NothingToPublish) as refused:
        world.do(publish_week, week="2027-W01", **publish)
    assert refused.value.facts["tentative"] == 5
    assert {shift.status for shift in shifts(world, date(2027, 1, 4), date(2027, 1, 8))} == {
        ShiftStatus.DRAFT
    }


def test_releasing_the_last_one_lets_the_shift_go(world: World) -> None:
    held, person = pattern(world), world.person()
    [_, tuesday, *_] = run(world).added
    world.do(assign, shift_id=tuesday, person_id=person)
    world.do(end_pattern, pattern_id=held.id, last_day=MONDAY)
    run(world)
    world.do(release, shift_id=tuesday, person_id=person)
    assert run(world).dropped == [tuesday]


@pytest.mark.parametrize(
    "bad",
    [
        {"weekdays": ""},
        {"weekdays": "531"},
        {"weekdays": "11"},
        {"weekdays": "8"},
        {"ends": time(17)},
        {"minimum": 4},
        {"minimum": -1},
        {"leads": 4},
        {"maximum": 0, "minimum": 0},
        {"maximum": 201},
        {"valid_to": date(2026, 8, 31)},
    ],
)
def test_a_pattern_that_cannot_be_is_refused(world: World, bad: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        pattern(world, **bad)
    assert world.see(list_patterns).total == 0


def test_so_many_days_at_once_and_in_order(world: World) -> None:
    for first, last in ((MONDAY, MONDAY - timedelta(days=1)), (MONDAY, MONDAY + timedelta(days=400))):
        with pytest.raises(Malformed):
            run(world, first, last)


def test_leaders_plan_their_programmes_and_coordinators_their_sites(world: World) -> None:
    held = pattern(world, by=world.leader())
    pattern(world, by=world.coordinator(world.other_community), site_id=world.other_site)
    assert len(run(world, by=world.leader()).added) == 10
    run(world, by=world.coordinator(), site_id=world.site)
    for somebody in (Actor.person(world.person()), world.leader(world.other_team)):
        with pytest.raises(NotAllowed):
            pattern(world, by=somebody)
        with pytest.raises(NotAllowed):
            run(world, by=somebody)
        with pytest.raises(NotAllowed):
            world.do(end_pattern, by=somebody, pattern_id=held.id, last_day=MONDAY)
    with pytest.raises(NotAllowed):
        run(world, by=world.coordinator(), site_id=world.other_site)
    with pytest.raises(NotAllowed):
        run(world, by=world.coordinator())
