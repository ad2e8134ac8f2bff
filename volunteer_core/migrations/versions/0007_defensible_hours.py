"""The ledger in full: sources, spans, what and where; its summary, claims, objections, closed months

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NOTICE_KINDS = (
    "kind IN ('published', 'changed', 'called_off', 'promoted', 'closure', 'expiring', 'asked', 'offered', "
    "'gap', 'hours')"
)

SUM_WEEK = """INSERT INTO hour_sums (person_id, iso_year, iso_week, team_id, programme_id, kind, minutes)
VALUES (NEW.person_id, NEW.iso_year, NEW.iso_week, coalesce(NEW.team_id, 0),
    coalesce(NEW.programme_id, 0), NEW.kind, NEW.minutes)
ON CONFLICT (person_id, iso_year, iso_week, team_id, programme_id, kind)
DO UPDATE SET minutes = hour_sums.minutes + excluded.minutes"""
SUM_MONTH = """INSERT INTO month_sums (person_id, month, team_id, community_id, grid_id, programme_id,
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
ALL_WEEKS = """INSERT INTO hour_sums (person_id, iso_year, iso_week, team_id, programme_id, kind, minutes)
SELECT person_id, iso_year, iso_week, coalesce(team_id, 0), coalesce(programme_id, 0), kind, sum(minutes)
FROM ledger_entries GROUP BY 1, 2, 3, 4, 5, 6"""
ALL_MONTHS = """INSERT INTO month_sums (person_id, month, team_id, community_id, grid_id, programme_id,
    home_community_id, service, paid_duty, training)
SELECT person_id, {month}, coalesce(team_id, 0), community_id, coalesce(grid_id, 0),
    coalesce(programme_id, 0), coalesce(home_community_id, 0),
    sum(CASE WHEN kind IN ('service', 'adjustment') THEN minutes ELSE 0 END),
    sum(CASE WHEN kind = 'paid_duty' THEN minutes ELSE 0 END),
    sum(CASE WHEN kind = 'training' THEN minutes ELSE 0 END)
FROM ledger_entries GROUP BY 1, 2, 3, 4, 5, 6, 7"""
MONTH = {"sqlite": "strftime('%Y-%m-01', {})", "postgresql": "date_trunc('month', {})::date"}

SQLITE_GUARDS = (
    *(
        f"CREATE TRIGGER tr_ledger_entries_no_{action.lower()} BEFORE {action} ON ledger_entries "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: reverse the entry instead'); END"
        for action in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER tr_ledger_entries_no_replace BEFORE INSERT ON ledger_entries WHEN "
    "EXISTS (SELECT 1 FROM ledger_entries WHERE id = NEW.id) OR "
    "EXISTS (SELECT 1 FROM ledger_entries WHERE reverses_id = NEW.reverses_id) OR "
    "EXISTS (SELECT 1 FROM ledger_entries WHERE import_key = NEW.import_key) "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: reverse the entry instead'); END",
    "CREATE TRIGGER tr_ledger_entries_sum AFTER INSERT ON ledger_entries BEGIN "
    f"{SUM_WEEK}; {SUM_MONTH.format(month=MONTH['sqlite'].format('NEW.civil_date'))}; END",
)
POSTGRESQL_GUARDS = (
    "CREATE TRIGGER tr_ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()",
    "CREATE OR REPLACE FUNCTION sum_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$BEGIN {SUM_WEEK}; {SUM_MONTH.format(month=MONTH['postgresql'].format('NEW.civil_date'))}; "
    "RETURN NULL; END$$",
    "CREATE TRIGGER tr_ledger_entries_sum AFTER INSERT ON ledger_entries "
    "FOR EACH ROW EXECUTE FUNCTION sum_ledger_entry()",
)

# What the new columns say of entries that are there: from the promise that each came from.
FILL = (
    """UPDATE ledger_entries SET
        source = CASE WHEN reason IN ('', '重新登记出勤') THEN 'attendance' ELSE 'correction' END,
        what = coalesce(
            (SELECT events.title FROM commitments
                JOIN positions ON positions.id = commitments.position_id
                JOIN events ON events.id = positions.event_id
                WHERE commitments.id = ledger_entries.commitment_id),
            (SELECT name FROM programmes WHERE programmes.id = ledger_entries.programme_id), '志愿服务'),
        place = coalesce(
            (SELECT sites.name FROM commitments JOIN sites ON sites.id = commitments.site_id
                WHERE commitments.id = ledger_entries.commitment_id), ''),
        counted_from = (SELECT CASE WHEN checked_in_at > starts_at THEN checked_in_at ELSE starts_at END
            FROM commitments WHERE commitments.id = ledger_entries.commitment_id),
        counted_to = (SELECT CASE WHEN checked_out_at < ends_at THEN checked_out_at ELSE ends_at END
            FROM commitments WHERE commitments.id = ledger_entries.commitment_id)""",
    """UPDATE ledger_entries SET counted_from = NULL, counted_to = NULL
        WHERE counted_from >= counted_to OR source = 'correction' OR reverses_id IS NOT NULL""",
    """UPDATE ledger_entries SET community_id = coalesce(
        home_community_id, (SELECT min(id) FROM communities)) WHERE community_id IS NULL""",
)


def upgrade() -> None:
    """Entries say where they come from and what they are for; what is summed up is kept beside them."""
    dialect = op.get_bind().dialect.name
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "service",
                "paid_duty",
                "training",
                "adjustment",
                name="entry_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("civil_date", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("filed_by", sa.Integer(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "approved",
                "declined",
                "withdrawn",
                name="claim_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.CheckConstraint("kind IN ('service', 'training')", name=op.f("ck_claims_own_time")),
        sa.CheckConstraint("state <> 'approved' OR minutes IS NOT NULL", name=op.f("ck_claims_decided")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_claims_one_day")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_claims_order")),
        sa.ForeignKeyConstraint(["community_id"], ["communities.id"], name=op.f("fk_claims_community_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_claims_decided_by")),
        sa.ForeignKeyConstraint(["filed_by"], ["people.id"], name=op.f("fk_claims_filed_by")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_claims_grid_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_claims_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_claims_programme_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_claims_site_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_claims_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_claims_community_id_civil_date"), ["community_id", "civil_date"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_claims_person_id_civil_date"), ["person_id", "civil_date"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_claims_state"), ["state"], unique=False)

    op.create_table(
        "month_closings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "reported",
                "closed",
                name="month_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reported_by", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", sa.Integer(), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopen_reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_month_closings_closed_by")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_month_closings_community_id")
        ),
        sa.ForeignKeyConstraint(["reopened_by"], ["people.id"], name=op.f("fk_month_closings_reopened_by")),
        sa.ForeignKeyConstraint(["reported_by"], ["people.id"], name=op.f("fk_month_closings_reported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_closings")),
        sa.UniqueConstraint("community_id", "month", name=op.f("uq_month_closings_community_id_month")),
    )

    op.create_table(
        "objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("filed_by", sa.Integer(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "corrected",
                "explained",
                "withdrawn",
                name="objection_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("corrected_minutes", sa.Integer(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'corrected') = (corrected_minutes IS NOT NULL)", name=op.f("ck_objections_corrected")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_objections_answered_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entries.id"], name=op.f("fk_objections_entry_id")),
        sa.ForeignKeyConstraint(["filed_by"], ["people.id"], name=op.f("fk_objections_filed_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_objections_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    with op.batch_alter_table("objections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objections_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_objections_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_objections_open",
            ["entry_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "hour_sums",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("iso_year", sa.Integer(), nullable=False),
        sa.Column("iso_week", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hour_sums")),
        sa.UniqueConstraint(
            "person_id", "iso_year", "iso_week", "team_id", "programme_id", "kind",
            name=op.f("uq_hour_sums_person_id_iso_year_iso_week_team_id_programme_id_kind"),
        ),
    )  # fmt: skip
    op.create_table(
        "month_sums",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("grid_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("home_community_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.Integer(), nullable=False),
        sa.Column("paid_duty", sa.Integer(), nullable=False),
        sa.Column("training", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_sums")),
        sa.UniqueConstraint(
            "person_id", "month", "team_id", "community_id", "grid_id", "programme_id", "home_community_id",
            name="uq_month_sums_keys",
        ),
    )  # fmt: skip
    for key in ("team_id", "community_id"):
        op.create_index(
            op.f(f"ix_month_sums_month_{key}_person_id_service_paid_duty_training"),
            "month_sums",
            ["month", key, "person_id", "service", "paid_duty", "training"],
            unique=False,
        )
    op.add_column(
        "commitments",
        sa.Column("counted_elsewhere", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("programmes", sa.Column("grace_minutes", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("notices", schema=None) as batch_op:
        if dialect != "sqlite":  # where the table is copied, its old check is left behind
            batch_op.drop_constraint("notice_kind", type_="check")
        batch_op.create_check_constraint("notice_kind", NOTICE_KINDS)
    _fill_ledger(dialect)
    op.execute(ALL_WEEKS)
    op.execute(ALL_MONTHS.format(month=MONTH[dialect].format("civil_date")))
    for guard in SQLITE_GUARDS if dialect == "sqlite" else POSTGRESQL_GUARDS:
        op.execute(guard)


def _fill_ledger(dialect: str) -> None:
    if dialect == "sqlite":
        for action in ("update", "delete"):
            op.execute(f"DROP TRIGGER tr_ledger_entries_no_{action}")
    else:
        op.execute("DROP TRIGGER tr_ledger_entries_append_only ON ledger_entries")
    for column in (
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("import_key", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=True),
        sa.Column("what", sa.String(length=200), nullable=True),
        sa.Column("place", sa.String(length=100), nullable=True),
        sa.Column("counted_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("concerns", sa.Date(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
    ):
        op.add_column("ledger_entries", column)
    for statement in FILL:
        op.execute(statement)
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        for old in ("positive", "reversal", "one_day"):
            batch_op.drop_constraint(batch_op.f(f"ck_ledger_entries_{old}"), type_="check")
        for name in ("source", "what", "place", "community_id"):
            batch_op.alter_column(name, nullable=False)
        batch_op.create_check_constraint(
            "entry_source", "source IN ('attendance', 'claim', 'import', 'correction', 'recount')"
        )
        for name, condition in (
            ("sign", "(reverses_id IS NULL) = (minutes > 0)"),
            ("one_day", "minutes <> 0 AND minutes BETWEEN -1440 AND 1440"),
            ("order", "counted_from < counted_to"),
            ("later_month", "concerns < civil_date"),
        ):
            batch_op.create_check_constraint(batch_op.f(f"ck_ledger_entries_{name}"), condition)
        batch_op.create_index(batch_op.f("ix_ledger_entries_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entries_corrects_id"), ["corrects_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_ledger_entries_import_key"), ["import_key"])
        batch_op.create_foreign_key(
            batch_op.f("fk_ledger_entries_corrects_id"), "ledger_entries", ["corrects_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_ledger_entries_claim_id"), "claims", ["claim_id"], ["id"])


def downgrade() -> None:
    """What was claimed, objected to and closed would be lost: a backup is the way back."""
    raise NotImplementedError
