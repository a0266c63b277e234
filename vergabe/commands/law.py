"""`vergabe law`: compute the cases of a file and print the results."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from vergabe.commands.advising import advise
from vergabe.commands.printing import print_json
from vergabe.commands.reading import read_json
from vergabe.commands.timetables import timetable
from vergabe.errors import InvalidInput
from vergabe.law import tables, vectors
from vergabe.settings import law_folder


@click.group()
def law() -> None:
    """Fristen und Rechtsrahmen berechnen."""
    tables.use_folder(law_folder())


law.add_command(advise)
law.add_command(timetable)

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
explain_option = click.option(
    "--explain", is_flag=True, help="Rechenschritte und Fundstellen mit ausgeben."
)


@law.command()
@file_argument
@explain_option
def deadlines(file: Path, explain: bool) -> None:
    """Die Fristen (deadline_cases) einer Datei berechnen."""
    _compute(file, "deadline_cases", explain)


@law.command()
@file_argument
@explain_option
def regime(file: Path, explain: bool) -> None:
    """Schätzung, Schwelle und Rechtsrahmen (threshold_cases) einer Datei berechnen."""
    _compute(file, "threshold_cases", explain)


def _compute(file: Path, part: str, explain: bool) -> None:
    content = read_json(file)
    results = list(vectors.evaluate({**content, **_only(content, part)}, explain=explain))
    print_json(results)
    if _has_error(results):
        sys.exit(1)


def _only(content: Mapping[str, Any], part: str) -> dict[str, Any]:
    """Return the cases of the other kind as none, so that only `part` is computed."""
    if part not in content:
        raise InvalidInput("cases_missing", f"In der Datei fehlt die Liste „{part}“.", field=part)
    other = {"deadline_cases": "threshold_cases", "threshold_cases": "deadline_cases"}[part]
    return {other: []}


def _has_error(results: Iterable[Mapping[str, Any]]) -> bool:
    return any("error" in result for result in results)
