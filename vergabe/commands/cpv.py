"""`vergabe cpv`: codes for a description, learning from notices, and how good it is."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from vergabe.commands.cpv_files import read, records
from vergabe.commands.printing import json_option, print_json
from vergabe.cpv import packaged
from vergabe.cpv.learning import Learned, learn
from vergabe.cpv.measuring import Hits, measure
from vergabe.cpv.model import Model
from vergabe.cpv.reading import Published, reasons_against
from vergabe.cpv.suggesting import CpvSuggestion, checked_text, suggest
from vergabe.errors import InvalidInput
from vergabe.exchange.findings import Finding
from vergabe.settings import data_folder

files_argument = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
_SHOWN = 20


@click.group()
def cpv() -> None:
    """CPV-Codes zu einer Beschreibung finden."""


@cpv.command("suggest")
@click.argument("text", required=False)
@click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON-Zeilen mit „id“ und „text“; je Zeile eine Antwort als JSON-Zeile.",
)
@json_option
def suggest_command(text: str | None, file: Path | None, as_json: bool) -> None:
    """Nennt die besten fünf CPV-Codes zu einer Beschreibung in eigenen Worten."""
    if (text is None) == (file is None):
        raise click.UsageError("Bitte entweder einen Text oder --file angeben.")
    model = packaged.model(data_folder())
    if file is not None:
        sys.exit(1 if _answer_lines(model, file) else 0)
    found = suggest(model, checked_text(text))
    if not found:
        message = "Zu diesem Text wurde kein CPV-Code gefunden. Bitte nehmen Sie andere Wörter."
        raise InvalidInput("cpv_not_found", message, field="text")
    if as_json:
        print_json({"text": text, "suggestions": [each.as_dict() for each in found]})
        return
    for number, each in enumerate(found, start=1):
        _print(number, each)


def _print(number: int, suggestion: CpvSuggestion) -> None:
    click.echo(f"{number}. {suggestion.cpv}  {suggestion.label}")
    if suggestion.path:
        click.echo(f"   {' › '.join(suggestion.path)}")
    if suggestion.example:
        click.echo(f"   zum Beispiel: {suggestion.example}")


def _answer_lines(model: Model, file: Path) -> int:
    """Print an answer per line of the file and return how many lines were wrong."""
    wrong = 0
    for piece in records(file):
        answer: dict[str, Any]
        if isinstance(piece, Finding):
            answer = {"line": piece.location, "error": piece.message}
        else:
            number, record = piece
            answer = _answer(model, number, record.get("id"), record.get("text"))
        wrong += "error" in answer
        click.echo(orjson.dumps(answer, default=str).decode())
    return wrong


def _answer(model: Model, number: int, identity: object, text: object) -> dict[str, Any]:
    try:
        found = suggest(model, checked_text(text))
    except InvalidInput as error:
        return {"id": identity, "line": f"Zeile {number}", "error": error.message}
    return {"id": identity, "suggestions": [each.as_dict() for each in found]}


@cpv.command("learn")
@files_argument
@json_option
def learn_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Lernt aus veröffentlichten Bekanntmachungen (JSON-Zeilen, XML, Archive).

    Was gelernt wird, kommt zur mitgelieferten Tabelle hinzu. Dieselbe Bekanntmachung noch einmal
    ändert nichts. Fehlerhafte Stücke werden genannt und halten die übrigen nicht auf
    (Rückgabewert 1, wenn es welche gab).
    """
    findings: list[Finding] = []
    report = learn(_pieces(files, findings), data_folder())
    if as_json:
        problems = [
            {"place": each.location, "message": each.message, "remedy": each.remedy}
            for each in findings
        ]
        print_json({**report.as_dict(), "findings": problems})
    else:
        _print_report(report, findings)
    sys.exit(1 if findings or report.refused else 0)


def _pieces(files: tuple[Path, ...], findings: list[Finding]) -> Iterator[Published]:
    for file in files:
        for piece in read(file):
            if isinstance(piece, Published):
                yield piece
            else:
                findings.append(piece)


def _print_report(report: Learned, findings: list[Finding]) -> None:
    click.echo(
        f"{report.new} gelernt, {report.known} schon bekannt, {report.without_code} ohne "
        f"CPV-Code, {len(findings) + len(report.refused)} nicht brauchbar."
    )
    lines = [f"{each.location}: {each.message}".removeprefix(": ") for each in findings]
    lines += [f"{place}: {violation.message}" for place, violation in report.refused]
    for line in lines[:_SHOWN]:
        click.echo(f"  – {line}")
    if len(lines) > _SHOWN:
        click.echo(f"  – und {len(lines) - _SHOWN} weitere.")


@cpv.command("measure")
@files_argument
@click.option("--part", type=click.IntRange(0, 4), default=0, help="Welches Fünftel der Käufer.")
@json_option
def measure_command(files: tuple[Path, ...], part: int, as_json: bool) -> None:
    """Misst die Treffer an Bekanntmachungen von Käufern, aus denen nicht gelernt wurde.

    Gelernt wird dafür neu, aus den übrigen vier Fünfteln der Dateien; das dauert einige Minuten.
    """
    findings: list[Finding] = []
    notices = [each for each in _pieces(files, findings) if not reasons_against(each)]
    if not notices:
        message = "In den Dateien steht keine Bekanntmachung mit Titel und CPV-Code."
        raise InvalidInput("nothing_to_measure", message)
    found = measure(notices, part=part)
    if as_json:
        hits = [each.as_dict() for each in found.hits]
        print_json({"learned": found.learned, "asked": found.asked, "hits": hits})
        return
    click.echo(f"Gelernt aus {found.learned}, gefragt nach {found.asked} Bekanntmachungen.")
    click.echo("Treffer auf der Ebene der Klasse, irgendein Code (nur Hauptcode):")
    for each in found.hits:
        click.echo(f"  {_line(each)}")


_WAYS = {
    "model": "Titel und Beschreibung",
    "model_title": "nur der Titel",
    "plain_neighbours": "zum Vergleich: ähnliche Titel",
    "plain_labels": "zum Vergleich: ähnliche Bezeichnungen",
}


def _line(hits: Hits) -> str:
    return (
        f"{_WAYS[hits.way]}: erster {_percent(hits.first)} ({_percent(hits.first_main)}), "
        f"fünf {_percent(hits.five)} ({_percent(hits.five_main)})"
    )


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %".replace(".", ",")
