"""Table of the procedures that an outage touched, and what was decided about each."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import Id, Instant, Model
from vergabe.tenders.model import Tender
from vergabe.uptime.model import Outage


class OutageCase(Model):
    """One procedure near one outage: open → extended, kept (no extension), superseded.

    submission_deadline, enquiries_deadline: as they were when it was found. reason: why nothing is
    extended, or why a deadline that was over was opened anew, or what overtook it.
    """

    __tablename__ = "outage_case"
    __table_args__ = (
        UniqueConstraint("outage_id", "tender_id"),
        CheckConstraint("state IN ('open', 'extended', 'kept', 'superseded')", name="state_known"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_has_instant"),
        CheckConstraint("state <> 'kept' OR reason IS NOT NULL", name="kept_has_reason"),
        CheckConstraint(
            "(state = 'extended') = (notice_id IS NOT NULL)", name="extended_by_notice"
        ),
        Index("ix_outage_case_tender_id", "tender_id"),
        Index(
            "ix_outage_case_open",
            "remind_at",
            sqlite_where=sql("state = 'open'"),
            postgresql_where=sql("state = 'open'"),
        ),
    )

    id: Mapped[Id]
    outage_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("outage.id"))
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """The lead of the procedure."""
    submission_deadline: Mapped[Instant]
    enquiries_deadline: Mapped[Instant | None]
    state: Mapped[str] = mapped_column(String(20), default="open")
    created_at: Mapped[Instant]
    remind_at: Mapped[Instant]
    """When its officers are told (again), as long as it is open."""
    reminder_count: Mapped[int] = mapped_column(Integer, default=0)
    decided_at: Mapped[Instant | None]
    decided_by_name: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(Text)
    notice_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("notice.id"))
    outage: Mapped[Outage] = relationship()
    tender: Mapped[Tender] = relationship()
    organisation: Mapped[Organisation] = relationship()
