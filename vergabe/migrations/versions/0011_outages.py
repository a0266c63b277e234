"""Signs of life, maintenance, outages and what they mean for procedures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010b"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER heartbeat_keeps_update BEFORE UPDATE ON heartbeat BEGIN SELECT RAISE(ABORT, 'heartbeat is append only'); END",
        "CREATE TRIGGER heartbeat_keeps_delete BEFORE DELETE ON heartbeat BEGIN SELECT RAISE(ABORT, 'heartbeat is append only'); END",
        "CREATE TRIGGER fault_minute_keeps_update BEFORE UPDATE ON fault_minute BEGIN SELECT RAISE(ABORT, 'fault_minute is append only'); END",
        "CREATE TRIGGER fault_minute_keeps_delete BEFORE DELETE ON fault_minute BEGIN SELECT RAISE(ABORT, 'fault_minute is append only'); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION heartbeat_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'heartbeat is append only'; END $$",
        "CREATE TRIGGER heartbeat_keeps_update BEFORE UPDATE ON heartbeat FOR EACH ROW EXECUTE FUNCTION heartbeat_keeps()",
        "CREATE TRIGGER heartbeat_keeps_delete BEFORE DELETE ON heartbeat FOR EACH ROW EXECUTE FUNCTION heartbeat_keeps()",
        "CREATE OR REPLACE FUNCTION fault_minute_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fault_minute is append only'; END $$",
        "CREATE TRIGGER fault_minute_keeps_update BEFORE UPDATE ON fault_minute FOR EACH ROW EXECUTE FUNCTION fault_minute_keeps()",
        "CREATE TRIGGER fault_minute_keeps_delete BEFORE DELETE ON fault_minute FOR EACH ROW EXECUTE FUNCTION fault_minute_keeps()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "fault_minute",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("request_count", sa.Integer(), nullable=False),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "what IN ('http', 'database', 'files')", name=op.f("ck_fault_minute_what_known")
        ),
        sa.CheckConstraint(
            "request_count >= 0 AND failure_count > 0",
            name=op.f("ck_fault_minute_counts_say_something"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault_minute")),
        sa.UniqueConstraint(
            "minute", "process", "what", name=op.f("uq_fault_minute_minute_process_what")
        ),
    )
    op.create_table(
        "heartbeat",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.CheckConstraint(
            "kind IN ('web', 'worker', 'pause')", name=op.f("ck_heartbeat_kind_known")
        ),
        sa.CheckConstraint("minute > 0", name=op.f("ck_heartbeat_minute_positive")),
        sa.PrimaryKeyConstraint("kind", "minute", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "maintenance_window",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("planned_from", INSTANT, nullable=False),
        sa.Column("planned_until", INSTANT, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("although", sa.Text(), nullable=True),
        sa.Column("announced_at", INSTANT, nullable=False),
        sa.Column("announced_by_name", sa.String(length=200), nullable=False),
        sa.Column("began_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("called_off_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "called_off_at IS NULL OR began_at IS NULL",
            name=op.f("ck_maintenance_window_called_off_before"),
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR began_at IS NOT NULL",
            name=op.f("ck_maintenance_window_ended_has_begun"),
        ),
        sa.CheckConstraint(
            "planned_until > planned_from", name=op.f("ck_maintenance_window_ends_after_begin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_window")),
    )
    op.create_index(
        "ix_maintenance_window_open",
        "maintenance_window",
        ["planned_from"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL AND called_off_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL AND called_off_at IS NULL"),
    )

    op.create_table(
        "uptime_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("examined_minute", sa.Integer(), nullable=False),
        sa.Column("sealed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_uptime_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uptime_state")),
    )
    op.create_table(
        "worker_sign",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_worker_sign_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_sign")),
    )
    op.create_table(
        "outage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", JSON_VALUE, nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("examined_at", INSTANT, nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "cause IN ('silence', 'faults', 'maintenance', 'outside')",
            name=op.f("ck_outage_cause_known"),
        ),
        sa.CheckConstraint(
            "(file_sha256 IS NULL) = (file_name IS NULL)", name=op.f("ck_outage_file_has_name")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name=op.f("ck_outage_withdrawn_has_reason"),
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at > began_at", name=op.f("ck_outage_ends_after_begin")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_outage_file_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_outage_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
        sa.UniqueConstraint("key", name=op.f("uq_outage_key")),
    )
    op.create_index("ix_outage_began_at", "outage", ["began_at"], unique=False)
    op.create_index(
        "ix_outage_unexamined",
        "outage",
        ["began_at"],
        unique=False,
        sqlite_where=sa.text("examined_at IS NULL"),
        postgresql_where=sa.text("examined_at IS NULL"),
    )

    op.create_table(
        "outage_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("outage_id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("submission_deadline", INSTANT, nullable=False),
        sa.Column("enquiries_deadline", INSTANT, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("remind_at", INSTANT, nullable=False),
        sa.Column("reminder_count", sa.Integer(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'extended') = (notice_id IS NOT NULL)",
            name=op.f("ck_outage_case_extended_by_notice"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)",
            name=op.f("ck_outage_case_decided_has_instant"),
        ),
        sa.CheckConstraint(
            "state <> 'kept' OR reason IS NOT NULL", name=op.f("ck_outage_case_kept_has_reason")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'extended', 'kept', 'superseded')",
            name=op.f("ck_outage_case_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_outage_case_notice_id_notice")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_outage_case_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outage.id"], name=op.f("fk_outage_case_outage_id_outage")
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_outage_case_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_case")),
        sa.UniqueConstraint(
            "outage_id", "tender_id", name=op.f("uq_outage_case_outage_id_tender_id")
        ),
    )
    op.create_index(
        "ix_outage_case_open",
        "outage_case",
        ["remind_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_outage_case_tender_id", "outage_case", ["tender_id"], unique=False)

    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("outage_case")
    op.drop_table("outage")
    op.drop_table("worker_sign")
    op.drop_table("uptime_state")
    op.drop_table("maintenance_window")
    op.drop_table("heartbeat")
    op.drop_table("fault_minute")
    if op.get_bind().dialect.name == "postgresql":
        for table in (
            "heartbeat",
            "fault_minute",
        ):
            op.execute(f"DROP FUNCTION IF EXISTS {table}_keeps CASCADE")
