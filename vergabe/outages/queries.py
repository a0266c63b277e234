"""Reads of the procedures that outages touched, narrowed to what the actor may see."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from vergabe.access.actor import Actor
from vergabe.cooperations.task_rules import Step
from vergabe.deadlines import queries as deadlines
from vergabe.deadlines.model import Deadline
from vergabe.outages.model import OutageCase
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender
from vergabe.uptime.model import Outage


def open_cases_of(session: Session, tender_id: uuid.UUID) -> Sequence[OutageCase]:
    """Return the undecided cases of a procedure in order of their outages."""
    return _cases(session, tender_id, is_open=True)


def cases_of(session: Session, tender_id: uuid.UUID) -> Sequence[OutageCase]:
    """Return all cases of a procedure in order of their outages."""
    return _cases(session, tender_id, is_open=False)


def _cases(session: Session, tender_id: uuid.UUID, *, is_open: bool) -> Sequence[OutageCase]:
    query = (
        select(OutageCase)
        .join(Outage, Outage.id == OutageCase.outage_id)
        .where(OutageCase.tender_id == tender_id)
        .options(joinedload(OutageCase.outage))
        .order_by(Outage.began_at, OutageCase.id)
    )
    if is_open:
        query = query.where(OutageCase.state == "open")
    return session.scalars(query).all()


def tenders_to_decide(session: Session, actor: Actor, *, limit: int = 50) -> Sequence[Tender]:
    """Return the procedures with undecided cases whose deadlines the actor extends.

    The nearest deadline first; those that are over stand in front.
    """
    undecided = select(OutageCase.tender_id).where(OutageCase.state == "open")
    query = tenders.visible(actor) if actor.is_operator else tenders.work_of(actor, Step.EXTEND)
    return session.scalars(
        query.where(Tender.id.in_(undecided))
        .options(joinedload(Tender.cooperation), joinedload(Tender.pool), joinedload(Tender.lead))
        .order_by(Tender.submission_deadline, Tender.id)
        .limit(limit)
    ).all()


@dataclass(frozen=True)
class Touched:
    """A procedure of an outage as its page lists it."""

    case: OutageCase
    tender: Tender


def touched_by(session: Session, actor: Actor, outage_id: uuid.UUID) -> list[Touched]:
    """Return the visible procedures that an outage touched, decided ones too."""
    visible = tenders.visible(actor).with_only_columns(Tender.id)
    rows = session.scalars(
        select(OutageCase)
        .where(OutageCase.outage_id == outage_id, OutageCase.tender_id.in_(visible))
        .options(joinedload(OutageCase.tender))
        .order_by(OutageCase.submission_deadline)
    )
    return [Touched(case, case.tender) for case in rows]


def other_deadlines(
    session: Session,
    actor: Actor,
    outage: Outage,
    *,
    reach: dt.timedelta,
    now: dt.datetime,
) -> Sequence[Deadline]:
    """Return deadlines of pools and calls near an outage, which their coordinators extend."""
    ended_at = outage.ended_at or now
    return session.scalars(
        deadlines.visible(actor, now)
        .where(
            Deadline.subject_kind.in_(("pool", "call")),
            Deadline.lifted_at.is_(None),
            Deadline.due_at > outage.began_at,
            Deadline.due_at < ended_at + reach,
        )
        .order_by(Deadline.due_at)
        .limit(100)
    ).all()


def open_case_count() -> Select[int]:
    """Return the count of cases that nobody has decided."""
    return select(func.count(OutageCase.id)).where(OutageCase.state == "open")


def open_count(session: Session) -> int:
    """Return how many cases nobody has decided."""
    return session.scalar(open_case_count()) or 0
