"""What goes out of the door: tickets to whom they are for, the rest to those who organise the event."""

from __future__ import annotations

from datetime import datetime

import msgspec

from volunteer_core.events.door.models import Outcome


class TicketView(msgspec.Struct, frozen=True):
    """Somebody's ticket: ``code`` is its text, which a QR code shows. It admits ``companions`` more."""

    signup_id: int
    event_id: int
    title: str
    position: str
    opens_at: datetime
    starts_at: datetime
    ends_at: datetime
    companions: int
    code: str


class DoorKey(msgspec.Struct, frozen=True):
    """A key by which tickets are verified: Ed25519, the 32 bytes in base64."""

    number: int
    public_key: bytes


class DoorPosition(msgspec.Struct, frozen=True):
    """A position, and from when on its people are let in: until ``ends_at``."""

    id: int
    name: str
    earns_hours: bool
    opens_at: datetime
    starts_at: datetime
    ends_at: datetime


class Expected(msgspec.Struct, frozen=True):
    """Somebody with a seat. ``serial`` is the ticket that counts, the name is masked."""

    signup_id: int
    position_id: int
    serial: int
    name: str
    companions: int
    arrived_at: datetime | None
    left_at: datetime | None


class DoorList(msgspec.Struct, frozen=True):
    """What a door needs to work without the network, as of ``made_at``."""

    event_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    keys: list[DoorKey]
    positions: list[DoorPosition]
    expected: list[Expected]


class ScanView(msgspec.Struct, frozen=True):
    """What came of a report. ``says`` tells whoever stands at the door; ``refusal`` is the code of the rule
    that stood against it. Whose it is, is null where nobody of the event was meant; the name is masked."""

    key: str
    outcome: Outcome
    refusal: str
    says: str
    signup_id: int | None
    position_id: int | None
    name: str
    companions: int
    arrived_at: datetime | None
    left_at: datetime | None
