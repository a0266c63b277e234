"""What becomes of a notice outside our house; facts of notices; notices of others.

SQLite changes a constraint by making the table anew; env.py keeps references apart meanwhile.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

GUARDS = {
    "sqlite": [
        "CREATE TRIGGER delivery_event_keeps_update BEFORE UPDATE ON delivery_event BEGIN SELECT RAISE(ABORT, 'delivery_event is append only'); END",
        "CREATE TRIGGER delivery_event_keeps_delete BEFORE DELETE ON delivery_event BEGIN SELECT RAISE(ABORT, 'delivery_event is append only'); END",
        "CREATE TRIGGER notice_check_keeps_update BEFORE UPDATE ON notice_check BEGIN SELECT RAISE(ABORT, 'notice_check is append only'); END",
        "CREATE TRIGGER notice_check_keeps_delete BEFORE DELETE ON notice_check BEGIN SELECT RAISE(ABORT, 'notice_check is append only'); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION delivery_event_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'delivery_event is append only'; END $$",
        "CREATE TRIGGER delivery_event_keeps_update BEFORE UPDATE ON delivery_event FOR EACH ROW EXECUTE FUNCTION delivery_event_keeps()",
        "CREATE TRIGGER delivery_event_keeps_delete BEFORE DELETE ON delivery_event FOR EACH ROW EXECUTE FUNCTION delivery_event_keeps()",
        "CREATE OR REPLACE FUNCTION notice_check_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'notice_check is append only'; END $$",
        "CREATE TRIGGER notice_check_keeps_update BEFORE UPDATE ON notice_check FOR EACH ROW EXECUTE FUNCTION notice_check_keeps()",
        "CREATE TRIGGER notice_check_keeps_delete BEFORE DELETE ON notice_check FOR EACH ROW EXECUTE FUNCTION notice_check_keeps()",
    ],
}
# What the older version knew by the version of the tender alone.
PUBLIC_BEFORE = "UPDATE tender SET public_since = published_at WHERE published_version > 0"
REJECTED_BEFORE = "UPDATE notice SET rejected_at = created_at WHERE stage = 'rejected'"
# It has one row for a notice id, and no tables for what refers to a second one.
UNKNOWN_BEFORE = (
    "DELETE FROM notice WHERE stage = 'rejected' AND id NOT IN (SELECT notice_id FROM notice_document)"
    " AND id NOT IN (SELECT previous_id FROM notice WHERE previous_id IS NOT NULL)"
)


def upgrade() -> None:
    op.create_table(
        "procedure_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shown_id", sa.Uuid(), nullable=True),
        sa.Column("shown_on", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("buyer_names", JSON_VALUE, nullable=False),
        sa.Column("cpv", sa.String(length=8), nullable=True),
        sa.Column("nature", sa.String(length=40), nullable=True),
        sa.Column("deadline", INSTANT, nullable=True),
        sa.Column("deadline_is_day", sa.Boolean(), nullable=False),
        sa.Column("is_awarded", sa.Boolean(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("is_planning", sa.Boolean(), nullable=False),
        sa.Column("notice_count", sa.Integer(), nullable=False),
        sa.Column("places", JSON_VALUE, nullable=False),
        sa.CheckConstraint(
            "notice_count >= 0", name=op.f("ck_procedure_group_notice_count_not_negative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_group")),
    )
    op.create_index("ix_procedure_group_deadline", "procedure_group", ["deadline"], unique=False)
    op.create_index(
        "ix_procedure_group_shown_on_id", "procedure_group", ["shown_on", "id"], unique=False
    )
    op.create_table(
        "foreign_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("facts", JSON_VALUE, nullable=False),
        sa.Column("facts_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "origin IN ('xml', 'record')", name=op.f("ck_foreign_notice_origin_known")
        ),
        sa.CheckConstraint(
            "version BETWEEN 1 AND 99", name=op.f("ck_foreign_notice_version_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_foreign_notice_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["procedure_group.id"],
            name=op.f("fk_foreign_notice_group_id_procedure_group"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_foreign_notice")),
        sa.UniqueConstraint(
            "source",
            "source_id",
            "version",
            name=op.f("uq_foreign_notice_source_source_id_version"),
        ),
    )
    op.create_index(
        op.f("ix_foreign_notice_group_id"), "foreign_notice", ["group_id"], unique=False
    )
    op.create_table(
        "procedure_group_code",
        sa.Column("scheme", sa.String(length=4), nullable=False),
        sa.Column(
            "code",
            sa.String(length=8).with_variant(sa.String(length=8, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "scheme IN ('cpv', 'nuts')", name=op.f("ck_procedure_group_code_scheme_known")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["procedure_group.id"],
            name=op.f("fk_procedure_group_code_group_id_procedure_group"),
        ),
        sa.PrimaryKeyConstraint("scheme", "code", "group_id", name=op.f("pk_procedure_group_code")),
    )
    op.create_index(
        op.f("ix_procedure_group_code_group_id"), "procedure_group_code", ["group_id"], unique=False
    )
    op.create_table(
        "procedure_group_term",
        sa.Column(
            "term",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["procedure_group.id"],
            name=op.f("fk_procedure_group_term_group_id_procedure_group"),
        ),
        sa.PrimaryKeyConstraint("term", "group_id", name=op.f("pk_procedure_group_term")),
    )
    op.create_index(
        op.f("ix_procedure_group_term_group_id"), "procedure_group_term", ["group_id"], unique=False
    )
    op.create_table(
        "foreign_notice_key",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("is_exact", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["foreign_notice.id"],
            name=op.f("fk_foreign_notice_key_notice_id_foreign_notice"),
        ),
        sa.PrimaryKeyConstraint("number", "notice_id", name=op.f("pk_foreign_notice_key")),
    )
    op.create_index(
        op.f("ix_foreign_notice_key_notice_id"), "foreign_notice_key", ["notice_id"], unique=False
    )
    op.create_table(
        "draft_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("seen", sa.String(length=40), nullable=False),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("sdk_version", sa.String(length=40), nullable=False),
        sa.Column("findings", JSON_VALUE, nullable=False),
        sa.Column("unchecked", JSON_VALUE, nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (checked_at IS NOT NULL)",
            name=op.f("ck_draft_check_done_has_instant"),
        ),
        sa.CheckConstraint("state IN ('waiting', 'done')", name=op.f("ck_draft_check_state_known")),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_draft_check_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_check")),
    )
    op.create_index(
        "ix_draft_check_tender_id_asked_at", "draft_check", ["tender_id", "asked_at"], unique=False
    )
    op.create_index(
        "uq_draft_check_waiting",
        "draft_check",
        ["tender_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "notice_facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("chosen", JSON_VALUE, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_notice_facts_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_facts")),
        sa.UniqueConstraint("tender_id", name=op.f("uq_notice_facts_tender_id")),
    )
    op.create_table(
        "lot_notice_facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("chosen", JSON_VALUE, nullable=False),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_lot_notice_facts_lot_id_lot"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_notice_facts")),
        sa.UniqueConstraint("lot_id", name=op.f("uq_lot_notice_facts_lot_id")),
    )
    op.create_table(
        "notice_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("checked_at", INSTANT, nullable=False),
        sa.Column("sdk_version", sa.String(length=40), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("findings", JSON_VALUE, nullable=False),
        sa.Column("xml_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_check_notice_id_notice")
        ),
        sa.ForeignKeyConstraint(
            ["xml_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_notice_check_xml_sha256_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_check")),
    )
    op.create_index(op.f("ix_notice_check_notice_id"), "notice_check", ["notice_id"], unique=False)
    op.create_table(
        "notice_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.String(length=10), nullable=False),
        sa.Column("environment", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("idempotency_key", sa.String(length=60), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("xml_sha256", sa.String(length=64), nullable=True),
        sa.Column("document_format", sa.String(length=20), nullable=True),
        sa.Column("tracking_code", sa.String(length=200), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("publication_number", sa.String(length=100), nullable=True),
        sa.Column("publication_url", sa.String(length=1000), nullable=True),
        sa.Column("reasons", JSON_VALUE, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("stop_asked_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("release_at", INSTANT, nullable=True),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('rejected', 'stopped', 'blocked')) = (ended_at IS NOT NULL)",
            name=op.f("ck_notice_delivery_ended_has_instant"),
        ),
        sa.CheckConstraint(
            "outlet IN ('folder', 'http')", name=op.f("ck_notice_delivery_outlet_known")
        ),
        sa.CheckConstraint(
            "state <> 'accepted' OR accepted_at IS NOT NULL",
            name=op.f("ck_notice_delivery_accepted_has_instant"),
        ),
        sa.CheckConstraint(
            "state <> 'published' OR published_at IS NOT NULL",
            name=op.f("ck_notice_delivery_published_has_instant"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'blocked', 'stopped') OR xml_sha256 IS NOT NULL",
            name=op.f("ck_notice_delivery_nothing_leaves_unstored"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'accepted', 'stopping', 'published', 'rejected', 'stopped', 'blocked')",
            name=op.f("ck_notice_delivery_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'accepted', 'stopping', 'published') OR sent_at IS NOT NULL",
            name=op.f("ck_notice_delivery_sent_has_instant"),
        ),
        sa.CheckConstraint(
            "(leased_until IS NULL) = (lease_token IS NULL)",
            name=op.f("ck_notice_delivery_lease_has_its_token"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_notice_delivery_attempts_not_negative")),
        sa.CheckConstraint(
            "version_number BETWEEN 1 AND 99", name=op.f("ck_notice_delivery_version_two_digits")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_delivery_notice_id_notice")
        ),
        sa.ForeignKeyConstraint(
            ["xml_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_notice_delivery_xml_sha256_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_delivery")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_notice_delivery_idempotency_key")),
        sa.UniqueConstraint(
            "notice_id", "version_number", name=op.f("uq_notice_delivery_notice_id_version_number")
        ),
    )
    op.create_index(
        "ix_notice_delivery_due_at",
        "notice_delivery",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_notice_delivery_release_at",
        "notice_delivery",
        ["release_at"],
        unique=False,
        sqlite_where=sa.text("release_at IS NOT NULL"),
        postgresql_where=sa.text("release_at IS NOT NULL"),
    )
    op.create_table(
        "delivery_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["notice_delivery.id"],
            name=op.f("fk_delivery_event_delivery_id_notice_delivery"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_event")),
    )
    op.create_index(
        op.f("ix_delivery_event_delivery_id"), "delivery_event", ["delivery_id"], unique=False
    )
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
    _notices()
    with op.batch_alter_table("tender") as batch:
        batch.add_column(sa.Column("public_since", INSTANT))
        batch.add_column(sa.Column("cancellation_code", sa.String(20)))
        batch.add_column(
            sa.Column("publishes_value", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch.create_check_constraint(
            op.f("ck_tender_public_was_published"),
            sa.text("public_since IS NULL OR published_at IS NOT NULL"),
        )
    op.execute(PUBLIC_BEFORE)


def _notices() -> None:
    """Give notices their version and what the outside said; filled before it is demanded."""
    with op.batch_alter_table("notice") as batch:
        batch.add_column(
            sa.Column("version_number", sa.Integer(), server_default="1", nullable=False)
        )
        batch.add_column(sa.Column("rejected_at", INSTANT))
        batch.add_column(
            sa.Column("must_wait", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch.drop_constraint(op.f("uq_notice_notice_uuid"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_notice_notice_uuid_version_number"), ["notice_uuid", "version_number"]
        )
    op.execute(REJECTED_BEFORE)
    with op.batch_alter_table("notice") as batch:
        batch.create_check_constraint(
            op.f("ck_notice_rejected_has_instant"),
            sa.text("(stage = 'rejected') = (rejected_at IS NOT NULL)"),
        )
        batch.create_check_constraint(
            op.f("ck_notice_version_two_digits"), sa.text("version_number BETWEEN 1 AND 99")
        )


def downgrade() -> None:
    with op.batch_alter_table("tender") as batch:
        batch.drop_constraint(op.f("ck_tender_public_was_published"), type_="check")
        batch.drop_column("publishes_value")
        batch.drop_column("cancellation_code")
        batch.drop_column("public_since")
    for table in (
        "delivery_event",
        "notice_delivery",
        "notice_check",
        "lot_notice_facts",
        "notice_facts",
        "draft_check",
        "foreign_notice_key",
        "procedure_group_term",
        "procedure_group_code",
        "foreign_notice",
        "procedure_group",
    ):
        op.drop_table(table)
    op.execute(UNKNOWN_BEFORE)
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f("ck_notice_version_two_digits"), type_="check")
        batch.drop_constraint(op.f("ck_notice_rejected_has_instant"), type_="check")
        batch.drop_constraint(op.f("uq_notice_notice_uuid_version_number"), type_="unique")
        batch.create_unique_constraint(op.f("uq_notice_notice_uuid"), ["notice_uuid"])
        batch.drop_column("must_wait")
        batch.drop_column("rejected_at")
        batch.drop_column("version_number")
    if op.get_bind().dialect.name == "postgresql":
        for table in (
            "delivery_event",
            "notice_check",
        ):
            op.execute(f"DROP FUNCTION IF EXISTS {table}_keeps CASCADE")
