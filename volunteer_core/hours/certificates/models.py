"""Tables of certificates. The database itself refuses to change what one says, or to delete one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table, create_with


class CertificateSeries(Table):
    """How many certificates a recording body has issued in a year: the next takes the next number."""

    __tablename__ = "certificate_series"
    __audited__ = False
    __table_args__ = (UniqueConstraint("recording_body", "year"),)

    recording_body: Mapped[str] = mapped_column(String(60))
    year: Mapped[int]
    issued: Mapped[int]


class Certificate(Table):
    """A certificate as it was issued, and whether it was revoked since."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("recording_body", "number"),
        Index(None, "number"),
        CheckConstraint("first_day <= last_day", name="order"),
        CheckConstraint("minutes > 0", name="service"),
        CheckConstraint("(revoked_at IS NULL) = (revoke_reason = '')", name="revoked"),
    )

    number: Mapped[str] = mapped_column(String(20))
    recording_body: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(14), info=PRIVATE)
    """The check code: with the number it opens the public page, and cannot be guessed from it."""
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    minutes: Mapped[int]
    open_minutes: Mapped[int]
    """Service of the period that it leaves out, because the months had not been closed."""
    spelled_out: Mapped[bool]
    """Whether it says what was done for discreet teams."""
    contents: Mapped[dict[str, Any]] = mapped_column(JSON, info=PRIVATE)
    issued_on: Mapped[date]
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    revoke_reason: Mapped[str] = mapped_column(String(200), default="", info=PRIVATE)


_FROZEN = ", ".join(
    column.name for column in Certificate.__table__.columns if not column.name.startswith("revoke")
)
_IN_THE_WAY = (
    "EXISTS (SELECT 1 FROM certificates WHERE id = NEW.id OR "
    "(recording_body = NEW.recording_body AND number = NEW.number))"
)
"""What SQLite's REPLACE would delete without asking the guard against deleting."""
_REFUSAL = "a certificate stays as it was issued: revoke it instead"

create_with(
    Certificate,
    "CREATE TRIGGER tr_certificates_no_delete BEFORE DELETE ON certificates "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"CREATE TRIGGER tr_certificates_no_update BEFORE UPDATE OF {_FROZEN} ON certificates "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"CREATE TRIGGER tr_certificates_no_replace BEFORE INSERT ON certificates WHEN {_IN_THE_WAY} "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    dialect="sqlite",
)
create_with(
    Certificate,
    "CREATE OR REPLACE FUNCTION refuse_certificate_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$BEGIN RAISE EXCEPTION '{_REFUSAL}'; END$$",
    "CREATE TRIGGER tr_certificates_no_delete BEFORE DELETE OR TRUNCATE ON certificates "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_certificate_change()",
    f"CREATE TRIGGER tr_certificates_no_update BEFORE UPDATE OF {_FROZEN} ON certificates "
    "FOR EACH ROW EXECUTE FUNCTION refuse_certificate_change()",
    dialect="postgresql",
)
