"""Commands on bodies and their meetings; each municipality keeps its own."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.councils import queries, rules
from vergabe.councils.model import Body, Meeting
from vergabe.councils.rules import BodyEntry, MeetingEntry
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale, Violation
from vergabe.exchange import plain_text
from vergabe.law import german


def add_body(session: Session, actor: Actor, entry: BodyEntry, *, now: dt.datetime) -> Body:
    """Add a body to the municipality acted for, behind the ones it has, and return it.

    Raises InvalidInput for wrong fields, Refused for a name that is taken.
    """
    organisation_id = _own(actor)
    entry = _checked(entry)
    _refuse_taken(session, organisation_id, entry.name, None)
    last = session.scalar(
        select(func.max(Body.position)).where(Body.organisation_id == organisation_id)
    )
    body = Body(
        organisation_id=organisation_id,
        name=entry.name,
        kind=entry.kind.value,
        position=(last or 0) + 1,
        active_from=entry.active_from,
        active_to=entry.active_to,
        created_at=now,
    )
    session.add(body)
    session.flush()
    _record(session, actor, body, "body_added", f"Das Gremium „{body.name}“ kam hinzu.", now=now)
    return body


def change_body(
    session: Session,
    actor: Actor,
    body_id: uuid.UUID,
    entry: BodyEntry,
    *,
    version: int | None,
    now: dt.datetime,
) -> Body:
    """Change name, kind or days of an own body and return it.

    version: the one that the person saw, None: not asked. Raises NotFound for another's, Stale,
    InvalidInput, and Refused for a name that is taken or days that leave a meeting outside.
    """
    body = _locked(session, actor, body_id)
    if version is not None and version != body.version:
        raise Stale("Das Gremium")
    entry = _checked(entry)
    _refuse_taken(session, body.organisation_id, entry.name, body.id)
    days = [MeetingEntry(m.day, m.papers_due_on) for m in body.meetings]
    against = rules.reasons_against_meetings(days, entry.active_from, entry.active_to)
    outside = [reason for reason in against if reason.code == "body_not_active"]
    if outside:
        raise Refused.because("meetings_outside", outside[0].message, outside)
    body.name, body.kind = entry.name, entry.kind.value
    body.active_from, body.active_to = entry.active_from, entry.active_to
    session.flush()
    _record(
        session, actor, body, "body_changed", f"Das Gremium „{body.name}“ ist neu gefasst.", now=now
    )
    return body


def add_meetings(
    session: Session,
    actor: Actor,
    body_id: uuid.UUID,
    entries: Sequence[MeetingEntry],
    *,
    now: dt.datetime,
) -> int:
    """Put meetings of an own body into its calendar; return how many are new or different.

    A day that is there already keeps its place; a last day for papers replaces the one before.
    Raises NotFound for another's body, InvalidInput with every wrong day.
    """
    body = _locked(session, actor, body_id)
    against = list(rules.reasons_against_meetings(entries, body.active_from, body.active_to))
    if against:
        raise InvalidInput.of(against)
    known = {meeting.day: meeting for meeting in body.meetings}
    changed: list[str] = []
    for entry in entries:
        found = known.get(entry.day)
        if found is None:
            known[entry.day] = Meeting(day=entry.day, papers_due_on=entry.papers_due_on)
            body.meetings.append(known[entry.day])
        elif entry.papers_due_on in (None, found.papers_due_on):
            continue
        else:
            found.papers_due_on = entry.papers_due_on
        changed.append(entry.day.isoformat())
    session.flush()
    if changed:
        days = german.count(len(changed), "Sitzungstag", "Sitzungstage")
        sentence = f"„{body.name}“: {days} eingetragen."
        _record(session, actor, body, "meetings_added", sentence, now=now, days=changed)
    return len(changed)


def remove_meeting(
    session: Session, actor: Actor, body_id: uuid.UUID, meeting_id: uuid.UUID, *, now: dt.datetime
) -> None:
    """Take a meeting of an own body off its calendar; a second click finds nothing (NotFound)."""
    body = _locked(session, actor, body_id)
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.body_id != body.id:
        raise NotFound("Die Sitzung")
    session.delete(meeting)
    session.flush()
    session.expire(body, ["meetings"])
    sentence = f"„{body.name}“: Die Sitzung vom {meeting.day:%d.%m.%Y} entfällt."
    _record(session, actor, body, "meeting_removed", sentence, now=now, day=meeting.day.isoformat())


def _own(actor: Actor) -> uuid.UUID:
    actor.require(Permission.KEEP_BODIES, organisation_id=actor.organisation_id)
    if actor.organisation_id is None:
        raise Forbidden("no_organisation", "Gremien führt, wer für eine Kommune handelt.")
    return actor.organisation_id


def _locked(session: Session, actor: Actor, body_id: uuid.UUID) -> Body:
    body = queries.own_body(session, actor, body_id)
    actor.require(Permission.KEEP_BODIES, organisation_id=body.organisation_id)
    return session.scalars(
        select(Body)
        .where(Body.id == body.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _checked(entry: BodyEntry) -> BodyEntry:
    try:
        name = plain_text.one_line(entry.name, max_length=rules.NAME_LENGTH, field="name")
    except InvalidInput as error:
        raise InvalidInput.of(error.violations) from None
    cleaned = BodyEntry(name, entry.kind, entry.active_from, entry.active_to)
    against = list(rules.reasons_against_body(cleaned))
    if against:
        raise InvalidInput.of(against)
    return cleaned


def _refuse_taken(
    session: Session, organisation_id: uuid.UUID, name: str, own_id: uuid.UUID | None
) -> None:
    found = queries.body_by_name(session, organisation_id, name)
    if found is not None and found.id != own_id:
        message = f"Das Gremium „{name}“ gibt es schon."
        raise Refused.because(
            "body_exists", message, [Violation("body_exists", message, field="name")]
        )


def _record(
    session: Session,
    actor: Actor,
    body: Body,
    action: str,
    sentence: str,
    *,
    now: dt.datetime,
    **details: object,
) -> None:
    stream = audit.stream_of("organisation", body.organisation_id)
    facts = {
        "name": body.name,
        "kind": body.kind,
        "active_from": body.active_from.isoformat() if body.active_from else None,
        "active_to": body.active_to.isoformat() if body.active_to else None,
    }
    audit.append(
        session,
        stream,
        actor,
        Act(action, "body", body.id, sentence, details=facts | details),
        now=now,
    )
