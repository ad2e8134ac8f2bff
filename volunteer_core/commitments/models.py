"""Table of commitments, and the guard in the database that nobody is promised twice at once."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    event,
    false,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import Instant, Revised, Table, create_with, enum_type


class CommitmentStatus(StrEnum):
    """How firm a commitment is."""

    HELD = "held"
    """In a draft: it keeps the time free and appears in no calendar."""
    PROMISED = "promised"
    RELEASED = "released"
    CALLED_OFF = "called_off"


class Attendance(StrEnum):
    """What became of a promise."""

    ATTENDED = "attended"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"


ACTIVE = (CommitmentStatus.HELD, CommitmentStatus.PROMISED)
_ACTIVE_SQL = "status IN ('held', 'promised') AND NOT overridden"


class Commitment(Revised, Table):
    """A person's time, for a shift or for a position of an event. Never deleted: taking somebody
    on again revives the row, so its UID stays theirs."""

    __tablename__ = "commitments"
    __shown__ = ("starts_at", "ends_at", "status", "confirmed_at")
    __table_args__ = (
        UniqueConstraint("shift_id", "person_id"),
        UniqueConstraint("position_id", "person_id"),
        CheckConstraint("(shift_id IS NULL) <> (position_id IS NULL)", name="one_subject"),
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("checked_in_at IS NULL OR checked_out_at IS NULL OR checked_in_at < checked_out_at",
                        name="presence_order"),
        Index(None, "person_id", "starts_at"),
        Index(None, "civil_date", "person_id"),
        ExcludeConstraint(
            (literal_column("person_id"), "="),
            (func.tstzrange(literal_column("starts_at"), literal_column("ends_at")), "&&"),
            using="gist",
            where=text(_ACTIVE_SQL),
            name="ex_commitments_overlap",
        ).ddl_if(dialect="postgresql"),
    )  # fmt: skip

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    position_id: Mapped[int | None] = mapped_column(ForeignKey("positions.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    """The team the person serves for."""
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    civil_date: Mapped[date]
    status: Mapped[CommitmentStatus] = mapped_column(enum_type(CommitmentStatus))
    overridden: Mapped[bool] = mapped_column(default=False)
    """Somebody who may has accepted that this overlaps with another commitment."""
    promised_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was first promised: from then on calendars show what becomes of it."""
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the person confirmed that they will come; a change of the time asks anew."""
    locked: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Planning leaves it where it is."""
    attendance: Mapped[Attendance | None] = mapped_column(enum_type(Attendance))
    checked_in_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_out_at: Mapped[datetime | None] = mapped_column(Instant)
    counted_elsewhere: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The person was there, but all of the time counts for something that overlaps with it."""


# Exclusion constraints over ids and spans need an extension that PostgreSQL ships.
event.listen(
    Table.metadata,
    "before_create",
    DDL("CREATE EXTENSION IF NOT EXISTS btree_gist").execute_if(  # type: ignore[no-untyped-call]
        dialect="postgresql"
    ),
)

# SQLite has no exclusion constraints: a trigger for new rows and one for changed rows.
_OVERLAP_TRIGGER = """CREATE TRIGGER tr_commitments_overlap_{name} BEFORE {when} ON commitments
WHEN NEW.status IN ('held', 'promised') AND NOT NEW.overridden AND EXISTS (
    SELECT 1 FROM commitments other
    WHERE other.person_id = NEW.person_id AND other.id IS NOT NEW.id
        AND other.status IN ('held', 'promised') AND NOT other.overridden
        AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at)
BEGIN SELECT RAISE(ABORT, 'ex_commitments_overlap'); END"""

create_with(
    Commitment,
    _OVERLAP_TRIGGER.format(name="insert", when="INSERT"),
    _OVERLAP_TRIGGER.format(name="update", when="UPDATE OF person_id, starts_at, ends_at, status"),
    dialect="sqlite",
)
