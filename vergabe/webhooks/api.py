"""JSON API of webhooks."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.web.api import KEPT_NOWHERE, ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.shell import settings
from vergabe.web.transactions import commits
from vergabe.webhooks import queries, rules, service
from vergabe.webhooks.model import WebhookCall, WebhookSubscription
from vergabe.webhooks.schema import (
    CallListSchema,
    CallQuery,
    CallSchema,
    SecretSchema,
    SubscriptionInSchema,
    SubscriptionListSchema,
    SubscriptionSchema,
)

api = ApiBlueprint("webhooks", __name__, description="Webhooks")


@api.get("/webhooks")
@requires(Permission.MANAGE_WEBHOOKS)
@api.response(200, SubscriptionListSchema)
def subscriptions() -> Any:
    """Webhooks der eigenen Organisation."""
    return {"items": queries.own_subscriptions(db.session(), current_actor())}


@api.post("/webhooks")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
@api.arguments(SubscriptionInSchema)
@api.response(201, SecretSchema)
def subscribe(body: dict[str, Any]) -> Any:
    """Webhook einrichten; das Geheimnis zum Prüfen der Signatur steht in der Antwort."""
    found = service.subscribe(
        db.session(),
        current_actor(),
        **body,
        has_own_networks=bool(settings().webhook_networks),
        now=clock.now(),
    )
    return _with_secret(found)


@api.post("/webhooks/<uuid:subscription_id>/rotate")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
@api.response(200, SecretSchema)
def rotate(subscription_id: uuid.UUID) -> Any:
    """Neues Geheimnis; 24 Stunden lang wird mit beiden signiert."""
    return _with_secret(
        service.rotate(db.session(), current_actor(), subscription_id, now=clock.now())
    )


@api.post("/webhooks/<uuid:subscription_id>/pause")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
@api.response(200, SubscriptionSchema)
def pause(subscription_id: uuid.UUID) -> WebhookSubscription:
    """Anhalten; was geschieht, wird 30 Tage lang aufgehoben, dann aufgegeben."""
    return service.pause(db.session(), current_actor(), subscription_id, now=clock.now())


@api.post("/webhooks/<uuid:subscription_id>/resume")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
@api.response(200, SubscriptionSchema)
def resume(subscription_id: uuid.UUID) -> WebhookSubscription:
    """Wieder aufnehmen; Aufgehobenes wird in seiner Reihenfolge gesendet."""
    return service.resume(db.session(), current_actor(), subscription_id, now=clock.now())


@api.post("/webhooks/<uuid:subscription_id>/test")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
@api.response(202)
def test(subscription_id: uuid.UUID) -> None:
    """Zur Probe ein Ereignis webhook.test senden."""
    service.send_test(db.session(), current_actor(), subscription_id, now=clock.now())


@api.delete("/webhooks/<uuid:subscription_id>")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
@api.response(204)
def end(subscription_id: uuid.UUID) -> None:
    """Webhook beenden."""
    service.end(db.session(), current_actor(), subscription_id, now=clock.now())


@api.get("/webhooks/<uuid:subscription_id>/calls")
@requires(Permission.MANAGE_WEBHOOKS)
@api.arguments(CallQuery, location="query")
@api.response(200, CallListSchema)
def calls(query: dict[str, Any], subscription_id: uuid.UUID) -> Any:
    """Aufrufe eines Webhooks, neueste zuerst."""
    session = db.session()
    found = queries.own_subscription(session, current_actor(), subscription_id)
    page = queries.calls_of(session, found.id, **query)
    return {"items": page.items, "next_cursor": page.next_cursor}


@api.post("/webhook-calls/<uuid:call_id>/retry")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
@api.response(200, CallSchema)
def send_again(call_id: uuid.UUID) -> WebhookCall:
    """Einen aufgegebenen Aufruf noch einmal senden."""
    return service.send_again(db.session(), current_actor(), call_id, now=clock.now())


def _with_secret(found: WebhookSubscription) -> Any:
    shown = ("id", "name", "url", "kinds", "created_at", "paused_at", "paused_reason", "ended_at")
    secret = rules.secret(settings().secret_key, found.nonce)
    return {name: getattr(found, name) for name in shown} | {"secret": secret}, KEPT_NOWHERE
