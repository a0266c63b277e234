"""Asking the official rules about a draft in the background."""

import uuid
from typing import Final

from flask import url_for

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.jobs.kinds import JobKind
from vergabe.jobs.model import Job
from vergabe.jobs.running import Outcome, Task
from vergabe.notices import draft_checks
from vergabe.notices.checking import CheckingHouse

KIND: Final = draft_checks.JOB_KIND
_DONE: Final = "Geprüft. Das Ergebnis steht beim Entwurf."


def run(task: Task) -> None:
    """Build the notice, ask the rules with no transaction open, keep what they say."""
    house = CheckingHouse.of(task.settings)
    check_id = uuid.UUID(task.arguments["check_id"])
    with task.reading() as session:
        task.report("Die Bekanntmachung wird zusammengestellt")
        work = draft_checks.work_of(session, check_id, house, now=clock.now())
    if work is None:
        # Two people have asked for the same: the answer to the first is the answer to both.
        with task.deciding() as session:
            task.done(session, Outcome(_DONE))
        return
    task.report("Die amtlichen Regeln werden gefragt")
    found = draft_checks.answer(work, house)
    with task.deciding() as session:
        draft_checks.keep(session, work, found, now=clock.now())
        task.done(session, Outcome(_DONE))


def address(job: Job) -> str:
    return url_for("notice_checks.show", tender_id=job.arguments["tender_id"], _anchor="amtlich")


JOB: Final = JobKind(KIND, "Amtliche Prüfung", Permission.EDIT_TENDERS, run, address)
