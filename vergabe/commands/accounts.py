"""Commands on accounts that only the operator of the machine may give."""

import click

from vergabe import clock
from vergabe.accounts import lockouts, second_factor, service
from vergabe.commands.support import acting, the_app
from vergabe.db import db, unit_of_work


@click.group()
def account() -> None:
    """Konten von Personen."""


@account.command("reset-second-factor")
@click.argument("address", metavar="E-MAIL")
def reset_second_factor(address: str) -> None:
    """Den zweiten Faktor einer Person zurücksetzen, die ihr Gerät verloren hat.

    Prüfen Sie vorher auf einem anderen Weg, wer Sie darum bittet. Der Schritt steht in der Akte
    jeder Organisation der Person; sie bekommt eine E-Mail, und alle ihre Sitzungen enden.
    """
    with the_app().app_context(), unit_of_work():
        now = clock.now()
        user = second_factor.reset_by_operator(
            db.session(), acting(None, now=now), address, now=now
        )
        click.echo(f"Der zweite Faktor von {user.full_name} ({user.email}) ist zurückgesetzt.")


@account.command("unlock")
@click.argument("address", metavar="E-MAIL")
def unlock(address: str) -> None:
    """Eine Person nach Fehlversuchen sofort wieder zur Anmeldung zulassen."""
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        user = lockouts.unlock_by_operator(
            session,
            acting(None, now=now),
            address,
            secret_key=app.extensions["vergabe_settings"].secret_key,
            now=now,
        )
        click.echo(f"{user.full_name} ({user.email}) kann sich sofort wieder anmelden.")


@account.command("operator")
@click.argument("address", metavar="E-MAIL")
@click.option("--name", "full_name", required=True, help="Vor- und Nachname.")
@click.option("--organisation", required=True, help="Wer den Dienst betreibt.")
def operator(address: str, full_name: str, organisation: str) -> None:
    """Einer Person die Seiten des Betriebs öffnen (/betrieb)."""
    with the_app().app_context(), unit_of_work() as session:
        now = clock.now()
        assignment = service.grant_operator(
            session,
            acting(None, now=now),
            email=address,
            full_name=full_name,
            organisation_name=organisation,
            now=now,
        )
        click.echo(f"{assignment.user.full_name} betreibt den Dienst für {organisation}.")
