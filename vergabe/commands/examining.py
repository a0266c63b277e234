"""`vergabe doctor`: what is wrong with this place."""

import sys

import click

from vergabe.commands import checks
from vergabe.commands.support import json_option, print_json, the_app


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
