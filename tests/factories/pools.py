"""Valid pools in every stage; a test states only what matters to it."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import cooperations
from tests.factories import demands as demand_factory
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.cooperations.model import Cooperation
from vergabe.demands.model import Demand
from vergabe.demands.references import next_reference
from vergabe.pools import grouping
from vergabe.pools.model import Joining, Pool, PoolDemand

MANDATE = "Ratsbeschluss vom 25.09.2025, Ö 7"
WINDOW = dt.timedelta(days=21)


def towns_with_engines(
    session: Session,
    towns: Sequence[str] = ("Merzenich", "Jülich", "Kerpen"),
    *,
    stage: str = "released",
    cooperation: Cooperation | None = None,
    **more: Any,
) -> tuple[Cooperation, list[Demand]]:
    """Return the DLZ with one demand for a fire engine of each town, in the order of the towns."""
    found = cooperation or cooperations.dlz(session, towns)
    demands = [
        demand_factory.demand(session, found, cooperations.town(session, name), stage, **more)
        for name in towns
    ]
    return found, demands


def proposed_pool(
    session: Session, cooperation: Cooperation, demands: Sequence[Demand], **more: Any
) -> Pool:
    """Return a stored proposal over released demands; they stay released."""
    now = clock.now()
    number = next_reference(session, f"BUE-{cooperation.reference_prefix}", now.year)
    facts: dict[str, Any] = {
        "reference": f"BUE-{cooperation.reference_prefix}-{now.year}-{number:04d}",
        "cooperation_id": cooperation.id,
        "area_id": demands[0].area_id,
        "stage": "proposed",
        "title": demands[0].title,
        "cpv": demands[0].cpv,
        "proposal_key": grouping.pool_key([demand.id for demand in demands]),
        "reasons": {"for": [], "against": []},
        "created_at": now,
    } | more
    pool = Pool(**facts)
    pool.entries = [PoolDemand(demand_id=d.id, why={}, added_at=now) for d in demands]
    session.add(pool)
    session.flush()
    return pool


def pool_in_consultation(
    session: Session, cooperation: Cooperation, demands: Sequence[Demand], **more: Any
) -> Pool:
    """Return a stored pool whose members are being consulted."""
    _pooled(session, demands)
    facts = {"stage": "consultation", "consultation_text": "Bitte prüfen Sie die Bündelung."}
    return proposed_pool(session, cooperation, demands, **(facts | more))


def joining_pool(
    session: Session, cooperation: Cooperation, demands: Sequence[Demand], **more: Any
) -> Pool:
    """Return a stored pool whose joining window is open for 21 days from now."""
    now = clock.now()
    facts = {"stage": "joining", "joining_opened_at": now, "joining_deadline": now + WINDOW}
    _pooled(session, demands)
    return proposed_pool(session, cooperation, demands, **(facts | more))


def binding_pool(
    session: Session,
    cooperation: Cooperation,
    demands: Sequence[Demand],
    *,
    joined: Sequence[Organisation] | None = None,
    quantities: Mapping[uuid.UUID, Decimal] | None = None,
    **more: Any,
) -> Pool:
    """Return a stored pool whose joining window has closed, with its joinings.

    joined: who joined, default everybody with a demand; quantities: demand item id → quantity that
    its member bound itself to, default what it asked for.
    """
    now = clock.now()
    facts = {
        "stage": "joining",
        "created_at": now - dt.timedelta(days=30),
        "joining_opened_at": now - dt.timedelta(days=22),
        "joining_deadline": now - dt.timedelta(days=1),
    }
    _pooled(session, demands)
    pool = proposed_pool(session, cooperation, demands, **(facts | more))
    owners = [o.id for o in joined] if joined is not None else [d.organisation_id for d in demands]
    for organisation_id in dict.fromkeys(owners):
        own = [demand for demand in demands if demand.organisation_id == organisation_id]
        joining(session, pool, organisation_id, own, quantities=quantities or {})
    session.flush()
    return pool


def joining(
    session: Session,
    pool: Pool,
    organisation_id: uuid.UUID,
    demands: Sequence[Demand],
    *,
    quantities: Mapping[uuid.UUID, Decimal] | None = None,
    **more: Any,
) -> Joining:
    """Return the stored joining of a member with its demands, for what they ask for."""
    wanted = quantities or {}
    facts: dict[str, Any] = {
        "pool_id": pool.id,
        "organisation_id": organisation_id,
        "decision": "joined",
        "decided_by_name": "Erika Muster",
        "decided_at": clock.now() - dt.timedelta(days=5),
        "quantities": [
            {
                "demand": demand.reference,
                "line_id": str(item.id),
                "text": item.text,
                "quantity": None
                if item.quantity is None
                else str(wanted.get(item.id, item.quantity)),
                "unit_code": item.unit_code,
            }
            for demand in demands
            for item in demand.items
        ],
        "mandate_reference": MANDATE,
    } | more
    found = Joining(**facts)
    session.add(found)
    session.flush()
    return found


def _pooled(session: Session, demands: Sequence[Demand]) -> None:
    for demand in demands:
        demand.stage = "pooled"
    session.flush()
