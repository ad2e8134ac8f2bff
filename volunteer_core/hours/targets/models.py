"""Table of weekly targets that teams and programmes lay down for themselves."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import Instant, Table


class OwnTarget(Table):
    """From a Monday on a team or a programme has a weekly target of its own, or again the office's.

    Weeks before that Monday keep the target they had.
    """

    __tablename__ = "weekly_targets"
    __table_args__ = (
        UniqueConstraint("team_id", "monday"),
        UniqueConstraint("programme_id", "monday"),
        CheckConstraint("(team_id IS NULL) <> (programme_id IS NULL)", name="one_subject"),
        CheckConstraint("minutes BETWEEN 1 AND 10080", name="minutes"),
    )

    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    monday: Mapped[date]
    minutes: Mapped[int | None]
    """Null: the office's target holds."""
    set_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)
