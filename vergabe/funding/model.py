"""Tables of funding: the case of a pool, its cost lines, expenses, milestones and drawdowns.

Amounts are gross; net where a municipality can deduct the VAT, as grant law counts expenditure.
"""

from __future__ import annotations

import uuid

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.cooperations.model import Cooperation
from vergabe.db import Cents, Day, Id, Instant, JsonList, LongText, Model, Name
from vergabe.pools.model import Pool

_ALIVE = "stage NOT IN ('rejected', 'withdrawn')"


class FundingCase(Model):
    """A grant for a pool (Förderfall); at most one that is alive."""

    __tablename__ = "funding_case"
    __table_args__ = (
        CheckConstraint(
            "stage IN ('draft', 'applied', 'granted', 'rejected', 'settled', 'withdrawn')",
            name="stage_known",
        ),
        CheckConstraint(
            "stage IN ('draft', 'withdrawn') OR applied_on IS NOT NULL", name="applied_has_day"
        ),
        CheckConstraint(
            "stage NOT IN ('granted', 'settled') "
            "OR (decided_on IS NOT NULL AND granted_gross_cents IS NOT NULL)",
            name="granted_has_amount",
        ),
        CheckConstraint("stage <> 'rejected' OR decided_on IS NOT NULL", name="rejected_has_day"),
        CheckConstraint(
            "stage <> 'settled' OR (settled_on IS NOT NULL AND final_gross_cents IS NOT NULL)",
            name="settled_has_amount",
        ),
        CheckConstraint(
            "(early_start_on IS NULL) = (early_start_reference IS NULL)",
            name="early_start_has_letter",
        ),
        CheckConstraint(
            "quota_basis_points IS NULL "
            "OR (quota_basis_points > 0 AND quota_basis_points <= 10000)",
            name="quota_in_range",
        ),
        Index(
            "uq_funding_case_alive",
            "pool_id",
            unique=True,
            sqlite_where=text(_ALIVE),
            postgresql_where=text(_ALIVE),
        ),
        Index("ix_funding_case_cooperation_id", "cooperation_id"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    stage: Mapped[str] = mapped_column(String(20), default="draft")
    programme: Mapped[str] = mapped_column(String(40))
    """Id of the table `funding_programmes`; the version is that of the day of the application."""
    authority: Mapped[Name]
    file_reference: Mapped[str] = mapped_column(String(100), default="")
    purpose: Mapped[LongText] = mapped_column(default="")
    has_weak_budget: Mapped[bool] = mapped_column(Boolean, default=False)
    quota_basis_points: Mapped[int | None]
    """What the notice sets against the directive; so ceiling and rounding."""
    ceiling_gross_cents: Mapped[Cents | None]
    rounding: Mapped[str | None] = mapped_column(String(20))
    key_kind: Mapped[str | None] = mapped_column(String(30))
    """Cost key of the own share; None: that of the cooperation."""
    requires_resolutions: Mapped[bool] = mapped_column(Boolean, default=False)
    award_rules: Mapped[JsonList]
    """What the notice demands below the EU threshold: any of UVgO, VOB/A."""
    conditions: Mapped[LongText] = mapped_column(default="")
    period_from: Mapped[Day | None]
    period_until: Mapped[Day | None]
    """Days in which expenses are eligible (Bewilligungszeitraum), inclusive."""
    applied_on: Mapped[Day | None]
    participants: Mapped[JsonList]
    """Organisation ids on the day of the application; before it the pool's are asked."""
    decided_on: Mapped[Day | None]
    granted_gross_cents: Mapped[Cents | None]
    decision_reason: Mapped[LongText] = mapped_column(default="")
    decision_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    decision_file_name: Mapped[str | None] = mapped_column(String(200))
    early_start_on: Mapped[Day | None]
    """Day from which the project may begin before the decision (vorzeitiger Maßnahmenbeginn)."""
    early_start_reference: Mapped[str | None] = mapped_column(String(200))
    early_start_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    early_start_file_name: Mapped[str | None] = mapped_column(String(200))
    withdrawn_on: Mapped[Day | None]
    settled_on: Mapped[Day | None]
    final_gross_cents: Mapped[Cents | None]
    created_at: Mapped[Instant]
    created_by_name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    cooperation: Mapped[Cooperation] = relationship()
    pool: Mapped[Pool] = relationship()
    lines: Mapped[list[FundingLine]] = relationship(
        back_populates="case", order_by="FundingLine.position"
    )
    milestones: Mapped[list[FundingMilestone]] = relationship(
        back_populates="case", order_by="FundingMilestone.due_on, FundingMilestone.id"
    )
    drawdowns: Mapped[list[FundingDrawdown]] = relationship(
        back_populates="case", order_by="FundingDrawdown.planned_on, FundingDrawdown.id"
    )


class FundingLine(Model):
    """A cost line of the financing plan (Ausgabenposition)."""

    __tablename__ = "funding_line"
    __table_args__ = (
        CheckConstraint("planned_gross_cents >= 0", name="planned_not_negative"),
        CheckConstraint(
            "eligible_gross_cents >= 0 AND eligible_gross_cents <= planned_gross_cents",
            name="eligible_within_planned",
        ),
        Index("ix_funding_line_case_id", "case_id", "position"),
    )

    id: Mapped[Id]
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("funding_case.id"))
    position: Mapped[int]
    name: Mapped[Name]
    planned_gross_cents: Mapped[Cents]
    eligible_gross_cents: Mapped[Cents]
    case: Mapped[FundingCase] = relationship(back_populates="lines")
    expenses: Mapped[list[FundingExpense]] = relationship(
        back_populates="line", order_by="FundingExpense.paid_on, FundingExpense.id"
    )


class FundingExpense(Model):
    """An expense with its evidence, for the proof of use; a wrong one is cancelled, never gone."""

    __tablename__ = "funding_expense"
    __table_args__ = (
        CheckConstraint(
            "eligible_gross_cents >= 0 AND eligible_gross_cents <= amount_gross_cents",
            name="eligible_within_amount",
        ),
        CheckConstraint("(file_sha256 IS NULL) = (file_name IS NULL)", name="file_has_name"),
        CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name="cancelled_has_reason"
        ),
        Index(
            "uq_funding_expense_once",
            "line_id",
            "organisation_id",
            "voucher",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("funding_line.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """Who paid."""
    paid_on: Mapped[Day]
    payee: Mapped[Name]
    voucher: Mapped[str] = mapped_column(String(100))
    """Number of the invoice or voucher (Beleg)."""
    amount_gross_cents: Mapped[Cents]
    eligible_gross_cents: Mapped[Cents]
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[Instant]
    recorded_by_name: Mapped[str] = mapped_column(String(200))
    cancelled_at: Mapped[Instant | None]
    cancelled_reason: Mapped[str | None] = mapped_column(Text)
    line: Mapped[FundingLine] = relationship(back_populates="expenses")
    organisation: Mapped[Organisation] = relationship()


class FundingMilestone(Model):
    """Something that the notice wants by a day: report, call for money, proof of use."""

    __tablename__ = "funding_milestone"

    id: Mapped[Id]
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("funding_case.id"), index=True)
    title: Mapped[Name]
    due_on: Mapped[Day]
    reached_on: Mapped[Day | None]
    removed_at: Mapped[Instant | None]
    case: Mapped[FundingCase] = relationship(back_populates="milestones")


class FundingDrawdown(Model):
    """A part of the grant as planned to be called, and as received (Mittelabruf)."""

    __tablename__ = "funding_drawdown"
    __table_args__ = (
        CheckConstraint("planned_gross_cents > 0", name="planned_positive"),
        CheckConstraint(
            "(received_on IS NULL) = (received_gross_cents IS NULL)", name="received_has_amount"
        ),
    )

    id: Mapped[Id]
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("funding_case.id"), index=True)
    planned_on: Mapped[Day]
    planned_gross_cents: Mapped[Cents]
    received_on: Mapped[Day | None]
    received_gross_cents: Mapped[Cents | None]
    removed_at: Mapped[Instant | None]
    case: Mapped[FundingCase] = relationship(back_populates="drawdowns")
