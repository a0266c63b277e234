"""`vergabe audit`: check the record's chains."""

import sys

import click
from sqlalchemy import select

from vergabe.audit import queries
from vergabe.audit import service as audit
from vergabe.commands.support import json_option, print_json, the_app
from vergabe.db import db, reading
from vergabe.errors import NotFound
from vergabe.tenders.model import Tender


@click.group("audit")
def audit_group() -> None:
    """Vergabeakte."""


@audit_group.command()
@click.argument("reference", required=False)
@json_option
def verify(reference: str | None, as_json: bool) -> None:
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
    broken = {stream: sentences for stream, sentences in results.items() if sentences}
    if as_json:
        print_json({"checked": len(results), "broken": broken})
    else:
        for stream, sentences in broken.items():
            for sentence in sentences:
                click.echo(f"{stream}: {sentence}")
        click.echo(f"{len(results)} Ketten geprüft, {len(broken)} beschädigt.")
    if broken:
        sys.exit(1)
