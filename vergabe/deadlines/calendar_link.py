"""The secret calendar link of a person: made, renewed, revoked, and what lies behind it."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from vergabe import clock, ids
from vergabe.access import queries as access
from vergabe.access.actor import Actor
from vergabe.access.model import RoleAssignment, User
from vergabe.access.permissions import Permission, roles_with
from vergabe.deadlines import queries, rules
from vergabe.deadlines.model import Deadline
from vergabe.errors import Forbidden, NotFound
from vergabe.exchange import ical
from vergabe.exchange.ical import CalendarEntry
from vergabe.web.formatting import weekday_moment

NAME: Final = "Vergabe: Fristen"
KEPT: Final = dt.timedelta(days=365)
MOST: Final = 2000
Source = Callable[..., Sequence[CalendarEntry]]
"""source(session, user, *, base_url, now): further entries of a person's calendar."""
_sources: list[Source] = []
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{20,100}")


def set_sources(sources: Sequence[Source]) -> None:
    """Say what else belongs into calendars (done once by the registry)."""
    _sources[:] = sources


def has_link(session: Session, actor: Actor) -> bool:
    """Return whether the person has a calendar link now."""
    user = session.get(User, actor.user_id) if actor.user_id else None
    return user is not None and user.calendar_secret_hash is not None


def renew(session: Session, actor: Actor) -> str:
    """Give the person a new secret and return it; an old link no longer works.

    Only its hash is kept, so it can be shown this once.
    """
    secret = ids.new_secret()
    _own_account(session, actor).calendar_secret_hash = access.token_hash(secret)
    session.flush()
    return secret


def revoke(session: Session, actor: Actor) -> None:
    """Take the person's calendar link away; nothing if there is none."""
    _own_account(session, actor).calendar_secret_hash = None
    session.flush()


def _own_account(session: Session, actor: Actor) -> User:
    user = session.get(User, actor.user_id) if actor.user_id else None
    if user is None:
        raise Forbidden("no_person", "Nur angemeldete Personen haben einen Kalender.")
    return user


def calendar_of(session: Session, secret: str, *, base_url: str, now: dt.datetime) -> bytes:
    """Return the calendar behind a secret: the deadlines of the person's cooperations, and those
    that later steps know of (`set_sources`).

    Raises NotFound for a secret that is wrong, revoked, or of somebody who may no longer log in.
    """
    user = None
    if _SECRET.fullmatch(secret):
        user = session.scalars(
            select(User).where(User.calendar_secret_hash == access.token_hash(secret), User.active)
        ).one_or_none()
    if user is None:
        raise NotFound("Dieser Kalender")
    deadlines = _deadlines_of(session, user, now=now)
    entries = [_entry(each, base_url, now) for each in deadlines]
    for source in _sources:
        entries += source(session, user, base_url=base_url, now=now)
    return ical.calendar(NAME, entries)


def _deadlines_of(session: Session, user: User, *, now: dt.datetime) -> Sequence[Deadline]:
    """Return the deadlines of the last year and to come of all organisations of a person."""
    day = clock.berlin_day(now)
    rows = session.execute(
        select(RoleAssignment.organisation_id, RoleAssignment.cooperation_id).where(
            RoleAssignment.user_id == user.id,
            RoleAssignment.role.in_(roles_with(Permission.VIEW_DEADLINES)),
            RoleAssignment.valid_from <= day,
            RoleAssignment.valid_to.is_(None) | (RoleAssignment.valid_to >= day),
        )
    ).all()
    everywhere = [organisation_id for organisation_id, limited_to in rows if limited_to is None]
    visible: list[ColumnElement[bool]] = [
        Deadline.cooperation_id.in_(queries.memberships(everywhere, day))
    ]
    for organisation_id, limited_to in rows:
        if limited_to is not None:
            member_of = queries.memberships([organisation_id], day)
            visible.append(
                Deadline.cooperation_id.in_(member_of) & (Deadline.cooperation_id == limited_to)
            )
    query = (
        select(Deadline)
        .where(or_(*visible), Deadline.due_at > now - KEPT)
        .options(joinedload(Deadline.responsible), joinedload(Deadline.organisation))
        .order_by(Deadline.due_at, Deadline.id)
        .limit(MOST)
    )
    return session.scalars(query).all()


def _entry(deadline: Deadline, base_url: str, now: dt.datetime) -> CalendarEntry:
    facts = rules.DeadlineFacts(deadline.due_at, deadline.met_at, deadline.lifted_at)
    ended_at = deadline.lifted_at or deadline.met_at
    state = rules.state(facts, now)
    lines = [
        f"Ende: {weekday_moment(deadline.due_at)}. Ab diesem Augenblick ist es zu spät.",
        f"Vorgang: {deadline.subject_reference}",
        f"Zuständig: {_in_charge(deadline)}",
    ]
    if deadline.law:
        lines.append(f"Grundlage: {deadline.law}")
    if ended_at is not None:
        lines.append(f"Stand: {rules.STATE_NAMES[state]}")
    return CalendarEntry(
        uid=deadline.id,
        at=deadline.due_at,
        changed_at=ended_at or deadline.created_at,
        revision=0 if ended_at is None else 1,
        title=f"{deadline.title} ({deadline.subject_reference})",
        description="\n".join(lines),
        url=f"{base_url}/fristen",
        is_cancelled=state is rules.State.LIFTED,
        has_alarm=ended_at is None,
    )


def _in_charge(deadline: Deadline) -> str:
    where = deadline.organisation.name
    return f"{deadline.responsible.full_name}, {where}" if deadline.responsible else where
