"""Reads of deadlines, narrowed to the members of their cooperation."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, literal, select, true, tuple_, union
from sqlalchemy.orm import Session, joinedload

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission, roles_with
from vergabe.deadlines.groups import groups
from vergabe.deadlines.model import Deadline
from vergabe.deadlines.rules import State
from vergabe.errors import InvalidInput, NotFound
from vergabe.web import paging
from vergabe.web.paging import Page

WHAT: Final = "Die Frist"
_PEOPLE: Final = (
    joinedload(Deadline.organisation),
    joinedload(Deadline.responsible),
    joinedload(Deadline.substitute),
)


@dataclass(frozen=True)
class DeadlineFilter:
    """What a list is narrowed to; None means everything."""

    state: State | None = None
    kind: str | None = None
    cooperation_id: uuid.UUID | None = None
    subject_id: uuid.UUID | None = None


def is_in_state(state: State, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition that says the same as `rules.state` (a test compares the two)."""
    if state is State.LIFTED:
        return Deadline.lifted_at.is_not(None)
    if state is State.MET:
        return and_(Deadline.lifted_at.is_(None), Deadline.met_at.is_not(None))
    is_over = Deadline.due_at <= now
    return and_(
        Deadline.lifted_at.is_(None),
        Deadline.met_at.is_(None),
        is_over if state is State.MISSED else ~is_over,
    )


def ending_before(session: Session, now: dt.datetime, until: dt.datetime) -> list[Deadline]:
    """Return all running deadlines that end until an instant, the next one first; for operators."""
    query = select(Deadline).where(is_in_state(State.RUNNING, now), Deadline.due_at <= until)
    return list(session.scalars(query.order_by(Deadline.due_at, Deadline.id)))


def memberships(organisation_ids: Sequence[uuid.UUID | None], day: dt.date) -> Select[uuid.UUID]:
    """Return the cooperations of which one of the organisations is a member on a legal day."""
    return groups().memberships(organisation_ids, day)


def cooperation_ids(session: Session, actor: Actor, now: dt.datetime) -> list[uuid.UUID]:
    """Return the cooperations whose deadlines the actor sees as a member's, sorted."""
    if actor.is_operator:
        return []
    found = session.scalars(memberships([actor.organisation_id], clock.berlin_day(now))).all()
    limits = _limits(actor)
    return sorted(set(found) if None in limits else set(found) & limits)


def visible_parts(
    session: Session, actor: Actor, now: dt.datetime
) -> list[list[ColumnElement[bool]]]:
    """Return the same narrowing as that of all reads here, in parts that an index serves each."""
    if actor.is_operator:
        return [[]]
    limits = _limits(actor)
    own = [Deadline.organisation_id == actor.organisation_id]
    if None not in limits:
        own.append(Deadline.cooperation_id.in_(limits))
    ids = cooperation_ids(session, actor, now)
    return [*([Deadline.cooperation_id == each] for each in ids), own]


def _limits(actor: Actor) -> set[uuid.UUID | None]:
    """Return the cooperations to which the actor's roles are limited; with None they are not."""
    roles = roles_with(Permission.VIEW_DEADLINES)
    return {
        grant.cooperation_id
        for grant in actor.grants
        if grant.role in roles and grant.organisation_id == actor.organisation_id
    }


