"""Tables of tokens and role grants."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.permissions import Role
from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class Token(Table):
    """A bearer token. Only its SHA-256 is kept; the secret is shown once, when it is issued."""

    __tablename__ = "tokens"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=PRIVATE)
    label: Mapped[str] = mapped_column(String(60))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class RoleGrant(Table):
    """The office makes a person a street officer or the coordinator of a community.

    Leading a team is not granted here: it follows from the membership.
    """

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("role IN ('street_officer', 'community_coordinator')", name="granted"),
        CheckConstraint("(role = 'community_coordinator') = (community_id IS NOT NULL)", name="scope"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="order"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_type(Role))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The last day on which the role is held."""
