"""What waits for somebody: gathered from the capabilities, in order of time."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations.model import Member
from vergabe.cooperations.task_rules import Step
from vergabe.deadlines.model import Deadline
from vergabe.demands.model import CallAnswer, CallForDemands, Demand
from vergabe.enquiries.model import Enquiry
from vergabe.messages.model import Message
from vergabe.pools.model import Joining, Pool, PoolDemand
from vergabe.tenders import duties, queries
from vergabe.tenders.model import Tender
from vergabe.votes import queries as votes

SOON: Final = dt.timedelta(days=14)


@dataclass(frozen=True)
class Task:
    """One thing to do: a sentence, one button, and until when (aware UTC), if there is an end."""

    title: str
    button: str
    url: str
    due_at: dt.datetime | None = None


def waiting(session: Session, actor: Actor, *, now: dt.datetime) -> list[Task]:
    """Return what waits for the actor: what has an end first, the nearest on top."""
    found = [
        task
        for permission, gather in _SOURCES
        if actor.holds(permission) and actor.organisation_id is not None
        for task in gather(session, actor, now)
    ]
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda task: (task.due_at or far, task.title))


def _count(session: Session, *conditions: ColumnElement[bool], of: Any) -> int:
    return session.scalar(select(func.count()).select_from(of).where(*conditions)) or 0


def _number(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {many}"


def _release(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    count = _count(
        session,
        Demand.organisation_id == actor.organisation_id,
        Demand.stage == "submitted",
        of=Demand,
    )
    if count:
        yield Task(
            f"{_number(count, 'Bedarf wartet', 'Bedarfe warten')} auf Ihre Freigabe",
            "Freigeben",
            url_for("demands.waiting"),
        )


def _drafts(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    count = _count(
        session,
        Demand.organisation_id == actor.organisation_id,
        Demand.stage == "draft",
        of=Demand,
    )
    if count:
        yield Task(
            f"{_number(count, 'Bedarf ist', 'Bedarfe sind')} noch ein Entwurf",
            "Weiterschreiben",
            url_for("demands.index", stage="draft"),
        )


def _calls(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    answered = select(CallAnswer.call_id).where(CallAnswer.organisation_id == actor.organisation_id)
    given = select(Demand.call_id).where(
        Demand.organisation_id == actor.organisation_id,
        Demand.call_id.is_not(None),
        Demand.stage != "draft",
    )
    calls = session.scalars(
        select(CallForDemands)
        .where(
            CallForDemands.cooperation_id.in_(_memberships(actor.organisation_id)),
            CallForDemands.opens_at <= now,
            CallForDemands.closes_at > now,
            CallForDemands.id.not_in(answered),
            CallForDemands.id.not_in(given),
        )
        .order_by(CallForDemands.closes_at)
        .limit(20)
    )
    for call in calls:
        yield Task(
            f"Bedarfsabfrage „{call.title}“ ist noch nicht beantwortet",
            "Antworten",
            url_for("calls.show", call_id=call.id),
            call.closes_at,
        )


def _joinings(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    decided = select(Joining.pool_id).where(Joining.organisation_id == actor.organisation_id)
    own = (
        select(PoolDemand.pool_id)
        .join(Demand, Demand.id == PoolDemand.demand_id)
        .where(PoolDemand.removed_at.is_(None), Demand.organisation_id == actor.organisation_id)
    )
    pools = session.scalars(
        select(Pool)
        .where(
            Pool.stage == "joining",
            Pool.joining_deadline > now,
            Pool.id.in_(own),
            Pool.id.not_in(decided),
        )
        .order_by(Pool.joining_deadline)
        .limit(20)
    )
    for pool in pools:
        yield Task(
            f"Über den Beitritt zur Bündelung „{pool.title}“ ist zu entscheiden",
            "Entscheiden",
            url_for("pools.show", pool_id=pool.id),
            pool.joining_deadline,
        )


def _votes(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    for vote in votes.open_votes_waiting_for(session, actor, now=now):
        yield Task(
            f"Über „{vote.pool.title}“ wird abgestimmt; die Stimme Ihrer Kommune fehlt",
            "Abstimmen",
            url_for("votes.show", pool_id=vote.pool_id),
            vote.deadline,
        )


def _proposals(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    count = _count(
        session,
        Pool.stage == "proposed",
        Pool.cooperation_id.in_(_memberships(actor.organisation_id)),
        of=Pool,
    )
    if count:
        yield Task(
            f"{_number(count, 'Vorschlag', 'Vorschläge')} für Bündelungen",
            "Ansehen",
            url_for("pools.index", stage="proposed"),
        )


def _tenders(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    tenders = session.scalars(
        queries.work_of(actor, Step.PREPARE_TENDER)
        .where(Tender.stage.in_(("draft", "ready")))
        .options(selectinload(Tender.cooperation), selectinload(Tender.pool))
        .order_by(Tender.id.desc())
        .limit(20)
    )
    for tender in tenders:
        if not duties.may(session, actor, tender, Step.PREPARE_TENDER, now=now):
            continue
        state = "ist bereit" if tender.stage == "ready" else "ist in Vorbereitung"
        yield Task(
            f"Verfahren {tender.reference} „{tender.title}“ {state}",
            "Weiterbearbeiten",
            url_for("tenders.show", tender_id=tender.id),
        )


def _enquiries(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    rows = session.execute(
        select(Tender.id, Tender.reference, Tender.submission_deadline, func.count(Enquiry.id))
        .join(Enquiry, Enquiry.tender_id == Tender.id)
        .where(
            Tender.id.in_(
                queries.work_of(actor, Step.ANSWER_ENQUIRIES).with_only_columns(Tender.id)
            ),
            Tender.stage == "published",
            Enquiry.answer_id.is_(None),
        )
        .group_by(Tender.id, Tender.reference, Tender.submission_deadline)
        .limit(20)
    )
    for tender_id, reference, deadline, count in rows:
        tender = session.get_one(Tender, tender_id)
        if not duties.may(session, actor, tender, Step.ANSWER_ENQUIRIES, now=now):
            continue
        yield Task(
            f"{_number(count, 'Bieterfrage', 'Bieterfragen')} zu {reference} ohne Antwort",
            "Beantworten",
            url_for("enquiries.officer_list", tender_id=tender_id),
            deadline,
        )


def _unread(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    mine = Message.user_id == actor.user_id
    ours = Message.organisation_id == actor.organisation_id
    count = _count(session, mine | ours, Message.first_read_at.is_(None), of=Message)
    if count:
        yield Task(
            _number(count, "ungelesene Mitteilung", "ungelesene Mitteilungen"),
            "Lesen",
            url_for("messages.mailbox"),
        )


def _deadlines(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    deadlines = session.scalars(
        select(Deadline)
        .where(
            Deadline.organisation_id == actor.organisation_id,
            Deadline.lifted_at.is_(None),
            Deadline.met_at.is_(None),
            Deadline.due_at > now,
            Deadline.due_at <= now + SOON,
        )
        .order_by(Deadline.due_at)
        .limit(20)
    )
    for deadline in deadlines:
        yield Task(
            f"Frist: {deadline.title} ({deadline.subject_reference})",
            "Zu den Fristen",
            url_for("deadlines.index"),
            deadline.due_at,
        )


def _memberships(organisation_id: uuid.UUID | None) -> Any:
    return select(Member.cooperation_id).where(
        Member.organisation_id == organisation_id, Member.left_on.is_(None)
    )


Gather = Callable[[Session, Actor, dt.datetime], Iterator[Task]]
_SOURCES: Final[tuple[tuple[Permission, Gather], ...]] = (
    (Permission.RELEASE_DEMANDS, _release),
    (Permission.EDIT_DEMANDS, _drafts),
    (Permission.ANSWER_CALLS, _calls),
    (Permission.JOIN_POOLS, _joinings),
    (Permission.CAST_VOTES, _votes),
    (Permission.EDIT_POOLS, _proposals),
    (Permission.EDIT_TENDERS, _tenders),
    (Permission.ANSWER_ENQUIRIES, _enquiries),
    (Permission.VIEW_DEADLINES, _deadlines),
    (Permission.VIEW_MESSAGES, _unread),
)
