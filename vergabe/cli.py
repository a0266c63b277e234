"""The command line: the same services as pages and API."""

import sys
from typing import Any

import click

from vergabe.commands import audit, demands, law, rehearsal, running
from vergabe.errors import DomainError
from vergabe.settings import SettingsError


class Vergabe(click.Group):
    """The command group: refusals are German sentences and exit code 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as error:
            click.echo(f"{error.title}: {error.message}", err=True)
            for violation in error.violations:
                law = f" ({violation.law})" if violation.law else ""
                where = f"{violation.field}: " if violation.field else ""
                click.echo(f"  – {where}{violation.message}{law}", err=True)
            sys.exit(1)
        except SettingsError as error:
            click.echo(str(error), err=True)
            sys.exit(1)


@click.group(cls=Vergabe)
def main() -> None:
    """Vergabe: gemeinsame Beschaffung von Kommunen."""


main.add_command(demands.demands)
main.add_command(rehearsal.rehearsal)
main.add_command(audit.audit_group)
main.add_command(law.law)
main.add_command(running.run)
main.add_command(running.worker)
main.add_command(running.database)
main.add_command(running.doctor)
main.add_command(running.person)
