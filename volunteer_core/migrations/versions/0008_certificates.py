"""Certificates and star levels

Revision: 0008, after 0007
"""

import json
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REFUSAL = "a certificate stays as it was issued: revoke it instead"
FROZEN = (
    "id, number, recording_body, code, person_id, first_day, last_day, minutes, open_minutes, spelled_out, "
    "contents, issued_on, issued_at, issued_by"
)
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER tr_certificates_no_delete BEFORE DELETE ON certificates "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER tr_certificates_no_update BEFORE UPDATE OF {FROZEN} ON certificates "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        "CREATE TRIGGER tr_certificates_no_replace BEFORE INSERT ON certificates WHEN "
        "EXISTS (SELECT 1 FROM certificates WHERE id = NEW.id OR "
        "(recording_body = NEW.recording_body AND number = NEW.number)) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION refuse_certificate_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{REFUSAL}'; END$$",
        "CREATE TRIGGER tr_certificates_no_delete BEFORE DELETE OR TRUNCATE ON certificates "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_certificate_change()",
        f"CREATE TRIGGER tr_certificates_no_update BEFORE UPDATE OF {FROZEN} ON certificates "
        "FOR EACH ROW EXECUTE FUNCTION refuse_certificate_change()",
    ),
}

# What had been reached so far was reckoned anew each time it was asked for.
THRESHOLDS = """SELECT value FROM setting_changes WHERE name = 'star_level_hours' AND valid_from <= :today
    ORDER BY valid_from DESC LIMIT 1"""
DAYS = """SELECT person_id, civil_date, sum(minutes) FROM ledger_entries
    WHERE kind IN ('service', 'adjustment') GROUP BY person_id, civil_date ORDER BY person_id, civil_date"""
REACHED = """INSERT INTO recognitions (person_id, level, hours, reached_on, recorded_at, state, reason)
    VALUES (:person_id, :level, :hours, :reached_on, :recorded_at, 'reached', '')"""


def upgrade() -> None:
    """Certificates that stay as they were issued, and the star levels that people have reached."""
    dialect = op.get_bind().dialect.name
    op.create_table(
        "certificate_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_body", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_series")),
        sa.UniqueConstraint("recording_body", "year", name=op.f("uq_certificate_series_recording_body_year")),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("recording_body", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=14), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("open_minutes", sa.Integer(), nullable=False),
        sa.Column("spelled_out", sa.Boolean(), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.Column("revoke_reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_certificates_order")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_certificates_service")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoke_reason = '')", name=op.f("ck_certificates_revoked")
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["people.id"], name=op.f("fk_certificates_issued_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_certificates_person_id")),
        sa.ForeignKeyConstraint(["revoked_by"], ["people.id"], name=op.f("fk_certificates_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("recording_body", "number", name=op.f("uq_certificates_recording_body_number")),
    )
    op.create_index(op.f("ix_certificates_number"), "certificates", ["number"], unique=False)
    op.create_index(op.f("ix_certificates_person_id"), "certificates", ["person_id"], unique=False)
    for statement in GUARDS[dialect]:
        op.execute(statement)

    op.create_table(
        "recognitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reached",
                "to_review",
                "confirmed",
                "withdrawn",
                name="recognition_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("review_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_minutes", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'to_review') = (review_since IS NOT NULL)", name=op.f("ck_recognitions_review")
        ),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_minutes IS NOT NULL)", name=op.f("ck_recognitions_confirmed")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_recognitions_decided_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_recognitions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognitions")),
    )
    op.create_index(op.f("ix_recognitions_reached_on"), "recognitions", ["reached_on"], unique=False)
    op.create_index(
        "uq_recognitions_held",
        "recognitions",
        ["person_id", "level"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )

    _note_what_was_reached()


def _note_what_was_reached() -> None:
    connection, now = op.get_bind(), datetime.now(UTC)
    typed = sa.text(THRESHOLDS).bindparams(sa.bindparam("today", type_=sa.Date()))
    value = connection.scalar(typed, {"today": now.date()})
    thresholds = json.loads(value) if isinstance(value, str) else value or [100, 300, 600, 1000, 1500]
    totals: dict[int, int] = {}
    reached = []
    for person_id, day, minutes in connection.execute(sa.text(DAYS)):
        total = totals[person_id] = totals.get(person_id, 0) + minutes
        reached += [
            {
                "person_id": person_id,
                "level": level,
                "hours": hours,
                "reached_on": date.fromisoformat(str(day)),
                "recorded_at": now,
            }
            for level, hours in enumerate(thresholds, 1)
            if total - minutes < hours * 60 <= total
        ]
    # A day of reversals can take a total down and another up again: the first time counts.
    first = {(row["person_id"], row["level"]): row for row in reversed(reached)}
    if first:
        typed = sa.text(REACHED).bindparams(
            sa.bindparam("reached_on", type_=sa.Date()),
            sa.bindparam("recorded_at", type_=sa.DateTime(timezone=True)),
        )
        connection.execute(typed, list(first.values()))


def downgrade() -> None:
    """Certificates that were handed out would be lost: a backup is the way back."""
    raise NotImplementedError
