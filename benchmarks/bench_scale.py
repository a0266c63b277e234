"""From 6 to 600 to all 10,979 municipalities: rows, bytes, mails and requests a day.

    python -m benchmarks.bench_scale [--tenders 20] [--suppliers 40]

What one procedure leaves behind is measured: a cooperation of six publishes some tenders on an
empty PostgreSQL, suppliers are invited, ask and are answered, the worker delivers. The rest is
arithmetic on public figures, each named with its source, and on assumptions, each named as one.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from benchmarks import frame
from benchmarks.places import application
from tests.factories import cooperations, suppliers, tenders
from vergabe import clock, worker
from vergabe.cooperations.model import Cooperation
from vergabe.db import Base, db, unit_of_work
from vergabe.enquiries import service as enquiries
from vergabe.enquiries.service import Asker
from vergabe.files import current

# Reported municipal awards of a year (Germany 2023, from 25,000 EUR: "more than 100,000").
MUNICIPAL_AWARDS_A_YEAR: Final = 100_000
MUNICIPALITIES: Final = 10_979
WORKING_DAYS: Final = 250
# Assumed: nobody publishes them. Each is the cautious side of what platforms tell of themselves.
VIEWS_PER_PROCEDURE: Final = 1_000
CLERK_REQUESTS_PER_PROCEDURE: Final = 2_000
FILE_BYTES_PER_PROCEDURE: Final = 50 * 1024 * 1024
BUSY_HOUR_SHARE: Final = 0.2
TOWNS: Final = ("Merzenich", "Jülich", "Kerpen", "Düren", "Inden", "Aldenhoven")
QUESTIONS: Final = 5
SIZES: Final = (6, 600, MUNICIPALITIES)


@dataclass(frozen=True)
class Footprint:
    """What stands in the database: rows and bytes (with indexes) by table."""

    rows: Mapping[str, int]
    size_bytes: Mapping[str, int]

    def since(self, before: "Footprint", tenders_count: int) -> "Footprint":
        """Return what was added for each of so many tenders."""
        return Footprint(
            {t: round((n - before.rows[t]) / tenders_count) for t, n in self.rows.items()},
            {
                t: round((n - before.size_bytes[t]) / tenders_count)
                for t, n in self.size_bytes.items()
            },
        )


def footprint(connection: Connection) -> Footprint:
    rows, size = {}, {}
    for table in Base.metadata.tables:
        rows[table] = connection.scalar(text(f'SELECT count(*) FROM "{table}"')) or 0
        size[table] = connection.scalar(text(f"SELECT pg_total_relation_size('\"{table}\"')")) or 0
    return Footprint(rows, size)


def one_procedure(app: Flask, tenders_count: int, suppliers_count: int) -> Footprint:
    """Return what one procedure adds, on average: six towns, questions, answers, all messages."""
    with unit_of_work() as session:
        cooperation = cooperations.dlz(session, towns=TOWNS)
        for number in range(suppliers_count):
            firm = suppliers.supplier(session, f"Firma {number} GmbH")
            suppliers.supplier_person(session, firm, f"firma{number}@example.org")
        # Tables that are still empty take pages whatever comes: the first procedure is not counted.
        _publish(session, cooperation)
    _deliver(app)
    before = _measured()
    for _ in range(tenders_count):
        with unit_of_work() as session:
            _publish(session, cooperation)
        _deliver(app)
    return _measured().since(before, tenders_count)


def _publish(session: Session, cooperation: Cooperation) -> None:
    tender = tenders.published(session, current.store(), cooperation=cooperation, towns=TOWNS)
    officer, now = tenders.officer(session, tender), clock.now()
    for number in range(QUESTIONS):
        asker = Asker(address=f"frage{number}@example.org")
        question = enquiries.ask(
            session, tender, asker, f"Wie lang darf das Fahrzeug sein? ({number})", now=now
        )
        enquiries.answer(
            session,
            officer,
            tender.id,
            [question.id],
            question_text=f"Wie lang darf das Fahrzeug sein? ({number})",
            text="Höchstens 7,50 m, wie die Halle in Abschnitt 2.1 zeigt.",
            now=now,
        )


def _deliver(app: Flask) -> None:
    while worker.deliver_events(app):
        pass


def _measured() -> Footprint:
    db.session.remove()
    with db.engine.connect() as connection:
        return footprint(connection)


def by_size(one: Footprint) -> list[dict[str, Any]]:
    """Return rows, bytes, mails and requests for each number of municipalities."""
    found = []
    for municipalities in SIZES:
        a_year = municipalities * MUNICIPAL_AWARDS_A_YEAR / MUNICIPALITIES
        a_day = a_year / WORKING_DAYS
        requests = a_day * (VIEWS_PER_PROCEDURE + CLERK_REQUESTS_PER_PROCEDURE)
        found.append(
            {
                "municipalities": municipalities,
                "procedures_a_year": round(a_year),
                "rows_a_day": round(a_day * sum(one.rows.values())),
                "database_gb_a_year": round(a_year * sum(one.size_bytes.values()) / 2**30, 1),
                "files_gb_a_year": round(a_year * FILE_BYTES_PER_PROCEDURE / 2**30),
                "mails_a_day": round(a_day * one.rows["mail"]),
                "requests_a_day": round(requests),
                "requests_a_second_in_the_busy_hour": round(requests * BUSY_HOUR_SHARE / 3600, 2),
            }
        )
    return found


def main() -> int:
    parser = frame.parser(__doc__, rounds=1)
    parser.add_argument("--tenders", type=int, default=20)
    parser.add_argument("--suppliers", type=int, default=40)
    wanted = parser.parse_args()
    report = frame.Report("scale", wanted)
    with application("postgresql") as app:
        one = one_procedure(app, wanted.tenders, wanted.suppliers)
    for facts in by_size(one):
        size = f"{facts.pop('municipalities'):,} municipalities"
        for name, value in facts.items():
            report.row(f"{size}: {name.replace('_', ' ')}", value, "")
    most = sorted(one.size_bytes.items(), key=lambda each: -each[1])[:12]
    report.figures["rows_of_one_procedure"] = sum(one.rows.values())
    report.figures["bytes_of_one_procedure"] = sum(one.size_bytes.values())
    report.figures["largest_tables"] = {t: [one.rows[t], size] for t, size in most}
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
