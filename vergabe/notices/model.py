"""Tables of notices and their documents."""

from __future__ import annotations

import uuid

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.db import (
    Cents,
    Id,
    Instant,
    JsonList,
    LongText,
    Model,
    Name,
    Sha256,
    append_only,
)
from vergabe.tenders.model import Tender


class Notice(Model):
    """A notice of a tender: drafted → checked → sent → published; rejected."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("notice_uuid", "version_number"),
        UniqueConstraint("feed_sequence"),
        UniqueConstraint("tender_id", "tender_version", "kind"),
        CheckConstraint(
            "kind IN ('contract_notice', 'change_notice', 'cancellation_notice')",
            name="kind_known",
        ),
        CheckConstraint(
            "stage IN ('drafted', 'checked', 'sent', 'published', 'rejected')", name="stage_known"
        ),
        CheckConstraint(
            "stage <> 'published' OR (published_at IS NOT NULL AND feed_sequence IS NOT NULL)",
            name="published_has_place",
        ),
        CheckConstraint(
            "(stage = 'rejected') = (rejected_at IS NOT NULL)", name="rejected_has_instant"
        ),
        CheckConstraint("version_number BETWEEN 1 AND 99", name="version_two_digits"),
        Index("ix_notice_stage_submission_deadline", "stage", "submission_deadline"),
        Index(
            "ix_notice_current",
            "feed_sequence",
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        Index(
            "ix_notice_not_listed",
            "id",
            sqlite_where=text("is_current AND stage = 'published' AND NOT is_listed"),
            postgresql_where=text("is_current AND stage = 'published' AND NOT is_listed"),
        ),
    )

    id: Mapped[Id]
    notice_uuid: Mapped[uuid.UUID]
    """UUID version 4 (BT-701); a rejected notice and its corrected version share it."""
    version_number: Mapped[int] = mapped_column(default=1, server_default="1")
    """BT-757: rises with each submission of the same notice id."""
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    tender_version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    stage: Mapped[str] = mapped_column(String(20))
    previous_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("notice.id"))
    is_current: Mapped[bool]
    """The latest notice of its tender: the one a search finds."""
    title: Mapped[Name]
    summary: Mapped[LongText]
    buyer_names: Mapped[JsonList]
    cpv: Mapped[str] = mapped_column(String(8))
    nature: Mapped[str] = mapped_column(String(20))
    estimated_value_net_cents: Mapped[Cents | None]
    submission_deadline: Mapped[Instant | None]
    created_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    published_at: Mapped[Instant | None]
    """When it became public here."""
    rejected_at: Mapped[Instant | None]
    """When the outside, its rules or a person stopped it before it was public."""
    must_wait: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Not public here before the Publications Office (§ 40 (3) VgV)."""
    feed_sequence: Mapped[int | None] = mapped_column(BigInteger)
    """Place in the feed, taken as the last thing before the commit, under a lock."""
    is_listed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The directory knows it; the sweep for those that it misses reads only the others."""
    tender: Mapped[Tender] = relationship()
    documents: Mapped[list[NoticeDocument]] = relationship(back_populates="notice")


class NoticeDocument(Model):
    """A document of a notice in one format; stored once and for ever."""

    __tablename__ = "notice_document"
    __table_args__ = (
        UniqueConstraint("notice_id", "format"),
        CheckConstraint("format IN ('xvergabe', 'eforms', 'ocds', 'pdf')", name="format_known"),
    )

    id: Mapped[Id]
    notice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notice.id"))
    format: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(100))
    file_sha256: Mapped[Sha256] = mapped_column(ForeignKey("stored_file.sha256"))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Instant]
    notice: Mapped[Notice] = relationship(back_populates="documents")


class FeedCounter(Model):
    """The last place given out in a feed; its row is the lock that makes places follow commits."""

    __tablename__ = "feed_counter"

    feed: Mapped[str] = mapped_column(String(20), primary_key=True)
    last_sequence: Mapped[int] = mapped_column(BigInteger, default=0)


append_only(NoticeDocument)
