"""Pages of substitutes across members: list, offer, accept, decline, end."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import ROLE_NAMES, Permission, Role
from vergabe.cooperations import substitutes
from vergabe.cooperations.pages import visible, words
from vergabe.cooperations.substitute_rules import (
    STATE_NAMES,
    SUBSTITUTED_ROLES,
    State,
    TypedWish,
    Wish,
)
from vergabe.db import db
from vergabe.errors import DomainError, InvalidInput, Refused
from vergabe.texts import _
from vergabe.web.forms import FormReader
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("substitutes", __name__)
pages.context_processor(words)

STATE_KINDS = {
    State.OFFERED: "info",
    State.COMING: "info",
    State.RUNNING: "success",
    State.DECLINED: "neutral",
    State.OVER: "neutral",
}


@pages.get("/zusammenarbeit/<key>/vertretungen")
@requires(Permission.VIEW_COOPERATION)
def index(key: str) -> ResponseReturnValue:
    return _page(key)


def _page(key: str, error: DomainError | None = None) -> ResponseReturnValue:
    session, actor, cooperation = db.session(), current_actor(), visible(key)
    today = clock.berlin_day(clock.now())
    html = render_template(
        "cooperations/substitutes.html",
        cooperation=cooperation,
        rows=[
            (found, substitutes.state_of(found, today))
            for found in substitutes.substitutions(session, cooperation.id)
        ],
        may_offer=actor.may(Permission.GRANT_SUBSTITUTES, cooperation_id=cooperation.id),
        roles=[(role.value, ROLE_NAMES[role]) for role in Role if role in SUBSTITUTED_ROLES],
        role_names=ROLE_NAMES,
        state_names=STATE_NAMES,
        state_kinds=STATE_KINDS,
        values=request.form,
        violations=error.reasons if error else (),
    )
    return html, error.status if error else 200


@pages.post("/zusammenarbeit/<key>/vertretungen")
@requires(Permission.GRANT_SUBSTITUTES)
@commits
def offer(key: str) -> ResponseReturnValue:
    try:
        substitutes.offer_substitution(
            db.session(), current_actor(), visible(key).id, _wish(key), now=clock.now()
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _page(key, error)
    flash(_("Die Person ist angefragt. Die Vertretung gilt, wenn sie annimmt."), "success")
    return redirect(url_for(".index", key=key), code=303)


def _wish(key: str) -> Wish:
    """Return what was typed; InvalidInput with all that is wrong, for whatever reason."""
    reader = FormReader(request.form)
    role = reader.choice("role", Role, "Wählen Sie die Rolle.")
    first = reader.required_day("valid_from", "Geben Sie den ersten Tag an.")
    last = reader.required_day("valid_to", "Geben Sie den letzten Tag an.")
    email, reason, absent = (reader.text(name) for name in ("email", "reason", "substitute_for"))
    if reader.violations or role is None or first is None or last is None:
        typed = TypedWish(email, role, first, last, reason, absent)
        reader.violations += substitutes.reasons_against_offer(
            db.session(), current_actor(), visible(key).id, typed, now=clock.now()
        )
        raise InvalidInput.of(reader.violations)
    return Wish(email, role, first, last, reason, absent)


@pages.post("/zusammenarbeit/<key>/vertretungen/<uuid:substitution_id>/annahme")
@requires(Permission.VIEW_COOPERATION)
@commits
def accept(key: str, substitution_id: uuid.UUID) -> ResponseReturnValue:
    substitutes.accept_substitution(
        db.session(), current_actor(), visible(key).id, substitution_id, now=clock.now()
    )
    flash(
        _(
            "Sie haben angenommen. Geben Sie in jedem Verfahren zuerst die Erklärung zu "
            "Interessenkonflikten ab."
        ),
        "success",
    )
    return redirect(url_for(".index", key=key), code=303)


@pages.post("/zusammenarbeit/<key>/vertretungen/<uuid:substitution_id>/ablehnung")
@requires(Permission.VIEW_COOPERATION)
@commits
def decline(key: str, substitution_id: uuid.UUID) -> ResponseReturnValue:
    substitutes.decline_substitution(
        db.session(), current_actor(), visible(key).id, substitution_id, now=clock.now()
    )
    flash(_("Sie haben abgelehnt."), "success")
    return redirect(url_for(".index", key=key), code=303)


@pages.post("/zusammenarbeit/<key>/vertretungen/<uuid:substitution_id>/ende")
@requires(Permission.VIEW_COOPERATION)
@commits
def end(key: str, substitution_id: uuid.UUID) -> ResponseReturnValue:
    try:
        substitutes.end_substitution(
            db.session(),
            current_actor(),
            visible(key).id,
            substitution_id,
            reason=request.form.get("reason", ""),
            now=clock.now(),
        )
    except InvalidInput as error:
        db.session.rollback()
        return _page(key, error)
    flash(_("Die Vertretung ist beendet."), "success")
    return redirect(url_for(".index", key=key), code=303)
