"""The worker's side of jobs: claim by lease, do the work, commit result and state together.

Nothing of a job is half stored. Its effect and the state `done` are one transaction; progress goes
its own short ways beside it. A killed worker's lease runs out, the job comes back, and what the
dead one had not committed never was. SQLite has one writer, so nothing is told while the deciding
transaction is open there; on PostgreSQL progress goes on inside it.
"""

import contextlib
import datetime as dt
import logging
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, Final

from flask import Flask
from sqlalchemy import or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from vergabe import clock, stopping
from vergabe.access import queries as access
from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.db import db, insert_unless_there, reading, unit_of_work
from vergabe.disturbances import disturbance_in
from vergabe.errors import DomainError
from vergabe.files.store import FileStore
from vergabe.jobs import kinds
from vergabe.jobs.model import Job, WorkerSign
from vergabe.jobs.rules import LEASE, MAX_ATTEMPTS, OPEN, TELL_AFTER, State
from vergabe.jobs.service import file_of, folder_of, input_of
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.settings import Settings

logger = logging.getLogger(__name__)

_EVERY_SECONDS: Final = 0.5
_SIGN_SECONDS: Final = 15


class Cancelled(Exception):
    """The person has asked to stop."""


class LeaseLost(Exception):
    """Another worker has taken the job: what we did must not count."""


@dataclass(frozen=True)
class Outcome:
    """What came of a job: a German sentence, what the kind keeps, a file to be handed out.

    is_refused: it ran to its end and the answer is no (a sheet with errors).
    """

    sentence: str
    result: Mapping[str, Any] = field(default_factory=dict)
    file_name: str | None = None
    is_refused: bool = False


