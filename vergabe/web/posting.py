"""Answering a posted form: on to the next page, or the form again with what is wrong."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from vergabe.db import db
from vergabe.errors import DomainError, InvalidInput, Refused, Stale, TooLarge


def attempt(
    command: Callable[[], object],
    again: Callable[[DomainError], ResponseReturnValue],
    *,
    done: str | None = None,
    to: str,
) -> ResponseReturnValue:
    """Run a command; answer with 303 to `to` and the sentence `done`, else with the form again.

    done: None where the command returns the sentence; again: draws the form with an error's
    violations and its status; nothing is stored then.
    """
    try:
        outcome = command()
    except (InvalidInput, Refused, Stale, TooLarge) as error:
        db.session.rollback()
        return again(error)
    flash(str(outcome) if done is None else done, "success")
    return redirect(to, code=303)


def own_path(address: str) -> str | None:
    """Return a path of this service as it is, None for anything that could lead elsewhere."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    has_control = any(character < " " for character in address)
    if not is_path or has_control or urlsplit(address).netloc:
        return None
    return address
