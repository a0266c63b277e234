"""What a firm says of itself, and who acts for it."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.suppliers import membership, profiles, registering
from vergabe.suppliers.profiles import FirmEntry
from vergabe.texts import gettext as _
from vergabe.web.rights import current_actor, requires
from vergabe.web.shell import settings
from vergabe.web.transactions import commits

pages = Blueprint("suppliers", __name__)


@pages.get("/unternehmen/angaben")
@requires(Permission.USE_SUPPLIER_AREA)
def firm() -> ResponseReturnValue:
    return _firm_page()


def _firm_page(violations: tuple[Violation, ...] = (), *, status: int = 200) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    found = membership.own_firm(session, actor)
    html = render_template(
        "suppliers/firm.html",
        firm=found,
        people=membership.people_of(session, actor, now=clock.now()),
        invited=registering.invitations_of(session, actor, now=clock.now()),
        values=request.form,
        violations=violations,
    )
    return html, status


@pages.post("/unternehmen/angaben")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def save_firm() -> ResponseReturnValue:
    fields = ("name", "street", "postcode", "city", "phone", "register_number")
    entry = FirmEntry(**{field: request.form.get(field, "") for field in fields})
    try:
        profiles.save_firm(db.session(), current_actor(), entry, now=clock.now())
    except InvalidInput as error:
        db.session.rollback()
        return _firm_page(error.reasons, status=error.status)
    flash(_("Die Angaben sind gespeichert."), "success")
    return redirect(url_for(".firm"), code=303)


@pages.post("/unternehmen/personen")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def invite() -> ResponseReturnValue:
    try:
        registering.invite_colleague(
            db.session(),
            current_actor(),
            full_name=request.form.get("full_name", ""),
            email=request.form.get("email", ""),
            secret_key=settings().secret_key,
            now=clock.now(),
        )
    except InvalidInput as error:
        db.session.rollback()
        return _firm_page(error.reasons, status=error.status)
    flash(_("Die Einladung ist unterwegs."), "success")
    return redirect(url_for(".firm"), code=303)


@pages.post("/unternehmen/einladungen/<uuid:invitation_id>/zuruecknehmen")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def withdraw_invitation(invitation_id: uuid.UUID) -> ResponseReturnValue:
    registering.withdraw_invitation(db.session(), current_actor(), invitation_id, now=clock.now())
    flash(_("Die Einladung ist zurückgenommen; ihr Link gilt nicht mehr."), "success")
    return redirect(url_for(".firm"), code=303)


@pages.post("/unternehmen/personen/<uuid:user_id>/entfernen")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def remove(user_id: uuid.UUID) -> ResponseReturnValue:
    return _remove(user_id)


def _remove(user_id: uuid.UUID) -> ResponseReturnValue:
    is_me = user_id == current_actor().user_id
    try:
        membership.remove_person(db.session(), current_actor(), user_id, now=clock.now())
    except Refused as error:
        db.session.rollback()
        return _firm_page(error.reasons, status=error.status)
    if is_me:
        flash(_("Sie handeln nicht mehr für dieses Unternehmen."), "success")
        return redirect(url_for("home.start"), code=303)
    flash(_("Die Person handelt nicht mehr für Ihr Unternehmen."), "success")
    return redirect(url_for(".firm"), code=303)


@pages.get("/unternehmen/verlassen")
@requires(Permission.USE_SUPPLIER_AREA)
def leaving() -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    return render_template(
        "suppliers/leave.html",
        firm=membership.own_firm(session, actor),
        people=membership.people_of(session, actor, now=clock.now()),
    )


@pages.post("/unternehmen/verlassen")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def leave() -> ResponseReturnValue:
    user_id = current_actor().user_id
    assert user_id is not None
    return _remove(user_id)
