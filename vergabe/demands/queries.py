"""Reads of demands, always narrowed to what the actor may see."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import ColumnElement, Row, Select, Table, Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import GRANTS, Permission
from vergabe.cooperations.model import TaskArea
from vergabe.demands.model import Demand, DemandItem
from vergabe.demands.stages import Stage
from vergabe.errors import NotFound
from vergabe.web import paging
from vergabe.web.paging import Page


@dataclass(frozen=True)
class DemandFilter:
    """What a list is narrowed to; None and empty mean everything."""

    stage: Stage | None = None
    text: str = ""
    cooperation_id: uuid.UUID | None = None
    area_id: uuid.UUID | None = None
    call_id: uuid.UUID | None = None


@dataclass(frozen=True)
class LineFacts:
    """A line of a demand; the unit price is net, in cents, for one `unit_code`."""

    id: uuid.UUID
    position: int
    text: str
    quantity: Decimal | None
    unit_code: str | None
    unit_price_net_cents: int | None


@dataclass(frozen=True)
class ReleasedDemand:
    """A demand as pools and tenders need it.

    value_net_cents: the value that counts, None if there is none; released_net_cents: the budget;
    nuts: place of performance, else the organisation's region; days are legal days, inclusive.
    """

    id: uuid.UUID
    reference: str
    stage: Stage
    organisation_id: uuid.UUID
    organisation_name: str
    land: str | None
    area_id: uuid.UUID
    area_key: str
    title: str
    description: str
    cpv: str
    cpv_additional: tuple[str, ...]
    nature: str | None
    value_net_cents: int | None
    released_net_cents: int | None
    needed_from: dt.date | None
    needed_until: dt.date | None
    nuts: str | None
    lines: tuple[LineFacts, ...]


_DEMAND: Final = cast(Table, Demand.__table__).c
_ITEM: Final = cast(Table, DemandItem.__table__).c
_LINE: Final = tuple(_ITEM[field.name] for field in fields(LineFacts))
HEAD: Final[tuple[Any, ...]] = (
    _DEMAND.id,
    _DEMAND.reference,
    _DEMAND.stage,
    _DEMAND.title,
    _DEMAND.cpv,
    _DEMAND.cooperation_id,
    _DEMAND.area_id,
    _DEMAND.organisation_id,
    _DEMAND.call_id,
    _DEMAND.value_net_cents,
    _DEMAND.currency,
    _DEMAND.needed_from,
    _DEMAND.needed_until,
    _DEMAND.created_at,
)


_Reach = tuple[uuid.UUID | None, frozenset[uuid.UUID] | None]
"""Whose demands may be seen, and those of which cooperations (None: of all)."""


def _reach(actor: Actor, permission: Permission) -> _Reach | None:
    """Return how far the actor sees by this permission; None: everything."""
    if actor.is_operator:
        return None
    roles = GRANTS[permission][1]
    cooperation_ids = {
        grant.cooperation_id
        for grant in actor.grants
        if grant.role in roles and grant.organisation_id == actor.organisation_id
    }
    named = frozenset(each for each in cooperation_ids if each is not None)
    return actor.organisation_id, None if None in cooperation_ids else named


def _conditions(reach: _Reach | None) -> list[ColumnElement[bool]]:
    if reach is None:
        return []
    organisation_id, cooperation_ids = reach
    conditions: list[ColumnElement[bool]] = [_DEMAND.organisation_id == organisation_id]
    if cooperation_ids is not None:
        conditions.append(_DEMAND.cooperation_id.in_(cooperation_ids))
    return conditions


def visible_to(actor: Actor, permission: Permission) -> list[ColumnElement[bool]]:
    """Return the conditions that narrow demands to those of the actor's organisation and roles."""
    return _conditions(_reach(actor, permission))


def visible_demand(
    session: Session, actor: Actor, demand_id: uuid.UUID, *, lock: bool = False
) -> Demand:
    """Return a demand that the actor may see; NotFound otherwise.

    lock: keep rivals out until the transaction ends, and read the row afresh.
    """
    return visible_demands(session, actor, [demand_id], lock=lock)[0]


class Whole(NamedTuple):
    """A demand with its lines as it is shown: columns, no entities."""

    facts: Row[*tuple[Any, ...]]
    lines: Sequence[LineFacts]


