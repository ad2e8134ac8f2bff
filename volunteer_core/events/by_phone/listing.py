"""What was asked for by phone and is not confirmed, for those who organise the event: they may call back."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from volunteer_core.database import Page, Paging, Work
from volunteer_core.events.by_phone.models import PhoneSignup
from volunteer_core.events.by_phone.views import MOST_ATTEMPTS, PendingView
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.models import Event, Position
from volunteer_core.people.masking import masked_name


def list_pending(work: Work, *, event_id: int, paging: Paging = Paging()) -> Page[PendingView]:
    """What waits to be confirmed for an event, oldest first: the name masked, the phone in full."""
    event = work.find(Event, event_id)
    work.demand("events.vouch_by_phone", **organisers_of(work, event))
    statement = (
        select(
            PhoneSignup.id,
            PhoneSignup.position_id,
            PhoneSignup.name,
            PhoneSignup.phone,
            PhoneSignup.community_id,
            PhoneSignup.companions,
            (PhoneSignup.attempts >= MOST_ATTEMPTS).label("blocked"),
            PhoneSignup.asked_at,
            PhoneSignup.expires_at,
        )
        .join(Position, Position.id == PhoneSignup.position_id)
        .where(
            Position.event_id == event.id,
            PhoneSignup.confirmed_at.is_(None),
            PhoneSignup.expires_at > work.now,
        )
        .order_by(PhoneSignup.asked_at, PhoneSignup.id)
    )
    page = work.page(PendingView, statement, paging)
    masked = [msgspec.structs.replace(one, name=masked_name(one.name)) for one in page.items]
    return msgspec.structs.replace(page, items=masked)
