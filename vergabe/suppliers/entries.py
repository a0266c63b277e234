"""What people type into the supplier area, read into clean values or named as wrong."""

import contextlib
from typing import Any, cast

from flask import current_app

from vergabe.accounts.service import clean_email
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange.plain_text import one_line
from vergabe.texts import gettext as _


def mail_address(text: str, *, field: str = "email") -> str:
    """Return an address to which mail can be sent, in lower case; InvalidInput otherwise."""
    with contextlib.suppress(InvalidInput):
        return clean_email(text, field=field)
    raise InvalidInput.of(
        [
            Violation(
                "email_invalid",
                _(
                    "Das ist keine gültige E-Mail-Adresse. Bitte prüfen Sie die Schreibweise "
                    "(name@firma.de)."
                ),
                field=field,
            )
        ]
    )


def checked_password(password: str, *, field: str = "password") -> str:
    """Return a password in the form that is hashed; InvalidInput if it is too short or long."""
    password = normalised_password(password)
    if not 12 <= len(password) <= 128 or "\0" in password:
        raise InvalidInput.of(
            [
                Violation(
                    "password_length",
                    _("Das Passwort braucht mindestens 12 und höchstens 128 Zeichen."),
                    field=field,
                )
            ]
        )
    return password


def normalised_password(password: str) -> str:
    """Return a password in the login's own form, or one with umlauts would never fit again."""
    util: Any = current_app.extensions["security"].password_util
    return cast(str, util.normalize(password))


def required(text: str, longest: int, field: str, what: str) -> str:
    """Return a text on one line; InvalidInput if it is empty (`what` says what to give) or long."""
    value = one_line(text, max_length=longest, field=field)
    if not value:
        missing = Violation("missing", _("Bitte geben Sie %(what)s an.", what=what), field=field)
        raise InvalidInput.of([missing])
    return value


def optional(text: str, longest: int, field: str) -> str | None:
    """Return a text on one line, None if it is empty; InvalidInput if it is too long."""
    return one_line(text, max_length=longest, field=field) or None
