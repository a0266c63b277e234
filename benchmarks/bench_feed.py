"""Does a reader of the feed ever miss a notice, and what does that cost?

python -m benchmarks.bench_feed [--secs 10] [--writers 6]

Writers publish at once and give up now and then; readers follow `changes_since` all the while. For
comparison one more reader follows by the instant of publication, as feeds often do. Counted, and
exactly zero for our readers: notices never seen, seen twice, or out of order. Last the price of the
lock: short transactions a second with and without a place. `feed_test` plays it over HTTP for
twenty minutes.
"""

import argparse
import statistics
import sys
import threading
import time
import uuid
from typing import Any

from flask import Flask
from sqlalchemy import text

from benchmarks import frame
from benchmarks.frame import Report, Sample, exactly
from benchmarks.places import application
from tests import feed_race
from tests.factories import tenders
from vergabe.db import unit_of_work
from vergabe.files import current
from vergabe.notices.places import next_place


def race(app: Flask, tender_id: uuid.UUID, wanted: argparse.Namespace) -> dict[str, Any]:
    """Return what happened in one race of `wanted.secs` seconds."""
    end = time.monotonic() + wanted.secs
    seen = feed_race.run(
        app,
        tender_id,
        writers=wanted.writers,
        readers=wanted.readers,
        is_over=lambda _: time.monotonic() > end,
        wait_s=wanted.wait_ms / 1000,
    )
    if seen.failures:
        raise seen.failures[0]
    written = set(seen.committed)
    late = sorted(value for reader in seen.readers for value in reader.late_s)
    pages = sorted(value for reader in seen.readers for value in reader.pages_s)
    return {
        "written": len(written),
        "given_up": seen.given_up,
        "never seen": sum(len(written - set(reader.keys)) for reader in seen.readers),
        "seen twice": sum(len(reader.keys) - len(set(reader.keys)) for reader in seen.readers),
        "out of order": sum(reader.seen != sorted(reader.seen) for reader in seen.readers),
        "never seen by instant": len(written - set(seen.naive.keys)),
        "seen_after_p50_ms": round(statistics.median(late) * 1000, 1),
        "seen_after_p99_ms": round(late[int(len(late) * 0.99)] * 1000, 1),
        "page_p50_ms": round(statistics.median(pages) * 1000, 2),
    }


def transaction_s(app: Flask, writers: int, secs: float, *, takes_place: bool) -> float:
    """Return the seconds between two short transactions of several writers."""
    end, done = time.monotonic() + secs, [0] * writers

    def write(number: int) -> None:
        while time.monotonic() < end:
            with app.app_context(), unit_of_work() as session:
                session.execute(text("SELECT 1"))
                if takes_place:
                    next_place(session)
            done[number] += 1

    threads = [threading.Thread(target=write, args=(n,)) for n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return secs / sum(done)


def price(app: Flask, wanted: argparse.Namespace) -> dict[bool, Sample]:
    """Return what a short transaction takes without and with a place, in turns."""
    found: dict[bool, list[float]] = {False: [], True: []}
    for number in range(wanted.rounds):
        for takes_place in (False, True) if number % 2 == 0 else (True, False):
            taken = transaction_s(app, wanted.writers, 1, takes_place=takes_place)
            found[takes_place].append(taken)
    return {takes_place: Sample(seconds) for takes_place, seconds in found.items()}


def measure(report: Report, kind: str, wanted: argparse.Namespace) -> None:
    with application(kind) as app:
        with app.app_context(), unit_of_work() as session:
            tender_id = tenders.published(session, current.store()).id
        found = race(app, tender_id, wanted)
        for what in ("never seen", "seen twice", "out of order"):
            report.row(f"feed rows {what}", found[what], "rows", goal=exactly(0), database=kind)
        missed = found["never seen by instant"]
        report.row("never seen by a feed by instant", missed, "rows", database=kind)
        rates = price(app, wanted)
        name = f"transactions of {wanted.writers} writers that take a place"
        report.compare(name, rates[True], "without", rates[False], unit="per s", database=kind)
        report.figures[kind] = found


def main() -> int:
    parser = frame.parser(__doc__)
    parser.add_argument("--secs", type=float, default=10)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--wait-ms", type=float, default=30)
    wanted = parser.parse_args()
    report = Report("feed", wanted)
    for kind in ("sqlite", "postgresql"):
        measure(report, kind, wanted)
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
