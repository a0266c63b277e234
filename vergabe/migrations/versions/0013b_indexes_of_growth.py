"""What every page counts, and what the outbox takes next, is found by index however much there is."""

from alembic import op

revision = "0013b"
down_revision = "0013"
branch_labels = None
depends_on = None

WAITING = "state = 'waiting'"
UNREAD = "first_read_at IS NULL"


def upgrade() -> None:
    op.build_index("ix_call_for_demands_area_id", "call_for_demands", ["area_id", "closes_at"])
    op.build_index(
        "ix_demand_organisation_id_released_at", "demand", ["organisation_id", "released_at"]
    )
    op.build_index("ix_enquiry_open", "enquiry", ["tender_id"], where="answer_id IS NULL")
    op.build_index(
        "ix_message_unread_organisation_id", "message", ["organisation_id", "id"], where=UNREAD
    )
    op.build_index("ix_message_unread_user_id", "message", ["user_id", "id"], where=UNREAD)
    op.build_index("ix_outbox_waiting_due_at_id", "outbox", ["kind", "due_at", "id"], where=WAITING)
    op.remove_index("ix_outbox_waiting_due_at", "outbox")
    op.build_index("ix_pool_joining", "pool", ["joining_deadline"], where="stage = 'joining'")


def downgrade() -> None:
    op.drop_index("ix_pool_joining", "pool")
    op.build_index("ix_outbox_waiting_due_at", "outbox", ["kind", "due_at"], where=WAITING)
    op.drop_index("ix_outbox_waiting_due_at_id", "outbox")
    op.drop_index("ix_message_unread_user_id", "message")
    op.drop_index("ix_message_unread_organisation_id", "message")
    op.drop_index("ix_enquiry_open", "enquiry")
    op.drop_index("ix_demand_organisation_id_released_at", "demand")
    op.drop_index("ix_call_for_demands_area_id", "call_for_demands")
