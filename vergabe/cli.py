"""The command line: the same services as pages and API."""

import importlib
import sys
from collections.abc import Mapping
from typing import Any, Final

import click

from vergabe import loading
from vergabe.commands import troubles
from vergabe.errors import DomainError
from vergabe.settings import SettingsError

# Name → module and attribute, loaded when used: most commands need only a part of the program.
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "account": ("accounts", "account"),
    "audit": ("audit", "audit_group"),
    "backup": ("backups", "backup"),
    "backup-key": ("backups", "backup_key"),
    "conflicts": ("conflicts", "conflicts"),
    "cooperation": ("cooperations", "cooperation"),
    "costs": ("costs", "costs"),
    "cpv": ("cpv", "cpv"),
    "db": ("databases", "database"),
    "demo": ("demo", "demo"),
    "demands": ("demands", "demands"),
    "doctor": ("examining", "doctor"),
    "law": ("law", "law"),
    "mail": ("outgoing", "mail"),
    "maintenance": ("maintenance", "maintenance"),
    "market": ("market", "market"),
    "notice": ("notices", "notice"),
    "outbox": ("outgoing", "outbox"),
    "outages": ("outages", "outages"),
    "person": ("persons", "person"),
    "pool": ("pools", "pool"),
    "rehearsal": ("rehearsal_tenders", "rehearsal"),
    "restore": ("backups", "restore"),
    "run": ("running", "run"),
    "static-copy": ("maintenance", "static_copy"),
    "suppliers": ("suppliers", "suppliers"),
    "tender": ("notices", "tender"),
    "webhooks": ("webhooks", "webhooks"),
    "worker": ("running", "worker"),
}


class Vergabe(click.Group):
    """The command group: refusals are German sentences and exit code 1, never a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        with loading.without_collecting():
            found = getattr(importlib.import_module(f"vergabe.commands.{module}"), attribute)
        assert isinstance(found, click.Command)
        return found

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
        except _known_troubles() as error:
            sentence = troubles.sentence_of(error)
            if sentence is None:
                raise
            click.echo(sentence, err=True)
            sys.exit(1)


def _known_troubles() -> tuple[type[Exception], ...]:
    """Return the errors that `troubles` may have a sentence for."""
    # Only a command that has loaded the database can meet its errors.
    database = sys.modules.get("sqlalchemy.exc")
    more = () if database is None else (database.SQLAlchemyError,)
    return (OSError, UnicodeEncodeError, *more)


@click.group(cls=Vergabe)
def main() -> None:
    """Vergabe: gemeinsame Beschaffung von Kommunen."""
