"""What goes out of sign-ups by phone: to whoever asked, and to who calls them back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from volunteer_core.events.models import SignupStatus

MOST_ATTEMPTS = 5
"""How many wrong codes end a code."""


class Asked(msgspec.Struct, frozen=True):
    """What was asked for, until when its code counts, and the secret to follow it with: shown once."""

    id: int
    secret: str
    expires_at: datetime


class PhoneSignupState(StrEnum):
    """Where a sign-up by phone stands."""

    PENDING = "pending"
    """The code is waited for."""
    BLOCKED = "blocked"
    """Too many wrong codes: who organises the event may still call back."""
    EXPIRED = "expired"
    """Not confirmed in time, taken back, or asked for anew."""
    CONFIRMED = "confirmed"


class PhoneSignupView(msgspec.Struct, frozen=True):
    """A sign-up as whoever asked sees it; instants are UTC. Nothing of the person: they know that.

    Once it is confirmed ``status`` is that of the sign-up, and ``place`` is counted from 1 among those who
    wait. A seat that is offered is accepted until ``offer_until``.
    """

    id: int
    state: PhoneSignupState
    expires_at: datetime
    event_id: int
    title: str
    position: str
    site_name: str
    starts_at: datetime
    ends_at: datetime
    companions: int
    status: SignupStatus | None
    place: int | None
    offer_until: datetime | None


class PendingView(msgspec.Struct, frozen=True):
    """What is not confirmed yet, as those see it who organise the event: with the phone, for they call."""

    id: int
    position_id: int
    name: str
    """Masked."""
    phone: str
    community_id: int | None
    companions: int
    blocked: bool
    """Too many wrong codes were tried."""
    asked_at: datetime
    expires_at: datetime
