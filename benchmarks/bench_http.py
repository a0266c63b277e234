"""Is a request to us as cheap as it can be? Beside the least that a tender service must do.

    python -m benchmarks.bench_http [--rounds 3] [--secs 3] [--database postgresql]

`vergabe run` with one process and eight places at work, beside `../shared/perf/floor_app.py` under
gunicorn with one worker and eight threads; eight kept connections, in turn. Ours has login by
token, validation, record and outbox; limits are off. The floor checks five fields and keeps the
JSON as it came, without login: no service that does more reaches it. From a document we create
demands (as many bytes and lines as the floor's tenders have); a tender is made of the demands of a
pool, which brings its own row. Beside the rates stands the server's processor time for a request.
"""

import argparse
import itertools
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy
from flask import Flask
from sqlalchemy.orm import Session

from benchmarks import frame, yardstick
from benchmarks.frame import Sample, at_least
from benchmarks.places import application
from benchmarks.yardstick import Asked, Rate, Request, Served
from tests.factories import access, cooperations, many, tenders
from tests.factories import demands as demand_factory
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.db import unit_of_work

TOWNS: Final = ("Merzenich", "Jülich", "Kerpen")
STORED: Final = 1_000
"""Rows of each kind that stand there before anything is asked."""
SHOWN: Final = 20
POOLS_A_ROUND: Final = 40
JSON: Final = {"Content-Type": "application/json"}
LINES: Final = {"tender_3k": 6, "tender_20k": 24}
"""Lines in the bodies of the yardstick; ours have as many, and as many bytes."""
SIZES: Final = {"tender_3k": "3 KB", "tender_20k": "20 KB"}


@dataclass(frozen=True)
class Pair:
    """The same act at ours and at the floor, and what our rate has to be of the floor's."""

    name: str
    ours: Asked
    floor: Asked
    least: float | None


@dataclass(frozen=True)
class Scene:
    """What stands in our database, and who asks."""

    headers: dict[str, str]
    place: dict[str, str]
    tenders: list[str]
    demands: list[str]
    pools: dict[str, list[str]]


def set_scene(app: Flask, pools_of_each: int) -> Scene:
    """Store a cooperation with demands, tenders and binding pools; return them."""
    with app.app_context(), unit_of_work() as session:
        cooperation = cooperations.dlz(session, towns=TOWNS)
        lead = cooperations.town(session, TOWNS[0])
        person = access.person(session, lead, Role.PROCUREMENT_OFFICER, Role.REQUESTER)
        pools = {
            size: [_pool(session, cooperation, count) for _ in range(pools_of_each)]
            for size, count in {"3 KB": 1, "20 KB": 18}.items()
        }
        drafts = [tenders.draft(session, lines=_lines(1)) for _ in range(SHOWN)]
        own = [
            demand_factory.demand(session, cooperation, lead, items=_lines(6, fill=250))
            for _ in range(SHOWN)
        ]
        many.demands(session, cooperation, lead, STORED)
        many.tenders(session, STORED)
        place = {
            "cooperation_id": str(cooperation.id),
            "area_id": str(demand_factory.area_of(session, cooperation).id),
        }
        headers = access.bearer(session, person, lead)
        return Scene(headers, place, [str(t.id) for t in drafts], [str(d.id) for d in own], pools)


def _lines(count: int, fill: int = 0) -> tenders.Lines:
    return tuple(
        (f"Löschgruppenfahrzeug LF 20, Ausführung {n} {'x' * fill}", 1, "H87", 45_000_000)
        for n in range(count)
    )


def _pool(session: Session, cooperation: Cooperation, lines: int) -> str:
    wanted = [
        demand_factory.demand(
            session, cooperation, cooperations.town(session, town), items=_lines(lines)
        )
        for town in TOWNS
    ]
    return str(tenders.binding_pool(session, cooperation, wanted).id)


def demand_body(place: dict[str, str], lines: int, size: int) -> str:
    """Return a demand as JSON with so many lines and bytes."""

    def made(fill: int) -> str:
        items = [
            {
                "text": f"Papier, Recycling, Format {number}. " + "Beschreibung der Ware. " * fill,
                "quantity": 100 + number,
                "unit_code": "H87",
                "unit_price_net": {"amount_cents": 450, "currency": "EUR"},
            }
            for number in range(lines)
        ]
        facts = {
            "title": "Recyclingpapier für Schulen und Verwaltung",
            "description": "Bedarf eines Jahres, geliefert frei Verwendungsstelle.",
            "cpv_main": "30197630-1",
            "nature": "supplies",
            "needed_from": "2027-04-01",
            "needed_until": "2027-12-31",
            "nuts": "DEA26",
            "place_street": "Rathausplatz 1",
            "place_postcode": "52399",
            "place_city": "Merzenich",
            "items": items,
        }
        return json.dumps(place | facts)

    fills = itertools.takewhile(lambda fill: len(made(fill)) <= size, itertools.count())
    return made(max(fills, default=0))


