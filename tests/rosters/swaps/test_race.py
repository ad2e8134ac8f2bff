"""Offers and places that several people want at the same moment; and what would come of it without locks."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from threading import Barrier
from typing import Any

from tests.at_once import PATIENCE_SECONDS, at_once
from tests.rosters.swaps.swapping import accept, offer, on_it, status
from tests.rosters.telling import told
from tests.world import MONDAY, SCRIPT, World
from volunteer_core.commitments.models import CommitmentStatus
from volunteer_core.commitments.promises import AlreadyCommitted
from volunteer_core.database import Work
from volunteer_core.errors import NotFound, Refused
from volunteer_core.notices.models import NoticeKind
from volunteer_core.rosters.assigning import (
    ShiftFull,
    find_assignment,
    lock_shift,
    people_on,
    put_on,
    release,
)
from volunteer_core.rosters.dropping_out import cannot_come
from volunteer_core.rosters.swaps.ending import OfferOver
from volunteer_core.rosters.swaps.listing import OfferView
from volunteer_core.rosters.swaps.models import OfferStatus, ShiftOffer
from volunteer_core.rosters.swaps.offering import withdraw_offer
from volunteer_core.rosters.swaps.open_shifts import take_shift
from volunteer_core.rosters.swaps.waiting import join_wait, list_waiting

DAYS = [MONDAY + timedelta(days=days) for days in (0, 1, 2, 3, 4)]


def kinds(answers: list[Any]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


def test_two_who_accept_one_offer_do_not_both_get_it(world: World) -> None:
    giver, one, other = world.people(3)
    for number, day in enumerate(DAYS):
        shift = world.published(giver, day=day)
        offered = offer(world, shift, giver)
        answers = at_once(
            *(partial(accept, world, offered, taker) for taker in (one, other)), round_number=number
        )
        assert kinds(answers) == ["OfferOver", "OfferView"]
        [done] = [answer for answer in answers if isinstance(answer, OfferView)]
        assert on_it(world, shift) == [[done.taker_id]]


def test_what_is_withdrawn_while_somebody_accepts_is_withdrawn_or_done(world: World) -> None:
    giver, taker = world.people(2)
    for number, day in enumerate(DAYS):
        shift = world.published(giver, day=day)
        offered = offer(world, shift, giver)
        accepted, withdrawn = at_once(
            partial(accept, world, offered, taker),
            partial(world.do, withdraw_offer, offer_id=offered.id),
            round_number=number,
        )
        if isinstance(accepted, OfferOver):
            assert (status(world, offered), on_it(world, shift)) == (OfferStatus.WITHDRAWN, [[giver]])
        else:
            assert isinstance(withdrawn, OfferOver)
            assert (status(world, offered), on_it(world, shift)) == (OfferStatus.DONE, [[taker]])


def test_what_a_leader_releases_while_somebody_accepts_is_gone_or_theirs(world: World) -> None:
    giver, taker = world.people(2)
    for number, day in enumerate(DAYS):
        shift = world.published(giver, day=day)
        offered = offer(world, shift, giver)
        accepted, released = at_once(
            partial(accept, world, offered, taker),
            partial(world.do, release, shift_id=shift, person_id=giver),
            round_number=number,
        )
        if isinstance(accepted, OfferOver):
            assert (status(world, offered), on_it(world, shift)) == (OfferStatus.LAPSED, [[]])
        else:
            assert isinstance(released, NotFound)
            assert (status(world, offered), on_it(world, shift)) == (OfferStatus.DONE, [[taker]])


def crossing(world: World, one: int, other: int, day: date) -> tuple[list[int], list[OfferView]]:
    """Both offer the other their shift against the other's."""
    shifts = [world.published(one, day=day), world.published(other, day=day, site=world.other_site)]
    first = offer(world, shifts[0], one, to_person_id=other, return_shift_id=shifts[1])
    second = offer(world, shifts[1], other, to_person_id=one, return_shift_id=shifts[0])
    return shifts, [first, second]


def test_of_two_crossing_swaps_one_is_done(world: World) -> None:
    one, other = world.people(2)
    for number, day in enumerate(DAYS):
        shifts, offers = crossing(world, one, other, day)
        answers = at_once(
            partial(accept, world, offers[0], other),
            partial(accept, world, offers[1], one),
            round_number=number,
        )
        assert kinds(answers) == ["OfferOver", "OfferView"]
        assert on_it(world, *shifts) == [[other], [one]]
        assert sorted(status(world, offered) for offered in offers) == [OfferStatus.DONE, OfferStatus.LAPSED]


class Naive:
    """What the locks prevent: everybody looks in one transaction, and writes in the next what they saw."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.looked = Barrier(2)

    def then(self, offered: OfferView, write: Callable[..., Any], **facts: Any) -> str:
        assert status(self.world, offered) is OfferStatus.OPEN
        self.looked.wait(PATIENCE_SECONDS)  # both have looked
        self.world.do(write, **facts)
        return write.__name__


def hand_over(work: Work, *, offer_id: int, moves: list[tuple[int, int, int]]) -> None:
    work.lock(ShiftOffer, offer_id).status = OfferStatus.DONE
    for shift_id, gives, _ in moves:
        let_go(work, shift_id=shift_id, person_id=gives)
    for shift_id, _, takes in moves:
        with suppress(AlreadyCommitted):
            put_on(work, *lock_shift(work, shift_id), takes)


def take_back(work: Work, *, offer_id: int) -> None:
    work.lock(ShiftOffer, offer_id).status = OfferStatus.WITHDRAWN


def let_go(work: Work, *, shift_id: int, person_id: int) -> None:
    with suppress(NotFound):  # went while nobody was looking
        find_assignment(work, shift_id=shift_id, person_id=person_id).status = CommitmentStatus.RELEASED
    work.flush()


def test_without_the_locks_both_get_one_offer(world: World) -> None:
    giver, one, other = world.people(3)
    shift = world.published(giver)
    naive, offered = Naive(world), offer(world, shift, giver)
    at_once(
        *(
            partial(naive.then, offered, hand_over, offer_id=offered.id, moves=[(shift, giver, taker)])
            for taker in (one, other)
        )
    )
    assert on_it(world, shift) == [[one, other]]


def test_without_the_locks_what_is_withdrawn_or_released_is_taken_over_too(world: World) -> None:
    giver, taker = world.people(2)
    for day, facts in ((DAYS[0], {}), (DAYS[1], {"person_id": giver})):
        shift = world.published(giver, day=day)
        naive, offered = Naive(world), offer(world, shift, giver)
        meanwhile = (
            partial(naive.then, offered, let_go, shift_id=shift, **facts)
            if facts
            else partial(naive.then, offered, take_back, offer_id=offered.id)
        )
        moves = [(shift, giver, taker)]
        answers = at_once(
            partial(naive.then, offered, hand_over, offer_id=offered.id, moves=moves), meanwhile
        )
        assert not any(isinstance(answer, Refused) for answer in answers)  # both believe that it is done
        assert on_it(world, shift) == [[taker]]


def test_without_the_locks_crossing_swaps_are_both_done(world: World) -> None:
    one, other = world.people(2)
    shifts, offers = crossing(world, one, other, MONDAY)
    naive = Naive(world)
    moves = [(shifts[0], one, other), (shifts[1], other, one)]
    at_once(*(partial(naive.then, seen, hand_over, offer_id=seen.id, moves=moves) for seen in offers))
    assert [status(world, offered) for offered in offers] == [OfferStatus.DONE] * 2


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
