"""Tables of signs of life, what failed meanwhile, outages and planned maintenance.

Minutes are counted since 1 January 1970 UTC: whole numbers, for they are many.
"""

from __future__ import annotations

import uuid

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import Day, Id, Instant, JsonDict, Model, Serial, append_only


class Heartbeat(Model):
    """A minute in which some process of a kind did its work; the first one of the minute signs.

    kind: `web`, `worker`, `pause` (a web process in maintenance mode). Two rows a minute, about a
    million a year; never changed, so that a gap says something.
    """

    __tablename__ = "heartbeat"
    __table_args__ = (
        CheckConstraint("kind IN ('web', 'worker', 'pause')", name="kind_known"),
        CheckConstraint("minute > 0", name="minute_positive"),
    )

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    minute: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class FaultMinute(Model):
    """What one process saw fail in one minute; written when the database is there again.

    what: `http` (answers 5xx of ours), `database`, `files`; process: machine and process id.
    """

    __tablename__ = "fault_minute"
    __table_args__ = (
        UniqueConstraint("minute", "process", "what"),
        CheckConstraint("what IN ('http', 'database', 'files')", name="what_known"),
        CheckConstraint("request_count >= 0 AND failure_count > 0", name="counts_say_something"),
    )

    id: Mapped[Serial]
    minute: Mapped[int] = mapped_column(Integer)
    process: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(10))
    request_count: Mapped[int] = mapped_column(Integer)
    failure_count: Mapped[int] = mapped_column(Integer)


class Outage(Model):
    """A time in which the service could not be used, found from minutes or recorded by somebody.

    cause: `silence` (no web process signed), `faults` (it answered with errors), `maintenance`,
    `outside` (seen by a person: proxy, network, TED). organisation_id: whose procedures alone it
    concerns, None: everybody's. key: what makes it the same for two workers. ended_at None: goes
    on. examined_at: when the procedures near it were looked for; None: they have to be (again).
    """

    __tablename__ = "outage"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint(
            "cause IN ('silence', 'faults', 'maintenance', 'outside')", name="cause_known"
        ),
        CheckConstraint("ended_at IS NULL OR ended_at > began_at", name="ends_after_begin"),
        CheckConstraint("(file_sha256 IS NULL) = (file_name IS NULL)", name="file_has_name"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_has_reason"
        ),
        Index("ix_outage_began_at", "began_at"),
        Index(
            "ix_outage_unexamined",
            "began_at",
            sqlite_where=text("examined_at IS NULL"),
            postgresql_where=text("examined_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(80))
    cause: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(20), default="")
    """Of those seen outside: `proxy`, `network`, `ted`, `other`."""
    began_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    note: Mapped[str] = mapped_column(Text, default="")
    """What happened, in sentences; of maintenance: its announced reason."""
    evidence: Mapped[JsonDict]
    """What proves it: last and first minute signed, counts of errors, what a person has seen."""
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    """A log or picture that a person gave as evidence."""
    file_name: Mapped[str | None] = mapped_column(String(255))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    recorded_at: Mapped[Instant]
    recorded_by_name: Mapped[str] = mapped_column(String(200))
    examined_at: Mapped[Instant | None]
    withdrawn_at: Mapped[Instant | None]
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    organisation: Mapped[Organisation | None] = relationship()


class MaintenanceWindow(Model):
    """Maintenance: announced, begun, ended; or called off. Instants aware UTC."""

    __tablename__ = "maintenance_window"
    __table_args__ = (
        CheckConstraint("planned_until > planned_from", name="ends_after_begin"),
        CheckConstraint("ended_at IS NULL OR began_at IS NOT NULL", name="ended_has_begun"),
        CheckConstraint("called_off_at IS NULL OR began_at IS NULL", name="called_off_before"),
        Index(
            "ix_maintenance_window_open",
            "planned_from",
            sqlite_where=text("ended_at IS NULL AND called_off_at IS NULL"),
            postgresql_where=text("ended_at IS NULL AND called_off_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    planned_from: Mapped[Instant]
    planned_until: Mapped[Instant]
    reason: Mapped[str] = mapped_column(String(400))
    """Told to everybody."""
    although: Mapped[str | None] = mapped_column(Text)
    """Why it could not wait although a deadline was near."""
    announced_at: Mapped[Instant]
    announced_by_name: Mapped[str] = mapped_column(String(200))
    began_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    called_off_at: Mapped[Instant | None]


class UptimeState(Model):
    """How far minutes have been looked at, and sealed: one row, which is also the lock."""

    __tablename__ = "uptime_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    examined_minute: Mapped[int] = mapped_column(Integer)
    """The last minute signed by a web process up to which gaps have been found."""
    sealed_on: Mapped[Day | None] = mapped_column(Date)
    """The last legal day whose minutes are fixed in the record."""


append_only(Heartbeat)
append_only(FaultMinute)
