"""Offers that several people answer at the same moment; and what would come of it without locks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from threading import Barrier
from typing import Any

from tests.at_once import PATIENCE_SECONDS, at_once, just_before_the_commit
from tests.rosters.swaps.swapping import accept, offer, on_it, status
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import CommitmentStatus
from volunteer_core.commitments.promises import AlreadyCommitted
from volunteer_core.database import Work
from volunteer_core.errors import NotFound, Refused
from volunteer_core.rosters.assigning import (
    assign,
    find_assignment,
    lock_shift,
    put_on,
    release,
)
from volunteer_core.rosters.house_rules import KeptApart
from volunteer_core.rosters.models import PairKind
from volunteer_core.rosters.pairs import set_pair
from volunteer_core.rosters.swaps.ending import OfferOver
from volunteer_core.rosters.swaps.listing import OfferView
from volunteer_core.rosters.swaps.models import OfferStatus, ShiftOffer
from volunteer_core.rosters.swaps.offering import withdraw_offer
from volunteer_core.rosters.swaps.taking_over import lapse_late_offers

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


def test_who_is_kept_apart_from_somebody_just_being_assigned_does_not_take_over(world: World) -> None:
    giver, taker, other = world.people(3)
    pair = {"person_id": taker, "other_id": other, "kind": PairKind.APART}
    world.do(set_pair, programme_id=world.school, **pair)
    shift = world.published(giver)
    offered = offer(world, shift, giver)
    _, answer = just_before_the_commit(
        world.do,
        partial(assign, shift_id=shift, person_id=other),
        partial(accept, world, offered, taker),
    )
    assert isinstance(answer, KeptApart)
    assert on_it(world, shift) == [[giver, other]]


def test_what_is_withdrawn_as_its_deadline_passes_has_not_lapsed_and_the_others_have(world: World) -> None:
    one, other = world.people(2)
    shift = world.published(one, other)
    withdrawn, late = offer(world, shift, one), offer(world, shift, other)
    _, lapsed = just_before_the_commit(
        world.do,
        partial(withdraw_offer, offer_id=withdrawn.id),
        partial(world.do, lapse_late_offers, now=hour(16)),
    )
    assert lapsed == 1
    assert (status(world, withdrawn), status(world, late)) == (OfferStatus.WITHDRAWN, OfferStatus.LAPSED)


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
