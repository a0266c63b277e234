"""`vergabe person`: the first people of a place."""

import click

from vergabe import clock
from vergabe.access import queries
from vergabe.access.actor import Actor
from vergabe.access.permissions import ROLE_NAMES, Role
from vergabe.accounts import service as accounts
from vergabe.commands.support import the_app
from vergabe.db import unit_of_work
from vergabe.errors import DomainError


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
        click.echo(f"{assignment.user.full_name}: {ROLE_NAMES[Role(role)]}, {organisation.name}.")
