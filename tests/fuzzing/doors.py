"""The same spoiled files by page and API: refused or stored whole, no 5xx, nothing left over."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import connection_of, supposing
from tests.factories import world as worlds
from tests.factories.world import World
from tests.fuzzing.cases import Case, Outcome, case
from tests.fuzzing.readers import READERS
from tests.integration.test_bad_input import complaint, row_counts
from vergabe import sweeps
from vergabe.jobs.rules import OPEN

_SHEETS: Final = {
    "demands, CSV": "bedarfe.csv",
    "demands, XLSX": "bedarfe.xlsx",
    "demands, JSON Lines": "bedarfe.jsonl",
    "demands, packed": "bedarfe.csv.gz",
}
_PAPERS: Final = {
    "documents": "anlage.docx",
    "view of a notice": "anlage.xml",
    "archives, zip": "a.zip",
}
READ_HERE: Final = tuple(each for each in READERS if each.name in (_SHEETS | _PAPERS))


@dataclass(frozen=True)
class Door:
    """Where a file may be sent: its address and the field of the form; names as in `World`."""

    address: str
    field: str
    takes: Mapping[str, str]


DOORS: Final = (
    Door("/bedarfe/einlesen", "file", _SHEETS),
    Door("/api/v1/demands/import", "file", _SHEETS),
    Door("/api/v1/tenders/{tender_id}/documents", "file", _PAPERS),
    Door("/vergabeverfahren/{tender_id}/unterlagen", "file", _PAPERS),
    Door("/api/v1/cooperations/{key}/resolutions/{resolution_id}/document", "document", _PAPERS),
    Door("/api/v1/cooperations/{key}/mandates/{mandate_id}/document", "document", _PAPERS),
    Door("/api/v1/bylaws/{bylaw_id}/document", "document", _PAPERS),
    Door("/api/v1/in-house-checks/{check_id}/document", "document", _PAPERS),
)


@contextmanager
def house(app: Flask) -> Iterator[World]:
    """A cooperation with everything in it, behind whose doors nothing stays."""
    before = app.config["WTF_CSRF_ENABLED"]
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        with worlds.standing(app) as found:
            yield found
    finally:
        app.config["WTF_CSRF_ENABLED"] = before


def sent(number: int, seed: int) -> tuple[Case, Door]:
    """Return the file with this number and the door it is sent to."""
    tried = case(number, seed, READ_HERE)
    fitting = [door for door in DOORS if tried.reader.name in door.takes]
    return tried, fitting[number % len(fitting)]


def outcome(app: Flask, world: World, tried: Case, door: Door, passing: Path) -> Outcome:
    """Return what became of a file at a door; passing: the folder for passing files."""
    connection = connection_of(app)
    with supposing(app):
        before = row_counts(connection)
        answer = _send(world, tried, door)
        wrong = complaint(answer)
        if wrong is not None:
            return Outcome("error", f"{door.address}: {wrong}")
        if answer.status_code >= 400:
            after = row_counts(connection)
            if after != before:
                changed = {name for name, count in after.items() if count != before[name]}
                return Outcome("left behind", f"{door.address}: rows of {sorted(changed)}")
        elif door.address.endswith(("/einlesen", "/import")):
            sweeps.run_jobs(app)
            open_jobs = connection.exec_driver_sql("SELECT state FROM job").scalars().all()
            if set(open_jobs) & {str(state) for state in OPEN}:
                return Outcome("hang", f"{door.address}: a job that does not end")
    left = [*(path.name for path in passing.iterdir()), *_incoming(app)]
    if left:
        return Outcome("left behind", f"{door.address}: {left[:5]}")
    return Outcome("refused" if answer.status_code >= 400 else "taken")


def _send(world: World, tried: Case, door: Door) -> TestResponse:
    address = door.address
    for name, values in world.values.items():
        if values:
            address = address.replace(f"{{{name}}}", str(values[0]))
    file = (io.BytesIO(tried.content), door.takes[tried.reader.name])
    form = {**world.names, "title": "Leistungsbeschreibung", door.field: file}
    return world.buyer.open("POST", address, data=form)


def _incoming(app: Flask) -> list[str]:
    """Return what was begun to be stored and is neither stored nor gone."""
    folder = Path(app.extensions["vergabe_settings"].files) / "incoming"
    return [f"incoming/{path.name}" for path in folder.iterdir()] if folder.is_dir() else []
