"""How long does a file of 10,000 demands take, from bytes to committed rows, and how much memory?

python -m benchmarks.bench_demand_import [--database sqlite|postgresql] [--demands N]

The texts are those of real municipal demands; each kind of file is imported by a process of its
own, whose whole peak (interpreter and libraries included) counts.
"""

import argparse
import gzip
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import frame
from benchmarks.frame import at_most
from benchmarks.places import application
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations.model import Cooperation, Member, Participation, TaskArea
from vergabe.db import unit_of_work
from vergabe.demands import importing
from vergabe.demands.drafts import Place
from vergabe.exchange import sheet_writer

KINDS = ("csv", "xlsx", "jsonl")
HEADERS = ("Bedarf-Nr.", "Titel", "Beschreibung", "CPV", "Menge", "Einheit", "Einzelpreis netto")
MOST_SECONDS, MOST_MEGABYTES = 60, 300


def texts(count: int) -> Iterator[tuple[int, str, str, str]]:
    """Yield number, title, description and CPV code of real demands, again and again."""
    path = frame.shared("data/demands/demands_municipal_de.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    usable = [record for record in records if len(record["cpv"][0]) == 8]
    for number in range(count):
        record = usable[number % len(usable)]
        title = f"{record['title'][:380]} ({number})"
        yield number, title, record.get("description", ""), record["cpv"][0]


def content(kind: str, count: int) -> bytes:
    """Return the file of this kind."""
    if kind == "jsonl":
        return "".join(json.dumps(_record(*row)) + "\n" for row in texts(count)).encode()
    rows = [
        (f"N-{number}", title, description, cpv, number % 50 + 1, "Stk.", 100)
        for number, title, description, cpv in texts(count)
    ]
    if kind == "csv":
        return sheet_writer.write_table_csv(HEADERS, rows)
    return sheet_writer.write_table_xlsx(HEADERS, rows)


def _record(number: int, title: str, description: str, cpv: str) -> dict[str, Any]:
    item = {"text": "Stück", "quantity": number % 50 + 1, "unit": "Stk.", "unit_price_net": "100"}
    return {
        "external_reference": f"N-{number}",
        "title": title,
        "description": description,
        "cpv_main": cpv,
        "items": [item],
    }


def place() -> Place:
    """Make one town in one cooperation and return where its demands belong."""
    with unit_of_work() as session:
        now = clock.now()
        town = Organisation(kind="municipality", name="Musterstadt", land="NW", created_at=now)
        session.add(town)
        session.flush()
        cooperation = Cooperation(
            key="bench",
            name="Messung",
            reference_prefix="BENCH",
            lead_organisation_id=town.id,
            cost_key={},
            contact={},
            review_body={},
            file_sha256="0" * 64,
            created_at=now,
        )
        session.add(cooperation)
        session.flush()
        day = clock.berlin_day(now)
        area = TaskArea(
            cooperation_id=cooperation.id,
            key="procurement",
            name="Beschaffung",
            position=1,
            required_resolutions=[],
        )
        member = Member(
            cooperation_id=cooperation.id, organisation_id=town.id, position=1, joined_on=day
        )
        session.add_all([area, member])
        session.flush()
        session.add(
            Participation(member_id=member.id, area_id=area.id, depth="full", valid_from=day)
        )
        return Place(cooperation.id, area.id, town.id)


def measure(database: str, path: Path) -> dict[str, Any]:
    """Import one file into an empty database and return what it took."""
    with application(database):
        where = place()
        start = time.perf_counter()
        with unit_of_work() as session:
            report = importing.import_demands(
                session, Actor.operator("Messung"), where, path, path.name, now=clock.now()
            )
        seconds = time.perf_counter() - start
    assert report.is_stored, [finding.message for finding in report.errors[:5]]
    return {"seconds": seconds, "peak_mb": _peak_mb()}


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    parser = frame.parser(__doc__)
    parser.add_argument("--demands", type=int, default=10_000)
    parser.add_argument("--file", type=Path, help="import this file only (used for each process)")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    wanted = parser.parse_args()
    if wanted.file:
        print(json.dumps(measure(wanted.database, wanted.file)))
        return 0
    report = frame.Report("demand_import", wanted)
    with tempfile.TemporaryDirectory(prefix="vergabe-bench-") as folder:
        for kind in KINDS:
            path = Path(folder) / f"demands.{kind}"
            path.write_bytes(content(kind, wanted.demands))
            found = [in_own_process(path, wanted.database) for _ in range(wanted.rounds)]
            _tell(report, kind, wanted, found)
    return report.finish()


def in_own_process(path: Path, database: str) -> dict[str, Any]:
    """Import a file in a process whose peak of memory is that of the import alone."""
    command = [sys.executable, "-m", "benchmarks.bench_demand_import", "--file", str(path)]
    done = subprocess.run([*command, "--database", database], stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def _tell(
    report: frame.Report, kind: str, wanted: argparse.Namespace, found: list[dict[str, Any]]
) -> None:
    seconds = statistics.median(each["seconds"] for each in found)
    peak = max(each["peak_mb"] for each in found)
    name = f"{wanted.demands:,} demands of one {kind.upper()} file"
    for what, value, unit, limit in (
        ("imported", seconds, "s", MOST_SECONDS),
        ("memory", peak, "MB", MOST_MEGABYTES),
    ):
        report.row(
            f"{name}: {what}",
            value,
            unit,
            against=("limit", limit),
            goal=at_most(1),
            database=wanted.database,
            rounds=len(found),
        )


if __name__ == "__main__":
    sys.exit(frame.run(main))
