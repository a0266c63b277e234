"""Tables of council papers: only what people add; everything else is made from the facts."""

from __future__ import annotations

import uuid

from sqlalchemy import Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import Cents, Day, Id, Instant, LongText, Model, Name
from vergabe.pools.model import Pool


class ProjectTexts(Model):
    """What the coordinator adds to the papers of all members of a pool."""

    __tablename__ = "council_paper_project"

    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"), primary_key=True)
    facts: Mapped[LongText] = mapped_column(default="")
    strategy: Mapped[LongText] = mapped_column(default="")
    inclusion: Mapped[LongText] = mapped_column(default="")
    annexes: Mapped[LongText] = mapped_column(default="")
    """One annex a line."""
    updated_at: Mapped[Instant]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    pool: Mapped[Pool] = relationship()


class MemberTexts(Model):
    """What a member adds to its own paper; empty texts leave what is generated."""

    __tablename__ = "council_paper_member"
    __table_args__ = (UniqueConstraint("pool_id", "organisation_id"),)

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    paper_number: Mapped[str] = mapped_column(String(100), default="")
    department: Mapped[Name] = mapped_column(default="")
    body: Mapped[str] = mapped_column(String(200), default="")
    """The body, where it is not the one of the member's chain."""
    meeting_on: Mapped[Day | None]
    item_number: Mapped[str] = mapped_column(String(100), default="")
    is_public: Mapped[bool] = mapped_column(Boolean)
    budget_line: Mapped[Name] = mapped_column(default="")
    maximum_net_cents: Mapped[Cents | None]
    """What the council is asked for; None: the value of the member's demands."""
    facts: Mapped[LongText] = mapped_column(default="")
    vat_remark: Mapped[LongText] = mapped_column(default="")
    strategy: Mapped[LongText] = mapped_column(default="")
    inclusion: Mapped[LongText] = mapped_column(default="")
    resolution: Mapped[LongText] = mapped_column(default="")
    """Further points of the proposed resolution, one a line."""
    annexes: Mapped[LongText] = mapped_column(default="")
    updated_at: Mapped[Instant]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    pool: Mapped[Pool] = relationship()
    organisation: Mapped[Organisation] = relationship()
