"""Tables of deadlines and their reminders."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation, User
from vergabe.db import Id, Instant, JsonDict, Model, Name


class Deadline(Model):
    """A deadline of a procedure, a pool or a call; running, met, missed (by time) or lifted."""

    __tablename__ = "deadline"
    __table_args__ = (
        CheckConstraint(
            "subject_kind IN ('tender', 'pool', 'call', 'milestone')", name="subject_known"
        ),
        CheckConstraint("source IN ('law', 'person')", name="source_known"),
        CheckConstraint("met_at IS NULL OR lifted_at IS NULL", name="one_end"),
        Index(
            "uq_deadline_running",
            "subject_id",
            "kind",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index(
            "ix_deadline_running_due_at",
            "due_at",
            sqlite_where=text("lifted_at IS NULL AND met_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL AND met_at IS NULL"),
        ),
        Index("ix_deadline_organisation_id_due_at", "organisation_id", "due_at"),
        Index("ix_deadline_cooperation_id_due_at", "cooperation_id", "due_at"),
    )

    id: Mapped[Id]
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[uuid.UUID]
    subject_reference: Mapped[str] = mapped_column(String(40))
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    kind: Mapped[str] = mapped_column(String(40))
    """submission, enquiries, answers, opening, bid_validity, joining, call …"""
    title: Mapped[Name]
    due_at: Mapped[Instant]
    """First instant that is too late."""
    source: Mapped[str] = mapped_column(String(10))
    law: Mapped[str | None] = mapped_column(String(200))
    calculation: Mapped[JsonDict]
    """The law result behind it: rule, table row, inputs, steps."""
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """Who is responsible."""
    responsible_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    substitute_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Instant]
    met_at: Mapped[Instant | None]
    lifted_at: Mapped[Instant | None]
    lifted_reason: Mapped[str | None] = mapped_column(Text)
    organisation: Mapped[Organisation] = relationship()
    responsible: Mapped[User | None] = relationship(foreign_keys=[responsible_id])
    substitute: Mapped[User | None] = relationship(foreign_keys=[substitute_id])
    reminders: Mapped[list[Reminder]] = relationship(
        back_populates="deadline", order_by="Reminder.days_before.desc()"
    )


class Reminder(Model):
    """One reminder before a deadline; sent at most once."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("deadline_id", "days_before"),
        CheckConstraint("days_before >= 0", name="days_not_negative"),
        Index(
            "ix_reminder_waiting",
            "remind_at",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deadline.id"))
    days_before: Mapped[int]
    remind_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    deadline: Mapped[Deadline] = relationship(back_populates="reminders")
