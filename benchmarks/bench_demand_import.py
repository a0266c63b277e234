"""How long does a file of 10,000 demands take, from bytes to committed rows, and how much memory?

python -m benchmarks.bench_demand_import [--database sqlite|postgresql] [--demands N]

The texts are those of real municipal demands; each kind of file is imported by a process of its
own, whose whole peak (interpreter and libraries included) is printed. Aim: 60 s and 300 MB.
"""

import argparse
import gzip
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.places import application
from benchmarks.real_demands import SHARED
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
AIM_SECONDS, AIM_MEGABYTES = 60, 300


def texts(count: int) -> Iterator[tuple[int, str, str, str]]:
    """Yield number, title, description and CPV code of real demands, again and again."""
    path = SHARED / "data" / "demands" / "demands_municipal_de.jsonl.gz"
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


def measure(kind: str, database: str, path: Path) -> dict[str, Any]:
    """Import one file into an empty database and return what it took."""
    with application(database):
        where = place()
        before_mb = _peak_mb()
        start = time.perf_counter()
        with unit_of_work() as session:
            report = importing.import_demands(
                session, Actor.operator("Messung"), where, path, path.name, now=clock.now()
            )
        seconds = time.perf_counter() - start
    assert report.is_stored, [finding.message for finding in report.errors[:5]]
    return {
        "database": database,
        "kind": kind,
        "file_mb": round(path.stat().st_size / 1e6, 1),
        "demands": report.demand_count,
        "seconds": round(seconds, 2),
        "demands_per_second": round(report.demand_count / seconds),
        "peak_mb": _peak_mb(),
        "of_it_at_start_mb": before_mb,
    }


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--demands", type=int, default=10_000)
    parser.add_argument("--file", type=Path, help="import this file only (used for each process)")
    options = parser.parse_args()
    if options.file:
        result = measure(options.file.suffix[1:], options.database, options.file)
        print(json.dumps(result))
        return int(result["seconds"] > AIM_SECONDS or result["peak_mb"] > AIM_MEGABYTES)
    return _each_kind(options.database, options.demands)


def _each_kind(database: str, count: int) -> int:
    import tempfile

    failed = 0
    with tempfile.TemporaryDirectory(prefix="vergabe-bench-") as folder:
        for kind in KINDS:
            path = Path(folder) / f"demands.{kind}"
            path.write_bytes(content(kind, count))
            command = [sys.executable, "-m", "benchmarks.bench_demand_import", "--file", str(path)]
            failed += subprocess.run([*command, "--database", database]).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
