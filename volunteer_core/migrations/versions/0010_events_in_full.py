"""Events in full: series, for whom, minimum, companions, groups, offers, kept seats, the door, by phone

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NOTICE_KINDS = (
    "kind IN ('published', 'changed', 'called_off', 'promoted', 'closure', 'expiring', 'asked', 'offered', "
    "'gap', 'code', 'hours', 'personal')"
)
SIGNUP_STATUSES = (
    "status IN ('requested', 'confirmed', 'waiting', 'offered', 'cancelled', 'declined', 'lapsed', "
    "'called_off')"
)
FOR_WHOM = (
    "CASE WHEN for_community_id IS NULL THEN 0 ELSE 1 END + CASE WHEN for_team_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN for_grid_id IS NULL THEN 0 ELSE 1 END + CASE WHEN public THEN 1 ELSE 0 END <= 1"
)


def upgrade() -> None:
    """What events, positions and sign-ups know since; whom is told may be known by phone only."""
    dialect = op.get_bind().dialect.name
    op.create_table(
        "repeatable_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repeatable_requests")),
        sa.UniqueConstraint("sender", "key", name=op.f("uq_repeatable_requests_sender_key")),
    )
    with op.batch_alter_table("repeatable_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repeatable_requests_written_at"), ["written_at"], unique=False)

    op.create_table(
        "ticket_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_keys")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_keys_number")),
    )
    op.create_table(
        "event_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_event_series_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_series")),
    )
    op.create_table(
        "held_seats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seats BETWEEN 1 AND 100000", name=op.f("ck_held_seats_seats")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_held_seats_community_id")
        ),
        sa.ForeignKeyConstraint(["position_id"], ["positions.id"], name=op.f("fk_held_seats_position_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_seats")),
        sa.UniqueConstraint(
            "position_id", "community_id", name=op.f("uq_held_seats_position_id_community_id")
        ),
    )
    op.create_table(
        "signup_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("signed_up_by", sa.Integer(), nullable=True),
        sa.Column("signed_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["position_id"], ["positions.id"], name=op.f("fk_signup_groups_position_id")),
        sa.ForeignKeyConstraint(["signed_up_by"], ["people.id"], name=op.f("fk_signup_groups_signed_up_by")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_signup_groups_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signup_groups")),
    )
    with op.batch_alter_table("signup_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signup_groups_position_id"), ["position_id"], unique=False)

    op.create_table(
        "evaluations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "activity",
                "service",
                name="evaluation_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_evaluations_rating")),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitments.id"], name=op.f("fk_evaluations_commitment_id")
        ),
        sa.ForeignKeyConstraint(["given_by"], ["people.id"], name=op.f("fk_evaluations_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
        sa.UniqueConstraint("commitment_id", "kind", name=op.f("uq_evaluations_commitment_id_kind")),
    )
    op.create_table(
        "door_scans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("signup_id", sa.Integer(), nullable=True),
        sa.Column(
            "direction",
            sa.Enum(
                "in", "out", "undo", name="direction", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "admitted",
                "already_in",
                "left",
                "already_out",
                "undone",
                "refused",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("refusal", sa.String(length=40), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_door_scans_event_id")),
        sa.ForeignKeyConstraint(["reported_by"], ["people.id"], name=op.f("fk_door_scans_reported_by")),
        sa.ForeignKeyConstraint(["signup_id"], ["signups.id"], name=op.f("fk_door_scans_signup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_scans")),
        sa.UniqueConstraint("key", name=op.f("uq_door_scans_key")),
    )
    with op.batch_alter_table("door_scans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_door_scans_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_door_scans_signup_id_scanned_at"), ["signup_id", "scanned_at"], unique=False
        )

    op.create_table(
        "phone_signup_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_signup_keys")),
    )
    op.create_table(
        "phone_signups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("companions", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signup_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (signup_id IS NULL)", name=op.f("ck_phone_signups_confirmed")
        ),
        sa.CheckConstraint("companions BETWEEN 0 AND 20", name=op.f("ck_phone_signups_companions")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_phone_signups_community_id")
        ),
        sa.ForeignKeyConstraint(["position_id"], ["positions.id"], name=op.f("fk_phone_signups_position_id")),
        sa.ForeignKeyConstraint(["signup_id"], ["signups.id"], name=op.f("fk_phone_signups_signup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_signups")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_phone_signups_secret_hash")),
    )
    with op.batch_alter_table("phone_signups", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_phone_signups_address_hash_asked_at"), ["address_hash", "asked_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_phone_signups_phone_asked_at"), ["phone", "asked_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_phone_signups_position_id"), ["position_id"], unique=False)

    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("event_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_consents_event_id"), "events", ["event_id"], ["id"])

    with op.batch_alter_table("events", schema=None) as batch_op:
        if dialect == "sqlite":  # where the table is copied, defaults are written in parentheses otherwise
            for name, length in (("bring", 500), ("contact", 60), ("contact_phone", 20)):
                batch_op.alter_column(name, existing_type=sa.String(length=length), server_default="")
        batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("for_community_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("for_team_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("for_grid_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("minimum", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("goes_ahead", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(batch_op.f("ix_events_series_id"), ["series_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_events_series_id"), "event_series", ["series_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_events_for_grid_id"), "grids", ["for_grid_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_events_for_team_id"), "teams", ["for_team_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_events_for_community_id"), "communities", ["for_community_id"], ["id"]
        )
        if dialect != "sqlite":  # where the table is copied, its old check is left behind
            batch_op.drop_constraint("event_status", type_="check")
        batch_op.create_check_constraint(
            "event_status", "status IN ('draft', 'published', 'held', 'called_off')"
        )
        batch_op.create_check_constraint("minimum", "minimum BETWEEN 1 AND 100000")
        batch_op.create_check_constraint("decided", "(minimum IS NULL) = (decided_at IS NULL)")
        batch_op.create_check_constraint("for_whom", FOR_WHOM)

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone", sa.String(length=20), server_default="", nullable=False))
        batch_op.alter_column("person_id", existing_type=sa.INTEGER(), nullable=True)
        if dialect != "sqlite":
            batch_op.drop_constraint("notice_kind", type_="check")
        batch_op.create_check_constraint("notice_kind", NOTICE_KINDS)

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("visitor", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("positions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approval", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("offer_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("most_companions", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_check_constraint("offer_minutes", "offer_minutes BETWEEN 5 AND 10080")
        batch_op.create_check_constraint("most_companions", "most_companions BETWEEN 0 AND 20")

    with op.batch_alter_table("signups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("companions", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("override_reason", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("overridden_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("overridden_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("decided_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("walk_in", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("ticket", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_signups_group_id"), ["group_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_signups_overridden_by"), "people", ["overridden_by"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_signups_decided_by"), "people", ["decided_by"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_signups_group_id"), "signup_groups", ["group_id"], ["id"])
        if dialect != "sqlite":
            batch_op.drop_constraint("signup_status", type_="check")
        batch_op.create_check_constraint("signup_status", SIGNUP_STATUSES)
        batch_op.create_check_constraint("offered", "(status = 'offered') = (offer_until IS NOT NULL)")
        batch_op.create_check_constraint("companions", "companions BETWEEN 0 AND 20")
        batch_op.create_check_constraint("overridden", "(override_reason IS NULL) = (overridden_at IS NULL)")
        batch_op.create_check_constraint("presence", "left_at IS NULL OR arrived_at <= left_at")


def downgrade() -> None:
    """What was signed up for would be lost: a backup is the way back."""
    raise NotImplementedError
