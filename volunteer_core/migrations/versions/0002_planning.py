"""Planning

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


NOTICE_KINDS = "kind IN ('published', 'changed', 'called_off', 'promoted', 'closure', 'expiring', 'asked', 'offered', 'gap')"


def upgrade() -> None:
    """Availability, rules of rosters, drafts, offers, versions; who confirmed and what planning leaves alone."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "availability_asks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_availability_asks_order")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_availability_asks_asked_by")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_availability_asks_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_asks")),
    )
    with op.batch_alter_table("availability_asks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_availability_asks_programme_id_first_day"),
            ["programme_id", "first_day"],
            unique=False,
        )

    op.create_table(
        "dated_wishes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cannot",
                "can",
                "prefers",
                "rather_not",
                name="date_wish",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_dated_wishes_order")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_dated_wishes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dated_wishes")),
    )
    with op.batch_alter_table("dated_wishes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_dated_wishes_person_id_last_day"), ["person_id", "last_day"], unique=False
        )

    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("site_ids", sa.JSON(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "running",
                "ready",
                "failed",
                "applied",
                "discarded",
                name="draft_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stop_asked", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=True),
        sa.Column("failure", sa.String(length=200), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_drafts_order")),
        sa.CheckConstraint("seconds BETWEEN 1 AND 3600", name=op.f("ck_drafts_seconds")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_drafts_programme_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["people.id"], name=op.f("fk_drafts_requested_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_drafts_programme_id_first_day"), ["programme_id", "first_day"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_drafts_status"), ["status"], unique=False)

    op.create_table(
        "pair_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "together", "apart", name="pair_kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.CheckConstraint("person_id < other_id", name=op.f("ck_pair_rules_order")),
        sa.ForeignKeyConstraint(["other_id"], ["people.id"], name=op.f("fk_pair_rules_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_pair_rules_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_pair_rules_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_rules")),
        sa.UniqueConstraint(
            "programme_id",
            "person_id",
            "other_id",
            name=op.f("uq_pair_rules_programme_id_person_id_other_id"),
        ),
    )
    op.create_table(
        "partner_wishes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("person_id <> partner_id", name=op.f("ck_partner_wishes_two_people")),
        sa.ForeignKeyConstraint(["partner_id"], ["people.id"], name=op.f("fk_partner_wishes_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_partner_wishes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_wishes")),
        sa.UniqueConstraint("person_id", "partner_id", name=op.f("uq_partner_wishes_person_id_partner_id")),
    )
    op.create_table(
        "roster_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("lead_qualification", sa.String(length=32), nullable=False),
        sa.Column("qualification", sa.String(length=32), nullable=True),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("newcomer_shifts", sa.Integer(), nullable=False),
        sa.Column("most_of_family", sa.Integer(), nullable=True),
        sa.Column("never_alone", sa.Boolean(), nullable=False),
        sa.Column("self_service", sa.Boolean(), nullable=False),
        sa.Column("swaps_need_approval", sa.Boolean(), nullable=False),
        sa.Column("swap_hours", sa.Integer(), nullable=False),
        sa.Column("asks_confirmation", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "min_age IS NULL OR max_age IS NULL OR min_age <= max_age", name=op.f("ck_roster_rules_ages")
        ),
        sa.CheckConstraint(
            "most_of_family IS NULL OR most_of_family >= 1", name=op.f("ck_roster_rules_most_of_family")
        ),
        sa.CheckConstraint("newcomer_shifts >= 0", name=op.f("ck_roster_rules_newcomer_shifts")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_roster_rules_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_rules")),
        sa.UniqueConstraint("programme_id", name=op.f("uq_roster_rules_programme_id")),
    )
    op.create_table(
        "roster_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_roster_versions_made_by")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_roster_versions_programme_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_roster_versions_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_versions")),
        sa.UniqueConstraint(
            "programme_id",
            "site_id",
            "week",
            "number",
            name=op.f("uq_roster_versions_programme_id_site_id_week_number"),
        ),
    )
    op.create_table(
        "service_limits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("max_per_week", sa.Integer(), nullable=True),
        sa.Column("max_consecutive_days", sa.Integer(), nullable=True),
        sa.Column("rest_minutes", sa.Integer(), nullable=False),
        sa.Column("only_listed_sites", sa.Boolean(), nullable=False),
        sa.Column("farthest_km", sa.Double(), nullable=True),
        sa.Column("home_site_id", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "farthest_km IS NULL OR farthest_km >= 0", name=op.f("ck_service_limits_farthest_km")
        ),
        sa.CheckConstraint(
            "max_consecutive_days IS NULL OR max_consecutive_days >= 1",
            name=op.f("ck_service_limits_max_consecutive_days"),
        ),
        sa.CheckConstraint(
            "max_per_week IS NULL OR max_per_week >= 0", name=op.f("ck_service_limits_max_per_week")
        ),
        sa.CheckConstraint("rest_minutes BETWEEN 0 AND 1440", name=op.f("ck_service_limits_rest_minutes")),
        sa.ForeignKeyConstraint(["home_site_id"], ["sites.id"], name=op.f("fk_service_limits_home_site_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_service_limits_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_limits")),
        sa.UniqueConstraint("person_id", name=op.f("uq_service_limits_person_id")),
    )
    op.create_table(
        "weekly_spans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("starts < ends", name=op.f("ck_weekly_spans_times")),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_weekly_spans_order")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 7", name=op.f("ck_weekly_spans_weekday")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_weekly_spans_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_spans")),
    )
    with op.batch_alter_table("weekly_spans", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_weekly_spans_person_id_weekday"), ["person_id", "weekday"], unique=False
        )

    op.create_table(
        "willing_sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_willing_sites_person_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_willing_sites_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_willing_sites")),
        sa.UniqueConstraint("person_id", "site_id", name=op.f("uq_willing_sites_person_id_site_id")),
    )
    op.create_table(
        "availability_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ask_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ask_id"], ["availability_asks.id"], name=op.f("fk_availability_answers_ask_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_availability_answers_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_answers")),
        sa.UniqueConstraint("ask_id", "person_id", name=op.f("uq_availability_answers_ask_id_person_id")),
    )
    with op.batch_alter_table("availability_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_availability_answers_person_id"), ["person_id"], unique=False)

    op.create_table(
        "standing_seats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pattern_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_standing_seats_order")
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_standing_seats_weekday")),
        sa.ForeignKeyConstraint(["pattern_id"], ["patterns.id"], name=op.f("fk_standing_seats_pattern_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_standing_seats_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_seats")),
    )
    with op.batch_alter_table("standing_seats", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_standing_seats_pattern_id_weekday"), ["pattern_id", "weekday"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_standing_seats_person_id"), ["person_id"], unique=False)

    op.create_table(
        "draft_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_draft_places_draft_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_draft_places_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_draft_places_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_places")),
        sa.UniqueConstraint(
            "draft_id", "shift_id", "person_id", name=op.f("uq_draft_places_draft_id_shift_id_person_id")
        ),
    )
    op.create_table(
        "shift_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("giver_id", sa.Integer(), nullable=False),
        sa.Column("asked_id", sa.Integer(), nullable=True),
        sa.Column("return_shift_id", sa.Integer(), nullable=True),
        sa.Column("taker_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "accepted",
                "done",
                "declined",
                "withdrawn",
                "lapsed",
                name="offer_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("giver_id <> asked_id", name=op.f("ck_shift_offers_two_people")),
        sa.CheckConstraint(
            "return_shift_id IS NULL OR asked_id IS NOT NULL", name=op.f("ck_shift_offers_swap_asks_one")
        ),
        sa.ForeignKeyConstraint(["asked_id"], ["people.id"], name=op.f("fk_shift_offers_asked_id")),
        sa.ForeignKeyConstraint(["giver_id"], ["people.id"], name=op.f("fk_shift_offers_giver_id")),
        sa.ForeignKeyConstraint(
            ["return_shift_id"], ["shifts.id"], name=op.f("fk_shift_offers_return_shift_id")
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_shift_offers_shift_id")),
        sa.ForeignKeyConstraint(["taker_id"], ["people.id"], name=op.f("fk_shift_offers_taker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_offers")),
    )
    with op.batch_alter_table("shift_offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_offers_asked_id"), ["asked_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_offers_giver_id"), ["giver_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_offers_taker_id"), ["taker_id"], unique=False)
        batch_op.create_index(
            "uq_shift_offers_pending",
            ["shift_id", "giver_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('open', 'accepted')"),
            postgresql_where=sa.text("status IN ('open', 'accepted')"),
        )

    op.create_table(
        "shift_waits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "promoted",
                "left",
                name="wait_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_shift_waits_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_shift_waits_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_waits")),
    )
    with op.batch_alter_table("shift_waits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_waits_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_shift_waits_waiting",
            ["shift_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )

    op.create_table(
        "drop_outs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitments.id"], name=op.f("fk_drop_outs_commitment_id")
        ),
        sa.ForeignKeyConstraint(["said_by"], ["people.id"], name=op.f("fk_drop_outs_said_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drop_outs")),
    )
    with op.batch_alter_table("drop_outs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drop_outs_commitment_id"), ["commitment_id"], unique=False)

    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitments.id"], name=op.f("fk_overrides_commitment_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_overrides_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
    )
    with op.batch_alter_table("overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_overrides_commitment_id"), ["commitment_id"], unique=False)

    # Added, not copied: the triggers of SQLite stay.
    op.add_column("commitments", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("commitments", sa.Column("locked", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("patterns", sa.Column("qualification", sa.String(length=32), nullable=True))
    op.add_column("shifts", sa.Column("qualification", sa.String(length=32), nullable=True))
    with op.batch_alter_table("notices", schema=None) as batch_op:
        if not sqlite:  # where the table is copied, its old check is left behind
            batch_op.drop_constraint("notice_kind", type_="check")
        batch_op.create_check_constraint("notice_kind", NOTICE_KINDS)
        batch_op.add_column(sa.Column("version_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_notices_version_id"), ["version_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_notices_version_id"), "roster_versions", ["version_id"], ["id"]
        )


def downgrade() -> None:
    """What was planned, offered and confirmed would be lost: a backup is the way back."""
    raise NotImplementedError
