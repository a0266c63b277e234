"""Putting the whole file of a large tender together in the background."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.jobs import service as jobs
from vergabe.jobs.kinds import JobKind
from vergabe.jobs.model import Job
from vergabe.jobs.running import Outcome, Task
from vergabe.records import queries
from vergabe.records.export import export_zip
from vergabe.tenders.model import Tender

KIND: Final = "records.export"
LARGE_BYTES: Final = 50 * 1024 * 1024
_MEGABYTE: Final = 1024 * 1024


def size_of(tender: Tender) -> int:
    """Return about how many bytes the file of a tender has: its documents are most of it."""
    return sum(document.size_bytes for document in tender.documents)


def start(session: Session, actor: Actor, tender_id: uuid.UUID, *, now: dt.datetime) -> Job:
    """Let the worker write the ZIP; NotFound or Forbidden as for the record."""
    tender = queries.tender_for_record(session, actor, tender_id)
    return jobs.start(
        session,
        actor,
        KIND,
        title=f"Vergabeakte {tender.reference}",
        arguments={"tender_id": str(tender.id)},
        key=str(tender.id),
        now=now,
    )


def run(task: Task) -> None:
    """Write the ZIP piece by piece; it says itself whether every file and chain is right."""
    with task.reading() as session:
        actor = task.actor(session)
        tender = queries.tender_for_record(session, actor, uuid.UUID(task.arguments["tender_id"]))
        name = f"akte-{tender.reference}.zip"
        total, written = max(1, size_of(tender) // _MEGABYTE), 0
        with task.making_file() as target:
            for piece in export_zip(session, task.store, actor, tender, now=clock.now()):
                target.write(piece)
                written += len(piece)
                done = min(total, written // _MEGABYTE)
                task.report("Die Akte wird zusammengestellt (Megabyte)", done=done, total=total)
    with task.deciding() as session:
        sentence = f"Die Akte liegt als ZIP bereit ({max(1, written // _MEGABYTE)} MB)."
        task.done(session, Outcome(sentence, {"size_bytes": written}, file_name=name))


def ask_again(session: Session, actor: Actor, job: Job) -> None:
    """Raise NotFound or Forbidden for who may not see the record any more."""
    queries.tender_for_record(session, actor, uuid.UUID(job.arguments["tender_id"]))


JOB: Final = JobKind(KIND, "Vergabeakte als ZIP", Permission.VIEW_RECORD, run, ask_again=ask_again)
