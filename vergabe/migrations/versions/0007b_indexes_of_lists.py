"""An index for every list that grows, built while the service runs."""

from alembic import op

revision = "0007b"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_reference(
        "fk_notice_delivery_lead_organisation_id_organisation",
        "notice_delivery",
        "lead_organisation_id",
        "organisation",
    )
    op.build_index("ix_answer_published_at", "answer", ["published_at"])
    op.build_index(
        "ix_deadline_running_due_at",
        "deadline",
        ["due_at"],
        where="lifted_at IS NULL AND met_at IS NULL",
    )
    op.build_index(
        "ix_demand_organisation_id_needed_id", "demand", ["organisation_id", "needed_from", "id"]
    )
    op.build_index(
        "ix_demand_organisation_id_stage_submitted_id",
        "demand",
        ["organisation_id", "stage", "submitted_at", "id"],
    )
    op.build_index(
        "ix_demand_organisation_id_title_order_id",
        "demand",
        ["organisation_id", "title_order", "id"],
    )
    op.build_index(
        "ix_demand_organisation_id_value_id", "demand", ["organisation_id", "value_net_cents", "id"]
    )
    op.build_index(
        "ix_ledger_entry_cooperation_id_amount",
        "ledger_entry",
        ["cooperation_id", "amount_cents", "id"],
    )
    op.build_index(
        "ix_ledger_entry_cooperation_id_document_on",
        "ledger_entry",
        ["cooperation_id", "document_on", "id"],
    )
    op.build_index(
        "ix_mandate_cooperation_id_valid_from", "mandate", ["cooperation_id", "valid_from", "id"]
    )
    op.build_index(
        "ix_mandate_cooperation_id_valid_to", "mandate", ["cooperation_id", "valid_to", "id"]
    )
    op.build_index(
        "ix_notice_delivery_lead_organisation_id", "notice_delivery", ["lead_organisation_id", "id"]
    )
    op.build_index("ix_pool_cooperation_id_id", "pool", ["cooperation_id", "id"])
    op.build_index(
        "ix_pool_cooperation_id_joining_id", "pool", ["cooperation_id", "joining_deadline", "id"]
    )
    op.build_index(
        "ix_pool_cooperation_id_title_order_id", "pool", ["cooperation_id", "title_order", "id"]
    )
    op.build_index(
        "ix_resolution_cooperation_id_decided_on",
        "resolution",
        ["cooperation_id", "decided_on", "id"],
    )
    op.build_index(
        "ix_tender_cooperation_id_deadline_id",
        "tender",
        ["cooperation_id", "submission_deadline", "id"],
    )
    op.build_index("ix_tender_cooperation_id_id", "tender", ["cooperation_id", "id"])
    op.build_index(
        "ix_tender_cooperation_id_title_order_id", "tender", ["cooperation_id", "title_order", "id"]
    )
    op.build_index(
        "ix_tender_cooperation_id_value_id",
        "tender",
        ["cooperation_id", "estimated_value_net_cents", "id"],
    )


def downgrade() -> None:
    op.drop_index("ix_tender_cooperation_id_value_id", "tender")
    op.drop_index("ix_tender_cooperation_id_title_order_id", "tender")
    op.drop_index("ix_tender_cooperation_id_id", "tender")
    op.drop_index("ix_tender_cooperation_id_deadline_id", "tender")
    op.drop_index("ix_resolution_cooperation_id_decided_on", "resolution")
    op.drop_index("ix_pool_cooperation_id_title_order_id", "pool")
    op.drop_index("ix_pool_cooperation_id_joining_id", "pool")
    op.drop_index("ix_pool_cooperation_id_id", "pool")
    op.drop_index("ix_notice_delivery_lead_organisation_id", "notice_delivery")
    op.drop_index("ix_mandate_cooperation_id_valid_to", "mandate")
    op.drop_index("ix_mandate_cooperation_id_valid_from", "mandate")
    op.drop_index("ix_ledger_entry_cooperation_id_document_on", "ledger_entry")
    op.drop_index("ix_ledger_entry_cooperation_id_amount", "ledger_entry")
    op.drop_index("ix_demand_organisation_id_value_id", "demand")
    op.drop_index("ix_demand_organisation_id_title_order_id", "demand")
    op.drop_index("ix_demand_organisation_id_stage_submitted_id", "demand")
    op.drop_index("ix_demand_organisation_id_needed_id", "demand")
    op.drop_index("ix_deadline_running_due_at", "deadline")
    op.drop_index("ix_answer_published_at", "answer")
    with op.batch_alter_table("notice_delivery") as batch:
        batch.drop_constraint(
            batch.f("fk_notice_delivery_lead_organisation_id_organisation"), type_="foreignkey"
        )
