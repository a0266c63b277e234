"""Bodies of municipalities and their meetings."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.councils.model import Body, Meeting


def body(
    session: Session,
    organisation: Organisation,
    name: str = "Rat",
    *,
    meets_on: Iterable[dt.date] = (),
    **more: Any,
) -> Body:
    """Return a stored body, behind the ones before, with meetings on these days."""
    position = session.scalar(
        select(func.count()).select_from(Body).where(Body.organisation_id == organisation.id)
    )
    facts: dict[str, Any] = {"kind": "council", "position": (position or 0) + 1}
    found = Body(
        organisation_id=organisation.id, name=name, created_at=clock.now(), **(facts | more)
    )
    session.add(found)
    session.flush()
    for day in meets_on:
        meeting(session, found, day)
    return found


def meeting(
    session: Session, body: Body, day: dt.date, papers_due_on: dt.date | None = None
) -> Meeting:
    """Return a stored meeting."""
    found = Meeting(body_id=body.id, day=day, papers_due_on=papers_due_on)
    session.add(found)
    session.flush()
    return found
