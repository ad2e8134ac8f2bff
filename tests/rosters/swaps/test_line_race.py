"""Places and lines that several people want at the same moment; and what would come of it without locks."""

from __future__ import annotations

import time
from datetime import time as at_time
from datetime import timedelta
from functools import partial
from threading import Barrier, Event

from tests.at_once import PATIENCE_SECONDS, WAITS_SECONDS, at_once, just_before_the_commit
from tests.rosters.swaps.swapping import on_it
from tests.rosters.telling import told
from tests.world import MONDAY, NOW, SCRIPT, World
from volunteer_core.database import Work
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.models import Person
from volunteer_core.rosters.assigning import (
    ShiftFull,
    assign,
    lock_shift,
    people_on,
    put_on,
)
from volunteer_core.rosters.dropping_out import cannot_come
from volunteer_core.rosters.swaps.open_shifts import take_shift
from volunteer_core.rosters.swaps.waiting import join_wait, list_waiting

DAYS = [MONDAY + timedelta(days=days) for days in (0, 1, 2, 3, 4)]

PLACES, CROWD = 4, 24


def test_a_crowd_takes_the_places_there_are_and_waits_in_the_order_of_the_commits(world: World) -> None:
    people = world.people(CROWD)
    shift = world.published(maximum=PLACES)
    arrivals: dict[int, tuple[int, int]] = {}

    def rush(share: list[int]) -> None:
        for person in share:
            sent = time.monotonic_ns()
            try:
                world.do(take_shift, shift_id=shift, person_id=person)
            except ShiftFull:
                world.do(join_wait, shift_id=shift, person_id=person)
            arrivals[person] = sent, time.monotonic_ns()

    assert at_once(partial(rush, people[::2]), partial(rush, people[1::2])) == [None, None]
    [there] = on_it(world, shift)
    line = world.see(list_waiting, shift_id=shift)
    assert len(there) == PLACES
    assert [one.place for one in line] == list(range(1, CROWD - PLACES + 1))
    assert {*there, *(one.person_id for one in line)} == set(people)
    # Nobody who was answered before another even asked stands behind them.
    order = [arrivals[one.person_id] for one in line]
    for ahead, (sent, _) in enumerate(order):
        assert all(answered > sent for _, answered in order[ahead + 1 :])


def test_the_last_place_that_is_just_being_taken_is_taken(world: World) -> None:
    first, second = world.people(2)
    shift = world.published(maximum=1)
    _, answer = just_before_the_commit(
        world.do,
        partial(take_shift, shift_id=shift, person_id=first),
        partial(world.do, take_shift, shift_id=shift, person_id=second),
    )
    assert isinstance(answer, ShiftFull)
    assert on_it(world, shift) == [[first]]


def test_who_may_move_up_is_waited_for_before_anything_is_written(world: World) -> None:
    """Else one would hold the roster's version and wait for the person, and the other the reverse."""
    leaves, waits = world.people(2)
    shift = world.published(leaves, maximum=1)
    later = world.published(starts=at_time(19), ends=at_time(20))
    world.do(join_wait, shift_id=shift, person_id=waits)
    held, over, attempts = Event(), Event(), []

    def assign_slowly() -> None:
        with world.office.write(by=SCRIPT, now=NOW) as work:
            work.lock(Person, waits)
            held.set()
            over.wait(WAITS_SECONDS)  # the other waits by now
            assign(work, shift_id=later, person_id=waits)

    def go() -> None:
        held.wait(PATIENCE_SECONDS)
        attempts.append(leaves)
        world.do(cannot_come, shift_id=shift, person_id=leaves)
        over.set()

    assert at_once(assign_slowly, go) == [None, None]
    assert attempts == [leaves]  # neither was told to try again
    assert on_it(world, shift, later) == [[waits], [waits]]


def test_without_the_lock_the_last_place_is_taken_twice(world: World) -> None:
    shift = world.published(maximum=1)
    looked = Barrier(2)

    def take_naively(person: int) -> None:
        with world.office.read(by=SCRIPT) as work:
            assert people_on(work, shift) < 1
        looked.wait(PATIENCE_SECONDS)  # both have looked
        world.do(squeeze_in, shift_id=shift, person_id=person)

    people = world.people(2)
    at_once(*(partial(take_naively, person) for person in people))
    assert on_it(world, shift) == [people]


def squeeze_in(work: Work, *, shift_id: int, person_id: int) -> None:
    """Puts somebody on a shift as if there were room."""
    shift, programme, site = lock_shift(work, shift_id)
    shift.maximum += 1
    put_on(work, shift, programme, site, person_id)


def test_two_who_cannot_come_at_once_let_in_two(world: World) -> None:
    for number, day in enumerate(DAYS):
        first, second, *waiting = world.people(4)
        shift = world.published(first, second, day=day, maximum=2)
        for person in waiting:
            world.do(join_wait, shift_id=shift, person_id=person)
        at_once(
            *(partial(world.do, cannot_come, shift_id=shift, person_id=person) for person in (first, second)),
            round_number=number,
        )
        assert on_it(world, shift) == [waiting]
        assert [len(told(world, one, NoticeKind.PROMOTED)) for one in waiting] == [1, 1]


def test_two_lines_that_move_up_at_once_promote_nobody_twice(world: World) -> None:
    for number, day in enumerate(DAYS):
        here, there, *both = world.people(4)
        shifts = [
            world.published(here, day=day, maximum=1),
            world.published(there, day=day, maximum=1, site=world.other_site),
        ]
        for shift in shifts:
            for person in both if shift == shifts[0] else reversed(both):
                world.do(join_wait, shift_id=shift, person_id=person)
        answers = at_once(
            *(
                partial(world.do, cannot_come, shift_id=shift, person_id=person)
                for shift, person in zip(shifts, (here, there), strict=True)
            ),
            round_number=number,
        )
        assert all(answer.replaced for answer in answers)
        assert sorted(person for found in on_it(world, *shifts) for person in found) == both
