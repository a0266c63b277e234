"""The last five minutes before twenty deadlines: five hundred suppliers read, ask and upload.

    python -m benchmarks.peak [--minutes 5] [--suppliers 500] [--tenders 20] [--database postgresql]

`vergabe run` with two web processes, one worker and an SMTP server on this machine, no proxy. Each
supplier comes at an instant of its own, the later the more, looks for its notice, reads it, fetches
a document, follows it, asks, and looks at its messages; at the same rate officers upload documents
in pieces (suppliers will upload bids the same way). Goal: p95 under a second, no errors.
"""

import argparse
import base64
import json
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks import frame
from benchmarks.frame import at_most, exactly
from benchmarks.people import Person, Timings, percentile
from benchmarks.places import application
from tests import live
from tests.factories import access, cooperations, suppliers, tenders
from tests.integration.messages.smtp_server import smtp_server
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.db import unit_of_work
from vergabe.files import current

TOWNS = ("Merzenich", "Jülich")
UPLOAD = b"%PDF-1.7 " + bytes(300_000)


@dataclass(frozen=True)
class Procedure:
    """A published tender: its reference, and where one of its documents lies."""

    reference: str
    document: str


@dataclass(frozen=True)
class Scene:
    """Who is there: procedures, headers of suppliers and of an officer."""

    procedures: list[Procedure]
    suppliers: list[dict[str, str]]
    officer: dict[str, str]


def set_scene(app: Flask, wanted: argparse.Namespace) -> Scene:
    """Publish the tenders and register the suppliers."""
    procedures = []
    with app.app_context(), unit_of_work() as session:
        cooperation = cooperations.dlz(session, towns=TOWNS)
        for _ in range(wanted.tenders):
            tender = tenders.published(
                session, current.store(), cooperation=cooperation, towns=TOWNS
            )
            base = f"/bekanntmachungen/{tender.reference}"
            document = f"{base}/unterlagen/{tender.documents[0].id}"
            procedures.append(Procedure(tender.reference, document))
        lead = session.get_one(Organisation, cooperation.lead_organisation_id)
        officer = access.bearer(
            session, access.person(session, lead, Role.PROCUREMENT_OFFICER), lead
        )
    headers = []
    for number in range(wanted.suppliers):
        with app.app_context(), unit_of_work() as session:
            firm = suppliers.supplier(session, f"Firma {number} GmbH", cpv=("99",))
            person = suppliers.supplier_person(session, firm, f"firma{number}@example.org")
            headers.append(access.bearer(session, person, firm))
    return Scene(procedures, headers, officer)


def visit(scene: Scene, number: int, port: int, timings: Timings, at: float, rest: float) -> None:
    """Do what one supplier does, from instant `at` on, with pauses between."""
    chance = random.Random(number)
    wanted = chance.choice(scene.procedures)
    time.sleep(max(0, at - time.monotonic()))
    person = Person(port, timings)
    known = Person(port, timings, scene.suppliers[number])
    question = json.dumps({"text": f"Gilt Position {number} auch für Anhänger?"}).encode()
    steps = (
        lambda: person.do("search", "GET", "/bekanntmachungen?q=Fahrzeuge"),
        lambda: person.do("notice", "GET", f"/bekanntmachungen/{wanted.reference}"),
        lambda: person.do("document", "GET", wanted.document),
        lambda: known.do("follow", "PUT", f"/api/v1/notices/{wanted.reference}/registration"),
        lambda: known.do(
            "ask",
            "POST",
            f"/api/v1/notices/{wanted.reference}/questions",
            question,
            Content_Type="application/json",
        ),
        lambda: known.do("messages", "GET", "/api/v1/messages"),
        lambda: _upload(Person(port, timings, scene.officer), number),
    )
    for step in steps:
        step()
        time.sleep(chance.uniform(0, rest))
    person.close()
    known.close()


def _upload(person: Person, number: int) -> None:
    """Upload a document in two pieces, as the pages' script does (tus), and take it back."""
    facts = {"purpose": "tender_document", "filename": f"{number}.pdf"}
    told = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in facts.items())
    answer, _ = person.do(
        "upload begins",
        "POST",
        "/api/v1/uploads",
        Tus_Resumable="1.0.0",
        Upload_Length=str(len(UPLOAD)),
        Upload_Metadata=told,
    )
    place = answer.headers["Location"] if answer is not None else None
    if place is None:
        return
    path, half = place[place.index("/api/") :], len(UPLOAD) // 2
    for offset, piece in ((0, UPLOAD[:half]), (half, UPLOAD[half:])):
        person.do(
            "upload piece",
            "PATCH",
            path,
            piece,
            Tus_Resumable="1.0.0",
            Upload_Offset=str(offset),
            Content_Type="application/offset+octet-stream",
        )
    person.do("upload taken back", "DELETE", path, Tus_Resumable="1.0.0")
    person.close()


def play(app: Flask, wanted: argparse.Namespace) -> dict[str, Any]:
    """Let all come and return how they fared."""
    scene, timings = set_scene(app, wanted), Timings()
    seconds = wanted.minutes * 60
    with (
        tempfile.TemporaryDirectory(prefix="vergabe-peak-") as folder,
        smtp_server() as (_, smtp_url),
        live.worker(app, Path(folder) / "worker", VERGABE_SMTP_URL=smtp_url),
        live.web_server(app, Path(folder) / "web") as (port, _),
    ):
        chance, begin = random.Random(2026), time.monotonic() + 1
        people = [
            threading.Thread(
                target=visit,
                # The later the more: half of all come in the last third.
                args=(scene, number, port, timings, begin + seconds * chance.random() ** 0.6, 2.0),
                daemon=True,
            )
            for number in range(wanted.suppliers)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        lasted = time.monotonic() - begin
    return {
        "requests": len(timings.every),
        "seconds": round(lasted, 1),
        "p50_ms": round(percentile(timings.every, 0.5) * 1000),
        "p95_ms": round(percentile(timings.every, 0.95) * 1000),
        "p99_ms": round(percentile(timings.every, 0.99) * 1000),
        "errors": dict(timings.errors.most_common(8)),
        "error_count": timings.errors.total(),
        "by_kind": timings.by_kind(),
    }


def main() -> int:
    parser = frame.parser(__doc__, rounds=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--suppliers", type=int, default=500)
    parser.add_argument("--tenders", type=int, default=20)
    wanted = parser.parse_args()
    report = frame.Report("peak", wanted)
    with application(wanted.database) as app:
        found = play(app, wanted)
    kind = {"database": wanted.database}
    report.row("peak: p95 of all requests", found["p95_ms"], "ms", goal=at_most(1000), **kind)
    report.row("peak: errors", found["error_count"], "requests", goal=exactly(0), **kind)
    report.figures |= found
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
