"""Thousands of rows at once, made after one that is valid."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from tests.factories import demands as demand_factory
from tests.factories import tenders as tender_factory
from vergabe import ids
from vergabe.access.model import Organisation
from vergabe.cooperations.model import Cooperation
from vergabe.demands.model import Demand
from vergabe.tenders.model import Tender

TITLES = ("Äpfel", "apfelsaft", "Zelt", "Öl", "ohrschutz", "Straße", "Strasse 2", "Über", "unten")


def demands(session: Session, cooperation: Cooperation, town: Organisation, count: int) -> None:
    """Store submitted demands of a town; every seventh has no value, every fifth no day."""
    sample = session.scalars(select(Demand).limit(1)).first() or demand_factory.demand(
        session, cooperation, town, "submitted", items=()
    )
    copies(session, sample, count, _demand)


def tenders(session: Session, count: int) -> None:
    """Store drafts of tenders of the DLZ; every third has no deadline yet."""
    sample = session.scalars(select(Tender).limit(1)).first() or tender_factory.draft(session)
    copies(session, sample, count, _tender)


def copies(
    session: Session, sample: Any, count: int, changed: Callable[[int], dict[str, Any]]
) -> None:
    """Store copies of a row; changed: what is different in the one of a number."""
    session.flush()
    kind = type(sample)
    columns = [column for column in kind.__table__.columns if column.computed is None]
    given = {column.name: getattr(sample, column.name) for column in columns}
    first = session.scalar(select(func.count(kind.id))) or 0
    session.execute(
        insert(kind),
        [given | {"id": ids.new_id()} | changed(first + number) for number in range(count)],
    )


def _demand(number: int) -> dict[str, Any]:
    return _titled(number) | {
        "reference": f"B-VIELE-2026-{number:05}",
        "external_reference": None,
        "value_net_cents": None if number % 7 == 0 else (number % 50 + 1) * 1_000,
        "needed_from": None if number % 5 == 0 else dt.date(2027, 1, 1 + number % 28),
    }


def _tender(number: int) -> dict[str, Any]:
    day = dt.datetime(2027, 1, 1 + number % 28, tzinfo=dt.UTC)
    return _titled(number) | {
        "reference": f"VIELE-2026-{number:05}",
        "procedure_uuid": uuid.uuid4(),
        "law_result": {},  # longer than all else, and no list reads it
        "estimated_value_net_cents": (number % 50 + 1) * 1_000,
        "submission_deadline": None if number % 3 == 0 else day,
    }


def _titled(number: int) -> dict[str, Any]:
    return {"title": f"{TITLES[number % len(TITLES)]} {number // 20}"}
