"""Commands on webhooks, and putting an event into the lanes of those who subscribed it."""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vergabe import ids, outbox
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.errors import InvalidInput, Refused
from vergabe.outbox import OutboxRow
from vergabe.texts import gettext as _
from vergabe.webhooks import queries, rules
from vergabe.webhooks.model import WebhookCall, WebhookSubscription

KIND: Final = "webhook"
CALL: Final = "webhook_call"


def subscribe(
    session: Session,
    actor: Actor,
    *,
    name: str,
    url: str,
    kinds: Collection[str],
    has_own_networks: bool,
    now: dt.datetime,
) -> WebhookSubscription:
    """Return a new subscription of the organisation acted for. Raises InvalidInput, Refused."""
    organisation_id = _organisation(actor)
    reasons = rules.reasons_against(
        name=name.strip(),
        url=url.strip(),
        kinds=kinds,
        organisation_kind=actor.organisation_kind,
        has_own_networks=has_own_networks,
    )
    if reasons:
        raise InvalidInput.of(reasons)
    # Two clicks at once: the second is to see what the first has made.
    session.execute(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()
    )
    _require_room(queries.own_subscriptions(session, actor), url.strip(), sorted(set(kinds)))
    found = WebhookSubscription(
        organisation_id=organisation_id,
        name=name.strip(),
        url=url.strip(),
        kinds=sorted(set(kinds)),
        nonce=ids.new_secret(),
        created_at=now,
        last_sequence=0,
    )
    session.add(found)
    session.flush()
    _record(session, actor, found, "webhook_created", "eingerichtet", now=now)
    return found


def _require_room(others: Sequence[WebhookSubscription], url: str, kinds: Sequence[str]) -> None:
    """Raise Refused for a subscription that is there already, or one too many."""
    same = next((each for each in others if each.url == url and each.kinds == kinds), None)
    if same is not None:
        raise Refused(
            "webhook_exists",
            _(
                "Diese Adresse erfährt diese Ereignisse schon: Der Webhook „%(name)s“ ist "
                "eingerichtet. Wählen Sie andere Ereignisse, oder beenden Sie ihn zuerst.",
                name=same.name,
            ),
            field="url",
        )
    if len(others) >= rules.MOST_SUBSCRIPTIONS:
        raise Refused(
            "too_many_webhooks",
            _("Mehr als zehn Webhooks hat eine Organisation nicht. Beenden Sie zuerst einen."),
        )


def rotate(
    session: Session, actor: Actor, subscription_id: uuid.UUID, *, now: dt.datetime
) -> WebhookSubscription:
    """Give a subscription a new secret; the old one signs besides for a day."""
    found = queries.own_subscription(session, actor, subscription_id, is_locked=True)
    found.previous_nonce = found.nonce
    found.previous_until = now + dt.timedelta(hours=rules.ROTATION_HOURS)
    found.nonce = ids.new_secret()
    session.flush()
    _record(session, actor, found, "webhook_rotated", "mit neuem Geheimnis versehen", now=now)
    return found


def pause(
    session: Session, actor: Actor, subscription_id: uuid.UUID, *, now: dt.datetime
) -> WebhookSubscription:
    """Send nothing for now; what happens meanwhile is kept for `resume`, PAUSED_DAYS long."""
    found = queries.own_subscription(session, actor, subscription_id, is_locked=True)
    if found.paused_at is None:
        stop(found, _("Von Ihnen angehalten."), now=now)
        session.flush()
        _record(session, actor, found, "webhook_paused", "angehalten", now=now)
    return found


def stop(subscription: WebhookSubscription, reason: str, *, now: dt.datetime) -> None:
    """Note that nothing is sent for now, and why."""
    subscription.paused_at, subscription.paused_reason = now, reason


def resume(
    session: Session, actor: Actor, subscription_id: uuid.UUID, *, now: dt.datetime
) -> WebhookSubscription:
    """Send again, what waited first, in its order."""
    found = queries.own_subscription(session, actor, subscription_id, is_locked=True)
    if found.paused_at is not None:
        found.paused_at = found.paused_reason = None
        # What the worker has not come across yet would else be there twice.
        session.execute(
            update(OutboxRow)
            .where(
                OutboxRow.kind == KIND,
                OutboxRow.lane == str(found.id),
                OutboxRow.state == "waiting",
            )
            .values(state="done", done_at=now, leased_until=None)
        )
        waiting = session.scalars(
            select(WebhookCall)
            .where(WebhookCall.subscription_id == found.id, WebhookCall.state == "waiting")
            .order_by(WebhookCall.sequence)
        )
        _queue(session, waiting, now=now)
        _record(session, actor, found, "webhook_resumed", "wieder aufgenommen", now=now)
    return found


def end(
    session: Session, actor: Actor, subscription_id: uuid.UUID, *, now: dt.datetime
) -> WebhookSubscription:
    """End a subscription for good, with what waits; a second time changes nothing."""
    found = queries.own_subscription(session, actor, subscription_id, is_locked=True)
    if found.ended_at is None:
        found.ended_at = now
        session.flush()
        give_up_in_vain(session, found.id, now=now)
        _record(session, actor, found, "webhook_ended", "beendet", now=now)
    return found


