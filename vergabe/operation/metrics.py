"""`/metrics` for Prometheus: requests of all web processes, and what the database knows.

Library prometheus_client; with several web processes each writes its counts to files in the folder
PROMETHEUS_MULTIPROC_DIR (set by `vergabe run` before this module is loaded) and any of them adds
them up. No label holds an id, an address or a name of anybody.
"""

import hmac
import os
import time
from typing import Final

from flask import Blueprint, Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

from vergabe.accounts import guarding
from vergabe.errors import NotFound
from vergabe.limits import hooks as limits
from vergabe.operation.gathering import DatabaseFigures
from vergabe.settings import Settings
from vergabe.web import shell
from vergabe.web.rights import public

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"

pages = Blueprint("metrics", __name__)

_own = CollectorRegistry()
_seconds = Histogram(
    "vergabe_request_seconds",
    "Time from the first byte of a request to the first of its answer",
    ["endpoint", "method", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=_own,
)
_limited = Counter(
    "vergabe_limited_requests", "Requests refused by a limit", ["limit"], registry=_own
)
_logins = Counter("vergabe_failed_logins", "Refused passwords and codes", registry=_own)


def init_app(app: Flask) -> None:
    """Measure every request of `app` from now on."""

    @app.before_request
    def begin() -> None:
        g.metrics_began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        began = g.pop("metrics_began", None)
        if began is not None:
            _seconds.labels(
                request.endpoint or "unknown",
                request.method if request.url_rule else "ANY",
                f"{response.status_code // 100}xx",
            ).observe(time.perf_counter() - began)
        if guarding.has_failed():
            _logins.inc()
        for name in limits.passed():
            _limited.labels(name).inc()
        return response


@pages.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Figures of the whole service, for whoever has the operator's token, or is this machine."""
    settings = shell.settings()
    if not _may_read(settings):
        raise NotFound("Die Seite")
    return Response(_text(), content_type=CONTENT_TYPE_LATEST)


def _may_read(settings: Settings) -> bool:
    """Return whether the caller knows the token; if there is none, is on this machine."""
    if settings.metrics_token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.metrics_token.encode())
    return request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers


def _text() -> bytes:
    figures = CollectorRegistry()
    figures.register(DatabaseFigures(current_app._get_current_object()))  # type: ignore[attr-defined]  # the proxy's
    if os.environ.get(MULTIPROCESS):
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # theirs
        return generate_latest(together) + generate_latest(figures)
    return generate_latest(_own) + generate_latest(figures)
