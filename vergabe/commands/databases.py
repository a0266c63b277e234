"""`vergabe db upgrade`: the database brought up to date."""

import click

from vergabe.commands.support import the_app
from vergabe.engines import Process
from vergabe.migrating import upgrade_database


@click.group("db")
def database() -> None:
    """Datenbank."""


@database.command("upgrade")
def database_upgrade() -> None:
    """Alle Migrationen ausführen."""
    upgrade_database(the_app(process=Process.MIGRATION))
    click.echo("Die Datenbank ist auf dem neuesten Stand.")
