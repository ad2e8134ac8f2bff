"""Tables of drafts: what the planner was asked for, how far it is, and what it found."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import Instant, Table, enum_type


class DraftStatus(StrEnum):
    """The life of a draft."""

    WAITING = "waiting"
    """For a planning process: only so many run at once."""
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    APPLIED = "applied"
    """Its places have been taken over into the roster."""
    DISCARDED = "discarded"


DRAFT_TRANSITIONS = {
    DraftStatus.WAITING: {DraftStatus.RUNNING, DraftStatus.DISCARDED, DraftStatus.FAILED},
    DraftStatus.RUNNING: {DraftStatus.READY, DraftStatus.FAILED, DraftStatus.WAITING},
    DraftStatus.READY: {DraftStatus.APPLIED, DraftStatus.DISCARDED},
    DraftStatus.FAILED: {DraftStatus.DISCARDED},
    DraftStatus.APPLIED: set(),
    DraftStatus.DISCARDED: set(),
}


class Draft(Table):
    """One proposal for the shifts of a programme between two dates. Several may stand side by side."""

    __tablename__ = "drafts"
    __audited__ = False
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="order"),
        CheckConstraint("seconds BETWEEN 1 AND 3600", name="seconds"),
        Index(None, "programme_id", "first_day"),
        Index(None, "status"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    name: Mapped[str] = mapped_column(String(60))
    first_day: Mapped[date]
    last_day: Mapped[date]
    site_ids: Mapped[list[int]] = mapped_column(JSON)
    """The sites it is for."""
    seed: Mapped[int]
    seconds: Mapped[int]
    """How long the planner may take."""
    status: Mapped[DraftStatus] = mapped_column(enum_type(DraftStatus))
    stop_asked: Mapped[bool] = mapped_column(default=False)
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    requested_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    """When its process last showed that it is alive."""
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The plan without its assignments: costs and bounds by level, stages, explanations."""
    problem: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The problem that was solved, compressed: later questions are answered from it."""
    failure: Mapped[str] = mapped_column(String(200), default="")


class DraftPlace(Table):
    """A person on a shift, in a draft."""

    __tablename__ = "draft_places"
    __audited__ = False
    __table_args__ = (UniqueConstraint("draft_id", "shift_id", "person_id"),)

    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    locked: Mapped[bool] = mapped_column(default=False)
    """It stays where it is when the draft is planned again."""
