"""Reads of calls for demands: who was asked, who has answered, and how often in the end."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, joinedload

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations import area_queries, tasks
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.rules import BRINGS_DEMANDS
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.demands import call_rules
from vergabe.demands.call_rules import AnswerKind, CallState, Rate
from vergabe.demands.model import CallAnswer, CallForDemands, Demand
from vergabe.demands.stages import Stage
from vergabe.errors import NotFound
from vergabe.web import paging
from vergabe.web.paging import Page

_COUNTS_AS_ANSWER = frozenset(Stage) - {Stage.DRAFT, Stage.WITHDRAWN}
_SHOWN_WITH: Final = (joinedload(CallForDemands.cooperation), joinedload(CallForDemands.area))
MOST_OPEN: Final = 50
"""So many open calls are offered to choose from; the list of calls has all."""
RATED_CALLS: Final = 50
"""So many of the latest calls count for an answer rate."""


@dataclass(frozen=True)
class MemberAnswer:
    """How one member has answered a call; `at`: instant of the "no demand", or of the first demand.

    value_net_cents: what its demands add up to, net; demands without a value count as nothing.
    """

    organisation_id: uuid.UUID
    name: str
    kind: AnswerKind
    demand_count: int = 0
    value_net_cents: int = 0
    at: dt.datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class MemberRate:
    """How often a member has answered the calls that asked it."""

    organisation_id: uuid.UUID
    name: str
    rate: Rate


def visible_call(
    session: Session, actor: Actor, call_id: uuid.UUID, *, now: dt.datetime, lock: bool = False
) -> CallForDemands:
    """Return a call of a cooperation that the actor may see; NotFound otherwise."""
    query = select(CallForDemands).where(CallForDemands.id == call_id)
    if lock:
        query = query.with_for_update(of=CallForDemands).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None or found.cooperation_id not in visible_ids(session, actor, now):
        raise NotFound("Die Bedarfsabfrage")
    return found


def call_of(session: Session, demand: Demand) -> CallForDemands | None:
    """Return the call that a demand answers, if it answers one."""
    return session.get(CallForDemands, demand.call_id) if demand.call_id else None


def visible_ids(session: Session, actor: Actor, now: dt.datetime) -> set[uuid.UUID]:
    """Return the cooperations whose calls the actor sees."""
    return {found.id for found in cooperations.cooperations_of(session, actor, now=now)}


def calls_page(
    session: Session,
    actor: Actor,
    *,
    now: dt.datetime,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[CallForDemands]:
    """Return a page of the calls of the actor's cooperations, newest first."""
    query = (
        select(CallForDemands)
        .where(CallForDemands.cooperation_id.in_(visible_ids(session, actor, now)))
        .options(*_SHOWN_WITH)
    )
    return paging.newest_first(session, query, CallForDemands.id, cursor=cursor, limit=limit)


def open_calls(
    session: Session, actor: Actor, *, now: dt.datetime, limit: int = MOST_OPEN
) -> list[CallForDemands]:
    """Return the open calls that ask the actor's organisation, those that close first on top.

    Whom a call asks depends on its area alone while it is open: asked once for each area.
    """
    day = clock.berlin_day(now)
    is_open = (CallForDemands.opens_at <= now) & (CallForDemands.closes_at > now)
    areas = session.scalars(
        select(TaskArea.id).where(
            TaskArea.cooperation_id.in_(visible_ids(session, actor, now)),
            exists().where(CallForDemands.area_id == TaskArea.id, is_open),
        )
    ).all()
    found: list[CallForDemands] = []
    for area_id in areas:
        if _asked_in(session, area_id, day, actor.organisation_id):
            query = select(CallForDemands).where(CallForDemands.area_id == area_id, is_open)
            query = query.order_by(CallForDemands.closes_at, CallForDemands.id).limit(limit)
            found += session.scalars(query.options(*_SHOWN_WITH))
    return sorted(found, key=lambda call: (call.closes_at, call.id))[:limit]


def _asked_in(
    session: Session, area_id: uuid.UUID, day: dt.date, organisation_id: uuid.UUID | None
) -> bool:
    if organisation_id is None:
        return False
    return cooperations.depth(session, organisation_id, area_id, day) in BRINGS_DEMANDS


def state_of(call: CallForDemands, now: dt.datetime) -> CallState:
    """Return where a call stands, by time alone."""
    return call_rules.state_of(call.opens_at, call.closes_at, now)


def asked(session: Session, call: CallForDemands, *, now: dt.datetime) -> list[uuid.UUID]:
    """Return the organisations that a call asks, in the fixed order of the members.

    Those that take part in the area with demands: today while it is open, on its last day later, so
    that an answer rate does not change when a member leaves years afterwards.
    """
    asked_on = area_queries.bringing_demands(session, call.cooperation_id)
    return asked_on(call.area_id, _day_that_counts(call, now))


def _day_that_counts(call: CallForDemands, now: dt.datetime) -> dt.date:
    last_instant = call.closes_at - dt.timedelta(microseconds=1)
    return clock.berlin_day(max(call.opens_at, min(now, last_instant)))


def is_asked(
    session: Session, call: CallForDemands, organisation_id: uuid.UUID | None, *, now: dt.datetime
) -> bool:
    """Return whether a call asks this organisation."""
    return organisation_id in asked(session, call, now=now)


def answers(session: Session, call: CallForDemands, *, now: dt.datetime) -> list[MemberAnswer]:
    """Return the answer of each member asked, in the fixed order of the members.

    A demand answers from its submission on; a draft, or one that was withdrawn, does not.
    """
    organisation_ids = asked(session, call, now=now)
    given = _demand_answers(session, Demand.call_id == call.id)
    none = _no_demand_answers(session, CallAnswer.call_id == call.id)
    names = _names(session, organisation_ids)
    return [
        _answer(each, names[each], given.get((call.id, each)), none.get((call.id, each)))
        for each in organisation_ids
    ]


