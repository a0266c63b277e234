"""The profile of a firm: what it wants to hear of, beside what that brings."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput
from vergabe.supplier_area import preview, profile_forms
from vergabe.supplier_area.preview import Preview
from vergabe.supplier_area.profile_forms import ProfileForm
from vergabe.suppliers import profiles, rules
from vergabe.texts import gettext as _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("supplier_profile", __name__)


@pages.get("/unternehmen/profil")
@requires(Permission.USE_SUPPLIER_AREA)
def show() -> ResponseReturnValue:
    found = profiles.profile_of(db.session(), current_actor())
    return _page(profile_forms.of_profile(found))


def _page(form: ProfileForm, *, status: int = 200) -> ResponseReturnValue:
    found = profiles.profile_of(db.session(), current_actor())
    html = render_template(
        "supplier_area/profile.html", profile=found, violations=form.violations, **parts(form)
    )
    return html, status


def parts(form: ProfileForm) -> dict[str, Any]:
    """Return what the fields and the preview of a profile need, wherever they stand."""
    return {
        "form_values": form,
        "preview": preview_of(form),
        "natures": [(key, _(name)) for key, name in rules.NATURES.items()],
        "sizes": [(key, _(name)) for key, name in rules.SIZES.items()],
    }


def preview_of(form: ProfileForm) -> Preview | None:
    """Return what the form would bring; None while something in it is wrong."""
    wish = form.wish()
    return preview.preview(db.session(), wish, now=clock.now()) if wish else None


def wants_part() -> bool:
    """Return whether a script asks for the preview alone."""
    return "HX-Request" in request.headers and request.form.get("part") == "preview"


def part(form: ProfileForm) -> str:
    """Return the preview alone."""
    return render_template("supplier_area/preview.html", preview=preview_of(form))


@pages.post("/unternehmen/profil")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def save() -> ResponseReturnValue:
    form, step = profile_forms.of_form(request.form), profile_forms.wants_step(request.form)
    if wants_part():
        return part(form)
    if step != "save":
        form = profile_forms.worked(form, step)
        return _page(form, status=422 if form.violations else 200)
    try:
        profiles.save_profile(db.session(), current_actor(), form.entry, now=clock.now())
    except InvalidInput as error:
        db.session.rollback()
        return _page(profile_forms.refused(form, error.reasons), status=error.status)
    flash(_("Ihr Profil ist gespeichert."), "success")
    return redirect(url_for(".show"), code=303)


@pages.post("/unternehmen/profil/pause")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def pause() -> ResponseReturnValue:
    is_paused = request.form.get("paused") == "1"
    profiles.pause(db.session(), current_actor(), is_paused=is_paused, now=clock.now())
    flash(
        _("Sie bekommen vorerst keine Einladungen mehr.")
        if is_paused
        else _("Sie bekommen wieder Einladungen."),
        "success",
    )
    return redirect(url_for(".show"), code=303)
