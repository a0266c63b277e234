"""Maintenance mode at the door: 503 with a German page while it is on, a banner before it.

Each process looks at the announced windows every other second; it remembers what it saw last, so
that it stays closed while the database is being changed.
"""

import datetime as dt
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Flask, Response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadHost

from vergabe import clock
from vergabe.db import reading
from vergabe.uptime import queries
from vergabe.uptime.model import MaintenanceWindow
from vergabe.uptime.watching import MARK
from vergabe.web.rights import wants_problem

TTL_SECONDS: Final = 2.0
LEAST_RETRY_SECONDS: Final = 60
FOR_COPY: Final = "vergabe.copy"
"""In the environment of a request that the static copy makes; no header can set it."""
ALWAYS_ANSWERED: Final = frozenset({"static", "health.health", "health.ready", "metrics.metrics"})


@dataclass(frozen=True)
class Announced:
    """Maintenance as people are told of it; instants aware UTC."""

    begins_at: dt.datetime
    ends_at: dt.datetime
    reason: str


@dataclass
class Door:
    """What a process knows: whether maintenance is on, and which comes next."""

    current: Announced | None = None
    coming: Announced | None = None
    looked_at: float = field(default=float("-inf"))

    def look(self) -> None:
        """Read the windows anew; what was seen last stays if the database does not answer."""
        self.looked_at = time.monotonic()
        try:
            with reading() as session:
                current = _told(queries.current_window(session))
                coming = _told(queries.coming_window(session, now=clock.now()))
        except SQLAlchemyError:
            return
        self.current, self.coming = current, coming


def _told(window: MaintenanceWindow | None) -> Announced | None:
    if window is None:
        return None
    return Announced(window.began_at or window.planned_from, window.planned_until, window.reason)


def door_of(extensions: Mapping[str, Any]) -> Door:
    """Return what this process last saw of maintenance; extensions: of the application."""
    found: Door = extensions["vergabe_door"]
    return found


def _door(app: Flask) -> Door:
    return door_of(app.extensions)


def refresh(app: Flask) -> Door:
    """Look at the windows now, whatever is remembered; return what was seen."""
    door = _door(app)
    with app.app_context():
        door.look()
    return door


def is_on(app: Flask) -> bool:
    """Return whether maintenance is on; looks every other second at most."""
    door = _door(app)
    if not app.testing and time.monotonic() - door.looked_at > TTL_SECONDS:
        refresh(app)
    return door.current is not None


def init_app(app: Flask) -> None:
    """Keep the door of `app`; called before anything else that looks at a request."""
    app.extensions["vergabe_door"] = Door()

    @app.before_request
    def stand_at_the_door() -> Response | None:
        if isinstance(request.routing_exception, BadHost):
            return None  # refused without a page: no link of one can be made
        # Asked last: it reads the database, for which a sign of life must not wait.
        if request.endpoint in ALWAYS_ANSWERED or request.environ.get(FOR_COPY) or not is_on(app):
            return None
        return _closed(_door(app))

    @app.context_processor
    def banner() -> dict[str, Any]:
        coming = _door(app).coming
        return {"coming_maintenance": coming if coming and coming.ends_at > clock.now() else None}


def _closed(door: Door) -> Response:
    assert door.current is not None
    left = int((door.current.ends_at - clock.now()).total_seconds())
    if wants_problem():
        problem = {
            "type": "urn:vergabe:problem:maintenance",
            "title": "Wartung",
            "status": 503,
            "code": "maintenance",
            "detail": f"Die Plattform wird gewartet: {door.current.reason}",
        }
        response = Response(json.dumps(problem), 503, content_type="application/problem+json")
    else:
        html = render_template("uptime/closed.html", announced=door.current, is_late=left <= 0)
        response = Response(html, 503, content_type="text/html; charset=utf-8")
    response.headers["Retry-After"] = str(max(left, LEAST_RETRY_SECONDS))
    response.headers["Cache-Control"] = "no-store"
    response.headers[MARK] = "maintenance"
    return response
