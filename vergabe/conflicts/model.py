"""Tables of conflicts of interest: what people declared, and what followed from it."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.conflicts.rules import Kind
from vergabe.db import Instant, Model, Serial, append_only

_KINDS = ", ".join(f"'{kind}'" for kind in Kind)


class ConflictEntry(Model):
    """Something said about a person and a procedure; the entries in their order say what counts.

    user_id: whom it is about; None: the operator of the platform (no login), or everybody with
    kind `renewal`.
    """

    __tablename__ = "conflict_entry"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("kind = 'none' OR text <> ''", name="text_says_why"),
        CheckConstraint(
            "kind IN ('none', 'conflict', 'renewal') OR user_id IS NOT NULL", name="about_somebody"
        ),
        Index("ix_conflict_entry_pool_id_user_id", "pool_id", "user_id"),
    )

    id: Mapped[Serial]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    """For whom the person was acting when declaring."""
    person_name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, default="")
    """The conflict, the measures, or the reason."""
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[Instant]


append_only(ConflictEntry)