def visible_whole(session: Session, actor: Actor, demand_id: uuid.UUID) -> Whole:
    """Return a demand that the actor may see, to be shown; NotFound otherwise."""
    wanted = _shown(_reach(actor, Permission.VIEW_DEMANDS))
    facts = session.execute(wanted, {"demand": demand_id}).one_or_none()
    if facts is None:
        raise NotFound("Dieser Bedarf")
    lines = session.execute(_LINES_SHOWN, {"demand": demand_id})
    return Whole(facts, [LineFacts(*line) for line in lines])


_NOT_SHOWN: Final = frozenset(
    {"search_text", "title_order", "created_by_id", "submitted_by_id", "released_by_id"}
)
# Not by the entity: a statement of columns alone is half as dear.
_LISTED: Final[Select[*tuple[Any, ...]]] = select(*HEAD)
_SHOWN: Final[Select[*tuple[Any, ...]]] = select(
    *(column for column in _DEMAND if column.key not in _NOT_SHOWN)
).where(_DEMAND.id == bindparam("demand", type_=Uuid))


# A statement costs as much to make as to ask the database.
@lru_cache(maxsize=512)
def _shown(reach: _Reach | None) -> Select[*tuple[Any, ...]]:
    return _SHOWN.where(*_conditions(reach))


_LINES_SHOWN: Final[Select[*tuple[Any, ...]]] = (
    select(*_LINE)
    .where(_ITEM.demand_id == bindparam("demand", type_=Uuid))
    .order_by(_ITEM.position)
)


def visible_demands(
    session: Session, actor: Actor, demand_ids: Sequence[uuid.UUID], *, lock: bool = False
) -> list[Demand]:
    """Return demands that the actor may see, in the given order; NotFound if one is missing.

    Rows are locked in the order of their ids, so that two commands cannot wait for each other.
    """
    wanted = set(demand_ids)
    query = (
        select(Demand)
        .where(Demand.id.in_(wanted), *visible_to(actor, Permission.VIEW_DEMANDS))
        .order_by(Demand.id)
    )
    found = {demand.id: demand for demand in session.scalars(_locked(query) if lock else query)}
    if wanted - set(found):
        raise NotFound("Dieser Bedarf" if len(wanted) == 1 else "Einer der Bedarfe")
    return [found[demand_id] for demand_id in dict.fromkeys(demand_ids)]


def locked_demands(session: Session, demand_ids: Iterable[uuid.UUID]) -> list[Demand]:
    """Return demands locked in the order of their ids, for later steps of the flow.

    Those steps have checked what their actor may do with the pool or tender; NotFound if one of
    the demands does not exist.
    """
    wanted = set(demand_ids)
    query = select(Demand).where(Demand.id.in_(wanted)).order_by(Demand.id)
    found = list(session.scalars(_locked(query)))
    if len(found) != len(wanted):
        raise NotFound("Einer der Bedarfe")
    return found


def _locked(query: Select[Any]) -> Select[Any]:
    return query.with_for_update(of=Demand).execution_options(populate_existing=True)


def _narrowed(actor: Actor, wanted: DemandFilter) -> list[ColumnElement[bool]]:
    """Return what narrows a list to the demands that an actor may see and wants."""
    conditions = visible_to(actor, Permission.VIEW_DEMANDS)
    conditions += [
        column == value
        for column, value in (
            (_DEMAND.stage, wanted.stage),
            (_DEMAND.cooperation_id, wanted.cooperation_id),
            (_DEMAND.area_id, wanted.area_id),
            (_DEMAND.call_id, wanted.call_id),
        )
        if value is not None
    ]
    words = wanted.text.casefold().split()[:8]
    return conditions + [_DEMAND.search_text.contains(word, autoescape=True) for word in words]


