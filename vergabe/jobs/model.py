"""Tables of work in the background: the jobs of people, and the sign of life of the workers."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import Id, Instant, JsonDict, Model


class Job(Model):
    """Something that a person started and the worker does: waiting → running → done or not.

    user_id, organisation_id: who started it, for whom; both None for the operator. token,
    leased_until: the worker that has it, and until when without news. done, total: how far it is,
    total 0 if nobody can say.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state_known"
        ),
        CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)",
            name="finished_has_instant",
        ),
        CheckConstraint("done_count >= 0 AND total_count >= 0", name="counts_not_negative"),
        Index(
            "uq_job_open_key",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
        Index(
            "ix_job_open",
            "state",
            "id",
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
        Index("ix_job_user_id_id", "user_id", "id"),
        Index("ix_job_finished_at", "finished_at"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(400))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    arguments: Mapped[JsonDict]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    token: Mapped[str | None] = mapped_column(String(40))
    leased_until: Mapped[Instant | None]
    cancel_asked_at: Mapped[Instant | None]
    step: Mapped[str] = mapped_column(String(400), default="")
    done_count: Mapped[int] = mapped_column(Integer, default=0)
    total_count: Mapped[int] = mapped_column(Integer, default=0)
    outcome: Mapped[str] = mapped_column(Text, default="")
    """What came of it, in a German sentence; the reason, if it failed."""
    result: Mapped[JsonDict]
    """What the kind keeps of its result; `violations` if it was refused."""
    file_name: Mapped[str | None] = mapped_column(String(400))
    """Name of the file that it made, if it made one to be handed out."""
    created_at: Mapped[Instant]
    started_at: Mapped[Instant | None]
    heartbeat_at: Mapped[Instant | None]
    finished_at: Mapped[Instant | None]


class WorkerSign(Model):
    """The last sign of life of any worker: one row."""

    __tablename__ = "worker_sign"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seen_at: Mapped[Instant]
