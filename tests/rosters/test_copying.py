"""A copied week puts everybody on with every rule checked, takes nobody off, and names who is left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest

from tests.at_once import PATIENCE_SECONDS, WAITS_SECONDS, at_once, just_before_the_commit
from tests.rosters.weeks import AUGUST, copy, on_days, pattern, rows, run, shift_on, staff
from tests.world import MONDAY, World, hour
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.people.models import Person
from volunteer_core.people.vouching import take_leave
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.copying import CopiedWeek
from volunteer_core.rosters.placing import LeftOut, Place
from volunteer_core.teams.membership import join, quit_team
from volunteer_core.timespans import WeekInvalid

WEEK = timedelta(days=7)
TUESDAY = MONDAY + timedelta(days=1)


def test_who_cannot_is_left_out_and_named_and_the_others_are_placed(world: World) -> None:
    away, busy, gone, free = world.people(4)
    world.shift(away, busy, gone, free)
    target = world.shift(day=MONDAY + WEEK)
    world.do(take_leave, person_id=away, first_day=MONDAY + WEEK, last_day=MONDAY + WEEK)
    world.shift(busy, day=MONDAY + WEEK, starts=time(16), programme=world.clean_up)
    world.do(quit_team, team_id=world.team, person_id=gone, on=MONDAY + WEEK)
    outcome = copy(world)
    assert outcome.left_out == [
        LeftOut(target, away, "on_leave"),
        LeftOut(target, busy, "clash"),
        LeftOut(target, gone, "not_of_team"),
    ]
    assert outcome.placed == [Place(target, free)]


def test_a_full_shift_takes_no_more(world: World) -> None:
    first, second, there = world.people(3)
    world.shift(first, second)
    target = world.shift(there, day=MONDAY + WEEK, maximum=2)
    outcome = copy(world)
    assert outcome.placed == [Place(target, first)]
    assert outcome.left_out == [LeftOut(target, second, "shift_full")]


def test_a_leader_copies_only_whom_they_answer_for(world: World) -> None:
    driver = world.person(teams=(world.other_team,))
    world.shift(driver)
    target = world.shift(day=MONDAY + WEEK)
    assert copy(world, by=world.leader()).left_out == [LeftOut(target, driver, "not_of_team")]
    assert copy(world, by=world.officer()).placed == [Place(target, driver)]


def test_people_serve_for_the_same_team_as_before(world: World) -> None:
    person = world.person()
    world.do(join, team_id=world.other_team, person_id=person, on=date(2026, 1, 1))
    source = world.shift()
    world.shift(day=MONDAY + WEEK)
    world.do(assign, shift_id=source, person_id=person, team_id=world.other_team)
    copy(world)
    assert [row.team_id for row in rows(world, "2026-W46")] == [world.other_team]


def test_who_is_there_stays_and_a_second_copy_changes_nothing(world: World) -> None:
    person, there = world.people(2)
    world.shift(person)
    target = world.shift(there, day=MONDAY + WEEK)
    copy(world)
    before = [(row.id, row.status, row.sequence) for row in rows(world, "2026-W46")]
    again = copy(world)
    assert (again.placed, again.already_there, again.left_out) == ([], [Place(target, person)], [])
    assert [(row.id, row.status, row.sequence) for row in rows(world, "2026-W46")] == before
    assert on_days(world, "2026-W46") == {MONDAY + WEEK: [person, there]}


def test_who_was_taken_off_does_not_return_with_a_copy(world: World) -> None:
    person = world.person()
    world.shift(person)
    target = world.shift(day=MONDAY + WEEK)
    copy(world)
    world.do(release, shift_id=target, person_id=person)
    assert copy(world).left_out == [LeftOut(target, person, "taken_off")]
    assert on_days(world, "2026-W46") == {}


def test_a_published_shift_is_a_counterpart_but_takes_nobody(world: World) -> None:
    """Its crew is named, and does not move on to the make-up day instead."""
    pattern(world)
    run(world, "2026-W40", "2026-W41", now=AUGUST)
    thursday = date(2026, 9, 24)
    run(world, "2026-W39", now=AUGUST)
    world.publish(day=date(2026, 10, 8), now=AUGUST)
    crew = staff(world, thursday)
    outcome = copy(world, "2026-W39", "2026-W41", now=AUGUST)
    assert outcome.left_out == [LeftOut(shift_on(world, date(2026, 10, 8)).id, crew[thursday], "not_a_draft")]
    assert on_days(world, "2026-W41") == {}


def test_published_weeks_can_be_copied_and_called_off_shifts_are_neither_source_nor_target(
    world: World,
) -> None:
    person, other = world.people(2)
    world.shift(person)
    off = world.shift(other, day=TUESDAY)
    world.publish()
    world.do(call_off_shift, shift_id=off, reason="停电")
    target = world.shift(day=TUESDAY + WEEK)
    gone = world.shift(day=MONDAY + WEEK)
    world.do(call_off_shift, shift_id=gone, reason="停电")
    outcome = copy(world)
    assert outcome.placed == [Place(target, person)]  # Monday's crew, on the day nobody claimed


def test_what_is_over_takes_nobody(world: World) -> None:
    person = world.person()
    world.shift(person)
    target = world.shift(day=MONDAY + WEEK)
    outcome = copy(world, now=hour(18, day=MONDAY + WEEK))
    assert outcome.left_out == [LeftOut(target, person, "shift_over")]


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"to_week": "2026-W45"}, Malformed),
        ({"to_week": "2026-W54"}, WeekInvalid),
        ({"from_week": "W45"}, WeekInvalid),
        ({"programme_id": 99}, NotFound),
        ({"site_id": 99}, NotFound),
    ],
)
def test_what_cannot_be_copied_is_refused(world: World, facts: dict[str, Any], refusal: Any) -> None:
    with pytest.raises(refusal):
        copy(world, **facts)


def test_leaders_copy_their_programmes_and_coordinators_their_sites(world: World) -> None:
    person = world.person()
    world.shift(person)
    world.shift(day=MONDAY + WEEK)
    assert len(copy(world, by=world.coordinator(), site_id=world.site).placed) == 1
    for actor in (world.leader(), world.officer()):
        assert len(copy(world, by=actor).already_there) == 1
    for actor, site in (
        (Actor.person(person), world.site),
        (world.leader(world.other_team), world.site),
        (world.coordinator(world.other_community), world.site),
        (world.coordinator(), None),
    ):
        with pytest.raises(NotAllowed):
            copy(world, by=actor, site_id=site)


def test_a_shift_called_off_meanwhile_takes_nobody(world: World) -> None:
    person = world.person()
    world.shift(person)
    target = world.shift(day=MONDAY + WEEK)
    _, outcome = just_before_the_commit(
        world.do,
        partial(call_off_shift, shift_id=target, reason="停电"),
        partial(copy, world),
    )
    assert outcome.placed == []
    assert on_days(world, "2026-W46") == {}


def test_of_the_last_place_a_copy_and_a_leader_fill_it_once(world: World) -> None:
    copied, assigned = world.people(2)
    world.shift(copied)
    target = world.shift(day=MONDAY + WEEK, maximum=1)
    _, outcome = just_before_the_commit(
        world.do, partial(assign, shift_id=target, person_id=assigned), partial(copy, world)
    )
    assert outcome.left_out == [LeftOut(target, copied, "shift_full")]
    assert on_days(world, "2026-W46") == {MONDAY + WEEK: [assigned]}


def test_people_are_locked_by_their_ids_so_that_two_works_never_wait_for_each_other(world: World) -> None:
    low, high = world.people(2)
    for person, starts in ((high, 17), (low, 19)):
        world.shift(person, starts=time(starts), ends=time(starts + 1))
        world.shift(day=MONDAY + WEEK, starts=time(starts), ends=time(starts + 1))
    locked, tries = Event(), []

    def lock_both(work: Work) -> None:
        work.lock(Person, low)
        locked.set()
        waits.wait(WAITS_SECONDS)  # meanwhile the copy waits for the lower one, and holds nobody
        work.lock(Person, high)

    def try_to(act: Callable[[], Any]) -> Any:
        tries.append(act)
        return act()

    def copy_then() -> CopiedWeek:
        locked.wait(PATIENCE_SECONDS)
        return copy(world)

    waits = Event()
    _, outcome = at_once(partial(try_to, partial(world.do, lock_both)), partial(try_to, copy_then))
    assert len(outcome.placed) == 2
    assert len(tries) == 2
