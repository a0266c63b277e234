"""Planned decisions: the day on which a body of a member is to decide on a subject."""

import dataclasses
import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit.service import Act
from vergabe.cooperations import chains, entries, filing, queries, rules
from vergabe.cooperations.model import PlannedDecision
from vergabe.cooperations.rules import Subject
from vergabe.errors import InvalidInput, NotFound, Violation, gather
from vergabe.exchange import plain_text


@dataclass(frozen=True)
class PlanEntry:
    """Which body is to decide on what and when; planned_on None: no longer planned."""

    subject: Subject
    body: str
    planned_on: dt.date | None
    pool_id: uuid.UUID | None = None


def checked_plan(entry: PlanEntry) -> PlanEntry:
    """Return the entry with clean texts; InvalidInput with a violation for each wrong field."""
    against: list[Violation] = []
    body = gather(
        against,
        lambda: plain_text.one_line(entry.body, max_length=entries.BODY_LENGTH, field="body"),
    )
    if body == "":
        against.append(
            Violation("body_missing", "Nennen Sie das Gremium, das beschließen soll.", field="body")
        )
    if entry.planned_on is not None:
        against += entries.against_day(entry.planned_on, "planned_on")
    against += entries.against_pool(entry.subject, entry.pool_id)
    if against or body is None:
        raise InvalidInput.of(against)
    return dataclasses.replace(entry, body=body)


def plan_decision(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    entry: PlanEntry,
    *,
    organisation_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> PlannedDecision | None:
    """Set, move or take back the day on which a body is to decide; return what is planned now.

    organisation_id: the member, by default the organisation acted for. Raises NotFound for another
    member or pool, InvalidInput for wrong fields. The same day again changes nothing.
    """
    cooperation, member = filing.own_membership(
        session, actor, Permission.RECORD_RESOLUTION, cooperation_id, organisation_id, now=now
    )
    entry = checked_plan(entry)
    if entry.pool_id and entry.pool_id not in queries.pool_choices(session, cooperation.id):
        raise NotFound("Die Bündelung")
    found = _planned(session, cooperation.id, member.organisation_id, entry)
    before = found.planned_on if found else None
    if before == entry.planned_on:
        return found
    if found is not None and entry.planned_on is None:
        session.delete(found)
        found = None
    elif found is not None:
        assert entry.planned_on is not None
        found.planned_on = entry.planned_on
    else:
        found = PlannedDecision(
            cooperation_id=cooperation.id,
            organisation_id=member.organisation_id,
            pool_id=entry.pool_id,
            subject=entry.subject.value,
            body=entry.body,
            planned_on=entry.planned_on,
        )
        session.add(found)
    filing.touch(cooperation)
    session.flush()
    when = f"am {entry.planned_on:%d.%m.%Y}" if entry.planned_on else "vorerst nicht mehr"
    act = Act(
        "decision_planned",
        "planned_decision",
        found.id if found else None,
        f"{member.organisation.name}: {entry.body} soll {when} entscheiden: "
        f"{rules.SUBJECT_NAMES[entry.subject]}.",
        details={
            "organisation_id": str(member.organisation_id),
            "subject": entry.subject.value,
            "pool_id": str(entry.pool_id) if entry.pool_id else None,
            "body": entry.body,
            "from": before.isoformat() if before else None,
            "to": entry.planned_on.isoformat() if entry.planned_on else None,
        },
    )
    filing.record(session, actor, cooperation, act, now=now)
    return found


def planned_decisions(
    session: Session, cooperation_id: uuid.UUID, organisation_id: uuid.UUID | None = None
) -> list[PlannedDecision]:
    """Return what bodies of the members (or of one) are to decide, in the order of days."""
    query = select(PlannedDecision).where(PlannedDecision.cooperation_id == cooperation_id)
    if organisation_id is not None:
        query = query.where(PlannedDecision.organisation_id == organisation_id)
    return list(session.scalars(query.order_by(PlannedDecision.planned_on, PlannedDecision.id)))


def _planned(
    session: Session, cooperation_id: uuid.UUID, organisation_id: uuid.UUID, entry: PlanEntry
) -> PlannedDecision | None:
    for found in planned_decisions(session, cooperation_id, organisation_id):
        is_same = (found.subject, found.pool_id) == (entry.subject, entry.pool_id)
        if is_same and chains.same_body(found.body, entry.body):
            return found
    return None
