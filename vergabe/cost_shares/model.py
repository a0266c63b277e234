"""Tables of cost shares: who bears a project, hours worked, and the lead's ledger.

What was booked is never changed and never deleted: a correction is an entry of its own.
"""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.cooperations.model import Cooperation
from vergabe.db import Cents, Day, Id, Instant, JsonDict, LongText, Model, append_only, guard
from vergabe.pools.model import Pool

_KINDS = (
    "'advance', 'effort', 'demand', 'payment', 'payout', 'write_off', 'interest', 'no_award', "
    "'own_share', 'correction'"
)
_ACCOUNTS = (
    "'advanced', 'demanded', 'cash', 'effort', 'output_vat', 'own_share', 'write_off', 'interest'"
)
_CATEGORIES = "'effort', 'publication', 'advice', 'supply', 'other'"
_STATUSES = "'old_law', 'not_taxable', 'taxable'"


class CostBearer(Model):
    """A decision on who bears the costs of a project; the latest one counts."""

    __tablename__ = "cost_bearer"
    __table_args__ = (
        UniqueConstraint("pool_id", "number"),
        CheckConstraint("basis_points >= 0 AND basis_points <= 10000", name="part_in_range"),
        CheckConstraint("(basis_points = 0) = (bearer_id IS NULL)", name="bearer_bears_something"),
        CheckConstraint("length(decision) > 0 AND length(reason) > 0", name="documented"),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    number: Mapped[int]
    bearer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    basis_points: Mapped[int]
    """What the bearer pays from its budget: 10000 all, 0 nothing (all by the agreed key)."""
    decided_on: Mapped[Day]
    decision: Mapped[str] = mapped_column(String(400))
    """The resolution or vote behind it, as people name it."""
    reason: Mapped[LongText]
    recorded_at: Mapped[Instant]
    recorded_by_name: Mapped[str] = mapped_column(String(200))
    bearer: Mapped[Organisation | None] = relationship()


append_only(CostBearer)


class ExpectedCost(Model):
    """A cost of the procedure that is still to come, for provisional shares."""

    __tablename__ = "expected_cost"
    __table_args__ = (
        CheckConstraint(f"category IN ({_CATEGORIES})", name="category_known"),
        CheckConstraint("gross_cents > 0", name="amount_positive"),
        Index("ix_expected_cost_pool_id", "pool_id"),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    category: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(400))
    gross_cents: Mapped[Cents]
    recorded_at: Mapped[Instant]
    recorded_by_name: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[Instant | None]


class Effort(Model):
    """Hours that a member's staff worked for a project; only `booked_entry_id` ever changes."""

    __tablename__ = "effort"
    __table_args__ = (
        CheckConstraint("minutes <> 0 AND hourly_rate_cents >= 0", name="time_and_rate"),
        CheckConstraint("(minutes < 0) = (reverses_id IS NOT NULL)", name="reversal_is_negative"),
        UniqueConstraint("reverses_id"),
        UniqueConstraint("pool_id", "request_key"),
        Index("ix_effort_pool_id_organisation_id", "pool_id", "organisation_id"),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    worker_name: Mapped[str] = mapped_column(String(200))
    worked_on: Mapped[Day]
    minutes: Mapped[int]
    hourly_rate_cents: Mapped[Cents]
    """Cost of one hour, without VAT."""
    activity: Mapped[str] = mapped_column(String(400))
    reverses_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("effort.id"))
    request_key: Mapped[str | None] = mapped_column(String(80))
    recorded_at: Mapped[Instant]
    recorded_by_name: Mapped[str] = mapped_column(String(200))
    booked_entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ledger_entry.id"))
    organisation: Mapped[Organisation] = relationship()


guard(
    Effort,
    (
        "pool_id",
        "organisation_id",
        "worker_name",
        "worked_on",
        "minutes",
        "hourly_rate_cents",
        "activity",
        "reverses_id",
        "recorded_at",
    ),
)


class LedgerEntry(Model):
    """A booking in a cooperation's ledger: one document, lines that add up to zero."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("cooperation_id", "number"),
        UniqueConstraint("cooperation_id", "request_key"),
        UniqueConstraint("reverses_id"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint(f"category IS NULL OR category IN ({_CATEGORIES})", name="category_known"),
        CheckConstraint("gross_cents = net_cents + vat_cents", name="gross_is_net_and_vat"),
        CheckConstraint(
            "kind NOT IN ('advance', 'effort') OR (pool_id IS NOT NULL AND category IS NOT NULL "
            "AND supplied_on IS NOT NULL AND gross_cents IS NOT NULL)",
            name="cost_is_complete",
        ),
        CheckConstraint(
            "kind NOT IN ('advance', 'effort') OR (vat_status IS NOT NULL AND "
            f"vat_status IN ({_STATUSES}) AND length(vat_reason) > 0)",
            name="cost_has_vat_status",
        ),
        CheckConstraint(
            "kind NOT IN ('demand', 'payment', 'payout', 'write_off', 'interest') "
            "OR organisation_id IS NOT NULL",
            name="claim_has_member",
        ),
        CheckConstraint("kind <> 'interest' OR due_on IS NOT NULL", name="claim_has_due_day"),
        CheckConstraint("(kind = 'correction') = (reverses_id IS NOT NULL)", name="corrects_one"),
        Index("ix_ledger_entry_pool_id", "pool_id"),
        Index("ix_ledger_entry_cooperation_id_document_on", "cooperation_id", "document_on", "id"),
        Index("ix_ledger_entry_cooperation_id_amount", "cooperation_id", "amount_cents", "id"),
        Index("ix_ledger_entry_organisation_id", "organisation_id"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    number: Mapped[int]
    """Running number within the cooperation, without gaps."""
    kind: Mapped[str] = mapped_column(String(20))
    pool_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("pool.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    """The member that a claim or payment concerns, or whose staff worked."""
    category: Mapped[str | None] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(400))
    document: Mapped[str] = mapped_column(String(200))
    """The voucher (Beleg): number of an invoice, bank statement, letter."""
    document_on: Mapped[Day]
    supplied_on: Mapped[Day | None]
    """Day of the supply: it selects the law of VAT."""
    net_cents: Mapped[Cents | None]
    vat_cents: Mapped[Cents | None]
    gross_cents: Mapped[Cents | None]
    amount_cents: Mapped[Cents]
    """What the entry moves, positive as its kind says; negative for a credit."""
    vat_status: Mapped[str | None] = mapped_column(String(20))
    """Of passing the cost on to the members (§ 2b UStG), not of the invoice."""
    vat_reason: Mapped[LongText] = mapped_column(default="")
    vat_law: Mapped[str] = mapped_column(String(200), default="")
    vat_rate_basis_points: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[Day | None]
    reverses_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ledger_entry.id"))
    request_key: Mapped[str | None] = mapped_column(String(80))
    """Given by the page: the same form sent twice is one entry."""
    details: Mapped[JsonDict]
    """How it was computed: key, letter, interest; never changed either."""
    recorded_at: Mapped[Instant]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200))

    cooperation: Mapped[Cooperation] = relationship()
    pool: Mapped[Pool | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    lines: Mapped[list[LedgerLine]] = relationship(
        back_populates="entry",
        order_by="LedgerLine.position",
        foreign_keys="LedgerLine.entry_id",
    )


append_only(LedgerEntry)


class LedgerLine(Model):
    """One side of a booking: debit positive, credit negative; an entry's lines add up to zero."""

    __tablename__ = "ledger_line"
    __table_args__ = (
        UniqueConstraint("entry_id", "position"),
        # A share is demanded (or taken back) once, even when two people book at the same instant.
        UniqueConstraint("settles_id"),
        CheckConstraint(f"account IN ({_ACCOUNTS})", name="account_known"),
        CheckConstraint(
            "(account IN ('advanced', 'demanded')) = (organisation_id IS NOT NULL)",
            name="member_account_has_member",
        ),
        CheckConstraint("settles_id IS NULL OR account = 'advanced'", name="settles_a_share"),
        Index("ix_ledger_line_account_organisation_id", "account", "organisation_id"),
    )

    id: Mapped[Id]
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_entry.id"))
    position: Mapped[int]
    account: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    cents: Mapped[Cents]
    source_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ledger_entry.id"))
    """The cost that a share belongs to, through demands and corrections."""
    settles_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ledger_line.id"))
    """The open share that this line closes."""
    text: Mapped[LongText] = mapped_column(default="")
    """How the share came about."""
    entry: Mapped[LedgerEntry] = relationship(back_populates="lines", foreign_keys=[entry_id])
    source: Mapped[LedgerEntry | None] = relationship(foreign_keys=[source_id])
    organisation: Mapped[Organisation | None] = relationship()


append_only(LedgerLine)


class Dunning(Model):
    """A reminder of an overdue demand (Mahnung)."""

    __tablename__ = "dunning"
    __table_args__ = (
        UniqueConstraint("demand_id", "level"),
        CheckConstraint("level >= 1 AND level <= 3", name="level_in_range"),
        CheckConstraint("due_on > sent_on", name="days_in_order"),
    )

    id: Mapped[Id]
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_entry.id"))
    level: Mapped[int]
    sent_on: Mapped[Day]
    due_on: Mapped[Day]
    recorded_at: Mapped[Instant]
    recorded_by_name: Mapped[str] = mapped_column(String(200))


append_only(Dunning)
