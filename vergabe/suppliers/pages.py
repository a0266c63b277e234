"""The supplier's own area: what the firm wants to hear of, what it says of itself, who acts."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.exchange import codes
from vergabe.suppliers import membership, profiles, registering, rules
from vergabe.suppliers.profiles import FirmEntry, ProfileEntry
from vergabe.web.rights import current_actor, requires
from vergabe.web.shell import settings
from vergabe.web.transactions import commits

pages = Blueprint("suppliers", __name__)


@pages.get("/unternehmen/profil")
@requires(Permission.USE_SUPPLIER_AREA)
def profile() -> ResponseReturnValue:
    found = profiles.profile_of(db.session(), current_actor())
    lands = {land.nuts1 for land in codes.lands()}
    entry = ProfileEntry(
        cpv="\n".join(found.cpv_prefixes),
        nuts="\n".join(code for code in found.nuts_prefixes if code not in lands),
        keywords="\n".join(found.keywords),
        size=found.size or "",
    )
    return _profile_page(entry, [code for code in found.nuts_prefixes if code in lands])


def _profile_page(
    entry: ProfileEntry,
    lands: list[str],
    violations: tuple[Violation, ...] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    found = profiles.profile_of(db.session(), current_actor())
    html = render_template(
        "suppliers/profile.html",
        profile=found,
        entry=entry,
        chosen_lands=lands,
        lands=[(land.nuts1, land.name) for land in codes.lands()],
        sizes=list(rules.SIZES.items()),
        cpv_labels=[(prefix, _cpv_label(prefix)) for prefix in found.cpv_prefixes],
        nuts_labels=[(code, _nuts_label(code)) for code in found.nuts_prefixes],
        violations=violations,
    )
    return html, status


def _cpv_label(prefix: str) -> str:
    entry = codes.cpv(prefix.ljust(8, "0"))
    return entry.label_de if entry else ""


def _nuts_label(code: str) -> str:
    region = codes.nuts(code)
    return region.name if region else ""


@pages.post("/unternehmen/profil")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def save_profile() -> ResponseReturnValue:
    lands = request.form.getlist("land")
    entry = ProfileEntry(
        cpv=request.form.get("cpv", ""),
        nuts=request.form.get("nuts", ""),
        keywords=request.form.get("keywords", ""),
        size=request.form.get("size", ""),
    )
    wanted = ProfileEntry(
        cpv=entry.cpv,
        nuts="\n".join([*lands, entry.nuts]),
        keywords=entry.keywords,
        size=entry.size,
    )
    try:
        profiles.save_profile(db.session(), current_actor(), wanted, now=clock.now())
    except InvalidInput as error:
        db.session.rollback()
        return _profile_page(entry, lands, error.violations, status=error.status)
    flash("Ihr Profil ist gespeichert.", "success")
    return redirect(url_for(".profile"), code=303)


@pages.post("/unternehmen/profil/pause")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def pause() -> ResponseReturnValue:
    is_paused = request.form.get("paused") == "1"
    profiles.pause(db.session(), current_actor(), is_paused=is_paused, now=clock.now())
    flash(
        "Sie bekommen vorerst keine Einladungen mehr."
        if is_paused
        else "Sie bekommen wieder Einladungen.",
        "success",
    )
    return redirect(url_for(".profile"), code=303)


@pages.get("/unternehmen/codes")
@requires(Permission.USE_SUPPLIER_AREA)
def find_codes() -> ResponseReturnValue:
    wanted = request.args.get("q", "")[:100]
    return render_template(
        "suppliers/codes.html",
        wanted=wanted,
        cpv=codes.cpv_search(wanted, limit=30) if wanted.strip() else (),
        nuts=codes.nuts_search(wanted, limit=15) if wanted.strip() else (),
    )


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
        return _firm_page(error.violations, status=error.status)
    flash("Die Angaben sind gespeichert.", "success")
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
        return _firm_page(error.violations, status=error.status)
    flash("Die Einladung ist unterwegs.", "success")
    return redirect(url_for(".firm"), code=303)


@pages.post("/unternehmen/personen/<uuid:user_id>/entfernen")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def remove(user_id: uuid.UUID) -> ResponseReturnValue:
    try:
        membership.remove_person(db.session(), current_actor(), user_id, now=clock.now())
    except Refused as error:
        db.session.rollback()
        return _firm_page(error.reasons, status=error.status)
    flash("Die Person handelt nicht mehr für Ihr Unternehmen.", "success")
    return redirect(url_for(".firm"), code=303)
