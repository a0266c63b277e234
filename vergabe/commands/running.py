"""`vergabe run`, `worker`, `db upgrade`, `doctor`, `person`: running the service."""

import datetime as dt
import os
import sys
import tempfile

import click

from vergabe import clock, loading, outbox
from vergabe.access import queries
from vergabe.access.actor import Actor
from vergabe.access.permissions import ROLE_NAMES, Role
from vergabe.accounts import service as accounts
from vergabe.commands import checks
from vergabe.commands.support import json_option, print_json, the_app
from vergabe.db import unit_of_work
from vergabe.engines import Process
from vergabe.errors import DomainError
from vergabe.ids import new_id
from vergabe.migrating import upgrade_database
from vergabe.serving import Serving, serve


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Adresse und Port.")
@click.option("--workers", default=2, show_default=True, help="Prozesse.")
@click.option(
    "--threads", default=4, show_default=True, help="Anfragen je Prozess, die gleichzeitig laufen."
)
@click.option(
    "--drain-seconds",
    default=0,
    show_default=True,
    envvar="VERGABE_DRAIN_SECONDS",
    help="So lange nach SIGTERM weiter bedienen, während /readyz schon das Ende meldet.",
)
@click.option(
    "--keep-processor/--any-processor",
    default=True,
    show_default=True,
    envvar="VERGABE_KEEP_PROCESSOR",
    help="Jeder Prozess bleibt auf einem Prozessor: je Prozess bis zu doppelt so viele Antworten.",
)
def run(bind: str, workers: int, threads: int, drain_seconds: int, keep_processor: bool) -> None:
    """Webserver starten (hinter einem Proxy, der TLS spricht)."""
    with tempfile.TemporaryDirectory(prefix="vergabe-metrics-") as folder:
        # Read when prometheus_client is loaded, with the application.
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
        serve(
            the_app(), Serving(bind, workers, threads, drain_seconds, keeps_to_one=keep_processor)
        )


@click.command()
def worker() -> None:
    """Hintergrunddienst starten: Mitteilungen, Reaktionen, Erinnerungen."""
    from vergabe import worker as background

    app = the_app(process=Process.WORKER)
    loading.keep_still()
    background.run_forever(app)


@click.group("db")
def database() -> None:
    """Datenbank."""


@database.command("upgrade")
def database_upgrade() -> None:
    """Alle Migrationen ausführen."""
    upgrade_database(the_app(process=Process.MIGRATION))
    click.echo("Die Datenbank ist auf dem neuesten Stand.")


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Einstellungen, Datenbank, Mail, Uhr und Platte prüfen; sagen, was zu tun ist."""
    findings = checks.examine(the_app())
    if as_json:
        print_json([finding.as_dict() for finding in findings])
    else:
        for finding in findings:
            mark = {"ok": "gut", "warning": "Hinweis", "error": "Fehler"}[finding.level]
            click.echo(f"{mark:8}{finding.what}: {finding.message}")
    if any(finding.level == "error" for finding in findings):
        sys.exit(1)


@click.group()
def person() -> None:
    """Personen und Rollen (für die erste Administration)."""


@person.command("add")
@click.argument("email")
@click.option("--name", "full_name", required=True, help="Vor- und Nachname.")
@click.option("--municipality", "ags", required=True, help="AGS der Kommune (8 Stellen, Kreis 5).")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
def person_add(email: str, full_name: str, ags: str, role: str) -> None:
    """Person anlegen und ihr eine Rolle geben; sie erhält einen Link für ihr Passwort."""
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        organisation = queries.organisation_by_ags(session, ags)
        if organisation is None:
            raise DomainError("unknown_municipality", f"Eine Kommune mit AGS {ags} gibt es nicht.")
        assignment = accounts.grant_role(
            session,
            Actor.operator("Kommandozeile"),
            organisation.id,
            email=email,
            full_name=full_name,
            role=Role(role),
            valid_from=clock.berlin_day(clock.now()),
            valid_to=None,
            now=clock.now(),
        )
        if assignment.user.password is None:
            outbox.put(
                session,
                "mail",
                "account_mail",
                str(new_id()),
                accounts.invitation(assignment.user, app.extensions["vergabe_settings"].base_url),
                now=clock.now(),
                due_at=clock.now() + dt.timedelta(seconds=1),
            )
        click.echo(f"{assignment.user.full_name}: {ROLE_NAMES[Role(role)]}, {organisation.name}.")
