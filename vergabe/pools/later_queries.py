"""Reads of later joiners and of who may call off from the contract."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe.cooperations import area_queries
from vergabe.cooperations.rules import Phase
from vergabe.pools.later_rules import Announced
from vergabe.pools.model import Joining, LaterJoiner, Pool


@dataclass(frozen=True)
class CallOffLine:
    """The most of one thing that somebody may call off; maximum None: no number was named."""

    text: str
    maximum: Decimal | None
    unit_code: str | None


@dataclass(frozen=True)
class CallOffEntry:
    """Somebody that may call off from the contract later, and how much at most.

    is_buyer: False for an announced later joiner that has not joined yet; latest_on: last legal day
    on which it may join, None for who joined before publication; maximum_net_cents: value of the
    maximum of a later joiner.
    """

    organisation_id: uuid.UUID
    name: str
    is_buyer: bool
    lines: tuple[CallOffLine, ...]
    latest_on: dt.date | None = None
    maximum_net_cents: int | None = None


def announced(session: Session, pool_id: uuid.UUID) -> list[LaterJoiner]:
    """Return the later joiners of a pool with their organisations, by name."""
    query = (
        select(LaterJoiner)
        .where(LaterJoiner.pool_id == pool_id)
        .options(selectinload(LaterJoiner.organisation))
        .execution_options(populate_existing=True)
    )
    return sorted(session.scalars(query), key=lambda row: (row.organisation.name, str(row.id)))


def foreseen(session: Session, area_id: uuid.UUID, day: dt.date) -> frozenset[uuid.UUID]:
    """Return who alone may be announced in an area, by the phases of its file; empty: any member.

    day: legal day (Berlin).
    """
    phases = area_queries.phases(session, area_id, day)
    return frozenset(each for each, phase in phases.items() if phase is Phase.LATER)


def facts_of(row: LaterJoiner) -> Announced:
    """Return a later joiner as its rules see it."""
    return Announced(
        organisation_id=row.organisation_id,
        name=row.organisation.name,
        maximum={
            line["key"]: None if line["maximum"] is None else Decimal(line["maximum"])
            for line in row.lines
        },
        maximum_net_cents=row.maximum_net_cents,
        latest_on=row.latest_on,
        has_joined=row.joined_at is not None,
    )


def announced_net_cents(pool: Pool) -> int:
    """Return what the later joiners of a pool may take at most, estimated net in cents."""
    return sum(row.maximum_net_cents for row in pool.later_joiners)


def call_off_entries(
    joinings: Sequence[Joining], later: Sequence[LaterJoiner]
) -> list[CallOffEntry]:
    """Return who may call off: members that joined and asked for it, then later joiners, by name.

    A member's maximum is what it bound itself to, a later joiner's what was announced, or once it
    has joined what it bound itself to.
    """
    members = [
        CallOffEntry(
            organisation_id=row.organisation_id,
            name=row.organisation.name,
            is_buyer=True,
            lines=tuple(_line(line, "quantity") for line in row.quantities),
        )
        for row in joinings
        if row.decision == "joined" and row.may_call_off_later
    ]
    others = [
        CallOffEntry(
            organisation_id=row.organisation_id,
            name=row.organisation.name,
            is_buyer=row.joined_at is not None,
            lines=_later_lines(row),
            latest_on=row.latest_on,
            maximum_net_cents=row.maximum_net_cents,
        )
        for row in later
    ]
    return [
        entry
        for group in (members, others)
        for entry in sorted(group, key=lambda entry: (entry.name, str(entry.organisation_id)))
        if any(line.maximum != 0 for line in entry.lines) or not entry.lines
    ]


def _later_lines(row: LaterJoiner) -> tuple[CallOffLine, ...]:
    if row.joined_quantities is not None:
        return tuple(_line(line, "quantity") for line in row.joined_quantities)
    return tuple(_line(line, "maximum") for line in row.lines)


def _line(line: dict[str, Any], name: str) -> CallOffLine:
    number = line.get(name)
    return CallOffLine(
        line.get("text", ""), None if number is None else Decimal(number), line.get("unit_code")
    )