def give_up_in_vain(session: Session, subscription_id: uuid.UUID, *, now: dt.datetime) -> int:
    """Give up the calls that a subscription has kept in vain; return how many.

    Those of one that is paused after PAUSED_DAYS, of one that has ended at once. Like any that is
    given up they are shown with the reason, and go after the days of the settings.
    """
    found = session.get_one(WebhookSubscription, subscription_id, with_for_update=True)
    reason = (
        _("Der Webhook wurde beendet.")
        if found.ended_at is not None
        else _("Der Webhook war länger als %(days)s Tage angehalten.", days=rules.PAUSED_DAYS)
    )
    old = (
        select(WebhookCall.id)
        .join(WebhookCall.subscription)
        .where(WebhookSubscription.id == found.id, queries.waits_in_vain(now))
    )
    given_up = session.execute(
        update(WebhookCall)
        .where(WebhookCall.id.in_(old))
        .values(state="failed", last_error=reason)
        .returning(WebhookCall.id)
    )
    return len(given_up.all())


def send_test(
    session: Session, actor: Actor, subscription_id: uuid.UUID, *, now: dt.datetime
) -> None:
    """Send an event that means nothing, to see whether it arrives."""
    found = queries.own_subscription(session, actor, subscription_id, is_locked=True)
    _add(session, found, rules.TEST, {}, event_id=ids.new_id(), now=now)


def send_again(
    session: Session, actor: Actor, call_id: uuid.UUID, *, now: dt.datetime
) -> WebhookCall:
    """Send a call again that was given up, under its own id; behind what waits already."""
    found = queries.own_call(session, actor, call_id)
    if found.state != "failed":
        raise Refused("call_not_failed", _("Dieser Aufruf wurde nicht aufgegeben."))
    if found.subscription.ended_at is not None:
        raise Refused("webhook_ended", _("Dieser Webhook ist beendet; er sendet nichts mehr."))
    kept_since = now - dt.timedelta(days=rules.PAUSED_DAYS)
    if found.subscription.paused_at is not None and found.created_at < kept_since:
        raise Refused(
            "webhook_paused",
            _(
                "Dieser Aufruf ist älter als %(days)s Tage, und der Webhook ist angehalten. Nehmen "
                "Sie zuerst den Webhook wieder auf.",
                days=rules.PAUSED_DAYS,
            ),
        )
    found.state, found.last_error = "waiting", None
    if found.subscription.paused_at is None:
        _queue(session, [found], now=now)
    session.flush()
    return found


def forward(
    session: Session,
    kind: str,
    data: Mapping[str, Any],
    *,
    audience: Iterable[uuid.UUID] | None,
    event_id: uuid.UUID,
    now: dt.datetime,
) -> int:
    """Put an event into the lanes of those who subscribed its kind; return how many.

    audience: the organisations that may know of it, None: everybody may. The same event again
    changes nothing.
    """
    wanted = select(WebhookSubscription).where(WebhookSubscription.ended_at.is_(None))
    if audience is not None:
        wanted = wanted.where(WebhookSubscription.organisation_id.in_(list(audience)))
    # In one order: two events that go to the same subscriptions never wait for each other.
    found = session.scalars(wanted.order_by(WebhookSubscription.id).with_for_update())
    chosen = [each for each in found if kind in each.kinds]
    return sum(_add(session, each, kind, data, event_id=event_id, now=now) for each in chosen)


def _add(
    session: Session,
    subscription: WebhookSubscription,
    kind: str,
    data: Mapping[str, Any],
    *,
    event_id: uuid.UUID,
    now: dt.datetime,
) -> bool:
    there = select(WebhookCall.id).where(
        WebhookCall.subscription_id == subscription.id, WebhookCall.event_id == event_id
    )
    if session.scalars(there).first() is not None:
        return False
    subscription.last_sequence += 1
    body = {
        "id": str(event_id),
        "type": kind,
        "timestamp": now.astimezone(dt.UTC).isoformat(),
        "sequence": subscription.last_sequence,
        "data": dict(data),
    }
    call = WebhookCall(
        subscription_id=subscription.id,
        sequence=subscription.last_sequence,
        event_id=event_id,
        kind=kind,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        created_at=now,
        state="waiting",
        attempts=0,
        queued=0,
    )
    session.add(call)
    session.flush()
    if subscription.paused_at is None:
        _queue(session, [call], now=now)
    return True


def _queue(session: Session, calls: Iterable[WebhookCall], *, now: dt.datetime) -> None:
    for call in calls:
        call.queued += 1
        outbox.put(
            session,
            KIND,
            CALL,
            f"{call.id}:{call.queued}",
            {"call_id": str(call.id)},
            now=now,
            lane=str(call.subscription_id),
        )


def _organisation(actor: Actor) -> uuid.UUID:
    if actor.organisation_id is None:
        raise Refused("webhook_needs_organisation", _("Ein Webhook gehört zu einer Organisation."))
    actor.require(Permission.MANAGE_WEBHOOKS, organisation_id=actor.organisation_id)
    return actor.organisation_id


def _record(
    session: Session,
    actor: Actor,
    found: WebhookSubscription,
    action: str,
    what: str,
    *,
    now: dt.datetime,
) -> None:
    act = Act(
        action,
        "webhook_subscription",
        found.id,
        f"Webhook „{found.name}“ wurde {what}.",
        details={"url": found.url, "kinds": list(found.kinds)},
    )
    stream = audit.stream_of("organisation", found.organisation_id)
    audit.append(session, stream, actor, act, now=now)
