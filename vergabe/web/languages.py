"""In which language a request is answered: German, or English where the page exists in it.

Public pages take `?lang=en` and hand it on to the pages they link to; no cookie is needed. People
of a supplier may keep their choice in their account. Pages of municipalities are German.
"""

from contextlib import ExitStack
from typing import Any, Final, cast
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, request
from flask_security import current_user

from vergabe import texts
from vergabe.access.model import User
from vergabe.settings import Settings
from vergabe.texts import Language
from vergabe.web.rights import is_api_request, optional_actor

ARGUMENT: Final = "lang"
_SUPPLIER: Final = "supplier"


def _is_public(endpoint: str | None) -> bool:
    """Return whether everybody may open it: our public pages, and the pages of the login."""
    view = current_app.view_functions.get(endpoint or "")
    is_login = bool(endpoint) and str(endpoint).startswith("security.")
    # An address that leads nowhere is answered by an error page, which is everybody's.
    return view is None or is_login or bool(getattr(view, "vergabe_public", False))


def is_for_two() -> bool:
    """Return whether the page asked for exists in both languages for whoever asks."""
    if is_api_request() or request.endpoint == "static":
        return False
    if _is_public(request.endpoint):
        return True
    actor = optional_actor()
    return actor is not None and actor.organisation_kind == _SUPPLIER


def _kept() -> Language:
    """Return the choice kept in the account of whoever is logged in, else German."""
    if not current_user.is_authenticated:
        return texts.SOURCE
    return texts.known(cast(User, current_user).language) or texts.SOURCE


def _wanted() -> Language:
    if not is_for_two():
        return texts.SOURCE
    kept = _kept()
    asked = texts.known(request.args.get(ARGUMENT))
    g.language_asked = asked if asked != kept else None
    return asked or kept


def address(language: Language) -> str:
    """Return the path of this page in a language, with its other arguments as they are."""
    values = [(key, text) for key, text in request.args.items(multi=True) if key != ARGUMENT]
    if language != texts.SOURCE:
        values.append((ARGUMENT, language))
    return request.path + (f"?{urlencode(values)}" if values else "")


def alternates() -> list[tuple[str, str]]:
    """Return language and full address of this page in each language, if it is a public page."""
    if request.method != "GET" or request.endpoint is None or not _is_public(request.endpoint):
        return []
    settings = cast(Settings, current_app.extensions["vergabe_settings"])
    return [(language, settings.base_url + address(language)) for language in texts.LANGUAGES]


def init_app(app: Flask) -> None:
    """Speak the right language from the first hook to the last; hand `?lang` on to links."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    cast(Any, app.jinja_env).install_gettext_callables(
        texts.gettext, texts.plural_form, newstyle=True
    )
    app.jinja_env.globals.update(
        language=texts.language,
        language_names=texts.LANGUAGE_NAMES,
        language_asked=lambda: g.get("language_asked"),
        language_address=address,
        language_alternates=alternates,
        is_for_two_languages=is_for_two,
    )

    @app.before_request
    def begin() -> None:
        stack = ExitStack()
        stack.enter_context(texts.in_language(_wanted()))
        g.language_stack = stack

    @app.url_defaults
    def carry(endpoint: str, values: dict[str, Any]) -> None:
        asked = g.get("language_asked")
        if asked and endpoint != "static" and not endpoint.startswith("api"):
            values.setdefault(ARGUMENT, asked)

    @app.after_request
    def name_language(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Language", texts.language())
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        stack: ExitStack | None = g.pop("language_stack", None)
        if stack is not None:
            stack.close()
