"""The pages that law asks every service for: imprint, privacy, accessibility with a form."""

from typing import Final, cast

from flask import Blueprint, Flask, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock, outbox
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.home import operator_facts
from vergabe.home.operator_facts import Facts
from vergabe.ids import new_id
from vergabe.settings import Settings
from vergabe.texts import _
from vergabe.web.posting import attempt
from vergabe.web.rights import public
from vergabe.web.transactions import commits

pages = Blueprint("statements", __name__)

_KEY: Final = "vergabe_operator"
LONGEST: Final = 5000


def facts() -> Facts:
    """Return what the operator has told of itself."""
    return cast(Facts, current_app.extensions[_KEY])


@pages.get("/impressum")
@public
def imprint() -> ResponseReturnValue:
    return render_template("home/imprint.html", facts=facts())


@pages.get("/datenschutz")
@public
def privacy() -> ResponseReturnValue:
    return render_template("home/privacy.html", facts=facts())


@pages.get("/barrierefreiheit")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("home/accessibility.html", facts=facts())


@pages.get("/barrierefreiheit/melden")
@public
def report_form() -> ResponseReturnValue:
    return _report_page({"place": request.args.get("seite", "")[:500]}, ())


@pages.post("/barrierefreiheit/melden")
@public
@commits
def report() -> ResponseReturnValue:
    """Send what somebody could not use to the operator; a name is not asked for."""
    entry = {name: request.form.get(name, "") for name in ("place", "text", "email")}
    return attempt(
        lambda: _send(entry),
        lambda error: (_report_page(entry, error.reasons), error.status),
        done=_("Danke. Ihre Meldung ist unterwegs."),
        to=url_for(".accessibility"),
    )


def _report_page(entry: dict[str, str], violations: tuple[Violation, ...]) -> str:
    return render_template(
        "home/report_barrier.html", entry=entry, violations=violations, facts=facts()
    )


def _send(entry: dict[str, str]) -> None:
    to = facts().feedback_email
    if not to:
        raise Refused(
            "no_contact", _("Der Betreiber hat noch keine Adresse für Meldungen angegeben.")
        )
    text = entry["text"].strip()
    if not 0 < len(text) <= LONGEST:
        raise InvalidInput(
            "text_missing",
            _("Bitte beschreiben Sie mit höchstens 5.000 Zeichen, was nicht geht."),
            field="text",
        )
    lines = [text, "", f"Seite: {entry['place'][:500] or 'nicht angegeben'}"]
    lines.append(f"Antwort an: {entry['email'].strip()[:254] or 'nicht gewünscht'}")
    lines.append("\nFrist für die Antwort: zwei bis höchstens sechs Wochen (§ 5 Abs. 2 BITV NRW).")
    outbox.put(
        db.session(),
        "mail",
        "barrier_reported",
        str(new_id()),
        {"to": to, "subject": "Barriere gemeldet", "body": "\n".join(lines)},
        now=clock.now(),
    )


def init_app(app: Flask) -> None:
    """Read the operator's facts once; a broken file stops the start."""
    settings: Settings = app.extensions["vergabe_settings"]
    app.extensions[_KEY] = operator_facts.read(settings.operator_file)
