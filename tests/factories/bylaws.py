"""Valid by-laws; a test states only what matters to it."""

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.bylaws.entries import BylawEntry
from vergabe.bylaws.model import ProcurementBylaw

ADOPTED = dt.date(2026, 1, 15)
VALID_FROM = dt.date(2026, 2, 1)


def entry(**more: Any) -> BylawEntry:
    """Return a version to record: direct orders up to 25,000 euro, 14 days for bids."""
    facts: dict[str, Any] = {
        "title": "Vergabesatzung",
        "adopted_on": ADOPTED,
        "valid_from": VALID_FROM,
        "direct_max_net_cents": 25_000_00,
        "minimum_tender_days": 14,
    }
    return BylawEntry(**(facts | more))


def bylaw(session: Session, organisation: Organisation, **more: Any) -> ProcurementBylaw:
    """Return a stored version that names nothing but what the test says."""
    number = session.scalar(
        select(func.max(ProcurementBylaw.number)).where(
            ProcurementBylaw.organisation_id == organisation.id
        )
    )
    facts: dict[str, Any] = {
        "organisation_id": organisation.id,
        "number": (number or 0) + 1,
        "title": "Vergabesatzung",
        "adopted_on": ADOPTED,
        "valid_from": VALID_FROM,
        "note": "",
        "recorded_at": clock.now(),
    }
    found = ProcurementBylaw(**(facts | more))
    session.add(found)
    session.flush()
    return found
