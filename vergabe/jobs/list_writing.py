"""Writing the file of a long list in the background."""

import datetime as dt
import hashlib
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.jobs import service
from vergabe.jobs.kinds import JobKind
from vergabe.jobs.model import Job
from vergabe.jobs.running import Outcome, Task
from vergabe.list_views import rules
from vergabe.list_views.asking import asked_at
from vergabe.texts import _, lazy, ngettext
from vergabe.web import list_files, list_pages

KIND: Final = "lists.write"


def start(
    session: Session, actor: Actor, path: str, query: str, kind: str, *, now: dt.datetime
) -> Job:
    """Let the worker write what an address of a list shows as `xlsx` or `csv`.

    Raises what the page of the list refuses with, and as `list_files.check`.
    """
    address = f"{path}?als={kind}&{rules.kept_query(query)}"
    with asked_at(actor, address) as found:
        list_files.check(found.asked, kind)
        title = f"{found.asked.listing.title} ({list_files.KIND_NAMES[kind]})"
        arguments = {"address": address, "kind": kind}
    return service.start(
        session,
        actor,
        KIND,
        title=title,
        arguments=arguments,
        key=hashlib.sha256(address.encode()).hexdigest(),
        now=now,
    )


def run(task: Task) -> None:
    """Read the list as its owner would see it now, and write the file."""
    kind: str = task.arguments["kind"]
    task.report(_("Die Liste wird gelesen"))
    with task.reading() as session:
        actor = task.actor(session)
        with asked_at(actor, task.arguments["address"]) as found:
            name = list_files.name_of(found.asked, kind, now=clock.now())
            total = list_pages.count_up_to(db.session(), found.asked, list_files.ROWS_MAX)
            written = list_files.content(
                db.session(),
                found.asked,
                kind,
                noted=lambda done: task.report(_("Zeilen"), done=done, total=total),
            )
    with task.making_file() as target:
        target.write(written)
    with task.deciding() as session:
        sentence = ngettext("Eine Zeile.", "%(count)s Zeilen.", total)
        task.done(session, Outcome(sentence, {"rows": total}, file_name=name))


def ask_again(_session: Session, actor: Actor, job: Job) -> None:
    """Raise what the page of the list refuses the actor with now."""
    with asked_at(actor, job.arguments["address"]):
        pass


JOB: Final = JobKind(KIND, lazy("Liste als Datei"), Permission.VIEW_JOBS, run, ask_again=ask_again)
