"""Table of checks that somebody asked for: official rules on a draft's notice, in the worker."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.db import Id, Instant, JsonList, Model
from vergabe.tenders.model import Tender


class DraftCheck(Model):
    """A check that was asked for: waiting → done; the newest of a tender is shown."""

    __tablename__ = "draft_check"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done')", name="state_known"),
        CheckConstraint("(state = 'done') = (checked_at IS NOT NULL)", name="done_has_instant"),
        Index(
            "uq_draft_check_waiting",
            "tender_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_draft_check_tender_id_asked_at", "tender_id", "asked_at"),
    )

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_at: Mapped[Instant]
    asked_by_name: Mapped[str] = mapped_column(String(200))
    seen: Mapped[str] = mapped_column(String(40), default="")
    """Versions of tender and facts that were checked; others mean that it is outdated."""
    checked_at: Mapped[Instant | None]
    sdk_version: Mapped[str] = mapped_column(String(40), default="")
    findings: Mapped[JsonList]
    """As `Finding.to_dict`, folded and in the order of our form."""
    unchecked: Mapped[JsonList]
    """German sentences on what could not be checked."""
    tender: Mapped[Tender] = relationship()
