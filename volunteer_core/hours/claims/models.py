"""Table of claims."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.hours.models import EntryKind
from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class ClaimState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


NEXT_STATES: dict[ClaimState, frozenset[ClaimState]] = {
    ClaimState.PENDING: frozenset({ClaimState.APPROVED, ClaimState.DECLINED, ClaimState.WITHDRAWN}),
    ClaimState.APPROVED: frozenset({ClaimState.PENDING}),
    ClaimState.DECLINED: frozenset(),
    ClaimState.WITHDRAWN: frozenset(),
}
"""An approved claim is pending again when all of its time has come to count for something else."""


class Claim(Table):
    """A span of one civil date that a person says they served, and what was decided."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="one_day"),
        CheckConstraint("state <> 'approved' OR minutes IS NOT NULL", name="decided"),
        CheckConstraint("kind IN ('service', 'training')", name="own_time"),
        Index(None, "person_id", "civil_date"),
        Index(None, "community_id", "civil_date"),
        Index(None, "state"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[EntryKind] = mapped_column(enum_type(EntryKind))
    civil_date: Mapped[date]
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    what: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(100))
    evidence: Mapped[str] = mapped_column(String(500), info=PRIVATE)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("communities.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grids.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    late: Mapped[bool]
    """Claimed later than service has to be recorded (民政部令67号 Art 11)."""
    filed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    filed_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[ClaimState] = mapped_column(enum_type(ClaimState))
    minutes: Mapped[int | None]
    """What was approved, at most the span."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision: Mapped[str] = mapped_column(String(200), default="", info=PRIVATE)
    """Why it was shortened or declined."""
