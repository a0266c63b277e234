"""What leaves the house for a notice, rendered at the moment of sending (BT-05)."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.exchange.xvergabe import codec
from vergabe.files.store import FileStore
from vergabe.notices import writing
from vergabe.notices.model import Notice, NoticeDocument
from vergabe.tenders.outlet import is_european


@dataclass(frozen=True)
class Outgoing:
    """A document to be sent; format: as in NoticeDocument; subtype: eForms number of the notice.

    publish_to_ted: for notices below the threshold, None where the subtype alone decides.
    """

    xml: bytes
    format: str
    subtype: str
    publish_to_ted: bool | None = None


def render_for_sending(
    session: Session,
    store: FileStore,
    notice: Notice,
    *,
    version_number: int,
    issued_at: dt.datetime,
    base_url: str,
) -> Outgoing:
    """Return the document of a notice as it is sent at `issued_at` (aware UTC).

    Raises InvalidInput with everything that stands against sending it.
    """
    subtype = _subtype(notice)
    if notice.kind != "contract_notice":
        # What a change or a cancellation says was fixed when it became public.
        return Outgoing(_stored(session, store, notice), "xvergabe", subtype)
    document = replace(
        writing.notice_of(
            notice.tender, notice_uuid=notice.notice_uuid, issued_at=issued_at, base_url=base_url
        ),
        notice_version=version_number,
    )
    return Outgoing(codec.build(document), "xvergabe", subtype)


def _subtype(notice: Notice) -> str:
    is_result = notice.kind == "cancellation_notice"
    if not is_european(notice.tender):
        return "E4" if is_result else "E3"
    if notice.tender.law_result.get("rule_set") == "VgV-social":
        return "33" if is_result else "20"
    return "29" if is_result else "16"


def _stored(session: Session, store: FileStore, notice: Notice) -> bytes:
    sha256 = session.scalars(
        select(NoticeDocument.file_sha256).where(
            NoticeDocument.notice_id == notice.id, NoticeDocument.format == "xvergabe"
        )
    ).one()
    return store.read(sha256)
