"""Reads of webhooks, narrowed to the organisation acted for; and what is over, of all."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.errors import NotFound
from vergabe.texts import gettext as _
from vergabe.web import paging
from vergabe.web.paging import Page
from vergabe.webhooks import rules
from vergabe.webhooks.model import WebhookCall, WebhookSubscription


def own_subscriptions(session: Session, actor: Actor) -> Sequence[WebhookSubscription]:
    """Return the subscriptions of the organisation acted for that have not ended, by name."""
    actor.require(Permission.MANAGE_WEBHOOKS)
    return session.scalars(
        select(WebhookSubscription)
        .where(
            WebhookSubscription.organisation_id == actor.organisation_id,
            WebhookSubscription.ended_at.is_(None),
        )
        .order_by(WebhookSubscription.name, WebhookSubscription.id)
    ).all()


def own_subscription(
    session: Session, actor: Actor, subscription_id: uuid.UUID, *, is_locked: bool = False
) -> WebhookSubscription:
    """Return a subscription of the organisation acted for; NotFound for any other's."""
    actor.require(Permission.MANAGE_WEBHOOKS)
    query = select(WebhookSubscription).where(WebhookSubscription.id == subscription_id)
    if not actor.is_operator:
        query = query.where(WebhookSubscription.organisation_id == actor.organisation_id)
    found = session.scalars(query.with_for_update() if is_locked else query).one_or_none()
    if found is None:
        raise NotFound(_("Dieser Webhook"))
    return found


def own_call(session: Session, actor: Actor, call_id: uuid.UUID) -> WebhookCall:
    """Return a call of a subscription of one's own, locked; NotFound for any other's."""
    found = session.get(WebhookCall, call_id, with_for_update=True)
    if found is None:
        raise NotFound(_("Dieser Aufruf"))
    own_subscription(session, actor, found.subscription_id, is_locked=True)
    return found


def calls_of(
    session: Session,
    subscription_id: uuid.UUID,
    *,
    state: str = "",
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Any]:
    """Return a page of calls, newest first. state: only those in this state."""
    query = select(WebhookCall).where(WebhookCall.subscription_id == subscription_id)
    if state:
        query = query.where(WebhookCall.state == state)
    return paging.newest_first(session, query, WebhookCall.id, cursor=cursor, limit=limit)


def counts(session: Session, subscription_id: uuid.UUID) -> dict[str, int]:
    """Return how many calls are in each state."""
    rows = session.execute(
        select(WebhookCall.state, func.count())
        .where(WebhookCall.subscription_id == subscription_id)
        .group_by(WebhookCall.state)
    )
    found: dict[str, int] = dict(rows.all())
    return found


def with_calls_to_give_up(now: dt.datetime) -> Select[uuid.UUID]:
    """Return the query of the ids of subscriptions with calls that wait in vain."""
    return (
        select(WebhookSubscription.id)
        .where(
            # Few are paused or have ended: only their calls are looked through.
            WebhookSubscription.paused_at.is_not(None) | WebhookSubscription.ended_at.is_not(None),
            select(WebhookCall.id)
            .where(WebhookCall.subscription_id == WebhookSubscription.id, waits_in_vain(now))
            .exists(),
        )
        .order_by(WebhookSubscription.id)
    )


def waits_in_vain(now: dt.datetime) -> ColumnElement[bool]:
    """Return whether a call of a subscription waits that has ended, or is paused for too long."""
    return (WebhookCall.state == "waiting") & (
        WebhookSubscription.ended_at.is_not(None)
        | (
            WebhookSubscription.paused_at.is_not(None)
            & (WebhookCall.created_at < now - dt.timedelta(days=rules.PAUSED_DAYS))
        )
    )


def over(before: dt.datetime) -> Select[uuid.UUID]:
    """Return the query of the ids of calls made before an instant, delivered or given up.

    Those given up are among them: left alone after the others went, they would look like failures
    one after the other, for which a subscription is paused. What waits is not, however old. Found
    along the ids, whose order is that of time: there is no index to keep for it.
    """
    return select(WebhookCall.id).where(
        WebhookCall.id < ids.lowest_at(before),
        WebhookCall.created_at < before,
        WebhookCall.state != "waiting",
    )
