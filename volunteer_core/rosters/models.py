"""Tables of patterns and shifts. Who is on a shift stands in ``commitments``."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import Instant, Revised, Table, enum_type


class ShiftStatus(StrEnum):
    """The life of a shift."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CALLED_OFF = "called_off"
    """By somebody, for a reason: it stays so."""
    DROPPED = "dropped"
    """The pattern does not want it any more and nobody was on it: it comes back if wanted again."""


OPEN = (ShiftStatus.DRAFT, ShiftStatus.PUBLISHED)

SHIFT_TRANSITIONS = {
    ShiftStatus.DRAFT: {ShiftStatus.PUBLISHED, ShiftStatus.CALLED_OFF, ShiftStatus.DROPPED},
    ShiftStatus.PUBLISHED: {ShiftStatus.DRAFT, ShiftStatus.CALLED_OFF, ShiftStatus.DROPPED},
    ShiftStatus.CALLED_OFF: {ShiftStatus.DRAFT},
    ShiftStatus.DROPPED: {ShiftStatus.DRAFT},
}


class Pattern(Table):
    """When a programme runs at a site: its weekdays (those the day rule lets run), time and people.

    A pattern is never changed but ended, and another one follows: what was planned by it stays clear.
    """

    __tablename__ = "patterns"
    __table_args__ = (
        CheckConstraint("starts < ends", name="times"),
        CheckConstraint("minimum >= 0 AND minimum <= maximum AND leads <= maximum", name="people"),
        Index(None, "programme_id", "site_id"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    weekdays: Mapped[str] = mapped_column(String(7))
    """Digits of ISO weekdays, 1 for Monday to 7 for Sunday, ascending."""
    starts: Mapped[time]
    ends: Mapped[time]
    """Civil times of day in the office's zone."""
    minimum: Mapped[int]
    maximum: Mapped[int]
    leads: Mapped[int]
    """How many of them are qualified leads: people with the qualification ``trained_lead``."""
    valid_from: Mapped[date]
    valid_to: Mapped[date]


class Shift(Revised, Table):
    """A span of time at a site for which people are needed. Never deleted: it is called off."""

    __tablename__ = "shifts"
    __shown__ = ("starts_at", "ends_at", "site_id", "status", "note")
    __table_args__ = (
        UniqueConstraint("pattern_id", "civil_date"),
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("minimum >= 0 AND minimum <= maximum AND leads <= maximum", name="people"),
        Index(None, "programme_id", "civil_date"),
        Index(None, "site_id", "civil_date"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    pattern_id: Mapped[int | None] = mapped_column(ForeignKey("patterns.id"))
    civil_date: Mapped[date]
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    minimum: Mapped[int]
    maximum: Mapped[int]
    leads: Mapped[int]
    status: Mapped[ShiftStatus] = mapped_column(enum_type(ShiftStatus))
    tentative: Mapped[bool] = mapped_column(default=False)
    """The year's calendar is not announced: it can be planned, not published."""
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was first published: from then on calendars show what becomes of it."""
    note: Mapped[str] = mapped_column(String(200), default="")
