"""What leaves the house for a notice, rendered at the moment of sending (BT-05)."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.exchange.eforms import writing
from vergabe.notices import eforms_documents
from vergabe.notices.model import Notice


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
    session: Session, notice: Notice, *, issued_at: dt.datetime, base_url: str
) -> Outgoing:
    """Return the document of a notice, in its present version, as it is sent at `issued_at`.

    issued_at: aware UTC. Raises InvalidInput with every error that our own checks find.
    """
    data = eforms_documents.notice_data(
        session, notice.tender, notice, issued_at=issued_at, base_url=base_url
    )
    return Outgoing(writing.build(data), "eforms", data.subtype)
