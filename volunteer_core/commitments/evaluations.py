"""Table of evaluations: what people say of an event, and organisers of a service (民政部令67号 Art 10)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class EvaluationKind(StrEnum):
    """Of what somebody says how it was."""

    ACTIVITY = "activity"
    """By who was there."""
    SERVICE = "service"
    """Of who served, by who organised it."""


class Evaluation(Table):
    """A rating from 1 to 5 of what became of a promise, and a remark; given again it replaces."""

    __tablename__ = "evaluations"
    __table_args__ = (
        UniqueConstraint("commitment_id", "kind"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    )

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments.id"))
    kind: Mapped[EvaluationKind] = mapped_column(enum_type(EvaluationKind))
    rating: Mapped[int] = mapped_column(info=PRIVATE)
    remark: Mapped[str] = mapped_column(String(500), default="", info=PRIVATE)
    given_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    given_at: Mapped[datetime] = mapped_column(Instant)
