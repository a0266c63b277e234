"""Tables of pools: demands put together, consultation, joining, later joiners, withdrawal."""

from __future__ import annotations

import uuid

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.collation import german_order
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.db import Cents, Day, Id, Instant, JsonDict, JsonList, Model, Name
from vergabe.demands.model import Demand

_STAGES = (
    "'proposed', 'consultation', 'joining', 'binding', 'tendering', 'concluded', "
    "'dissolved', 'rejected'"
)

# Demands of a pool that has ended are free and may be proposed together once more.
_KEY_COUNTS = "proposal_key IS NOT NULL AND stage NOT IN ('rejected', 'dissolved')"


class Pool(Model):
    """Demands of several members that may become one joint tender (Bündelung).

    Stage `joining` whose deadline has passed counts as binding: rules.effective_stage derives it.
    """

    __tablename__ = "pool"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint(f"stage IN ({_STAGES})", name="stage_known"),
        CheckConstraint(
            "stage NOT IN ('joining', 'binding', 'tendering', 'concluded') "
            "OR (joining_opened_at IS NOT NULL AND joining_deadline IS NOT NULL)",
            name="joining_has_window",
        ),
        CheckConstraint(
            "joining_deadline IS NULL OR joining_deadline > joining_opened_at",
            name="window_in_order",
        ),
        CheckConstraint(
            "stage NOT IN ('rejected', 'dissolved') OR stage_reason IS NOT NULL",
            name="end_has_reason",
        ),
        Index("ix_pool_cooperation_id_stage_id", "cooperation_id", "stage", "id"),
        # One for each order in which the list of a cooperation is offered.
        Index("ix_pool_cooperation_id_id", "cooperation_id", "id"),
        Index("ix_pool_cooperation_id_title_order_id", "cooperation_id", "title_order", "id"),
        Index(
            "ix_pool_joining",
            "joining_deadline",
            sqlite_where=text("stage = 'joining'"),
            postgresql_where=text("stage = 'joining'"),
        ),
        Index("ix_pool_cooperation_id_joining_id", "cooperation_id", "joining_deadline", "id"),
        Index(
            "uq_pool_proposal_key",
            "cooperation_id",
            "proposal_key",
            unique=True,
            sqlite_where=text(_KEY_COUNTS),
            postgresql_where=text(_KEY_COUNTS),
        ),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40))
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    area_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task_area.id"))
    stage: Mapped[str] = mapped_column(String(20), default="proposed")
    title: Mapped[Name]
    title_order: Mapped[str] = german_order("title")
    cpv: Mapped[str] = mapped_column(String(8))
    proposal_key: Mapped[str | None] = mapped_column(String(64))
    """Hash over the sorted demand ids; the same demands are not proposed twice."""
    is_shaped: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether people put it together (split or merged): proposing anew leaves it alone."""
    reasons: Mapped[JsonDict]
    """`for`, `against`: reasons with code, text and law; `law`, sums and window: see explaining."""
    consultation_text: Mapped[str] = mapped_column(Text, default="")
    joining_opened_at: Mapped[Instant | None]
    joining_deadline: Mapped[Instant | None]
    """First instant at which joining is too late."""
    joining_tick_at: Mapped[Instant | None]
    """When members that have not decided are reminded next; None: not worked out yet."""
    unanswered_reason: Mapped[str | None] = mapped_column(Text)
    """Why the joining window was opened although a comment had no answer."""
    binding_at: Mapped[Instant | None]
    stage_reason: Mapped[str | None] = mapped_column(Text)
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    cooperation: Mapped[Cooperation] = relationship()
    area: Mapped[TaskArea] = relationship()
    entries: Mapped[list[PoolDemand]] = relationship(back_populates="pool")
    joinings: Mapped[list[Joining]] = relationship(back_populates="pool")
    later_joiners: Mapped[list[LaterJoiner]] = relationship(
        back_populates="pool", order_by="LaterJoiner.id"
    )


class PoolDemand(Model):
    """A demand in a pool; a demand is in one pool at most (removed ones keep their row)."""

    __tablename__ = "pool_demand"
    __table_args__ = (
        Index(
            "uq_pool_demand_demand_id",
            "demand_id",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("ix_pool_demand_pool_id", "pool_id"),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demand.id"))
    why: Mapped[JsonDict]
    added_at: Mapped[Instant]
    removed_at: Mapped[Instant | None]
    pool: Mapped[Pool] = relationship(back_populates="entries")
    demand: Mapped[Demand] = relationship()


class PoolComment(Model):
    """A comment of a member during consultation, and its answer."""

    __tablename__ = "pool_comment"
    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_has_instant"),
        Index("ix_pool_comment_pool_id", "pool_id", "at"),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    author_name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[Instant]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by_name: Mapped[str | None] = mapped_column(String(200))
    answered_at: Mapped[Instant | None]
    organisation: Mapped[Organisation] = relationship()


class Joining(Model):
    """A member's decision to join a pool bindingly, or not to (Beitritt)."""

    __tablename__ = "joining"
    __table_args__ = (
        UniqueConstraint("pool_id", "organisation_id"),
        CheckConstraint("decision IN ('joined', 'declined', 'withdrawn')", name="decision_known"),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    decision: Mapped[str] = mapped_column(String(20))
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_by_name: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[Instant]
    quantities: Mapped[JsonList]
    """What the member binds itself to: demand, line_id, text, quantity (text), unit_code."""
    mandate_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("mandate.id"))
    mandate_reference: Mapped[str] = mapped_column(String(400), default="")
    """The resolution or power of attorney behind it, as people name it."""
    may_call_off_later: Mapped[bool] = mapped_column(Boolean, default=True)
    note: Mapped[str] = mapped_column(Text, default="")
    pool: Mapped[Pool] = relationship(back_populates="joinings")
    organisation: Mapped[Organisation] = relationship()


