"""`vergabe audit`: check the record's chains."""

import sys
from pathlib import Path

import click
from sqlalchemy import select

from vergabe import clock
from vergabe.audit import queries
from vergabe.audit import service as audit
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.db import db, reading
from vergabe.errors import NotFound
from vergabe.files import current
from vergabe.operation import checking_files
from vergabe.records import queries as records
from vergabe.records.export import export_zip
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender


@click.group("audit")
def audit_group() -> None:
    """Vergabeakte."""


@audit_group.command()
@click.argument("reference", required=False)
@click.option(
    "--files",
    "with_files",
    is_flag=True,
    help="Auch jede gespeicherte Datei lesen und mit ihrem Namen vergleichen.",
)
@json_option
def verify(reference: str | None, with_files: bool, as_json: bool) -> None:
    """Alle Ketten prüfen, oder nur die eines Verfahrens (z. B. DLZ-2026-0007)."""
    app = the_app()
    with app.app_context(), reading() as session:
        if reference:
            tender_id = db.session.scalar(
                select(Tender.id).where(Tender.reference == reference.strip().upper())
            )
            if tender_id is None:
                raise NotFound(f"Das Vergabeverfahren {reference}")
            streams = [audit.stream_of("tender", tender_id)]
        else:
            streams = queries.streams(session)
        results = {stream: queries.breaks(session, stream) for stream in streams}
        files = checking_files.known(session) if with_files else []
    lost = [file.sha256 for file in checking_files.lost(app.extensions["vergabe_files"], files)]
    broken = {stream: sentences for stream, sentences in results.items() if sentences}
    if as_json:
        checked = {"checked": len(results), "broken": broken}
        print_json(checked | ({"files": len(files), "lost": lost} if with_files else {}))
    else:
        for stream, sentences in broken.items():
            for sentence in sentences:
                click.echo(f"{stream}: {sentence}")
        click.echo(f"{len(results)} Ketten geprüft, {len(broken)} beschädigt.")
        for sha256 in lost:
            click.echo(f"Datei {sha256} fehlt oder ist beschädigt.")
        if with_files:
            click.echo(f"{len(files)} Dateien gelesen, {len(lost)} fehlen oder sind beschädigt.")
    if broken or lost:
        sys.exit(1)


@audit_group.command()
@click.argument("reference")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Zieldatei (ZIP).",
)
@as_option
def export(reference: str, out: Path, as_email: str | None) -> None:
    """Die ganze Akte eines Verfahrens als ZIP mit Verzeichnis und Prüfskript ausgeben."""
    app = the_app()
    with app.app_context(), reading() as session:
        actor = acting(as_email, now=clock.now())
        tender_id = tenders.tender_by_reference(session, actor, reference).id
        tender = records.tender_for_record(session, actor, tender_id)
        passing = out.with_name(f"{out.name}.unfertig")
        with passing.open("wb") as target:
            for piece in export_zip(session, current.store(), actor, tender, now=clock.now()):
                target.write(piece)
        # Complete or not there: a broken-off export must not look like a file.
        passing.replace(out)
    click.echo(f"{out}: {out.stat().st_size} Byte. Prüfen mit: python3 pruefen.py {out.name}")
