"""Tables of the office."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import Instant, Table


class SettingChange(Table):
    """One setting takes one value from one date on. Earlier dates keep the value they had."""

    __tablename__ = "setting_changes"
    __table_args__ = (UniqueConstraint("name", "valid_from"),)

    name: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date]
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[int | None]
