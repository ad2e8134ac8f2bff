"""Tables of children and sessions. No school class, no ID number, no photo (rule 6 of DESIGN.md)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table


class Child(Table):
    """A child minded at the 五点学堂."""

    __tablename__ = "children"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(60), info=PRIVATE)
    birth_date: Mapped[date] = mapped_column(info=PRIVATE)
    community_id: Mapped[int] = mapped_column(ForeignKey("communities.id"))


class ChildGuardian(Table):
    """Who answers for a child."""

    __tablename__ = "child_guardians"
    __table_args__ = (UniqueConstraint("child_id", "person_id"),)

    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    relation: Mapped[str] = mapped_column(String(20), info=PRIVATE)


class PickupAuthorisation(Table):
    """An adult who may take a child home, between two dates (接送授权)."""

    __tablename__ = "pickup_authorisations"
    __table_args__ = (CheckConstraint("valid_from <= valid_to", name="order"),)

    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    relation: Mapped[str] = mapped_column(String(20), info=PRIVATE)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class Enrolment(Table):
    """A child comes to a programme at a site on some weekdays, between two dates."""

    __tablename__ = "enrolments"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="order"),
        Index(None, "site_id", "programme_id", "first_day"),
    )

    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    weekdays: Mapped[str] = mapped_column(String(7))
    """Digits of ISO weekdays. On a make-up weekend day every enrolled child may come."""
    first_day: Mapped[date]
    last_day: Mapped[date]
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was ended earlier than it had said, if it was."""
    planned_to: Mapped[date | None]
    """The last day it had said then: what lies between is cancelled in the family's calendar."""


class Session(Table):
    """One day of a programme at a site, with the children who are expected."""

    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("programme_id", "site_id", "civil_date"),
        CheckConstraint("starts_at < ends_at", name="order"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    civil_date: Mapped[date]
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    called_off_at: Mapped[datetime | None] = mapped_column(Instant)


class Presence(Table):
    """A child at a session: when it came, when it left, with whom, and who of the staff let it go."""

    __tablename__ = "presences"
    __table_args__ = (
        UniqueConstraint("session_id", "child_id"),
        CheckConstraint("handed_over_at IS NULL OR arrived_at <= handed_over_at", name="order"),
        CheckConstraint(
            "(handed_over_at IS NULL) = (authorisation_id IS NULL AND handed_over_by IS NULL)",
            name="handed_over",
        ),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id"))
    child_id: Mapped[int] = mapped_column(ForeignKey("children.id"), index=True)
    arrived_at: Mapped[datetime] = mapped_column(Instant)
    received_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    handed_over_at: Mapped[datetime | None] = mapped_column(Instant)
    authorisation_id: Mapped[int | None] = mapped_column(ForeignKey("pickup_authorisations.id"))
    handed_over_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