def _is_visible(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    if actor.is_operator:
        return true()
    # Members see all; whoever has to keep a deadline (a service provider) sees that one.
    is_member = Deadline.cooperation_id.in_(
        memberships([actor.organisation_id], clock.berlin_day(now))
    ) | (Deadline.organisation_id == actor.organisation_id)
    limited_to = _limits(actor)
    if None in limited_to:
        return is_member
    return and_(is_member, Deadline.cooperation_id.in_(limited_to))


def visible(actor: Actor, now: dt.datetime) -> Select[Deadline]:
    return select(Deadline).where(_is_visible(actor, now)).options(*_PEOPLE)


def deadlines_page(
    session: Session,
    actor: Actor,
    wanted: DeadlineFilter,
    *,
    now: dt.datetime,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Deadline]:
    """Return a page of visible deadlines in order of time, the earliest first."""
    conditions = [] if wanted.state is None else [is_in_state(wanted.state, now)]
    for column, value in (
        (Deadline.kind, wanted.kind),
        (Deadline.cooperation_id, wanted.cooperation_id),
        (Deadline.subject_id, wanted.subject_id),
    ):
        if value is not None:
            conditions.append(column == value)
    after = _decoded(cursor)
    if after is not None:
        here = tuple_(literal(after[0], Deadline.due_at.type), literal(after[1], Deadline.id.type))
        conditions.append(tuple_(Deadline.due_at, Deadline.id) > here)
    size = paging.clamp(limit)
    parts = visible_parts(session, actor, now)
    rows = by_time(session, parts, *conditions, limit=size + 1)
    last = rows[size - 1] if len(rows) > size else None
    next_cursor = paging.encode(f"{last.due_at.isoformat()}|{last.id}") if last else None
    return Page(rows[:size], next_cursor)


def by_time(
    session: Session,
    parts: Sequence[Sequence[ColumnElement[bool]]],
    *conditions: ColumnElement[bool],
    limit: int,
    is_latest_first: bool = False,
) -> Sequence[Deadline]:
    """Return the first deadlines of all parts (`visible_parts`) in order of time.

    Each part is walked along its own index; one condition over all would read all that is visible.
    """

    def ordered(*columns: Any) -> list[Any]:
        return [each.desc() if is_latest_first else each.asc() for each in columns]

    found = [
        select(Deadline.id.label("id"), Deadline.due_at.label("due_at"))
        .where(*part, *conditions)
        .order_by(*ordered(Deadline.due_at, Deadline.id))
        .limit(limit)
        .subquery()
        for part in parts
    ]
    together = union(*(select(each) for each in found)).subquery()
    first = select(together.c.id).order_by(*ordered(together.c.due_at, together.c.id)).limit(limit)
    query = select(Deadline).where(Deadline.id.in_(first)).options(*_PEOPLE)
    return session.scalars(query.order_by(*ordered(Deadline.due_at, Deadline.id))).all()


def _decoded(cursor: str | None) -> tuple[dt.datetime, uuid.UUID] | None:
    key = paging.decode(cursor)
    if key is None:
        return None
    instant, _, deadline_id = key.partition("|")
    try:
        due_at = dt.datetime.fromisoformat(instant)
        if due_at.tzinfo is not None:
            return due_at, uuid.UUID(deadline_id)
    except ValueError:
        pass  # the same answer as for an instant without zone
    raise InvalidInput(
        "cursor_invalid",
        "Die Blätteradresse ist ungültig. Beginnen Sie wieder auf der ersten Seite.",
        field="cursor",
    )


def recently_missed(
    session: Session, actor: Actor, *, now: dt.datetime, limit: int
) -> Sequence[Deadline]:
    """Return the visible deadlines that ended unmet, the latest first."""
    parts = visible_parts(session, actor, now)
    missed = is_in_state(State.MISSED, now)
    return by_time(session, parts, missed, limit=limit, is_latest_first=True)


def of_subject(
    session: Session, actor: Actor, subject_id: uuid.UUID, *, now: dt.datetime
) -> Sequence[Deadline]:
    """Return all visible deadlines of one procedure, pool or call, lifted ones too, by time."""
    query = visible(actor, now).where(Deadline.subject_id == subject_id)
    return session.scalars(query.order_by(Deadline.due_at, Deadline.created_at)).all()


def visible_deadline(
    session: Session, actor: Actor, deadline_id: uuid.UUID, *, now: dt.datetime
) -> Deadline:
    """Return a deadline; NotFound unless the actor's organisation is a member."""
    found = session.scalars(visible(actor, now).where(Deadline.id == deadline_id)).one_or_none()
    if found is None:
        raise NotFound(WHAT)
    return found


def locked_deadline(
    session: Session, actor: Actor, deadline_id: uuid.UUID, *, now: dt.datetime
) -> Deadline:
    """Return a visible deadline whose row nobody else can change until the commit."""
    found = session.scalars(
        select(Deadline)
        .where(Deadline.id == deadline_id, _is_visible(actor, now))
        .with_for_update(of=Deadline)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(WHAT)
    return found
