"""Starting and cancelling jobs, and sweeping what is long over."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import IO, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.db import insert_unless_there
from vergabe.errors import NotFound
from vergabe.files.store import CHUNK, FileStore
from vergabe.jobs import kinds, queries
from vergabe.jobs.model import Job
from vergabe.jobs.rules import KEEP, KEEP_FILE, OPEN, State


def start(
    session: Session,
    actor: Actor,
    kind: str,
    *,
    title: str,
    arguments: Mapping[str, Any],
    key: str = "",
    now: dt.datetime,
) -> Job:
    """Let the worker do something, and return the job; the caller commits.

    key: what makes it the same work (a file's hash, a tender's id); a second click while it waits
    or runs finds the first. Raises Forbidden.
    """
    found = kinds.find(kind)
    if found is None:
        raise NotFound("Diese Art von Vorgang")
    actor.require(found.permission)
    full_key = queries.full_key(actor, key or str(ids.new_id()))
    values = {
        "kind": kind,
        "key": full_key,
        "title": title[:400],
        "user_id": actor.user_id,
        "organisation_id": actor.organisation_id,
        "arguments": dict(arguments),
        "state": State.WAITING,
        "attempts": 0,
        "step": "",
        "done_count": 0,
        "total_count": 0,
        "outcome": "",
        "result": {},
        "created_at": now,
    }
    query = select(Job).where(Job.kind == kind, Job.key == full_key, Job.state.in_(OPEN))
    while True:
        insert_unless_there(session, Job, {"id": ids.new_id(), **values})
        # The one that was there may have ended since.
        job = session.scalars(query).one_or_none()
        if job is not None:
            return job


def attach(store: FileStore, job: Job, stream: IO[bytes]) -> None:
    """Put a file beside a job that was just started, before the commit; it goes when it is over."""
    with store.writing(input_of(job.id)) as target:
        while chunk := stream.read(CHUNK):
            target.write(chunk)


def cancel(session: Session, actor: Actor, job_id: uuid.UUID, *, now: dt.datetime) -> Job:
    """Ask a job to stop and return it; one that waits stops at once, one that is over stays as is.

    Raises NotFound for another's.
    """
    job = queries.visible(session, actor, job_id, is_locking=True)
    if job.state == State.WAITING:
        job.state, job.finished_at = State.CANCELLED, now
        job.cancel_asked_at, job.outcome = now, "Abgebrochen, bevor es begann."
    elif job.state == State.RUNNING and job.cancel_asked_at is None:
        job.cancel_asked_at = now
    session.flush()
    return job


def has_old(session: Session, *, now: dt.datetime) -> bool:
    """Return whether there is anything to sweep."""
    return session.scalars(_old(now).limit(1)).first() is not None


def sweep(session: Session, store: FileStore, *, now: dt.datetime, limit: int = 100) -> int:
    """Forget jobs that are long over and files that nobody will fetch; return how many."""
    query = _old(now).order_by(Job.finished_at).limit(limit).with_for_update(skip_locked=True)
    found = list(session.scalars(query))
    for job in found:
        store.remove(folder_of(job.id))
        job.file_name = None
        if job.finished_at is not None and job.finished_at <= now - KEEP:
            session.delete(job)
    session.flush()
    return len(found)


def _old(now: dt.datetime) -> Any:
    return select(Job).where(
        or_(
            Job.finished_at <= now - KEEP,
            (Job.finished_at <= now - KEEP_FILE) & Job.file_name.is_not(None),
        )
    )


def folder_of(job_id: uuid.UUID) -> str:
    """Return where the file of a job lies in the store."""
    return f"jobs/{job_id.hex}"


def file_of(job_id: uuid.UUID) -> str:
    """Return where the file that a job has made lies in the store."""
    return f"{folder_of(job_id)}/file"


def input_of(job_id: uuid.UUID) -> str:
    """Return where the file that came with the start of a job lies in the store."""
    return f"{folder_of(job_id)}/input"
