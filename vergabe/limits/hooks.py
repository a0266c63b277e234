"""Asking the limits before a request is worked on: who is it, which limits does its route have.

Each route is counted per address and per account. An account is the person of the session cookie or
the token of the API, both without asking the database. This machine itself, when no proxy names
anybody behind it, has no address limit: health checks, benchmarks, and a proxy that forgets to say
whom it speaks for, which would else lock out all at once.
"""

import hashlib
import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from flask import Flask, current_app, g, request, session

from vergabe import clock
from vergabe.errors import TooMany
from vergabe.limits import rules
from vergabe.limits.meant import address_meant
from vergabe.limits.rules import Limit
from vergabe.limits.store import Store, Wish
from vergabe.settings import Settings
from vergabe.texts import gettext as _
from vergabe.texts import ngettext

API: Final = "api_"
UNLIMITED: Final = frozenset({"static", "health.health", "health.ready", "metrics.metrics"})
_READS: Final = frozenset({"GET", "HEAD"})
_WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Counted:
    """Which routes a limit counts, and when."""

    name: str
    methods: frozenset[str]
    endpoints: frozenset[str]


COUNTED: Final[tuple[Counted, ...]] = (
    Counted("login", _WRITES, frozenset({"security.login", "security.verify"})),
    Counted(
        "second_factor",
        _WRITES,
        frozenset({"security.two_factor_token_validation", "security.mf_recovery"}),
    ),
    Counted("reset", _WRITES, frozenset({"security.forgot_password", "security.reset_password"})),
    Counted(
        "registration",
        _WRITES,
        frozenset(
            {
                "supplier_registration.send_registration",
                "supplier_registration.renew",
                "api_suppliers.register",
                "following.ask_address",
                "suppliers.invite",
                "api_suppliers.invite",
            }
        ),
    ),
    Counted(
        "search",
        _READS,
        frozenset(
            {
                "notices.search",
                "notices.atom",
                "market.search",
                "search.find",
                "api_catalogue.search",
                "api_notices.search",
                "api_market.search",
            }
        ),
    ),
    Counted(
        "upload",
        _WRITES,
        frozenset(
            {
                "uploads.create",
                "api_uploads.create",
                "demand_forms.import_file",
                "api_demands.import_demands",
            }
        ),
    ),
    Counted(
        "question",
        _WRITES,
        frozenset({"enquiries.send_question", "api_enquiries.ask", "statements.report"}),
    ),
)


def init_app(app: Flask, settings: Settings) -> None:
    """Count the requests of `app`; before anything else looks at them.

    Raises SettingsError for limits that cannot be read.
    """
    limits = rules.limits_of(settings.rate_limits)
    rules.mail_limit_of(settings.mail_rate)
    store = Store(settings.database_url, settings.data, settings.secret_key)
    app.extensions["vergabe_limits"] = store
    if not limits:
        return

    @app.before_request
    def count() -> None:
        wishes = list(_wishes(store, limits))
        granted = store.take([wish for _name, wish in wishes], now=clock.now())
        over = [
            (name, grant.wait_seconds)
            for (name, _wish), grant in zip(wishes, granted, strict=True)
            if not grant.count
        ]
        if over:
            g.limits_passed = [name for name, _seconds in over]
            raise refusal("too_many_requests", max(seconds for _name, seconds in over))


def store_of(app: Flask) -> Store:
    """Return the limits of an application."""
    return cast(Store, app.extensions["vergabe_limits"])


def refusal(code: str, wait_seconds: int) -> TooMany:
    """Return the refusal with how long to wait."""
    return TooMany(
        code,
        _(
            "Das waren zu viele Anfragen in kurzer Zeit. Gespeichert wurde nichts. Bitte warten "
            "Sie %(time)s und versuchen Sie es dann noch einmal.",
            time=duration(wait_seconds),
        ),
        wait_seconds=wait_seconds,
    )


def duration(seconds: int) -> str:
    """Return a time to wait in words, rounded up: seconds below two minutes, else minutes."""
    if seconds < 120:
        return ngettext("eine Sekunde", "%(count)s Sekunden", seconds)
    return ngettext("eine Minute", "%(count)s Minuten", -(-seconds // 60))


def client_network() -> str | None:
    """Return the network that the request comes from, None for this machine itself.

    An address of version 6 stands for its /64: one household has all of it.
    """
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback and "X-Forwarded-For" not in request.headers:
        return None
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _wishes(store: Store, limits: Mapping[str, Limit]) -> Iterator[tuple[str, Wish]]:
    names = list(_names())
    if not names:
        return
    network = client_network()
    for name in names:
        for kind, whose in (("address", network), ("account", _account(name))):
            limit = limits.get(f"{name}.{kind}")
            if limit is not None and whose is not None:
                yield f"{name}.{kind}", Wish(store.key(f"{name}.{kind}", whose), limit)


def _names() -> Iterator[str]:
    endpoint = request.endpoint
    if endpoint is None or endpoint in UNLIMITED:
        return
    if endpoint.startswith(API) and request.method != "OPTIONS":
        yield "api"
    for counted in COUNTED:
        if endpoint in counted.endpoints and request.method in counted.methods:
            yield counted.name


def _account(name: str) -> str | None:
    """Return whose account a request uses or means; None: nobody's."""
    if name == "reset":
        return address_meant() or None
    if name == "second_factor":
        return cast("str | None", session.get("tf_user_id"))
    token = request.headers.get("Authorization", "")
    if token and request.endpoint is not None and request.endpoint.startswith(API):
        return hashlib.sha256(token.encode()).hexdigest()
    return cast("str | None", session.get("_user_id"))


def passed() -> list[str]:
    """Return the limits for which this request was refused (for the metrics)."""
    return cast("list[str]", g.get("limits_passed", []))


def store_here() -> Store:
    """Return the limits of the running application."""
    return store_of(current_app._get_current_object())  # type: ignore[attr-defined]  # the proxy's
