"""What is under way for somebody: own demands, pools and tenders with their next date."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from flask import url_for
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.demands.model import Demand
from vergabe.demands.presenting import STAGE_KINDS as DEMAND_KINDS
from vergabe.demands.stages import STAGE_NAMES as DEMAND_NAMES
from vergabe.demands.stages import Stage as DemandStage
from vergabe.pools import presenting
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.pools.stages import RUNNING_STAGES as RUNNING_POOLS
from vergabe.pools.stages import STAGE_NAMES as POOL_NAMES
from vergabe.pools.stages import Stage as PoolStage
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender, TenderBuyer
from vergabe.tenders.presenting import stage_kind
from vergabe.tenders.rules import RUNNING_STAGES as RUNNING_TENDERS
from vergabe.tenders.rules import Stage as TenderStage
from vergabe.tenders.rules import shown_stage
from vergabe.web import paging

MOST: Final = 5
# Who steers for the municipality or the cooperation sees all of it; others what their own
# municipality takes part in.
_STEERING: Final = frozenset(
    {Role.COORDINATOR, Role.PROCUREMENT_OFFICER, Role.CHIEF_OFFICER, Role.RELEASER}
)
_TAKING_PART: Final = frozenset({Role.REQUESTER, Role.OPENER})
_DEMAND_MOVES: Final = (
    DemandStage.SUBMITTED,
    DemandStage.RELEASED,
    DemandStage.POOLED,
    DemandStage.TENDERED,
    DemandStage.AWARDED,
)


@dataclass(frozen=True)
class Running:
    """Something under way; next_word says what happens at next_at (aware UTC)."""

    title: str
    url: str
    stage: str
    kind: str
    next_word: str = ""
    next_at: dt.datetime | None = None


@dataclass(frozen=True)
class Group:
    """What of one sort is under way; more_url leads to all of it."""

    title: str
    items: Sequence[Running]
    more_label: str
    more_url: str


def under_way(session: Session, actor: Actor, *, now: dt.datetime) -> list[Group]:
    """Return what is under way that the roles of the actor have to do with; no empty groups."""
    if actor.organisation_id is None:
        return []
    found = []
    if Role.REQUESTER in actor.roles:
        found.append(
            Group(
                "Ihre Bedarfe",
                list(_demands(session, actor)),
                "Alle Bedarfe",
                url_for("demands.index"),
            )
        )
    if actor.roles & (_STEERING | (_TAKING_PART - {Role.OPENER})):
        items = list(_pools(session, actor, now))
        found.append(Group("Bündelungen", items, "Alle Bündelungen", url_for("pools.index")))
    if actor.roles & (_STEERING | _TAKING_PART):
        items = list(_tenders(session, actor, now))
        more = url_for("tenders.index")
        found.append(Group("Vergabeverfahren", items, "Alle Vergabeverfahren", more))
    return [group for group in found if group.items]


def _demands(session: Session, actor: Actor) -> Iterator[Running]:
    demands = session.scalars(
        select(Demand)
        .where(
            Demand.organisation_id == actor.organisation_id,
            Demand.created_by_id == actor.user_id,
            Demand.stage.in_(_DEMAND_MOVES),
        )
        .order_by(Demand.id.desc())
        .limit(MOST)
    )
    for demand in demands:
        stage = DemandStage(demand.stage)
        yield Running(
            demand.title,
            url_for("demands.show", demand_id=demand.id),
            DEMAND_NAMES[stage],
            DEMAND_KINDS[stage],
        )


def _pools(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Running]:
    conditions: list[ColumnElement[bool]] = [Pool.stage.in_(RUNNING_POOLS)]
    if not actor.roles & _STEERING:
        takes_part = pools.has_demands_of(actor.organisation_id)
        conditions += [takes_part, Pool.stage != PoolStage.PROPOSED]
    parts = pools.visible_parts(session, actor, now)
    page = paging.newest_of(session, select(Pool), Pool.id, parts, *conditions, limit=MOST)
    for pool in page.items:
        stage = presenting.stage_of(pool, now)
        is_open = stage is PoolStage.JOINING
        yield Running(
            f"{pool.reference} {pool.title}",
            url_for("pools.show", pool_id=pool.id),
            POOL_NAMES[stage],
            presenting.STAGE_KINDS[stage],
            "Beitritt bis" if is_open else "",
            pool.joining_deadline if is_open else None,
        )


def _tenders(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Running]:
    conditions: list[ColumnElement[bool]] = [Tender.stage.in_(RUNNING_TENDERS)]
    if not actor.roles & _STEERING:
        buys = exists().where(
            TenderBuyer.tender_id == Tender.id,
            TenderBuyer.organisation_id == actor.organisation_id,
        )
        is_ours = buys | (Tender.lead_organisation_id == actor.organisation_id)
        conditions += [is_ours, Tender.stage != TenderStage.DRAFT]
    parts = tenders.visible_parts(session, actor, now)
    page = paging.newest_of(session, select(Tender), Tender.id, parts, *conditions, limit=MOST)
    for tender in page.items:
        is_out = tender.stage == TenderStage.PUBLISHED
        yield Running(
            f"{tender.reference} {tender.title}",
            url_for("tenders.show", tender_id=tender.id),
            shown_stage(
                TenderStage(tender.stage),
                tender.submission_deadline,
                now,
                is_public=tender.public_since is not None,
            ),
            stage_kind(tender),
            "Angebote bis" if is_out else "",
            tender.submission_deadline if is_out else None,
        )
