"""Tables of availability. Whoever has not said anything is not assumed to be free."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class WeeklySpan(Table):
    """Every week from a date on and until another, a person can serve on a weekday between two times.

    What was stated at once has the same dates: one pattern holds on a date, and no other.
    """

    __tablename__ = "weekly_spans"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 7", name="weekday"),
        CheckConstraint("starts < ends", name="times"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="order"),
        Index(None, "person_id", "weekday"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    weekday: Mapped[int]
    """ISO weekday, 1 for Monday; 0 in the only row of the pattern "never", whose times mean nothing."""
    starts: Mapped[time]
    ends: Mapped[time]
    """Civil times of day in the office's zone."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class DateWish(StrEnum):
    """What a person says of dates: it goes before the weekly pattern."""

    CANNOT = "cannot"
    CAN = "can"
    """Opens the whole day, also without a weekly span."""
    PREFERS = "prefers"
    """Opens the whole day, and they would like it."""
    RATHER_NOT = "rather_not"
    """The weekly spans stay, but they would rather not."""


class DatedWish(Table):
    """What a person said of one date or several. Of two for one date the later entered counts."""

    __tablename__ = "dated_wishes"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="order"),
        Index(None, "person_id", "last_day"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    kind: Mapped[DateWish] = mapped_column(enum_type(DateWish))
    reason: Mapped[str] = mapped_column(String(200), default="", info=PRIVATE)
    """The person's own business: only they read it."""
    entered_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class ServiceLimits(Table):
    """How much a person wants to serve, and how far they go; null is no limit. One row a person."""

    __tablename__ = "service_limits"
    __table_args__ = (
        CheckConstraint("max_per_week IS NULL OR max_per_week >= 0", name="max_per_week"),
        CheckConstraint(
            "max_consecutive_days IS NULL OR max_consecutive_days >= 1", name="max_consecutive_days"
        ),
        CheckConstraint("rest_minutes BETWEEN 0 AND 1440", name="rest_minutes"),
        CheckConstraint("farthest_km IS NULL OR farthest_km >= 0", name="farthest_km"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), unique=True)
    max_per_week: Mapped[int | None]
    """Shifts in an ISO week; 0 is none at all."""
    max_consecutive_days: Mapped[int | None]
    """Calendar days in a row."""
    rest_minutes: Mapped[int] = mapped_column(default=0)
    """Kept free before and after every shift and other commitment, travel included."""
    only_listed_sites: Mapped[bool] = mapped_column(default=False)
    """They go to the sites of :class:`WillingSite` only."""
    farthest_km: Mapped[float | None]
    """As the crow flies, from the places of their own grid or community."""
    home_site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    """Where they would like to serve always: the site that counts as no way at all."""
    said_at: Mapped[datetime] = mapped_column(Instant)


class WillingSite(Table):
    """A site a person goes to."""

    __tablename__ = "willing_sites"
    __table_args__ = (UniqueConstraint("person_id", "site_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))


class PartnerWish(Table):
    """A person likes to serve together with another: a wish, never a rule."""

    __tablename__ = "partner_wishes"
    __table_args__ = (
        UniqueConstraint("person_id", "partner_id"),
        CheckConstraint("person_id <> partner_id", name="two_people"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("people.id"))


class AvailabilityAsk(Table):
    """A programme's team is asked, until a deadline, when its members can serve between two dates."""

    __tablename__ = "availability_asks"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="order"),
        Index(None, "programme_id", "first_day"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    deadline: Mapped[datetime] = mapped_column(Instant)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class AvailabilityAnswer(Table):
    """A person has answered: what they have stated holds for the dates asked about."""

    __tablename__ = "availability_answers"
    __table_args__ = (UniqueConstraint("ask_id", "person_id"),)

    ask_id: Mapped[int] = mapped_column(ForeignKey("availability_asks.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    answered_at: Mapped[datetime] = mapped_column(Instant)
