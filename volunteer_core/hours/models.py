"""Table of the ledger. The database itself refuses to change or delete an entry."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table, create_with, enum_type


class EntryKind(StrEnum):
    """What an entry counts as. Only service is volunteer hours."""

    SERVICE = "service"
    PAID_DUTY = "paid_duty"
    TRAINING = "training"
    ADJUSTMENT = "adjustment"


class LedgerEntry(Table):
    """Minutes of a person on a civil date. A mistake is corrected by an entry that reverses it."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        Index(None, "person_id", "civil_date"),
        Index(None, "civil_date"),
        CheckConstraint("reverses_id IS NOT NULL OR minutes > 0 OR kind = 'adjustment'", name="positive"),
        CheckConstraint("reverses_id IS NULL OR minutes < 0 OR kind = 'adjustment'", name="reversal"),
        CheckConstraint("minutes BETWEEN -1440 AND 1440", name="one_day"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[EntryKind] = mapped_column(enum_type(EntryKind))
    minutes: Mapped[int]
    civil_date: Mapped[date]
    iso_year: Mapped[int]
    iso_week: Mapped[int]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))
    """Community of the place of service."""
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grids.id"))
    """Grid of the place of service."""
    home_community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"), index=True)
    recording_body: Mapped[str] = mapped_column(String(60))
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(200), default="", info=PRIVATE)


_APPEND_ONLY = "the ledger is append-only: reverse the entry instead"

create_with(
    LedgerEntry,
    *(
        f"CREATE TRIGGER tr_ledger_entries_no_{action.lower()} BEFORE {action} ON ledger_entries "
        f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
        for action in ("UPDATE", "DELETE")
    ),
    dialect="sqlite",
)
create_with(
    LedgerEntry,
    "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$BEGIN RAISE EXCEPTION '{_APPEND_ONLY}'; END$$",
    "CREATE TRIGGER tr_ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()",
    dialect="postgresql",
)
