"""Tables of the ledger and of its summaries.

The database itself refuses to change or delete an entry, and sums up each one as it comes in.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table, create_with, enum_type


class EntryKind(StrEnum):
    """What an entry counts as. Volunteer hours are service and adjustments of it."""

    SERVICE = "service"
    PAID_DUTY = "paid_duty"
    TRAINING = "training"
    ADJUSTMENT = "adjustment"
    """Minutes of service that are entered in a later month, because their own was closed."""


VOLUNTEER_HOURS = (EntryKind.SERVICE, EntryKind.ADJUSTMENT)


class EntrySource(StrEnum):
    """Where an entry comes from."""

    ATTENDANCE = "attendance"
    CLAIM = "claim"
    IMPORT = "import"
    CORRECTION = "correction"
    """Somebody who may has decided so by hand."""
    RECOUNT = "recount"
    """What it overlaps with has changed: the same time is counted once."""


class LedgerEntry(Table):
    """Minutes of a person on a civil date. A mistake is corrected by an entry that reverses it.

    It says all that is recorded of the service (民政部令67号 Arts 5-8), so that nothing that is
    renamed or called off later changes what was recorded.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        Index(None, "person_id", "civil_date"),
        Index(None, "civil_date"),
        CheckConstraint("(reverses_id IS NULL) = (minutes > 0)", name="sign"),
        CheckConstraint("minutes <> 0 AND minutes BETWEEN -1440 AND 1440", name="one_day"),
        CheckConstraint("counted_from < counted_to", name="order"),
        CheckConstraint("concerns < civil_date", name="later_month"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[EntryKind] = mapped_column(enum_type(EntryKind))
    minutes: Mapped[int]
    civil_date: Mapped[date]
    iso_year: Mapped[int]
    iso_week: Mapped[int]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("communities.id"))
    """Community of the place of service."""
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grids.id"))
    """Grid of the place of service."""
    home_community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"), index=True)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), index=True)
    import_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    """What tells an imported line from all others: importing it again enters nothing."""
    source: Mapped[EntrySource] = mapped_column(enum_type(EntrySource))
    what: Mapped[str] = mapped_column(String(200))
    """The activity, as it was called."""
    place: Mapped[str] = mapped_column(String(100))
    counted_from: Mapped[datetime | None] = mapped_column(Instant)
    counted_to: Mapped[datetime | None] = mapped_column(Instant)
    """When the person was there; null where only the minutes are known."""
    concerns: Mapped[date | None]
    """The day of the service, where the entry stands in a later month because that one was closed."""
    recording_body: Mapped[str] = mapped_column(String(60))
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
    """The entry that this one takes back."""
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"), index=True)
    """The entry in whose place this one stands."""
    reason: Mapped[str] = mapped_column(String(200), default="", info=PRIVATE)


class HourSum(Table):
    """The ledger summed up by week: minutes of a person for a team and programme (0 is none).

    A trigger of the ledger writes it; ``volunteer hours verify`` compares it.
    """

    __tablename__ = "hour_sums"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("person_id", "iso_year", "iso_week", "team_id", "programme_id", "kind"),
    )

    person_id: Mapped[int]
    iso_year: Mapped[int]
    iso_week: Mapped[int]
    team_id: Mapped[int]
    programme_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    minutes: Mapped[int]


class MonthSum(Table):
    """The ledger summed up by month: a person's minutes by all that tallies ask for (0 is none).

    Service includes its adjustments. Written and compared as :class:`HourSum` is.
    """

    __tablename__ = "month_sums"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint(
            "person_id", "month", "team_id", "community_id", "grid_id", "programme_id", "home_community_id",
            name="uq_month_sums_keys",
        ),
        Index(None, "month", "team_id", "person_id", "service", "paid_duty", "training"),
        Index(None, "month", "community_id", "person_id", "service", "paid_duty", "training"),
    )  # fmt: skip

    person_id: Mapped[int]
    month: Mapped[date]
    """The month's first day."""
    team_id: Mapped[int]
    community_id: Mapped[int]
    grid_id: Mapped[int]
    programme_id: Mapped[int]
    home_community_id: Mapped[int]
    service: Mapped[int]
    paid_duty: Mapped[int]
    training: Mapped[int]


_APPEND_ONLY = "the ledger is append-only: reverse the entry instead"
_IN_THE_WAY = " OR ".join(  # what REPLACE would delete on SQLite, past the trigger against that
    f"EXISTS (SELECT 1 FROM ledger_entries WHERE {key} = NEW.{key})"  # noqa: S608
    for key in ("id", "reverses_id", "import_key")
)
_SUM_WEEK = """INSERT INTO hour_sums (person_id, iso_year, iso_week, team_id, programme_id, kind, minutes)
VALUES (NEW.person_id, NEW.iso_year, NEW.iso_week, coalesce(NEW.team_id, 0),
    coalesce(NEW.programme_id, 0), NEW.kind, NEW.minutes)
ON CONFLICT (person_id, iso_year, iso_week, team_id, programme_id, kind)
DO UPDATE SET minutes = hour_sums.minutes + excluded.minutes"""
_SUM_MONTH = """INSERT INTO month_sums (person_id, month, team_id, community_id, grid_id, programme_id,
    home_community_id, service, paid_duty, training)
VALUES (NEW.person_id, {month}, coalesce(NEW.team_id, 0), NEW.community_id, coalesce(NEW.grid_id, 0),
    coalesce(NEW.programme_id, 0), coalesce(NEW.home_community_id, 0),
    CASE WHEN NEW.kind IN ('service', 'adjustment') THEN NEW.minutes ELSE 0 END,
    CASE WHEN NEW.kind = 'paid_duty' THEN NEW.minutes ELSE 0 END,
    CASE WHEN NEW.kind = 'training' THEN NEW.minutes ELSE 0 END)
ON CONFLICT (person_id, month, team_id, community_id, grid_id, programme_id, home_community_id)
DO UPDATE SET service = month_sums.service + excluded.service,
    paid_duty = month_sums.paid_duty + excluded.paid_duty,
    training = month_sums.training + excluded.training"""
_MONTH_ON_SQLITE = _SUM_MONTH.format(month="strftime('%Y-%m-01', NEW.civil_date)")
_MONTH_ON_POSTGRESQL = _SUM_MONTH.format(month="date_trunc('month', NEW.civil_date)::date")

create_with(
    LedgerEntry,
    *(
        f"CREATE TRIGGER tr_ledger_entries_no_{action.lower()} BEFORE {action} ON ledger_entries "
        f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
        for action in ("UPDATE", "DELETE")
    ),
    f"CREATE TRIGGER tr_ledger_entries_no_replace BEFORE INSERT ON ledger_entries WHEN {_IN_THE_WAY} "
    f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END",
    "CREATE TRIGGER tr_ledger_entries_sum AFTER INSERT ON ledger_entries BEGIN "
    f"{_SUM_WEEK}; {_MONTH_ON_SQLITE}; END",
    dialect="sqlite",
)
create_with(
    LedgerEntry,
    "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$BEGIN RAISE EXCEPTION '{_APPEND_ONLY}'; END$$",
    "CREATE TRIGGER tr_ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()",
    "CREATE OR REPLACE FUNCTION sum_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$BEGIN {_SUM_WEEK}; {_MONTH_ON_POSTGRESQL}; RETURN NULL; END$$",
    "CREATE TRIGGER tr_ledger_entries_sum AFTER INSERT ON ledger_entries "
    "FOR EACH ROW EXECUTE FUNCTION sum_ledger_entry()",
    dialect="postgresql",
)
