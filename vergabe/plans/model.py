"""Tables of plans: the wishes of a timetable, and milestones that people set themselves."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.cooperations.model import TaskArea
from vergabe.db import Day, Id, Instant, JsonDict, Model, Name


class TimetableWish(Model):
    """What people wish for the timetable of a pool, or of one of its tenders.

    choices: the entries of wishes.Wishes by name; days as ISO texts. Everything else of a timetable
    is computed when asked.
    """

    __tablename__ = "timetable_wish"
    __table_args__ = (
        Index(
            "uq_timetable_wish_pool_id",
            "pool_id",
            unique=True,
            sqlite_where=text("tender_id IS NULL"),
            postgresql_where=text("tender_id IS NULL"),
        ),
        Index("uq_timetable_wish_tender_id", "tender_id", unique=True),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    tender_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tender.id"))
    choices: Mapped[JsonDict]
    saved_at: Mapped[Instant]
    saved_by_name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Milestone(Model):
    """Something that people of a cooperation plan for a day; pool_id: of one project.

    kind: see rules.Kind. before_step: key of the step of the project's timetable that cannot end
    before this is done. agreed_on starts reminders; done_on ends them.
    """

    __tablename__ = "milestone"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('invitation', 'survey', 'workshop', 'draft', 'resolution', 'signing', "
            "'handover', 'other')",
            name="kind_known",
        ),
        CheckConstraint("wished_on IS NOT NULL OR agreed_on IS NOT NULL", name="has_day"),
        CheckConstraint("before_step IS NULL OR pool_id IS NOT NULL", name="step_has_pool"),
        CheckConstraint(
            "(dropped_at IS NULL) = (dropped_reason IS NULL)", name="dropped_has_reason"
        ),
        CheckConstraint("done_on IS NULL OR dropped_at IS NULL", name="one_end"),
        Index("ix_milestone_cooperation_id_id", "cooperation_id", "id"),
        Index("ix_milestone_pool_id", "pool_id"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    pool_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("pool.id"))
    area_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task_area.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """Who is responsible."""
    kind: Mapped[str] = mapped_column(String(20), default="other")
    title: Mapped[Name]
    note: Mapped[str] = mapped_column(Text, default="")
    before_step: Mapped[str | None] = mapped_column(String(20))
    wished_on: Mapped[Day | None]
    agreed_on: Mapped[Day | None]
    done_on: Mapped[Day | None]
    dropped_at: Mapped[Instant | None]
    dropped_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Instant]
    created_by_name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship()
    area: Mapped[TaskArea | None] = relationship()
