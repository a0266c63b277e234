"""Forgetting calls that are long over; the events they told of stand in the records."""

import datetime as dt
import uuid

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.webhooks.model import WebhookCall


def has_old(session: Session, *, before: dt.datetime) -> bool:
    """Return whether there are calls to forget."""
    return session.scalars(_old(before).limit(1)).first() is not None


def forget(session: Session, *, before: dt.datetime, limit: int = 1_000) -> int:
    """Delete calls made before an instant that were delivered or given up; return how many.

    Those given up go as well: left alone they would look like failures one after the other, for
    which a subscription is paused. What waits stays, however old.
    """
    oldest = _old(before).order_by(WebhookCall.id).limit(limit).with_for_update(skip_locked=True)
    found = session.scalars(oldest).all()
    session.execute(delete(WebhookCall).where(WebhookCall.id.in_(found)))
    return len(found)


def _old(before: dt.datetime) -> Select[uuid.UUID]:
    # Along the ids, whose order is that of time: there is no index to keep for it.
    return select(WebhookCall.id).where(
        WebhookCall.id < ids.lowest_at(before),
        WebhookCall.created_at < before,
        WebhookCall.state != "waiting",
    )
