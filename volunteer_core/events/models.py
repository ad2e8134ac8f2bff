"""Tables of events, positions and sign-ups. A confirmed sign-up holds a row of ``commitments``."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import Instant, Revised, Table, enum_type
from volunteer_core.teams.models import Advised


class EventStatus(StrEnum):
    """The life of an event."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CALLED_OFF = "called_off"


EVENT_TRANSITIONS = {
    EventStatus.DRAFT: {EventStatus.PUBLISHED, EventStatus.CALLED_OFF},
    EventStatus.PUBLISHED: {EventStatus.CALLED_OFF},
    EventStatus.CALLED_OFF: frozenset[EventStatus](),
}


class SignupStatus(StrEnum):
    """Where a sign-up stands."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    CALLED_OFF = "called_off"


class Event(Revised, Advised, Table):
    """Something people sign up for, at one place and time. What it does not say of what to bring and
    whom to call, its programme says."""

    __tablename__ = "events"
    __shown__ = (
        "title", "description", "starts_at", "ends_at", "site_id", "status",
        "bring", "contact", "contact_phone",
    )  # fmt: skip
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("signup_opens_at < signup_closes_at", name="signup_order"),
        CheckConstraint("signup_closes_at <= ends_at", name="signup_end"),
    )

    code: Mapped[str | None] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(4000), default="")
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    """The team that organises it."""
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    signup_opens_at: Mapped[datetime] = mapped_column(Instant)
    signup_closes_at: Mapped[datetime] = mapped_column(Instant)
    cancel_until: Mapped[datetime] = mapped_column(Instant)
    """Until when people may cancel by themselves; later their leader does."""
    public: Mapped[bool] = mapped_column(default=True)
    status: Mapped[EventStatus] = mapped_column(enum_type(EventStatus))
    published_at: Mapped[datetime | None] = mapped_column(Instant)


class Position(Table):
    """A way to take part in an event: audience, usher. Its seats are counted, never kept as a number."""

    __tablename__ = "positions"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        CheckConstraint("capacity BETWEEN 0 AND 100000", name="capacity"),
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("min_age IS NULL OR max_age IS NULL OR min_age <= max_age", name="ages"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    name: Mapped[str] = mapped_column(String(40))
    capacity: Mapped[int]
    earns_hours: Mapped[bool]
    """Whether being there is service: an usher's is, an audience's is not."""
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    """Its own span: ushers come earlier than the audience."""
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    qualification: Mapped[str | None] = mapped_column(String(32))
    arrivals: Mapped[int] = mapped_column(default=0)
    """How many numbers in the line were handed out: the next sign-up gets the next one."""


class Signup(Table):
    """A person's place in the line of a position. Signing up again revives the row at the end."""

    __tablename__ = "signups"
    __table_args__ = (
        UniqueConstraint("position_id", "person_id"),
        UniqueConstraint("position_id", "number"),
        CheckConstraint("(status = 'confirmed') <= (commitment_id IS NOT NULL)", name="promised"),
        Index(None, "position_id", "status", "number"),
    )

    position_id: Mapped[int] = mapped_column(ForeignKey("positions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    number: Mapped[int]
    """Place in the order of arrival, by which alone the wait-list moves up."""
    status: Mapped[SignupStatus] = mapped_column(enum_type(SignupStatus))
    accompanied: Mapped[bool] = mapped_column(default=False)
    """The guardian comes along: needed for the youngest."""
    signed_up_at: Mapped[datetime] = mapped_column(Instant)
    promoted_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"))
