"""Lists: kept views, orders by title (the indexes follow in 0007b).

Rewrites demand, pool and tender, whose titles are put in order by the database: nobody reads them
meanwhile (docs/operation.md says how long).
"""

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

    with op.batch_alter_table("demand") as batch:
        batch.add_column(
            sa.Column("title_order", TITLE, sa.Computed(TITLE_ORDER, persisted=True), nullable=True)
        )
    with op.batch_alter_table("notice_delivery") as batch:
        batch.add_column(sa.Column("lead_organisation_id", sa.Uuid(), nullable=True))
    op.execute(LEAD_OF_THE_PROCEDURE)
    with op.batch_alter_table("pool") as batch:
        batch.add_column(
            sa.Column("title_order", TITLE, sa.Computed(TITLE_ORDER, persisted=True), nullable=True)
        )
    with op.batch_alter_table("tender") as batch:
        batch.add_column(
            sa.Column("title_order", TITLE, sa.Computed(TITLE_ORDER, persisted=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("tender") as batch:
        batch.drop_column("title_order")
    with op.batch_alter_table("pool") as batch:
        batch.drop_column("title_order")
    with op.batch_alter_table("notice_delivery") as batch:
        batch.drop_column("lead_organisation_id")
    with op.batch_alter_table("demand") as batch:
        batch.drop_column("title_order")

    op.drop_table("list_view")
