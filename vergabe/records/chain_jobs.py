"""Writing the ZIP of one long chain in the background."""

import datetime as dt
import shutil
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.jobs import service
from vergabe.jobs.kinds import JobKind
from vergabe.jobs.model import Job
from vergabe.jobs.running import Outcome, Task
from vergabe.records import checks
from vergabe.records.chain_export import chain_zip
from vergabe.records.checks import Which
from vergabe.texts import _, lazy, ngettext

KIND: Final = "records.chain"


def start(session: Session, actor: Actor, wanted: Which, *, now: dt.datetime) -> Job:
    """Let the worker write the ZIP of a chain; NotFound or Forbidden as on its page."""
    subject = checks.subject_of(session, actor, wanted)
    return service.start(
        session,
        actor,
        KIND,
        title=_("Akte %(reference)s als ZIP", reference=subject.reference),
        arguments={"of": wanted.of, "id": wanted.id},
        key=wanted.key,
        now=now,
    )


def run(task: Task) -> None:
    """Write all entries, the script and the index into one file."""
    wanted = checks.which(task.arguments["of"], task.arguments["id"])
    with task.reading() as session:
        subject = checks.subject_of(session, task.actor(session), wanted)
        total = checks.length(session, [subject.chain])
        name = f"akte-{subject.reference}.zip"

        def tell(done: int) -> None:
            task.report(_("Einträge werden geschrieben"), done=done, total=total)

        source = chain_zip(session, subject, now=clock.now(), noted=tell)
        with source, task.making_file() as target:
            shutil.copyfileobj(source, target)
    with task.deciding() as session:
        sentence = ngettext(
            "Die Akte liegt als ZIP bereit (ein Eintrag).",
            "Die Akte liegt als ZIP bereit (%(count)s Einträge).",
            total,
        )
        task.done(session, Outcome(sentence, {"entries": total}, file_name=name))


def ask_again(session: Session, actor: Actor, job: Job) -> None:
    """Raise NotFound or Forbidden for who may not see the record any more."""
    checks.subject_of(session, actor, checks.which(job.arguments["of"], job.arguments["id"]))


JOB: Final = JobKind(KIND, lazy("Akte als ZIP"), Permission.VIEW_RECORD, run, ask_again=ask_again)