def may_run(session: Session, actor: Actor, call: CallForDemands, *, now: dt.datetime) -> bool:
    """Return whether the survey is the task of the actor's organisation, and theirs there."""
    return tasks.may(session, actor, Step.SURVEY, Governed(call.cooperation, call.area_id), now=now)


def answers_for(
    session: Session, actor: Actor, call: CallForDemands, *, now: dt.datetime
) -> tuple[Rate, list[MemberAnswer]]:
    """Return the rate over all members asked, and the answers that the actor may see.

    Coordinators see all; other members see the rate and their own answer.
    """
    found = answers(session, call, now=now)
    rate = call_rules.rate(answer.kind for answer in found)
    if may_run(session, actor, call, now=now):
        return rate, found
    return rate, [each for each in found if each.organisation_id == actor.organisation_id]


def demand_count(session: Session, call_id: uuid.UUID, organisation_id: uuid.UUID) -> int:
    """Return how many demands an organisation has submitted to a call."""
    found = _demand_answers(
        session, (Demand.call_id == call_id) & (Demand.organisation_id == organisation_id)
    )
    return found[call_id, organisation_id][0] if found else 0


def rates(
    session: Session, cooperation_id: uuid.UUID, *, now: dt.datetime
) -> tuple[Rate, list[MemberRate]]:
    """Return the answer rate over the latest open and closed calls, and per member.

    RATED_CALLS at most: the page costs the same after twenty years as after two.
    """
    calls = session.scalars(
        select(CallForDemands)
        .where(CallForDemands.cooperation_id == cooperation_id, CallForDemands.opens_at <= now)
        .order_by(CallForDemands.closes_at.desc(), CallForDemands.id.desc())
        .limit(RATED_CALLS)
    ).all()
    call_ids = [call.id for call in calls]
    given = _demand_answers(session, Demand.call_id.in_(call_ids))
    none = _no_demand_answers(session, CallAnswer.call_id.in_(call_ids))
    kinds: dict[uuid.UUID, list[AnswerKind]] = {}
    asked_on = area_queries.bringing_demands(session, cooperation_id)
    for call in calls:
        for organisation_id in asked_on(call.area_id, _day_that_counts(call, now)):
            key = (call.id, organisation_id)
            kind = _kind(key in given, key in none)
            kinds.setdefault(organisation_id, []).append(kind)
    names = _names(session, list(kinds))
    members = [
        MemberRate(organisation_id, names[organisation_id], call_rules.rate(found))
        for organisation_id, found in kinds.items()
    ]
    return call_rules.rate(kind for found in kinds.values() for kind in found), members


def rates_for(
    session: Session, actor: Actor, cooperation_id: uuid.UUID, *, now: dt.datetime
) -> tuple[Rate, list[MemberRate]]:
    """Return the rate over the latest calls, and the members' rates that the actor may see."""
    total, found = rates(session, cooperation_id, now=now)
    where = Governed(session.get_one(Cooperation, cooperation_id))
    if tasks.may(session, actor, Step.SURVEY, where, now=now):
        return total, found
    return total, [each for each in found if each.organisation_id == actor.organisation_id]


def rates_shown(
    session: Session, actor: Actor, *, now: dt.datetime
) -> list[tuple[Cooperation, Rate, list[MemberRate]]]:
    """Return the rates of each cooperation of the actor that has called for demands."""
    found = []
    for cooperation in cooperations.cooperations_of(session, actor, now=now):
        total, members = rates_for(session, actor, cooperation.id, now=now)
        if total.asked:
            found.append((cooperation, total, members))
    return found


_Given = Mapping[tuple[uuid.UUID, uuid.UUID], tuple[int, int, dt.datetime]]
_None = Mapping[tuple[uuid.UUID, uuid.UUID], CallAnswer]


def _demand_answers(session: Session, condition: ColumnElement[bool]) -> _Given:
    rows = session.execute(
        select(
            Demand.call_id,
            Demand.organisation_id,
            func.count(Demand.id),
            func.coalesce(func.sum(Demand.value_net_cents), 0),
            func.min(Demand.submitted_at),
        )
        .where(condition, Demand.stage.in_(_COUNTS_AS_ANSWER))
        .group_by(Demand.call_id, Demand.organisation_id)
    )
    return {
        (call_id, organisation_id): (count, int(total or 0), submitted_at)
        for call_id, organisation_id, count, total, submitted_at in rows
        if call_id is not None and submitted_at is not None
    }


def _no_demand_answers(session: Session, condition: ColumnElement[bool]) -> _None:
    rows = session.scalars(select(CallAnswer).where(condition))
    return {(row.call_id, row.organisation_id): row for row in rows}


def _names(session: Session, organisation_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisation_ids))
    )
    return {row.id: row.name for row in rows}


def _kind(has_demands: bool, has_none: bool) -> AnswerKind:
    if has_demands:
        return AnswerKind.DEMANDS
    return AnswerKind.NO_DEMAND if has_none else AnswerKind.NONE


def _answer(
    organisation_id: uuid.UUID,
    name: str,
    given: tuple[int, int, dt.datetime] | None,
    none: CallAnswer | None,
) -> MemberAnswer:
    kind = _kind(given is not None, none is not None)
    if given is not None:
        return MemberAnswer(organisation_id, name, kind, *given)
    if none is not None:
        return MemberAnswer(organisation_id, name, kind, at=none.answered_at, note=none.note)
    return MemberAnswer(organisation_id, name, kind)
