"""Table of procurement by-laws: versions that are ended or replaced, never edited."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import Cents, Day, Id, Instant, Model, Name, guard

LIMIT_COLUMNS = (
    "direct_max_net_cents",
    "negotiated_wo_call_max_net_cents",
    "restricted_wo_call_max_net_cents",
    "freehand_max_net_cents",
    "ex_ante_from_net_cents",
    "ex_post_from_net_cents",
)
NUMBER_COLUMNS = ("minimum_tender_days", "minimum_participation_days", "required_quotes")


class ProcurementBylaw(Model):
    """A version of a municipality's procurement by-law (Vergabesatzung, § 75a (2) GO NRW).

    Days are inclusive; amounts net, and the limit itself is still allowed; what the by-law does not
    name stays empty. A version that was recorded wrongly is replaced by another one: replaced_at,
    replacement_reason and replaced_by_id say so, and it counts no more.
    """

    __tablename__ = "procurement_bylaw"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days_in_order"),
        CheckConstraint("(file_sha256 IS NULL) = (file_name IS NULL)", name="file_has_name"),
        CheckConstraint(
            "(replaced_at IS NULL) = (replaced_by_id IS NULL) "
            "AND (replaced_at IS NULL) = (replacement_reason IS NULL)",
            name="replaced_has_reason",
        ),
        *(
            CheckConstraint(f"{name} IS NULL OR {name} >= 0", name=f"{name}_not_negative")
            for name in LIMIT_COLUMNS
        ),
        *(
            CheckConstraint(f"{name} IS NULL OR {name} > 0", name=f"{name}_positive")
            for name in NUMBER_COLUMNS
        ),
        Index("ix_procurement_bylaw_organisation_id", "organisation_id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    title: Mapped[Name]
    adopted_on: Mapped[Day]
    valid_from: Mapped[Day]
    valid_to: Mapped[Day | None]
    direct_max_net_cents: Mapped[Cents | None]
    negotiated_wo_call_max_net_cents: Mapped[Cents | None]
    restricted_wo_call_max_net_cents: Mapped[Cents | None]
    freehand_max_net_cents: Mapped[Cents | None]
    ex_ante_from_net_cents: Mapped[Cents | None]
    ex_post_from_net_cents: Mapped[Cents | None]
    minimum_tender_days: Mapped[int | None]
    minimum_participation_days: Mapped[int | None]
    required_quotes: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[Instant]
    replaced_at: Mapped[Instant | None]
    replacement_reason: Mapped[str | None] = mapped_column(Text)
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("procurement_bylaw.id"))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship()


# What a published procedure went by can be looked up for ever: the database itself refuses edits.
guard(
    ProcurementBylaw,
    (
        *("organisation_id", "number", "title", "adopted_on", "valid_from"),
        *LIMIT_COLUMNS,
        *NUMBER_COLUMNS,
        "note",
    ),
)
