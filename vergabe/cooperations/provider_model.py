"""Table of the members' own providers that are asked before the market (in-house first)."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import Day, Id, Instant, JsonList, Model, Name

PROVIDER_KINDS = ("association", "cooperative", "company", "institution", "other")
_KINDS_SQL = ", ".join(f"'{kind}'" for kind in PROVIDER_KINDS)


class InHouseProvider(Model):
    """A provider that the members control together, e.g. a Zweckverband or a cooperative society.

    areas: keys of the task areas in which it is asked first; since and until: legal days,
    inclusive. Changed only by loading the cooperation's file, which is the state.
    """

    __tablename__ = "in_house_provider"
    __table_args__ = (
        UniqueConstraint("cooperation_id", "name"),
        CheckConstraint(f"kind IN ({_KINDS_SQL})", name="kind_known"),
        CheckConstraint("until IS NULL OR until >= since", name="days_in_order"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    name: Mapped[Name]
    kind: Mapped[str] = mapped_column(String(20))
    areas: Mapped[JsonList]
    since: Mapped[Day]
    until: Mapped[Day | None]
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Instant]
