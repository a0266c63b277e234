"""Lists: kept views, orders by title, an index for every list that grows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LEAD_OF_THE_PROCEDURE = """
UPDATE notice_delivery SET lead_organisation_id = (
    SELECT tender.lead_organisation_id FROM notice JOIN tender ON tender.id = notice.tender_id
    WHERE notice.id = notice_delivery.notice_id
)"""
TITLE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# Umlauts stand with their vowels, on both databases alike.
TITLE_ORDER = "lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(title, 'Ä', 'a'), 'ä', 'a'), 'à', 'a'), 'Ö', 'o'), 'ö', 'o'), 'ô', 'o'), 'Ü', 'u'), 'ü', 'u'), 'É', 'e'), 'è', 'e'), 'é', 'e'), 'ç', 'c'), 'ß', 'ss'))"


def upgrade() -> None:
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

    op.build_index("ix_answer_published_at", "answer", ["published_at"])
    op.build_index(
        "ix_deadline_running_due_at",
        "deadline",
        ["due_at"],
        where="lifted_at IS NULL AND met_at IS NULL",
    )
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
    with op.batch_alter_table("notice_delivery") as batch:
        batch.add_column(sa.Column("lead_organisation_id", sa.Uuid(), nullable=True))
    op.add_reference(
        "fk_notice_delivery_lead_organisation_id_organisation",
        "notice_delivery",
        "lead_organisation_id",
        "organisation",
    )
    op.execute(LEAD_OF_THE_PROCEDURE)
    op.build_index(
        "ix_notice_delivery_lead_organisation_id", "notice_delivery", ["lead_organisation_id", "id"]
    )
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
    with op.batch_alter_table("tender") as batch:
        batch.drop_index("ix_tender_cooperation_id_value_id")
        batch.drop_index("ix_tender_cooperation_id_title_order_id")
        batch.drop_index("ix_tender_cooperation_id_id")
        batch.drop_index("ix_tender_cooperation_id_deadline_id")
        batch.drop_column("title_order")

    op.drop_index("ix_resolution_cooperation_id_decided_on", "resolution")

    with op.batch_alter_table("pool") as batch:
        batch.drop_index("ix_pool_cooperation_id_title_order_id")
        batch.drop_index("ix_pool_cooperation_id_joining_id")
        batch.drop_index("ix_pool_cooperation_id_id")
        batch.drop_column("title_order")

    with op.batch_alter_table("notice_delivery") as batch:
        batch.drop_constraint(
            batch.f("fk_notice_delivery_lead_organisation_id_organisation"), type_="foreignkey"
        )
        batch.drop_index("ix_notice_delivery_lead_organisation_id")
        batch.drop_column("lead_organisation_id")

    op.drop_index("ix_mandate_cooperation_id_valid_to", "mandate")
    op.drop_index("ix_mandate_cooperation_id_valid_from", "mandate")

    op.drop_index("ix_ledger_entry_cooperation_id_document_on", "ledger_entry")
    op.drop_index("ix_ledger_entry_cooperation_id_amount", "ledger_entry")

    with op.batch_alter_table("demand") as batch:
        batch.drop_index("ix_demand_organisation_id_value_id")
        batch.drop_index("ix_demand_organisation_id_title_order_id")
        batch.drop_index("ix_demand_organisation_id_stage_submitted_id")
        batch.drop_index("ix_demand_organisation_id_needed_id")
        batch.drop_column("title_order")

    op.drop_index("ix_deadline_running_due_at", "deadline")

    op.drop_index("ix_answer_published_at", "answer")

    op.drop_table("list_view")
