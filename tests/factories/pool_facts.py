"""Facts about demands, proposals and pools for tests that need no database."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

from vergabe.exchange import codes
from vergabe.pools.facts import DemandFacts
from vergabe.pools.pool_facts import LineFacts, ParticipantFacts, PoolFacts
from vergabe.pools.stages import Stage

NOW = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
DEADLINE = dt.datetime(2026, 12, 14, 23, 0, tzinfo=dt.UTC)
"""The first instant of 15 December in Berlin: 21 whole days after the day of NOW."""


def key(name: str) -> uuid.UUID:
    """Return the same id for the same name."""
    return uuid.uuid5(uuid.NAMESPACE_OID, name)


def cpv_label(code: str) -> str:
    found = codes.cpv(code)
    return found.label_de if found else ""


def demand(title: str, town: str = "Jülich", cpv: str = "34144213", **other: Any) -> DemandFacts:
    """Return a demand; its id comes from town and title."""
    return DemandFacts(
        id=other.pop("id", key(f"{town}/{title}")),
        organisation_id=key(town),
        organisation_name=other.pop("organisation_name", f"Stadt {town}"),
        land=other.pop("land", "NW"),
        title=title,
        description=other.pop("description", ""),
        cpv=cpv,
        **other,
    )


def line(name: str, quantity: int | None = 10) -> LineFacts:
    return LineFacts(key(name), name, None if quantity is None else Decimal(quantity))


def participant(town: str, **other: Any) -> ParticipantFacts:
    return ParticipantFacts(
        organisation_id=key(town),
        organisation_name=town,
        demand_ids=other.pop("demand_ids", frozenset({key(f"demand of {town}")})),
        **other,
    )


def member(town: str, **other: Any) -> ParticipantFacts:
    """Return a participant that has joined with a mandate."""
    return participant(town, **({"joined_at": NOW, "mandate_reference": "VII/12"} | other))


def pool(
    stage: Stage,
    participants: tuple[ParticipantFacts, ...] | None = None,
    **other: Any,
) -> PoolFacts:
    """Return a pool of three towns; all have joined where the stage has a joining behind it."""
    if participants is None:
        early = stage in (Stage.PROPOSED, Stage.CONSULTATION, Stage.REJECTED)
        make = participant if early else member
        participants = tuple(make(town) for town in ("Jülich", "Linnich", "Inden"))
    return PoolFacts(
        id=other.pop("id", key("pool")),
        cooperation_id=other.pop("cooperation_id", key("dlz")),
        area_key=other.pop("area_key", "beschaffung"),
        stage=stage,
        participants=participants,
        joining_deadline=other.pop("joining_deadline", DEADLINE),
        lead_organisation_id=other.pop("lead_organisation_id", key("Merzenich")),
    )


def with_participant(facts: PoolFacts, changed: ParticipantFacts) -> PoolFacts:
    """Return the pool with one participant replaced."""
    return replace(
        facts,
        participants=tuple(
            changed if p.organisation_id == changed.organisation_id else p
            for p in facts.participants
        ),
    )
