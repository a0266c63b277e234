"""Tables of demands, their lines, calls for demands and imports."""

from __future__ import annotations

import uuid

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.collation import german_order
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.db import Cents, Day, Id, Instant, JsonList, LongText, Model, Name, Quantity
from vergabe.demands.stages import Stage

_STAGES_SQL = ", ".join(f"'{stage}'" for stage in Stage)


class CallForDemands(Model):
    """A survey of demands among the members of an area (Bedarfsabfrage); closed by time alone."""

    __tablename__ = "call_for_demands"
    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        Index("ix_call_for_demands_cooperation_id", "cooperation_id", "closes_at"),
        Index("ix_call_for_demands_area_id", "area_id", "closes_at"),
        Index("ix_call_for_demands_next_tick_at", "next_tick_at"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    area_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task_area.id"))
    title: Mapped[Name]
    text: Mapped[LongText]
    opens_at: Mapped[Instant]
    closes_at: Mapped[Instant]
    """First instant at which an answer is too late."""
    reminder_days: Mapped[JsonList]
    """Days before closing at which members without an answer are reminded."""
    next_tick_at: Mapped[Instant | None]
    """When members next hear of it (opening, reminder). Only messages hang on it, never a right."""
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Instant]
    cooperation: Mapped[Cooperation] = relationship()
    area: Mapped[TaskArea] = relationship()


class CallAnswer(Model):
    """A member's answer "no demand" (Fehlanzeige). Demands given to the call answer it as well."""

    __tablename__ = "call_answer"
    __table_args__ = (UniqueConstraint("call_id", "organisation_id"),)

    id: Mapped[Id]
    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call_for_demands.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[Instant]


class Demand(Model):
    """A need of one member for goods, services or works."""

    __tablename__ = "demand"
    __table_args__ = (
        UniqueConstraint("reference"),
        UniqueConstraint("organisation_id", "external_reference"),
        CheckConstraint(f"stage IN ({_STAGES_SQL})", name="stage_known"),
        CheckConstraint(
            "nature IS NULL OR nature IN ('supplies', 'services', 'works')", name="nature_known"
        ),
        CheckConstraint(
            "estimated_value_net_cents IS NULL OR estimated_value_net_cents > 0",
            name="value_positive",
        ),
        CheckConstraint(
            "value_net_cents IS NULL OR value_net_cents > 0", name="counted_value_positive"
        ),
        CheckConstraint("length(currency) = 3", name="currency_three_letters"),
        CheckConstraint(
            "needed_until IS NULL OR needed_from IS NULL OR needed_until >= needed_from",
            name="need_in_order",
        ),
        CheckConstraint(
            "stage IN ('draft', 'rejected', 'withdrawn') OR submitted_at IS NOT NULL",
            name="submitted_has_instant",
        ),
        CheckConstraint(
            "stage NOT IN ('released', 'pooled', 'tendered', 'awarded', 'settled') "
            "OR released_at IS NOT NULL",
            name="released_has_instant",
        ),
        CheckConstraint(
            "released_net_cents IS NULL OR released_net_cents > 0", name="budget_positive"
        ),
        Index("ix_demand_organisation_id_id", "organisation_id", "id"),
        Index("ix_demand_organisation_id_stage_id", "organisation_id", "stage", "id"),
        Index("ix_demand_cooperation_id_stage_id", "cooperation_id", "stage", "id"),
        Index("ix_demand_call_id", "call_id"),
        Index("ix_demand_organisation_id_released_at", "organisation_id", "released_at"),
        # One for each order in which the list of an organisation is offered.
        Index("ix_demand_organisation_id_title_order_id", "organisation_id", "title_order", "id"),
        Index("ix_demand_organisation_id_value_id", "organisation_id", "value_net_cents", "id"),
        Index("ix_demand_organisation_id_needed_id", "organisation_id", "needed_from", "id"),
        Index(
            "ix_demand_organisation_id_stage_submitted_id",
            *("organisation_id", "stage", "submitted_at", "id"),
        ),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40))
    """Human reference, e.g. B-DLZ-2026-00012."""
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    area_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task_area.id"))
    call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call_for_demands.id"))
    stage: Mapped[str] = mapped_column(String(20), default="draft")
    title: Mapped[Name]
    title_order: Mapped[str] = german_order("title")
    description: Mapped[LongText]
    cpv: Mapped[str] = mapped_column(String(8))
    """Eight digits; the check digit is shown with it (exchange.codes)."""
    cpv_additional: Mapped[JsonList]
    nature: Mapped[str | None] = mapped_column(String(20))
    estimated_value_net_cents: Mapped[Cents | None]
    """As the requester gave it; what counts is `value_net_cents`."""
    value_net_cents: Mapped[Cents | None]
    """What rules.value_net_cents says of estimate and lines, kept so that lists need no lines."""
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    needed_from: Mapped[Day | None]
    needed_until: Mapped[Day | None]
    nuts: Mapped[str | None] = mapped_column(String(5))
    street: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(10))
    city: Mapped[str | None] = mapped_column(String(200))
    cost_centre: Mapped[str | None] = mapped_column(String(100))
    must_haves: Mapped[LongText]
    contact: Mapped[str | None] = mapped_column(String(500))
    remarks: Mapped[LongText]
    external_reference: Mapped[str | None] = mapped_column(String(120))
    search_text: Mapped[LongText]
    """What a search looks through, casefolded: SQLite knows no capital umlauts."""
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Instant]
    submitted_at: Mapped[Instant | None]
    submitted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    released_at: Mapped[Instant | None]
    released_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    released_net_cents: Mapped[Cents | None]
    """Budget that the Kämmerei released."""
    budget_line: Mapped[str | None] = mapped_column(String(200))
    """Produktsachkonto or the like."""
    stage_reason: Mapped[str | None] = mapped_column(Text)
    """Why it was rejected or withdrawn."""
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship()
    cooperation: Mapped[Cooperation] = relationship()
    area: Mapped[TaskArea] = relationship()
    items: Mapped[list[DemandItem]] = relationship(
        back_populates="demand",
        order_by="DemandItem.position",
        cascade="all, delete-orphan",
    )


class DemandItem(Model):
    """A line (Position) of a demand."""

    __tablename__ = "demand_item"
    __table_args__ = (
        UniqueConstraint("demand_id", "position"),
        CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity_positive"),
        CheckConstraint(
            "unit_price_net_cents IS NULL OR unit_price_net_cents >= 0", name="price_not_negative"
        ),
        CheckConstraint("quantity IS NULL OR unit_code IS NOT NULL", name="quantity_has_unit"),
    )

    id: Mapped[Id]
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    position: Mapped[int]
    text: Mapped[LongText]
    quantity: Mapped[Quantity | None]
    unit_code: Mapped[str | None] = mapped_column(String(3))
    unit_price_net_cents: Mapped[Cents | None]
    demand: Mapped[Demand] = relationship(back_populates="items")


class DemandImport(Model):
    """An imported file: the same file again gives the same result and stores nothing twice."""

    __tablename__ = "demand_import"
    __table_args__ = (UniqueConstraint("cooperation_id", "organisation_id", "file_sha256"),)

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    file_sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(255))
    demand_count: Mapped[int]
    imported_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    imported_at: Mapped[Instant]


class ReferenceCounter(Model):
    """The last number given out under a prefix and year; its row is locked while counting."""

    __tablename__ = "reference_counter"

    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0)
