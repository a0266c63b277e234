"""Is the public search over 30,000 procedures as quick as over 50, and for eight people at once?

python -m benchmarks.bench_public_search [--database sqlite|postgresql] [--many 30000] [--secs 20]

Real notices of others are entered as they are read, and again under other ids until there are as
many as wanted. Measured: pages through the application in turns, 50 procedures against many; what
the first question of a process costs; then a live server with one process and eight clients that
ask different questions with a short pause between them, as people do.
"""

import gzip
import itertools
import json
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from flask import Flask

from benchmarks import frame
from benchmarks.frame import at_most
from benchmarks.people import percentile
from benchmarks.places import application, served
from vergabe import clock
from vergabe.catalogue import service
from vergabe.catalogue.service import Listed
from vergabe.db import unit_of_work
from vergabe.exchange.foreign_records import read_record
from vergabe.market import summing

QUESTIONS = (
    "",
    "?q=Feuerwehrfahrzeug",
    "?q=reinigung&region=DEA",
    "?cpv=45&ordnung=frist",
    "?region=DEB&region=DEA26",
    "?q=strassenbau+koeln&cpv=45",
    "?art=supplies&wert=221-1000",
    "?q=schul",
)
CLIENTS = 8
PAUSE_S = 0.5
FEW = 50
MOST_MS = 300


def listed(many: int) -> Iterator[Listed]:
    """Yield procedures made of real notices, each as often as it takes."""
    today = clock.berlin_day(clock.now())
    path = frame.shared("data/notices/notices_de_2026.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    for line in itertools.islice(itertools.cycle(lines), many):
        notice = read_record(json.loads(line)).notice
        if notice is not None:
            yield summing.picture(uuid.uuid4(), [(uuid.uuid4(), notice)], today=today).listed


def fill(app: Flask, many: int) -> None:
    """Enter procedures, 500 a transaction."""
    source = listed(many)
    with app.app_context():
        while batch := list(itertools.islice(source, 500)):
            with unit_of_work() as session:
                service.enter(session, "other", batch, now=clock.now())


def asking(app: Flask) -> Callable[[], object]:
    """Return what asks all questions once, one after the other."""
    client = app.test_client()

    def ask() -> None:
        for question in QUESTIONS:
            answer = client.get(f"/bekanntmachungen{question}")
            assert answer.status_code == 200, answer.status

    return ask


def at_once(base: str, secs: float) -> list[float]:
    """Return the seconds that eight people wait for each of their questions."""
    times: list[float] = []
    end = time.monotonic() + secs

    def visit(number: int) -> None:
        for question in itertools.islice(itertools.cycle(QUESTIONS), number, None):
            if time.monotonic() > end:
                return
            begun = time.perf_counter()
            urllib.request.urlopen(base + question).read()
            times.append(time.perf_counter() - begun)
            time.sleep(PAUSE_S)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def main() -> int:
    parser = frame.parser(__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--many", type=int, default=30_000)
    parser.add_argument("--secs", type=float, default=20)
    wanted = parser.parse_args()
    report = frame.Report("public_search", wanted)
    place = {"database": wanted.database}
    name = f"public search over {wanted.many:,} procedures"
    with ExitStack() as stack:
        apps = {
            many: stack.enter_context(application(wanted.database)) for many in (FEW, wanted.many)
        }
        for many, app in apps.items():
            fill(app, many)
        begun = time.perf_counter()
        apps[wanted.many].test_client().get("/bekanntmachungen")
        report.row(f"{name}: first question", (time.perf_counter() - begun) * 1000, "ms", **place)
        found = frame.interleaved(
            {str(many): asking(app) for many, app in apps.items()}, rounds=wanted.rounds, calls=3
        )
        few, many = (
            frame.Sample([taken / len(QUESTIONS) for taken in found[str(each)].seconds])
            for each in (FEW, wanted.many)
        )
        report.compare(f"{name}: a page", many, f"over {FEW}", few, **place)
        with served(apps[wanted.many], ready="/bekanntmachungen") as (base, _):
            times = at_once(f"{base}/bekanntmachungen", wanted.secs)
    slow_ms = percentile(sorted(times), 0.95) * 1000
    limit, goal = ("limit", MOST_MS), at_most(1)
    report.row(f"{name}: p95, 8 clients", slow_ms, "ms", against=limit, goal=goal, **place)
    report.figures["requests"] = len(times)
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
