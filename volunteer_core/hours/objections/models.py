"""Table of objections."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class ObjectionState(StrEnum):
    OPEN = "open"
    CORRECTED = "corrected"
    """Answered by a correction of the entry."""
    EXPLAINED = "explained"
    """Answered by a reason: the entry stays."""
    WITHDRAWN = "withdrawn"


NEXT_STATES: dict[ObjectionState, frozenset[ObjectionState]] = {
    ObjectionState.OPEN: frozenset(
        {ObjectionState.CORRECTED, ObjectionState.EXPLAINED, ObjectionState.WITHDRAWN}
    ),
    ObjectionState.CORRECTED: frozenset(),
    ObjectionState.EXPLAINED: frozenset(),
    ObjectionState.WITHDRAWN: frozenset(),
}


class Objection(Table):
    """What somebody objects to in an entry of theirs, and the answer. Both stay."""

    __tablename__ = "objections"
    __table_args__ = (
        Index(
            "uq_objections_open",
            "entry_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("(state = 'corrected') = (corrected_minutes IS NOT NULL)", name="corrected"),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    text: Mapped[str] = mapped_column(String(500), info=PRIVATE)
    filed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    filed_at: Mapped[datetime] = mapped_column(Instant)
    due: Mapped[date]
    """The last day for the answer."""
    state: Mapped[ObjectionState] = mapped_column(enum_type(ObjectionState))
    corrected_minutes: Mapped[int | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(String(200), default="", info=PRIVATE)
