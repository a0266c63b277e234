"""Reads of tenders, narrowed to what the actor may see."""

import datetime as dt
import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Row, Select, Table, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import GRANTS, Permission
from vergabe.collation import folded
from vergabe.cooperations import reach, task_queries
from vergabe.cooperations.model import Cooperation, Member
from vergabe.cooperations.task_model import TaskAssignment
from vergabe.cooperations.task_rules import TENDER_STEPS, Performer, Step
from vergabe.deadlines.model import Deadline
from vergabe.errors import NotFound
from vergabe.pools.model import Pool
from vergabe.tenders.model import ItemShare, Lot, LotItem, Tender, TenderBuyer
from vergabe.web import paging
from vergabe.web.paging import Page

_TENDER: Final = cast(Table, Tender.__table__).c
_LEAD: Final = cast(Table, Organisation.__table__)
# What a list shows of a tender. The result of law alone is longer than all of it.
HEAD: Final[tuple[Any, ...]] = (
    _TENDER.id,
    _TENDER.reference,
    _TENDER.stage,
    _TENDER.title,
    _TENDER.cooperation_id,
    _TENDER.pool_id,
    _TENDER.lead_organisation_id,
    _TENDER.cpv,
    _TENDER.nature,
    _TENDER.procurement_method,
    _TENDER.regime,
    _TENDER.estimated_value_net_cents,
    _TENDER.submission_deadline,
    _TENDER.public_since,
    _TENDER.published_version,
    _TENDER.version,
    _LEAD.c.name.label("lead_name"),
)
# Not by the entity: a statement of columns alone is half as dear.
_LISTED: Final = select(*HEAD).join(_LEAD, _LEAD.c.id == _TENDER.lead_organisation_id)


Limits = frozenset[uuid.UUID] | None
"""The cooperations to which somebody's roles are limited; None: all of their organisation's."""


def visible(actor: Actor) -> Select[Tender]:
    """Members of the cooperation see its tenders, buyers and service providers theirs.

    The operator sees all. A role that is limited to one cooperation shows its tenders alone.
    """
    query = select(Tender)
    if actor.is_operator:
        return query
    today = clock.berlin_day(clock.now())
    return query.where(*conditions(actor.organisation_id, limits_of(actor), today))


def limits_of(actor: Actor) -> Limits:
    """Return to which cooperations the roles are limited with which an actor sees tenders."""
    roles = GRANTS[Permission.VIEW_TENDERS][1]
    limits = {
        grant.cooperation_id
        for grant in actor.grants
        if grant.role in roles and grant.organisation_id == actor.organisation_id
    }
    return None if None in limits else frozenset(each for each in limits if each is not None)


def conditions(
    organisation_id: uuid.UUID | None, limits: Limits, today: dt.date
) -> list[ColumnElement[bool]]:
    """Return what narrows tenders to those that somebody of an organisation sees on a day."""
    if limits is None:
        return [_is_of(organisation_id, today)]
    if not limits:
        return [Tender.id.is_(None)]
    return [Tender.cooperation_id.in_(sorted(limits)), _is_of(organisation_id, today)]


# A condition is as dear to make as to ask the database; it is the same all day.
@lru_cache(maxsize=512)
def _is_of(organisation_id: uuid.UUID | None, today: dt.date) -> ColumnElement[bool]:
    """An organisation sees tenders of its cooperations, those it buys in, those it works on."""
    member_of = select(Member.cooperation_id).where(
        Member.organisation_id == organisation_id,
        Member.counts_on(today),
    )
    # Looked up for each tender that is shown: a list of all it ever bought grows.
    buys = (
        select(TenderBuyer.id)
        .where(
            TenderBuyer.tender_id == Tender.id,
            TenderBuyer.organisation_id == organisation_id,
        )
        .correlate_except(TenderBuyer)
        .exists()
    )
    return or_(Tender.cooperation_id.in_(member_of), buys, _works_on(organisation_id, today))


def visible_parts(
    session: Session, actor: Actor, now: dt.datetime
) -> list[list[ColumnElement[bool]]]:
    """Return the same narrowing as `visible`, in parts that an index serves each."""
    reached = reach.reach_of(session, actor, Permission.VIEW_TENDERS, now=now)
    return reached.branches(_TENDER.cooperation_id, visible(actor).whereclause)


def _works_on(organisation_id: uuid.UUID | None, today: dt.date) -> ColumnElement[bool]:
    """A service provider sees the tenders in which the task matrix gives it a step."""
    area = (
        select(Pool.area_id)
        .where(Pool.id == Tender.pool_id)
        .correlate_except(Pool)
        .scalar_subquery()
    )
    under = task_queries.serves_under(
        organisation_id, TENDER_STEPS, today, agreement=Tender.agreement_id, area=area
    )
    now = task_queries.serves(
        organisation_id, TENDER_STEPS, today, cooperation=Tender.cooperation_id, area=area
    )
    return under | (Tender.agreement_id.is_(None) & now)


