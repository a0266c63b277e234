"""Table of task areas that are excluded on purpose, for one member or for all."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.cooperations.model import Member, TaskArea
from vergabe.db import Day, Id, Instant, Model


class AreaExclusion(Model):
    """An area left out with a reason (days inclusive); member_id None: for the whole cooperation.

    While it counts nobody concerned brings demands; depths of participation stay on file and count
    again when it is lifted. One that was lifted before its first day ends before it begins.
    """

    __tablename__ = "area_exclusion"
    __table_args__ = (Index("ix_area_exclusion_area_id", "area_id"),)

    id: Mapped[Id]
    area_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task_area.id"))
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    valid_from: Mapped[Day]
    valid_to: Mapped[Day | None]
    reason: Mapped[str] = mapped_column(Text)
    business_case: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Why the area does not pay off: figures, sources."""
    lifted_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    recorded_at: Mapped[Instant]
    area: Mapped[TaskArea] = relationship()
    member: Mapped[Member | None] = relationship()
