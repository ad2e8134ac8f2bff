"""How offers and waiting end without being asked: the shift is no longer the giver's, or takes place no
more, or somebody who waited is on it. Inner: asks no rights.

The caller has locked the shift, and with it all that is offered of it or waits for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, or_, select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.swaps.models import (
    OFFER_TRANSITIONS,
    PENDING,
    OfferStatus,
    ShiftOffer,
    ShiftWait,
    WaitStatus,
)
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import chinese_span


class OfferOver(Conflict, code="offer_over", sentence="这个换班已经结束，或者已经有人接下。"):
    """What was taken, withdrawn, declined or has lapsed is settled; it can be offered anew."""


_OFFERED = select(ShiftOffer.id).where(
    ShiftOffer.status.in_(PENDING),
    or_(
        ShiftOffer.shift_id.in_(bindparam("shifts", expanding=True)),
        ShiftOffer.return_shift_id.in_(bindparam("shifts", expanding=True)),
    ),
)
_WAITING = select(ShiftWait).where(
    ShiftWait.shift_id == bindparam("shift_id"), ShiftWait.status == WaitStatus.WAITING
)
_OWN_WAIT = _WAITING.where(ShiftWait.person_id == bindparam("person_id"))


def turn_offer(work: Work, offer: ShiftOffer, status: OfferStatus) -> None:
    """Moves a locked offer along its transitions; refuses (:class:`OfferOver`) what has ended."""
    if status not in OFFER_TRANSITIONS[offer.status]:
        raise OfferOver(offer_id=offer.id, status=offer.status.value)
    offer.status = status
    offer.ended_at = None if status in PENDING else work.now
    work.flush()


def lapse_offers(work: Work, shift_ids: Collection[int], *, person_id: int | None = None) -> None:
    """Ends what is offered of shifts or in return for them, by one person if said: it is theirs no more.
    Whoever else was concerned is told."""
    ids = work.scalars(_OFFERED, {"shifts": list(shift_ids)})
    for offer in work.lock_all(ShiftOffer, ids):
        loses = offer.giver_id if offer.shift_id in shift_ids else offer.asked_id
        if person_id in {None, loses}:
            turn_offer(work, offer, OfferStatus.LAPSED)
            others = {offer.giver_id, offer.asked_id, offer.taker_id} - {None, person_id}
            tell_of_offer(work, offer, others, "班次有变动，换班不再有效")


def end_wait(work: Work, shift_id: int, person_id: int) -> None:
    """Whoever is put on a shift waits for it no more."""
    for wait in work.scalars(_OWN_WAIT, {"shift_id": shift_id, "person_id": person_id}):
        wait.status, wait.ended_at = WaitStatus.PROMOTED, work.now


def end_line(work: Work, shift_id: int) -> list[int]:
    """Nobody waits for a shift any more. Returns who did."""
    waits = work.scalars(_WAITING.order_by(ShiftWait.id), {"shift_id": shift_id}).all()
    for wait in waits:
        wait.status, wait.ended_at = WaitStatus.LEFT, work.now
    return [wait.person_id for wait in waits]


def tell_of_offer(work: Work, offer: ShiftOffer, people: Iterable[int | None], what: str) -> None:
    """Tells people about an offer: what becomes of it, and of which shift."""
    shift = work.find(Shift, offer.shift_id)
    programme, site = work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)
    when = f"{chinese_span(shift.starts_at, shift.ends_at)} {site.name} {programme.name}"
    if offer.return_shift_id is not None:
        other = work.find(Shift, offer.return_shift_id)
        there = work.find(Site, other.site_id).name
        when += f"，换 {chinese_span(other.starts_at, other.ends_at)} {there}"
    for person_id in sorted(one for one in people if one is not None):
        tell(
            work,
            kind=NoticeKind.OFFERED,
            person_id=person_id,
            team_id=programme.team_id,
            community_id=site.community_id,
            text=f"{what}：{when}。",
        )