def pairs(scene: Scene, bodies: dict[str, str], floor_rows: int) -> list[Pair]:
    """Return what is asked of both."""
    headers = scene.headers
    found = []
    for name, body in bodies.items():
        ours = demand_body(scene.place, LINES[name], len(body))
        theirs = Asked([("POST", "/tenders", JSON, body)])
        found.append(
            Pair(
                f"create from a document of {SIZES[name]} (demand)",
                Asked([("POST", "/api/v1/demands", headers | JSON, ours)]),
                theirs,
                0.5,
            )
        )
        pools = scene.pools[SIZES[name]]
        found.append(
            Pair(
                f"create a tender of {SIZES[name]} from a pool",
                Asked(
                    [
                        ("POST", "/api/v1/tenders", headers | JSON, json.dumps({"pool_id": pool}))
                        for pool in pools
                    ],
                    share=POOLS_A_ROUND,
                ),
                theirs,
                0.5,
            )
        )
    stored = Asked([_get(f"/tenders/{number:032x}") for number in range(floor_rows)])
    listed = Asked([_get("/tenders?limit=100")])
    for kind, ids in (("tender", scene.tenders), ("demand", scene.demands)):
        one = Asked([_get(f"/api/v1/{kind}s/{found_id}", headers) for found_id in ids])
        found.append(Pair(f"get one {kind}", one, stored, 0.6))
        page = Asked([_get(f"/api/v1/{kind}s?limit=100", headers)])
        found.append(Pair(f"list 100 {kind}s", page, listed, 0.7))
    return found


def _get(path: str, headers: dict[str, str] | None = None) -> Request:
    return ("GET", path, headers or {}, "")


def floor_database(app: Flask) -> str:
    """Return the address of an empty database for the floor, beside ours."""
    ours = app.extensions["vergabe_settings"]
    if ours.database_url.startswith("sqlite"):
        return f"sqlite:///{ours.data / 'floor.sqlite'}"
    engine = sqlalchemy.create_engine(ours.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("CREATE DATABASE floor"))
    engine.dispose()
    floor = engine.url.set(database="floor")
    return floor.render_as_string(hide_password=False)


def measure(
    ours: Served, floor: Served, wanted: list[Pair], *, rounds: int, seconds: float
) -> dict[str, tuple[Rate, Rate]]:
    """Return our rates and the floor's by act; the first round only warms both up."""
    found = {pair.name: (Rate(), Rate()) for pair in wanted}
    for number in range(rounds + 1):
        for pair in wanted:
            rates = found[pair.name] if number else (Rate(), Rate())
            sides = [(ours, pair.ours, rates[0]), (floor, pair.floor, rates[1])]
            for server, asked, rate in sides if number % 2 == 0 else reversed(sides):
                yardstick.load(server, asked, seconds if number else 1, rate)
    return found


def told(
    report: frame.Report, wanted: list[Pair], found: dict[str, tuple[Rate, Rate]], database: str
) -> None:
    """Add a row for each act, with the processor time of both beside the rates."""
    for pair in wanted:
        ours, floor = found[pair.name]
        processor = Sample(ours.processor), Sample(floor.processor)
        report.compare(
            pair.name,
            Sample(ours.seconds),
            "floor",
            Sample(floor.seconds),
            None if pair.least is None else at_least(pair.least),
            unit="per s",
            database=database,
            processor_ms=round(processor[0].in_unit("ms"), 2),
            floor_processor_ms=round(processor[1].in_unit("ms"), 2),
            ratio_of_processor=round(processor[1].median_s / processor[0].median_s, 3),
            p99_ms=max(ours.p99_ms),
        )


def main() -> int:
    parser = frame.parser(__doc__)
    parser.add_argument("--secs", type=float, default=3, help="of each act in each round")
    parser.add_argument("--database", choices=["postgresql", "sqlite"])
    parser.add_argument("--only", default="", help="acts whose name has this word")
    wanted = parser.parse_args()
    yardstick.scripts()
    report = frame.Report("http", wanted)
    for kind in [wanted.database] if wanted.database else ["postgresql", "sqlite"]:
        on_database(kind, wanted, report)
    return report.finish()


def on_database(kind: str, wanted: argparse.Namespace, report: frame.Report) -> None:
    """Measure all acts on one database."""
    with application(kind) as app, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bodies = yardstick.bodies(folder)
        scene = set_scene(app, (wanted.rounds + 1) * POOLS_A_ROUND)
        database = floor_database(app)
        yardstick.seed(database, STORED, folder / "tender_3k.json")
        acts = [p for p in pairs(scene, bodies, STORED) if wanted.only in p.name]
        with (
            yardstick.ours(app, folder / "ours.log") as ours,
            yardstick.floor(database, folder / "floor.log") as floor,
        ):
            ours.wait_for("/healthz")
            floor.wait_for("/tenders?limit=1")
            found = measure(ours, floor, acts, rounds=wanted.rounds, seconds=wanted.secs)
            told(report, acts, found, kind)
            report.figures[f"bytes of answers ({kind})"] = {
                pair.name: len(ours.answer(*pair.ours.requests[0][1:3]))
                for pair in acts
                if pair.ours.requests and pair.ours.requests[0][0] == "GET"
            }


if __name__ == "__main__":
    sys.exit(frame.run(main))
