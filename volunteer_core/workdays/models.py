"""Tables of local days, school terms and closures."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import Instant, Table


class LocalDay(Table):
    """A day the office itself declares working or free, against or ahead of the national calendar."""

    __tablename__ = "local_days"

    day: Mapped[date] = mapped_column(unique=True)
    works: Mapped[bool]
    name: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(200))
    set_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class Term(Table):
    """A school term (学期): its days that are working days are school days."""

    __tablename__ = "terms"
    __table_args__ = (CheckConstraint("first_day <= last_day", name="order"),)

    name: Mapped[str] = mapped_column(String(60), unique=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    tentative: Mapped[bool]
    source: Mapped[str] = mapped_column(String(200))
    set_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class Closure(Table):
    """Everything, a community or a site is closed for a span of time. Lifted ones stay as rows."""

    __tablename__ = "closures"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("community_id IS NULL OR site_id IS NULL", name="one_scope"),
    )

    community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    name: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(200))
    declared_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    declared_at: Mapped[datetime] = mapped_column(Instant)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
