"""Table of checks of the members' own providers for a pool."""

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

from vergabe.cooperations.provider_model import InHouseProvider
from vergabe.db import Cents, Day, Id, Instant, JsonList, Model
from vergabe.pools.model import Pool


class InHouseCheck(Model):
    """A check whether a provider of the members' own takes over what a pool needs.

    Amounts net. result: rules.Result, None while it is open; decided, nothing changes any more: a
    check that is taken up again is replaced by a copy. activities_basis_points: share of the
    activities for the members (§ 108 (1) no. 2 GWB). alternatives: name, amount_net_cents, source.
    """

    __tablename__ = "in_house_check"
    __table_args__ = (
        UniqueConstraint("pool_id", "provider_id", "number"),
        CheckConstraint("result IN ('in_house', 'tender', 'not_suitable')", name="result_known"),
        CheckConstraint("(result IS NULL) = (decided_at IS NULL)", name="decided_has_instant"),
        CheckConstraint(
            "result <> 'in_house' OR (offer_amount_net_cents IS NOT NULL "
            "AND offered_on IS NOT NULL AND has_control AND activities_basis_points > 8000 "
            "AND NOT has_private_capital)",
            name="in_house_meets_conditions",
        ),
        CheckConstraint(
            "(replaced_at IS NULL) = (replacement_reason IS NULL)", name="replaced_has_reason"
        ),
        CheckConstraint("(file_sha256 IS NULL) = (file_name IS NULL)", name="file_has_name"),
        CheckConstraint(
            "activities_basis_points IS NULL OR activities_basis_points BETWEEN 0 AND 10000",
            name="activities_a_share",
        ),
        CheckConstraint(
            "offer_amount_net_cents IS NULL OR offer_amount_net_cents > 0", name="offer_positive"
        ),
        Index(
            "uq_in_house_check_current",
            "pool_id",
            "provider_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("in_house_provider.id"))
    number: Mapped[int]
    offer_amount_net_cents: Mapped[Cents | None]
    offered_on: Mapped[Day | None]
    offer_text: Mapped[str] = mapped_column(Text, default="")
    declined_on: Mapped[Day | None]
    """Day on which the provider said that it makes no offer."""
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str | None] = mapped_column(String(200))
    has_control: Mapped[bool | None] = mapped_column(Boolean)
    control_note: Mapped[str] = mapped_column(Text, default="")
    activities_basis_points: Mapped[int | None]
    activities_note: Mapped[str] = mapped_column(Text, default="")
    has_private_capital: Mapped[bool | None] = mapped_column(Boolean)
    capital_note: Mapped[str] = mapped_column(Text, default="")
    alternatives: Mapped[JsonList]
    criteria: Mapped[str] = mapped_column(Text, default="")
    comparison: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    pool_value_net_cents: Mapped[Cents | None]
    """Value of the pool when it was decided."""
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    replaced_at: Mapped[Instant | None]
    replacement_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    provider: Mapped[InHouseProvider] = relationship()
    pool: Mapped[Pool] = relationship()
