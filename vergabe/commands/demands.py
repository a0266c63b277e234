"""`vergabe demands import` and `vergabe demands template`: demands from files."""

import sys
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access import queries as access
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.db import unit_of_work
from vergabe.demands import importing
from vergabe.demands.drafts import Place
from vergabe.demands.import_report import ImportReport, ImportWish
from vergabe.demands.stages import Stage
from vergabe.errors import DomainError, InvalidInput
from vergabe.exchange import german
from vergabe.exchange.demand_template import demand_template_xlsx

_USUAL_AREA = "procurement"


@click.group("demands")
def demands() -> None:
    """Bedarfe einlesen und Vorlagen dafür schreiben."""


@demands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--municipality", "ags", required=True, metavar="AGS", help="Gemeindeschlüssel.")
@click.option("--cooperation", "key", required=True, metavar="KEY", help="Zusammenarbeit.")
@click.option("--area", "area_key", metavar="KEY", help="Aufgabengebiet (sonst: procurement).")
@click.option("--dry-run", is_flag=True, help="Nur prüfen, nichts speichern.")
@click.option("--submit", is_flag=True, help="Gleich zur Freigabe einreichen.")
@click.option("--release", is_flag=True, help="Gleich einreichen und freigeben.")
@click.option("--budget", metavar="EURO", help="Budget (netto) für Bedarfe ohne Wert.")
@as_option
@json_option
def import_file(
    file: Path,
    ags: str,
    key: str,
    area_key: str | None,
    dry_run: bool,
    submit: bool,
    release: bool,
    budget: str | None,
    as_email: str | None,
    as_json: bool,
) -> None:
    """Liest Bedarfe einer Kommune aus einer CSV-, XLSX- oder JSON-Lines-Datei ein.

    Alles oder nichts: Bei einem Fehler wird nichts gespeichert, und jede fehlerhafte Zelle wird
    genannt (Rückgabewert 1). Dieselbe Datei noch einmal ändert nichts.
    """
    stage = Stage.RELEASED if release else Stage.SUBMITTED if submit else Stage.DRAFT
    wish = ImportWish(stage, german.parse_money_cents(budget) if budget else None, dry_run)
    with the_app().app_context(), unit_of_work() as session:
        now = clock.now()
        organisation = organisation_by_key(session, ags)
        actor = actor_at(session, as_email, organisation)
        cooperation = cooperations.cooperation_by_key(session, actor, key, now=now)
        area = _area(session, cooperation, area_key)
        report = importing.import_demands(
            session,
            actor,
            Place(cooperation.id, area.id, organisation.id),
            file,
            file.name,
            wish=wish,
            now=now,
        )
    if as_json:
        print_json(report.as_dict())
    else:
        _print(report)
    sys.exit(1 if report.errors else 0)


def organisation_by_key(session: Session, ags: str) -> Organisation:
    """Return the municipality or county with this key (AGS); DomainError if there is none."""
    found = session.scalars(select(Organisation).where(Organisation.ags == ags)).one_or_none()
    if found is None:
        raise DomainError(
            "unknown_municipality",
            f"Eine Kommune mit dem Schlüssel {ags} ist nicht angelegt. Laden Sie zuerst die "
            "Zusammenarbeit, zu der sie gehört.",
        )
    return found


def actor_at(session: Session, as_email: str | None, organisation: Organisation) -> Actor:
    """Return who acts: the person with this address at the organisation, else the operator."""
    now = clock.now()
    actor = acting(as_email, now=now)
    user = session.get(User, actor.user_id) if actor.user_id else None
    return actor if user is None else access.actor_for(session, user, organisation.id, now=now)


def _area(session: Session, cooperation: Cooperation, key: str | None) -> TaskArea:
    if key is not None:
        return cooperations.area_by_key(session, cooperation.id, key)
    areas = session.scalars(select(TaskArea).where(TaskArea.cooperation_id == cooperation.id)).all()
    usual = [area for area in areas if area.key == _USUAL_AREA]
    if len(areas) != 1 and not usual:
        keys = ", ".join(sorted(area.key for area in areas)) or "keine"
        raise InvalidInput("area_missing", f"Bitte geben Sie --area an. Möglich: {keys}.")
    return (usual or areas)[0]


def _print(report: ImportReport) -> None:
    for finding in report.findings:
        mark = "Fehler" if finding.severity == "error" else "Hinweis"
        click.echo(f"{mark} {finding.address}: {finding.message}")
    click.echo(_sentence(report))


def _sentence(report: ImportReport) -> str:
    counts = f"{report.demand_count} Bedarfe, {report.line_count} Positionen"
    if report.errors:
        return f"{len(report.errors)} Fehler. Es wurde nichts gespeichert."
    if report.is_repeat:
        return f"Diese Datei wurde schon eingelesen ({counts}). Es wurde nichts geändert."
    if report.is_dry_run:
        return f"Geprüft: {counts} würden gespeichert."
    known = f" {report.unchanged_count} waren schon da." if report.unchanged_count else ""
    span = f" ({report.first_reference} bis {report.last_reference})" if report.demand_count else ""
    return f"Gespeichert: {counts}{span}.{known}"


@demands.command("template")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def template(file: Path) -> None:
    """Schreibt die leere Vorlage (XLSX) zum Ausfüllen."""
    file.write_bytes(demand_template_xlsx(clock.berlin_day(clock.now())))
    click.echo(f"Vorlage geschrieben: {file}")
