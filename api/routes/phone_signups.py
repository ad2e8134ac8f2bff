"""Residents without an account sign up by phone: ask, confirm, follow; and leaders who call back.

Whoever asked has a secret, and sends it as ``Signup-Secret``: a header, for addresses end up in logs and
histories, and other sites cannot have a browser send it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from litestar import Request, Router
from litestar.params import HeaderParameter, JSONBody

from api.addresses import address_of
from api.incoming import Body, Id, Paged, PathId, given
from api.operations import act, get, post
from api.repeats import SIGNUP_HEADER
from api.routes.door import TICKET, with_key
from api.routes.signups import ENDS, SIGNUP, STARTS
from api.work import Opened
from volunteer_core.access.secrets import LONGEST_SECRET
from volunteer_core.database import Page
from volunteer_core.events.by_phone import asking, confirming, following, listing
from volunteer_core.events.by_phone.views import Asked, PendingView, PhoneSignupState, PhoneSignupView
from volunteer_core.events.door.views import TicketView
from volunteer_core.events.models import SignupStatus
from volunteer_core.events.views import SignupView

Secret = Annotated[
    str,
    HeaderParameter(
        name=SIGNUP_HEADER,
        max_length=LONGEST_SECRET,
        description="What was answered when the sign-up was asked for: the right to follow it.",
    ),
]

ASKED_AT = datetime(2026, 12, 3, 4, tzinfo=UTC)
EXPIRES = ASKED_AT + timedelta(days=1)
ASKED = Asked(5, "hXv0Yc3n8mQ2r7sT1uW4xZ6aB9dE5fG0jK3lN8pQ2rS", EXPIRES)
CONFIRMED = PhoneSignupView(
    id=5,
    state=PhoneSignupState.CONFIRMED,
    expires_at=EXPIRES,
    event_id=3,
    title="消防安全知识讲座",
    position="听众",
    site_name="三峰社区五点学堂",
    starts_at=STARTS,
    ends_at=ENDS,
    companions=1,
    status=SignupStatus.WAITING,
    place=2,
    offer_until=None,
)
PENDING = PendingView(5, 7, "张*", "13812345678", 1, 1, False, ASKED_AT, EXPIRES)


class AskByPhone(Body):
    """Who wants to come: a name, a phone that the code is sent to, the home community, and how many others
    come along."""

    name: str
    phone: str
    community_id: Id | None = None
    companions: int = 0


class ConfirmPhone(Body):
    """The six digits that were sent to the phone."""

    code: str


@post(
    "/positions/{position_id:int}/phone-signups",
    operation="events.sign_up_by_phone",
    asks=AskByPhone(name="张小兰", phone="13812345678", community_id=1, companions=1),
    answers=ASKED,
    limited=True,
    shown_once=True,
)
def ask_by_phone(
    request: Request[Any, Any, Any], opened: Opened, position_id: PathId, data: JSONBody[AskByPhone]
) -> Asked:
    """Ask for a place without an account: a code is sent to the phone, and takes a seat once confirmed.

    The answer holds a secret, shown this once: send it as `Signup-Secret` with everything that follows. Only
    public events, and positions that earn no hours and ask for no qualification or age (`not_by_phone`).
    Asking again for the same phone, name and position replaces what waited. A phone, and an address, may ask
    so many times an hour (`too_many_signups`, with `Retry-After`).
    """
    with opened.write() as work:
        return asking.ask(work, position_id=position_id, address=address_of(request), **given(data))


@act(
    "/phone-signups/{phone_signup_id:int}/confirm",
    operation="events.sign_up_by_phone",
    asks=ConfirmPhone(code="042917"),
    answers=CONFIRMED,
)
def confirm_by_phone(
    opened: Opened, phone_signup_id: PathId, data: JSONBody[ConfirmPhone], secret: Secret = ""
) -> PhoneSignupView:
    """Confirm with the code: the person comes into the line now, with a seat if one is free.

    Refused: a wrong code (`code_wrong`), of which the fifth ends it (`code_blocked`), one that has expired
    (`code_expired`) or was used (`code_used`), and who is signed up already.
    """
    return confirming.confirm(opened, phone_signup_id=phone_signup_id, secret=secret, code=data.code)


@get(
    "/phone-signups/{phone_signup_id:int}",
    operation="events.sign_up_by_phone",
    answers=CONFIRMED,
)
def read_by_phone(opened: Opened, phone_signup_id: PathId, secret: Secret = "") -> PhoneSignupView:
    """Read what became of a sign-up by phone: confirmed or not, the seat, the place in the line."""
    with opened.read() as work:
        return following.read(work, phone_signup_id=phone_signup_id, secret=secret)


@get(
    "/phone-signups/{phone_signup_id:int}/ticket",
    operation="events.sign_up_by_phone",
    answers=TICKET,
)
def read_ticket_by_phone(opened: Opened, phone_signup_id: PathId, secret: Secret = "") -> TicketView:
    """Read the ticket of a seat that was signed up for by phone: a text to be shown as a QR code."""
    return with_key(opened, following.read_ticket, phone_signup_id=phone_signup_id, secret=secret)


@act(
    "/phone-signups/{phone_signup_id:int}/cancel",
    operation="events.sign_up_by_phone",
    answers=CONFIRMED,
)
def cancel_by_phone(opened: Opened, phone_signup_id: PathId, secret: Secret = "") -> PhoneSignupView:
    """Cancel a sign-up by phone, confirmed or not; the first in line for whom everything holds moves up."""
    with opened.write() as work:
        return following.cancel(work, phone_signup_id=phone_signup_id, secret=secret)


@act(
    "/phone-signups/{phone_signup_id:int}/accept",
    operation="events.sign_up_by_phone",
    answers=CONFIRMED,
)
def accept_by_phone(opened: Opened, phone_signup_id: PathId, secret: Secret = "") -> PhoneSignupView:
    """Accept a seat that is kept, until its offer runs out."""
    with opened.write() as work:
        return following.accept_offer(work, phone_signup_id=phone_signup_id, secret=secret)


@act(
    "/phone-signups/{phone_signup_id:int}/vouch",
    operation="events.vouch_by_phone",
    answers=SIGNUP,
)
def vouch_by_phone(opened: Opened, phone_signup_id: PathId) -> SignupView:
    """Confirm in place of the code, having called the number back. The log of changes says who did."""
    with opened.write() as work:
        return confirming.vouch(work, phone_signup_id=phone_signup_id)


@get(
    "/events/{event_id:int}/phone-signups",
    operation="events.vouch_by_phone",
    answers=Page([PENDING], 1, 50, 0),
)
def list_phone_signups(opened: Opened, paging: Paged, event_id: PathId) -> Page[PendingView]:
    """List what was asked for by phone and is not confirmed yet, oldest first: to call back."""
    with opened.read() as work:
        return listing.list_pending(work, event_id=event_id, paging=paging)


router = Router(
    "/",
    tags=["events"],
    route_handlers=[
        ask_by_phone,
        confirm_by_phone,
        read_by_phone,
        read_ticket_by_phone,
        cancel_by_phone,
        accept_by_phone,
        vouch_by_phone,
        list_phone_signups,
    ],
)
