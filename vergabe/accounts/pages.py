"""Pages of one's own account and of an organisation's people."""

import datetime as dt
import uuid
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock, texts
from vergabe.access.model import User
from vergabe.access.permissions import ROLE_NAMES, Permission, Role
from vergabe.accounts import listing, second_factor, service
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.exchange.german_dates import parse_date
from vergabe.list_views.answers import list_answer
from vergabe.messages import bounces
from vergabe.texts import _
from vergabe.web import rights
from vergabe.web.forms import FormReader
from vergabe.web.posting import own_path
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("accounts", __name__)
_DAY_MISSING: Final = "Bitte geben Sie einen Tag an (zum Beispiel 31.12.2026)."


@pages.get("/konto")
@requires(Permission.USE_OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    return _account_page()


def _account_page(
    violations: tuple[Violation, ...] = (), *, secret: str | None = None, status: int = 200
) -> ResponseReturnValue:
    actor = current_actor()
    assert actor.user_id is not None
    user = db.session.get(User, actor.user_id)
    assert user is not None
    html = render_template(
        "accounts/account.html",
        email=user.email,
        dead=bounces.dead_address(db.session(), user.email),
        tokens=service.tokens_of(db.session(), actor.user_id),
        violations=violations,
        secret=secret,
        role_labels=sorted(ROLE_NAMES[role] for role in actor.roles),
        values=request.form,
    )
    return html, status


@pages.post("/konto/tokens")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
def create_token() -> ResponseReturnValue:
    try:
        _, secret = service.create_token(
            db.session(),
            current_actor(),
            name=request.form.get("name", ""),
            expires_on=_day("expires_on"),
            is_read_only="is_read_only" in request.form,
            now=clock.now(),
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _account_page(error.reasons, status=error.status)
    # The secret is shown in this answer alone, so there is no redirect to a page that shows it.
    return _account_page(secret=secret, status=201)


@pages.post("/konto/tokens/<uuid:token_id>/widerruf")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
def revoke_token(token_id: uuid.UUID) -> ResponseReturnValue:
    service.revoke_token(db.session(), current_actor(), token_id, now=clock.now())
    flash(_("Das Zugriffstoken gilt nicht mehr."), "success")
    return redirect(url_for(".account"), code=303)


@pages.post("/organisation")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
def switch_organisation() -> ResponseReturnValue:
    try:
        organisation_id = uuid.UUID(request.form.get("organisation_id", ""))
    except ValueError as error:
        raise InvalidInput(
            "organisation_missing", "Bitte wählen Sie eine Organisation.", field="organisation_id"
        ) from error
    rights.act_for(organisation_id)
    flash(
        _(
            "Sie handeln jetzt für %(organisation_name)s.",
            organisation_name=current_actor().organisation_name,
        ),
        "success",
    )
    return redirect(own_path(request.form.get("next", "")) or "/start", code=303)


@pages.post("/sprache")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
def choose_language() -> ResponseReturnValue:
    """Keep the language and go back to the page; `next` is a path of this service."""
    user_id = current_actor().user_id
    language = texts.known(request.form.get("language"))
    if language is None or user_id is None:
        raise InvalidInput("language_unknown", "Diese Sprache gibt es hier nicht.")
    service.choose_language(db.session(), user_id, language)
    return redirect(own_path(request.form.get("next", "")) or "/start", code=303)


@pages.get("/verwaltung")
@requires(Permission.ADMINISTER_ORGANISATION)
def people() -> ResponseReturnValue:
    return _people_page()


def _people_page(
    violations: tuple[Violation, ...] = (), *, status: int = 200
) -> ResponseReturnValue:
    actor = current_actor()
    is_supplier = actor.organisation_kind == "supplier"
    today = clock.berlin_day(clock.now())
    return list_answer(
        listing.role_list(actor, today=today),
        "accounts/people.html",
        status=status,
        protected=second_factor.people_with_one(db.session(), actor, now=clock.now()),
        roles=[(r.value, ROLE_NAMES[r]) for r in Role if (r is Role.SUPPLIER) == is_supplier],
        violations=violations,
        values=request.form,
        today=today,
    )


@pages.post("/verwaltung/rollen")
@requires(Permission.ADMINISTER_ORGANISATION)
@commits
def grant_role() -> ResponseReturnValue:
    actor = current_actor()
    assert actor.organisation_id is not None
    try:
        assignment = service.grant_role(
            db.session(), actor, actor.organisation_id, **_wanted_role(), now=clock.now()
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _people_page(error.reasons, status=error.status)
    name = assignment.user.full_name
    said = _("%(full_name)s hat die Rolle erhalten.", full_name=name)
    if assignment.user.password is None:
        said += " " + _("Eine E-Mail bittet die Person, ein Passwort zu setzen.")
    flash(said, "success")
    return redirect(url_for(".people"), code=303)


@pages.post("/verwaltung/rollen/<uuid:assignment_id>/ende")
@requires(Permission.ADMINISTER_ORGANISATION)
@commits
def end_role(assignment_id: uuid.UUID) -> ResponseReturnValue:
    service.end_role(db.session(), current_actor(), assignment_id, now=clock.now())
    flash(_("Die Rolle ist beendet."), "success")
    return redirect(url_for(".people"), code=303)


@pages.post("/verwaltung/personen/<uuid:user_id>/zweiter-faktor")
@requires(Permission.ADMINISTER_ORGANISATION)
@commits
def reset_second_factor(user_id: uuid.UUID) -> ResponseReturnValue:
    user = second_factor.reset_for_colleague(
        db.session(), current_actor(), user_id, now=clock.now()
    )
    flash(
        _("Der zweite Faktor von %(full_name)s ist zurückgesetzt.", full_name=user.full_name),
        "success",
    )
    return redirect(url_for(".people"), code=303)


def _wanted_role() -> dict[str, Any]:
    """Return what the form asks for; InvalidInput with all of it that cannot be read."""
    reader = FormReader(request.form)
    wanted: dict[str, Any] = {
        "email": reader.text("email"),
        "full_name": reader.text("full_name"),
        "role": reader.choice("role", Role, "Bitte wählen Sie eine Rolle."),
        "valid_from": reader.required_day("valid_from", _DAY_MISSING),
        "valid_to": reader.day("valid_to"),
        "reason": reader.text("reason") or None,
    }
    if reader.violations:
        person = wanted["email"], wanted["full_name"]
        reader.violations[:0] = service.reasons_against_person(db.session(), *person)
    reader.raise_if_wrong()
    return wanted


def _day(name: str) -> dt.date:
    text = request.form.get(name, "").strip()
    if not text:
        raise InvalidInput("day_invalid", _DAY_MISSING, field=name)
    return parse_date(text, field=name)
