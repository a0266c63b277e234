"""`vergabe law timetable`: timetables of a file, of a pool or of a tender."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from vergabe import clock
from vergabe.commands.printing import json_option, print_json
from vergabe.commands.reading import read_json
from vergabe.errors import NotFound
from vergabe.law import timetable_cases


@click.command()
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--pool", metavar="AKTENZEICHEN", help="Eine Bündelung dieser Anlage.")
@click.option("--tender", metavar="AKTENZEICHEN", help="Ein Verfahren dieser Anlage.")
@click.option("--start", metavar="TAG", help="Was wäre, wenn die Leistung dann beginnen soll.")
@click.option("--begin", metavar="TAG", help="Was wäre, wenn die Vorbereitung dann beginnt.")
@json_option
def timetable(
    file: Path | None,
    pool: str | None,
    tender: str | None,
    start: str | None,
    begin: str | None,
    as_json: bool,
) -> None:
    """Zeitpläne berechnen: für eine Datei (immer JSON), --pool oder --tender.

    Die Datei enthält eine Liste „timetables“; gespeichert wird nichts.
    """
    if sum(given is not None for given in (file, pool, tender)) != 1:
        raise click.UsageError("Nennen Sie eine Datei, --pool oder --tender.")
    if file is not None:
        _of_file(file)
        return
    wanted = {"performance_on": start, "begins_on": begin}
    data = _stored(
        "pool" if pool else "tender",
        str(pool or tender),
        {name: day for name, day in wanted.items() if day},
    )
    if as_json:
        print_json(data)
    else:
        _print(data)


def _of_file(file: Path) -> None:
    results = list(timetable_cases.evaluate(read_json(file)))
    print_json(results)
    if any("error" in result for result in results):
        sys.exit(1)


def _stored(kind: str, reference: str, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Return the timetable of a pool or tender as JSON values. Raises DomainError."""
    # Imported late: timetables of files need neither web nor database.
    from vergabe.commands.support import acting, the_app
    from vergabe.db import reading
    from vergabe.plans import forms, plain_data, timetables
    from vergabe.pools import queries as pools
    from vergabe.pools.model import Pool
    from vergabe.tenders import queries as tenders

    with the_app().app_context(), reading() as session:
        now = clock.now()
        actor = acting(None, now=now)
        if kind == "tender":
            found = tenders.tender_by_reference(session, actor, reference).id
        else:
            query = pools.visible(actor).where(Pool.reference == reference.strip().upper())
            pool = session.scalars(query).one_or_none()
            if pool is None:
                raise NotFound(f"Die Bündelung {reference}")
            found = pool.id
        subject = timetables.subject_of(session, actor, kind, found, now=now)
        wishes = forms.wishes_in(wanted) if wanted else None
        view = timetables.timetable_of(session, subject, wishes, now=now)
        return plain_data.timetable_json(view)


def _print(data: Mapping[str, Any]) -> None:
    click.echo(f"{data['reference']}: {data['title']}")
    if data["problem"]:
        click.echo(data["problem"])
    for step in data["steps"]:
        latest = f", spätestens {step['latest_on']}" if step["latest_on"] else ""
        law = f" ({step['law']})" if step["law"] else ""
        click.echo(f"  {step['earliest_on']}{latest}  {step['title']}{law}")
    for decision in data["decisions"]:
        day = decision["decided_on"] or decision["latest_on"] or decision["earliest_on"] or "offen"
        what = f"{decision['organisation']}, {decision['body'] or '–'}: {decision['subject']}"
        click.echo(f"  {day}  {what}")
    for sentence in data["warnings"]:
        click.echo(f"  ! {sentence}")
