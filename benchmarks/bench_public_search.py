"""Is the public search over 30,000 procedures as quick as over 50, and for eight people at once?

python -m benchmarks.bench_public_search [--database sqlite|postgresql] [--many 30000] [--secs 20]

Real notices of others are entered as they are read, and again under other ids until there are as
many as wanted. Questions are made of the notices' own words, codes and regions; none is asked
twice, for an answer that is known costs little. Measured: pages through the application in turns,
50 procedures against many; what the first question of a process costs that has not read ahead; then
the server as `vergabe run` starts it, and eight clients that ask with a short pause, as people do.
"""

import gzip
import itertools
import json
import logging
import random
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import lru_cache
from urllib.parse import quote

from flask import Flask

from benchmarks import frame
from benchmarks.frame import at_most
from benchmarks.people import percentile
from benchmarks.places import application, served
from vergabe import clock
from vergabe.catalogue import service
from vergabe.catalogue.service import Listed
from vergabe.catalogue.words import words
from vergabe.db import unit_of_work
from vergabe.exchange.foreign_notice import ForeignNotice
from vergabe.exchange.foreign_records import read_record
from vergabe.market import summing

CHANCE = random.Random(11)
CLIENTS = 8
QUESTIONS = 8
"""Asked one after the other for one figure."""
PAUSE_S = 0.5
WARM_S = 3
FEW = 50
MOST_MS = 300


@lru_cache
def notices() -> list[ForeignNotice]:
    """Return the real notices, read once."""
    path = frame.shared("data/notices/notices_de_2026.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found = [read_record(json.loads(line)).notice for line in file]
    return [notice for notice in found if notice is not None]


def questions(known: Sequence[ForeignNotice]) -> Iterator[str]:
    """Yield what people may ask, each once: words, codes, regions, orders, and mixtures of them."""
    asked: set[str] = set()
    while True:
        one, other = CHANCE.choice(known), CHANCE.choice(known)
        word = quote(CHANCE.choice([*words(one.title), "reinigung"]))
        code = CHANCE.choice([*one.cpv, "45000000"])[: CHANCE.choice((2, 3, 4))]
        region = CHANCE.choice([*other.nuts, "DEA"])[: CHANCE.choice((3, 5))]
        kinds = (
            f"?q={word}",
            f"?q={word}&region={region}",
            f"?cpv={code}&region={region}&ordnung=frist",
            f"?region={region}&cpv={code}&wert=221-1000",
            f"?q={word}&cpv={code[:2]}",
            f"?cpv={code}&art=supplies&region={region}",
        )
        question = CHANCE.choice(kinds)
        if question not in asked:
            asked.add(question)
            yield question


def listed(many: int) -> Iterator[Listed]:
    """Yield procedures made of real notices, each as often as it takes."""
    today = clock.berlin_day(clock.now())
    for notice in itertools.islice(itertools.cycle(notices()), many):
        yield summing.picture(uuid.uuid4(), [(uuid.uuid4(), notice)], today=today).listed


def fill(app: Flask, many: int) -> None:
    """Enter procedures, 500 a transaction."""
    source = listed(many)
    with app.app_context():
        while batch := list(itertools.islice(source, 500)):
            with unit_of_work() as session:
                service.enter(session, "other", batch, now=clock.now())


def asking(app: Flask, source: Iterator[str]) -> Callable[[], object]:
    """Return what asks the next questions, one after the other."""
    client = app.test_client()

    def ask() -> None:
        for question in itertools.islice(source, QUESTIONS):
            answer = client.get(f"/bekanntmachungen{question}")
            assert answer.status_code < 400, (question, answer.status)

    return ask


def at_once(base: str, secs: float, source: Iterator[str]) -> list[float]:
    """Return the seconds that eight people wait for each of their questions."""
    times: list[float] = []
    end = time.monotonic() + secs
    each = [iter(list(itertools.islice(source, int(secs / PAUSE_S)))) for _ in range(CLIENTS)]

    def visit(own: Iterator[str]) -> None:
        for question in own:
            if time.monotonic() > end:
                return
            begun = time.perf_counter()
            urllib.request.urlopen(base + question).read()
            times.append(time.perf_counter() - begun)
            time.sleep(PAUSE_S)

    threads = [threading.Thread(target=visit, args=(own,)) for own in each]
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
    logging.disable(logging.WARNING)
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
        source = questions(notices())
        found = frame.interleaved(
            {str(many): asking(app, source) for many, app in apps.items()},
            rounds=wanted.rounds,
            calls=3,
            timer=time.process_time,
        )
        few, many = (
            frame.Sample([taken / QUESTIONS for taken in found[str(each)].seconds])
            for each in (FEW, wanted.many)
        )
        report.compare(f"{name}: processor time of a page", many, f"over {FEW}", few, **place)
        with served(apps[wanted.many], ready="/bekanntmachungen", VERGABE_RATE_LIMITS="off") as (
            base,
            _,
        ):
            at_once(f"{base}/bekanntmachungen", WARM_S, source)
            times = at_once(f"{base}/bekanntmachungen", wanted.secs, source)
    slow_ms = percentile(sorted(times), 0.95) * 1000
    limit, goal = ("limit", MOST_MS), at_most(1)
    report.row(f"{name}: p95, 8 clients", slow_ms, "ms", against=limit, goal=goal, **place)
    report.figures["requests"] = len(times)
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
