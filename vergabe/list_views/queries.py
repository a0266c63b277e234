"""Reads of saved views: everybody sees their own, for the organisation that they act for."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.collation import german
from vergabe.errors import NotFound
from vergabe.list_views.model import ListView


def _own(actor: Actor) -> Select[ListView]:
    return select(ListView).where(
        ListView.user_id == actor.user_id, ListView.organisation_id == actor.organisation_id
    )


def views_of(session: Session, actor: Actor, list_key: str) -> Sequence[ListView]:
    """Return the actor's views of one list by name."""
    query = _own(actor).where(ListView.list_key == list_key)
    return session.scalars(query.order_by(german(ListView.name), ListView.id)).all()


def all_views(session: Session, actor: Actor) -> Sequence[ListView]:
    """Return all views of the actor by list and name."""
    query = _own(actor).order_by(ListView.list_key, german(ListView.name), ListView.id)
    return session.scalars(query).all()


def own_view(session: Session, actor: Actor, view_id: uuid.UUID) -> ListView:
    """Return one of the actor's views; NotFound for anybody else's."""
    found = session.scalars(_own(actor).where(ListView.id == view_id)).one_or_none()
    if found is None:
        raise NotFound("Diese Ansicht")
    return found
