"""What became of a sign-up by phone, for whoever asked: they have its secret, and no account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.events import offers, signups
from volunteer_core.events.by_phone.models import PhoneSignup
from volunteer_core.events.by_phone.pending import end, find_by_secret, refuse_unless_waiting
from volunteer_core.events.by_phone.views import MOST_ATTEMPTS, PhoneSignupState, PhoneSignupView
from volunteer_core.events.door import tickets
from volunteer_core.events.door.views import TicketView
from volunteer_core.events.entering import NotSignedUp
from volunteer_core.events.listing import signup_view
from volunteer_core.events.models import Event, Position, Signup, SignupStatus
from volunteer_core.events.views import SignupView
from volunteer_core.permissions import Actor
from volunteer_core.places.models import Site

_FOR_WHAT = (
    select(
        Event.id.label("event_id"),
        Event.title,
        Position.name.label("position"),
        Site.name.label("site_name"),
        Position.starts_at,
        Position.ends_at,
    )
    .join(Event, Event.id == Position.event_id)
    .join(Site, Site.id == Event.site_id)
    .where(Position.id == bindparam("position_id"))
)


class NotConfirmed(Conflict, code="phone_not_confirmed", sentence="这个报名还没有确认，请先填写验证码。"):
    """A seat, and so an offer or a ticket, is to be had in the line, into which one comes by confirming."""


def read(work: Work, *, phone_signup_id: int, secret: str) -> PhoneSignupView:
    """What became of it: whether it is confirmed, with a seat or a place in the line."""
    work.demand("events.sign_up_by_phone")
    return view_of(work, find_by_secret(work, phone_signup_id, secret))


def cancel(work: Work, *, phone_signup_id: int, secret: str) -> PhoneSignupView:
    """Takes back what is not confirmed yet, or cancels the sign-up as the person themselves would.

    Refuses what has expired, and what :func:`signups.cancel` refuses.
    """
    work.demand("events.sign_up_by_phone")
    asked = find_by_secret(work, phone_signup_id, secret)
    work.lock(Position, asked.position_id)
    work.lock(PhoneSignup, asked.id)
    if asked.signup_id is None:
        refuse_unless_waiting(work, asked)
        end(work, asked)
    else:
        signup_id = _confirmed(work, asked)
        with _as_themselves(work, signup_id):
            signups.cancel(work, signup_id=signup_id)
    return view_of(work, asked)


def accept_offer(work: Work, *, phone_signup_id: int, secret: str) -> PhoneSignupView:
    """Accepts the seat that is kept for them, as the person themselves would; refuses as that does."""
    work.demand("events.sign_up_by_phone")
    asked = find_by_secret(work, phone_signup_id, secret)
    signup_id = _confirmed(work, asked)
    with _as_themselves(work, signup_id):
        offers.accept_offer(work, signup_id=signup_id)
    return view_of(work, asked)


def read_ticket(work: Work, *, phone_signup_id: int, secret: str) -> TicketView:
    """The ticket of their seat, as the person themselves would read it; refuses as that does."""
    work.demand("events.sign_up_by_phone")
    signup_id = _confirmed(work, find_by_secret(work, phone_signup_id, secret))
    with _as_themselves(work, signup_id):
        return tickets.read_ticket(work, signup_id=signup_id)


def view_of(work: Work, asked: PhoneSignup) -> PhoneSignupView:
    """A sign-up by phone as it goes out to whoever asked. Inner: asks no right."""
    row = work.execute(_FOR_WHAT, {"position_id": asked.position_id}).mappings().one()
    signup = None if asked.signup_id is None else signup_view(work, asked.signup_id)
    if signup and _came_back(asked, signup):
        signup = msgspec.structs.replace(signup, status=SignupStatus.CANCELLED, place=None, offer_until=None)
    return PhoneSignupView(
        id=asked.id,
        state=_state(work, asked),
        expires_at=asked.expires_at,
        companions=asked.companions,
        status=signup.status if signup else None,
        place=signup.place if signup else None,
        offer_until=signup.offer_until if signup else None,
        **row,
    )


def _confirmed(work: Work, asked: PhoneSignup) -> int:
    """The sign-up that it has become, unless that is over."""
    if asked.signup_id is None:
        raise NotConfirmed(phone_signup_id=asked.id)
    if _came_back(asked, work.find(Signup, asked.signup_id)):
        raise NotSignedUp(signup_id=asked.signup_id)
    return asked.signup_id


def _came_back(asked: PhoneSignup, signup: Signup | SignupView) -> bool:
    """Whether the person has signed up once more since, which revives the row: not by this secret."""
    return signup.signed_up_at != asked.confirmed_at


def _state(work: Work, asked: PhoneSignup) -> PhoneSignupState:
    if asked.confirmed_at is not None:
        return PhoneSignupState.CONFIRMED
    if work.now >= asked.expires_at:
        return PhoneSignupState.EXPIRED
    return PhoneSignupState.BLOCKED if asked.attempts >= MOST_ATTEMPTS else PhoneSignupState.PENDING


@contextmanager
def _as_themselves(work: Work, signup_id: int) -> Iterator[None]:
    """Acts as the person of a sign-up: the secret is theirs, and this sign-up is all that it is for."""
    by, work.by = work.by, Actor.person(work.find(Signup, signup_id).person_id)
    try:
        yield
    finally:
        work.by = by
