"""`vergabe suppliers import`: firms from a list."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from vergabe import clock
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.db import unit_of_work
from vergabe.suppliers import importing


@click.group("suppliers")
def suppliers() -> None:
    """Unternehmen."""


@suppliers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Nur prüfen, nichts speichern.")
@click.option(
    "--demo-addresses",
    is_flag=True,
    help="Unternehmen ohne Adresse bekommen eine unter example.org (nur zum Ausprobieren).",
)
@as_option
@json_option
def import_file(
    file: Path, dry_run: bool, demo_addresses: bool, as_email: str | None, as_json: bool
) -> None:
    """Liest Unternehmen mit ihren CPV-Codes und Regionen aus JSON Lines ein.

    Alles oder nichts; dieselbe Datei noch einmal ändert nichts.
    """
    report = importing.ImportReport()
    with importing.open_lines(file) as lines:
        rows = importing.read_rows(_watched(lines), report)
    _say(f"{len(rows)} Zeilen gelesen, die Unternehmen werden gespeichert …")
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        importing.import_suppliers(
            session,
            acting(as_email, now=now),
            rows,
            report,
            demo_addresses=demo_addresses,
            now=now,
        )
        if dry_run:
            session.rollback()
    _say("")
    if as_json:
        print_json(asdict(report) | {"dry_run": dry_run})
        return
    click.echo(
        f"{report.created} Unternehmen neu, {report.changed} geändert, "
        f"{report.unchanged} unverändert, {report.merged} doppelt genannt; "
        f"{report.unknown_codes} unbekannte Codes ausgelassen."
        + (" Nichts gespeichert (Probelauf)." if dry_run else "")
    )


def _watched(lines: Iterator[str]) -> Iterator[str]:
    for count, line in enumerate(lines, start=1):
        if count % 1_000 == 0:
            _say(f"{count} Zeilen gelesen …")
        yield line


def _say(progress: str) -> None:
    """Tell a person at a terminal how far it is; nothing of it goes into a pipe."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{progress}", nl=False, err=True)