def work_of(actor: Actor, step: Step) -> Select[Tender]:
    """Return the visible tenders in which a step may be a task of the actor's organisation.

    A first choice for lists; `duties.may` has the last word on each.
    """
    org = actor.organisation_id
    named = exists().where(
        TaskAssignment.agreement_id == Tender.agreement_id,
        TaskAssignment.step == step,
        TaskAssignment.performer != Performer.LEAD,
        TaskAssignment.organisation_id.is_(None) | (TaskAssignment.organisation_id == org),
    )
    return visible(actor).where((Tender.lead_organisation_id == org) | named)


def visible_tender(session: Session, actor: Actor, tender_id: uuid.UUID) -> Tender:
    """Return a tender with its lots, items, shares and criteria; NotFound if it is not visible."""
    found = session.scalars(
        visible(actor)
        .where(Tender.id == tender_id)
        .options(
            selectinload(Tender.lots).joinedload(Lot.items).joinedload(LotItem.shares),
            selectinload(Tender.criteria),
            selectinload(Tender.buyers).joinedload(TenderBuyer.organisation),
            selectinload(Tender.documents),
        )
    ).one_or_none()
    if found is None:
        raise NotFound("Das Vergabeverfahren")
    return found


def locked_tender(session: Session, actor: Actor, tender_id: uuid.UUID) -> Tender:
    """Return a visible tender whose row nobody else can change until the commit.

    Everything below it is read again too: what the session saw before it got the lock may be old,
    and a document published by a rival meanwhile must not look like one that still waits.
    """
    found = session.scalars(
        visible(actor)
        .where(Tender.id == tender_id)
        .options(
            selectinload(Tender.lots).selectinload(Lot.items).selectinload(LotItem.shares),
            selectinload(Tender.criteria),
            selectinload(Tender.buyers),
            selectinload(Tender.documents),
        )
        .with_for_update(of=Tender)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("Das Vergabeverfahren")
    return found


def tender_by_reference(session: Session, actor: Actor, reference: str) -> Tender:
    """Return a visible tender by its human reference, e.g. DLZ-2026-0007."""
    found = session.scalars(
        visible(actor).where(Tender.reference == reference.strip().upper())
    ).one_or_none()
    if found is None:
        raise NotFound(f"Das Vergabeverfahren {reference}")
    return found


def tenders_page(
    session: Session,
    actor: Actor,
    *,
    stage: str | None = None,
    cooperation_id: uuid.UUID | None = None,
    text: str = "",
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Row[Any]]:
    """Return a page of visible tenders, newest first: what a list shows of each, no entities."""
    conditions: list[ColumnElement[bool]] = []
    if stage:
        conditions.append(_TENDER.stage == stage)
    if cooperation_id:
        conditions.append(_TENDER.cooperation_id == cooperation_id)
    conditions += [
        _TENDER.title_order.contains(folded(word), autoescape=True)
        | _TENDER.reference.icontains(word, autoescape=True)
        for word in text.split()[:8]
    ]
    return paging.newest_of(
        session,
        _LISTED,
        _TENDER.id,
        visible_parts(session, actor, clock.now()),
        *conditions,
        cursor=cursor,
        limit=limit,
    )


def totals_by_buyer(session: Session, tender_id: uuid.UUID) -> Mapping[uuid.UUID, int]:
    """Return each buying organisation's part of the estimated value, net in cents."""
    totals: dict[uuid.UUID, int] = {}
    rows = session.execute(
        select(ItemShare.organisation_id, ItemShare.value_net_cents)
        .join(LotItem, LotItem.id == ItemShare.item_id)
        .join(Lot, Lot.id == LotItem.lot_id)
        .where(Lot.tender_id == tender_id)
    )
    for organisation_id, value in rows:
        totals[organisation_id] = totals.get(organisation_id, 0) + value
    return totals


def lead_of(session: Session, cooperation_id: uuid.UUID) -> uuid.UUID:
    """Return the organisation that leads a cooperation."""
    return session.scalars(
        select(Cooperation.lead_organisation_id).where(Cooperation.id == cooperation_id)
    ).one()


def submission_source(session: Session, tender_id: uuid.UUID) -> str | None:
    """Return who set the running deadline for bids: `law` or `person`; None if none runs."""
    return session.scalars(
        select(Deadline.source).where(
            Deadline.subject_id == tender_id,
            Deadline.kind == "submission",
            Deadline.lifted_at.is_(None),
        )
    ).first()
