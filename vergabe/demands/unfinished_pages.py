"""Keeping what somebody types into the form of a demand, while they type."""

import uuid
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.demands import unfinished
from vergabe.errors import InvalidInput
from vergabe.texts import _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("unfinished_demands", __name__)


@pages.post("/bedarfe/unfertig/<uuid:form_key>")
@requires(Permission.EDIT_DEMANDS)
@commits
def keep(form_key: uuid.UUID) -> ResponseReturnValue:
    """Keep a form for its writer; the script of the form calls this and shows the answer."""
    if form_key.version != 7:
        # Only ids as ours are: the key becomes the id of the demand.
        raise InvalidInput("form_key_invalid", "Bitte öffnen Sie das Formular neu.")
    now = clock.now()
    kept = unfinished.keep(
        db.session(),
        current_actor(),
        form_key,
        dict(request.form),
        is_change=request.args.get("bestehend") == "1",
        now=now,
    )
    told = f"Zwischengespeichert um {now.astimezone(clock.BERLIN):%H:%M} Uhr."
    answer: dict[str, Any] = {"text": told if kept else ""}
    return jsonify(answer)


@pages.post("/bedarfe/unfertig/<uuid:form_key>/verwerfen")
@requires(Permission.EDIT_DEMANDS)
@commits
def drop(form_key: uuid.UUID) -> ResponseReturnValue:
    unfinished.drop(db.session(), current_actor(), form_key)
    flash(_("Die unfertige Eingabe ist verworfen."), "success")
    return redirect(url_for("demands.index"), code=303)
