"""Rights at the edge: who asks, for which organisation, and what a route demands."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from flask import g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from werkzeug.exceptions import Unauthorized

from vergabe import clock
from vergabe.access import queries
from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import Forbidden
from vergabe.web import expired
from vergabe.web.marks import View, mark

API_PREFIX: Final = "/api/"
_ORGANISATION_KEY: Final = "organisation_id"


def is_api_request() -> bool:
    return request.path.startswith(API_PREFIX)


def wants_problem() -> bool:
    """Return whether a program asks: it needs statuses and JSON, neither pages nor redirects.

    The scripts of our own pages are one when they upload (tus).
    """
    return is_api_request() or "Tus-Resumable" in request.headers


def requires(permission: Permission) -> Callable[[View], View]:
    """Let a route be called only by actors that hold `permission` at their organisation.

    Services narrow further to the object. Without login, pages lead to the login and the API
    answers 401.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            actor = optional_actor()
            if actor is None:
                if wants_problem():
                    raise Unauthorized("Bitte senden Sie ein gültiges Zugriffstoken (Bearer).")
                if expired.may_keep():
                    return expired.answer(401)
                wanted = request.full_path if request.method == "GET" else None
                return redirect(url_for("security.login", next=wanted), code=303)
            if not actor.holds(permission):
                raise Forbidden(
                    "forbidden",
                    "Ihre Rollen bei dieser Organisation erlauben das nicht. Wenden Sie sich an "
                    "deren Administration.",
                )
            return cast(ResponseReturnValue, view(*args, **kwargs))

        mark(wrapped, "permission", permission)
        return cast(View, wrapped)

    return decorate


def public(view: View) -> View:
    """Declare that a route is open to everybody, without login."""
    mark(view, "public")
    return view


def optional_actor() -> Actor | None:
    """Return who asks, or None for the public. Worked out once per request."""
    if "actor" not in g:
        g.actor = _token_actor() if is_api_request() else _page_actor()
    return cast("Actor | None", g.actor)


def current_actor() -> Actor:
    """Return who asks; only in views that `requires` guards."""
    actor = optional_actor()
    if actor is None:
        raise Unauthorized
    return actor


def _token_actor() -> Actor | None:
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return None
    found = queries.actor_of_token(db.session(), token.strip(), now=clock.now())
    if found is None:
        return None
    actor, is_read_only = found
    if is_read_only and request.method not in ("GET", "HEAD", "OPTIONS"):
        raise Forbidden("token_read_only", "Dieses Zugriffstoken darf nur lesen.")
    return actor


def _page_actor() -> Actor | None:
    if not current_user.is_authenticated:
        return None
    user = cast(User, current_user._get_current_object())
    return queries.actor_for(db.session(), user, _acting_organisation(user), now=clock.now())


def _acting_organisation(user: User) -> uuid.UUID | None:
    possible = [o.id for o in queries.organisations_of(db.session(), user.id, now=clock.now())]
    chosen = session.get(_ORGANISATION_KEY)
    if chosen is not None:
        try:
            chosen_id = uuid.UUID(chosen)
        except ValueError:
            chosen_id = None
        if chosen_id in possible:
            return chosen_id
    return possible[0] if possible else None


def act_for(organisation_id: uuid.UUID) -> None:
    """Let the logged-in person act for another of their organisations from now on.

    Raises Forbidden when they hold no valid role there.
    """
    user_id = current_actor().user_id
    assert user_id is not None
    allowed = {o.id for o in queries.organisations_of(db.session(), user_id, now=clock.now())}
    if organisation_id not in allowed:
        raise Forbidden("no_role_there", "Bei dieser Organisation haben Sie keine gültige Rolle.")
    session[_ORGANISATION_KEY] = str(organisation_id)
    g.pop("actor", None)
