"""Table of months that are, or were, closed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import Instant, Table, enum_type


class MonthState(StrEnum):
    """How far a month of a community is closed."""

    OPEN = "open"
    """Never closed, or reopened by the street office."""
    REPORTED = "reported"
    """Closed by the community's coordinator."""
    CLOSED = "closed"
    """Closed by the street office too: it may enter certificates."""


NEXT_STATES: dict[MonthState, frozenset[MonthState]] = {
    MonthState.OPEN: frozenset({MonthState.REPORTED}),
    MonthState.REPORTED: frozenset({MonthState.CLOSED, MonthState.OPEN}),
    MonthState.CLOSED: frozenset({MonthState.OPEN}),
}


class MonthClosing(Table):
    """A month of a community and who closed it when. The audit log keeps each step."""

    __tablename__ = "month_closings"
    __table_args__ = (UniqueConstraint("community_id", "month"),)

    community_id: Mapped[int] = mapped_column(ForeignKey("communities.id"))
    month: Mapped[date]
    """The month's first day."""
    state: Mapped[MonthState] = mapped_column(enum_type(MonthState))
    reported_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reported_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    reopened_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reopened_at: Mapped[datetime | None] = mapped_column(Instant)
    reopen_reason: Mapped[str] = mapped_column(String(200), default="")
