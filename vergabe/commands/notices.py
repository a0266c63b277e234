"""`vergabe notice` and `vergabe tender publish`: documents, checks, publication."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.commands.notice_delivery import send, status
from vergabe.commands.notice_view import view
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.commands.tenders import tender
from vergabe.db import reading, unit_of_work
from vergabe.errors import NotFound
from vergabe.exchange.eforms.official.sdk_files import SdkError
from vergabe.exchange.eforms.official.sdk_shelf import SdkShelf
from vergabe.exchange.findings import Finding
from vergabe.exchange.validate import validate_file
from vergabe.files import current
from vergabe.notices import open_data, queries, service
from vergabe.settings import Settings, eforms_sdk_place
from vergabe.tenders import queries as tenders
from vergabe.tenders.outlet import Outlet


@click.group()
def notice() -> None:
    """Bekanntmachungen."""


notice.add_command(view)
notice.add_command(status)
notice.add_command(send)


@notice.command()
@click.argument("reference")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["xvergabe", "eforms", "ocds", "ocds-record", "pdf"]),
    default="xvergabe",
    show_default=True,
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Zieldatei (sonst Ausgabe)."
)
def export(reference: str, format_: str, out: Path | None) -> None:
    """Das geltende Dokument eines Verfahrens ausgeben (z. B. DLZ-2026-0007).

    ocds ist das Release der neuesten Bekanntmachung, ocds-record das ganze Verfahren.
    """
    app = the_app()
    with app.app_context(), reading() as session:
        if format_ == "ocds-record":
            base_url = app.extensions["vergabe_settings"].base_url
            content = open_data.record(session, current.store(), reference, base_url=base_url)
        else:
            content = _latest(session, reference, format_)
    sha256 = hashlib.sha256(content).hexdigest()
    if out is not None:
        out.write_bytes(content)
        click.echo(f"{out}: {len(content)} Byte, SHA-256 {sha256}")
    else:
        sys.stdout.buffer.write(content)


def _latest(session: Session, reference: str, format_: str) -> bytes:
    """Return a document of the latest notice of a tender; NotFound if there is none."""
    found = queries.published_tender(session, reference)
    latest = next(iter(queries.notices_of(session, found.id)), None)
    if latest is None:
        raise NotFound("Die Bekanntmachung")
    sha256 = queries.notice_document(session, latest.id, format_).file_sha256
    return current.store().read(sha256)


@notice.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def validate(files: tuple[Path, ...], as_json: bool) -> None:
    """Dateien gegen Schema und Regeln prüfen.

    Bekanntmachungen nach eForms: erst eigene Prüfungen, dann XML-Schema und amtliche Regeln des
    eForms-SDK (VERGABE_EFORMS_SDK). Ohne SDK steht dort, was nicht geprüft werden konnte.
    """
    shelf = _shelf()
    checked = [(file, validate_file(file, shelf=shelf)) for file in files]
    if as_json:
        print_json(
            [
                {
                    "file": str(file),
                    "valid": _is_valid(findings),
                    "findings": [finding.to_dict() for finding in findings],
                }
                for file, findings in checked
            ]
        )
    else:
        for file, findings in checked:
            click.echo(f"{file}: {'gültig' if _is_valid(findings) else 'nicht gültig'}")
            for finding in findings:
                _print_finding(finding)
    if not all(_is_valid(findings) for _, findings in checked):
        sys.exit(1)


def _shelf() -> SdkShelf:
    """Return the official rules that the operator named; one that cannot be read stops all."""
    try:
        return SdkShelf.of(eforms_sdk_place())
    except SdkError as error:
        raise click.UsageError(error.message) from None


_SEVERITIES: Final = {"error": "Fehler", "warning": "Warnung", "info": "Hinweis"}


def _print_finding(finding: Finding) -> None:
    where = finding.field or finding.location
    click.echo(f"  {_SEVERITIES[finding.severity]}: {where} {finding.message}".rstrip())
    if finding.remedy:
        click.echo(f"    Abhilfe: {finding.remedy}")
    if finding.folded:
        number = len(finding.folded)
        told = "1 weiterer Befund folgt" if number == 1 else f"{number} weitere Befunde folgen"
        click.echo(f"    {told} daraus.")


def _is_valid(findings: Sequence[Finding]) -> bool:
    return not any(finding.severity == "error" for finding in findings)


@tender.command("publish")
@click.argument("reference")
@as_option
@json_option
def publish(reference: str, as_email: str | None, as_json: bool) -> None:
    """Ein Verfahren veröffentlichen; alles Fehlende wird aufgezählt."""
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        actor = acting(as_email, now=clock.now())
        found = tenders.tender_by_reference(session, actor, reference)
        settings: Settings = app.extensions["vergabe_settings"]
        published = service.publish_tender(
            session,
            actor,
            found.id,
            now=clock.now(),
            store=current.store(),
            base_url=settings.base_url,
            outlet=Outlet.of(settings.notice_sender),
        )
        result = {
            "reference": found.reference,
            "notice_id": str(published.id),
            "notice_uuid": str(published.notice_uuid),
            "stage": published.stage,
            "published_at": published.published_at,
            "submission_deadline": found.submission_deadline,
        }
    if as_json:
        print_json(result)
    else:
        done = "veröffentlicht" if result["published_at"] else "zum Versand gegeben"
        click.echo(f"{reference} ist {done} ({result['notice_uuid']}).")
