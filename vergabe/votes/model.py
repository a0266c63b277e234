"""Tables of votes: what was asked, who is entitled, what each said. Nothing is ever rewritten."""

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
from vergabe.cooperations.voting import Electorate, MajorityOf, Rule
from vergabe.cooperations.voting_model import one_of
from vergabe.db import Day, Id, Instant, JsonDict, JsonList, Model, Sha256, append_only, guard
from vergabe.pools.model import Pool

# What a vote is about and by which rule it is decided never changes once it is open.
FROZEN = (
    "pool_id",
    "question",
    "cost_bearer",
    "subject",
    "subject_sha256",
    "rule",
    "electorate",
    "quorum_basis_points",
    "majority_of",
    "abstention_blocks",
    "voter_roles",
    "opened_at",
    "deadline",
)


class Vote(Model):
    """A vote of the members on a pool as it was when the vote opened (Abstimmung).

    Whether it has closed by time, and what came of it, is derived: rules.state_of.
    """

    __tablename__ = "vote"
    __table_args__ = (
        UniqueConstraint("pool_id", "number"),
        CheckConstraint(one_of("rule", Rule), name="rule_known"),
        CheckConstraint(one_of("electorate", Electorate), name="electorate_known"),
        CheckConstraint(one_of("majority_of", MajorityOf), name="majority_of_known"),
        CheckConstraint("quorum_basis_points BETWEEN 5000 AND 9999", name="quorum_in_range"),
        CheckConstraint("length(subject_sha256) = 64", name="subject_has_hash"),
        CheckConstraint("deadline IS NULL OR deadline > opened_at", name="days_in_order"),
        CheckConstraint("(closed_at IS NULL) = (closed_because IS NULL)", name="closed_has_cause"),
        CheckConstraint(
            "closed_because IN ('all_voted', 'deadline', 'coordinator', 'replaced')",
            name="cause_known",
        ),
        CheckConstraint(
            "closed_because <> 'coordinator' OR closing_reason <> ''", name="closing_has_reason"
        ),
        Index(
            "uq_vote_open",
            "pool_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_vote_next_tick_at", "next_tick_at"),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    number: Mapped[int]
    """Counts the votes on one pool."""
    question: Mapped[str] = mapped_column(Text)
    cost_bearer: Mapped[str] = mapped_column(Text, default="")
    """Who bears the cost of the project, as far as it differs from the cooperation's key."""
    subject: Mapped[JsonDict]
    """What is voted on, in full; see votes.subject."""
    subject_sha256: Mapped[Sha256]
    rule: Mapped[str] = mapped_column(String(20))
    electorate: Mapped[str] = mapped_column(String(20))
    quorum_basis_points: Mapped[int]
    majority_of: Mapped[str] = mapped_column(String(20))
    abstention_blocks: Mapped[bool] = mapped_column(Boolean)
    voter_roles: Mapped[JsonList]
    opened_at: Mapped[Instant]
    opened_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    opened_by_name: Mapped[str] = mapped_column(String(200))
    deadline: Mapped[Instant | None]
    """First instant at which a ballot is too late."""
    closed_at: Mapped[Instant | None]
    closed_because: Mapped[str | None] = mapped_column(String(20))
    closing_reason: Mapped[str] = mapped_column(Text, default="")
    closed_by_name: Mapped[str] = mapped_column(String(200), default="")
    next_tick_at: Mapped[Instant | None]
    """When the worker has something to tell; None: never again."""

    pool: Mapped[Pool] = relationship()
    entitled: Mapped[list[EntitledMember]] = relationship(
        back_populates="vote", order_by="EntitledMember.position"
    )
    ballots: Mapped[list[Ballot]] = relationship(back_populates="vote", order_by="Ballot.number")


class EntitledMember(Model):
    """A member that may vote, with the inhabitants that count for it; fixed at the opening."""

    __tablename__ = "entitled_member"
    __table_args__ = (
        UniqueConstraint("vote_id", "organisation_id"),
        CheckConstraint(
            "(inhabitants IS NULL) = (inhabitants_on IS NULL)", name="inhabitants_have_date"
        ),
    )

    id: Mapped[Id]
    vote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vote.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int]
    inhabitants: Mapped[int | None]
    inhabitants_on: Mapped[Day | None]
    vote: Mapped[Vote] = relationship(back_populates="entitled")
    organisation: Mapped[Organisation] = relationship()


class Ballot(Model):
    """What a member said; its newest one counts, earlier ones stay to be seen (Stimme)."""

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("vote_id", "number"),
        CheckConstraint("choice IN ('yes', 'no', 'abstain')", name="choice_known"),
        CheckConstraint("choice <> 'no' OR reason <> ''", name="no_has_reason"),
        CheckConstraint("voter_name <> ''", name="voter_is_named"),
    )

    id: Mapped[Id]
    vote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vote.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    """Order of the ballots of one vote."""
    choice: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")
    voter_name: Mapped[str] = mapped_column(String(200))
    """Whose vote it is: name and office."""
    cast_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    cast_by_name: Mapped[str] = mapped_column(String(200))
    cast_at: Mapped[Instant]
    vote: Mapped[Vote] = relationship(back_populates="ballots")
    organisation: Mapped[Organisation] = relationship()


guard(Vote, FROZEN)
append_only(EntitledMember)
append_only(Ballot)
