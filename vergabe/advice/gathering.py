"""From rows of a pool or tender to what the advisor asks for."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.lands import land_of
from vergabe.access.model import Organisation
from vergabe.bylaws import facts as bylaws
from vergabe.bylaws.facts import Gathered
from vergabe.cooperations.model import Cooperation
from vergabe.demands.queries import ReleasedDemand
from vergabe.funding.queries import award_rules
from vergabe.law.advice import AdvisorFacts, Member
from vergabe.law.bylaws import Bylaw
from vergabe.law.estimate import Position
from vergabe.law.thresholds import ContractType
from vergabe.pools import assessing
from vergabe.pools import queries as pools
from vergabe.pools.explaining import demand_facts
from vergabe.pools.model import Pool
from vergabe.pools.stages import Stage as PoolStage
from vergabe.pools.stages import effective_stage
from vergabe.tenders import later
from vergabe.tenders.facts import (
    FRAMEWORK_REST,
    buyers_of,
    is_joined,
    joining_facts,
    trades_of,
)
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import Stage


@dataclass(frozen=True)
class _Party:
    """An organisation under the name that the advice uses for it; with its by-law if it buys."""

    name: str
    land: str
    buys: bool
    bylaw: Bylaw | None = None


def of_pool(
    session: Session, pool: Pool, *, now: dt.datetime, on: dt.date | None = None
) -> AdvisorFacts:
    """Return a pool's facts, for a procedure begun on a legal day: `on`, or that of `now`.

    What members joined with counts once they have; before, their demands. Demands without a value
    count nothing; a pool without demands gives no positions. By-laws are those in force on the day.
    """
    bound = {entry.demand.id: entry for entry in pools.bound_demands(session, pool.id)}
    stage = effective_stage(PoolStage(pool.stage), pool.joining_deadline, now)
    joined = stage in (PoolStage.BINDING, PoolStage.TENDERING, PoolStage.CONCLUDED)
    found = pools.demands_in(session, pool.id)
    demands = [demand for demand in found if not joined or demand.id in bound]
    lead_id = session.scalars(
        select(Cooperation.lead_organisation_id).where(Cooperation.id == pool.cooperation_id)
    ).one()
    day = on or clock.berlin_day(now)
    owners = {demand.organisation_id for demand in demands}
    known = _organisations(session, [lead_id, *(demand.organisation_id for demand in demands)])
    rules = bylaws.gathered(session, [row for row in known if row.id in owners], day)
    parties = _parties(known, rules)
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
        funding_rules=award_rules(session, pool.id),
    )


def of_tender(
    session: Session, tender: Tender, *, now: dt.datetime, on: dt.date | None = None
) -> AdvisorFacts:
    """Return a tender's facts: of today while it is drafted, else of the day it was published.

    on: another legal day to begin on. Once published the by-laws are those of its record, whatever
    has become of them since. What later joiners may take counts like in the assessment of its gates
    (§ 3 (1) VgV); their by-laws bind nobody yet.
    """
    is_open = tender.stage in (Stage.DRAFT, Stage.READY)
    day = on or (clock.berlin_day(now) if is_open else tender.initiated_on)
    recorded = None if is_open or on is not None else tender.law_result.get("bylaws")
    buyers = buyers_of(tender)
    rules = (
        bylaws.gathered(session, buyers, day)
        if recorded is None
        else bylaws.gathered_again(session, buyers, recorded)
    )
    known = _organisations(session, [tender.lead_organisation_id, *(row.id for row in buyers)])
    parties = _parties(known, rules)
    lead = parties[tender.lead_organisation_id]
    trades = trades_of(session, tender)
    joined = any(is_joined(lot, trades) for lot in tender.lots)
    joiners = _later_joiners(tender)
    positions = [*_shares(tender, parties), *(position for _, position in joiners)]
    return AdvisorFacts(
        contract_type=ContractType(tender.nature),
        on=day,
        lead=lead.name,
        members=(*_members(parties, {}), *(member for member, _ in joiners)),
        positions=(*positions, *_rest(tender, lead, positions)),
        procedure=tender.procurement_method,
        urgent=tender.is_urgent,
        requested_publication_on=tender.requested_publication_on,
        submission_deadline_at=tender.submission_deadline,
        funding_rules=award_rules(session, tender.pool_id),
        joining=joining_facts(tender.lots_joining) if joined else None,
        framework_months=tender.duration_months if tender.is_framework else None,
    )


def _later_joiners(tender: Tender) -> list[tuple[Member, Position]]:
    """Return who may join later, each with the most that it may take."""
    found = []
    for row in tender.pool.later_joiners:
        name, land = later.name_in_estimate(row), land_of(row.organisation)
        position = Position(municipality=name, land=land, amount_cents=row.maximum_net_cents)
        found.append((Member(name=name, land=land), position))
    return found


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


def _rest(tender: Tender, lead: _Party, known: Iterable[Position]) -> Iterable[Position]:
    """Yield what a framework agreement may take beyond what is known (§ 3 (4) VgV)."""
    if not tender.is_framework or not tender.framework_maximum_net_cents:
        return
    rest = tender.framework_maximum_net_cents - sum(position.amount_cents for position in known)
    if rest > 0:
        yield Position(
            municipality=lead.name, land=lead.land, amount_cents=rest, label=FRAMEWORK_REST
        )


def _organisations(session: Session, ids: Iterable[uuid.UUID]) -> list[Organisation]:
    """Return the organisations in the order of their ids, each once."""
    wanted = list(dict.fromkeys(ids))
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))
    found = {row.id: row for row in rows}
    return [found[key] for key in wanted]


def _parties(known: Sequence[Organisation], rules: Gathered) -> dict[uuid.UUID, _Party]:
    """Return the parties by id; two of one name are told apart by their keys."""
    names = [row.name for row in known]
    own = {uuid.UUID(entry.key): entry.bylaw for entry in rules.rule_sets}
    found = {}
    for row in known:
        name = _name(row, names)
        bylaw = own.get(row.id)
        found[row.id] = _Party(
            name=name,
            land=land_of(row),
            buys=row.id in own,
            bylaw=replace(bylaw, municipality=name) if bylaw is not None else None,
        )
    return found


def _name(row: Organisation, names: Collection[str]) -> str:
    is_alone = list(names).count(row.name) == 1
    return row.name if is_alone else f"{row.name} ({row.ags or row.ars or row.id})"


def _members(
    parties: Mapping[uuid.UUID, _Party], needs: Mapping[uuid.UUID, dt.date]
) -> tuple[Member, ...]:
    return tuple(
        Member(
            name=party.name,
            land=party.land,
            bylaw=party.bylaw,
            needed_on=needs.get(key),
            buys=party.buys,
        )
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
