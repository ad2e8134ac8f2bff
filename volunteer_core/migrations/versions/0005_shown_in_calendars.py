"""Shown in calendars

Revision: 0005, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

ADVICE = (("bring", 500), ("contact", 60), ("contact_phone", 20))


def upgrade() -> None:
    """What to bring and whom to call."""
    for table in ("programmes", "events"):
        for name, length in ADVICE:
            op.add_column(table, sa.Column(name, sa.String(length=length), server_default="", nullable=False))


def downgrade() -> None:
    """What was typed would be lost: a backup is the way back."""
    raise NotImplementedError
