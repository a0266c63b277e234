"""The web application: jobs, uploads, saved lists, the public catalogue, orders by title.

The catalogue is filled by the worker; what it replaces goes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TITLE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# Umlauts stand with their vowels, on both databases alike.
TITLE_ORDER = "lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(title, 'Ä', 'a'), 'ä', 'a'), 'à', 'a'), 'Ö', 'o'), 'ö', 'o'), 'ô', 'o'), 'Ü', 'u'), 'ü', 'u'), 'É', 'e'), 'è', 'e'), 'é', 'e'), 'ç', 'c'), 'ß', 'ss'))"


def upgrade() -> None:
    op.create_table(
        "catalogue_entry",
        sa.Column("number", SERIAL, nullable=False),
        sa.Column("origin", sa.String(length=5), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("feed_id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("buyer_names", JSON_VALUE, nullable=False),
        sa.Column("sources", JSON_VALUE, nullable=False),
        sa.Column("cpv", JSON_VALUE, nullable=False),
        sa.Column("nuts", JSON_VALUE, nullable=False),
        sa.Column("nature", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("value_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("deadline", INSTANT, nullable=True),
        sa.Column("deadline_is_day", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("is_joint", sa.Boolean(), nullable=False),
        sa.Column("shown_on", sa.Date(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("title_words", sa.LargeBinary(), nullable=False),
        sa.Column("other_words", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "origin IN ('own', 'other')", name=op.f("ck_catalogue_entry_origin_known")
        ),
        sa.CheckConstraint(
            "stage IN ('planned', 'running', 'awarded', 'cancelled')",
            name=op.f("ck_catalogue_entry_stage_known"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalogue_entry")),
        sa.UniqueConstraint("origin", "sequence", name=op.f("uq_catalogue_entry_origin_sequence")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_catalogue_entry_subject_id")),
    )
    op.create_index("ix_catalogue_entry_reference", "catalogue_entry", ["reference"], unique=False)

    op.create_table(
        "catalogue_state",
        sa.Column("origin", sa.String(length=5), nullable=False),
        sa.Column("life", sa.Uuid(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_catalogue_state")),
    )
    op.create_table(
        "catalogue_word",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalogue_word")),
        sa.UniqueConstraint("word", name=op.f("uq_catalogue_word_word")),
    )
    op.create_table(
        "worker_sign",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_worker_sign_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_sign")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("arguments", JSON_VALUE, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=True),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("cancel_asked_at", INSTANT, nullable=True),
        sa.Column("step", sa.String(length=400), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("result", JSON_VALUE, nullable=False),
        sa.Column("file_name", sa.String(length=400), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("heartbeat_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)",
            name=op.f("ck_job_finished_has_instant"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_job_state_known"),
        ),
        sa.CheckConstraint(
            "done_count >= 0 AND total_count >= 0", name=op.f("ck_job_counts_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_job_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_job_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_finished_at", "job", ["finished_at"], unique=False)
    op.create_index(
        "ix_job_open",
        "job",
        ["state", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'running')"),
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_index("ix_job_user_id_id", "job", ["user_id", "id"], unique=False)
    op.create_index(
        "uq_job_open_key",
        "job",
        ["kind", "key"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'running')"),
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )

    op.create_table(
        "list_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("list_key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_list_view_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_list_view_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_view")),
        sa.UniqueConstraint(
            "user_id",
            "organisation_id",
            "list_key",
            "name",
            name=op.f("uq_list_view_user_id_organisation_id_list_key_name"),
        ),
    )
    op.create_index(
        "uq_list_view_default",
        "list_view",
        ["user_id", "organisation_id", "list_key"],
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )

    op.create_table(
        "unfinished_demand_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        sa.Column("is_change", sa.Boolean(), nullable=False),
        sa.Column("fields", JSON_VALUE, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_unfinished_demand_entry_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_unfinished_demand_entry_user_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unfinished_demand_entry")),
        sa.UniqueConstraint(
            "user_id", "form_key", name=op.f("uq_unfinished_demand_entry_user_id_form_key")
        ),
    )
    op.create_index(
        "ix_unfinished_demand_entry_saved_at",
        "unfinished_demand_entry",
        ["user_id", "organisation_id", "saved_at"],
        unique=False,
    )

    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=400), nullable=False),
        sa.Column("metadata_header", sa.String(length=2000), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("lock_token", sa.String(length=40), nullable=True),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("whole_name", sa.String(length=100), nullable=True),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(lock_token IS NULL) = (locked_until IS NULL)",
            name=op.f("ck_upload_lock_has_token_and_end"),
        ),
        sa.CheckConstraint(
            "offset_bytes BETWEEN 0 AND size_bytes", name=op.f("ck_upload_offset_within_size")
        ),
        sa.CheckConstraint(
            "sha256 IS NULL OR offset_bytes = size_bytes", name=op.f("ck_upload_whole_is_complete")
        ),
        sa.CheckConstraint(
            "used_at IS NULL OR sha256 IS NOT NULL", name=op.f("ck_upload_used_is_whole")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_upload_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_upload_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_expires_at", "upload", ["expires_at"], unique=False)
    op.create_index(
        "ix_upload_organisation_id_expires_at",
        "upload",
        ["organisation_id", "expires_at"],
        unique=False,
    )
    op.create_index(op.f("ix_upload_user_id"), "upload", ["user_id"], unique=False)

    op.create_table(
        "upload_piece",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("start_byte", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_upload_piece_size_positive")),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["upload.id"],
            name=op.f("fk_upload_piece_upload_id_upload"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("upload_id", "start_byte", name=op.f("pk_upload_piece")),
    )
    op.create_table(
        "answer_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("enquiry_ids", JSON_VALUE, nullable=False),
        sa.Column("question_text", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("saved_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_answer_draft_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_draft")),
    )
    op.create_index("ix_answer_draft_tender_id", "answer_draft", ["tender_id"], unique=False)

    op.create_table(
        "tender_seen",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_tender_seen_tender_id_tender")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_tender_seen_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_seen")),
        sa.UniqueConstraint("user_id", "tender_id", name=op.f("uq_tender_seen_user_id_tender_id")),
    )
    op.create_index(op.f("ix_tender_seen_tender_id"), "tender_seen", ["tender_id"], unique=False)

    op.drop_table("notice_code")
    op.drop_table("procedure_group_code")
    op.drop_table("procedure_group_term")
    op.drop_table("notice_term")
    with op.batch_alter_table("demand") as batch:
        batch.add_column(
            sa.Column(
                "title_order",
                TITLE,
                sa.Computed(
                    TITLE_ORDER,
                    persisted=True,
                ),
                nullable=True,
            )
        )
        batch.create_index(
            "ix_demand_organisation_id_needed_id",
            ["organisation_id", "needed_from", "id"],
            unique=False,
        )
        batch.create_index(
            "ix_demand_organisation_id_stage_submitted_id",
            ["organisation_id", "stage", "submitted_at", "id"],
            unique=False,
        )
        batch.create_index(
            "ix_demand_organisation_id_title_order_id",
            ["organisation_id", "title_order", "id"],
            unique=False,
        )
        batch.create_index(
            "ix_demand_organisation_id_value_id",
            ["organisation_id", "value_net_cents", "id"],
            unique=False,
        )

    op.create_index(
        "ix_outbox_failed_kind",
        "outbox",
        ["kind"],
        unique=False,
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )

    with op.batch_alter_table("pending_registration") as batch:
        batch.drop_constraint(op.f("ck_pending_registration_new_firm_has_password"), type_="check")
        batch.drop_constraint(op.f("ck_pending_registration_new_firm_or_old"), type_="check")
        batch.create_check_constraint(
            op.f("ck_pending_registration_new_firm_or_old"),
            sa.text("firm IS NULL OR organisation_id IS NULL"),
        )
    with op.batch_alter_table("pending_registration") as batch:
        batch.add_column(sa.Column("entries", JSON_VALUE, nullable=True))
        batch.add_column(sa.Column("steps_done", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("pool") as batch:
        batch.add_column(
            sa.Column(
                "title_order",
                TITLE,
                sa.Computed(
                    TITLE_ORDER,
                    persisted=True,
                ),
                nullable=True,
            )
        )
        batch.create_index("ix_pool_cooperation_id_id", ["cooperation_id", "id"], unique=False)
        batch.create_index(
            "ix_pool_cooperation_id_joining_id",
            ["cooperation_id", "joining_deadline", "id"],
            unique=False,
        )
        batch.create_index(
            "ix_pool_cooperation_id_title_order_id",
            ["cooperation_id", "title_order", "id"],
            unique=False,
        )

    with op.batch_alter_table("supplier_profile") as batch:
        batch.add_column(
            sa.Column("natures", sa.String(length=40), server_default="", nullable=False)
        )
        batch.add_column(sa.Column("value_from_net_cents", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("value_until_net_cents", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("tender") as batch:
        batch.add_column(
            sa.Column(
                "title_order",
                TITLE,
                sa.Computed(
                    TITLE_ORDER,
                    persisted=True,
                ),
                nullable=True,
            )
        )
        batch.create_index(
            "ix_tender_cooperation_id_deadline_id",
            ["cooperation_id", "submission_deadline", "id"],
            unique=False,
        )
        batch.create_index("ix_tender_cooperation_id_id", ["cooperation_id", "id"], unique=False)
        batch.create_index(
            "ix_tender_cooperation_id_title_order_id",
            ["cooperation_id", "title_order", "id"],
            unique=False,
        )
        batch.create_index(
            "ix_tender_cooperation_id_value_id",
            ["cooperation_id", "estimated_value_net_cents", "id"],
            unique=False,
        )

    with op.batch_alter_table("user_account") as batch:
        batch.add_column(sa.Column("language", sa.String(length=2), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("user_account") as batch:
        batch.drop_column("language")

    with op.batch_alter_table("tender") as batch:
        batch.drop_index("ix_tender_cooperation_id_value_id")
        batch.drop_index("ix_tender_cooperation_id_title_order_id")
        batch.drop_index("ix_tender_cooperation_id_id")
        batch.drop_index("ix_tender_cooperation_id_deadline_id")
        batch.drop_column("title_order")

    with op.batch_alter_table("supplier_profile") as batch:
        batch.drop_column("value_until_net_cents")
        batch.drop_column("value_from_net_cents")
        batch.drop_column("natures")

    with op.batch_alter_table("pool") as batch:
        batch.drop_index("ix_pool_cooperation_id_title_order_id")
        batch.drop_index("ix_pool_cooperation_id_joining_id")
        batch.drop_index("ix_pool_cooperation_id_id")
        batch.drop_column("title_order")

    # Such a registration is begun anew: the older version asks for everything at once.
    op.execute(
        "DELETE FROM pending_registration WHERE (firm IS NULL) <> (password_hash IS NULL)"
        " OR (firm IS NULL) = (organisation_id IS NULL)"
    )
    with op.batch_alter_table("pending_registration") as batch:
        batch.drop_constraint(op.f("ck_pending_registration_new_firm_or_old"), type_="check")
        batch.create_check_constraint(
            op.f("ck_pending_registration_new_firm_has_password"),
            sa.text("(firm IS NULL) = (password_hash IS NULL)"),
        )
        batch.create_check_constraint(
            op.f("ck_pending_registration_new_firm_or_old"),
            sa.text("(firm IS NULL) <> (organisation_id IS NULL)"),
        )
    with op.batch_alter_table("pending_registration") as batch:
        batch.drop_column("steps_done")
        batch.drop_column("entries")

    op.drop_index("ix_outbox_failed_kind", "outbox")

    with op.batch_alter_table("demand") as batch:
        batch.drop_index("ix_demand_organisation_id_value_id")
        batch.drop_index("ix_demand_organisation_id_title_order_id")
        batch.drop_index("ix_demand_organisation_id_stage_submitted_id")
        batch.drop_index("ix_demand_organisation_id_needed_id")
        batch.drop_column("title_order")

    op.create_table(
        "notice_term",
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_term_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("term", "notice_id", name=op.f("pk_notice_term")),
    )
    op.create_index(op.f("ix_notice_term_notice_id"), "notice_term", ["notice_id"], unique=False)

    op.create_table(
        "procedure_group_term",
        sa.Column("term", sa.String(length=60), nullable=False),
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
        "procedure_group_code",
        sa.Column("scheme", sa.String(length=4), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
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
        "notice_code",
        sa.Column("scheme", sa.String(length=4), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("scheme IN ('cpv', 'nuts')", name=op.f("ck_notice_code_scheme_known")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_code_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("scheme", "code", "notice_id", name=op.f("pk_notice_code")),
    )
    op.create_index(op.f("ix_notice_code_notice_id"), "notice_code", ["notice_id"], unique=False)

    op.drop_table("tender_seen")
    op.drop_table("answer_draft")
    op.drop_table("upload_piece")
    op.drop_table("upload")
    op.drop_table("unfinished_demand_entry")
    op.drop_table("list_view")
    op.drop_table("job")
    op.drop_table("worker_sign")
    op.drop_table("catalogue_word")
    op.drop_table("catalogue_state")
    op.drop_table("catalogue_entry")
