"""Is a page as quick at any depth of a million tenders?

    python -m benchmarks.bench_depth [--rounds 5] [--rows 1000000]

PostgreSQL; the tenders belong to one cooperation, of which the asking town is a member. It asks the
JSON API for pages of 100: the first, one in the middle and the last, in turn, through the whole
application but without a server. The database fills the table; all its indexes are there.
"""

import logging
import sys
from collections.abc import Callable
from typing import Final

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks import frame
from benchmarks.frame import at_most
from benchmarks.places import application
from tests.conftest import SeparateClient
from tests.factories import access, cooperations, grown, tenders
from vergabe.access.permissions import Role
from vergabe.db import db, unit_of_work
from vergabe.tenders.model import Tender
from vergabe.web import paging

PAGE: Final = 100


def asked(app: Flask, rows: int) -> dict[str, Callable[[], object]]:
    """Fill the table and return the pages that are asked for, by name."""
    with unit_of_work() as session:
        lead = cooperations.town(session, tenders.draft(session).lead.name)
        headers = access.bearer(
            session, access.person(session, lead, Role.PROCUREMENT_OFFICER), lead
        )
    grown.grow(db.engine, rows, only={"tender"})
    cursors = {
        "first page": "",
        "page in the middle": _cursor(db.session(), rows // 2),
        "last page": _cursor(db.session(), rows - PAGE - 1),
    }
    db.session.remove()
    app.test_client_class = SeparateClient
    client = app.test_client()

    def page(cursor: str) -> Callable[[], object]:
        address = f"/api/v1/tenders?limit={PAGE}" + (f"&cursor={cursor}" if cursor else "")

        def ask() -> object:
            answer = client.get(address, headers=headers)
            assert len((answer.json or {}).get("items", ())) == PAGE, answer.data
            return answer

        return ask

    return {name: page(cursor) for name, cursor in cursors.items()}


def _cursor(session: Session, depth: int) -> str:
    """Return the cursor behind which the page at this depth begins."""
    query = select(Tender.id).order_by(Tender.id.desc()).offset(depth).limit(1)
    return paging.encode(session.scalars(query).one())


def main() -> int:
    parser = frame.parser(__doc__, rounds=5)
    parser.add_argument("--rows", type=int, default=1_000_000)
    wanted = parser.parse_args()
    report = frame.Report("depth", wanted)
    logging.disable(logging.WARNING)
    with application("postgresql", rate_limits="off") as app:
        parts = asked(app, wanted.rows)
        found = frame.interleaved(parts, rounds=wanted.rounds, calls=20, warm=5)
        first = found.pop("first page")
        for name, sample in found.items():
            report.compare(
                f"{name} of {wanted.rows:,}",
                sample,
                "first page",
                first,
                at_most(1.5),
                database="postgresql",
            )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
