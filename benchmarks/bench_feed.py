"""Does a reader of the feed ever miss a notice, and what does that cost?

python -m benchmarks.bench_feed [--database sqlite|postgresql] [--secs 20] [--writers 6]

Writers publish at once and give up now and then; readers follow `changes_since` all the while. For
comparison one more reader follows by the instant of publication, as feeds often do. Counted, and
exactly zero for our readers: notices never seen, seen twice, or out of order. Last the price of the
lock: short transactions a second with and without a place.
"""

import argparse
import json
import statistics
import sys
import threading
import time
import uuid
from typing import Any

from flask import Flask
from sqlalchemy import text

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
        "never_seen": [len(written - set(reader.keys)) for reader in seen.readers],
        "twice": [len(reader.keys) - len(set(reader.keys)) for reader in seen.readers],
        "out_of_order": [reader.seen != sorted(reader.seen) for reader in seen.readers],
        "never_seen_by_instant": len(written - set(seen.naive.keys)),
        "seen_after_p50_ms": round(statistics.median(late) * 1000, 1),
        "seen_after_p99_ms": round(late[int(len(late) * 0.99)] * 1000, 1),
        "page_p50_ms": round(statistics.median(pages) * 1000, 2),
    }


def rate(app: Flask, writers: int, *, takes_place: bool) -> int:
    """Return short transactions a second of several writers."""
    end, done = time.monotonic() + 3, [0] * writers

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
    return round(sum(done) / 3)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--secs", type=float, default=20)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--wait-ms", type=float, default=30)
    wanted = parser.parse_args()
    lost = 0
    for kind in [wanted.database] if wanted.database else ["sqlite", "postgresql"]:
        with application(kind) as app:
            with app.app_context(), unit_of_work() as session:
                tender_id = tenders.published(session, current.store()).id
            found = race(app, tender_id, wanted)
            lost += sum(found["never_seen"]) + sum(found["twice"]) + sum(found["out_of_order"])
            print(json.dumps({"database": kind} | found))
            rates = {str(place): rate(app, wanted.writers, takes_place=place) for place in (0, 1)}
            print(json.dumps({"database": kind, "transactions_a_second_by_place": rates}))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
