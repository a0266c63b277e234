"""Commands on resolutions of members' bodies (Gremienbeschlüsse)."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit.service import Act
from vergabe.cooperations import entries, filing, queries, rules
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.entries import ResolutionEntry
from vergabe.cooperations.model import Member, Resolution
from vergabe.errors import InvalidInput, NotFound, Refused, Violation


def record_resolution(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    entry: ResolutionEntry,
    *,
    organisation_id: uuid.UUID | None = None,
    upload: Upload | None = None,
    now: dt.datetime,
) -> Resolution:
    """Put a resolution of a member's body on file and return it.

    organisation_id: the member, by default the organisation acted for. Raises NotFound for another
    member, InvalidInput for wrong fields, Refused if the same resolution stands already.
    """
    cooperation, member = filing.own_membership(
        session, actor, Permission.RECORD_RESOLUTION, cooperation_id, organisation_id, now=now
    )
    entry = entries.checked_resolution(entry, clock.berlin_day(now))
    if entry.pool_id and entry.pool_id not in queries.pool_choices(session, cooperation.id):
        raise NotFound("Die Bündelung")
    _refuse_second(session, member, entry)
    resolution = Resolution(
        cooperation_id=cooperation.id,
        organisation_id=member.organisation_id,
        pool_id=entry.pool_id,
        subject=entry.subject,
        body=entry.body,
        decided_on=entry.decided_on,
        item_number=entry.item_number,
        wording=entry.wording,
        result="adopted" if entry.is_adopted else "rejected",
        limit_net_cents=entry.limit_net_cents,
        conditions=entry.conditions,
        is_public=entry.is_public,
        recorded_at=now,
    )
    filing.attach(session, resolution, upload, now=now)
    session.add(resolution)
    filing.touch(cooperation)
    session.flush()
    filing.record(session, actor, cooperation, _recorded(member, resolution), now=now)
    return resolution


def _refuse_second(session: Session, member: Member, entry: ResolutionEntry) -> None:
    same = select(Resolution.id).where(
        Resolution.cooperation_id == member.cooperation_id,
        Resolution.organisation_id == member.organisation_id,
        Resolution.subject == entry.subject,
        Resolution.pool_id == entry.pool_id,
        Resolution.body == entry.body,
        Resolution.decided_on == entry.decided_on,
        Resolution.item_number == entry.item_number,
        Resolution.revoked_on.is_(None),
    )
    if session.scalars(same).first() is not None:
        raise Refused(
            "resolution_already_recorded",
            f"Dieser Beschluss ({entry.body}, {entry.decided_on:%d.%m.%Y}) ist schon eingetragen. "
            "Soll er anders lauten, heben Sie den eingetragenen erst auf.",
        )


def _recorded(member: Member, resolution: Resolution) -> Act:
    verb = "beschloss" if resolution.result == "adopted" else "lehnte ab"
    subject = rules.SUBJECT_NAMES[rules.Subject(resolution.subject)]
    details: dict[str, Any] = {
        "organisation_id": str(resolution.organisation_id),
        "subject": resolution.subject,
        "body": resolution.body,
        "decided_on": resolution.decided_on.isoformat(),
        "result": resolution.result,
        "is_public": resolution.is_public,
    }
    if resolution.pool_id:
        details["pool_id"] = str(resolution.pool_id)
    if resolution.file_sha256:
        details["file_sha256"] = resolution.file_sha256
    # The record is read by all members; what was decided in closed session stays with its own.
    if resolution.is_public:
        details |= {
            "item_number": resolution.item_number,
            "wording": resolution.wording,
            "conditions": resolution.conditions,
            "limit_net_cents": resolution.limit_net_cents,
        }
    return Act(
        "resolution_recorded",
        "resolution",
        resolution.id,
        f"{member.organisation.name}: {resolution.body} {verb} am "
        f"{resolution.decided_on:%d.%m.%Y}: {subject}.",
        details=details,
    )


def revoke_resolution(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    resolution_id: uuid.UUID,
    *,
    revoked_on: dt.date,
    reason: str,
    now: dt.datetime,
) -> Resolution:
    """Record that a resolution was revoked on a legal day; from that day on it does not count.

    Raises NotFound for another member's, InvalidInput for a day before the decision or to come,
    Refused if it is revoked already. The lead is told.
    """
    cooperation, resolution = filing.own_row(
        session, actor, Permission.RECORD_RESOLUTION, Resolution, cooperation_id, resolution_id, now
    )
    reason = entries.checked_reason(reason)
    if resolution.revoked_on is not None:
        raise Refused(
            "resolution_already_revoked",
            f"Der Beschluss ist schon zum {resolution.revoked_on:%d.%m.%Y} aufgehoben.",
        )
    if not resolution.decided_on <= revoked_on <= clock.berlin_day(now):
        raise InvalidInput.of(
            [
                Violation(
                    "revocation_day",
                    "Der Tag der Aufhebung muss zwischen dem Beschluss vom "
                    f"{resolution.decided_on:%d.%m.%Y} und heute liegen.",
                    field="revoked_on",
                )
            ]
        )
    resolution.revoked_on = revoked_on
    name = resolution.organisation.name
    sentence = (
        f"{name} hat den Beschluss vom {resolution.decided_on:%d.%m.%Y} ({resolution.body}) zum "
        f"{revoked_on:%d.%m.%Y} aufgehoben."
    )
    filing.revoked(session, actor, cooperation, resolution, sentence, reason, now=now)
    return resolution


def attach_to_resolution(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    resolution_id: uuid.UUID,
    upload: Upload,
    *,
    now: dt.datetime,
) -> Resolution:
    """Hand in the document of a resolution later, or a better scan; both hashes are recorded."""
    cooperation, resolution = filing.own_row(
        session, actor, Permission.RECORD_RESOLUTION, Resolution, cooperation_id, resolution_id, now
    )
    filing.attach_later(session, actor, cooperation, resolution, upload, now=now)
    return resolution
