"""Tables of deciding bodies and the days on which they meet."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import Day, Id, Instant, Model


class Body(Model):
    """A body (Gremium) of a municipality, whichever cooperation it decides in.

    position: the order in which pages list the bodies. kind: see rules.Kind. active_from and
    active_to: first and last day (inclusive) on which it exists; empty: without limit.
    """

    __tablename__ = "body"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        CheckConstraint("kind IN ('council', 'committee', 'office', 'other')", name="kind_known"),
        CheckConstraint(
            "active_to IS NULL OR active_from IS NULL OR active_to >= active_from",
            name="days_in_order",
        ),
    )

    id: Mapped[Id]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20), default="other")
    position: Mapped[int]
    active_from: Mapped[Day | None]
    active_to: Mapped[Day | None]
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship()
    meetings: Mapped[list[Meeting]] = relationship(back_populates="body", order_by="Meeting.day")


class Meeting(Model):
    """A day on which a body meets; papers_due_on: last day on which papers may be handed in."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("body_id", "day"),
        CheckConstraint("papers_due_on IS NULL OR papers_due_on <= day", name="papers_before"),
    )

    id: Mapped[Id]
    body_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("body.id"))
    day: Mapped[Day]
    papers_due_on: Mapped[Day | None]
    body: Mapped[Body] = relationship(back_populates="meetings")
