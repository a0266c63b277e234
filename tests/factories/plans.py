"""Valid wishes and milestones; a test states only what matters to it."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.cooperations.model import Cooperation
from vergabe.plans.model import Milestone, TimetableWish


def milestone(session: Session, cooperation: Cooperation, **more: Any) -> Milestone:
    """Return a stored milestone of the lead, wished for in sixty days."""
    now = clock.now()
    facts: dict[str, Any] = {
        "id": ids.new_id(),
        "cooperation_id": cooperation.id,
        "organisation_id": cooperation.lead_organisation_id,
        "kind": "workshop",
        "title": "Workshop aller Vergabestellen",
        "wished_on": clock.berlin_day(now) + dt.timedelta(days=60),
        "created_at": now,
        "created_by_name": "Erika Muster",
    }
    found = Milestone(**(facts | more))
    session.add(found)
    session.flush()
    return found


def wish(
    session: Session, pool_id: uuid.UUID, tender_id: uuid.UUID | None = None, **choices: Any
) -> TimetableWish:
    """Return stored wishes; choices as wishes.Wishes.as_dict gives them."""
    found = TimetableWish(
        pool_id=pool_id,
        tender_id=tender_id,
        choices=choices,
        saved_at=clock.now(),
        saved_by_name="Erika Muster",
    )
    session.add(found)
    session.flush()
    return found
