"""The table of what a cooperation's file says about votes on projects."""

from __future__ import annotations

import uuid

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.cooperations.voting import Electorate, MajorityOf, Required, Rule
from vergabe.db import Id, JsonList, Model


def one_of(column: str, words: type[Rule | Required | Electorate | MajorityOf]) -> str:
    """Return the SQL condition that a column holds one of these words."""
    return f"{column} IN ({', '.join(repr(str(word)) for word in words)})"


class VotingRule(Model):
    """How members of a cooperation vote on projects; area_id None: unless an area says otherwise.

    Changed only by loading the cooperation's file; a vote keeps the terms under which it opened.
    """

    __tablename__ = "voting_rule"
    __table_args__ = (
        CheckConstraint(one_of("rule", Rule), name="rule_known"),
        CheckConstraint(one_of("required", Required), name="required_known"),
        CheckConstraint(one_of("electorate", Electorate), name="electorate_known"),
        CheckConstraint(one_of("majority_of", MajorityOf), name="majority_of_known"),
        CheckConstraint("quorum_basis_points BETWEEN 5000 AND 9999", name="quorum_in_range"),
        UniqueConstraint("cooperation_id", "area_id"),
        Index(
            "uq_voting_rule_general",
            "cooperation_id",
            unique=True,
            sqlite_where=text("area_id IS NULL"),
            postgresql_where=text("area_id IS NULL"),
        ),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    area_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task_area.id"))
    rule: Mapped[str] = mapped_column(String(20))
    required: Mapped[str] = mapped_column(String(30))
    electorate: Mapped[str] = mapped_column(String(20))
    quorum_basis_points: Mapped[int]
    majority_of: Mapped[str] = mapped_column(String(20))
    abstention_blocks: Mapped[bool] = mapped_column(Boolean)
    voters: Mapped[JsonList]
    """Roles that cast a member's vote."""
