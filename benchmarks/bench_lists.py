"""Is a page of ten thousand demands as quick as one of fifty, however deep and in whatever order?

python -m benchmarks.bench_lists [--rows 10000]

Both lists stand in one database (two towns), and their pages are asked for in turns: the first page
and one in the middle, against the first page at 60 rows, for every order both ways, on SQLite and
on PostgreSQL. Then the time that all rows take as CSV and XLSX.
"""

import sys
import time
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from benchmarks import frame
from benchmarks.frame import Report, at_most
from benchmarks.places import application
from tests.factories import access, cooperations, many
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.db import db, unit_of_work
from vergabe.demands.listing import demand_list
from vergabe.demands.model import Demand
from vergabe.web import list_files, list_pages, lists
from vergabe.web.list_pages import Shown
from vergabe.web.lists import Listing

FEW: Final = 60
MOST: Final = 1.5
CALLS: Final = 5


def two_lists(rows: int) -> tuple[Session, Listing[Any], Listing[Any]]:
    """Return the lists of a town with few demands and of one with many, and their session."""
    with unit_of_work() as session:
        dlz = cooperations.dlz(session)
        towns = [cooperations.town(session, name) for name in ("Jülich", "Kerpen")]
        many.demands(session, dlz, towns[0], FEW)
        many.demands(session, dlz, towns[1], rows)
        # All are copies of one demand of the first town; most go to the second.
        few = select(Demand.id).order_by(Demand.reference).limit(FEW + 1)
        session.execute(
            update(Demand).where(Demand.id.not_in(few)).values(organisation_id=towns[1].id)
        )
        actors = [access.actor(session, town, Role.REQUESTER) for town in towns]
    session = db.session()
    session.execute(text("ANALYZE"))
    session.commit()
    small, large = (demand_list(session, actor) for actor in actors)
    return session, small, large


def measure(report: Report, rows: int, rounds: int, database: str) -> None:
    session, small, large = two_lists(rows)
    worst: dict[str, float] = {"first": 0.0, "deep": 0.0}
    for order in (sign + order.key for order in large.orders for sign in ("", "-")):
        deep = _deep(session, large, order)
        parts: dict[str, Callable[[], object]] = {
            "few": lambda order=order: _show(session, small, {"ordnung": order}),
            "first": lambda order=order: _show(session, large, {"ordnung": order}),
            "deep": lambda deep=deep: _show(session, large, deep),
        }
        found = frame.interleaved(parts, rounds=rounds, calls=CALLS, before=session.reset)
        for name in worst:
            ratio = report.compare(
                f"{name} page of {rows:,} demands by {order}",
                found[name],
                f"first page of {FEW}",
                found["few"],
                at_most(MOST),
                database=database,
                detail=True,
            )
            worst[name] = max(worst[name], ratio)
    for name, ratio in worst.items():
        report.row(
            f"{name} page of {rows:,} demands against {FEW}, slowest order",
            ratio,
            "times",
            goal=at_most(MOST),
            database=database,
        )
    for kind in ("csv", "xlsx"):
        seconds = _file_s(session, large, kind)
        report.row(f"{rows:,} demands as {kind.upper()}", seconds, "s", database=database)


def _deep(session: Session, listing: Listing[Any], order: str) -> dict[str, str]:
    """Return the address of a page about eighty pages from the first."""
    given = {"ordnung": order}
    for _ in range(80):
        shown = _show(session, listing, given)
        if shown.next_url is None:
            break
        after = lists.AFTER
        cursor = shown.next_url.partition(f"{after}=")[2].partition("&")[0]
        given = {"ordnung": order, after: cursor}
    return given


def _show(session: Session, listing: Listing[Any], given: dict[str, str]) -> Shown[Any]:
    return list_pages.show(session, lists.read(listing, MultiDict(given), "/bedarfe"))


def _file_s(session: Session, listing: Listing[Any], kind: str) -> float:
    started = time.perf_counter()
    asked = lists.read(listing, MultiDict(), "/bedarfe")
    list_files.answer(session, asked, kind, now=clock.now())
    return time.perf_counter() - started


def main() -> int:
    parser = frame.parser(__doc__, rounds=5)
    parser.add_argument("--rows", type=int, default=10_000)
    wanted = parser.parse_args()
    report = Report("lists", wanted)
    for database in ("sqlite", "postgresql"):
        with application(database), clock.fixed():
            measure(report, wanted.rows, wanted.rounds, database)
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
