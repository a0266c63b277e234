"""From rows of a pool or tender to what the advisor asks for."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.cooperations.model import Cooperation
from vergabe.demands.queries import ReleasedDemand
from vergabe.law.advice import AdvisorFacts, Member
from vergabe.law.estimate import Position
from vergabe.law.thresholds import ContractType
from vergabe.law.working_days import land_code
from vergabe.pools import assessing
from vergabe.pools import queries as pools
from vergabe.pools.assessing import USUAL_LAND
from vergabe.pools.explaining import demand_facts
from vergabe.pools.model import Pool
from vergabe.pools.stages import Stage as PoolStage
from vergabe.pools.stages import effective_stage
from vergabe.tenders import queries as tenders
from vergabe.tenders.facts import (
    FRAMEWORK_REST,
    is_joined,
    joining_facts,
    trades_of,
)
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import Stage


@dataclass(frozen=True)
class _Party:
    """An organisation under the name that the advice uses for it."""

    name: str
    land: str


def of_pool(session: Session, pool: Pool, *, now: dt.datetime) -> AdvisorFacts:
    """Return a pool's facts, for a procedure begun on the legal day of `now`.

    What members joined with counts once they have; before, their demands. Demands without a value
    count nothing; a pool without demands gives no positions.
    """
    bound = {entry.demand.id: entry for entry in pools.bound_demands(session, pool.id)}
    stage = effective_stage(PoolStage(pool.stage), pool.joining_deadline, now)
    joined = stage in (PoolStage.BINDING, PoolStage.TENDERING, PoolStage.CONCLUDED)
    found = pools.demands_in(session, pool.id)
    demands = [demand for demand in found if not joined or demand.id in bound]
    lead_id = session.scalars(
        select(Cooperation.lead_organisation_id).where(Cooperation.id == pool.cooperation_id)
    ).one()
    parties = _parties(session, [lead_id, *(demand.organisation_id for demand in demands)])
    day = clock.berlin_day(now)
    return AdvisorFacts(
        contract_type=assessing.contract_type_of([demand_facts(demand) for demand in demands])
        if demands
        else ContractType.SUPPLIES,
        on=day,
        lead=parties[lead_id].name,
        members=_members(parties, _needs(demands)),
        positions=tuple(
            Position(
                municipality=parties[demand.organisation_id].name,
                land=parties[demand.organisation_id].land,
                amount_cents=_value(demand, bound.get(demand.id)),
                label=demand.title,
            )
            for demand in demands
        ),
    )


def of_tender(session: Session, tender: Tender, *, now: dt.datetime) -> AdvisorFacts:
    """Return a tender's facts: of today while it is drafted, else of the day it was published."""
    buyers = [buyer for buyer in tender.buyers if buyer.buys]
    parties = _parties(
        session, [tender.lead_organisation_id, *(buyer.organisation_id for buyer in buyers)]
    )
    is_open = tender.stage in (Stage.DRAFT, Stage.READY)
    lead = parties[tender.lead_organisation_id]
    trades = trades_of(session, tender)
    joined = any(is_joined(lot, trades) for lot in tender.lots)
    return AdvisorFacts(
        contract_type=ContractType(tender.nature),
        on=clock.berlin_day(now) if is_open else tender.initiated_on,
        lead=lead.name,
        members=_members(parties, {}),
        positions=(*_shares(tender, parties), *_rest(session, tender, lead)),
        procedure=tender.procurement_method,
        urgent=tender.is_urgent,
        requested_publication_on=tender.requested_publication_on,
        submission_deadline_at=tender.submission_deadline,
        joining=joining_facts(tender.lots_joining) if joined else None,
        framework_months=tender.duration_months if tender.is_framework else None,
    )


def _shares(tender: Tender, parties: Mapping[uuid.UUID, _Party]) -> Iterable[Position]:
    """Yield each member's part of each lot."""
    for lot in tender.lots:
        totals: dict[uuid.UUID, int] = {}
        for item in lot.items:
            for share in item.shares:
                totals[share.organisation_id] = (
                    totals.get(share.organisation_id, 0) + share.value_net_cents
                )
        for organisation_id, total in totals.items():
            party = parties[organisation_id]
            yield Position(
                municipality=party.name,
                land=party.land,
                amount_cents=total,
                lot=str(lot.number),
                label=lot.title,
            )


def _rest(session: Session, tender: Tender, lead: _Party) -> Iterable[Position]:
    """Yield what a framework agreement may take beyond the demands (§ 3 (4) VgV)."""
    if not tender.is_framework or not tender.framework_maximum_net_cents:
        return
    known = sum(tenders.totals_by_buyer(session, tender.id).values())
    rest = tender.framework_maximum_net_cents - known
    if rest > 0:
        yield Position(
            municipality=lead.name, land=lead.land, amount_cents=rest, label=FRAMEWORK_REST
        )


def _parties(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, _Party]:
    """Return the organisations by id; two of one name are told apart by their keys."""
    wanted = list(dict.fromkeys(ids))
    rows = {
        row.id: row
        for row in session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))
    }
    names = [rows[key].name for key in wanted]
    return {
        key: _Party(
            name=rows[key].name
            if names.count(rows[key].name) == 1
            else f"{rows[key].name} ({rows[key].ags or rows[key].ars or key})",
            land=_land(rows[key]),
        )
        for key in wanted
    }


def _land(organisation: Organisation) -> str:
    if organisation.land:
        return organisation.land
    return land_code(organisation.ags) if organisation.ags else USUAL_LAND


def _members(
    parties: Mapping[uuid.UUID, _Party], needs: Mapping[uuid.UUID, dt.date]
) -> tuple[Member, ...]:
    return tuple(
        Member(name=party.name, land=party.land, needed_on=needs.get(key))
        for key, party in parties.items()
    )


def _needs(demands: Iterable[ReleasedDemand]) -> dict[uuid.UUID, dt.date]:
    """Return organisation id → the first day on which it needs something."""
    found: dict[uuid.UUID, dt.date] = {}
    for demand in demands:
        if demand.needed_from is not None:
            known = found.get(demand.organisation_id, demand.needed_from)
            found[demand.organisation_id] = min(known, demand.needed_from)
    return found


def _value(demand: ReleasedDemand, bound: pools.BoundDemand | None) -> int:
    value = demand.value_net_cents if bound is None else bound.value_net_cents
    return value or 0
