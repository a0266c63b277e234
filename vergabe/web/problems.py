"""One error shape: a page for people, problem JSON (RFC 9457) for the API, always German."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, json, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadHost, HTTPException, MethodNotAllowed

from vergabe.db import db
from vergabe.disturbances import Disturbance, disturbance_in
from vergabe.errors import DomainError, InvalidInput, Refused, Stale, TooMany, Violation
from vergabe.settings import MEGABYTE
from vergabe.texts import _, marked
from vergabe.web import expired
from vergabe.web.logs import request_id
from vergabe.web.posting import own_path
from vergabe.web.rights import wants_problem
from vergabe.web.schema import violations_of_request
from vergabe.web.transactions import FORM_TYPES, Uncertain

logger = logging.getLogger(__name__)

_SENTENCES: Final[Mapping[int, tuple[str, str]]] = {
    400: (
        marked("Unverständliche Anfrage"),
        marked(
            "Die Anfrage ist unvollständig oder beschädigt. Gehen Sie zurück und senden Sie sie "
            "noch einmal."
        ),
    ),
    401: (
        marked("Anmeldung nötig"),
        marked("Bitte melden Sie sich an oder senden Sie ein gültiges Zugriffstoken."),
    ),
    403: (
        marked("Dafür fehlt Ihnen die Berechtigung"),
        marked(
            "Ihre Rollen erlauben das nicht. Die Administration Ihrer Organisation kann sie ändern."
        ),
    ),
    404: (
        marked("Nicht gefunden"),
        marked("Diese Seite gibt es nicht, oder sie ist für Sie nicht sichtbar."),
    ),
    405: (
        marked("So nicht aufrufbar"),
        marked(
            "Diese Adresse lässt sich auf diese Weise nicht aufrufen. Gehen Sie zurück und "
            "benutzen Sie die Knöpfe der Seite."
        ),
    ),
    406: (
        marked("Format nicht verfügbar"),
        marked("In dem gewünschten Format gibt es diese Antwort nicht."),
    ),
    408: (
        marked("Zu lange gewartet"),
        marked(
            "Die Anfrage kam nicht vollständig an. Gespeichert wurde nichts. Bitte senden Sie sie "
            "noch einmal."
        ),
    ),
    409: (
        marked("Das geht gerade nicht"),
        marked(
            "Jemand anders war schneller, oder der Stand hat sich geändert. Gespeichert wurde "
            "nichts. Laden Sie die Seite neu und prüfen Sie, ob Ihr Schritt noch nötig ist."
        ),
    ),
    410: (
        marked("Nicht mehr da"),
        marked("Was hier lag, wurde entfernt und kommt nicht wieder."),
    ),
    411: (
        marked("Unvollständige Anfrage"),
        marked("Der Anfrage fehlt die Angabe ihrer Länge. Gespeichert wurde nichts."),
    ),
    413: (marked("Zu groß"), marked("Die Anfrage ist größer als erlaubt.")),
    414: (
        marked("Adresse zu lang"),
        marked("Die Adresse ist länger als erlaubt. Bitte wählen Sie weniger Filter."),
    ),
    415: (
        marked("Falsches Format"),
        marked(
            "Dieses Format nimmt die Adresse nicht an. Benutzen Sie das Formular der Seite; "
            "Programme senden application/json."
        ),
    ),
    422: (
        marked("Bitte prüfen Sie Ihre Eingaben"),
        marked("Eine oder mehrere Angaben stimmen nicht."),
    ),
    428: (
        marked("Vorbedingung fehlt"),
        marked("Senden Sie den Kopf If-Match mit dem ETag, den Sie zuletzt gelesen haben."),
    ),
    431: (
        marked("Anfrage zu groß"),
        marked(
            "Ihr Browser sendet zu viele Cookies. Löschen Sie die Cookies dieser Seite und "
            "versuchen Sie es noch einmal."
        ),
    ),
    503: (
        marked("Gerade nicht erreichbar"),
        marked(
            "Die Plattform ist gerade überlastet oder wird gewartet. Gespeichert wurde nichts. "
            "Bitte versuchen Sie es gleich noch einmal."
        ),
    ),
    429: (
        marked("Zu viele Anfragen"),
        marked(
            "Gespeichert wurde nichts. Bitte warten Sie eine Minute und versuchen Sie es noch "
            "einmal."
        ),
    ),
}
_UNEXPECTED: Final = (
    marked("Unerwarteter Fehler"),
    marked(
        "Bei uns ist etwas schiefgegangen. Gespeichert wurde nichts. Bitte versuchen Sie es noch "
        "einmal und nennen Sie uns sonst die Uhrzeit."
    ),
)


def init_app(app: Flask) -> None:
    """Register the one handler for each kind of error."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(BadHost, _bad_host)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StaleDataError, lambda _error: _domain_error(Stale()))
    app.register_error_handler(IntegrityError, _integrity_error)
    app.register_error_handler(DataError, _invalid_value)
    # SQLite has no number beyond 64 bits, the calendar no day beyond the year 9999.
    app.register_error_handler(OverflowError, _invalid_value)
    app.register_error_handler(StatementError, _statement_error)
    app.register_error_handler(NoFreeConnection, _unavailable)
    app.register_error_handler(Uncertain, _uncertain)
    app.register_error_handler(500, _unexpected)


def _domain_error(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    response = answer(error.as_problem(), error.violations)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.wait_seconds)
    return response


