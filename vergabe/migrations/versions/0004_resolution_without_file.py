"""A resolution no longer has a document of its own: its papers have.

Columns usually go one release after the code that used them; nobody has run a release between.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_resolution_file_sha256_stored_file"
CHECK = "ck_resolution_file_has_name"


def upgrade() -> None:
    with op.batch_alter_table("resolution") as batch:
        batch.drop_constraint(op.f(CHECK), type_="check")
        batch.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
        batch.drop_column("file_sha256")
        batch.drop_column("file_name")


def downgrade() -> None:
    with op.batch_alter_table("resolution") as batch:
        batch.add_column(sa.Column("file_sha256", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("file_name", sa.String(length=200), nullable=True))
        batch.create_foreign_key(op.f(FOREIGN_KEY), "stored_file", ["file_sha256"], ["sha256"])
        batch.create_check_constraint(
            op.f(CHECK), sa.text("(file_sha256 IS NULL) = (file_name IS NULL)")
        )