@dataclass
class Task:
    """A job in the hands of a worker; what a kind's `run` gets."""

    app: Flask
    job_id: uuid.UUID
    token: str
    arguments: dict[str, Any]
    user_id: uuid.UUID | None
    organisation_id: uuid.UUID | None
    is_finished: bool = False
    _is_deciding: bool = False
    _told_at: float = 0.0
    _step: str = ""

    @property
    def store(self) -> FileStore:
        found: FileStore = self.app.extensions["vergabe_files"]
        return found

    @property
    def settings(self) -> Settings:
        found: Settings = self.app.extensions["vergabe_settings"]
        return found

    def actor(self, session: Session) -> Actor:
        """Return who started it, with the roles valid now: a right lost meanwhile is lost here."""
        user = None if self.user_id is None else session.get(User, self.user_id)
        if user is None:
            return Actor.operator("Hintergrunddienst")
        return access.actor_for(session, user, self.organisation_id, now=clock.now())

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads; progress can be told inside."""
        with reading() as session:
            yield session

    @contextlib.contextmanager
    def deciding(self) -> Iterator[Session]:
        """Give the session of the one transaction that counts; call `done` inside, at its end."""
        self._is_deciding = True
        try:
            with unit_of_work() as session:
                yield session
                if not self.is_finished:
                    raise RuntimeError("a job's deciding transaction ended without its outcome")
        finally:
            self._is_deciding = False

    def done(self, session: Session, outcome: Outcome) -> None:
        """Note the outcome in the transaction of the effect; raises LeaseLost or Cancelled."""
        values = {
            "state": State.FAILED if outcome.is_refused else State.DONE,
            "outcome": outcome.sentence,
            "result": dict(outcome.result),
            "file_name": outcome.file_name,
            "step": "",
            "finished_at": clock.now(),
            "token": None,
            "leased_until": None,
        }
        if not _change(session, self, Job.cancel_asked_at.is_(None), **values):
            _why_not_ours(session, self)
        if outcome.file_name is not None:
            self.store.rename(self._made, file_of(self.job_id))
        job = session.get_one(Job, self.job_id, populate_existing=True)
        job.done_count = job.total_count
        _tell(session, job, self.settings.base_url)
        session.flush()
        self.is_finished = True

    def report(self, step: str, *, done: int = 0, total: int = 0) -> None:
        """Say how far it is; at most twice a second, and always when the step is a new one.

        Renews the lease. Raises Cancelled when the person has asked to stop, LeaseLost when another
        worker has the job.
        """
        if self._is_deciding and _has_one_writer(self.app):
            return
        moment = time.monotonic()
        if step == self._step and moment - self._told_at < _EVERY_SECONDS:
            return
        self._told_at, self._step = moment, step
        # A context of its own has a session of its own: ours stays as it is.
        with self.app.app_context(), unit_of_work() as session:
            now = clock.read()
            is_ours = _change(
                session,
                self,
                Job.cancel_asked_at.is_(None),
                step=step[:400],
                done_count=done,
                total_count=total,
                heartbeat_at=now,
                leased_until=now + LEASE,
            )
            if not is_ours:
                _why_not_ours(session, self)

    def input(self) -> BinaryIO:
        """Return the file that came with the start, opened for reading."""
        return self.store.reading(input_of(self.job_id))

    @contextlib.contextmanager
    def making_file(self) -> Iterator[IO[bytes]]:
        """Give the file that will be handed out, opened for writing.

        It lies apart until `done`: a worker believed dead must not overwrite another's.
        """
        with self.store.writing(self._made) as target:
            yield target

    @property
    def _made(self) -> str:
        return f"{folder_of(self.job_id)}/{self.token}"


def _has_one_writer(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "sqlite"


def _change(session: Session, task: Task, *conditions: Any, **values: Any) -> bool:
    result = session.execute(
        update(Job)
        .where(Job.id == task.job_id, Job.token == task.token, Job.state == State.RUNNING)
        .where(*conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def _why_not_ours(session: Session, task: Task) -> None:
    query = select(Job.cancel_asked_at).where(Job.id == task.job_id, Job.token == task.token)
    raise Cancelled if session.scalar(query) is not None else LeaseLost


def has_due(session: Session, *, now: dt.datetime) -> bool:
    """Return whether a job waits for a worker."""
    return session.scalars(_due(now).limit(1)).first() is not None


def _due(now: dt.datetime) -> Any:
    # What waits and what a dead worker left, in the order in which it was started.
    return (
        select(Job)
        .where(Job.state.in_(OPEN), or_(Job.leased_until.is_(None), Job.leased_until <= now))
        .order_by(Job.id)
    )


def claim(app: Flask) -> Task | None:
    """Take the oldest job that is due for this worker; None if there is none."""
    with unit_of_work() as session:
        now = clock.now()
        job = session.scalars(_due(now).limit(1).with_for_update(skip_locked=True)).first()
        if job is None:
            return None
        if job.attempts >= MAX_ATTEMPTS:
            _end(
                job,
                State.FAILED,
                "Der Hintergrunddienst wurde bei jedem Versuch beendet. Bitte wenden Sie sich an "
                "den Betrieb.",
                now=now,
            )
            settings: Settings = app.extensions["vergabe_settings"]
            _tell(session, job, settings.base_url)
            return None
        job.state, job.token = State.RUNNING, uuid.uuid4().hex
        job.attempts += 1
        job.started_at = job.started_at or now
        job.heartbeat_at, job.leased_until = now, now + LEASE
        job.step = job.step or "Beginnt"
        session.flush()
        return Task(app, job.id, job.token, dict(job.arguments), job.user_id, job.organisation_id)


def run_due(app: Flask) -> int:
    """Do the jobs that are due, one after the other, until the process is asked to end.

    Return how many. Needs no context.
    """
    count = 0
    with app.app_context():
        while not stopping.is_asked():
            with reading() as session:
                if not has_due(session, now=clock.now()):
                    break
            task = claim(app)
            if task is not None:
                work(task)
            count += 1
    return count


def work(task: Task) -> None:
    """Do one job and note how it ended."""
    with reading() as session:
        kind = kinds.find(session.get_one(Job, task.job_id).kind)
    try:
        if kind is None:
            raise DomainError("kind_unknown", "Diese Art von Vorgang gibt es nicht mehr.")
        kind.run(task)
        if not task.is_finished:
            raise RuntimeError(f"{kind.name} ended without an outcome")
        task.store.remove(input_of(task.job_id))
    except LeaseLost:
        logger.warning("job taken over", extra={"job": str(task.job_id)})
    except Cancelled:
        _ended(task, State.CANCELLED, "Abgebrochen. Gespeichert wurde nichts.")
    except DomainError as error:
        violations = [violation.as_dict() for violation in error.violations]
        _ended(task, State.FAILED, error.message, {"violations": violations})
    except IntegrityError as error:
        # A race that a constraint decided: the commands ask before they write.
        extra = {"job": str(task.job_id), "constraint": str(error.orig)[:200]}
        logger.warning("job lost to a rival", extra=extra)
        _ended(
            task,
            State.FAILED,
            "Jemand anders hat gleichzeitig dasselbe getan. Gespeichert wurde nichts. Bitte "
            "prüfen Sie, ob der Vorgang noch nötig ist, und starten Sie ihn noch einmal.",
        )
    except Exception as error:  # the worker must outlive whatever one job meets
        disturbance = disturbance_in(error)
        if disturbance is not None:
            # The database was away or busy: the lease runs out and the job comes back.
            extra = {"job": str(task.job_id), "why": disturbance.value}
            logger.warning("job interrupted", extra=extra)
            return
        logger.exception("job failed", extra={"job": str(task.job_id)})
        sentence = (
            "Bei uns ist etwas schiefgegangen. Gespeichert wurde nichts. Bitte versuchen Sie es "
            "noch einmal und nennen Sie uns sonst die Uhrzeit."
        )
        _ended(task, State.FAILED, sentence)


def _ended(
    task: Task, state: State, sentence: str, result: Mapping[str, Any] | None = None
) -> None:
    with unit_of_work() as session:
        query = select(Job).where(Job.id == task.job_id, Job.token == task.token)
        job = session.scalars(query.with_for_update()).one_or_none()
        if job is None:
            return
        _end(job, state, sentence, now=clock.now())
        job.result = dict(result or {})
        if state is not State.CANCELLED:
            _tell(session, job, task.settings.base_url)
    task.store.remove(folder_of(task.job_id))


def _end(job: Job, state: State, sentence: str, *, now: dt.datetime) -> None:
    job.state, job.outcome, job.finished_at = state, sentence, now
    job.token, job.leased_until, job.step = None, None, ""


def _tell(session: Session, job: Job, base_url: str) -> None:
    """Put a message into the mailbox of who has waited so long that they have gone on."""
    if job.user_id is None or job.finished_at is None:
        return
    if job.finished_at - job.created_at < TELL_AFTER:
        return
    verdict = "fertig" if job.state == State.DONE else "nicht gelungen"
    messages.send(
        session,
        Reader(user_id=job.user_id),
        dedupe_key=f"job:{job.id}",
        kind="job",
        subject=f"{job.title}: {verdict}",
        body=job.outcome,
        now=job.finished_at,
        link=f"{base_url}/vorgaenge/{job.id}",
        by_mail=False,
    )


def show_life(app: Flask) -> int:
    """Leave a sign of life, so that pages can say when no worker runs; return whether it did."""
    with app.app_context():
        now = clock.now()
        with reading() as session:
            seen = session.scalar(select(WorkerSign.seen_at))
        if seen is not None and now - dt.timedelta(seconds=_SIGN_SECONDS) < seen <= now:
            return 0
        with unit_of_work() as session:
            insert_unless_there(session, WorkerSign, {"id": 1, "seen_at": now})
            session.execute(update(WorkerSign).values(seen_at=now))
        return 1
