"""A looser rule for begun registrations, an index for followed tenders."""

from alembic import op

revision = "0009b"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_check(
        "ck_pending_registration_new_firm_or_old",
        "pending_registration",
        "firm IS NULL OR organisation_id IS NULL",
    )
    op.build_index(
        "ix_tender_registration_organisation_id", "tender_registration", ["organisation_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_tender_registration_organisation_id", "tender_registration")
    with op.batch_alter_table("pending_registration") as batch:
        batch.drop_constraint(op.f("ck_pending_registration_new_firm_or_old"), type_="check")
