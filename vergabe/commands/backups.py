"""`vergabe backup`, `restore`, `backup-key`: the whole service in one folder, and back again."""

import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from vergabe import clock
from vergabe.commands.support import json_option, print_json, the_app
from vergabe.engines import Process
from vergabe.operation import backing_up, restoring, snapshots
from vergabe.operation.snapshots import BackupError

PASSPHRASE: Final = "VERGABE_BACKUP_PASSPHRASE"  # noqa: S105  # a name
_place: Callable[[Any], Any] = click.argument(
    "place", metavar="ORDNER", type=click.Path(file_okay=False, path_type=Path)
)
_snapshot: Callable[[Any], Any] = click.option(
    "--snapshot",
    metavar="NAME",
    help="Name einer Sicherung, z. B. 2026-11-22T081500Z (die neueste).",
)


@click.command()
@_place
@json_option
def backup(place: Path, as_json: bool) -> None:
    """Datenbank, Dateien und Schlüssel im Betrieb in ORDNER sichern.

    Dateien, die eine frühere Sicherung dort hat, werden nicht noch einmal kopiert. Die Schlüssel
    kommen mit, wenn VERGABE_BACKUP_PASSPHRASE gesetzt ist; nur dieses Passwort öffnet sie.
    """
    app = the_app(process=Process.EXPORT)
    manifest = backing_up.back_up(
        app.extensions["vergabe_settings"],
        app.extensions["vergabe_files"],
        place,
        passphrase=os.environ.get(PASSPHRASE) or None,
        now=clock.now(),
    )
    if as_json:
        print_json(asdict(manifest))
        return
    click.echo(
        f"{manifest.taken_at}: Datenbank und {manifest.file_count} Dateien "
        f"({manifest.file_bytes} Byte) gesichert."
    )
    if not manifest.has_keys:
        click.echo(
            f"Ohne Schlüssel: {PASSPHRASE} ist nicht gesetzt. Bewahren Sie VERGABE_SECRET_KEY "
            "getrennt auf.",
            err=True,
        )


@click.command()
@_place
@_snapshot
@json_option
def restore(place: Path, snapshot: str | None, as_json: bool) -> None:
    """Eine Sicherung in eine leere Datenbank einspielen und alles prüfen.

    Danach sind alle Ketten der Akte und alle Dateien gelesen und als unversehrt erkannt, oder der
    Befehl sagt, was fehlt, und endet mit 1.
    """
    done = restoring.restore(
        the_app(process=Process.EXPORT), place, snapshots.chosen(place, snapshot)
    )
    if as_json:
        print_json(asdict(done) | {"taken_at": done.taken_at.isoformat()})
        return
    click.echo(
        f"Stand {done.taken_at.isoformat()} eingespielt. Unversehrt: {done.chains} Ketten mit "
        f"{done.entries} Einträgen, {done.files} Dateien mit {done.file_bytes} Byte."
    )


@click.command("backup-key")
@_place
@_snapshot
def backup_key(place: Path, snapshot: str | None) -> None:
    """Den Schlüssel einer Sicherung ausgeben (für VERGABE_SECRET_KEY des neuen Orts)."""
    passphrase = os.environ.get(PASSPHRASE)
    if not passphrase:
        raise BackupError("no_passphrase", f"Setzen Sie {PASSPHRASE}.")
    sys.stdout.write(restoring.secret_key_of(snapshots.chosen(place, snapshot), passphrase) + "\n")
