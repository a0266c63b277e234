"""`vergabe cooperation`: load cooperations from files, list them, merge members, key figures."""

from pathlib import Path
from typing import Any

import click

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.cooperations import configuration_parser, queries, rules
from vergabe.cooperations.loading import load
from vergabe.cooperations.model import Cooperation
from vergabe.db import db, reading, unit_of_work
from vergabe.exchange.german_dates import parse_date
from vergabe.plans import research
from vergabe.successions import queries as municipalities
from vergabe.successions import service as successions
from vergabe.successions.service import MergeReport


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
            invites=True,
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


@cooperation.command("merge")
@click.argument("old", metavar="ALT")
@click.argument("new", metavar="NEU")
@click.option(
    "--on",
    "day",
    required=True,
    metavar="TAG",
    help="Erster Tag der Nachfolge, zum Beispiel 2027-01-01; heute oder früher.",
)
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was übergehen würde.")
@json_option
def cooperation_merge(old: str, new: str, day: str, dry_run: bool, as_json: bool) -> None:
    """Vermerken, dass eine Kommune (ALT, Schlüssel) in einer anderen (NEU) aufgegangen ist."""
    on = parse_date(day, field="on")
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        with session.begin_nested() as attempt:
            report = successions.merge(
                session,
                acting(None, now=now),
                municipalities.by_key(session, old),
                municipalities.by_key(session, new),
                on=on,
                now=now,
            )
            if dry_run:
                attempt.rollback()
    if as_json:
        print_json(report.as_dict() | {"dry_run": dry_run})
        return
    _tell_merger(report, dry_run=dry_run)


def _tell_merger(report: MergeReport, *, dry_run: bool) -> None:
    if not report.is_new:
        click.echo("Das ist schon vermerkt; nichts hat sich geändert.")
        return
    start = "Probe, nichts geändert: " if dry_run else ""
    click.echo(f"{start}{report.old_name} → {report.new_name} zum {report.on:%d.%m.%Y}")
    for name, number in (
        ("Zusammenarbeiten", report.cooperations),
        ("Vollmachten, Beschlüsse, Unterschriften", report.papers),
        ("Rollen", report.roles),
        ("Bündelungen", report.pools),
        ("Bedarfe", report.demands),
        ("Vergabeverfahren", report.tenders),
    ):
        click.echo(f"  {name}: {number}")
    for hint in report.hints:
        click.echo(f"  Hinweis: {hint}")


@cooperation.command("figures")
@click.argument("key")
@as_option
def cooperation_figures(key: str, as_email: str | None) -> None:
    """Kennzahlen für die Begleitforschung als JSON, mit Pseudonymen statt Namen."""
    app = the_app()
    with app.app_context(), reading() as session:
        now = clock.now()
        actor = acting(as_email, now=now)
        found = queries.cooperation_by_key(session, actor, key, now=now)
        figures = research.figures_of(session, actor, found, str(app.secret_key), now=now)
        print_json(figures.as_dict())


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
