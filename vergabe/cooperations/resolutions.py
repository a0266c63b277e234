"""Commands on resolutions of members' bodies (Gremienbeschlüsse)."""

import datetime as dt
import uuid
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, outbox
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit.service import Act
from vergabe.cooperations import entries, filing, papers, queries, rules
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.entries import ResolutionEntry
from vergabe.cooperations.events import ResolutionRevoked
from vergabe.cooperations.model import Cooperation, Member, Resolution
from vergabe.cooperations.papers import PaperEntry
from vergabe.cooperations.rules import ResolutionKind
from vergabe.errors import InvalidInput, NotFound, Refused, Violation

_VERBS: Final = {
    ResolutionKind.DECISION: ("beschloss", "lehnte ab"),
    ResolutionKind.RECOMMENDATION: ("empfahl", "riet ab von"),
    ResolutionKind.DELEGATED: ("entschied aus übertragener Zuständigkeit", "lehnte ab"),
}
CLOSED_FACTS: Final = (
    *("item_number", "basis", "legal_form", "matter", "wording", "conditions", "limit_net_cents"),
    *("yes_votes", "no_votes", "abstentions", "is_unanimous"),
)
"""What the record tells of public sessions only."""


def record_resolution(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    entry: ResolutionEntry,
    *,
    organisation_id: uuid.UUID | None = None,
    upload: Upload | None = None,
    paper: PaperEntry | None = None,
    now: dt.datetime,
) -> Resolution:
    """Put a resolution of a member's body on file, maybe with a paper, and return it.

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
        recorded_at=now,
        body=entry.body,
        decided_on=entry.decided_on,
        item_number=entry.item_number,
        subject=entry.subject.value,
        pool_id=entry.pool_id,
        **contents(entry),
    )
    if upload is not None:
        papers.file_paper(session, actor, resolution, paper or PaperEntry(), upload, now=now)
    session.add(resolution)
    filing.touch(cooperation)
    session.flush()
    filing.record(session, actor, cooperation, _recorded(member, resolution), now=now)
    return resolution


def contents(entry: ResolutionEntry) -> dict[str, Any]:
    """Return the columns of a resolution beside those that say which one it is."""
    return {
        "kind": entry.kind.value,
        "basis": entry.basis,
        "legal_form": entry.legal_form.value if entry.legal_form else None,
        "matter": entry.matter,
        "wording": entry.wording,
        "result": "adopted" if entry.is_adopted else "rejected",
        "yes_votes": entry.yes_votes,
        "no_votes": entry.no_votes,
        "abstentions": entry.abstentions,
        "is_unanimous": entry.is_unanimous,
        "limit_net_cents": entry.limit_net_cents,
        "conditions": entry.conditions,
        "is_public": entry.is_public,
    }


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
    verbs = _VERBS[ResolutionKind(resolution.kind)]
    verb = verbs[0] if resolution.result == "adopted" else verbs[1]
    subject = rules.SUBJECT_NAMES[rules.Subject(resolution.subject)]
    details: dict[str, Any] = {
        "organisation_id": str(resolution.organisation_id),
        "subject": resolution.subject,
        "kind": resolution.kind,
        "body": resolution.body,
        "decided_on": resolution.decided_on.isoformat(),
        "result": resolution.result,
        "is_public": resolution.is_public,
    }
    if resolution.pool_id:
        details["pool_id"] = str(resolution.pool_id)
    if resolution.papers:
        details["papers"] = [
            [str(paper.id), paper.kind, paper.classification, paper.file_sha256]
            for paper in resolution.papers
        ]
    # The record is read by all members; what was decided in closed session stays with its own.
    if resolution.is_public:
        details |= {name: getattr(resolution, name) for name in CLOSED_FACTS}
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
    return take_back(session, actor, cooperation, resolution, revoked_on, reason, now=now)


def take_back(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    resolution: Resolution,
    revoked_on: dt.date,
    reason: str,
    *,
    now: dt.datetime,
) -> Resolution:
    """Let a resolution end with a checked day and reason: record it, tell the lead, and all."""
    resolution.revoked_on = revoked_on
    resolution.revocation_reason = reason
    filing.touch(cooperation)
    session.flush()
    sentence = (
        f"{resolution.organisation.name} hat den Beschluss vom "
        f"{resolution.decided_on:%d.%m.%Y} ({resolution.body}) zum {revoked_on:%d.%m.%Y} "
        "aufgehoben."
    )
    act = Act(
        "resolution_revoked",
        "resolution",
        resolution.id,
        sentence,
        reason=reason,
        details={"revoked_on": revoked_on.isoformat()},
    )
    filing.record_of_resolution(session, actor, cooperation, resolution, act, now=now)
    filing.tell_lead_of_revocation(session, cooperation, resolution, sentence, now=now)
    # Procedures that are public go on; flow.py writes it into their record and tells all members.
    outbox.emit(
        session,
        ResolutionRevoked(
            resolution_id=resolution.id,
            cooperation_id=cooperation.id,
            organisation_id=resolution.organisation_id,
            pool_id=resolution.pool_id,
            revoked_on=revoked_on,
        ),
        now=now,
    )
    return resolution
