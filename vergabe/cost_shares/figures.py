"""Who shares the costs of a project, with which figures, by which key."""

import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe import clock
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation, Member
from vergabe.cost_keys import keys
from vergabe.cost_keys.figures import MemberFigures
from vergabe.cost_keys.keys import CostKey
from vergabe.cost_shares import queries
from vergabe.cost_shares.model import CostBearer
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.tenders.model import ItemShare, Lot, LotItem, Tender


def member_key(member: Member) -> str:
    """Return the key by which cost keys name a member: AGS, else ARS."""
    return member.organisation.ags or member.organisation.ars or str(member.organisation_id)


def all_members(session: Session, cooperation_id: uuid.UUID) -> list[Member]:
    """Return everybody who is or was a member, in the fixed order, organisations loaded."""
    query = (
        select(Member)
        .where(Member.cooperation_id == cooperation_id)
        .options(selectinload(Member.organisation))
        .order_by(Member.position, Member.id)
    )
    return list(session.scalars(query))


def key_of(session: Session, pool: Pool, members: Iterable[Member], *, now: dt.datetime) -> CostKey:
    """Return the key by which the costs of a project are shared now: as agreed, or as decided."""
    day = clock.berlin_day(now)
    agreed = keys.read_key(cooperations.cost_key_of(session, pool.cooperation, day))
    decision = queries.current_bearer(session, pool.id)
    if decision is None or decision.bearer_id is None:
        return agreed
    return borne(agreed, decision, members)


def borne(agreed: CostKey, decision: CostBearer, members: Iterable[Member]) -> CostKey:
    """Return the agreed key with the part that a decision puts on one member's budget."""
    bearer = next(m for m in members if m.organisation_id == decision.bearer_id)
    return keys.borne_by(agreed, member_key(bearer), decision.basis_points)


def figures_of(
    session: Session,
    pool: Pool,
    members: Iterable[Member] | None = None,
    *,
    now: dt.datetime,
) -> list[MemberFigures]:
    """Return every member with its figures for one project, in the fixed order.

    Those without a demand in it take no part; they bear only what a key names them for. Values
    are the shares of the tender's items, before a tender the demands as joined, before the joining
    window has ended the demands in the pool; net.
    """
    values = values_of(session, pool, now=now)
    rows = members if members is not None else all_members(session, pool.cooperation_id)
    return [
        MemberFigures(
            member_id=member.organisation_id,
            key=member_key(member),
            name=member.organisation.name,
            position=member.position,
            inhabitants=member.organisation.inhabitants,
            inhabitants_on=member.organisation.inhabitants_on,
            demand_value_net_cents=values.get(member.organisation_id),
            takes_part=member.organisation_id in values,
        )
        for member in rows
    ]


def values_of(session: Session, pool: Pool, *, now: dt.datetime) -> dict[uuid.UUID, int | None]:
    """Return member → estimated net value of its part in a project, for those that take part.

    None: the value of a demand of this member is not known. Until the joining window has ended all
    take part that have not declined, then those that are bound; in a pool that was dissolved, who
    did so at its end: invoices come later.
    """
    of_tender = _values_of_tender(session, pool.id)
    if of_tender:
        return dict(of_tender)
    found: dict[uuid.UUID, int | None] = {}
    brought = pools.brought_at_last(session, pool)
    last = pools.ended_at(session, pool) or now
    has_closed = pool.joining_deadline is not None and pool.joining_deadline <= last
    bound = pools.bound_demands(session, pool.id, brought) if has_closed else []
    if bound:
        pairs = [(entry.demand.organisation_id, entry.value_net_cents) for entry in bound]
    else:
        out = {key for key, row in brought.joinings.items() if row.decision != "joined"}
        pairs = [
            (demand.organisation_id, demand.value_net_cents)
            for demand in brought.demands
            if demand.organisation_id not in out
        ]
    for organisation_id, value in pairs:
        before = found.get(organisation_id, 0)
        found[organisation_id] = None if before is None or value is None else before + value
    return found


def _values_of_tender(session: Session, pool_id: uuid.UUID) -> dict[uuid.UUID, int]:
    tender = latest_tender(session, pool_id)
    if tender is None:
        return {}
    query = (
        select(ItemShare.organisation_id, ItemShare.value_net_cents)
        .join(LotItem, LotItem.id == ItemShare.item_id)
        .join(Lot, Lot.id == LotItem.lot_id)
        .where(Lot.tender_id == tender.id)
    )
    found: dict[uuid.UUID, int] = {}
    for organisation_id, value in session.execute(query):
        found[organisation_id] = found.get(organisation_id, 0) + value
    return found


def latest_tender(session: Session, pool_id: uuid.UUID) -> Tender | None:
    """Return the newest procedure of a project, also a cancelled one."""
    query = select(Tender).where(Tender.pool_id == pool_id).order_by(Tender.created_at.desc())
    return session.scalars(query.limit(1)).first()


def lead_key(cooperation: Cooperation, members: Iterable[Member]) -> str:
    """Return the key of the lead."""
    lead = next(m for m in members if m.organisation_id == cooperation.lead_organisation_id)
    return member_key(lead)
