"""The site map in parts, each with the instant of its last change."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
PARTS_OF_WHAT_IS_THERE = """
INSERT INTO catalogue_part (number, changed_at)
SELECT number / 50000, max(changed_at) FROM catalogue_entry GROUP BY number / 50000"""


def upgrade() -> None:
    op.create_table(
        "catalogue_part",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalogue_part")),
    )
    op.execute(PARTS_OF_WHAT_IS_THERE)


def downgrade() -> None:
    op.drop_table("catalogue_part")
