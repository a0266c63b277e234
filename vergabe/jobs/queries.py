"""Reading jobs: one's own, how many are open, and whether any worker lives."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.errors import NotFound
from vergabe.jobs.model import Job, WorkerSign
from vergabe.jobs.rules import OPEN, SILENCE, State
from vergabe.web import paging
from vergabe.web.paging import Page


def _mine(actor: Actor) -> Select[Job]:
    return select(Job).where(
        Job.user_id == actor.user_id, Job.organisation_id == actor.organisation_id
    )


def visible(session: Session, actor: Actor, job_id: uuid.UUID, *, is_locking: bool = False) -> Job:
    """Return one's own job, started for the same organisation; NotFound for any other."""
    query = _mine(actor).where(Job.id == job_id)
    if is_locking:
        query = query.with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None or actor.user_id is None:
        raise NotFound("Der Vorgang")
    return found


def mine(session: Session, actor: Actor, *, cursor: str | None, limit: int | None) -> Page[Job]:
    """Return one's own jobs, newest first."""
    return paging.newest_first(session, _mine(actor), Job.id, cursor=cursor, limit=limit)


def open_count(session: Session, actor: Actor) -> int:
    """Return how many of one's own jobs wait or run."""
    query = _mine(actor).where(Job.state.in_(OPEN))
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def newest(
    session: Session, actor: Actor, kind: str, key: str, states: Sequence[str] = (State.DONE,)
) -> Job | None:
    """Return one's own newest job of a kind and key in one of these states, None without any."""
    query = _mine(actor).where(
        Job.kind == kind, Job.key == full_key(actor, key), Job.state.in_(states)
    )
    return session.scalars(query.order_by(Job.id.desc()).limit(1)).first()


def full_key(actor: Actor, key: str) -> str:
    """Return what makes a job the same work: of one person, for one organisation."""
    return f"{actor.organisation_id}:{actor.user_id}:{key}"


def is_worker_silent(session: Session, *, now: dt.datetime) -> bool:
    """Return whether no worker has shown itself for a minute and none holds a job."""
    seen = session.scalar(select(WorkerSign.seen_at))
    if seen is not None and seen > now - SILENCE:
        return False
    working = select(Job.id).where(Job.state == State.RUNNING, Job.leased_until > now).limit(1)
    return session.scalars(working).first() is None
