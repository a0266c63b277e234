"""`vergabe market`: notices of other authorities, and how well duplicates are recognised."""

import sys
from pathlib import Path

import click

from vergabe import clock
from vergabe.commands.support import acting, json_option, print_json, the_app
from vergabe.db import unit_of_work
from vergabe.files import current
from vergabe.market import importing, quality
from vergabe.market.importing import FileReport


@click.group()
def market() -> None:
    """Bekanntmachungen anderer Stellen."""


@market.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def read(files: tuple[Path, ...], as_json: bool) -> None:
    """Liest Bekanntmachungen aus XML, zip, tar.gz und JSON Lines (auch gz) in die Suche ein.

    Fehlerhafte Stücke werden genannt und halten die übrigen nicht auf (Rückgabewert 1, wenn es
    welche gab). Dieselbe Datei noch einmal ändert nichts.
    """
    reports = []
    with the_app().app_context():
        actor = acting(None, now=clock.now())
        for report in importing.read_files(
            files, current.store(), actor, work=unit_of_work, progress=_progress
        ):
            reports.append(report)
            if not as_json:
                _print(report)
    if as_json:
        print_json([report.as_dict() for report in reports])
    sys.exit(1 if any(report.refused for report in reports) else 0)


def _progress(file: str, done: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{Path(file).name}: {done} gelesen …", nl=False, err=True)


def _print(report: FileReport) -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    counts = report.counts
    click.echo(
        f"{report.file}: {counts['new']} neu, {counts['changed']} geändert, "
        f"{counts['unchanged']} unverändert, {counts['older']} ältere Fassungen, "
        f"{report.refused} nicht lesbar."
    )
    for finding in report.findings:
        place = f"{finding.location}: " if finding.location else ""
        click.echo(f"  – {place}{finding.message} {finding.remedy}")
    if report.refused > len(report.findings):
        click.echo(f"  – und {report.refused - len(report.findings)} weitere.")


@market.command("quality")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--truth",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON-Datei: Liste von Gruppen aus „quelle:kennung“ (sonst: Verfahrenskennungen).",
)
@json_option
def measure(file: Path, truth: Path | None, as_json: bool) -> None:
    """Misst, wie gut gleiche Verfahren erkannt werden (Genauigkeit, Trefferquote).

    Die Wahrheit steht in einer Datei, sonst in den Verfahrenskennungen: Diese werden dann für den
    Vergleich verdeckt.
    """
    found = quality.measure_file(file, truth)
    if as_json:
        print_json(found.as_dict())
        return
    click.echo(
        f"{found.notices} Bekanntmachungen, {found.true_pairs} wahre Paare, {found.found_pairs} "
        f"gefundene: Genauigkeit {_percent(found.precision)}, "
        f"Trefferquote {_percent(found.recall)}; {found.seconds:.1f} s."
    )


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %".replace(".", ",")
