"""Tables of bidder questions and answers."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import Id, Instant, JsonList, Model


class Enquiry(Model):
    """A question of somebody who may bid; who asked is known to the lead's officers alone."""

    __tablename__ = "enquiry"
    __table_args__ = (
        CheckConstraint(
            "(organisation_id IS NULL) <> (address IS NULL)", name="organisation_or_address"
        ),
        Index("ix_enquiry_tender_id", "tender_id", "asked_at"),
        Index(
            "ix_enquiry_open",
            "tender_id",
            sqlite_where=sql("answer_id IS NULL"),
            postgresql_where=sql("answer_id IS NULL"),
        ),
    )

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    address: Mapped[str | None] = mapped_column(String(254))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[Instant]
    is_timely: Mapped[bool]
    """Asked before the deadline for questions as it was then; it may have been extended since."""
    answer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("answer.id"))
    organisation: Mapped[Organisation | None] = relationship()
    answer: Mapped[Answer | None] = relationship(back_populates="enquiries")


class Answer(Model):
    """An answer to one or several questions, told to everybody in the same words."""

    __tablename__ = "answer"
    __table_args__ = (
        Index("ix_answer_tender_id", "tender_id", "published_at"),
        Index("ix_answer_published_at", "published_at"),
    )

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    question_text: Mapped[str] = mapped_column(Text)
    """The question as the public reads it, without anything that shows who asked."""
    text: Mapped[str] = mapped_column(Text)
    published_at: Mapped[Instant]
    answered_by_name: Mapped[str] = mapped_column(String(200))
    warnings: Mapped[JsonList]
    """What law said about the instant of answering (§ 20 (3) VgV)."""
    enquiries: Mapped[list[Enquiry]] = relationship(back_populates="answer")


class AnswerDraft(Model):
    """An answer that an officer has begun; any officer of the lead may go on with it."""

    __tablename__ = "answer_draft"
    __table_args__ = (Index("ix_answer_draft_tender_id", "tender_id"),)

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    enquiry_ids: Mapped[JsonList]
    """Ids of the questions that it is to answer, as text."""
    question_text: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[Instant]
    saved_by_name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
