"""Weekly targets of teams and programmes, and kinds of leave

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = sa.Enum(
    "personal", "illness", name="leave_kind", native_enum=False, create_constraint=True, length=32
)


def upgrade() -> None:
    """A team or a programme has a target of its own from a Monday on; a leave says what kind it is."""
    op.create_table(
        "weekly_targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(team_id IS NULL) <> (programme_id IS NULL)", name=op.f("ck_weekly_targets_one_subject")
        ),
        sa.CheckConstraint("minutes BETWEEN 1 AND 10080", name=op.f("ck_weekly_targets_minutes")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_weekly_targets_team_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_weekly_targets_programme_id")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_weekly_targets_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_targets")),
        sa.UniqueConstraint("team_id", "monday", name=op.f("uq_weekly_targets_team_id_monday")),
        sa.UniqueConstraint("programme_id", "monday", name=op.f("uq_weekly_targets_programme_id_monday")),
    )
    with op.batch_alter_table("leaves", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", KINDS, server_default="personal", nullable=False))


def downgrade() -> None:
    """What was laid down and said would be lost: a backup is the way back."""
    raise NotImplementedError
