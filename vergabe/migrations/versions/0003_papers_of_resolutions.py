"""The one document of a resolution becomes the first of its papers.

It keeps its readers: those of a public resolution stay public, others stay with the municipality.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A paper takes the id of its resolution: ids are unique over both tables.
MOVE = """
INSERT INTO resolution_paper
    (id, resolution_id, kind, classification, roles, file_sha256, file_name, recorded_at)
SELECT id, id, 'extract', CASE WHEN is_public THEN 'public' ELSE 'own' END, '[]', file_sha256,
    file_name, recorded_at
FROM resolution WHERE file_sha256 IS NOT NULL
"""
MOVE_BACK = """
UPDATE resolution SET (file_sha256, file_name) =
    (SELECT file_sha256, file_name FROM resolution_paper
     WHERE resolution_paper.resolution_id = resolution.id ORDER BY recorded_at, id LIMIT 1)
WHERE id IN (SELECT resolution_id FROM resolution_paper)
"""


def upgrade() -> None:
    op.execute(sa.text(MOVE))


def downgrade() -> None:
    op.execute(sa.text(MOVE_BACK))
    # The older version knows one document a resolution and no list of who opened which.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE paper_opening DISABLE TRIGGER USER")
    else:
        op.execute("DROP TRIGGER paper_opening_keeps_delete")
    op.execute("DELETE FROM paper_opening")
    op.execute("DELETE FROM resolution_paper")
