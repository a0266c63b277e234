"""`vergabe maintenance plan|on|off|status|cancel` and `vergabe static-copy`."""

import datetime as dt
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import click
from flask import Flask

from vergabe import clock
from vergabe.commands.moments import MOMENT
from vergabe.commands.support import acting, json_option, print_json, the_app
from vergabe.db import db, reading, unit_of_work
from vergabe.engines import Process
from vergabe.settings import Settings
from vergabe.static_copy import copying
from vergabe.uptime import maintenance as service
from vergabe.uptime import queries
from vergabe.uptime.model import MaintenanceWindow

SEEN_SECONDS = 2.5
"""After so long every web process and worker has seen that maintenance is on."""


@click.group()
def maintenance() -> None:
    """Wartung ankündigen, beginnen, beenden."""


@maintenance.command()
@click.option("--from", "planned_from", type=MOMENT, required=True, help="Beginn.")
@click.option("--until", "planned_until", type=MOMENT, required=True, help="Ende.")
@click.option("--reason", required=True, help="Ein Satz, den alle lesen.")
def plan(planned_from: dt.datetime, planned_until: dt.datetime, reason: str) -> None:
    """Wartung ankündigen: Alle Seiten nennen Tag und Uhrzeit.

    Wird abgelehnt, wenn sie weniger als 24 Stunden vor dem Ende einer Frist läge.
    """
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        window = service.plan(
            session, acting(None, now=now), planned_from, planned_until, reason, now=now
        )
        click.echo(f"Angekündigt: {_line(window)}")


@maintenance.command()
@click.argument("window_id", metavar="ID", type=click.UUID)
def cancel(window_id: uuid.UUID) -> None:
    """Angekündigte Wartung absagen."""
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        window = service.call_off(session, acting(None, now=now), window_id, now=now)
        click.echo(f"Abgesagt: {_line(window)}")


@maintenance.command()
@click.option("--until", type=MOMENT, help="Voraussichtliches Ende (in einer Stunde).")
@click.option("--reason", default="", help="Ein Satz, den alle lesen.")
@click.option("--although", metavar="GRUND", help="Notfall: trotz naher Frist; steht in der Akte.")
@click.option(
    "--wait",
    "wait_seconds",
    default=60,
    show_default=True,
    help="So lange auf laufende Arbeit des Hintergrunddienstes warten.",
)
def on(until: dt.datetime | None, reason: str, although: str | None, wait_seconds: int) -> None:
    """Wartung beginnen: Ab jetzt antworten alle Seiten mit 503, der Hintergrunddienst ruht."""
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        window = service.begin(
            session,
            acting(None, now=now),
            now=now,
            until=until,
            reason=reason,
            although=although,
        )
        click.echo(f"Wartung läuft: {_line(window)}")
    left = _wait(app, wait_seconds)
    if left:
        click.echo(f"Noch in Arbeit: {left}. Warten Sie, bevor Sie etwas beenden.", err=True)
        sys.exit(1)


def _wait(app: Flask, seconds: int) -> int:
    """Wait until workers have nothing in hand, at most so long; return what is left."""
    if seconds <= 0:
        return 0
    until = time.monotonic() + seconds
    time.sleep(min(SEEN_SECONDS, seconds))
    while True:
        with app.app_context(), reading() as session:
            left = service.unfinished_work(session, now=clock.now())
        if not left or time.monotonic() >= until:
            return left
        time.sleep(0.5)


@maintenance.command()
def off() -> None:
    """Wartung beenden; ihre Zeit zählt als geplanter Ausfall."""
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        window = service.end(session, acting(None, now=now), now=now)
        click.echo(f"Beendet: {_line(window)}" if window else "Es läuft keine Wartung.")


@maintenance.command()
@json_option
def status(as_json: bool) -> None:
    """Laufende und angekündigte Wartung zeigen."""
    app = the_app()
    with app.app_context(), reading() as session:
        current = queries.current_window(session)
        coming = queries.announced_windows(session, now=clock.now())
        if as_json:
            print_json(
                {
                    "current": _plain(current) if current else None,
                    "announced": [_plain(window) for window in coming],
                }
            )
            return
        click.echo(f"Läuft: {_line(current)}" if current else "Es läuft keine Wartung.")
        for window in coming:
            click.echo(f"Angekündigt: {_line(window)}")


def _line(window: MaintenanceWindow) -> str:
    begin = service.local_time(window.began_at or window.planned_from)
    end = service.local_time(window.ended_at or window.planned_until)
    return f"{begin} bis {end}, {window.reason} ({window.id})"


def _plain(window: MaintenanceWindow) -> dict[str, Any]:
    return {
        "id": str(window.id),
        "planned_from": window.planned_from.isoformat(),
        "planned_until": window.planned_until.isoformat(),
        "began_at": window.began_at.isoformat() if window.began_at else None,
        "reason": window.reason,
        "although": window.although,
    }


@click.command("static-copy")
@click.argument(
    "place",
    metavar="[ORDNER]",
    required=False,
    type=click.Path(file_okay=False, path_type=Path),
)
@click.option("--whole", is_flag=True, help="Alles neu schreiben, nicht nur Geändertes.")
@json_option
def static_copy(place: Path | None, whole: bool, as_json: bool) -> None:
    """Öffentliche Seiten und Unterlagen als Dateien schreiben (VERGABE_STATIC_COPY oder ORDNER)."""
    app = the_app(process=Process.WORKER)
    settings: Settings = app.extensions["vergabe_settings"]
    place = place or settings.static_copy
    if place is None:
        raise click.UsageError("Nennen Sie einen ORDNER oder setzen Sie VERGABE_STATIC_COPY.")
    report = copying.refresh(app, place, is_whole=whole)
    with app.app_context():
        db.session.remove()
    if as_json:
        print_json(
            {"procedures": report.procedures, "written": report.written, "kept": report.kept}
        )
    else:
        click.echo(
            f"{report.procedures} Verfahren angesehen, {report.written} Dateien geschrieben, "
            f"{report.kept} waren schon richtig: {place}"
        )
