"""Who may act in a tender: whose task the step is, and whether a conflict of interest forbids it.

The task matrix of the agreement in force when the procedure began decides (cooperations.tasks);
nobody with a conflict of interest acts (conflicts.acting).
"""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.conflicts import acting
from vergabe.cooperations import tasks
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.errors import Violation
from vergabe.tenders.model import Tender


def governed(session: Session, tender: Tender) -> Governed:
    """Return the version of the agreement that a tender runs under, and its area."""
    agreement_id = tender.agreement_id
    if agreement_id is None:
        # It began while no version was in force, or before versions were kept with a tender.
        began = tasks.governing_agreement(session, tender.cooperation_id, tender.initiated_on)
        agreement_id = began.id if began else None
    return Governed(tender.cooperation, tender.pool.area_id, agreement_id)


def may(
    session: Session, actor: Actor, tender: Tender, step: Step, *, now: dt.datetime | None = None
) -> bool:
    """Return whether the actor may do a step of a tender."""
    where = governed(session, tender)
    return tasks.may(
        session, actor, step, where, now=now or clock.now()
    ) and not reasons_against_acting(session, actor, tender)


def require(
    session: Session, actor: Actor, tender: Tender, step: Step, *, now: dt.datetime | None = None
) -> None:
    """Raise Forbidden if the step is another's task, Refused for a conflict of interest."""
    tasks.require(session, actor, step, governed(session, tender), now=now or clock.now())
    acting.require_free(
        session, actor, pool_id=tender.pool_id, cooperation_id=tender.cooperation_id
    )


def reasons_against_acting(session: Session, actor: Actor, tender: Tender) -> list[Violation]:
    """Return why a conflict of interest keeps the actor out of a tender."""
    return acting.reasons_against(
        session, actor, pool_id=tender.pool_id, cooperation_id=tender.cooperation_id
    )


def performers(
    session: Session, tender: Tender, step: Step, *, now: dt.datetime
) -> list[uuid.UUID]:
    """Return the organisations that do a step of a tender, the one named first in front."""
    return tasks.performers(session, step, governed(session, tender), now=now)
