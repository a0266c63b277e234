"""A firm registers in three steps: the person and the address, the firm, what it offers and where.

Between the first and the second lies the link that came by mail. What was typed in a step is kept
with the registration, so that going back loses nothing. Invited colleagues use the same link.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import login_user

from vergabe import clock
from vergabe.access import queries as people
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, Violation
from vergabe.supplier_area import profile_forms
from vergabe.supplier_area.profile_forms import ProfileForm
from vergabe.supplier_area.profile_pages import part, parts, wants_part
from vergabe.suppliers import registering, registration_steps
from vergabe.suppliers.model import PendingRegistration
from vergabe.suppliers.profiles import FirmEntry
from vergabe.suppliers.registering import Expired
from vergabe.texts import gettext as _
from vergabe.texts import marked
from vergabe.web.rights import public, requires
from vergabe.web.shell import settings
from vergabe.web.transactions import commits

pages = Blueprint("supplier_registration", __name__)

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
STEPS: Final = (
    marked("Sie und Ihre Adresse"),
    marked("Ihr Unternehmen"),
    marked("Was Sie anbieten und wo"),
)


def _steps() -> list[str]:
    return [_(label) for label in STEPS]


def _expiring(view: View) -> View:
    """Answer a link that is used up or too old with a page that says how to go on."""

    @wraps(view)
    def wrapped(token: str) -> ResponseReturnValue:
        try:
            return view(token)
        except Expired as error:
            db.session.rollback()
            html = render_template(
                "supplier_area/expired.html", token=token, can_renew=error.can_renew
            )
            return html, error.status

    return cast(View, wrapped)


def _pending(token: str, *, for_update: bool = False) -> PendingRegistration:
    return registering.pending_registration(
        db.session(),
        token,
        secret_key=settings().secret_key,
        now=clock.now(),
        for_update=for_update,
    )


@pages.get("/unternehmen/registrieren")
@public
def register() -> ResponseReturnValue:
    return _register_page()


def _register_page(
    violations: tuple[Violation, ...] = (), *, status: int = 200
) -> ResponseReturnValue:
    html = render_template(
        "supplier_area/register.html", steps=_steps(), values=request.form, violations=violations
    )
    return html, status


@pages.post("/unternehmen/registrieren")
@public
@commits
def send_registration() -> ResponseReturnValue:
    try:
        registering.register_firm(
            db.session(),
            full_name=request.form.get("full_name", ""),
            email=request.form.get("email", ""),
            secret_key=settings().secret_key,
            now=clock.now(),
        )
    except InvalidInput as error:
        db.session.rollback()
        return _register_page(error.reasons, status=error.status)
    return redirect(url_for(".sent"), code=303)


@pages.get("/unternehmen/registrieren/gesendet")
@public
def sent() -> ResponseReturnValue:
    return render_template("supplier_area/sent.html", steps=_steps())


@pages.get("/unternehmen/bestaetigen/<token>")
@public
@_expiring
def confirmation(token: str) -> ResponseReturnValue:
    """Where the link of every mail leads: on to the next step, or to an invitation."""
    pending = _pending(token)
    if pending.organisation is not None:
        return _invitation_page(token, pending)
    step = ".offer" if pending.steps_done else ".firm"
    return redirect(url_for(step, token=token), code=303)


def _invitation_page(
    token: str,
    pending: PendingRegistration,
    violations: tuple[Violation, ...] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    html = render_template(
        "supplier_area/invitation.html",
        pending=pending,
        token=token,
        has_account=people.user_by_email(db.session(), pending.email) is not None,
        violations=violations,
    )
    return html, status


@pages.post("/unternehmen/bestaetigen/<token>")
@public
@commits
@_expiring
def accept(token: str) -> ResponseReturnValue:
    """Accept an invitation into a firm that is there."""
    session, pending = db.session(), _pending(token, for_update=True)
    if pending.organisation is None:
        return redirect(url_for(".firm", token=token), code=303)
    had_account = people.user_by_email(session, pending.email) is not None
    try:
        user = registering.accept_invitation(
            session, pending, password=request.form.get("password", ""), now=clock.now()
        )
    except InvalidInput as error:
        session.rollback()
        return _invitation_page(token, _pending(token), error.reasons, status=error.status)
    return _welcome(user, had_account=had_account, goes_to="suppliers.firm")


def _welcome(user: Any, *, had_account: bool, goes_to: str) -> ResponseReturnValue:
    if had_account:
        # The link alone must not open an account that is there: its owner logs in as always.
        flash(_("Das hat geklappt. Bitte melden Sie sich an."), "success")
        return redirect(url_for("security.login"), code=303)
    login_user(user)
    return redirect(url_for(goes_to), code=303)


@pages.post("/unternehmen/registrieren/<token>/neuer-link")
@public
@commits
@_expiring
def renew(token: str) -> ResponseReturnValue:
    registering.renew_link(db.session(), token, secret_key=settings().secret_key, now=clock.now())
    return redirect(url_for(".sent"), code=303)


@pages.get("/unternehmen/registrieren/<token>/unternehmen")
@public
@_expiring
def firm(token: str) -> ResponseReturnValue:
    pending = _pending(token)
    kept = (pending.entries or {}).get("firm") or {"name": pending.firm or ""}
    return _firm_page(token, pending, kept)


def _firm_page(
    token: str,
    pending: PendingRegistration,
    values: dict[str, Any],
    violations: tuple[Violation, ...] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    html = render_template(
        "supplier_area/register_firm.html",
        steps=_steps(),
        token=token,
        pending=pending,
        values=values,
        must_repeat=pending.steps_done < 1 and pending.password_hash is not None,
        needs_password=registration_steps.needs_password(db.session(), pending),
        has_account=people.user_by_email(db.session(), pending.email) is not None,
        violations=violations,
    )
    return html, status


@pages.post("/unternehmen/registrieren/<token>/unternehmen")
@public
@commits
@_expiring
def save_firm(token: str) -> ResponseReturnValue:
    pending = _pending(token, for_update=True)
    if pending.organisation_id is not None:
        return redirect(url_for(".confirmation", token=token), code=303)
    fields = ("name", "street", "postcode", "city", "phone", "register_number")
    entry = FirmEntry(**{name: request.form.get(name, "") for name in fields})
    try:
        registration_steps.describe_firm(
            db.session(), pending, entry, password=request.form.get("password", "")
        )
    except InvalidInput as error:
        db.session.rollback()
        return _firm_page(token, _pending(token), asdict(entry), error.reasons, status=error.status)
    return redirect(url_for(".offer", token=token), code=303)


@pages.get("/unternehmen/registrieren/<token>/angebot")
@public
@_expiring
def offer(token: str) -> ResponseReturnValue:
    pending = _pending(token)
    if pending.steps_done < 1:
        return redirect(url_for(".confirmation", token=token), code=303)
    return _offer_page(token, profile_forms.of_raw((pending.entries or {}).get("profile")))


def _offer_page(token: str, form: ProfileForm, *, status: int = 200) -> ResponseReturnValue:
    html = render_template(
        "supplier_area/register_offer.html",
        steps=_steps(),
        token=token,
        violations=form.violations,
        **parts(form),
    )
    return html, status


@pages.post("/unternehmen/registrieren/<token>/angebot")
@public
@commits
@_expiring
def save_offer(token: str) -> ResponseReturnValue:
    session, pending = db.session(), _pending(token, for_update=True)
    if pending.steps_done < 1:
        return redirect(url_for(".confirmation", token=token), code=303)
    form, step = profile_forms.of_form(request.form), profile_forms.wants_step(request.form)
    if wants_part():
        return part(form)
    registration_steps.keep(session, pending, "profile", form.raw())
    if step == "back":
        return redirect(url_for(".firm", token=token), code=303)
    if step != "save":
        form = profile_forms.worked(form, step)
        return _offer_page(token, form, status=422 if form.violations else 200)
    had_account = people.user_by_email(session, pending.email) is not None
    try:
        user = registration_steps.complete(session, pending, form.entry, now=clock.now())
    except InvalidInput as error:
        session.rollback()
        form = profile_forms.refused(form, error.reasons)
        return _offer_page(token, form, status=error.status)
    return _welcome(user, had_account=had_account, goes_to=".done")


@pages.get("/unternehmen/registrieren/fertig")
@requires(Permission.USE_SUPPLIER_AREA)
def done() -> ResponseReturnValue:
    return make_response(render_template("supplier_area/done.html"))
