"""Reads of bodies and their meetings."""

import datetime as dt
import uuid
from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.councils.model import Body, Meeting
from vergabe.errors import NotFound


def bodies_of(
    session: Session, organisation_ids: Collection[uuid.UUID], *, day: dt.date | None = None
) -> list[Body]:
    """Return the bodies of organisations, by organisation and position.

    day: only those that exist on this legal day.
    """
    query = (
        select(Body)
        .where(Body.organisation_id.in_(list(organisation_ids)))
        .order_by(Body.organisation_id, Body.position, Body.name)
    )
    if day is not None:
        query = query.where(
            Body.active_from.is_(None) | (Body.active_from <= day),
            Body.active_to.is_(None) | (Body.active_to >= day),
        )
    return list(session.scalars(query))


def body_by_name(session: Session, organisation_id: uuid.UUID, name: str) -> Body | None:
    """Return the body of an organisation with exactly this name, or None."""
    return session.scalars(
        select(Body).where(Body.organisation_id == organisation_id, Body.name == name)
    ).one_or_none()


def own_body(session: Session, actor: Actor, body_id: uuid.UUID) -> Body:
    """Return a body of the organisation acted for; NotFound for another's."""
    found = session.get(Body, body_id)
    if found is None or (not actor.is_operator and found.organisation_id != actor.organisation_id):
        raise NotFound("Das Gremium")
    return found


def meetings(
    session: Session,
    *,
    body_ids: Collection[uuid.UUID] | None = None,
    organisation_id: uuid.UUID | None = None,
    first_day: dt.date | None = None,
    last_day: dt.date | None = None,
) -> list[Meeting]:
    """Return the meetings of bodies between two days (both inclusive), in the order of days.

    body_ids, organisation_id: whose meetings; ValueError if neither is given.
    """
    if body_ids is None and organisation_id is None:
        raise ValueError("meetings of which bodies or which organisation?")
    query = _meetings(first_day, last_day)
    if body_ids is not None:
        query = query.where(Meeting.body_id.in_(list(body_ids)))
    if organisation_id is not None:
        query = query.join(Body).where(Body.organisation_id == organisation_id)
    return list(session.scalars(query.order_by(Meeting.day, Meeting.id)))


def _meetings(first_day: dt.date | None, last_day: dt.date | None) -> Select[Meeting]:
    query = select(Meeting)
    if first_day is not None:
        query = query.where(Meeting.day >= first_day)
    if last_day is not None:
        query = query.where(Meeting.day <= last_day)
    return query


def next_meeting(session: Session, body_id: uuid.UUID, day: dt.date) -> Meeting | None:
    """Return the first meeting of a body on `day` or later, or None if none is known."""
    return session.scalars(
        _meetings(day, None).where(Meeting.body_id == body_id).order_by(Meeting.day).limit(1)
    ).one_or_none()


def last_meeting(session: Session, body_id: uuid.UUID, day: dt.date) -> Meeting | None:
    """Return the last meeting of a body on `day` or earlier, or None: for planning backwards."""
    return session.scalars(
        _meetings(None, day).where(Meeting.body_id == body_id).order_by(Meeting.day.desc()).limit(1)
    ).one_or_none()
