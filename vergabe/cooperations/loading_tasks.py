"""Loading service providers and the task matrix of a cooperation from its file."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.model import Organisation
from vergabe.cooperations import queries, task_matrix, tasks
from vergabe.cooperations.configuration import CooperationFile
from vergabe.cooperations.configuration_tasks import ProviderFile
from vergabe.cooperations.loading_report import Changes
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.task_rules import Task
from vergabe.errors import InvalidInput, Violation


def load_provider(
    session: Session, provider: ProviderFile, changes: Changes, *, now: dt.datetime
) -> Organisation:
    """Return the organisation of a service provider: found by key of the office, else by name."""
    facts = dict(provider.facts)
    query = select(Organisation).where(Organisation.kind == "association")
    if "ars" in facts:
        query = query.where(Organisation.ars == facts["ars"])
    elif "register_number" in facts:
        query = query.where(Organisation.register_number == facts["register_number"])
    else:
        query = query.where(Organisation.name == facts["name"])
    found = session.scalars(query.order_by(Organisation.id)).first()
    path = f"service_providers[{provider.key}]"
    if found is None:
        found = Organisation(**facts, created_at=now)
        session.add(found)
        session.flush()
        changes.note(path, None, found.name)
    else:
        changes.apply(found, path, facts)
    return found


def load_tasks(
    session: Session,
    cooperation: Cooperation,
    file: CooperationFile,
    organisations: Mapping[str, Organisation],
    changes: Changes,
    *,
    now: dt.datetime,
) -> None:
    """Give the newest version of the agreement the matrix of the file, if the file has one.

    Once signed it may be filled in, but not changed: InvalidInput then asks for the next version.
    """
    agreement = queries.newest_agreement(session, cooperation.id)
    if agreement is None or not file.agreement.tasks:
        return
    areas = {
        area.key: area.id
        for area in session.scalars(
            select(TaskArea).where(TaskArea.cooperation_id == cooperation.id)
        )
    }
    wanted = [
        Task(
            line.step,
            line.performer,
            organisations[line.organisation].id if line.organisation else None,
            areas[line.area] if line.area else None,
        )
        for line in file.agreement.tasks
    ]
    before = tasks.tasks_of(session, agreement.id)
    if set(before) == set(wanted):
        return
    if before and agreement.stage not in task_matrix.DRAFT_STAGES:
        message = (
            "Die Aufgaben einer unterzeichneten Fassung stehen fest. Tragen Sie die neue "
            f"Verteilung in eine Fassung mit number = {agreement.number + 1} ein."
        )
        raise InvalidInput.of([Violation("tasks_frozen", message, field="agreement.tasks")])
    task_matrix.replace(session, cooperation, agreement, wanted, now=now)
    path = f"agreement[{agreement.number}].tasks"
    changes.note(path, len(before) or None, len(wanted))
