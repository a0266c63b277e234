"""Suppliers: registration step by step, what was seen of a tender, their own profile."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
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

    with op.batch_alter_table("pending_registration") as batch:
        batch.drop_constraint(op.f("ck_pending_registration_new_firm_has_password"), type_="check")
        batch.drop_constraint(op.f("ck_pending_registration_new_firm_or_old"), type_="check")
    with op.batch_alter_table("pending_registration") as batch:
        batch.add_column(sa.Column("entries", JSON_VALUE, nullable=True))
        batch.add_column(sa.Column("steps_done", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("supplier_profile") as batch:
        batch.add_column(
            sa.Column("natures", sa.String(length=40), server_default="", nullable=False)
        )
        batch.add_column(sa.Column("value_from_net_cents", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("value_until_net_cents", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("user_account") as batch:
        batch.add_column(sa.Column("language", sa.String(length=2), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("user_account") as batch:
        batch.drop_column("language")

    with op.batch_alter_table("supplier_profile") as batch:
        batch.drop_column("value_until_net_cents")
        batch.drop_column("value_from_net_cents")
        batch.drop_column("natures")

    # Such a registration is begun anew: the older version asks for everything at once.
    op.execute(
        "DELETE FROM pending_registration WHERE (firm IS NULL) <> (password_hash IS NULL)"
        " OR (firm IS NULL) = (organisation_id IS NULL)"
    )
    with op.batch_alter_table("pending_registration") as batch:
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

    op.drop_table("tender_seen")
