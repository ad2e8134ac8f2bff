"""Tables of the door: the office's key for tickets, and every scan that was reported."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class Direction(StrEnum):
    """Which way somebody went, or that the last way was a mistake."""

    IN = "in"
    OUT = "out"
    UNDO = "undo"


class Outcome(StrEnum):
    """What came of a scan."""

    ADMITTED = "admitted"
    ALREADY_IN = "already_in"
    LEFT = "left"
    ALREADY_OUT = "already_out"
    UNDONE = "undone"
    REFUSED = "refused"


class TicketKey(Table):
    """An Ed25519 key with which the office signs tickets (RFC 8032). The first signs, the newest last."""

    __tablename__ = "ticket_keys"

    number: Mapped[int] = mapped_column(unique=True)
    """Stands in the ticket, so that a door knows by which key to verify it. From 1."""
    private_key: Mapped[bytes] = mapped_column(LargeBinary(32), info=PRIVATE)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime] = mapped_column(Instant)


class DoorScan(Table):
    """A scan, or a tick on the name list, as a door reported it. The same key again changes nothing."""

    __tablename__ = "door_scans"
    __table_args__ = (Index(None, "signup_id", "scanned_at"),)

    key: Mapped[str] = mapped_column(String(64), unique=True)
    """Chosen by the door: what makes a report that is sent again the same report."""
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    signup_id: Mapped[int | None] = mapped_column(ForeignKey("signups.id"))
    """Null where the code could not be read."""
    direction: Mapped[Direction] = mapped_column(enum_type(Direction))
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome))
    refusal: Mapped[str] = mapped_column(String(40), default="")
    """The code of the refusal."""
    scanned_at: Mapped[datetime] = mapped_column(Instant)
    """By the door's clock, never later than when it was reported."""
    reported_at: Mapped[datetime] = mapped_column(Instant)
    reported_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
