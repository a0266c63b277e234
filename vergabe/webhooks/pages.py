"""Pages of webhooks: which systems are told of what, and what became of each call."""

import uuid
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.texts import gettext as _
from vergabe.web.rights import current_actor, requires
from vergabe.web.shell import settings
from vergabe.web.transactions import commits
from vergabe.webhooks import queries, rules, service

pages = Blueprint("webhooks", __name__, url_prefix="/verwaltung/webhooks")

_STATES: Final = {"wartet": "waiting", "angekommen": "delivered", "aufgegeben": "failed"}


@pages.get("")
@requires(Permission.MANAGE_WEBHOOKS)
def index() -> ResponseReturnValue:
    return _index_page()


def _index_page(
    violations: tuple[Violation, ...] = (), *, status: int = 200
) -> ResponseReturnValue:
    actor = current_actor()
    html = render_template(
        "webhooks/index.html",
        subscriptions=queries.own_subscriptions(db.session(), actor),
        kinds=list(rules.kinds_for(actor.organisation_kind).items()),
        titles=rules.KINDS,
        values=request.form,
        chosen=request.form.getlist("kinds"),
        violations=violations,
    )
    return html, status


@pages.post("")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
def subscribe() -> ResponseReturnValue:
    try:
        found = service.subscribe(
            db.session(),
            current_actor(),
            name=request.form.get("name", "").replace("\0", ""),
            url=request.form.get("url", ""),
            kinds=request.form.getlist("kinds"),
            has_own_networks=bool(settings().webhook_networks),
            now=clock.now(),
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _index_page(error.reasons, status=error.status)
    flash(_("Der Webhook ist eingerichtet. Senden Sie ihm zur Probe ein Ereignis."), "success")
    return _to(found.id)


@pages.get("/<uuid:subscription_id>")
@requires(Permission.MANAGE_WEBHOOKS)
def show(subscription_id: uuid.UUID) -> ResponseReturnValue:
    session = db.session()
    found = queries.own_subscription(session, current_actor(), subscription_id)
    state = request.args.get("stand", "")
    cursor = request.args.get("ab")
    page = queries.calls_of(session, found.id, state=_STATES.get(state, ""), cursor=cursor)
    more: dict[str, Any] = {"stand": state} if state in _STATES else {}
    return render_template(
        "webhooks/show.html",
        subscription=found,
        titles=rules.KINDS,
        secret=rules.secret(settings().secret_key, found.nonce),
        calls=page,
        counts=queries.counts(session, found.id),
        states=[(word, word) for word in _STATES],
        state=state,
        replay_minutes=rules.REPLAY_SECONDS // 60,
        paused_days=rules.PAUSED_DAYS,
        next_url=url_for(".show", subscription_id=found.id, ab=page.next_cursor, **more)
        if page.next_cursor
        else None,
        first_url=url_for(".show", subscription_id=found.id, **more) if cursor else None,
    )


@pages.post("/<uuid:subscription_id>/geheimnis")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
def rotate(subscription_id: uuid.UUID) -> ResponseReturnValue:
    service.rotate(db.session(), current_actor(), subscription_id, now=clock.now())
    flash(
        _(
            "Das neue Geheimnis gilt. Einen Tag lang wird mit dem alten zugleich signiert: "
            "Tragen Sie das neue bis dahin ein."
        ),
        "success",
    )
    return _to(subscription_id)


@pages.post("/<uuid:subscription_id>/probe")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
def send_test(subscription_id: uuid.UUID) -> ResponseReturnValue:
    service.send_test(db.session(), current_actor(), subscription_id, now=clock.now())
    flash(_("Ein Probe-Ereignis ist unterwegs. Laden Sie die Seite gleich neu."), "success")
    return _to(subscription_id)


@pages.post("/<uuid:subscription_id>/anhalten")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
def pause(subscription_id: uuid.UUID) -> ResponseReturnValue:
    service.pause(db.session(), current_actor(), subscription_id, now=clock.now())
    flash(
        _(
            "Der Webhook ist angehalten. Was geschieht, wird %(days)s Tage lang aufgehoben.",
            days=rules.PAUSED_DAYS,
        ),
        "success",
    )
    return _to(subscription_id)


@pages.post("/<uuid:subscription_id>/aufnehmen")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
def resume(subscription_id: uuid.UUID) -> ResponseReturnValue:
    service.resume(db.session(), current_actor(), subscription_id, now=clock.now())
    flash(_("Der Webhook läuft wieder. Aufgehobenes wird jetzt gesendet."), "success")
    return _to(subscription_id)


@pages.post("/<uuid:subscription_id>/ende")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
def end(subscription_id: uuid.UUID) -> ResponseReturnValue:
    service.end(db.session(), current_actor(), subscription_id, now=clock.now())
    flash(_("Der Webhook ist beendet."), "success")
    return redirect(url_for(".index"), code=303)


@pages.post("/aufrufe/<uuid:call_id>/noch-einmal")
@requires(Permission.MANAGE_WEBHOOKS)
@commits
def send_again(call_id: uuid.UUID) -> ResponseReturnValue:
    found = service.send_again(db.session(), current_actor(), call_id, now=clock.now())
    flash(_("Der Aufruf wird noch einmal gesendet."), "success")
    return _to(found.subscription_id)


def _to(subscription_id: uuid.UUID) -> ResponseReturnValue:
    return redirect(url_for(".show", subscription_id=subscription_id), code=303)