class LaterJoiner(Model):
    """A member announced in the notice that may join later (§ 21 (2) VgV); no buyer until then."""

    __tablename__ = "later_joiner"
    __table_args__ = (
        UniqueConstraint("pool_id", "organisation_id"),
        CheckConstraint("maximum_net_cents > 0", name="maximum_positive"),
        CheckConstraint(
            "(joined_at IS NULL) = (joined_quantities IS NULL)", name="joined_has_quantities"
        ),
        CheckConstraint("joined_at IS NULL OR mandate_reference <> ''", name="joined_has_mandate"),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    lines: Mapped[JsonList]
    """The most it may take: key, text, maximum (text; None: no number named), unit_code."""
    maximum_net_cents: Mapped[Cents]
    """Estimated value of the most it may take, part of the estimate of the tender (§ 3 VgV)."""
    latest_on: Mapped[Day]
    """Last legal day on which it may join."""
    named_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    named_by_name: Mapped[str] = mapped_column(String(200))
    named_at: Mapped[Instant]
    joined_at: Mapped[Instant | None]
    joined_by_name: Mapped[str | None] = mapped_column(String(200))
    joined_quantities: Mapped[JsonList | None] = mapped_column(default=None)
    """What it bound itself to, in the shape of `lines`, with `quantity`."""
    mandate_reference: Mapped[str] = mapped_column(String(400), default="")
    pool: Mapped[Pool] = relationship(back_populates="later_joiners")
    organisation: Mapped[Organisation] = relationship()


class Withdrawal(Model):
    """A member's wish to leave a binding pool; effective only when all others have consented."""

    __tablename__ = "withdrawal"
    __table_args__ = (
        Index(
            "uq_withdrawal_open",
            "pool_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("effective_at IS NULL AND refused_at IS NULL"),
            postgresql_where=text("effective_at IS NULL AND refused_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    reason: Mapped[str] = mapped_column(Text)
    requested_by_name: Mapped[str] = mapped_column(String(200))
    requested_at: Mapped[Instant]
    effective_at: Mapped[Instant | None]
    refused_at: Mapped[Instant | None]
    consents: Mapped[list[WithdrawalConsent]] = relationship(back_populates="withdrawal")
    organisation: Mapped[Organisation] = relationship()


class WithdrawalConsent(Model):
    """Consent, or refusal, of another participant to a withdrawal."""

    __tablename__ = "withdrawal_consent"
    __table_args__ = (UniqueConstraint("withdrawal_id", "organisation_id"),)

    id: Mapped[Id]
    withdrawal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("withdrawal.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    is_given: Mapped[bool] = mapped_column(Boolean)
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[Instant]
    withdrawal: Mapped[Withdrawal] = relationship(back_populates="consents")
    organisation: Mapped[Organisation] = relationship()
