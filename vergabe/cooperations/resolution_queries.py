"""Reads behind resolutions: who decides for whom, which pools there are, what all may know."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.cooperations.model import Member, Resolution
from vergabe.cooperations.queries import PAST_POOLS
from vergabe.db import Base
from vergabe.errors import NotFound


def deciding_bodies(session: Session, cooperation_id: uuid.UUID) -> dict[uuid.UUID, list[str]]:
    """Return organisation id → names of the bodies that decide for it, in their order."""
    rows = session.execute(
        select(Member.organisation_id, Member.decides).where(
            Member.cooperation_id == cooperation_id
        )
    )
    return {organisation_id: list(decides) for organisation_id, decides in rows}


def resolution_on_file(
    session: Session, cooperation_id: uuid.UUID, resolution_id: uuid.UUID
) -> Resolution:
    """Return a resolution of any member, for what all members may know of it (see extracts)."""
    resolution = session.get(Resolution, resolution_id)
    if resolution is None or resolution.cooperation_id != cooperation_id:
        raise NotFound("Der Beschluss")
    return resolution


@dataclass(frozen=True)
class PoolName:
    """A pool by its names; participants: whose demands are in it."""

    id: uuid.UUID
    label: str
    area_id: uuid.UUID
    is_running: bool
    participants: frozenset[uuid.UUID]


def pool_names(session: Session, cooperation_id: uuid.UUID) -> dict[uuid.UUID, PoolName]:
    """Return all pools of a cooperation by id, newest first; see pool_choices."""
    tables = Base.metadata.tables
    pool, entry, demand = tables["pool"], tables["pool_demand"], tables["demand"]
    rows = session.execute(
        select(pool.c.id, pool.c.reference, pool.c.title, pool.c.area_id, pool.c.stage)
        .where(pool.c.cooperation_id == cooperation_id)
        .order_by(pool.c.id.desc())
    ).all()
    whose: dict[uuid.UUID, set[uuid.UUID]] = {}
    for pool_id, organisation_id in session.execute(
        select(entry.c.pool_id, demand.c.organisation_id)
        .join(demand, demand.c.id == entry.c.demand_id)
        .where(entry.c.pool_id.in_([row.id for row in rows]))
        .distinct()
    ):
        whose.setdefault(pool_id, set()).add(organisation_id)
    return {
        row.id: PoolName(
            row.id,
            f"{row.reference}: {row.title}",
            row.area_id,
            row.stage not in PAST_POOLS,
            frozenset(whose.get(row.id, ())),
        )
        for row in rows
    }
