"""Tables of other authorities' notices, the procedures they are about, and their comparison."""

from __future__ import annotations

import uuid

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.db import Day, Id, Instant, JsonDict, JsonList, LongText, Model, Name, Sha256


class ProcedureGroup(Model):
    """Notices of one procedure, wherever they stood: what a search finds.

    All but the id follows from its notices and is written anew when they change.
    """

    __tablename__ = "procedure_group"
    __table_args__ = (
        CheckConstraint("notice_count >= 0", name="notice_count_not_negative"),
        Index("ix_procedure_group_shown_on_id", "shown_on", "id"),
        Index("ix_procedure_group_deadline", "deadline"),
        Index(
            "ix_procedure_group_not_listed",
            "id",
            sqlite_where=text("NOT is_listed"),
            postgresql_where=text("NOT is_listed"),
        ),
    )

    id: Mapped[Id]
    shown_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    """The notice whose title and page stand for all; no foreign key, for it points back here."""
    shown_on: Mapped[Day]
    """Legal day of the latest notice; lists are in its order."""
    title: Mapped[Name]
    summary: Mapped[LongText]
    buyer_names: Mapped[JsonList]
    cpv: Mapped[str | None] = mapped_column(String(8))
    nature: Mapped[str | None] = mapped_column(String(40))
    deadline: Mapped[Instant | None]
    deadline_is_day: Mapped[bool]
    is_awarded: Mapped[bool]
    is_cancelled: Mapped[bool]
    is_planning: Mapped[bool]
    notice_count: Mapped[int]
    places: Mapped[JsonList]
    """Where it stands: objects with `source`, `notice_id`, `url`, one per source."""
    is_listed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """The directory knows it; the sweep for those that it misses reads only the others."""


class StoredNotice(Model):
    """A notice of another authority, in one version, as it was read."""

    __tablename__ = "foreign_notice"
    __table_args__ = (
        UniqueConstraint("source", "source_id", "version"),
        CheckConstraint("origin IN ('xml', 'record')", name="origin_known"),
        CheckConstraint("version BETWEEN 1 AND 99", name="version_in_range"),
    )

    id: Mapped[Id]
    group_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("procedure_group.id"), index=True)
    source: Mapped[str] = mapped_column(String(40))
    source_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    is_current: Mapped[bool]
    """The highest version of this notice: the one that counts for search and comparison."""
    origin: Mapped[str] = mapped_column(String(10))
    facts: Mapped[JsonDict]
    """`ForeignNotice.as_dict`."""
    facts_sha256: Mapped[Sha256]
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    """The XML as it was read; none for records of portals."""
    title: Mapped[Name]
    published_on: Mapped[Day | None] = mapped_column(Date)
    read_at: Mapped[Instant]
    group: Mapped[ProcedureGroup] = relationship()


class ComparisonKey(Model):
    """A key under which a current notice is compared with others (`blocking`)."""

    __tablename__ = "foreign_notice_key"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    notice_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("foreign_notice.id"), primary_key=True, index=True
    )
    is_exact: Mapped[bool]
