"""Around the login that is not ours: attempts are counted before it, and judged by its answer.

A browser that has logged in carries a mark afterwards (a signed cookie that says nothing but that),
by which it is counted apart from strangers: nobody can lock out somebody at their own desk.
"""

import hashlib
from typing import Any, Final

from flask import Flask, Response, g, request, session
from flask_security import password_reset
from itsdangerous import BadSignature, TimestampSigner
from sqlalchemy import select

from vergabe import clock, ids
from vergabe.access.model import User
from vergabe.accounts import lockouts
from vergabe.accounts.lockouts import CODE, LOGIN, Attempt
from vergabe.db import db
from vergabe.errors import TooMany
from vergabe.limits.hooks import client_network, duration
from vergabe.limits.meant import address_meant
from vergabe.settings import Settings
from vergabe.texts import gettext as _
from vergabe.web.transactions import at_once

COOKIE: Final = "bekannt_"
KEEP_SECONDS: Final = 180 * 24 * 3600
_PASSWORDS: Final = frozenset({"security.login", "security.verify", "security.change_password"})
_CODES: Final = frozenset({"security.two_factor_token_validation", "security.mf_recovery"})
_ANSWERED: Final = (200, 400)  # the form again, or the same as JSON
_SUCCESS: Final = (302, 303)


def init_app(app: Flask, settings: Settings) -> None:
    """Guard the login of `app`. Register it last: its answer is what figures are made of."""
    guard = _Guard(settings)
    app.before_request(guard.before)
    app.after_request(guard.after)
    password_reset.connect(guard.reset, app, weak=False)


def has_failed() -> bool:
    """Return whether this request was a wrong password or code."""
    return bool(g.get("login_failed"))


class _Guard:
    def __init__(self, settings: Settings) -> None:
        self._secret = settings.secret_key
        self._is_https = settings.is_https
        self._signer = TimestampSigner(
            settings.secret_key, salt="vergabe.accounts.known", digest_method=hashlib.sha256
        )

    def before(self) -> None:
        """Count the attempt, or refuse it while its time has not come."""
        attempt = self._attempt()
        if attempt is None:
            return
        with at_once() as own:
            until = lockouts.begin(own, attempt, secret_key=self._secret, now=clock.now())
        if until is not None:
            seconds = max(1, int((until - clock.now()).total_seconds() + 0.999))
            raise TooMany(
                "login_waits",
                _(
                    "Zu viele Fehlversuche. Bitte warten Sie %(time)s, oder setzen Sie über "
                    "„Passwort vergessen“ ein neues Passwort: Danach können Sie sich sofort "
                    "anmelden.",
                    time=duration(seconds),
                ),
                wait_seconds=seconds,
            )
        g.login_attempt = attempt

    def after(self, response: Response) -> Response:
        """Take the count back after a success; tell the person when it has become too much."""
        attempt: Attempt | None = g.pop("login_attempt", None)
        if attempt is not None and self._is_success(response, attempt):
            with at_once() as own:
                lockouts.succeed(own, attempt, secret_key=self._secret)
            self._mark(response, attempt.email)
        elif attempt is not None and response.status_code in _ANSWERED:
            g.login_failed = True
            with at_once() as own:
                lockouts.fail(own, attempt, secret_key=self._secret, now=clock.now())
        elif (email := g.pop("password_reset_of", None)) is not None:
            self._mark(response, email)
        return response

    def reset(self, _app: Flask, *, user: User, **_more: Any) -> None:
        """Forget the failures of whoever has set a new password by the link in a mail."""
        lockouts.unlock(db.session(), user.email, secret_key=self._secret)
        g.password_reset_of = user.email

    def _is_success(self, response: Response, attempt: Attempt) -> bool:
        """Return whether the account that was tried has let somebody in.

        The login sends on everybody who is logged in already, whatever they have typed.
        """
        is_done = response.status_code in _SUCCESS
        if not is_done and not (response.status_code == 200 and response.is_json):
            return False
        return attempt.email in (self._of_session("_user_id"), self._of_session("tf_user_id"))

    def _attempt(self) -> Attempt | None:
        if request.method != "POST":
            return None
        step = LOGIN if request.endpoint in _PASSWORDS else CODE
        if step is CODE and request.endpoint not in _CODES:
            return None
        email = self._email(step)
        if not email:
            return None
        return Attempt(step, email, self._device(email), client_network() or "here")

    def _email(self, step: str) -> str:
        """Return the address of the account that is tried, as it is stored."""
        if request.endpoint != "security.login":
            return self._of_session("tf_user_id" if step is CODE else "_user_id")
        return address_meant()

    def _of_session(self, name: str) -> str:
        """Return the address of the person whom a value of the session stands for."""
        whose = session.get(name)
        if whose is None:
            return ""
        # Not through `current_user`: who is loaded now would be let go with this transaction.
        return db.session.scalar(select(User.email).where(User.fs_uniquifier == whose)) or ""

    def _name(self, email: str) -> str:
        return COOKIE + lockouts.account_key(self._secret, email)[:16]

    def _device(self, email: str) -> str | None:
        name = self._name(email)
        try:
            mark = self._signer.unsign(request.cookies.get(name, ""), max_age=KEEP_SECONDS)
        except BadSignature:
            return None
        found, _separator, device = mark.decode().partition(".")
        return device if found == name else None

    def _mark(self, response: Response, email: str) -> None:
        name = self._name(email)
        mark = self._signer.sign(f"{name}.{self._device(email) or ids.new_secret(12)}")
        response.set_cookie(
            name,
            mark.decode(),
            max_age=KEEP_SECONDS,
            secure=self._is_https,
            httponly=True,
            samesite="Lax",
        )
