"""Who is in charge of a deadline, and who steps in."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe.access import queries as access
from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.deadlines import queries, rules
from vergabe.deadlines.model import Deadline
from vergabe.errors import InvalidInput, Refused


def choices(session: Session, deadline: Deadline, *, now: dt.datetime) -> list[User]:
    """Return who can be in charge: people with a role today at the organisation responsible."""
    rows = access.people_with(
        session,
        Permission.VIEW_DEADLINES,
        [deadline.organisation_id],
        cooperation_id=deadline.cooperation_id,
        now=now,
    )
    return [user for user, _ in rows]


def set_people(
    session: Session,
    actor: Actor,
    deadline_id: uuid.UUID,
    *,
    responsible_id: uuid.UUID | None,
    substitute_id: uuid.UUID | None,
    now: dt.datetime,
) -> Deadline:
    """Put people in charge of a running deadline and return it; None: the officers together.

    Raises NotFound, Forbidden unless the actor is an officer of the organisation responsible,
    Refused when the deadline has ended, and InvalidInput for people without a role there.
    """
    deadline = queries.locked_deadline(session, actor, deadline_id, now=now)
    actor.require(
        Permission.EDIT_DEADLINES,
        cooperation_id=deadline.cooperation_id,
        lead_organisation_id=deadline.organisation_id,
    )
    facts = rules.DeadlineFacts(deadline.due_at, deadline.met_at, deadline.lifted_at)
    state = rules.state(facts, now)
    if state is not rules.State.RUNNING:
        raise Refused(
            "deadline_ended",
            f"Diese Frist ist schon {rules.STATE_NAMES[state]}. "
            "Zuständige lassen sich nur bei laufenden Fristen ändern.",
        )
    known = {user.id: user for user in choices(session, deadline, now=now)}
    against = rules.reasons_against_people(responsible_id, substitute_id, set(known))
    if against:
        raise InvalidInput.of(against)
    if (deadline.responsible_id, deadline.substitute_id) == (responsible_id, substitute_id):
        return deadline
    deadline.responsible = known[responsible_id] if responsible_id else None
    deadline.substitute = known[substitute_id] if substitute_id else None
    session.flush()
    _record(session, actor, deadline, now=now)
    return deadline


def _record(session: Session, actor: Actor, deadline: Deadline, *, now: dt.datetime) -> None:
    name = deadline.responsible.full_name if deadline.responsible else "die Vergabestelle"
    stand_in = deadline.substitute.full_name if deadline.substitute else "niemand"
    audit.append(
        session,
        record_stream(deadline),
        actor,
        Act(
            "deadline_people_set",
            "deadline",
            deadline.id,
            f"Für die Frist „{deadline.title}“ ist {name} zuständig, Vertretung: {stand_in}.",
            details={
                "kind": deadline.kind,
                "responsible_id": str(deadline.responsible_id or ""),
                "substitute_id": str(deadline.substitute_id or ""),
            },
        ),
        now=now,
    )


def record_stream(deadline: Deadline) -> str:
    """Return the chain of the record in which acts on a deadline stand: that of its subject."""
    if deadline.subject_kind in ("call", "milestone"):
        return audit.stream_of("cooperation", deadline.cooperation_id)
    return audit.stream_of(deadline.subject_kind, deadline.subject_id)
