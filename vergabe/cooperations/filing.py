"""What resolutions and mandates have in common: whose they are, their documents, their record.

Each member keeps its own; another member's object is not found. The operator may act for all.
"""

import dataclasses
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


def record_of_resolution(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    resolution: Resolution,
    act: Act,
    *,
    now: dt.datetime,
) -> None:
    """Append an act on a resolution; reasons from a closed session go to its municipality alone.

    The record of a cooperation is read at all members.
    """
    if resolution.is_public:
        record(session, actor, cooperation, act, now=now)
        return
    record(session, actor, cooperation, dataclasses.replace(act, reason=None), now=now)
    stream = audit.stream_of("organisation", resolution.organisation_id)
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


def attach_later(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    mandate: Mandate,
    upload: Upload,
    *,
    now: dt.datetime,
) -> None:
    """Give a mandate a document, or a better one; both hashes are recorded."""
    before = mandate.file_sha256
    mandate.file_sha256, mandate.file_name = documents.keep(session, upload, now=now)
    if mandate.file_sha256 == before:
        return
    touch(cooperation)
    session.flush()
    act = Act(
        "mandate_document_attached",
        "mandate",
        mandate.id,
        "Die Vollmacht: Ein Dokument wurde hinterlegt.",
        details={"file_sha256": mandate.file_sha256, "replaced_sha256": before},
    )
    record(session, actor, cooperation, act, now=now)


def tell_lead_of_revocation(
    session: Session,
    cooperation: Cooperation,
    row: Resolution | Mandate,
    sentence: str,
    *,
    now: dt.datetime,
) -> None:
    """Tell the lead at once: running procedures may hang on what was taken back."""
    kind = "resolution" if isinstance(row, Resolution) else "mandate"
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
