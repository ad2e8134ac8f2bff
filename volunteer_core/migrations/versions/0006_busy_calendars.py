"""Busy calendars

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Calendars that say when their owners are busy, and the spans that are kept of them."""
    op.create_table(
        "busy_calendars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("told", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(length=200), nullable=False),
        sa.Column("last_modified", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_busy_calendars_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_calendars")),
    )
    op.create_index(op.f("ix_busy_calendars_person_id"), "busy_calendars", ["person_id"], unique=False)
    op.create_index(op.f("ix_busy_calendars_next_try_at"), "busy_calendars", ["next_try_at"], unique=False)
    op.create_table(
        "busy_spans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_busy_spans_order")),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["busy_calendars.id"], name=op.f("fk_busy_spans_calendar_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_busy_spans_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_spans")),
    )
    op.create_index(op.f("ix_busy_spans_calendar_id"), "busy_spans", ["calendar_id"], unique=False)
    op.create_index(op.f("ix_busy_spans_ends_at"), "busy_spans", ["ends_at"], unique=False)
    op.create_index(
        op.f("ix_busy_spans_person_id_ends_at"), "busy_spans", ["person_id", "ends_at"], unique=False
    )


def downgrade() -> None:
    """What people uploaded would be lost: a backup is the way back."""
    raise NotImplementedError
