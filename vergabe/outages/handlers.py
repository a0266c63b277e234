"""Reactions to later notices: what an officer did on another page settles an open case."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe.law import outages as law
from vergabe.notices.events import NoticePublished
from vergabe.outages import queries
from vergabe.outages.finding import facts_of, supersede, window_of
from vergabe.tenders.model import Tender


def settle_open_cases(
    session: Session, event: NoticePublished, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Close the cases of a tender that was cancelled or whose new deadlines no outage touches."""
    if event.kind == "contract_notice":
        return
    tender = session.get_one(Tender, event.tender_id)
    for case in queries.open_cases_of(session, tender.id):
        if tender.cancelled_at is not None:
            supersede(case, "Das Verfahren wurde aufgehoben.", now=now)
        elif not law.is_touched(facts_of(session, tender), window_of(case.outage, now=now)):
            supersede(case, "Die Fristen wurden durch eine Änderung neu gesetzt.", now=now)
    session.flush()
