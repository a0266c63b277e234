"""What waits in an order, and what failed, is found by index."""

from alembic import op

revision = "0010b"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.build_index("ix_outbox_failed_kind", "outbox", ["kind"], where="state = 'failed'")
    op.build_index(
        "ix_outbox_waiting_lane",
        "outbox",
        ["kind", "lane", "id"],
        where="state = 'waiting' AND lane IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_waiting_lane", "outbox")
    op.drop_index("ix_outbox_failed_kind", "outbox")
