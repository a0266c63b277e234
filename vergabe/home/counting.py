"""What waits for somebody, as numbers for the frame of every page: one statement."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations.model import Member
from vergabe.cooperations.task_rules import Step
from vergabe.demands.model import CallAnswer, CallForDemands, Demand
from vergabe.enquiries.model import Enquiry
from vergabe.jobs.model import Job
from vergabe.jobs.rules import OPEN
from vergabe.messages import queries as messages
from vergabe.messages.model import Message
from vergabe.pools import queries as pools
from vergabe.pools.model import Joining, Pool
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender
from vergabe.texts import marked
from vergabe.votes.model import Ballot, EntitledMember, Vote
from vergabe.web.shell import Count

MESSAGES: Final = "messages"
TASKS: Final = "tasks"
JOBS: Final = "jobs"
BEGUN: Final = "begun"


def counts(session: Session, actor: Actor, now: dt.datetime) -> Sequence[Count]:
    """Return unread messages, own jobs under way, and what waits for a municipality's decision.

    Whoever has begun something in the last days finds it again, also when nothing is under way.
    """
    parts = [*_unread(actor), _running(actor), _begun(actor)]
    if actor.organisation_id is not None:
        parts += [part(actor, now) for permission, part in _WAITING if actor.holds(permission)]
    unread = waiting = running = begun = 0
    for kind, number in session.execute(select(union_all(*parts).subquery())):
        if kind == MESSAGES:
            unread += number
        elif kind == JOBS:
            running = number
        elif kind == BEGUN:
            begun = number
        elif kind == TASKS or not actor.roles.isdisjoint(json.loads(kind)):
            waiting += number
    found = [Count(marked("Postfach"), "messages.mailbox", unread)]
    if begun:
        found.insert(0, Count(marked("Vorgänge"), "jobs.index", running))
    if waiting:
        found.insert(0, Count(marked("Entscheidungen"), "home.start", waiting))
    return found


def _unread(actor: Actor) -> list[Select[str, int]]:
    """Return unread messages to the person and to the organisation, each along its own index."""
    return [
        _number(MESSAGES, Message).where(*part, Message.first_read_at.is_(None))
        for part in messages.mailbox_parts(actor)
    ]


def _running(actor: Actor) -> Select[str, int]:
    """What the actor has started and the worker has yet to do."""
    return _number(JOBS, Job).where(*_own(actor), Job.state.in_(OPEN))


def _begun(actor: Actor) -> Select[str, int]:
    """Whether the actor has started anything that is still kept: 1 or 0."""
    kept = exists().where(*_own(actor))
    return select(literal(BEGUN), case((kept, 1), else_=0))


def _own(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return Job.user_id == actor.user_id, Job.organisation_id == actor.organisation_id


def _number(kind: str, of: Any) -> Select[str, int]:
    return select(literal(kind), func.count()).select_from(of)


def _to_release(actor: Actor, _now: dt.datetime) -> Select[str, int]:
    return _number(TASKS, Demand).where(
        Demand.organisation_id == actor.organisation_id, Demand.stage == "submitted"
    )


def _calls(actor: Actor, now: dt.datetime) -> Select[str, int]:
    """Open calls without an answer: neither "nothing" nor a demand."""
    organisation = actor.organisation_id
    # Looked up for each open call: all that was ever answered grows.
    answered = exists().where(
        CallAnswer.call_id == CallForDemands.id, CallAnswer.organisation_id == organisation
    )
    given = exists().where(
        Demand.call_id == CallForDemands.id,
        Demand.organisation_id == organisation,
        Demand.stage != "draft",
    )
    member_of = select(Member.cooperation_id).where(
        Member.organisation_id == organisation, Member.left_on.is_(None)
    )
    return _number(TASKS, CallForDemands).where(
        CallForDemands.cooperation_id.in_(member_of),
        CallForDemands.opens_at <= now,
        CallForDemands.closes_at > now,
        ~answered,
        ~given,
    )


def _joinings(actor: Actor, now: dt.datetime) -> Select[str, int]:
    organisation = actor.organisation_id
    decided = exists().where(Joining.pool_id == Pool.id, Joining.organisation_id == organisation)
    return _number(TASKS, Pool).where(
        Pool.stage == "joining",
        Pool.joining_deadline > now,
        pools.has_demands_of(organisation),
        ~decided,
    )


def _enquiries(actor: Actor, _now: dt.datetime) -> Select[str, int]:
    mine = tenders.work_of(actor, Step.ANSWER_ENQUIRIES).with_only_columns(Tender.id)
    return (
        _number(TASKS, Enquiry)
        .join(Tender, Tender.id == Enquiry.tender_id)
        .where(Tender.id.in_(mine), Tender.stage == "published", Enquiry.answer_id.is_(None))
    )


def _proposals(actor: Actor, _now: dt.datetime) -> Select[str, int]:
    member_of = select(Member.cooperation_id).where(
        Member.organisation_id == actor.organisation_id, Member.left_on.is_(None)
    )
    return _number(TASKS, Pool).where(Pool.stage == "proposed", Pool.cooperation_id.in_(member_of))


def _votes(actor: Actor, now: dt.datetime) -> Select[str, int]:
    """Open votes without the organisation's, by the roles that may cast it there (as JSON)."""
    said = exists().where(
        Ballot.vote_id == Vote.id, Ballot.organisation_id == actor.organisation_id
    )
    roles = cast(Vote.voter_roles, Text)
    return (
        select(roles, func.count())
        .select_from(Vote)
        .join(EntitledMember, EntitledMember.vote_id == Vote.id)
        .where(
            EntitledMember.organisation_id == actor.organisation_id,
            Vote.closed_at.is_(None),
            Vote.deadline.is_(None) | (Vote.deadline > now),
            ~said,
        )
        .group_by(roles)
    )


Waiting = Callable[[Actor, dt.datetime], Select[str, int]]
_WAITING: Final[tuple[tuple[Permission, Waiting], ...]] = (
    (Permission.RELEASE_DEMANDS, _to_release),
    (Permission.ANSWER_CALLS, _calls),
    (Permission.JOIN_POOLS, _joinings),
    (Permission.CAST_VOTES, _votes),
    (Permission.EDIT_POOLS, _proposals),
    (Permission.ANSWER_ENQUIRIES, _enquiries),
)
