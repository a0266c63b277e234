"""Is every list, search and sweep as quick at many rows as at few (PostgreSQL)?

python -m benchmarks.bench_growth [--few 1000] [--many 100000] [--rounds 5]

Two databases with the same cooperation; the tables of each have so many rows, nearly all of them in
that one cooperation and past, as most of what grows is. The same pages and sweeps are asked for in
turns; what is compared is the median of the ratios within the rounds.
"""

import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack

from flask import Flask

from benchmarks import frame
from benchmarks.frame import at_most
from benchmarks.places import application
from tests.conftest import SeparateClient
from tests.factories import grown, world
from tests.integration.test_query_plans import LISTS, PUBLIC, SEARCHES, SUPPLIER, SWEEPS
from vergabe import clock, worker
from vergabe.db import db

MOST = 1.3


def parts_of(app: Flask, rows: int, report: frame.Report) -> dict[str, Callable[[], object]]:
    """Fill the database of `app` and return what is measured there, by name."""
    app.test_client_class = SeparateClient
    made = world.world(app, db.session())
    db.session.remove()
    # What has just happened is delivered, so that the sweeps find what they mostly find: nothing.
    worker.drain(app)
    db.session.remove()
    report.figures[f"rows at {rows}"] = grown.grow(db.engine, rows)
    asked = [(address, made.buyer) for address in (*LISTS, *SEARCHES)]
    asked += [(address, made.public) for address in PUBLIC]
    asked += [(f"{address} (supplier)", made.supplier) for address in SUPPLIER]

    def opened(visitor: world.Visitor, address: str) -> Callable[[], object]:
        return lambda: visitor.open("GET", address.partition(" ")[0]).get_data()

    found = {address: opened(visitor, address) for address, visitor in asked}
    return found | {f"sweep {each.__name__}": _swept(each, app) for each in SWEEPS}


def _swept(sweep: Callable[[Flask], int], app: Flask) -> Callable[[], object]:
    return lambda: sweep(app)


def main() -> int:
    parser = frame.parser(__doc__, rounds=5)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=100_000)
    wanted = parser.parse_args()
    report = frame.Report("growth", wanted)
    logging.disable(logging.WARNING)
    with ExitStack() as stack, clock.fixed():
        sizes = {
            rows: parts_of(stack.enter_context(application("postgresql")), rows, report)
            for rows in (wanted.few, wanted.many)
        }
        for name in sizes[wanted.few]:
            pair = {str(rows): parts[name] for rows, parts in sizes.items()}
            found = frame.interleaved(pair, rounds=wanted.rounds, warm=2)
            few, many = found[str(wanted.few)], found[str(wanted.many)]
            report.compare(
                name, many, f"{wanted.few:,} rows", few, at_most(MOST), database="postgresql"
            )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
