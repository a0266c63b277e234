"""Pages of the operator: what was given up and why, and addresses where nothing arrives."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.messages import bounces
from vergabe.operation import set_aside
from vergabe.texts import gettext as _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("operation", __name__)


@pages.get("/betrieb")
@requires(Permission.OPERATE_SERVICE)
def show() -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    rows = set_aside.rows(session, actor)
    return render_template(
        "operation/outbox.html",
        rows=rows,
        standings=set_aside.standings(session, actor, now=now),
        kinds=set_aside.KINDS,
        addresses=bounces.dead_addresses(session),
        is_cut=len(rows) == set_aside.SHOWN,
    )


@pages.post("/betrieb/auftraege/<uuid:row_id>/noch-einmal")
@requires(Permission.OPERATE_SERVICE)
@commits
def try_again(row_id: uuid.UUID) -> ResponseReturnValue:
    set_aside.try_again(db.session(), current_actor(), row_id, now=clock.now())
    flash(_("Der Auftrag wird noch einmal versucht."), "success")
    return redirect(url_for(".show"), code=303)


@pages.post("/betrieb/adressen/wieder-benutzen")
@requires(Permission.OPERATE_SERVICE)
@commits
def use_address_again() -> ResponseReturnValue:
    set_aside.require_operator(current_actor())
    bounces.use_again_by_operator(db.session(), request.form.get("address", ""))
    flash(_("An diese Adresse gehen wieder E-Mails."), "success")
    return redirect(url_for(".show"), code=303)
