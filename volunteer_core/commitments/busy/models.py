"""Tables of calendars that say when their owners are busy: of each the merged spans, nothing else of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table

LONGEST_LABEL = 60
LONGEST_ADDRESS = 1000
LONGEST_VALIDATOR = 200
LONGEST_TOLD = 200


class BusyCalendar(Table):
    """A calendar that a person uploaded, or whose address they registered. Whoever removes it deletes the row
    with its spans."""

    __tablename__ = "busy_calendars"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    label: Mapped[str] = mapped_column(String(LONGEST_LABEL), info=PRIVATE)
    address: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS), info=PRIVATE)
    """May be a secret by itself; null: an upload."""
    added_at: Mapped[datetime] = mapped_column(Instant)
    tried_at: Mapped[datetime] = mapped_column(Instant)
    """When somebody began to read it last: only who did so writes what was read."""
    read_at: Mapped[datetime] = mapped_column(Instant)
    """When what is kept of it was read."""
    until: Mapped[date]
    """The last civil date of which its spans are kept."""
    problem: Mapped[str] = mapped_column(String(40), default="")
    """The code of what went wrong when it was last tried; empty if nothing did."""
    told: Mapped[str] = mapped_column(String(LONGEST_TOLD), default="")
    """The same as a sentence for the person."""
    failures: Mapped[int] = mapped_column(default=0)
    """How often in a row it could not be read."""
    next_try_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    """When an address is due to be read; null: an upload."""
    etag: Mapped[str] = mapped_column(String(LONGEST_VALIDATOR), default="", info=PRIVATE)
    last_modified: Mapped[str] = mapped_column(String(LONGEST_VALIDATOR), default="", info=PRIVATE)
    """What its server calls the version that was read (RFC 9110 §8.8)."""


class BusySpan(Table):
    """A person is busy, as one of their calendars says."""

    __tablename__ = "busy_spans"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        Index(None, "person_id", "ends_at"),
        Index(None, "ends_at"),
    )

    calendar_id: Mapped[int] = mapped_column(ForeignKey("busy_calendars.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
