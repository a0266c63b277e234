"""Proposing pools over many demands in the background."""

import datetime as dt
import uuid
from typing import Final

from flask import url_for
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations.model import TaskArea
from vergabe.demands import queries as demands
from vergabe.jobs import service as jobs
from vergabe.jobs.kinds import JobKind
from vergabe.jobs.model import Job
from vergabe.jobs.running import Outcome, Task
from vergabe.pools import proposing

KIND: Final = "pools.propose"
MANY: Final = 400
"""Released demands; fewer are compared within a second."""


def start(session: Session, actor: Actor, area: TaskArea, *, now: dt.datetime) -> Job:
    """Let the worker compare the released demands of an area."""
    return jobs.start(
        session,
        actor,
        KIND,
        title=f"Bündelungen vorschlagen: {area.name}",
        arguments={"cooperation_id": str(area.cooperation_id), "area_id": str(area.id)},
        key=str(area.id),
        now=now,
    )


def run(task: Task) -> None:
    """Compare all, then replace and store proposals in one transaction."""
    cooperation_id = uuid.UUID(task.arguments["cooperation_id"])
    area_id = uuid.UUID(task.arguments["area_id"])
    with task.reading() as session:
        count = demands.released_count(session, cooperation_id, area_id)
    task.report(f"{count} freigegebene Bedarfe werden verglichen")
    with task.deciding() as session:
        found = proposing.propose_pools(
            session, task.actor(session), cooperation_id, area_id, now=clock.now()
        )
        sentence = "Die freigegebenen Bedarfe passen zurzeit nicht zueinander."
        if found:
            number = "Ein Vorschlag liegt" if len(found) == 1 else f"{len(found)} Vorschläge liegen"
            sentence = f"{number} vor."
        references = [pool.reference for pool in found]
        task.done(session, Outcome(sentence, {"proposals": references}))


def address(_job: Job) -> str:
    return url_for("pools.index", stage="proposed")


JOB: Final = JobKind(KIND, "Vorschläge für Bündelungen", Permission.EDIT_POOLS, run, address)
