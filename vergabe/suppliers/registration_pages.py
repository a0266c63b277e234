"""Public pages: a firm registers, somebody confirms the link that came by mail."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import login_user

from vergabe import clock
from vergabe.access import queries as people
from vergabe.db import db
from vergabe.errors import InvalidInput, Violation
from vergabe.suppliers import registering
from vergabe.web.rights import public
from vergabe.web.shell import settings
from vergabe.web.transactions import commits

pages = Blueprint("supplier_registration", __name__)


@pages.get("/unternehmen/registrieren")
@public
def register() -> ResponseReturnValue:
    return _register_page()


def _register_page(
    violations: tuple[Violation, ...] = (), *, status: int = 200
) -> ResponseReturnValue:
    html = render_template("suppliers/register.html", values=request.form, violations=violations)
    return html, status


@pages.post("/unternehmen/registrieren")
@public
@commits
def send_registration() -> ResponseReturnValue:
    try:
        registering.register_firm(
            db.session(),
            firm=request.form.get("firm", ""),
            full_name=request.form.get("full_name", ""),
            email=request.form.get("email", ""),
            password=request.form.get("password", ""),
            secret_key=settings().secret_key,
            now=clock.now(),
        )
    except InvalidInput as error:
        db.session.rollback()
        return _register_page(error.violations, status=error.status)
    return redirect(url_for(".sent"), code=303)


@pages.get("/unternehmen/registrieren/gesendet")
@public
def sent() -> ResponseReturnValue:
    return render_template("suppliers/sent.html")


@pages.get("/unternehmen/bestaetigen/<token>")
@public
def confirmation(token: str) -> ResponseReturnValue:
    return _confirmation_page(token)


def _confirmation_page(
    token: str, violations: tuple[Violation, ...] = (), *, status: int = 200
) -> ResponseReturnValue:
    session = db.session()
    pending = registering.pending_registration(
        session, token, secret_key=settings().secret_key, now=clock.now()
    )
    html = render_template(
        "suppliers/confirm.html",
        pending=pending,
        token=token,
        has_account=people.user_by_email(session, pending.email) is not None,
        violations=violations,
    )
    return html, status


@pages.post("/unternehmen/bestaetigen/<token>")
@public
@commits
def confirm(token: str) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    pending = registering.pending_registration(
        session, token, secret_key=settings().secret_key, now=now
    )
    had_account = people.user_by_email(session, pending.email) is not None
    try:
        user = registering.complete(
            session, pending, password=request.form.get("password", ""), now=now
        )
    except InvalidInput as error:
        session.rollback()
        return _confirmation_page(token, error.violations, status=error.status)
    if had_account:
        # The link alone must not open an account that is there: its owner logs in as always.
        flash("Das hat geklappt. Bitte melden Sie sich an.", "success")
        return redirect(url_for("security.login"), code=303)
    login_user(user)
    flash("Willkommen. Sagen Sie jetzt, wovon Sie hören möchten.", "success")
    return redirect(url_for("suppliers.profile"), code=303)
