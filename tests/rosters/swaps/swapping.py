"""Short ways to offer and take over shifts, and to see who is on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from tests.world import NOW, World
from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.database import Work
from volunteer_core.permissions import Actor
from volunteer_core.rosters.swaps.listing import OfferView
from volunteer_core.rosters.swaps.models import OfferStatus, ShiftOffer
from volunteer_core.rosters.swaps.offering import offer_shift
from volunteer_core.rosters.swaps.taking_over import accept_offer


def offer(world: World, shift: int, giver: int, *, now: datetime = NOW, **facts: Any) -> OfferView:
    """A person offers their shift themselves."""
    found: OfferView = world.do(offer_shift, by=Actor.person(giver), now=now, shift_id=shift, **facts)
    return found


def accept(world: World, offered: OfferView, taker: int, *, now: datetime = NOW) -> OfferView:
    """A person takes over what is offered themselves."""
    found: OfferView = world.do(accept_offer, by=Actor.person(taker), now=now, offer_id=offered.id)
    return found


def on_shift(work: Work, shift: int) -> list[int]:
    """Who is on a shift, by id."""
    statement = (
        select(Commitment.person_id)
        .where(Commitment.shift_id == shift, Commitment.status.in_(ACTIVE))
        .order_by(Commitment.person_id)
    )
    return list(work.scalars(statement))


def on_it(world: World, *shifts: int) -> list[list[int]]:
    """Who is on each of some shifts, by id."""
    return [world.see(on_shift, shift=shift) for shift in shifts]


def status(world: World, offered: OfferView) -> OfferStatus:
    """What has become of an offer."""
    found: OfferStatus = world.see(lambda work: work.find(ShiftOffer, offered.id).status)
    return found
