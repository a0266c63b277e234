"""What waits after an outage: procedures whose extension is to be signed off."""

import datetime as dt
from collections.abc import Iterator

from flask import url_for
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.cooperations.task_rules import Step
from vergabe.home.task import MOST_OF_ONE_KIND, Task
from vergabe.outages import queries
from vergabe.tenders import duties


def extensions(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    """Yield the procedures that an outage touched, for whoever extends their deadlines."""
    for tender in queries.tenders_to_decide(session, actor, limit=MOST_OF_ONE_KIND):
        if duties.may(session, actor, tender, Step.EXTEND, now=now):
            yield Task(
                f"Frist von {tender.reference} nach Ausfall der Plattform prüfen",
                "Prüfen",
                url_for("outages.decide", tender_id=tender.id),
                tender.submission_deadline,
                tender.id,
            )
