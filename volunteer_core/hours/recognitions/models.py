"""Table of star levels that people have reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class RecognitionState(StrEnum):
    """How a star level stands."""

    REACHED = "reached"
    TO_REVIEW = "to_review"
    """A correction has taken the hours below it. It is held until the street office has decided."""
    CONFIRMED = "confirmed"
    """The street office has decided that it stays."""
    WITHDRAWN = "withdrawn"


TRANSITIONS: Mapping[RecognitionState, frozenset[RecognitionState]] = {
    RecognitionState.REACHED: frozenset({RecognitionState.TO_REVIEW}),
    RecognitionState.TO_REVIEW: frozenset(
        {RecognitionState.REACHED, RecognitionState.CONFIRMED, RecognitionState.WITHDRAWN}
    ),
    RecognitionState.CONFIRMED: frozenset({RecognitionState.REACHED, RecognitionState.TO_REVIEW}),
    RecognitionState.WITHDRAWN: frozenset(),
}
"""Hours that rise to the threshold again end a review, and what was decided in one."""


class Recognition(Table):
    """A star level of a person. One that was withdrawn can be reached again: another row."""

    __tablename__ = "recognitions"
    __table_args__ = (
        Index(
            "uq_recognitions_held",
            "person_id",
            "level",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index(None, "reached_on"),
        CheckConstraint("(state = 'to_review') = (review_since IS NOT NULL)", name="review"),
        CheckConstraint("(state = 'confirmed') = (confirmed_minutes IS NOT NULL)", name="confirmed"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    level: Mapped[int]
    hours: Mapped[int]
    """The threshold when it was reached: later ones do not take it away."""
    reached_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[RecognitionState] = mapped_column(
        enum_type(RecognitionState), default=RecognitionState.REACHED
    )
    review_since: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_minutes: Mapped[int | None]
    """How many minutes there were when it was confirmed: only fewer are reviewed again."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(200), default="", info=PRIVATE)
