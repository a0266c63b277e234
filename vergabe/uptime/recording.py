"""Outages in the table and the record: begun, changed, ended, recorded by people, withdrawn."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.errors import Forbidden, InvalidInput, Refused
from vergabe.exchange.plain_text import many_lines, one_line
from vergabe.files import service as files
from vergabe.files.store import FileStore
from vergabe.uptime import queries, rules
from vergabe.uptime.model import Outage
from vergabe.uptime.rules import OutsideFacts

STREAM: Final = audit.stream_of("operation", "uptime")
WATCH: Final = Actor.operator("Überwachung")
MOST_TEXT: Final = 4000
MOST_FILE_BYTES: Final = 20 * 1024 * 1024


@dataclass(frozen=True)
class EvidenceFile:
    """A file given as evidence: its name and its content, opened for reading."""

    name: str
    stream: IO[bytes]


def record_act(
    session: Session,
    actor: Actor,
    action: str,
    summary: str,
    *,
    subject_id: uuid.UUID | None,
    now: dt.datetime,
    reason: str | None = None,
    **details: Any,
) -> None:
    """Append to the chain of the service itself."""
    act = Act(action, "outage", subject_id, summary, reason=reason, details=details)
    audit.append(session, STREAM, actor, act, now=now)


def note_outage(
    session: Session,
    key: str,
    cause: str,
    began_at: dt.datetime,
    ended_at: dt.datetime | None,
    *,
    note: str,
    evidence: Mapping[str, Any],
    now: dt.datetime,
) -> bool:
    """Enter an outage that the watch has found, or its new end; return whether that was news.

    The caller holds the lock of the uptime state, so that two workers find it once.
    """
    found = session.scalars(select(Outage).where(Outage.key == key)).one_or_none()
    if found is not None and (found.began_at, found.ended_at) == (began_at, ended_at):
        return False
    action, word = ("outage_changed", "reicht jetzt") if found else ("outage_found", "reicht")
    if found is None:
        found = Outage(
            id=ids.new_id(), key=key, cause=cause, recorded_at=now, recorded_by_name=WATCH.name
        )
        session.add(found)
    found.began_at, found.ended_at, found.note = began_at, ended_at, note
    found.evidence, found.examined_at = dict(evidence), None
    session.flush()
    record_act(
        session,
        WATCH,
        action,
        f"{rules.CAUSES[cause]}: {word} {spoken(began_at, ended_at)}.",
        subject_id=found.id,
        now=now,
        began_at=began_at.isoformat(),
        ended_at=ended_at.isoformat() if ended_at else None,
        evidence=dict(evidence),
    )
    return True


def spoken(began_at: dt.datetime, ended_at: dt.datetime | None) -> str:
    """Return a time as Germans say it, local time."""
    begin = began_at.astimezone(clock.BERLIN)
    if ended_at is None:
        return f"seit {begin:%d.%m.%Y, %H:%M} Uhr"
    end = ended_at.astimezone(clock.BERLIN)
    if begin.date() == end.date():
        return f"am {begin:%d.%m.%Y} von {begin:%H:%M} bis {end:%H:%M} Uhr"
    return f"vom {begin:%d.%m.%Y, %H:%M} Uhr bis {end:%d.%m.%Y, %H:%M} Uhr"


def record_outside(
    session: Session,
    actor: Actor,
    facts: OutsideFacts,
    *,
    now: dt.datetime,
    store: FileStore,
    file: EvidenceFile | None = None,
) -> Outage:
    """Record an outage that was seen from outside, with what proves it.

    What the operator records concerns everybody; what a person of a municipality records concerns
    the procedures that it leads. The same again gives the same outage. Raises InvalidInput.
    """
    actor.require(Permission.RECORD_OUTAGES)
    evidence = many_lines(facts.evidence, max_length=MOST_TEXT, field="evidence")
    facts = OutsideFacts(facts.began_at, facts.ended_at, facts.source, evidence)
    wrong = rules.reasons_against_recording(facts, now=now)
    if wrong:
        raise InvalidInput.of(wrong)
    whose = None if actor.is_operator else actor.organisation_id
    key = f"outside:{facts.source}:{facts.began_at.timestamp():.0f}:{whose.hex if whose else ''}"
    found = session.scalars(select(Outage).where(Outage.key == key).with_for_update()).one_or_none()
    is_new = found is None
    if found is None:
        found = Outage(id=ids.new_id(), key=key, cause="outside", source=facts.source, evidence={})
        found.began_at, found.organisation_id = facts.began_at, whose
        found.recorded_at, found.recorded_by_name = now, actor.name
        session.add(found)
    elif found.withdrawn_at is not None:
        raise Refused("outage_withdrawn", "Dieser Ausfall wurde zurückgenommen.")
    elif found.ended_at == facts.ended_at and file is None:
        return found
    if is_new or found.ended_at != facts.ended_at:
        found.ended_at, found.examined_at = facts.ended_at, None
    found.note = evidence
    if file is not None:
        _keep_proof(session, store, found, file, now=now)
    found.evidence = {"seen": evidence, "source": facts.source, "file_sha256": found.file_sha256}
    session.flush()
    record_act(
        session,
        actor,
        "outage_recorded" if is_new else "outage_changed",
        f"Ausfall von außen festgestellt, {spoken(found.began_at, found.ended_at)}.",
        subject_id=found.id,
        now=now,
        reason=evidence,
        source=facts.source,
        began_at=found.began_at.isoformat(),
        ended_at=found.ended_at.isoformat() if found.ended_at else None,
        file_sha256=found.file_sha256,
    )
    return found


def _keep_proof(
    session: Session, store: FileStore, outage: Outage, file: EvidenceFile, *, now: dt.datetime
) -> None:
    kept = files.keep(
        session, store, file.stream, limit_bytes=MOST_FILE_BYTES, now=now, what="Der Beleg"
    )
    outage.file_sha256 = kept.sha256
    outage.file_name = one_line(file.name, max_length=255, field="file") or "beleg"


def withdraw(
    session: Session, actor: Actor, outage_id: uuid.UUID, reason: str, *, now: dt.datetime
) -> Outage:
    """Take back an outage that was recorded by mistake; one that the watch found stays.

    Raises NotFound, Forbidden (another's), InvalidInput (reason) and Refused.
    """
    actor.require(Permission.RECORD_OUTAGES)
    found = queries.visible_outage(session, actor, outage_id)
    if not actor.is_operator and found.organisation_id != actor.organisation_id:
        raise Forbidden("forbidden", "Diesen Ausfall hat der Betrieb der Plattform festgehalten.")
    if found.cause != "outside":
        raise Refused(
            "outage_found", "Was die Überwachung selbst festgestellt hat, lässt sich nicht löschen."
        )
    reason = many_lines(reason, max_length=MOST_TEXT, field="reason")
    if len(reason) < rules.SHORTEST_REASON:
        raise InvalidInput(
            "reason_missing", "Nennen Sie den Grund (mindestens 10 Zeichen).", field="reason"
        )
    if found.withdrawn_at is None:
        found.withdrawn_at, found.withdrawn_reason, found.examined_at = now, reason, None
        session.flush()
        record_act(
            session,
            actor,
            "outage_withdrawn",
            f"Ausfall zurückgenommen, {spoken(found.began_at, found.ended_at)}.",
            subject_id=found.id,
            now=now,
            reason=reason,
        )
    return found
