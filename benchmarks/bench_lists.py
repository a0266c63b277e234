"""Is a page of ten thousand demands as quick as one of fifty, however deep and in whatever order?

python -m benchmarks.bench_lists [--database sqlite|postgresql] [--rows 10000] [--rounds 30]

Both lists stand in one database (two towns), and their pages are asked for in turns, so that the
ratios say something on a busy machine. Printed: median of the first page and of one in the middle
at --rows, each divided by the first page at 60 rows, for every order both ways; and the seconds
that all rows take as CSV and XLSX.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

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

FEW = 60


def measure(rows: int, rounds: int) -> dict[str, Any]:
    """Return the ratios by order, and what files cost."""
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
    orders = [sign + order.key for order in large.orders for sign in ("", "-")]
    return {
        "rows": rows,
        "ratios": {order: _ratios(session, small, large, order, rounds) for order in orders},
        "files_s": {kind: _file(session, large, kind) for kind in ("csv", "xlsx")},
    }


def _ratios(
    session: Session, small: Listing[Any], large: Listing[Any], order: str, rounds: int
) -> dict[str, float]:
    deep = _deep(session, large, order)
    asked: dict[str, Callable[[], Any]] = {
        "few": lambda: _show(session, small, {"ordnung": order}),
        "first": lambda: _show(session, large, {"ordnung": order}),
        "deep": lambda: _show(session, large, deep),
    }
    took: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, ask in asked.items():
            session.rollback()
            session.expunge_all()
            started = time.perf_counter()
            ask()
            took[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(values) for name, values in took.items()}
    return {
        "few_ms": round(medians["few"] * 1000, 2),
        "first": round(medians["first"] / medians["few"], 2),
        "deep": round(medians["deep"] / medians["few"], 2),
    }


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


def _file(session: Session, listing: Listing[Any], kind: str) -> float:
    started = time.perf_counter()
    asked = lists.read(listing, MultiDict(), "/bedarfe")
    list_files.answer(session, asked, kind, now=clock.now())
    return round(time.perf_counter() - started, 2)


def main() -> None:
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=30)
    wanted = parser.parse_args()
    with application(wanted.database), clock.fixed():
        found = measure(wanted.rows, wanted.rounds)
    print(json.dumps({"database": wanted.database} | found, indent=2))


if __name__ == "__main__":
    main()
