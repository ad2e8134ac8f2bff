"""Accepting an offered seat, and the clock's part: offers that run out, seats that have become free."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict, RuleBroken
from volunteer_core.events.concerned import concerned_by
from volunteer_core.events.hindrances import Entrant, hindrances
from volunteer_core.events.listing import signup_view
from volunteer_core.events.models import SEATED, Event, EventStatus, Position, Signup, SignupStatus
from volunteer_core.events.signups import PositionStarted
from volunteer_core.events.views import SignupView
from volunteer_core.events.waitlist import confirm, event_of, promote, together_with
from volunteer_core.events.waking import is_waking
from volunteer_core.office.settings import settings_on
from volunteer_core.timespans import civil_date


class NotOffered(Conflict, code="not_offered", sentence="目前没有为此报名保留的名额。"):
    """What can be accepted is a seat that is offered."""


class OfferLapsed(RuleBroken, code="seat_offer_lapsed", sentence="保留的期限已过，名额已让给下一位。"):
    """After its deadline an offer is nobody's any more, whether or not the clock has noticed."""


_TAKEN = (
    select(func.coalesce(func.sum(1 + Signup.companions), 0))
    .where(Signup.position_id == Position.id, Signup.status.in_(SEATED))
    .scalar_subquery()
)
_COMING = (
    select(Position.id)
    .join(Event, Event.id == Position.event_id)
    .where(Event.status == EventStatus.PUBLISHED)
    .order_by(Position.id)
)


def accept_offer(work: Work, *, signup_id: int) -> SignupView:
    """Accepts the seat that is kept for a sign-up, for all of a whole group if it is one of it.

    Everything is checked again. Refuses what is not offered, or no longer, and whatever keeps one of them
    from the position by now: the offer then stays until it runs out.
    """
    position = work.lock(Position, work.find(Signup, signup_id).position_id)
    signup = work.lock(Signup, signup_id)
    event = event_of(work, position)
    work.demand("events.accept_offer", **concerned_by(work, event, signup.person_id))
    if signup.offer_until is None:
        raise NotOffered(signup_id=signup.id, status=signup.status.value)
    if work.now >= position.starts_at:
        raise PositionStarted(signup_id=signup.id)
    if work.now >= signup.offer_until:
        raise OfferLapsed(signup_id=signup.id)
    together = together_with(work, signup)
    for refusal in hindrances(work, event, position, map(Entrant.of, together)).values():
        raise refusal
    for row in together:
        confirm(work, event, position, row)
        row.promoted_at = work.now
    work.flush()
    return signup_view(work, signup.id)


def lines_to_move(work: Work) -> list[int]:
    """The positions in whose line the clock has something to do: an offer that has run out, or, in waking
    hours, a free seat and somebody who waits. A step of the clock; it asks no right."""
    of_position = Signup.position_id == Position.id
    due: list[ColumnElement[bool]] = [exists().where(of_position, Signup.offer_until <= work.now)]
    if is_waking(work.now, settings_on(work, civil_date(work.now))):
        waits = exists().where(of_position, Signup.status == SignupStatus.WAITING)
        due.append(and_(waits, Position.capacity > _TAKEN))
    return list(work.scalars(_COMING.where(Position.starts_at > work.now, or_(*due))))


def move_line(work: Work, position_id: int) -> int:
    """Moves the line of one position on; returns how many got a seat, an offer, or lost one. A step of the
    clock, in a transaction for each position; it asks no right."""
    position = work.lock(Position, position_id)
    before = _standing(work, position)
    promote(work, position)
    after = _standing(work, position)
    return sum(status is not before.get(signup_id) for signup_id, status in after.items())


def _standing(work: Work, position: Position) -> dict[int, SignupStatus]:
    rows = work.execute(select(Signup.id, Signup.status).where(Signup.position_id == position.id))
    return {row.id: row.status for row in rows}
