"""Councils, by-laws, votes, cost shares, funding, plans: what groups of municipalities need.

SQLite changes a constraint by making the table anew; env.py keeps references apart meanwhile.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

GUARDS = {
    "sqlite": [
        "CREATE TRIGGER procurement_bylaw_keeps_update BEFORE UPDATE OF organisation_id, number, title, adopted_on, valid_from, direct_max_net_cents, negotiated_wo_call_max_net_cents, restricted_wo_call_max_net_cents, freehand_max_net_cents, ex_ante_from_net_cents, ex_post_from_net_cents, minimum_tender_days, minimum_participation_days, required_quotes, note ON procurement_bylaw BEGIN SELECT RAISE(ABORT, 'procurement_bylaw is append only'); END",
        "CREATE TRIGGER procurement_bylaw_keeps_delete BEFORE DELETE ON procurement_bylaw BEGIN SELECT RAISE(ABORT, 'procurement_bylaw is append only'); END",
        "CREATE TRIGGER conflict_entry_keeps_update BEFORE UPDATE ON conflict_entry BEGIN SELECT RAISE(ABORT, 'conflict_entry is append only'); END",
        "CREATE TRIGGER conflict_entry_keeps_delete BEFORE DELETE ON conflict_entry BEGIN SELECT RAISE(ABORT, 'conflict_entry is append only'); END",
        "CREATE TRIGGER paper_opening_keeps_update BEFORE UPDATE ON paper_opening BEGIN SELECT RAISE(ABORT, 'paper_opening is append only'); END",
        "CREATE TRIGGER paper_opening_keeps_delete BEFORE DELETE ON paper_opening BEGIN SELECT RAISE(ABORT, 'paper_opening is append only'); END",
        "CREATE TRIGGER cost_bearer_keeps_update BEFORE UPDATE ON cost_bearer BEGIN SELECT RAISE(ABORT, 'cost_bearer is append only'); END",
        "CREATE TRIGGER cost_bearer_keeps_delete BEFORE DELETE ON cost_bearer BEGIN SELECT RAISE(ABORT, 'cost_bearer is append only'); END",
        "CREATE TRIGGER effort_keeps_update BEFORE UPDATE OF pool_id, organisation_id, worker_name, worked_on, minutes, hourly_rate_cents, activity, reverses_id, recorded_at ON effort BEGIN SELECT RAISE(ABORT, 'effort is append only'); END",
        "CREATE TRIGGER effort_keeps_delete BEFORE DELETE ON effort BEGIN SELECT RAISE(ABORT, 'effort is append only'); END",
        "CREATE TRIGGER ledger_entry_keeps_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger_entry is append only'); END",
        "CREATE TRIGGER ledger_entry_keeps_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger_entry is append only'); END",
        "CREATE TRIGGER ledger_line_keeps_update BEFORE UPDATE ON ledger_line BEGIN SELECT RAISE(ABORT, 'ledger_line is append only'); END",
        "CREATE TRIGGER ledger_line_keeps_delete BEFORE DELETE ON ledger_line BEGIN SELECT RAISE(ABORT, 'ledger_line is append only'); END",
        "CREATE TRIGGER dunning_keeps_update BEFORE UPDATE ON dunning BEGIN SELECT RAISE(ABORT, 'dunning is append only'); END",
        "CREATE TRIGGER dunning_keeps_delete BEFORE DELETE ON dunning BEGIN SELECT RAISE(ABORT, 'dunning is append only'); END",
        "CREATE TRIGGER vote_keeps_update BEFORE UPDATE OF pool_id, question, cost_bearer, subject, subject_sha256, rule, electorate, quorum_basis_points, majority_of, abstention_blocks, voter_roles, opened_at, deadline ON vote BEGIN SELECT RAISE(ABORT, 'vote is append only'); END",
        "CREATE TRIGGER vote_keeps_delete BEFORE DELETE ON vote BEGIN SELECT RAISE(ABORT, 'vote is append only'); END",
        "CREATE TRIGGER entitled_member_keeps_update BEFORE UPDATE ON entitled_member BEGIN SELECT RAISE(ABORT, 'entitled_member is append only'); END",
        "CREATE TRIGGER entitled_member_keeps_delete BEFORE DELETE ON entitled_member BEGIN SELECT RAISE(ABORT, 'entitled_member is append only'); END",
        "CREATE TRIGGER ballot_keeps_update BEFORE UPDATE ON ballot BEGIN SELECT RAISE(ABORT, 'ballot is append only'); END",
        "CREATE TRIGGER ballot_keeps_delete BEFORE DELETE ON ballot BEGIN SELECT RAISE(ABORT, 'ballot is append only'); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION procurement_bylaw_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'procurement_bylaw is append only'; END $$",
        "CREATE TRIGGER procurement_bylaw_keeps_update BEFORE UPDATE OF organisation_id, number, title, adopted_on, valid_from, direct_max_net_cents, negotiated_wo_call_max_net_cents, restricted_wo_call_max_net_cents, freehand_max_net_cents, ex_ante_from_net_cents, ex_post_from_net_cents, minimum_tender_days, minimum_participation_days, required_quotes, note ON procurement_bylaw FOR EACH ROW EXECUTE FUNCTION procurement_bylaw_keeps()",
        "CREATE TRIGGER procurement_bylaw_keeps_delete BEFORE DELETE ON procurement_bylaw FOR EACH ROW EXECUTE FUNCTION procurement_bylaw_keeps()",
        "CREATE OR REPLACE FUNCTION conflict_entry_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'conflict_entry is append only'; END $$",
        "CREATE TRIGGER conflict_entry_keeps_update BEFORE UPDATE ON conflict_entry FOR EACH ROW EXECUTE FUNCTION conflict_entry_keeps()",
        "CREATE TRIGGER conflict_entry_keeps_delete BEFORE DELETE ON conflict_entry FOR EACH ROW EXECUTE FUNCTION conflict_entry_keeps()",
        "CREATE OR REPLACE FUNCTION paper_opening_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'paper_opening is append only'; END $$",
        "CREATE TRIGGER paper_opening_keeps_update BEFORE UPDATE ON paper_opening FOR EACH ROW EXECUTE FUNCTION paper_opening_keeps()",
        "CREATE TRIGGER paper_opening_keeps_delete BEFORE DELETE ON paper_opening FOR EACH ROW EXECUTE FUNCTION paper_opening_keeps()",
        "CREATE OR REPLACE FUNCTION cost_bearer_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cost_bearer is append only'; END $$",
        "CREATE TRIGGER cost_bearer_keeps_update BEFORE UPDATE ON cost_bearer FOR EACH ROW EXECUTE FUNCTION cost_bearer_keeps()",
        "CREATE TRIGGER cost_bearer_keeps_delete BEFORE DELETE ON cost_bearer FOR EACH ROW EXECUTE FUNCTION cost_bearer_keeps()",
        "CREATE OR REPLACE FUNCTION effort_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'effort is append only'; END $$",
        "CREATE TRIGGER effort_keeps_update BEFORE UPDATE OF pool_id, organisation_id, worker_name, worked_on, minutes, hourly_rate_cents, activity, reverses_id, recorded_at ON effort FOR EACH ROW EXECUTE FUNCTION effort_keeps()",
        "CREATE TRIGGER effort_keeps_delete BEFORE DELETE ON effort FOR EACH ROW EXECUTE FUNCTION effort_keeps()",
        "CREATE OR REPLACE FUNCTION ledger_entry_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ledger_entry is append only'; END $$",
        "CREATE TRIGGER ledger_entry_keeps_update BEFORE UPDATE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_keeps()",
        "CREATE TRIGGER ledger_entry_keeps_delete BEFORE DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_keeps()",
        "CREATE OR REPLACE FUNCTION ledger_line_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ledger_line is append only'; END $$",
        "CREATE TRIGGER ledger_line_keeps_update BEFORE UPDATE ON ledger_line FOR EACH ROW EXECUTE FUNCTION ledger_line_keeps()",
        "CREATE TRIGGER ledger_line_keeps_delete BEFORE DELETE ON ledger_line FOR EACH ROW EXECUTE FUNCTION ledger_line_keeps()",
        "CREATE OR REPLACE FUNCTION dunning_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'dunning is append only'; END $$",
        "CREATE TRIGGER dunning_keeps_update BEFORE UPDATE ON dunning FOR EACH ROW EXECUTE FUNCTION dunning_keeps()",
        "CREATE TRIGGER dunning_keeps_delete BEFORE DELETE ON dunning FOR EACH ROW EXECUTE FUNCTION dunning_keeps()",
        "CREATE OR REPLACE FUNCTION vote_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'vote is append only'; END $$",
        "CREATE TRIGGER vote_keeps_update BEFORE UPDATE OF pool_id, question, cost_bearer, subject, subject_sha256, rule, electorate, quorum_basis_points, majority_of, abstention_blocks, voter_roles, opened_at, deadline ON vote FOR EACH ROW EXECUTE FUNCTION vote_keeps()",
        "CREATE TRIGGER vote_keeps_delete BEFORE DELETE ON vote FOR EACH ROW EXECUTE FUNCTION vote_keeps()",
        "CREATE OR REPLACE FUNCTION entitled_member_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'entitled_member is append only'; END $$",
        "CREATE TRIGGER entitled_member_keeps_update BEFORE UPDATE ON entitled_member FOR EACH ROW EXECUTE FUNCTION entitled_member_keeps()",
        "CREATE TRIGGER entitled_member_keeps_delete BEFORE DELETE ON entitled_member FOR EACH ROW EXECUTE FUNCTION entitled_member_keeps()",
        "CREATE OR REPLACE FUNCTION ballot_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ballot is append only'; END $$",
        "CREATE TRIGGER ballot_keeps_update BEFORE UPDATE ON ballot FOR EACH ROW EXECUTE FUNCTION ballot_keeps()",
        "CREATE TRIGGER ballot_keeps_delete BEFORE DELETE ON ballot FOR EACH ROW EXECUTE FUNCTION ballot_keeps()",
    ],
}
# Table → CHECKs that go, and those that come.
BEFORE = {
    "agreement": {},
    "deadline": {
        "ck_deadline_subject_known": "subject_kind IN ('tender', 'pool', 'call')",
    },
    "organisation": {},
    "participation": {
        "ck_participation_depth_known": "depth IN ('none', 'information', 'demand', 'full')",
    },
    "resolution": {
        "ck_resolution_subject_known": "subject IN ('joining', 'tender')",
        "ck_resolution_tender_has_pool": "(subject = 'tender') = (pool_id IS NOT NULL)",
    },
    "role_assignment": {
        "ck_role_assignment_role_known": "role IN ('requester', 'releaser', 'procurement_officer', 'opener', 'auditor', 'coordinator', 'administrator', 'supplier')",
    },
    "tender": {},
}
AFTER = {
    "agreement": {
        "ck_agreement_notice_ends_known": "notice_ends IN ('membership', 'agreement')",
        "ck_agreement_notice_months_known": "notice_months IS NULL OR notice_months >= 0",
        "ck_agreement_notice_to_known": "notice_to IN ('day', 'month', 'quarter', 'half_year', 'year')",
        "ck_agreement_silence_has_receipt": "approval_by_silence = false OR (approved_on IS NOT NULL AND approval_received_on IS NOT NULL)",
    },
    "deadline": {
        "ck_deadline_subject_known": "subject_kind IN ('tender', 'pool', 'call', 'milestone')",
    },
    "organisation": {
        "ck_organisation_succeeded_by_another": "succeeded_by_id <> id",
        "ck_organisation_succession_has_day": "(succeeded_by_id IS NULL) = (succeeded_on IS NULL)",
    },
    "participation": {
        "ck_participation_depth_known": "depth IN ('none', 'information', 'demand', 'mandate', 'full')",
        "ck_participation_phase_known": "phase IN ('regular', 'pilot', 'later')",
    },
    "resolution": {
        "ck_resolution_delegated_has_basis": "kind <> 'delegated' OR basis <> ''",
        "ck_resolution_kind_known": "kind IN ('decision', 'recommendation', 'delegated')",
        "ck_resolution_pool_fits_subject": "pool_id IS NULL OR subject IN ('cost_key', 'funding', 'tender', 'award')",
        "ck_resolution_subject_known": "subject IN ('joining', 'agreement', 'mandate', 'cost_key', 'funding', 'tender', 'award')",
        "ck_resolution_tender_has_pool": "subject <> 'tender' OR pool_id IS NOT NULL",
        "ck_resolution_votes_not_negative": "(yes_votes IS NULL OR yes_votes >= 0) AND (no_votes IS NULL OR no_votes >= 0) AND (abstentions IS NULL OR abstentions >= 0)",
    },
    "role_assignment": {
        "ck_role_assignment_role_known": "role IN ('requester', 'releaser', 'procurement_officer', 'opener', 'auditor', 'coordinator', 'administrator', 'chief_officer', 'supplier')",
    },
    "tender": {},
}
ForeignKey = tuple[str, str, str, str]
# Words that the older version does not know.
UNKNOWN_BEFORE = (
    "DELETE FROM reminder WHERE deadline_id IN (SELECT id FROM deadline WHERE subject_kind = 'milestone')",
    "DELETE FROM deadline WHERE subject_kind = 'milestone'",
    "UPDATE participation SET depth = 'full' WHERE depth = 'mandate'",
    "DELETE FROM resolution WHERE subject NOT IN ('joining', 'tender') OR kind = 'recommendation'",
    "DELETE FROM role_assignment WHERE role = 'chief_officer'",
)


def _change(
    table: str,
    columns: Sequence[sa.Column[object]] = (),
    foreign_keys: Sequence[ForeignKey] = (),
) -> None:
    """Add columns and foreign keys (name, target table, column, target column), change CHECKs."""
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.add_column(column)
        for name, target, own, theirs in foreign_keys:
            batch.create_foreign_key(op.f(name), target, [own], [theirs])
        for name in BEFORE.get(table, {}):
            batch.drop_constraint(op.f(name), type_="check")
        for name, text in AFTER.get(table, {}).items():
            batch.create_check_constraint(op.f(name), sa.text(text))


def _change_back(table: str, columns: Sequence[str], foreign_keys: Sequence[str] = ()) -> None:
    """Take back what `_change` did."""
    with op.batch_alter_table(table) as batch:
        for name in AFTER.get(table, {}):
            batch.drop_constraint(op.f(name), type_="check")
        for name in foreign_keys:
            batch.drop_constraint(op.f(name), type_="foreignkey")
        for column in columns:
            batch.drop_column(column)
        for name, text in BEFORE.get(table, {}).items():
            batch.create_check_constraint(op.f(name), sa.text(text))


def upgrade() -> None:
    op.create_table(
        "body",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active_from", sa.Date(), nullable=True),
        sa.Column("active_to", sa.Date(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('council', 'committee', 'office', 'other')", name=op.f("ck_body_kind_known")
        ),
        sa.CheckConstraint(
            "active_to IS NULL OR active_from IS NULL OR active_to >= active_from",
            name=op.f("ck_body_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_body_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_body_organisation_id_name")),
    )
    op.create_table(
        "procurement_bylaw",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("direct_max_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("negotiated_wo_call_max_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("restricted_wo_call_max_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("freehand_max_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("ex_ante_from_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("ex_post_from_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("minimum_tender_days", sa.Integer(), nullable=True),
        sa.Column("minimum_participation_days", sa.Integer(), nullable=True),
        sa.Column("required_quotes", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("replaced_at", INSTANT, nullable=True),
        sa.Column("replacement_reason", sa.Text(), nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(file_sha256 IS NULL) = (file_name IS NULL)",
            name=op.f("ck_procurement_bylaw_file_has_name"),
        ),
        sa.CheckConstraint(
            "(replaced_at IS NULL) = (replaced_by_id IS NULL) AND (replaced_at IS NULL) = (replacement_reason IS NULL)",
            name=op.f("ck_procurement_bylaw_replaced_has_reason"),
        ),
        sa.CheckConstraint(
            "direct_max_net_cents IS NULL OR direct_max_net_cents >= 0",
            name=op.f("ck_procurement_bylaw_direct_max_net_cents_not_negative"),
        ),
        sa.CheckConstraint(
            "ex_ante_from_net_cents IS NULL OR ex_ante_from_net_cents >= 0",
            name=op.f("ck_procurement_bylaw_ex_ante_from_net_cents_not_negative"),
        ),
        sa.CheckConstraint(
            "ex_post_from_net_cents IS NULL OR ex_post_from_net_cents >= 0",
            name=op.f("ck_procurement_bylaw_ex_post_from_net_cents_not_negative"),
        ),
        sa.CheckConstraint(
            "freehand_max_net_cents IS NULL OR freehand_max_net_cents >= 0",
            name=op.f("ck_procurement_bylaw_freehand_max_net_cents_not_negative"),
        ),
        sa.CheckConstraint(
            "minimum_participation_days IS NULL OR minimum_participation_days > 0",
            name=op.f("ck_procurement_bylaw_minimum_participation_days_positive"),
        ),
        sa.CheckConstraint(
            "minimum_tender_days IS NULL OR minimum_tender_days > 0",
            name=op.f("ck_procurement_bylaw_minimum_tender_days_positive"),
        ),
        sa.CheckConstraint(
            "negotiated_wo_call_max_net_cents IS NULL OR negotiated_wo_call_max_net_cents >= 0",
            name=op.f("ck_procurement_bylaw_negotiated_wo_call_max_net_cents_not_negative"),
        ),
        sa.CheckConstraint(
            "required_quotes IS NULL OR required_quotes > 0",
            name=op.f("ck_procurement_bylaw_required_quotes_positive"),
        ),
        sa.CheckConstraint(
            "restricted_wo_call_max_net_cents IS NULL OR restricted_wo_call_max_net_cents >= 0",
            name=op.f("ck_procurement_bylaw_restricted_wo_call_max_net_cents_not_negative"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from",
            name=op.f("ck_procurement_bylaw_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_procurement_bylaw_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_procurement_bylaw_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"],
            ["procurement_bylaw.id"],
            name=op.f("fk_procurement_bylaw_replaced_by_id_procurement_bylaw"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procurement_bylaw")),
        sa.UniqueConstraint(
            "organisation_id", "number", name=op.f("uq_procurement_bylaw_organisation_id_number")
        ),
    )
    op.create_index(
        "ix_procurement_bylaw_organisation_id",
        "procurement_bylaw",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "in_house_provider",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("areas", JSON_VALUE, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('association', 'cooperative', 'company', 'institution', 'other')",
            name=op.f("ck_in_house_provider_kind_known"),
        ),
        sa.CheckConstraint(
            "until IS NULL OR until >= since", name=op.f("ck_in_house_provider_days_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_in_house_provider_cooperation_id_cooperation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_in_house_provider")),
        sa.UniqueConstraint(
            "cooperation_id", "name", name=op.f("uq_in_house_provider_cooperation_id_name")
        ),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("papers_due_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "papers_due_on IS NULL OR papers_due_on <= day", name=op.f("ck_meeting_papers_before")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_meeting_body_id_body")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("body_id", "day", name=op.f("uq_meeting_body_id_day")),
    )
    op.create_table(
        "project_defaults",
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("funding", JSON_VALUE, nullable=False),
        sa.Column("papers", JSON_VALUE, nullable=False),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_project_defaults_cooperation_id_cooperation"),
        ),
        sa.PrimaryKeyConstraint("cooperation_id", name=op.f("pk_project_defaults")),
    )
    op.create_table(
        "agreement_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("ends", sa.String(length=20), nullable=False),
        sa.Column("is_extraordinary", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("authority_notified_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "ends IN ('membership', 'agreement')", name=op.f("ck_agreement_notice_ends_known")
        ),
        sa.CheckConstraint(
            "effective_on >= given_on", name=op.f("ck_agreement_notice_days_in_order")
        ),
        sa.CheckConstraint(
            "withdrawn_on IS NULL OR withdrawn_on >= given_on",
            name=op.f("ck_agreement_notice_withdrawn_after_given"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_notice_agreement_id_agreement"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_agreement_notice_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_notice")),
    )
    op.create_index(
        "uq_agreement_notice_standing",
        "agreement_notice",
        ["agreement_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_on IS NULL"),
        postgresql_where=sa.text("withdrawn_on IS NULL"),
    )
    op.create_table(
        "agreement_party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signed_by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("maximum_quantity", sa.Text(), server_default="", nullable=False),
        sa.Column("maximum_net_cents", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "maximum_net_cents IS NULL OR maximum_net_cents > 0",
            name=op.f("ck_agreement_party_maximum_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_party_agreement_id_agreement"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_agreement_party_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_party")),
        sa.UniqueConstraint(
            "agreement_id",
            "organisation_id",
            name=op.f("uq_agreement_party_agreement_id_organisation_id"),
        ),
    )
    op.create_table(
        "area_exclusion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("business_case", sa.Text(), server_default="", nullable=False),
        sa.Column("lifted_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"], ["task_area.id"], name=op.f("fk_area_exclusion_area_id_task_area")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_area_exclusion_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_exclusion")),
    )
    op.create_index("ix_area_exclusion_area_id", "area_exclusion", ["area_id"], unique=False)
    op.create_table(
        "substitution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("home_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_for_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("offered_by_name", sa.String(length=200), nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("declined_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "role IN ('requester', 'releaser', 'procurement_officer', 'opener', 'auditor', 'coordinator', 'administrator', 'chief_officer', 'supplier')",
            name=op.f("ck_substitution_role_known"),
        ),
        sa.CheckConstraint(
            "accepted_at IS NULL OR declined_at IS NULL", name=op.f("ck_substitution_one_answer")
        ),
        sa.CheckConstraint(
            "organisation_id <> home_organisation_id", name=op.f("ck_substitution_two_members")
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_substitution_days_in_order")),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["role_assignment.id"],
            name=op.f("fk_substitution_assignment_id_role_assignment"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_substitution_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["home_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_substitution_home_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_substitution_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["substitute_for_id"],
            ["user_account.id"],
            name=op.f("fk_substitution_substitute_for_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_substitution_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    op.create_index(
        "ix_substitution_cooperation_id_valid_to",
        "substitution",
        ["cooperation_id", "valid_to"],
        unique=False,
    )
    op.create_index("ix_substitution_user_id", "substitution", ["user_id"], unique=False)
    op.create_table(
        "task_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("step", sa.String(length=30), nullable=False),
        sa.Column("performer", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "performer <> 'lead' OR organisation_id IS NULL",
            name=op.f("ck_task_assignment_lead_is_unnamed"),
        ),
        sa.CheckConstraint(
            "performer <> 'service_provider' OR organisation_id IS NOT NULL",
            name=op.f("ck_task_assignment_provider_is_named"),
        ),
        sa.CheckConstraint(
            "performer IN ('lead', 'member', 'service_provider')",
            name=op.f("ck_task_assignment_performer_known"),
        ),
        sa.CheckConstraint(
            "step IN ('coordinate', 'survey', 'propose_pool', 'open_joining', 'prepare_tender', 'publish', 'answer_enquiries', 'amend', 'extend', 'cancel', 'keep_deadlines', 'answer_complaints', 'open_bids', 'evaluate', 'award', 'contract', 'settle')",
            name=op.f("ck_task_assignment_step_known"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_task_assignment_agreement_id_agreement"),
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["task_area.id"], name=op.f("fk_task_assignment_area_id_task_area")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_task_assignment_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_assignment")),
    )
    op.create_index(
        "ix_task_assignment_agreement_id_step",
        "task_assignment",
        ["agreement_id", "step"],
        unique=False,
    )
    op.create_index(
        "ix_task_assignment_organisation_id", "task_assignment", ["organisation_id"], unique=False
    )
    op.create_table(
        "voting_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("required", sa.String(length=30), nullable=False),
        sa.Column("electorate", sa.String(length=20), nullable=False),
        sa.Column("quorum_basis_points", sa.Integer(), nullable=False),
        sa.Column("majority_of", sa.String(length=20), nullable=False),
        sa.Column("abstention_blocks", sa.Boolean(), nullable=False),
        sa.Column("voters", JSON_VALUE, nullable=False),
        sa.CheckConstraint(
            "electorate IN ('participants', 'members')",
            name=op.f("ck_voting_rule_electorate_known"),
        ),
        sa.CheckConstraint(
            "majority_of IN ('entitled', 'cast')", name=op.f("ck_voting_rule_majority_of_known")
        ),
        sa.CheckConstraint(
            "required IN ('never', 'before_joining', 'before_publication')",
            name=op.f("ck_voting_rule_required_known"),
        ),
        sa.CheckConstraint(
            "rule IN ('unanimous', 'majority', 'weighted')", name=op.f("ck_voting_rule_rule_known")
        ),
        sa.CheckConstraint(
            "quorum_basis_points BETWEEN 5000 AND 9999", name=op.f("ck_voting_rule_quorum_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["task_area.id"], name=op.f("fk_voting_rule_area_id_task_area")
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_voting_rule_cooperation_id_cooperation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voting_rule")),
        sa.UniqueConstraint(
            "cooperation_id", "area_id", name=op.f("uq_voting_rule_cooperation_id_area_id")
        ),
    )
    op.create_index(
        "uq_voting_rule_general",
        "voting_rule",
        ["cooperation_id"],
        unique=True,
        sqlite_where=sa.text("area_id IS NULL"),
        postgresql_where=sa.text("area_id IS NULL"),
    )
    op.create_table(
        "conflict_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind = 'none' OR text <> ''", name=op.f("ck_conflict_entry_text_says_why")
        ),
        sa.CheckConstraint(
            "kind IN ('none', 'conflict', 'measures', 'excluded', 'readmitted', 'renewal')",
            name=op.f("ck_conflict_entry_kind_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('none', 'conflict', 'renewal') OR user_id IS NOT NULL",
            name=op.f("ck_conflict_entry_about_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_conflict_entry_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_conflict_entry_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_conflict_entry_pool_id_pool")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_conflict_entry_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_entry")),
    )
    op.create_index(
        "ix_conflict_entry_pool_id_user_id", "conflict_entry", ["pool_id", "user_id"], unique=False
    )
    op.create_table(
        "cost_bearer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bearer_id", sa.Uuid(), nullable=True),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(length=400), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(basis_points = 0) = (bearer_id IS NULL)",
            name=op.f("ck_cost_bearer_bearer_bears_something"),
        ),
        sa.CheckConstraint(
            "basis_points >= 0 AND basis_points <= 10000", name=op.f("ck_cost_bearer_part_in_range")
        ),
        sa.CheckConstraint(
            "length(decision) > 0 AND length(reason) > 0", name=op.f("ck_cost_bearer_documented")
        ),
        sa.ForeignKeyConstraint(
            ["bearer_id"], ["organisation.id"], name=op.f("fk_cost_bearer_bearer_id_organisation")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_cost_bearer_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_bearer")),
        sa.UniqueConstraint("pool_id", "number", name=op.f("uq_cost_bearer_pool_id_number")),
    )
    op.create_table(
        "council_paper_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("paper_number", sa.String(length=100), nullable=False),
        sa.Column("department", sa.String(length=400), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=True),
        sa.Column("item_number", sa.String(length=100), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("budget_line", sa.String(length=400), nullable=False),
        sa.Column("maximum_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("vat_remark", sa.Text(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("inclusion", sa.Text(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("annexes", sa.Text(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_council_paper_member_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_council_paper_member_pool_id_pool")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_paper_member")),
        sa.UniqueConstraint(
            "pool_id",
            "organisation_id",
            name=op.f("uq_council_paper_member_pool_id_organisation_id"),
        ),
    )
    op.create_table(
        "council_paper_project",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("inclusion", sa.Text(), nullable=False),
        sa.Column("annexes", sa.Text(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_council_paper_project_pool_id_pool")
        ),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_council_paper_project")),
    )
    op.create_table(
        "expected_cost",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "category IN ('effort', 'publication', 'advice', 'supply', 'other')",
            name=op.f("ck_expected_cost_category_known"),
        ),
        sa.CheckConstraint("gross_cents > 0", name=op.f("ck_expected_cost_amount_positive")),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_expected_cost_pool_id_pool")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_cost")),
    )
    op.create_index("ix_expected_cost_pool_id", "expected_cost", ["pool_id"], unique=False)
    op.create_table(
        "funding_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("authority", sa.String(length=400), nullable=False),
        sa.Column("file_reference", sa.String(length=100), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("has_weak_budget", sa.Boolean(), nullable=False),
        sa.Column("quota_basis_points", sa.Integer(), nullable=True),
        sa.Column("ceiling_gross_cents", sa.BigInteger(), nullable=True),
        sa.Column("rounding", sa.String(length=20), nullable=True),
        sa.Column("key_kind", sa.String(length=30), nullable=True),
        sa.Column("requires_resolutions", sa.Boolean(), nullable=False),
        sa.Column("award_rules", JSON_VALUE, nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_until", sa.Date(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("participants", JSON_VALUE, nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("granted_gross_cents", sa.BigInteger(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("decision_sha256", sa.String(length=64), nullable=True),
        sa.Column("decision_file_name", sa.String(length=200), nullable=True),
        sa.Column("early_start_on", sa.Date(), nullable=True),
        sa.Column("early_start_reference", sa.String(length=200), nullable=True),
        sa.Column("early_start_sha256", sa.String(length=64), nullable=True),
        sa.Column("early_start_file_name", sa.String(length=200), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("final_gross_cents", sa.BigInteger(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "stage <> 'rejected' OR decided_on IS NOT NULL",
            name=op.f("ck_funding_case_rejected_has_day"),
        ),
        sa.CheckConstraint(
            "stage <> 'settled' OR (settled_on IS NOT NULL AND final_gross_cents IS NOT NULL)",
            name=op.f("ck_funding_case_settled_has_amount"),
        ),
        sa.CheckConstraint(
            "stage IN ('draft', 'applied', 'granted', 'rejected', 'settled', 'withdrawn')",
            name=op.f("ck_funding_case_stage_known"),
        ),
        sa.CheckConstraint(
            "stage IN ('draft', 'withdrawn') OR applied_on IS NOT NULL",
            name=op.f("ck_funding_case_applied_has_day"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('granted', 'settled') OR (decided_on IS NOT NULL AND granted_gross_cents IS NOT NULL)",
            name=op.f("ck_funding_case_granted_has_amount"),
        ),
        sa.CheckConstraint(
            "(early_start_on IS NULL) = (early_start_reference IS NULL)",
            name=op.f("ck_funding_case_early_start_has_letter"),
        ),
        sa.CheckConstraint(
            "quota_basis_points IS NULL OR (quota_basis_points > 0 AND quota_basis_points <= 10000)",
            name=op.f("ck_funding_case_quota_in_range"),
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_funding_case_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["decision_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_funding_case_decision_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["early_start_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_funding_case_early_start_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_funding_case_pool_id_pool")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_case")),
    )
    op.create_index(
        "ix_funding_case_cooperation_id", "funding_case", ["cooperation_id"], unique=False
    )
    op.create_index(
        "uq_funding_case_alive",
        "funding_case",
        ["pool_id"],
        unique=True,
        sqlite_where=sa.text("stage NOT IN ('rejected', 'withdrawn')"),
        postgresql_where=sa.text("stage NOT IN ('rejected', 'withdrawn')"),
    )
    op.create_table(
        "in_house_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("offer_amount_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("offer_text", sa.Text(), nullable=False),
        sa.Column("declined_on", sa.Date(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("has_control", sa.Boolean(), nullable=True),
        sa.Column("control_note", sa.Text(), nullable=False),
        sa.Column("activities_basis_points", sa.Integer(), nullable=True),
        sa.Column("activities_note", sa.Text(), nullable=False),
        sa.Column("has_private_capital", sa.Boolean(), nullable=True),
        sa.Column("capital_note", sa.Text(), nullable=False),
        sa.Column("alternatives", JSON_VALUE, nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("comparison", sa.Text(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("pool_value_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("replaced_at", INSTANT, nullable=True),
        sa.Column("replacement_reason", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "result <> 'in_house' OR (offer_amount_net_cents IS NOT NULL AND offered_on IS NOT NULL AND has_control AND activities_basis_points > 8000 AND NOT has_private_capital)",
            name=op.f("ck_in_house_check_in_house_meets_conditions"),
        ),
        sa.CheckConstraint(
            "result IN ('in_house', 'tender', 'not_suitable')",
            name=op.f("ck_in_house_check_result_known"),
        ),
        sa.CheckConstraint(
            "(file_sha256 IS NULL) = (file_name IS NULL)",
            name=op.f("ck_in_house_check_file_has_name"),
        ),
        sa.CheckConstraint(
            "(replaced_at IS NULL) = (replacement_reason IS NULL)",
            name=op.f("ck_in_house_check_replaced_has_reason"),
        ),
        sa.CheckConstraint(
            "(result IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_in_house_check_decided_has_instant"),
        ),
        sa.CheckConstraint(
            "activities_basis_points IS NULL OR activities_basis_points BETWEEN 0 AND 10000",
            name=op.f("ck_in_house_check_activities_a_share"),
        ),
        sa.CheckConstraint(
            "offer_amount_net_cents IS NULL OR offer_amount_net_cents > 0",
            name=op.f("ck_in_house_check_offer_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_in_house_check_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_in_house_check_pool_id_pool")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["in_house_provider.id"],
            name=op.f("fk_in_house_check_provider_id_in_house_provider"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_in_house_check")),
        sa.UniqueConstraint(
            "pool_id",
            "provider_id",
            "number",
            name=op.f("uq_in_house_check_pool_id_provider_id_number"),
        ),
    )
    op.create_index(
        "uq_in_house_check_current",
        "in_house_check",
        ["pool_id", "provider_id"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "later_joiner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("lines", JSON_VALUE, nullable=False),
        sa.Column("maximum_net_cents", sa.BigInteger(), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=False),
        sa.Column("named_by_id", sa.Uuid(), nullable=True),
        sa.Column("named_by_name", sa.String(length=200), nullable=False),
        sa.Column("named_at", INSTANT, nullable=False),
        sa.Column("joined_at", INSTANT, nullable=True),
        sa.Column("joined_by_name", sa.String(length=200), nullable=True),
        sa.Column("joined_quantities", JSON_VALUE, nullable=True),
        sa.Column("mandate_reference", sa.String(length=400), nullable=False),
        sa.CheckConstraint(
            "joined_at IS NULL OR mandate_reference <> ''",
            name=op.f("ck_later_joiner_joined_has_mandate"),
        ),
        sa.CheckConstraint(
            "(joined_at IS NULL) = (joined_quantities IS NULL)",
            name=op.f("ck_later_joiner_joined_has_quantities"),
        ),
        sa.CheckConstraint("maximum_net_cents > 0", name=op.f("ck_later_joiner_maximum_positive")),
        sa.ForeignKeyConstraint(
            ["named_by_id"],
            ["user_account.id"],
            name=op.f("fk_later_joiner_named_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_later_joiner_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_later_joiner_pool_id_pool")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_later_joiner")),
        sa.UniqueConstraint(
            "pool_id", "organisation_id", name=op.f("uq_later_joiner_pool_id_organisation_id")
        ),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(length=20), nullable=True),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("document_on", sa.Date(), nullable=False),
        sa.Column("supplied_on", sa.Date(), nullable=True),
        sa.Column("net_cents", sa.BigInteger(), nullable=True),
        sa.Column("vat_cents", sa.BigInteger(), nullable=True),
        sa.Column("gross_cents", sa.BigInteger(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_status", sa.String(length=20), nullable=True),
        sa.Column("vat_reason", sa.Text(), nullable=False),
        sa.Column("vat_law", sa.String(length=200), nullable=False),
        sa.Column("vat_rate_basis_points", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("request_key", sa.String(length=80), nullable=True),
        sa.Column("details", JSON_VALUE, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(kind = 'correction') = (reverses_id IS NOT NULL)",
            name=op.f("ck_ledger_entry_corrects_one"),
        ),
        sa.CheckConstraint(
            "category IS NULL OR category IN ('effort', 'publication', 'advice', 'supply', 'other')",
            name=op.f("ck_ledger_entry_category_known"),
        ),
        sa.CheckConstraint(
            "kind <> 'interest' OR due_on IS NOT NULL",
            name=op.f("ck_ledger_entry_claim_has_due_day"),
        ),
        sa.CheckConstraint(
            "kind IN ('advance', 'effort', 'demand', 'payment', 'payout', 'write_off', 'interest', 'no_award', 'own_share', 'correction')",
            name=op.f("ck_ledger_entry_kind_known"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('advance', 'effort') OR (pool_id IS NOT NULL AND category IS NOT NULL AND supplied_on IS NOT NULL AND gross_cents IS NOT NULL)",
            name=op.f("ck_ledger_entry_cost_is_complete"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('advance', 'effort') OR (vat_status IS NOT NULL AND vat_status IN ('old_law', 'not_taxable', 'taxable') AND length(vat_reason) > 0)",
            name=op.f("ck_ledger_entry_cost_has_vat_status"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('demand', 'payment', 'payout', 'write_off', 'interest') OR organisation_id IS NOT NULL",
            name=op.f("ck_ledger_entry_claim_has_member"),
        ),
        sa.CheckConstraint(
            "gross_cents = net_cents + vat_cents", name=op.f("ck_ledger_entry_gross_is_net_and_vat")
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_ledger_entry_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_ledger_entry_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_ledger_entry_pool_id_pool")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["user_account.id"],
            name=op.f("fk_ledger_entry_recorded_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["ledger_entry.id"],
            name=op.f("fk_ledger_entry_reverses_id_ledger_entry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint(
            "cooperation_id", "number", name=op.f("uq_ledger_entry_cooperation_id_number")
        ),
        sa.UniqueConstraint(
            "cooperation_id", "request_key", name=op.f("uq_ledger_entry_cooperation_id_request_key")
        ),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_entry_reverses_id")),
    )
    op.create_index(
        "ix_ledger_entry_organisation_id", "ledger_entry", ["organisation_id"], unique=False
    )
    op.create_index("ix_ledger_entry_pool_id", "ledger_entry", ["pool_id"], unique=False)
    op.create_table(
        "milestone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("before_step", sa.String(length=20), nullable=True),
        sa.Column("wished_on", sa.Date(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.Column("dropped_reason", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('invitation', 'survey', 'workshop', 'draft', 'resolution', 'signing', 'handover', 'other')",
            name=op.f("ck_milestone_kind_known"),
        ),
        sa.CheckConstraint(
            "(dropped_at IS NULL) = (dropped_reason IS NULL)",
            name=op.f("ck_milestone_dropped_has_reason"),
        ),
        sa.CheckConstraint(
            "before_step IS NULL OR pool_id IS NOT NULL", name=op.f("ck_milestone_step_has_pool")
        ),
        sa.CheckConstraint(
            "done_on IS NULL OR dropped_at IS NULL", name=op.f("ck_milestone_one_end")
        ),
        sa.CheckConstraint(
            "wished_on IS NOT NULL OR agreed_on IS NOT NULL", name=op.f("ck_milestone_has_day")
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["task_area.id"], name=op.f("fk_milestone_area_id_task_area")
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_milestone_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_milestone_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_milestone_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    op.create_index(
        "ix_milestone_cooperation_id_id", "milestone", ["cooperation_id", "id"], unique=False
    )
    op.create_index("ix_milestone_pool_id", "milestone", ["pool_id"], unique=False)
    op.create_table(
        "planned_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_planned_decision_cooperation_id_cooperation"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_planned_decision_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_planned_decision_pool_id_pool")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_decision")),
    )
    op.create_index(
        "ix_planned_decision_cooperation_id",
        "planned_decision",
        ["cooperation_id", "organisation_id"],
        unique=False,
    )
    op.create_table(
        "vote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("cost_bearer", sa.Text(), nullable=False),
        sa.Column("subject", JSON_VALUE, nullable=False),
        sa.Column("subject_sha256", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("electorate", sa.String(length=20), nullable=False),
        sa.Column("quorum_basis_points", sa.Integer(), nullable=False),
        sa.Column("majority_of", sa.String(length=20), nullable=False),
        sa.Column("abstention_blocks", sa.Boolean(), nullable=False),
        sa.Column("voter_roles", JSON_VALUE, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by_name", sa.String(length=200), nullable=False),
        sa.Column("deadline", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_because", sa.String(length=20), nullable=True),
        sa.Column("closing_reason", sa.Text(), nullable=False),
        sa.Column("closed_by_name", sa.String(length=200), nullable=False),
        sa.Column("next_tick_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "closed_because <> 'coordinator' OR closing_reason <> ''",
            name=op.f("ck_vote_closing_has_reason"),
        ),
        sa.CheckConstraint(
            "closed_because IN ('all_voted', 'deadline', 'coordinator', 'replaced')",
            name=op.f("ck_vote_cause_known"),
        ),
        sa.CheckConstraint(
            "electorate IN ('participants', 'members')", name=op.f("ck_vote_electorate_known")
        ),
        sa.CheckConstraint(
            "majority_of IN ('entitled', 'cast')", name=op.f("ck_vote_majority_of_known")
        ),
        sa.CheckConstraint(
            "rule IN ('unanimous', 'majority', 'weighted')", name=op.f("ck_vote_rule_known")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_because IS NULL)", name=op.f("ck_vote_closed_has_cause")
        ),
        sa.CheckConstraint(
            "deadline IS NULL OR deadline > opened_at", name=op.f("ck_vote_days_in_order")
        ),
        sa.CheckConstraint("length(subject_sha256) = 64", name=op.f("ck_vote_subject_has_hash")),
        sa.CheckConstraint(
            "quorum_basis_points BETWEEN 5000 AND 9999", name=op.f("ck_vote_quorum_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["user_account.id"], name=op.f("fk_vote_opened_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_vote_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint("pool_id", "number", name=op.f("uq_vote_pool_id_number")),
    )
    op.create_index("ix_vote_next_tick_at", "vote", ["next_tick_at"], unique=False)
    op.create_index(
        "uq_vote_open",
        "vote",
        ["pool_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "ballot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vote_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("voter_name", sa.String(length=200), nullable=False),
        sa.Column("cast_by_id", sa.Uuid(), nullable=True),
        sa.Column("cast_by_name", sa.String(length=200), nullable=False),
        sa.Column("cast_at", INSTANT, nullable=False),
        sa.CheckConstraint("choice <> 'no' OR reason <> ''", name=op.f("ck_ballot_no_has_reason")),
        sa.CheckConstraint(
            "choice IN ('yes', 'no', 'abstain')", name=op.f("ck_ballot_choice_known")
        ),
        sa.CheckConstraint("voter_name <> ''", name=op.f("ck_ballot_voter_is_named")),
        sa.ForeignKeyConstraint(
            ["cast_by_id"], ["user_account.id"], name=op.f("fk_ballot_cast_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_ballot_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name=op.f("fk_ballot_vote_id_vote")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint("vote_id", "number", name=op.f("uq_ballot_vote_id_number")),
    )
    op.create_table(
        "dunning",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("due_on > sent_on", name=op.f("ck_dunning_days_in_order")),
        sa.CheckConstraint("level >= 1 AND level <= 3", name=op.f("ck_dunning_level_in_range")),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["ledger_entry.id"], name=op.f("fk_dunning_demand_id_ledger_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning")),
        sa.UniqueConstraint("demand_id", "level", name=op.f("uq_dunning_demand_id_level")),
    )
    op.create_table(
        "effort",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("worker_name", sa.String(length=200), nullable=False),
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("hourly_rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("activity", sa.String(length=400), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("request_key", sa.String(length=80), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("booked_entry_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(minutes < 0) = (reverses_id IS NOT NULL)", name=op.f("ck_effort_reversal_is_negative")
        ),
        sa.CheckConstraint(
            "minutes <> 0 AND hourly_rate_cents >= 0", name=op.f("ck_effort_time_and_rate")
        ),
        sa.ForeignKeyConstraint(
            ["booked_entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_effort_booked_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_effort_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_effort_pool_id_pool")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["effort.id"], name=op.f("fk_effort_reverses_id_effort")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effort")),
        sa.UniqueConstraint("pool_id", "request_key", name=op.f("uq_effort_pool_id_request_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_effort_reverses_id")),
    )
    op.create_index(
        "ix_effort_pool_id_organisation_id", "effort", ["pool_id", "organisation_id"], unique=False
    )
    op.create_table(
        "entitled_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vote_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("inhabitants", sa.Integer(), nullable=True),
        sa.Column("inhabitants_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(inhabitants IS NULL) = (inhabitants_on IS NULL)",
            name=op.f("ck_entitled_member_inhabitants_have_date"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_entitled_member_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["vote_id"], ["vote.id"], name=op.f("fk_entitled_member_vote_id_vote")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitled_member")),
        sa.UniqueConstraint(
            "vote_id", "organisation_id", name=op.f("uq_entitled_member_vote_id_organisation_id")
        ),
    )
    op.create_table(
        "funding_drawdown",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("planned_gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("received_gross_cents", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(received_on IS NULL) = (received_gross_cents IS NULL)",
            name=op.f("ck_funding_drawdown_received_has_amount"),
        ),
        sa.CheckConstraint(
            "planned_gross_cents > 0", name=op.f("ck_funding_drawdown_planned_positive")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["funding_case.id"], name=op.f("fk_funding_drawdown_case_id_funding_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_drawdown")),
    )
    op.create_index(
        op.f("ix_funding_drawdown_case_id"), "funding_drawdown", ["case_id"], unique=False
    )
    op.create_table(
        "funding_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("planned_gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("eligible_gross_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "eligible_gross_cents >= 0 AND eligible_gross_cents <= planned_gross_cents",
            name=op.f("ck_funding_line_eligible_within_planned"),
        ),
        sa.CheckConstraint(
            "planned_gross_cents >= 0", name=op.f("ck_funding_line_planned_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["funding_case.id"], name=op.f("fk_funding_line_case_id_funding_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_line")),
    )
    op.create_index(
        "ix_funding_line_case_id", "funding_line", ["case_id", "position"], unique=False
    )
    op.create_table(
        "funding_milestone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["funding_case.id"], name=op.f("fk_funding_milestone_case_id_funding_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_milestone")),
    )
    op.create_index(
        op.f("ix_funding_milestone_case_id"), "funding_milestone", ["case_id"], unique=False
    )
    op.create_table(
        "ledger_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("settles_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(account IN ('advanced', 'demanded')) = (organisation_id IS NOT NULL)",
            name=op.f("ck_ledger_line_member_account_has_member"),
        ),
        sa.CheckConstraint(
            "account IN ('advanced', 'demanded', 'cash', 'effort', 'output_vat', 'own_share', 'write_off', 'interest')",
            name=op.f("ck_ledger_line_account_known"),
        ),
        sa.CheckConstraint(
            "settles_id IS NULL OR account = 'advanced'",
            name=op.f("ck_ledger_line_settles_a_share"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_line_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_ledger_line_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["settles_id"], ["ledger_line.id"], name=op.f("fk_ledger_line_settles_id_ledger_line")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["ledger_entry.id"], name=op.f("fk_ledger_line_source_id_ledger_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_line")),
        sa.UniqueConstraint("entry_id", "position", name=op.f("uq_ledger_line_entry_id_position")),
        sa.UniqueConstraint("settles_id", name=op.f("uq_ledger_line_settles_id")),
    )
    op.create_index(
        "ix_ledger_line_account_organisation_id",
        "ledger_line",
        ["account", "organisation_id"],
        unique=False,
    )
    op.create_table(
        "resolution_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resolution_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("roles", JSON_VALUE, nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "classification IN ('public', 'members', 'own', 'roles')",
            name=op.f("ck_resolution_paper_classification_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('paper', 'minutes', 'extract', 'other')",
            name=op.f("ck_resolution_paper_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["added_by_id"],
            ["user_account.id"],
            name=op.f("fk_resolution_paper_added_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_resolution_paper_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["resolution_id"],
            ["resolution.id"],
            name=op.f("fk_resolution_paper_resolution_id_resolution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution_paper")),
    )
    op.create_index(
        "ix_resolution_paper_resolution_id", "resolution_paper", ["resolution_id"], unique=False
    )
    op.create_table(
        "timetable_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Uuid(), nullable=True),
        sa.Column("choices", JSON_VALUE, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("saved_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name=op.f("fk_timetable_wish_pool_id_pool")
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_timetable_wish_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_wish")),
    )
    op.create_index(
        "uq_timetable_wish_pool_id",
        "timetable_wish",
        ["pool_id"],
        unique=True,
        sqlite_where=sa.text("tender_id IS NULL"),
        postgresql_where=sa.text("tender_id IS NULL"),
    )
    op.create_index("uq_timetable_wish_tender_id", "timetable_wish", ["tender_id"], unique=True)
    op.create_table(
        "funding_expense",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("payee", sa.String(length=400), nullable=False),
        sa.Column("voucher", sa.String(length=100), nullable=False),
        sa.Column("amount_gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("eligible_gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancelled_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_reason IS NULL)",
            name=op.f("ck_funding_expense_cancelled_has_reason"),
        ),
        sa.CheckConstraint(
            "(file_sha256 IS NULL) = (file_name IS NULL)",
            name=op.f("ck_funding_expense_file_has_name"),
        ),
        sa.CheckConstraint(
            "eligible_gross_cents >= 0 AND eligible_gross_cents <= amount_gross_cents",
            name=op.f("ck_funding_expense_eligible_within_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_funding_expense_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["funding_line.id"], name=op.f("fk_funding_expense_line_id_funding_line")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_funding_expense_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_expense")),
    )
    op.create_index(
        "uq_funding_expense_once",
        "funding_expense",
        ["line_id", "organisation_id", "voucher"],
        unique=True,
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_table(
        "paper_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("person_name", sa.String(length=400), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_name", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_paper_opening_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["resolution_paper.id"],
            name=op.f("fk_paper_opening_paper_id_resolution_paper"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_paper_opening_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_opening")),
    )
    op.create_index("ix_paper_opening_paper_id", "paper_opening", ["paper_id"], unique=False)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
    _change(
        "agreement",
        [
            sa.Column("cost_key", JSON_VALUE, nullable=True),
            sa.Column("checklist", JSON_VALUE, nullable=True),
            sa.Column("authority", sa.String(length=300), server_default="", nullable=False),
            sa.Column("approval_sent_on", sa.Date(), nullable=True),
            sa.Column("approval_received_on", sa.Date(), nullable=True),
            sa.Column("approval_objections_on", sa.Date(), nullable=True),
            sa.Column("approval_meeting_named_on", sa.Date(), nullable=True),
            sa.Column("approval_meeting_on", sa.Date(), nullable=True),
            sa.Column(
                "approval_by_silence", sa.Boolean(), server_default=sa.false(), nullable=False
            ),
            sa.Column("published_on", sa.Date(), nullable=True),
            sa.Column("published_in", sa.String(length=300), server_default="", nullable=False),
            sa.Column("notice_months", sa.Integer(), nullable=True),
            sa.Column("notice_to", sa.String(length=20), server_default="day", nullable=False),
            sa.Column(
                "notice_ends", sa.String(length=20), server_default="membership", nullable=False
            ),
        ],
        [],
    )
    _change(
        "cooperation",
        [
            sa.Column(
                "declarations_required", sa.Boolean(), server_default=sa.false(), nullable=False
            )
        ],
        [],
    )
    _change(
        "deadline",
        [],
        [],
    )
    _change(
        "member",
        [sa.Column("decides", JSON_VALUE, server_default="[]", nullable=False)],
        [],
    )
    _change(
        "organisation",
        [
            sa.Column("succeeded_by_id", sa.Uuid(), nullable=True),
            sa.Column("succeeded_on", sa.Date(), nullable=True),
        ],
        [("fk_organisation_succeeded_by_id_organisation", "organisation", "succeeded_by_id", "id")],
    )
    _change(
        "participation",
        [
            sa.Column("phase", sa.String(length=20), server_default="regular", nullable=False),
            sa.Column("reason", sa.Text(), server_default="", nullable=False),
            sa.Column("is_from_file", sa.Boolean(), server_default=sa.true(), nullable=False),
        ],
        [],
    )
    _change(
        "pool",
        [
            sa.Column("joining_tick_at", INSTANT, nullable=True),
            sa.Column("unanswered_reason", sa.Text(), nullable=True),
        ],
        [],
    )
    _change(
        "resolution",
        [
            sa.Column("kind", sa.String(length=20), server_default="decision", nullable=False),
            sa.Column("basis", sa.Text(), server_default="", nullable=False),
            sa.Column("legal_form", sa.String(length=40), nullable=True),
            sa.Column("matter", sa.Text(), server_default="", nullable=False),
            sa.Column("yes_votes", sa.Integer(), nullable=True),
            sa.Column("no_votes", sa.Integer(), nullable=True),
            sa.Column("abstentions", sa.Integer(), nullable=True),
            sa.Column("is_unanimous", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("revocation_reason", sa.Text(), server_default="", nullable=False),
        ],
        [],
    )
    _change(
        "role_assignment",
        [sa.Column("home_organisation_id", sa.Uuid(), nullable=True)],
        [
            (
                "fk_role_assignment_home_organisation_id_organisation",
                "organisation",
                "home_organisation_id",
                "id",
            )
        ],
    )
    _change(
        "task_area",
        [
            sa.Column(
                "effective_together", sa.Boolean(), server_default=sa.false(), nullable=False
            ),
            sa.Column(
                "same_form_and_subject", sa.Boolean(), server_default=sa.false(), nullable=False
            ),
        ],
        [],
    )
    _change(
        "tender",
        [sa.Column("agreement_id", sa.Uuid(), nullable=True)],
        [("fk_tender_agreement_id_agreement", "agreement", "agreement_id", "id")],
    )


def downgrade() -> None:
    for statement in UNKNOWN_BEFORE:
        op.execute(statement)
    _change_back("tender", ["agreement_id"], ["fk_tender_agreement_id_agreement"])
    _change_back("task_area", ["same_form_and_subject", "effective_together"], [])
    _change_back(
        "role_assignment",
        ["home_organisation_id"],
        ["fk_role_assignment_home_organisation_id_organisation"],
    )
    _change_back(
        "resolution",
        [
            "revocation_reason",
            "is_unanimous",
            "abstentions",
            "no_votes",
            "yes_votes",
            "matter",
            "legal_form",
            "basis",
            "kind",
        ],
        [],
    )
    _change_back("pool", ["unanswered_reason", "joining_tick_at"], [])
    _change_back("participation", ["is_from_file", "reason", "phase"], [])
    _change_back(
        "organisation",
        ["succeeded_on", "succeeded_by_id"],
        ["fk_organisation_succeeded_by_id_organisation"],
    )
    _change_back("member", ["decides"], [])
    _change_back("deadline", [], [])
    _change_back("cooperation", ["declarations_required"], [])
    _change_back(
        "agreement",
        [
            "notice_ends",
            "notice_to",
            "notice_months",
            "published_in",
            "published_on",
            "approval_by_silence",
            "approval_meeting_on",
            "approval_meeting_named_on",
            "approval_objections_on",
            "approval_received_on",
            "approval_sent_on",
            "authority",
            "checklist",
            "cost_key",
        ],
        [],
    )
    for table in (
        "paper_opening",
        "funding_expense",
        "timetable_wish",
        "resolution_paper",
        "ledger_line",
        "funding_milestone",
        "funding_line",
        "funding_drawdown",
        "entitled_member",
        "effort",
        "dunning",
        "ballot",
        "vote",
        "planned_decision",
        "milestone",
        "ledger_entry",
        "later_joiner",
        "in_house_check",
        "funding_case",
        "expected_cost",
        "council_paper_project",
        "council_paper_member",
        "cost_bearer",
        "conflict_entry",
        "voting_rule",
        "task_assignment",
        "substitution",
        "area_exclusion",
        "agreement_party",
        "agreement_notice",
        "project_defaults",
        "meeting",
        "in_house_provider",
        "procurement_bylaw",
        "body",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in (
            "procurement_bylaw",
            "conflict_entry",
            "paper_opening",
            "cost_bearer",
            "effort",
            "ledger_entry",
            "ledger_line",
            "dunning",
            "vote",
            "entitled_member",
            "ballot",
        ):
            op.execute(f"DROP FUNCTION IF EXISTS {table}_keeps CASCADE")
