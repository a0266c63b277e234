"""`vergabe cooperation`: load cooperations from files, list them."""

from pathlib import Path
from typing import Any

import click

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.commands.support import acting, json_option, print_json, the_app
from vergabe.cooperations import configuration_parser, queries, rules
from vergabe.cooperations.loading import load
from vergabe.cooperations.model import Cooperation
from vergabe.db import db, reading, unit_of_work


@click.group()
def cooperation() -> None:
    """Zusammenarbeit von Kommunen."""


@cooperation.command("load")
@click.argument(
    "file",
    metavar="DATEI.toml",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was sich ändern würde.")
@json_option
def cooperation_load(file: Path, dry_run: bool, as_json: bool) -> None:
    """Eine Zusammenarbeit anlegen oder ändern; dieselbe Datei ein zweites Mal ändert nichts."""
    with file.open("rb") as source:
        # One byte more than allowed is enough to refuse it.
        content = source.read(configuration_parser.LIMIT_BYTES + 1)
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        report = load(
            session,
            acting(None, now=now),
            content,
            dry_run=dry_run,
            now=now,
            base_url=app.extensions["vergabe_settings"].base_url,
        )
    if as_json:
        print_json(report.as_dict())
        return
    click.echo(report.sentence())
    for change in report.changes:
        old = f"{change.old} → " if change.old is not None else ""
        click.echo(f"  {change.path}: {old}{change.new if change.new is not None else 'entfällt'}")
    for hint in report.hints:
        click.echo(f"Hinweis: {hint}")


@cooperation.command("list")
@json_option
def cooperation_list(as_json: bool) -> None:
    """Alle Zusammenarbeiten mit Federführung, Mitgliedern und Stand der Vereinbarung."""
    app = the_app()
    with app.app_context(), reading() as session:
        found = queries.cooperations_of(session, Actor.operator("Kommandozeile"))
        rows = [_row(each) for each in found]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        stage = rules.STAGE_NAMES[row["stage"]] if row["stage"] else "ohne Vereinbarung"
        click.echo(
            f"{row['key']:12}{row['name']} – {row['lead']}, {row['members']} Mitglieder, {stage}"
        )
    if not rows:
        click.echo("Noch keine Zusammenarbeit. Laden Sie eine: vergabe cooperation load DATEI.toml")


def _row(found: Cooperation) -> dict[str, Any]:
    session = db.session()
    day = clock.berlin_day(clock.now())
    agreement = queries.current_agreement(session, found.id, day)
    return {
        "key": found.key,
        "name": found.name,
        "lead": found.lead.name,
        "members": len(queries.member_ids(session, found.id, clock.now())),
        "stage": queries.stage_of(agreement, day) if agreement else None,
    }
