"""Tables of the record: the head of each chain, and its entries."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import Id, Instant, JsonDict, Model, Sha256, append_only


class RecordChain(Model):
    """The head of a chain; its row is locked while an entry is appended."""

    __tablename__ = "record_chain"

    stream: Mapped[str] = mapped_column(String(120), primary_key=True)
    last_sequence: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[Sha256]


class RecordEntry(Model):
    """One act. Never changed, never deleted: the database itself refuses it."""

    __tablename__ = "record_entry"
    __table_args__ = (
        UniqueConstraint("stream", "sequence"),
        CheckConstraint("sequence >= 1", name="sequence_from_one"),
        Index("ix_record_entry_subject_id", "subject_id"),
    )

    id: Mapped[Id]
    stream: Mapped[str] = mapped_column(ForeignKey("record_chain.stream"))
    sequence: Mapped[int]
    at: Mapped[Instant]
    actor_name: Mapped[str] = mapped_column(String(200))
    actor_user_id: Mapped[uuid.UUID | None]
    organisation_id: Mapped[uuid.UUID | None]
    organisation_name: Mapped[str] = mapped_column(String(400))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[uuid.UUID | None]
    summary: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[JsonDict]
    previous_hash: Mapped[Sha256]
    entry_hash: Mapped[Sha256]


append_only(RecordEntry)
