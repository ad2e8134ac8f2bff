"""Shown in calendars

Revision: 0005, after 0004
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADVICE = (("bring", 500), ("contact", 60), ("contact_phone", 20))
KINDS = "kind IN ('person', 'family', 'team', 'programme', 'site')"
ONE_SUBJECT = (
    "(kind IN ('person', 'family')) = (person_id IS NOT NULL) AND (kind = 'team') = (team_id IS NOT NULL) "
    "AND (kind = 'programme') = (programme_id IS NOT NULL) AND (kind = 'site') = (site_id IS NOT NULL)"
)


def upgrade() -> None:
    """What to bring and whom to call, and calendars of families."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ("programmes", "events"):
        for name, length in ADVICE:
            op.add_column(table, sa.Column(name, sa.String(length=length), server_default="", nullable=False))
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        if not sqlite:  # where the table is copied, its old check is left behind
            batch_op.drop_constraint("feed_kind", type_="check")
        batch_op.drop_constraint(batch_op.f("ck_subscriptions_one_subject"), type_="check")
        batch_op.create_check_constraint("feed_kind", KINDS)
        batch_op.create_check_constraint(batch_op.f("ck_subscriptions_one_subject"), ONE_SUBJECT)

    op.add_column("enrolments", sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("enrolments", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("enrolments", sa.Column("planned_to", sa.Date(), nullable=True))
    enrolments = sa.table("enrolments", sa.column("enrolled_at", sa.DateTime(timezone=True)))
    op.execute(enrolments.update().values(enrolled_at=datetime.now(UTC)))
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.alter_column("enrolled_at", nullable=False)


def downgrade() -> None:
    """What was typed would be lost: a backup is the way back."""
    raise NotImplementedError
