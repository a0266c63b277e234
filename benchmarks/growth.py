"""Is every list, search, sweep and match as quick at 1,000,000 rows as at 10,000 (PostgreSQL)?

python -m benchmarks.growth [--few 10000] [--many 1000000] [--rounds 5]

Two databases with the same cooperation; every table that its pages and sweeps read has so many
rows (what belongs to several of them, fewer), nearly all of them in that one cooperation and past,
as most of what grows is. Subscriptions of suppliers stand beside it: as many as rows, of which as
many fit in either database. The same is asked for in turns; what is compared is the median of the
ratios of processor time, of application and database together, within the rounds. Filling the
larger one takes minutes and some tens of gigabytes.
"""

import contextlib
import datetime as dt
import itertools
import logging
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, text

from benchmarks import frame, interests
from benchmarks.frame import at_most
from benchmarks.places import application
from tests import query_plans
from tests.conftest import SeparateClient
from tests.factories import grown, world
from tests.integration.test_query_plans import LISTS, PUBLIC, SEARCHES, SUPPLIER, SWEEPS
from vergabe import clock, worker
from vergabe.db import Base, db
from vergabe.suppliers.matching import matching_suppliers

MOST = 1.3
_TABLE = re.compile(r'\b(?:FROM|JOIN|UPDATE|INTO)\s+"?([a-z_]+)')
_QUICK = ("fsync = off", "max_wal_size = '16GB'")
# What clears up beside the work would be counted as work.
_SAFE = ("fsync = on", "max_wal_size = '1GB'", "autovacuum = off")
Parts = dict[str, Callable[[], object]]


def parts_of(app: Flask, rows: int, report: frame.Report) -> Parts:
    """Fill the database of `app` and return what is measured there, by name."""
    app.test_client_class = SeparateClient
    made = world.world(app, db.session())
    db.session.remove()
    # What has just happened is delivered, so that the sweeps find what they mostly find: nothing.
    worker.drain(app)
    db.session.remove()
    parts = _parts(app, made)
    begun = time.monotonic()
    _be(_QUICK, db.engine)
    counts = grown.grow(db.engine, rows, only=_with_parents(_read_by(parts.values())))
    db.session.remove()
    interests.fill(db.engine, rows)
    _be(_SAFE, db.engine)
    report.figures[f"rows at {rows:,}"] = {name: n for name, n in counts.items() if n > rows // 20}
    report.figures[f"filled at {rows:,}"] = {
        "seconds": round(time.monotonic() - begun),
        "gigabytes": round(_size(db.engine) / 1e9, 2),
    }
    print(f"{rows:,} rows: {report.figures[f'filled at {rows:,}']}", flush=True)
    return parts


def _parts(app: Flask, made: world.World) -> Parts:
    asked = [(address, made.buyer) for address in (*LISTS, *SEARCHES)]
    asked += [(address, made.public) for address in PUBLIC]
    asked += [(f"{address} (supplier)", made.supplier) for address in SUPPLIER]

    def opened(visitor: world.Visitor, address: str) -> Callable[[], object]:
        return lambda: visitor.open("GET", address.partition(" ")[0]).get_data()

    found = {address: opened(visitor, address) for address, visitor in asked}
    found["/bekanntmachungen, a question nobody asked before"] = _asked_anew(made.public)
    found |= {f"sweep {each.__name__}": _swept(each, app) for each in SWEEPS}
    return found | {"match of a notice with subscriptions": _matched(app)}


def _asked_anew(visitor: world.Visitor) -> Callable[[], object]:
    """Return what asks the search for something else each time: known answers are kept."""
    days = (dt.date(2000, 1, 1) + dt.timedelta(days=number) for number in itertools.count())
    return lambda: visitor.open("GET", f"/bekanntmachungen?cpv=34&frist_ab={next(days)}").get_data()


def _swept(sweep: Callable[[Flask], int], app: Flask) -> Callable[[], object]:
    return lambda: sweep(app)


def _matched(app: Flask) -> Callable[[], object]:
    def match() -> int:
        with app.app_context():
            found = matching_suppliers(db.session(), **interests.NOTICE)
            db.session.rollback()
        return len(found)

    return match


def _read_by(calls: Iterable[Callable[[], object]]) -> set[str]:
    """Return the tables that these calls read or write."""
    with query_plans.listening(db.engine) as listener:
        for call in calls:
            call()
    names = {name for sql in listener.statements for name in _TABLE.findall(sql)}
    return names & set(Base.metadata.tables)


def _with_parents(names: set[str]) -> set[str]:
    """Return these tables and those that their rows belong to: copies come with their parents."""
    found = set(names)
    while True:
        parents = {
            key.column.table.name
            for name in found
            for key in Base.metadata.tables[name].foreign_keys
        }
        if parents <= found:
            return found
        found |= parents


def _be(settings: Iterable[str], engine: Engine) -> None:
    """Let the server of a database be quick while it is filled, and safe while it is measured."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for each in settings:
            connection.execute(text(f"ALTER SYSTEM SET {each}"))
        connection.execute(text("SELECT pg_reload_conf()"))


def _size(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def computed(servers: Sequence[int]) -> float:
    """Return the seconds that this process and these database servers have computed so far.

    On a machine that does other things as well, this says more than the clock.
    """
    found = 0
    for server in servers:
        children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii")
        for process in map(int, children.split()):
            with contextlib.suppress(OSError):
                schedule = Path(f"/proc/{process}/schedstat").read_text(encoding="ascii")
                found += int(schedule.split()[0])
    return time.process_time() + found / 1e9


def _server(engine: Engine) -> int:
    """Return the id of the process that is a database's server."""
    with engine.connect() as connection:
        folder = connection.scalar(text("SHOW data_directory"))
    return int(Path(str(folder), "postmaster.pid").read_text(encoding="utf-8").split()[0])


def main() -> int:
    parser = frame.parser(__doc__, rounds=5)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    wanted = parser.parse_args()
    report = frame.Report("growth", wanted)
    logging.disable(logging.WARNING)
    servers: list[int] = []
    sizes: dict[int, Parts] = {}
    with ExitStack() as stack, clock.fixed():
        for rows in (wanted.few, wanted.many):
            app = stack.enter_context(application("postgresql"))
            sizes[rows] = parts_of(app, rows, report)
            servers.append(_server(db.engine))
        for name in sizes[wanted.few]:
            pair = {str(rows): parts[name] for rows, parts in sizes.items()}
            found = frame.interleaved(
                pair, rounds=wanted.rounds, calls=2, warm=2, timer=lambda: computed(servers)
            )
            few, many = found[str(wanted.few)], found[str(wanted.many)]
            report.compare(
                name, many, f"{wanted.few:,} rows", few, at_most(MOST), database="postgresql"
            )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
