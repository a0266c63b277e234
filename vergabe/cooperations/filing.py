"""What resolutions and mandates have in common: whose they are, their documents, their record.

Each member keeps its own; another member's object is not found. The operator may act for all.
"""

import datetime as dt
import uuid
from typing import Final, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.cooperations import documents, queries
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.model import Cooperation, Mandate, Member, Resolution
from vergabe.errors import NotFound
from vergabe.messages import service as messages
from vergabe.messages.service import Reader

MESSAGE_KIND: Final = "cooperation"

T = TypeVar("T", Resolution, Mandate)


def touch(cooperation: Cooperation) -> None:
    """Let the version of the cooperation rise with anything that changes below it."""
    flag_modified(cooperation, "file_sha256")


def record(
    session: Session, actor: Actor, cooperation: Cooperation, act: Act, *, now: dt.datetime
) -> None:
    """Append an act to the record of a cooperation."""
    stream = audit.stream_of("cooperation", cooperation.id)
    audit.append(session, stream, actor, act, now=now)


def own_membership(
    session: Session,
    actor: Actor,
    permission: Permission,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID | None,
    *,
    now: dt.datetime,
) -> tuple[Cooperation, Member]:
    """Return the locked cooperation and the member acted for."""
    queries.visible_cooperation(session, actor, cooperation_id, now=now)
    wanted = organisation_id or actor.organisation_id
    if wanted is None or (not actor.is_operator and wanted != actor.organisation_id):
        raise NotFound("Das Mitglied")
    actor.require(permission, organisation_id=wanted, cooperation_id=cooperation_id)
    cooperation = queries.locked_cooperation(session, cooperation_id)
    for member in queries.members(session, cooperation_id, clock.berlin_day(now)):
        if member.organisation_id == wanted:
            return cooperation, member
    raise NotFound("Das Mitglied")


def own_row(
    session: Session,
    actor: Actor,
    permission: Permission,
    model: type[T],
    cooperation_id: uuid.UUID,
    row_id: uuid.UUID,
    now: dt.datetime,
) -> tuple[Cooperation, T]:
    """Return the locked cooperation and a resolution or mandate of the organisation acted for."""
    queries.visible_cooperation(session, actor, cooperation_id, now=now)
    cooperation = queries.locked_cooperation(session, cooperation_id)
    row = session.get(model, row_id, populate_existing=True)
    if row is None or row.cooperation_id != cooperation_id:
        raise NotFound(_what(model))
    owner = row.organisation_id if isinstance(row, Resolution) else row.grantor_id
    if not actor.is_operator and owner != actor.organisation_id:
        raise NotFound(_what(model))
    actor.require(permission, organisation_id=owner, cooperation_id=cooperation_id)
    return cooperation, row


def _what(model: type[Resolution] | type[Mandate]) -> str:
    return "Der Beschluss" if model is Resolution else "Die Vollmacht"


def attach(
    session: Session, row: Resolution | Mandate, upload: Upload | None, *, now: dt.datetime
) -> None:
    if upload is not None:
        row.file_sha256, row.file_name = documents.keep(session, upload, now=now)


def attach_later(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    row: Resolution | Mandate,
    upload: Upload,
    *,
    now: dt.datetime,
) -> None:
    before = row.file_sha256
    attach(session, row, upload, now=now)
    if row.file_sha256 == before:
        return
    kind = "resolution" if isinstance(row, Resolution) else "mandate"
    touch(cooperation)
    session.flush()
    act = Act(
        f"{kind}_document_attached",
        kind,
        row.id,
        f"{_what(type(row))}: Ein Dokument wurde hinterlegt.",
        details={"file_sha256": row.file_sha256, "replaced_sha256": before},
    )
    record(session, actor, cooperation, act, now=now)


def revoked(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    row: Resolution | Mandate,
    sentence: str,
    reason: str,
    *,
    now: dt.datetime,
) -> None:
    assert row.revoked_on is not None
    kind = "resolution" if isinstance(row, Resolution) else "mandate"
    touch(cooperation)
    session.flush()
    details = {"revoked_on": row.revoked_on.isoformat()}
    act = Act(f"{kind}_revoked", kind, row.id, sentence, reason=reason, details=details)
    record(session, actor, cooperation, act, now=now)
    # Running procedures may hang on it: the lead must know at once.
    messages.send(
        session,
        Reader(organisation_id=cooperation.lead_organisation_id),
        dedupe_key=f"{kind}-revoked:{row.id}",
        kind=MESSAGE_KIND,
        subject=f"{cooperation.name}: {'Beschluss' if kind == 'resolution' else 'Vollmacht'} "
        "zurückgenommen",
        body=f"{sentence}\n\nBitte prüfen Sie, welche Verfahren davon abhängen.",
        link=f"/zusammenarbeit/{cooperation.key}",
        now=now,
    )
