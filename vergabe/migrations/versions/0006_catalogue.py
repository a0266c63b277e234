"""The public catalogue, filled by the worker; what it replaces goes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "catalogue_entry",
        sa.Column("number", SERIAL, nullable=False),
        sa.Column("origin", sa.String(length=5), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("feed_id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("buyer_names", JSON_VALUE, nullable=False),
        sa.Column("sources", JSON_VALUE, nullable=False),
        sa.Column("cpv", JSON_VALUE, nullable=False),
        sa.Column("nuts", JSON_VALUE, nullable=False),
        sa.Column("nature", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("value_net_cents", sa.BigInteger(), nullable=True),
        sa.Column("deadline", INSTANT, nullable=True),
        sa.Column("deadline_is_day", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("is_joint", sa.Boolean(), nullable=False),
        sa.Column("shown_on", sa.Date(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("title_words", sa.LargeBinary(), nullable=False),
        sa.Column("other_words", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "origin IN ('own', 'other')", name=op.f("ck_catalogue_entry_origin_known")
        ),
        sa.CheckConstraint(
            "stage IN ('planned', 'running', 'awarded', 'cancelled')",
            name=op.f("ck_catalogue_entry_stage_known"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalogue_entry")),
        sa.UniqueConstraint("origin", "sequence", name=op.f("uq_catalogue_entry_origin_sequence")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_catalogue_entry_subject_id")),
    )
    op.create_index("ix_catalogue_entry_reference", "catalogue_entry", ["reference"], unique=False)

    op.create_table(
        "catalogue_state",
        sa.Column("origin", sa.String(length=5), nullable=False),
        sa.Column("life", sa.Uuid(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_catalogue_state")),
    )
    op.create_table(
        "catalogue_word",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalogue_word")),
        sa.UniqueConstraint("word", name=op.f("uq_catalogue_word_word")),
    )
    op.drop_table("procedure_group_code")
    op.drop_table("notice_term")
    op.drop_table("notice_code")
    op.drop_table("procedure_group_term")
    with op.batch_alter_table("notice") as batch:
        batch.add_column(
            sa.Column("is_listed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch.create_index(
            "ix_notice_not_listed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("is_current AND stage = 'published' AND NOT is_listed"),
            postgresql_where=sa.text("is_current AND stage = 'published' AND NOT is_listed"),
        )

    with op.batch_alter_table("procedure_group") as batch:
        batch.add_column(
            sa.Column("is_listed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch.create_index(
            "ix_procedure_group_not_listed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("NOT is_listed"),
            postgresql_where=sa.text("NOT is_listed"),
        )


def downgrade() -> None:
    with op.batch_alter_table("procedure_group") as batch:
        batch.drop_index(
            "ix_procedure_group_not_listed",
            sqlite_where=sa.text("NOT is_listed"),
            postgresql_where=sa.text("NOT is_listed"),
        )
        batch.drop_column("is_listed")

    with op.batch_alter_table("notice") as batch:
        batch.drop_index(
            "ix_notice_not_listed",
            sqlite_where=sa.text("is_current AND stage = 'published' AND NOT is_listed"),
            postgresql_where=sa.text("is_current AND stage = 'published' AND NOT is_listed"),
        )
        batch.drop_column("is_listed")

    op.create_table(
        "procedure_group_term",
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["procedure_group.id"],
            name=op.f("fk_procedure_group_term_group_id_procedure_group"),
        ),
        sa.PrimaryKeyConstraint("term", "group_id", name=op.f("pk_procedure_group_term")),
    )
    op.create_index(
        op.f("ix_procedure_group_term_group_id"), "procedure_group_term", ["group_id"], unique=False
    )

    op.create_table(
        "notice_code",
        sa.Column("scheme", sa.String(length=4), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("scheme IN ('cpv', 'nuts')", name=op.f("ck_notice_code_scheme_known")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_code_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("scheme", "code", "notice_id", name=op.f("pk_notice_code")),
    )
    op.create_index(op.f("ix_notice_code_notice_id"), "notice_code", ["notice_id"], unique=False)

    op.create_table(
        "notice_term",
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_term_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("term", "notice_id", name=op.f("pk_notice_term")),
    )
    op.create_index(op.f("ix_notice_term_notice_id"), "notice_term", ["notice_id"], unique=False)

    op.create_table(
        "procedure_group_code",
        sa.Column("scheme", sa.String(length=4), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "scheme IN ('cpv', 'nuts')", name=op.f("ck_procedure_group_code_scheme_known")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["procedure_group.id"],
            name=op.f("fk_procedure_group_code_group_id_procedure_group"),
        ),
        sa.PrimaryKeyConstraint("scheme", "code", "group_id", name=op.f("pk_procedure_group_code")),
    )
    op.create_index(
        op.f("ix_procedure_group_code_group_id"), "procedure_group_code", ["group_id"], unique=False
    )

    op.drop_table("catalogue_word")
    op.drop_table("catalogue_state")
    op.drop_table("catalogue_entry")
