"""the_house"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


GUARDS = {
    "sqlite": [
        "CREATE TRIGGER record_entry_keeps_update BEFORE UPDATE ON record_entry BEGIN SELECT RAISE(ABORT, 'record_entry is append only'); END",
        "CREATE TRIGGER record_entry_keeps_delete BEFORE DELETE ON record_entry BEGIN SELECT RAISE(ABORT, 'record_entry is append only'); END",
        "CREATE TRIGGER message_keeps_update BEFORE UPDATE OF dedupe_key, kind, organisation_id, user_id, address, tender_id, subject, body, link, content_sha256, delivered_at ON message BEGIN SELECT RAISE(ABORT, 'message is append only'); END",
        "CREATE TRIGGER message_keeps_delete BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'message is append only'); END",
        "CREATE TRIGGER tender_version_keeps_update BEFORE UPDATE ON tender_version BEGIN SELECT RAISE(ABORT, 'tender_version is append only'); END",
        "CREATE TRIGGER tender_version_keeps_delete BEFORE DELETE ON tender_version BEGIN SELECT RAISE(ABORT, 'tender_version is append only'); END",
        "CREATE TRIGGER notice_document_keeps_update BEFORE UPDATE ON notice_document BEGIN SELECT RAISE(ABORT, 'notice_document is append only'); END",
        "CREATE TRIGGER notice_document_keeps_delete BEFORE DELETE ON notice_document BEGIN SELECT RAISE(ABORT, 'notice_document is append only'); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION record_entry_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'record_entry is append only'; END $$",
        "CREATE TRIGGER record_entry_keeps_update BEFORE UPDATE ON record_entry FOR EACH ROW EXECUTE FUNCTION record_entry_keeps()",
        "CREATE TRIGGER record_entry_keeps_delete BEFORE DELETE ON record_entry FOR EACH ROW EXECUTE FUNCTION record_entry_keeps()",
        "CREATE OR REPLACE FUNCTION message_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'message is append only'; END $$",
        "CREATE TRIGGER message_keeps_update BEFORE UPDATE OF dedupe_key, kind, organisation_id, user_id, address, tender_id, subject, body, link, content_sha256, delivered_at ON message FOR EACH ROW EXECUTE FUNCTION message_keeps()",
        "CREATE TRIGGER message_keeps_delete BEFORE DELETE ON message FOR EACH ROW EXECUTE FUNCTION message_keeps()",
        "CREATE OR REPLACE FUNCTION tender_version_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'tender_version is append only'; END $$",
        "CREATE TRIGGER tender_version_keeps_update BEFORE UPDATE ON tender_version FOR EACH ROW EXECUTE FUNCTION tender_version_keeps()",
        "CREATE TRIGGER tender_version_keeps_delete BEFORE DELETE ON tender_version FOR EACH ROW EXECUTE FUNCTION tender_version_keeps()",
        "CREATE OR REPLACE FUNCTION notice_document_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'notice_document is append only'; END $$",
        "CREATE TRIGGER notice_document_keeps_update BEFORE UPDATE ON notice_document FOR EACH ROW EXECUTE FUNCTION notice_document_keeps()",
        "CREATE TRIGGER notice_document_keeps_delete BEFORE DELETE ON notice_document FOR EACH ROW EXECUTE FUNCTION notice_document_keeps()",
    ],
}


def upgrade() -> None:

    op.create_table(
        "feed_counter",
        sa.Column("feed", sa.String(length=20), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_counter")),
    )
    op.create_table(
        "known_keyword",
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_known_keyword")),
    )
    op.create_table(
        "mail_opt_out",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_opt_out")),
        sa.UniqueConstraint("address", "scope", name=op.f("uq_mail_opt_out_address_scope")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("official_name", sa.String(length=400), nullable=True),
        sa.Column("ags", sa.String(length=8), nullable=True),
        sa.Column("ars", sa.String(length=12), nullable=True),
        sa.Column("land", sa.String(length=2), nullable=True),
        sa.Column("nuts3", sa.String(length=5), nullable=True),
        sa.Column("inhabitants", sa.Integer(), nullable=True),
        sa.Column("inhabitants_on", sa.Date(), nullable=True),
        sa.Column("leitweg_id", sa.String(length=46), nullable=True),
        sa.Column("register_number", sa.String(length=100), nullable=True),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("postcode", sa.String(length=10), nullable=True),
        sa.Column("city", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=50), nullable=True),
        sa.Column("website", sa.String(length=400), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('municipality', 'county', 'association', 'supplier', 'operator')",
            name=op.f("ck_organisation_kind_known"),
        ),
        sa.CheckConstraint(
            "(inhabitants IS NULL) = (inhabitants_on IS NULL)",
            name=op.f("ck_organisation_inhabitants_have_date"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("ags", name=op.f("uq_organisation_ags")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_name", ["name"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("payload", JSON_VALUE, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_outbox_done_has_instant")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'failed')", name=op.f("ck_outbox_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_waiting_due_at",
            ["kind", "due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index("uq_outbox_kind_dedupe_key", ["kind", "dedupe_key"], unique=True)

    op.create_table(
        "record_chain",
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_record_chain")),
    )
    op.create_table(
        "reference_counter",
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_reference_counter")),
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_stored_file_sha256_length")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_stored_file_size_not_negative")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("tf_phone_number", sa.String(length=128), nullable=True),
        sa.Column("mf_recovery_codes", JSON_VALUE, nullable=True),
        sa.Column("fs_webauthn_user_handle", sa.String(length=64), nullable=True),
        sa.Column("calendar_secret_hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint(
            "calendar_secret_hash", name=op.f("uq_user_account_calendar_secret_hash")
        ),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_account_fs_uniquifier")),
        sa.UniqueConstraint(
            "fs_webauthn_user_handle", name=op.f("uq_user_account_fs_webauthn_user_handle")
        ),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("is_read_only", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "expires_at > created_at", name=op.f("ck_api_token_expires_after_creation")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_api_token_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "cooperation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("reference_prefix", sa.String(length=10), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("joining_window_days", sa.Integer(), nullable=False),
        sa.Column("cost_key", JSON_VALUE, nullable=False),
        sa.Column("contact", JSON_VALUE, nullable=False),
        sa.Column("review_body", JSON_VALUE, nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_cooperation_lead_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperation")),
        sa.UniqueConstraint("key", name=op.f("uq_cooperation_key")),
        sa.UniqueConstraint("reference_prefix", name=op.f("uq_cooperation_reference_prefix")),
    )
    op.create_table(
        "mail_preference",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("wants_mail", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_mail_preference_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_mail_preference")),
    )
    op.create_table(
        "pending_registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("firm", sa.String(length=400), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(firm IS NULL) <> (organisation_id IS NULL)",
            name=op.f("ck_pending_registration_new_firm_or_old"),
        ),
        sa.CheckConstraint(
            "(firm IS NULL) = (password_hash IS NULL)",
            name=op.f("ck_pending_registration_new_firm_has_password"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_pending_registration_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_registration")),
    )
    with op.batch_alter_table("pending_registration", schema=None) as batch_op:
        batch_op.create_index("ix_pending_registration_email", ["email", "asked_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_pending_registration_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "record_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("actor_user_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_name", sa.String(length=400), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", JSON_VALUE, nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("entry_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_record_entry_sequence_from_one")),
        sa.ForeignKeyConstraint(
            ["stream"], ["record_chain.stream"], name=op.f("fk_record_entry_stream_record_chain")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_entry")),
        sa.UniqueConstraint("stream", "sequence", name=op.f("uq_record_entry_stream_sequence")),
    )
    with op.batch_alter_table("record_entry", schema=None) as batch_op:
        batch_op.create_index("ix_record_entry_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "stored_answer",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSON_VALUE, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_stored_answer_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_stored_answer")),
    )
    with op.batch_alter_table("stored_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_answer_stored_at"), ["stored_at"], unique=False)

    op.create_table(
        "supplier_profile",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.String(length=10), nullable=True),
        sa.Column("cpv_prefixes", JSON_VALUE, nullable=False),
        sa.Column("nuts_prefixes", JSON_VALUE, nullable=False),
        sa.Column("keywords", JSON_VALUE, nullable=False),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "size IS NULL OR size IN ('micro', 'small', 'medium', 'large', 'sme')",
            name=op.f("ck_supplier_profile_size_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_supplier_profile_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_supplier_profile")),
    )
    with op.batch_alter_table("supplier_profile", schema=None) as batch_op:
        batch_op.create_index(
            "ix_supplier_profile_paused",
            ["organisation_id"],
            unique=False,
            sqlite_where=sa.text("paused_at IS NOT NULL"),
            postgresql_where=sa.text("paused_at IS NOT NULL"),
        )

    op.create_table(
        "webauthn",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", JSON_VALUE, nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=64), nullable=False),
        sa.Column("extensions", sa.String(length=255), nullable=True),
        sa.Column("create_datetime", INSTANT, nullable=False),
        sa.Column("lastuse_datetime", INSTANT, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("usage", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_webauthn_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webauthn")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_webauthn_credential_id")),
    )
    with op.batch_alter_table("webauthn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webauthn_user_id"), ["user_id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("legal_form", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("requires_approval", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "legal_form <> 'informal_arrangement' OR stage IN ('informal', 'terminated')",
            name=op.f("ck_agreement_informal_stays_informal"),
        ),
        sa.CheckConstraint(
            "stage <> 'terminated' OR terminated_on IS NOT NULL",
            name=op.f("ck_agreement_terminated_has_day"),
        ),
        sa.CheckConstraint(
            "stage IN ('informal', 'resolved', 'signed', 'approved', 'in_force', 'terminated')",
            name=op.f("ck_agreement_stage_known"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('in_force') OR in_force_on IS NOT NULL",
            name=op.f("ck_agreement_in_force_has_day"),
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_agreement_cooperation_id_cooperation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint(
            "cooperation_id", "number", name=op.f("uq_agreement_cooperation_id_number")
        ),
    )
    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_reference", sa.String(length=40), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("law", sa.String(length=200), nullable=True),
        sa.Column("calculation", JSON_VALUE, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("substitute_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("met_at", INSTANT, nullable=True),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("source IN ('law', 'person')", name=op.f("ck_deadline_source_known")),
        sa.CheckConstraint(
            "subject_kind IN ('tender', 'pool', 'call')", name=op.f("ck_deadline_subject_known")
        ),
        sa.CheckConstraint("met_at IS NULL OR lifted_at IS NULL", name=op.f("ck_deadline_one_end")),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_deadline_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_deadline_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"],
            ["user_account.id"],
            name=op.f("fk_deadline_responsible_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"],
            ["user_account.id"],
            name=op.f("fk_deadline_substitute_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deadline_cooperation_id_due_at", ["cooperation_id", "due_at"], unique=False
        )
        batch_op.create_index(
            "ix_deadline_organisation_id_due_at", ["organisation_id", "due_at"], unique=False
        )
        batch_op.create_index(
            "uq_deadline_running",
            ["subject_id", "kind"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "demand_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("demand_count", sa.Integer(), nullable=False),
        sa.Column("imported_by_id", sa.Uuid(), nullable=True),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_demand_import_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["imported_by_id"],
            ["user_account.id"],
            name=op.f("fk_demand_import_imported_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_demand_import_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_import")),
        sa.UniqueConstraint(
            "cooperation_id",
            "organisation_id",
            "file_sha256",
            name=op.f("uq_demand_import_cooperation_id_organisation_id_file_sha256"),
        ),
    )
    op.create_table(
        "mandate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("grantor_id", sa.Uuid(), nullable=False),
        sa.Column("grantee_id", sa.Uuid(), nullable=False),
        sa.Column("scope", JSON_VALUE, nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("limit_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(file_sha256 IS NULL) = (file_name IS NULL)", name=op.f("ck_mandate_file_has_name")
        ),
        sa.CheckConstraint("grantor_id <> grantee_id", name=op.f("ck_mandate_two_parties")),
        sa.CheckConstraint(
            "limit_net_cents IS NULL OR limit_net_cents > 0", name=op.f("ck_mandate_limit_positive")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_mandate_days_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_mandate_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_mandate_file_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["grantee_id"], ["organisation.id"], name=op.f("fk_mandate_grantee_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["grantor_id"], ["organisation.id"], name=op.f("fk_mandate_grantor_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
    )
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mandate_cooperation_id_grantor_id", ["cooperation_id", "grantor_id"], unique=False
        )

    op.create_table(
        "member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "left_on IS NULL OR left_on >= joined_on", name=op.f("ck_member_days_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_member_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_member_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint(
            "cooperation_id",
            "organisation_id",
            name=op.f("uq_member_cooperation_id_organisation_id"),
        ),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index("ix_member_organisation_id", ["organisation_id"], unique=False)

    op.create_table(
        "profile_interest",
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.Column("region", sa.String(length=5), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('cpv', 'keyword')", name=op.f("ck_profile_interest_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["supplier_profile.organisation_id"],
            name=op.f("fk_profile_interest_organisation_id_supplier_profile"),
        ),
        sa.PrimaryKeyConstraint(
            "kind", "term", "region", "organisation_id", name=op.f("pk_profile_interest")
        ),
    )
    with op.batch_alter_table("profile_interest", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profile_interest_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "role_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("substitute_for_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "role IN ('requester', 'releaser', 'procurement_officer', 'opener', 'auditor', 'coordinator', 'administrator', 'supplier')",
            name=op.f("ck_role_assignment_role_known"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from",
            name=op.f("ck_role_assignment_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_role_assignment_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_role_assignment_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["substitute_for_id"],
            ["user_account.id"],
            name=op.f("fk_role_assignment_substitute_for_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_role_assignment_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignment")),
    )
    with op.batch_alter_table("role_assignment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_role_assignment_organisation_id_role", ["organisation_id", "role"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_role_assignment_user_id"), ["user_id"], unique=False)

    op.create_table(
        "task_area",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("required_resolutions", JSON_VALUE, nullable=False),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_task_area_cooperation_id_cooperation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_area")),
        sa.UniqueConstraint("cooperation_id", "key", name=op.f("uq_task_area_cooperation_id_key")),
    )
    op.create_table(
        "call_for_demands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("reminder_days", JSON_VALUE, nullable=False),
        sa.Column("next_tick_at", INSTANT, nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "closes_at > opens_at", name=op.f("ck_call_for_demands_closes_after_opening")
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["task_area.id"], name=op.f("fk_call_for_demands_area_id_task_area")
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_call_for_demands_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user_account.id"],
            name=op.f("fk_call_for_demands_created_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_for_demands")),
    )
    with op.batch_alter_table("call_for_demands", schema=None) as batch_op:
        batch_op.create_index(
            "ix_call_for_demands_cooperation_id", ["cooperation_id", "closes_at"], unique=False
        )
        batch_op.create_index("ix_call_for_demands_next_tick_at", ["next_tick_at"], unique=False)

    op.create_table(
        "participation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("depth", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "depth IN ('none', 'information', 'demand', 'full')",
            name=op.f("ck_participation_depth_known"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from",
            name=op.f("ck_participation_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["task_area.id"], name=op.f("fk_participation_area_id_task_area")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_participation_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
    )
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_participation_area_id_member_id", ["area_id", "member_id"], unique=False
        )

    op.create_table(
        "pool",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("cpv", sa.String(length=8), nullable=False),
        sa.Column("proposal_key", sa.String(length=64), nullable=True),
        sa.Column("is_shaped", sa.Boolean(), nullable=False),
        sa.Column("reasons", JSON_VALUE, nullable=False),
        sa.Column("consultation_text", sa.Text(), nullable=False),
        sa.Column("joining_opened_at", INSTANT, nullable=True),
        sa.Column("joining_deadline", INSTANT, nullable=True),
        sa.Column("binding_at", INSTANT, nullable=True),
        sa.Column("stage_reason", sa.Text(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('proposed', 'consultation', 'joining', 'binding', 'tendering', 'concluded', 'dissolved', 'rejected')",
            name=op.f("ck_pool_stage_known"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('joining', 'binding', 'tendering', 'concluded') OR (joining_opened_at IS NOT NULL AND joining_deadline IS NOT NULL)",
            name=op.f("ck_pool_joining_has_window"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('rejected', 'dissolved') OR stage_reason IS NOT NULL",
            name=op.f("ck_pool_end_has_reason"),
        ),
        sa.CheckConstraint(
            "joining_deadline IS NULL OR joining_deadline > joining_opened_at",
            name=op.f("ck_pool_window_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["task_area.id"], name=op.f("fk_pool_area_id_task_area")
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"], ["cooperation.id"], name=op.f("fk_pool_cooperation_id_cooperation")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_pool_created_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool")),
        sa.UniqueConstraint("reference", name=op.f("uq_pool_reference")),
    )
    with op.batch_alter_table("pool", schema=None) as batch_op:
        batch_op.create_index(
            "ix_pool_cooperation_id_stage_id", ["cooperation_id", "stage", "id"], unique=False
        )
        batch_op.create_index(
            "uq_pool_proposal_key",
            ["cooperation_id", "proposal_key"],
            unique=True,
            sqlite_where=sa.text(
                "proposal_key IS NOT NULL AND stage NOT IN ('rejected', 'dissolved')"
            ),
            postgresql_where=sa.text(
                "proposal_key IS NOT NULL AND stage NOT IN ('rejected', 'dissolved')"
            ),
        )

    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("remind_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.CheckConstraint("days_before >= 0", name=op.f("ck_reminder_days_not_negative")),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_reminder_deadline_id_deadline")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "deadline_id", "days_before", name=op.f("uq_reminder_deadline_id_days_before")
        ),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reminder_waiting",
            ["remind_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.create_table(
        "call_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["user_account.id"],
            name=op.f("fk_call_answer_answered_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["call_for_demands.id"],
            name=op.f("fk_call_answer_call_id_call_for_demands"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_call_answer_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_answer")),
        sa.UniqueConstraint(
            "call_id", "organisation_id", name=op.f("uq_call_answer_call_id_organisation_id")
        ),
    )
    op.create_table(
        "demand",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("cpv", sa.String(length=8), nullable=False),
        sa.Column("cpv_additional", JSON_VALUE, nullable=False),
        sa.Column("nature", sa.String(length=20), nullable=True),
        sa.Column("estimated_value_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("value_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("needed_from", sa.Date(), nullable=True),
        sa.Column("needed_until", sa.Date(), nullable=True),
        sa.Column("nuts", sa.String(length=5), nullable=True),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("postcode", sa.String(length=10), nullable=True),
        sa.Column("city", sa.String(length=200), nullable=True),
        sa.Column("cost_centre", sa.String(length=100), nullable=True),
        sa.Column("must_haves", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=500), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("external_reference", sa.String(length=120), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("released_by_id", sa.Uuid(), nullable=True),
        sa.Column("released_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("budget_line", sa.String(length=200), nullable=True),
        sa.Column("stage_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "nature IS NULL OR nature IN ('supplies', 'services', 'works')",
            name=op.f("ck_demand_nature_known"),
        ),
        sa.CheckConstraint(
            "stage IN ('draft', 'rejected', 'withdrawn') OR submitted_at IS NOT NULL",
            name=op.f("ck_demand_submitted_has_instant"),
        ),
        sa.CheckConstraint(
            "stage IN ('draft', 'submitted', 'released', 'pooled', 'tendered', 'awarded', 'settled', 'rejected', 'withdrawn')",
            name=op.f("ck_demand_stage_known"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('released', 'pooled', 'tendered', 'awarded', 'settled') OR released_at IS NOT NULL",
            name=op.f("ck_demand_released_has_instant"),
        ),
        sa.CheckConstraint(
            "estimated_value_net_cents IS NULL OR estimated_value_net_cents > 0",
            name=op.f("ck_demand_value_positive"),
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_demand_currency_three_letters")),
        sa.CheckConstraint(
            "needed_until IS NULL OR needed_from IS NULL OR needed_until >= needed_from",
            name=op.f("ck_demand_need_in_order"),
        ),
        sa.CheckConstraint(
            "released_net_cents IS NULL OR released_net_cents > 0",
            name=op.f("ck_demand_budget_positive"),
        ),
        sa.CheckConstraint(
            "value_net_cents IS NULL OR value_net_cents > 0",
            name=op.f("ck_demand_counted_value_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["task_area.id"], name=op.f("fk_demand_area_id_task_area")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call_for_demands.id"], name=op.f("fk_demand_call_id_call_for_demands")
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_demand_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user_account.id"],
            name=op.f("fk_demand_created_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_demand_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["released_by_id"],
            ["user_account.id"],
            name=op.f("fk_demand_released_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"],
            ["user_account.id"],
            name=op.f("fk_demand_submitted_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand")),
        sa.UniqueConstraint(
            "organisation_id",
            "external_reference",
            name=op.f("uq_demand_organisation_id_external_reference"),
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_demand_reference")),
    )
    with op.batch_alter_table("demand", schema=None) as batch_op:
        batch_op.create_index("ix_demand_call_id", ["call_id"], unique=False)
        batch_op.create_index(
            "ix_demand_cooperation_id_stage_id", ["cooperation_id", "stage", "id"], unique=False
        )
        batch_op.create_index(
            "ix_demand_organisation_id_id", ["organisation_id", "id"], unique=False
        )
        batch_op.create_index(
            "ix_demand_organisation_id_stage_id", ["organisation_id", "stage", "id"], unique=False
        )

    op.create_table(
        "joining",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("quantities", JSON_VALUE, nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=True),
        sa.Column("mandate_reference", sa.String(length=400), nullable=False),
        sa.Column("may_call_off_later", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('joined', 'declined', 'withdrawn')",
            name=op.f("ck_joining_decision_known"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user_account.id"],
            name=op.f("fk_joining_decided_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandate.id"], name=op.f("fk_joining_mandate_id_mandate")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_joining_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_joining_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining")),
        sa.UniqueConstraint(
            "pool_id", "organisation_id", name=op.f("uq_joining_pool_id_organisation_id")
        ),
    )
    op.create_table(
        "pool_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by_name", sa.String(length=200), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_pool_comment_answer_has_instant"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_pool_comment_author_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_pool_comment_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_pool_comment_pool_id_pool")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_comment")),
    )
    with op.batch_alter_table("pool_comment", schema=None) as batch_op:
        batch_op.create_index("ix_pool_comment_pool_id", ["pool_id", "at"], unique=False)

    op.create_table(
        "resolution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("item_number", sa.String(length=100), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("limit_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(subject = 'tender') = (pool_id IS NOT NULL)",
            name=op.f("ck_resolution_tender_has_pool"),
        ),
        sa.CheckConstraint(
            "result IN ('adopted', 'rejected')", name=op.f("ck_resolution_result_known")
        ),
        sa.CheckConstraint(
            "subject IN ('joining', 'tender')", name=op.f("ck_resolution_subject_known")
        ),
        sa.CheckConstraint(
            "(file_sha256 IS NULL) = (file_name IS NULL)", name=op.f("ck_resolution_file_has_name")
        ),
        sa.CheckConstraint(
            "limit_net_cents IS NULL OR limit_net_cents > 0",
            name=op.f("ck_resolution_limit_positive"),
        ),
        sa.CheckConstraint(
            "revoked_on IS NULL OR revoked_on >= decided_on",
            name=op.f("ck_resolution_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_resolution_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_resolution_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_resolution_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_resolution_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
    )
    with op.batch_alter_table("resolution", schema=None) as batch_op:
        batch_op.create_index(
            "ix_resolution_cooperation_id_organisation_id",
            ["cooperation_id", "organisation_id"],
            unique=False,
        )

    op.create_table(
        "tender",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("procedure_uuid", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("nature", sa.String(length=20), nullable=False),
        sa.Column("cpv", sa.String(length=8), nullable=False),
        sa.Column("cpv_additional", JSON_VALUE, nullable=False),
        sa.Column("procurement_method", sa.String(length=30), nullable=False),
        sa.Column("method_reason", sa.Text(), nullable=False),
        sa.Column("regime", sa.String(length=30), nullable=False),
        sa.Column("law_result", JSON_VALUE, nullable=False),
        sa.Column("initiated_on", sa.Date(), nullable=False),
        sa.Column("estimated_value_net_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_framework", sa.Boolean(), nullable=False),
        sa.Column("framework_maximum_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("duration_months", sa.Integer(), nullable=True),
        sa.Column("duration_reason", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=3), nullable=False),
        sa.Column("contact", JSON_VALUE, nullable=False),
        sa.Column("review_body", JSON_VALUE, nullable=False),
        sa.Column("lots_joining", JSON_VALUE, nullable=False),
        sa.Column("max_lots_per_bid", sa.Integer(), nullable=True),
        sa.Column("max_lots_per_winner", sa.Integer(), nullable=True),
        sa.Column("variants", sa.String(length=20), nullable=False),
        sa.Column("selection_criteria", sa.Text(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("urgency_reason", sa.Text(), nullable=False),
        sa.Column("requested_publication_on", sa.Date(), nullable=True),
        sa.Column("enquiries_deadline", INSTANT, nullable=True),
        sa.Column("submission_deadline", INSTANT, nullable=True),
        sa.Column("bid_validity_until", sa.Date(), nullable=True),
        sa.Column("bid_validity_reason", sa.Text(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancellation_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stage = 'cancelled') = (cancelled_at IS NOT NULL)",
            name=op.f("ck_tender_cancelled_has_instant"),
        ),
        sa.CheckConstraint(
            "nature IN ('supplies', 'services', 'works')", name=op.f("ck_tender_nature_known")
        ),
        sa.CheckConstraint(
            "procurement_method IN ('open', 'restricted', 'neg-w-call', 'neg-wo-call', 'comp-dial', 'innovation', 'nat-open', 'nat-restricted-w-call', 'nat-restricted-wo-call', 'nat-neg-w-call', 'nat-neg-wo-call', 'nat-freehand', 'nat-direct')",
            name=op.f("ck_tender_method_known"),
        ),
        sa.CheckConstraint(
            "stage <> 'cancelled' OR cancellation_reason IS NOT NULL",
            name=op.f("ck_tender_cancelled_has_reason"),
        ),
        sa.CheckConstraint(
            "stage IN ('draft', 'ready', 'cancelled') OR (submission_deadline IS NOT NULL AND published_at IS NOT NULL)",
            name=op.f("ck_tender_published_has_deadline"),
        ),
        sa.CheckConstraint(
            "stage IN ('draft', 'ready', 'published', 'opened', 'evaluated', 'decided', 'awarded', 'completed', 'cancelled')",
            name=op.f("ck_tender_stage_known"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('opened', 'evaluated', 'decided', 'awarded', 'completed') OR opened_at IS NOT NULL",
            name=op.f("ck_tender_opened_has_instant"),
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_tender_currency_three_letters")),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_tender_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user_account.id"],
            name=op.f("fk_tender_created_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["lead_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_tender_lead_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_tender_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender")),
        sa.UniqueConstraint("procedure_uuid", name=op.f("uq_tender_procedure_uuid")),
        sa.UniqueConstraint("reference", name=op.f("uq_tender_reference")),
    )
    with op.batch_alter_table("tender", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tender_cooperation_id_stage_id", ["cooperation_id", "stage", "id"], unique=False
        )
        batch_op.create_index("ix_tender_pool_id", ["pool_id"], unique=False)

    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by_name", sa.String(length=200), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("effective_at", INSTANT, nullable=True),
        sa.Column("refused_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_withdrawal_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_withdrawal_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
    )
    with op.batch_alter_table("withdrawal", schema=None) as batch_op:
        batch_op.create_index(
            "uq_withdrawal_open",
            ["pool_id", "organisation_id"],
            unique=True,
            sqlite_where=sa.text("effective_at IS NULL AND refused_at IS NULL"),
            postgresql_where=sa.text("effective_at IS NULL AND refused_at IS NULL"),
        )

    op.create_table(
        "answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("question_text", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("answered_by_name", sa.String(length=200), nullable=False),
        sa.Column("warnings", JSON_VALUE, nullable=False),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_answer_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index("ix_answer_tender_id", ["tender_id", "published_at"], unique=False)

    op.create_table(
        "award_criterion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("weight_basis_points", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('price', 'cost', 'quality')", name=op.f("ck_award_criterion_kind_known")
        ),
        sa.CheckConstraint(
            "weight_basis_points > 0 AND weight_basis_points <= 10000",
            name=op.f("ck_award_criterion_weight_in_range"),
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_award_criterion_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_criterion")),
        sa.UniqueConstraint(
            "tender_id", "position", name=op.f("uq_award_criterion_tender_id_position")
        ),
    )
    op.create_table(
        "demand_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit_code", sa.String(length=3), nullable=True),
        sa.Column("unit_price_net_cents", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "quantity IS NULL OR quantity > 0", name=op.f("ck_demand_item_quantity_positive")
        ),
        sa.CheckConstraint(
            "quantity IS NULL OR unit_code IS NOT NULL",
            name=op.f("ck_demand_item_quantity_has_unit"),
        ),
        sa.CheckConstraint(
            "unit_price_net_cents IS NULL OR unit_price_net_cents >= 0",
            name=op.f("ck_demand_item_price_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["demand.id"], name=op.f("fk_demand_item_demand_id_demand")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_item")),
        sa.UniqueConstraint(
            "demand_id", "position", name=op.f("uq_demand_item_demand_id_position")
        ),
    )
    with op.batch_alter_table("demand_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_demand_item_demand_id"), ["demand_id"], unique=False)

    op.create_table(
        "lot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("cpv", sa.String(length=8), nullable=False),
        sa.Column("nuts", sa.String(length=5), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("estimated_value_net_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('trade', 'region', 'member', 'single')", name=op.f("ck_lot_kind_known")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_lot_number_from_one")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_lot_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("tender_id", "number", name=op.f("uq_lot_tender_id_number")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("tender_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=400), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=False),
        sa.Column("first_read_at", INSTANT, nullable=True),
        sa.Column("first_read_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(CASE WHEN organisation_id IS NULL THEN 0 ELSE 1 END + CASE WHEN user_id IS NULL THEN 0 ELSE 1 END + CASE WHEN address IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_message_one_reader"),
        ),
        sa.ForeignKeyConstraint(
            ["first_read_by_id"],
            ["user_account.id"],
            name=op.f("fk_message_first_read_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_message_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_message_tender_id_tender")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_message_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_message_dedupe_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_organisation_id_id", ["organisation_id", "id"], unique=False
        )
        batch_op.create_index("ix_message_tender_id", ["tender_id"], unique=False)
        batch_op.create_index("ix_message_user_id_id", ["user_id", "id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_uuid", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("tender_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("buyer_names", JSON_VALUE, nullable=False),
        sa.Column("cpv", sa.String(length=8), nullable=False),
        sa.Column("nature", sa.String(length=20), nullable=False),
        sa.Column("estimated_value_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("submission_deadline", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("feed_sequence", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('contract_notice', 'change_notice', 'cancellation_notice')",
            name=op.f("ck_notice_kind_known"),
        ),
        sa.CheckConstraint(
            "stage <> 'published' OR (published_at IS NOT NULL AND feed_sequence IS NOT NULL)",
            name=op.f("ck_notice_published_has_place"),
        ),
        sa.CheckConstraint(
            "stage IN ('drafted', 'checked', 'sent', 'published', 'rejected')",
            name=op.f("ck_notice_stage_known"),
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["notice.id"], name=op.f("fk_notice_previous_id_notice")
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_notice_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("feed_sequence", name=op.f("uq_notice_feed_sequence")),
        sa.UniqueConstraint("notice_uuid", name=op.f("uq_notice_notice_uuid")),
        sa.UniqueConstraint(
            "tender_id",
            "tender_version",
            "kind",
            name=op.f("uq_notice_tender_id_tender_version_kind"),
        ),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notice_current",
            ["feed_sequence"],
            unique=False,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )
        batch_op.create_index(
            "ix_notice_stage_submission_deadline", ["stage", "submission_deadline"], unique=False
        )

    op.create_table(
        "pool_demand",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("why", JSON_VALUE, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["demand.id"], name=op.f("fk_pool_demand_demand_id_demand")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_pool_demand_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_demand")),
    )
    with op.batch_alter_table("pool_demand", schema=None) as batch_op:
        batch_op.create_index("ix_pool_demand_pool_id", ["pool_id"], unique=False)
        batch_op.create_index(
            "uq_pool_demand_demand_id",
            ["demand_id"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.create_table(
        "tender_buyer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("buys", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_tender_buyer_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_tender_buyer_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_buyer")),
        sa.UniqueConstraint(
            "tender_id", "organisation_id", name=op.f("uq_tender_buyer_tender_id_organisation_id")
        ),
    )
    with op.batch_alter_table("tender_buyer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tender_buyer_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "tender_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("document_key", sa.Uuid(), nullable=False),
        sa.Column("document_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("uploaded_by_name", sa.String(length=200), nullable=False),
        sa.Column("published_in_version", sa.Integer(), nullable=True),
        sa.Column("removed_in_version", sa.Integer(), nullable=True),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_tender_document_size_not_negative")),
        sa.ForeignKeyConstraint(
            ["file_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_tender_document_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_tender_document_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_document")),
        sa.UniqueConstraint(
            "tender_id",
            "document_key",
            "document_version",
            name=op.f("uq_tender_document_tender_id_document_key_document_version"),
        ),
    )
    op.create_table(
        "tender_registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("registered_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (address IS NULL)",
            name=op.f("ck_tender_registration_organisation_or_address"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_tender_registration_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_tender_registration_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_registration")),
    )
    with op.batch_alter_table("tender_registration", schema=None) as batch_op:
        batch_op.create_index(
            "uq_tender_registration_address",
            ["tender_id", "address"],
            unique=True,
            sqlite_where=sa.text("address IS NOT NULL"),
            postgresql_where=sa.text("address IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_tender_registration_organisation",
            ["tender_id", "organisation_id"],
            unique=True,
            sqlite_where=sa.text("organisation_id IS NOT NULL"),
            postgresql_where=sa.text("organisation_id IS NOT NULL"),
        )

    op.create_table(
        "tender_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("snapshot", JSON_VALUE, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("published_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_tender_version_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_version")),
        sa.UniqueConstraint("tender_id", "number", name=op.f("uq_tender_version_tender_id_number")),
    )
    op.create_table(
        "withdrawal_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("withdrawal_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_withdrawal_consent_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["withdrawal_id"],
            ["withdrawal.id"],
            name=op.f("fk_withdrawal_consent_withdrawal_id_withdrawal"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal_consent")),
        sa.UniqueConstraint(
            "withdrawal_id",
            "organisation_id",
            name=op.f("uq_withdrawal_consent_withdrawal_id_organisation_id"),
        ),
    )
    op.create_table(
        "enquiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("is_timely", sa.Boolean(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (address IS NULL)",
            name=op.f("ck_enquiry_organisation_or_address"),
        ),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_enquiry_answer_id_answer")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_enquiry_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_enquiry_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
    )
    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.create_index("ix_enquiry_tender_id", ["tender_id", "asked_at"], unique=False)

    op.create_table(
        "lot_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit_code", sa.String(length=3), nullable=True),
        sa.Column("value_net_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_item_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_item")),
        sa.UniqueConstraint("lot_id", "position", name=op.f("uq_lot_item_lot_id_position")),
    )
    with op.batch_alter_table("lot_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_item_lot_id"), ["lot_id"], unique=False)

    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("internet_message_id", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_mail_sent_has_instant")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'failed')", name=op.f("ck_mail_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_mail_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", "address", name=op.f("uq_mail_message_id_address")),
    )
    op.create_table(
        "notice_code",
        sa.Column("scheme", sa.String(length=4), nullable=False),
        sa.Column(
            "code",
            sa.String(length=8).with_variant(sa.String(length=8, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("scheme IN ('cpv', 'nuts')", name=op.f("ck_notice_code_scheme_known")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_code_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("scheme", "code", "notice_id", name=op.f("pk_notice_code")),
    )
    with op.batch_alter_table("notice_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_code_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "notice_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "format IN ('xvergabe', 'eforms', 'ocds', 'pdf')",
            name=op.f("ck_notice_document_format_known"),
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_notice_document_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_document_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_document")),
        sa.UniqueConstraint(
            "notice_id", "format", name=op.f("uq_notice_document_notice_id_format")
        ),
    )
    op.create_table(
        "notice_term",
        sa.Column(
            "term",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_term_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("term", "notice_id", name=op.f("pk_notice_term")),
    )
    with op.batch_alter_table("notice_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_term_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "item_share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("demand_item_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("value_net_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["demand.id"], name=op.f("fk_item_share_demand_id_demand")
        ),
        sa.ForeignKeyConstraint(
            ["demand_item_id"],
            ["demand_item.id"],
            name=op.f("fk_item_share_demand_item_id_demand_item"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["lot_item.id"], name=op.f("fk_item_share_item_id_lot_item")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_item_share_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_share")),
        sa.UniqueConstraint(
            "item_id",
            "organisation_id",
            "demand_item_id",
            name=op.f("uq_item_share_item_id_organisation_id_demand_item_id"),
        ),
    )
    with op.batch_alter_table("item_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_share_item_id"), ["item_id"], unique=False)

    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS record_entry_keeps CASCADE")
        op.execute("DROP FUNCTION IF EXISTS message_keeps CASCADE")
        op.execute("DROP FUNCTION IF EXISTS tender_version_keeps CASCADE")
        op.execute("DROP FUNCTION IF EXISTS notice_document_keeps CASCADE")

    with op.batch_alter_table("item_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_share_item_id"))

    op.drop_table("item_share")
    with op.batch_alter_table("notice_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_term_notice_id"))

    op.drop_table("notice_term")
    op.drop_table("notice_document")
    with op.batch_alter_table("notice_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_code_notice_id"))

    op.drop_table("notice_code")
    op.drop_table("mail")
    with op.batch_alter_table("lot_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lot_item_lot_id"))

    op.drop_table("lot_item")
    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.drop_index("ix_enquiry_tender_id")

    op.drop_table("enquiry")
    op.drop_table("withdrawal_consent")
    op.drop_table("tender_version")
    with op.batch_alter_table("tender_registration", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tender_registration_organisation",
            sqlite_where=sa.text("organisation_id IS NOT NULL"),
            postgresql_where=sa.text("organisation_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_tender_registration_address",
            sqlite_where=sa.text("address IS NOT NULL"),
            postgresql_where=sa.text("address IS NOT NULL"),
        )

    op.drop_table("tender_registration")
    op.drop_table("tender_document")
    with op.batch_alter_table("tender_buyer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tender_buyer_organisation_id"))

    op.drop_table("tender_buyer")
    with op.batch_alter_table("pool_demand", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pool_demand_demand_id",
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )
        batch_op.drop_index("ix_pool_demand_pool_id")

    op.drop_table("pool_demand")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_stage_submission_deadline")
        batch_op.drop_index(
            "ix_notice_current",
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )

    op.drop_table("notice")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_user_id_id")
        batch_op.drop_index("ix_message_tender_id")
        batch_op.drop_index("ix_message_organisation_id_id")

    op.drop_table("message")
    op.drop_table("lot")
    with op.batch_alter_table("demand_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_demand_item_demand_id"))

    op.drop_table("demand_item")
    op.drop_table("award_criterion")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_tender_id")

    op.drop_table("answer")
    with op.batch_alter_table("withdrawal", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_withdrawal_open",
            sqlite_where=sa.text("effective_at IS NULL AND refused_at IS NULL"),
            postgresql_where=sa.text("effective_at IS NULL AND refused_at IS NULL"),
        )

    op.drop_table("withdrawal")
    with op.batch_alter_table("tender", schema=None) as batch_op:
        batch_op.drop_index("ix_tender_pool_id")
        batch_op.drop_index("ix_tender_cooperation_id_stage_id")

    op.drop_table("tender")
    with op.batch_alter_table("resolution", schema=None) as batch_op:
        batch_op.drop_index("ix_resolution_cooperation_id_organisation_id")

    op.drop_table("resolution")
    with op.batch_alter_table("pool_comment", schema=None) as batch_op:
        batch_op.drop_index("ix_pool_comment_pool_id")

    op.drop_table("pool_comment")
    op.drop_table("joining")
    with op.batch_alter_table("demand", schema=None) as batch_op:
        batch_op.drop_index("ix_demand_organisation_id_stage_id")
        batch_op.drop_index("ix_demand_organisation_id_id")
        batch_op.drop_index("ix_demand_cooperation_id_stage_id")
        batch_op.drop_index("ix_demand_call_id")

    op.drop_table("demand")
    op.drop_table("call_answer")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_reminder_waiting",
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.drop_table("reminder")
    with op.batch_alter_table("pool", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pool_proposal_key",
            sqlite_where=sa.text(
                "proposal_key IS NOT NULL AND stage NOT IN ('rejected', 'dissolved')"
            ),
            postgresql_where=sa.text(
                "proposal_key IS NOT NULL AND stage NOT IN ('rejected', 'dissolved')"
            ),
        )
        batch_op.drop_index("ix_pool_cooperation_id_stage_id")

    op.drop_table("pool")
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_index("ix_participation_area_id_member_id")

    op.drop_table("participation")
    with op.batch_alter_table("call_for_demands", schema=None) as batch_op:
        batch_op.drop_index("ix_call_for_demands_next_tick_at")
        batch_op.drop_index("ix_call_for_demands_cooperation_id")

    op.drop_table("call_for_demands")
    op.drop_table("task_area")
    with op.batch_alter_table("role_assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_assignment_user_id"))
        batch_op.drop_index("ix_role_assignment_organisation_id_role")

    op.drop_table("role_assignment")
    with op.batch_alter_table("profile_interest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profile_interest_organisation_id"))

    op.drop_table("profile_interest")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index("ix_member_organisation_id")

    op.drop_table("member")
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.drop_index("ix_mandate_cooperation_id_grantor_id")

    op.drop_table("mandate")
    op.drop_table("demand_import")
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_deadline_running",
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )
        batch_op.drop_index("ix_deadline_organisation_id_due_at")
        batch_op.drop_index("ix_deadline_cooperation_id_due_at")

    op.drop_table("deadline")
    op.drop_table("agreement")
    with op.batch_alter_table("webauthn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webauthn_user_id"))

    op.drop_table("webauthn")
    with op.batch_alter_table("supplier_profile", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_supplier_profile_paused",
            sqlite_where=sa.text("paused_at IS NOT NULL"),
            postgresql_where=sa.text("paused_at IS NOT NULL"),
        )

    op.drop_table("supplier_profile")
    with op.batch_alter_table("stored_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_answer_stored_at"))

    op.drop_table("stored_answer")
    with op.batch_alter_table("record_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_record_entry_subject_id")

    op.drop_table("record_entry")
    with op.batch_alter_table("pending_registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pending_registration_organisation_id"))
        batch_op.drop_index("ix_pending_registration_email")

    op.drop_table("pending_registration")
    op.drop_table("mail_preference")
    op.drop_table("cooperation")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_user_id"))

    op.drop_table("api_token")
    op.drop_table("user_account")
    op.drop_table("stored_file")
    op.drop_table("reference_counter")
    op.drop_table("record_chain")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("uq_outbox_kind_dedupe_key")
        batch_op.drop_index(
            "ix_outbox_waiting_due_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.drop_table("outbox")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_name")

    op.drop_table("organisation")
    op.drop_table("mail_opt_out")
    op.drop_table("known_keyword")
    op.drop_table("feed_counter")
