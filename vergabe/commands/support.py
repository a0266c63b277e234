"""What all commands share: the application, who acts, and how results are printed."""

import datetime as dt
import getpass
import os
from collections.abc import Callable
from typing import Any

import click
from flask import Flask

from vergabe import loading
from vergabe.access import queries
from vergabe.access.actor import Actor
from vergabe.commands.printing import json_option, print_json
from vergabe.db import db
from vergabe.engines import Process
from vergabe.errors import DomainError
from vergabe.settings import Settings

__all__ = ["acting", "as_option", "json_option", "print_json", "the_app"]

as_option: Callable[[Any], Any] = click.option(
    "--as",
    "as_email",
    metavar="E-MAIL",
    help="Person, in deren Namen gehandelt wird (sonst: der Betrieb selbst).",
)


def the_app(settings: Settings | None = None, process: Process = Process.WEB) -> Flask:
    """Return the application for a command; process: how long it waits for the database."""
    # Imported late: the web stack is slow to load and not every command needs it.
    with loading.without_collecting():
        from vergabe.app import create_app

        return create_app(settings, process)


def acting(as_email: str | None, *, now: dt.datetime) -> Actor:
    """Return who a command acts as: the person with this address, else the operator.

    A person acts for the first organisation, by name, at which they hold a role. Raises DomainError
    when nobody has this address. Needs an application context.
    """
    if as_email is None:
        return Actor.operator(f"Kommandozeile ({_account()})")
    session = db.session()
    user = queries.user_by_email(session, as_email)
    if user is None:
        raise DomainError("unknown_person", f"Niemand hat die Adresse {as_email}.")
    organisations = queries.organisations_of(session, user.id, now=now)
    return queries.actor_for(session, user, organisations[0].id if organisations else None, now=now)


def _account() -> str:
    """Return the account of the machine; in a container its number may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