def answer(problem: dict[str, Any], violations: tuple[Violation, ...] = ()) -> Response:
    """Return the answer for a problem, as a page or as problem JSON."""
    status = int(problem["status"])
    if wants_problem():
        problem = {**problem, "instance": request.path}
        response = Response(
            json.dumps(problem), status=status, content_type="application/problem+json"
        )
    else:
        problem = {
            **problem,
            "title": _(str(problem["title"])),
            "detail": _(str(problem["detail"])),
        }
        html = render_template(
            "errors/problem.html",
            problem=problem,
            violations=violations,
            request_id=request_id(),
            back_url=_back(),
        )
        response = Response(html, status=status, content_type="text/html; charset=utf-8")
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="vergabe"'
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "2"
    return response


def _back() -> str | None:
    """Return the page of ours from which a refused form was sent, None if that is unknown."""
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:
        return None
    if request.method == "GET" or came_from.netloc != request.host:
        return None
    return own_path(f"{came_from.path}?{came_from.query}".rstrip("?"))


def _problem(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"urn:vergabe:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
    }


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    db.session.rollback()
    status = error.code or 500
    if status in (301, 302, 303, 307, 308):
        return error.get_response()
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        return _domain_error(InvalidInput.of(violations_of_request(messages)))
    title, detail = _SENTENCES.get(status, _UNEXPECTED)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        detail = _too_large()
    response = answer(_problem(status, f"http_{status}", title, detail))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _bad_host(error: BadHost) -> ResponseReturnValue:
    """Answer without a page: under a host that cannot be, no link of ours can be made."""
    if wants_problem():
        return _http_error(error)
    return Response(_(_SENTENCES[400][1]), status=400, content_type="text/plain; charset=utf-8")


def _too_large() -> str:
    """Return which limit a request has passed: of the whole, or of a form's texts and fields."""
    limit = request.max_content_length or 0
    length = request.content_length
    if request.mimetype not in FORM_TYPES or length is None or length > limit:
        return _(
            "Die Anfrage ist größer als die erlaubten %(limit)s Megabyte. Gespeichert wurde "
            "nichts. Bitte teilen oder verkleinern Sie die Datei.",
            limit=limit // MEGABYTE,
        )
    texts = current_app.config["MAX_FORM_MEMORY_SIZE"] // MEGABYTE
    return _(
        "Das Formular hat mehr als %(parts)s Felder oder mehr als %(texts)s Megabyte Text. Bitte "
        "teilen Sie die Eingaben auf oder laden Sie eine Datei hoch.",
        parts=current_app.config["MAX_FORM_PARTS"],
        texts=texts,
    )


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    db.session.rollback()
    if not wants_problem() and expired.may_keep():
        return expired.answer(400)
    return answer(
        _problem(
            400,
            "form_expired",
            marked("Das Formular ist abgelaufen"),
            marked(
                "Ihre Sitzung ist abgelaufen, oder das Formular war zu lange offen. Gespeichert "
                "wurde nichts. Gehen Sie zurück, laden Sie die Seite neu und senden Sie noch "
                "einmal ab."
            ),
        )
    )


def _integrity_error(error: IntegrityError) -> ResponseReturnValue:
    # What reaches this far is a race that a constraint decided: the rules ask before they write.
    logger.warning("integrity error", extra={"constraint": str(error.orig)[:200]})
    return _domain_error(
        Refused(
            "conflict",
            "Jemand anders hat gleichzeitig dasselbe getan. Bitte laden Sie die Seite neu und "
            "prüfen Sie, ob Ihr Schritt noch nötig ist.",
        )
    )


def _invalid_value(_error: Exception) -> ResponseReturnValue:
    return _domain_error(
        InvalidInput("invalid_value", "Ein Wert ist zu lang oder außerhalb des Erlaubten.")
    )


def _statement_error(error: StatementError) -> ResponseReturnValue:
    """Answer for a value that the driver could not send, and for a database that is away.

    Anything else is our own mistake.
    """
    if isinstance(error.orig, OverflowError | UnicodeEncodeError):
        return _invalid_value(error)
    if disturbance_in(error) is not None:
        return _unavailable(error)
    raise error


def _unavailable(error: SQLAlchemyError) -> ResponseReturnValue:
    """Answer 503: a rival, a time-out or a lost connection; what was begun is rolled back."""
    _say_without_database(error)
    if disturbance_in(error) is Disturbance.AWAY:
        title = marked("Gerade nicht erreichbar")
        detail = marked(
            "Die Datenbank ist gerade nicht erreichbar. Gespeichert wurde nichts. Bitte versuchen "
            "Sie es in einer halben Minute noch einmal."
        )
    else:
        title = marked("Gerade überlastet")
        detail = marked(
            "Die Datenbank ist gerade beschäftigt. Gespeichert wurde nichts. Bitte versuchen Sie "
            "es gleich noch einmal."
        )
    return answer(_problem(503, "busy", title, detail))


def _uncertain(error: Uncertain) -> ResponseReturnValue:
    _say_without_database(error)
    return answer(
        _problem(
            503,
            "uncertain",
            marked("Ungewiss, ob gespeichert"),
            marked(
                "Die Verbindung zur Datenbank brach ab, während gespeichert wurde. Sehen Sie bitte "
                "nach, ob Ihre Eingabe angekommen ist, bevor Sie sie noch einmal senden. Programme "
                "senden dieselbe Anfrage mit demselben Idempotency-Key."
            ),
        )
    )


def _say_without_database(error: Exception) -> None:
    """Note what happened, and let the page be shown as to nobody: it must ask nothing any more."""
    what = getattr(error, "orig", None) or error.__cause__ or error
    logger.error("database unavailable", extra={"error": str(what)[:200]})
    db.session.remove()
    g.actor = None
    g.counts = ()


def _unexpected(_error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    return answer(_problem(500, "unexpected", *_UNEXPECTED))
