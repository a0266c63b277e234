"""A small application that shows every macro, so that a browser can look at each."""

import datetime as dt
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, flash, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader

import vergabe
from vergabe.app import create_app
from vergabe.errors import Violation
from vergabe.settings import Settings
from vergabe.web.shell import NavGroup, NavLink

TEMPLATES = Path(vergabe.__file__).parent / "templates"
WRONG = {
    "title": "Bitte geben Sie eine Bezeichnung ein.",
    "description": "Der Text ist zu lang.",
    "net": "Der Wert muss eine Zahl wie 1.234,50 sein.",
    "until": "Diesen Tag gibt es nicht.",
    "deadline": "Die Frist ist kürzer als 30 Tage.",
    "nature": "Bitte wählen Sie eine Art.",
    "land": "Bitte wählen Sie ein Land.",
    "areas": "Bitte wählen Sie einen Bereich.",
    "items.0.quantity": "Die Menge muss größer als null sein.",
    "sheet": "Die Datei ist größer als 50 Megabyte.",
    "agree": "Bitte bestätigen Sie die Erklärung.",
}
VIOLATIONS = [Violation("wrong", message, field=name) for name, message in WRONG.items()]
REASONS = [
    Violation("resolution_missing", "Der Beschluss von Linnich fehlt.", law="§ 23 GkG NRW"),
    Violation("mandate_missing", "Die Vollmacht für die federführende Gemeinde fehlt."),
]
DEMANDS = [
    SimpleNamespace(title=title, muni=muni, net=net, day=dt.date(2026, 12, 31), stage=stage)
    for title, muni, net, stage in (
        ("Feuerwehrhelme mit Helmlampe", "Stadt Jülich", 4512000, ("Freigegeben", "success")),
        ("Streusalz 2026/27", "Gemeinde Merzenich", 1142153, ("Eingereicht", "info")),
        ("Datenverarbeitungsanlagenwartung" * 2, "Kerpen", 123456789012, ("Abgelehnt", "danger")),
        ("Büromöbel", "Stadt Kerpen", 0, ("Entwurf", "neutral")),
    )
]
SLOW = "Ein Titel, auf den der Server spät antwortet"
MENU = [
    NavGroup("Start", (NavLink("Start", "/text"),)),
    NavGroup("Bedarf", (NavLink("Bedarfe", "/list", "page"), NavLink("Abfragen", "/form"))),
    NavGroup("Vergabeverfahren", (NavLink("Vergabeverfahren", "/form"),)),
]
TOWNS = [SimpleNamespace(id=1, name="Stadt Jülich"), SimpleNamespace(id=2, name="Stadt Linnich")]


def create_gallery(posts: list[str]) -> Flask:
    """Return the application; every POST appends its path to `posts`."""
    folder = Path(tempfile.mkdtemp(prefix="vergabe-gallery-"))
    app = create_app(
        Settings(
            data=folder,
            database_url=f"sqlite:///{folder / 'empty.sqlite'}",
            files=str(folder / "files"),
            base_url="http://127.0.0.1",
            secret_key="only-for-tests-" + "x" * 40,
            is_testing=True,
        )
    )
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(place) for place in (Path(__file__).parent, TEMPLATES)]
    )
    actor = SimpleNamespace(name="Petra Schmitz-Hohenstein", organisation_id=1)
    logged_in: dict[str, Any] = {
        "current_actor": actor,
        "nav_groups": lambda: MENU,
        "frame_counts": lambda: [SimpleNamespace(label="Postfach", url="/list", number=3)],
        "organisation_choices": lambda: TOWNS,
    }

    @app.route("/form", methods=["GET", "POST"])
    def form() -> ResponseReturnValue:
        is_wrong = request.method == "POST"
        if is_wrong:
            posts.append(request.path)
        if request.form.get("title") == SLOW:
            time.sleep(0.5)
        violations = VIOLATIONS if is_wrong else []
        entry = {name: request.form.get(name, "") for name in (*WRONG, "from")}
        page = render_template("form.html", violations=violations, entry=entry, **logged_in)
        return page, 422 if is_wrong else 200

    @app.get("/list")
    def list_() -> str:
        flash("Der Bedarf „Streusalz“ ist eingereicht.", "success")
        return render_template("list.html", demands=DEMANDS, **logged_in)

    @app.get("/text")
    def text() -> str:
        return render_template("text.html", some_reasons=REASONS)

    @app.get("/problem")
    def problem() -> ResponseReturnValue:
        what = {
            "status": 409,
            "title": "Das ist jetzt nicht möglich",
            "detail": "Zwei fehlen.",
        }
        page = render_template("errors/problem.html", problem=what, violations=REASONS, **logged_in)
        return page, 409

    return app
