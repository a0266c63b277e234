"""Does a crawler of the public feed ever miss a notice while twenty publish at once?

    python -m benchmarks.feed_test [--minutes 20] [--writers 20] [--database postgresql|sqlite]

Writers commit notices in transactions of their own, with other work before the place is taken, a
wait between place and commit, and now and then a rollback. Two crawlers page `/notices/changes` of
a real server over HTTP, two more read the rows themselves. Counted, and exactly zero: notices
missed, seen twice, out of order. `make test` plays it by rows (80 transactions of 20 writers)
instead of minutes: what could be missed is decided by transactions that overlap, not by time.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks import frame
from benchmarks.frame import exactly
from benchmarks.people import Person, Timings, percentile
from benchmarks.places import application
from tests import feed_race, live
from tests.factories import tenders
from vergabe.db import unit_of_work
from vergabe.engines import DatabaseSettings
from vergabe.files import current


class Crawler(threading.Thread):
    """Follows the feed over HTTP until it is told to stop and then finds nothing new thrice."""

    def __init__(self, port: int, timings: Timings, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._person, self._over = Person(port, timings), over
        self.ids: list[str] = []

    def run(self) -> None:
        after, quiet = 0, 0
        while quiet < 3:
            was_over = self._over.is_set()
            _, body = self._person.do("page", "GET", f"/api/v1/notices/changes?after={after}")
            page = json.loads(body or "{}")
            found = [item["id"] for item in page.get("items", [])]
            self.ids += found
            after = page.get("next_after", after)
            quiet = quiet + 1 if was_over and not found else 0
            time.sleep(0.0 if found else 0.05)


def play(app: Flask, wanted: argparse.Namespace) -> dict[str, Any]:
    """Return what was written and what each crawler saw."""
    with app.app_context(), unit_of_work() as session:
        tender_id = tenders.published(session, current.store()).id
    timings, over = Timings(), threading.Event()
    end = time.monotonic() + wanted.minutes * 60
    with (
        tempfile.TemporaryDirectory(prefix="vergabe-feed-") as folder,
        live.web_server(app, Path(folder) / "log") as (port, _),
    ):
        crawlers = [Crawler(port, timings, over) for _ in range(2)]
        for crawler in crawlers:
            crawler.start()
        race = feed_race.run(
            app,
            tender_id,
            writers=wanted.writers,
            readers=2,
            is_over=lambda _: time.monotonic() > end,
            wait_s=wanted.wait_ms / 1000,
        )
        over.set()
        for crawler in crawlers:
            crawler.join(timeout=600)
    if race.failures:
        raise race.failures[0]
    written = {str(key) for key in race.committed}
    seen = [crawler.ids for crawler in crawlers] + [[str(k) for k in r.keys] for r in race.readers]
    return {
        "written": len(written),
        "given_up": race.given_up,
        "turned_away": race.turned_away,
        "missed": sum(len(written - set(ids)) for ids in seen),
        "double": sum(len(ids) - len(set(ids)) for ids in seen),
        "out_of_order": sum(reader.seen != sorted(reader.seen) for reader in race.readers),
        "missed_by_instant": len(race.committed) - len(set(race.naive.keys) & set(race.committed)),
        "pages": len(timings.every),
        "page_p95_ms": round(percentile(timings.every, 0.95) * 1000, 1),
        "errors": dict(timings.errors),
    }


def main() -> int:
    parser = frame.parser(__doc__, rounds=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--wait-ms", type=float, default=30)
    wanted = parser.parse_args()
    lost = 0
    for kind in [wanted.database] if wanted.database else ["postgresql", "sqlite"]:
        report = frame.Report(f"feed_test_{kind}", wanted)
        database = DatabaseSettings(pool_size=wanted.writers + 8)
        with application(kind, database=database) as app:
            found = play(app, wanted)
        for word in ("missed", "double", "out_of_order"):
            lost += found[word]
            report.row(f"feed rows {word}", found[word], "rows", goal=exactly(0), database=kind)
        report.figures |= found
        report.finish()
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