def demands_page(
    session: Session,
    actor: Actor,
    wanted: DemandFilter,
    *,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Row[Any]]:
    """Return a page of demands, newest first: what a list shows of each, no entities."""
    query = _LISTED.where(*_narrowed(actor, wanted))
    return paging.newest_first(session, query, _DEMAND.id, cursor=cursor, limit=limit)


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many demands wait for a release that the actor may give."""
    conditions = visible_to(actor, Permission.RELEASE_DEMANDS)
    query = select(func.count(Demand.id)).where(Demand.stage == Stage.SUBMITTED, *conditions)
    return session.scalar(query) or 0


def released_facts(
    session: Session, cooperation_id: uuid.UUID, area_id: uuid.UUID | None = None
) -> list[ReleasedDemand]:
    """Return the released demands of a cooperation that are in no pool yet, in order of ids.

    For proposals, over all members; who may see the result is for the caller.
    """
    conditions: list[ColumnElement[bool]] = [
        Demand.cooperation_id == cooperation_id,
        Demand.stage == Stage.RELEASED,
    ]
    if area_id is not None:
        conditions.append(Demand.area_id == area_id)
    return _facts(session, conditions)


def released_count(session: Session, cooperation_id: uuid.UUID, area_id: uuid.UUID) -> int:
    """Return how many released demands of an area are in no pool yet."""
    query = select(func.count()).where(
        Demand.cooperation_id == cooperation_id,
        Demand.stage == Stage.RELEASED,
        Demand.area_id == area_id,
    )
    return session.scalar(query) or 0


def facts_of(session: Session, demand_ids: Iterable[uuid.UUID]) -> list[ReleasedDemand]:
    """Return the facts of these demands in whatever stage, in order of ids; missing ones are left
    out. For pools and tenders that hold them.
    """
    return _facts(session, [Demand.id.in_(list(demand_ids))])


_FACTS: Final[Select[*tuple[Any, ...]]] = (
    select(
        Demand.id,
        Demand.reference,
        Demand.stage,
        Demand.organisation_id,
        Organisation.name.label("organisation_name"),
        Organisation.land,
        Demand.area_id,
        TaskArea.key.label("area_key"),
        Demand.title,
        Demand.description,
        Demand.cpv,
        Demand.cpv_additional,
        Demand.nature,
        Demand.value_net_cents,
        Demand.released_net_cents,
        Demand.needed_from,
        Demand.needed_until,
        func.coalesce(func.nullif(Demand.nuts, ""), Organisation.nuts3).label("nuts"),
    )
    .join(Organisation, Organisation.id == Demand.organisation_id)
    .join(TaskArea, TaskArea.id == Demand.area_id)
    .order_by(Demand.id)
)
_LINES: Final[Select[*tuple[Any, ...]]] = (
    select(_ITEM.demand_id, *_LINE)
    .join(Demand, Demand.id == _ITEM.demand_id)
    .order_by(_ITEM.demand_id, _ITEM.position)
)


def _facts(session: Session, conditions: list[ColumnElement[bool]]) -> list[ReleasedDemand]:
    """Return facts by columns: no entity is made of what is only read; two statements."""
    lines: dict[uuid.UUID, list[LineFacts]] = {}
    for demand_id, *line in session.execute(_LINES.where(*conditions)):
        lines.setdefault(demand_id, []).append(LineFacts(*line))
    return [
        _fact(row, tuple(lines.get(row[0], ())))
        for row in session.execute(_FACTS.where(*conditions))
    ]


def _fact(row: Row[*tuple[Any, ...]], lines: tuple[LineFacts, ...]) -> ReleasedDemand:
    """Return what a row says, whose columns are named as the fields."""
    found = row._asdict()
    found["stage"] = Stage(row.stage)
    found["cpv_additional"] = tuple(row.cpv_additional)
    return ReleasedDemand(**found, lines=lines)


def known_references(
    session: Session, organisation_id: uuid.UUID, external_references: Iterable[str]
) -> dict[str, str]:
    """Return which of these external references the organisation already has, and our reference."""
    wanted = sorted(set(external_references))
    known: dict[str, str] = {}
    for start in range(0, len(wanted), 500):
        rows = session.execute(
            select(Demand.external_reference, Demand.reference).where(
                Demand.organisation_id == organisation_id,
                Demand.external_reference.in_(wanted[start : start + 500]),
            )
        )
        known.update({str(external): reference for external, reference in rows})
    return known


def search_text(*parts: str | None) -> str:
    """Return what is stored for searching: the parts casefolded, at most 4,000 characters."""
    return " ".join(part for part in parts if part).casefold()[:4000]
