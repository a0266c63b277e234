"""`vergabe demo`: everything in one place, to look at or to play through once."""

import os
import sys
import tempfile
import threading
from pathlib import Path

import click
from werkzeug.serving import make_server

from vergabe import worker
from vergabe.commands.printing import json_option, print_json
from vergabe.demo.filling import fill
from vergabe.demo.place import PASSWORD, demo_settings, prepare
from vergabe.demo.story import Story
from vergabe.demo.tendering import write_documents

_PEOPLE = (
    ("bedarf@merzenich.example", "Bedarfsstelle Merzenich"),
    ("kaemmerei@merzenich.example", "Kämmerei Merzenich"),
    ("koordination@merzenich.example", "Koordination (Federführung)"),
    ("vergabestelle@merzenich.example", "Vergabestelle (Federführung)"),
    ("rechnungspruefung@merzenich.example", "Rechnungsprüfung Merzenich"),
    ("verwaltung@merzenich.example", "Administration Merzenich"),
    ("bedarf@kerpen.example", "Bedarfsstelle Kerpen"),
    ("kaemmerei@kerpen.example", "Kämmerei Kerpen"),
    ("angebot@rurtal.example", "Unternehmen Rurtal Bürotechnik"),
)


@click.command()
@click.option("--once", is_flag=True, help="Die Hauptaufgabe einmal durchspielen und enden.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Mit --once: Ordner für alle erzeugten Dokumente.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Port der Vorführung.",
)
@click.option(
    "--place",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Ordner der Vorführung.",
)
@json_option
def demo(once: bool, out: Path | None, port: int, place: Path, as_json: bool) -> None:
    """Vorführung mit Beispieldaten: Webserver und Hintergrunddienst in einem."""
    if once:
        _play_once(out, as_json)
    else:
        _serve(place.resolve(), port)


def _play_once(out: Path | None, as_json: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="vergabe-demo-") as folder:
        settings = demo_settings(Path(folder), base_url="http://127.0.0.1:8000")
        app = prepare(settings, keys=("dlz",))
        result = Story(app).play()
        if out is not None:
            result["documents"] = write_documents(app, out)
    if as_json:
        print_json(result)
    else:
        for step in result["steps"]:
            click.echo(step)
        for name, holds in result["checked"].items():
            click.echo(f"{'ja  ' if holds else 'NEIN'}  {name}")
    if not all(result["checked"].values()):
        sys.exit(1)


def _serve(place: Path, port: int) -> None:
    base_url = f"http://127.0.0.1:{port}"
    app = prepare(demo_settings(place, base_url=base_url))
    fill(app)
    scheduler = worker.start(app)
    server = make_server("127.0.0.1", port, app, threaded=True)
    click.echo(f"\n  Vergabe läuft: {base_url}  (Beenden mit Strg+C)\n")
    click.echo(f"  Passwort für alle: {PASSWORD}")
    for email, name in _PEOPLE:
        click.echo(f"    {email:40} {name}")
    click.echo(f"\n  E-Mails liegen als Dateien in {os.path.relpath(place / 'mails')}\n")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(timeout=1)
    except KeyboardInterrupt:
        click.echo("  Beendet.")
    finally:
        server.shutdown()
        scheduler.shutdown(wait=True)
