"""Calendar options

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = "kind IN ('person', 'team', 'programme', 'site')"
ONE_SUBJECT = (
    "(kind = 'person') = (person_id IS NOT NULL) AND (kind = 'team') = (team_id IS NOT NULL) "
    "AND (kind = 'programme') = (programme_id IS NOT NULL) AND (kind = 'site') = (site_id IS NOT NULL)"
)


def upgrade() -> None:
    """Calendars of sites, and what a subscriber chooses for an address."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        if not sqlite:  # where the table is copied, its old check is left behind
            batch_op.drop_constraint("feed_kind", type_="check")
        batch_op.drop_constraint(batch_op.f("ck_subscriptions_one_subject"), type_="check")
        batch_op.add_column(sa.Column("site_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("alarm_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("show_cancelled", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.add_column(sa.Column("past_days", sa.Integer(), server_default="90", nullable=False))
        batch_op.add_column(sa.Column("language", sa.String(length=32), server_default="zh", nullable=False))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_subscriptions_site_id"), "sites", ["site_id"], ["id"])
        batch_op.create_check_constraint("feed_kind", KINDS)
        batch_op.create_check_constraint("language", "language IN ('zh', 'en')")
        batch_op.create_check_constraint(batch_op.f("ck_subscriptions_one_subject"), ONE_SUBJECT)


def downgrade() -> None:
    """What was chosen would be lost: a backup is the way back."""
    raise NotImplementedError
