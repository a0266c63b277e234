"""What leaves the house for a notice, rendered at the moment of sending (BT-05)."""

import datetime as dt
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange.eforms import checks, writing
from vergabe.exchange.eforms.findings import arranging
from vergabe.notices import eforms_documents
from vergabe.notices.model import Notice
from vergabe.tenders.outlet import OutletKind


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
    session: Session, notice: Notice, *, kind: str, issued_at: dt.datetime, base_url: str
) -> Outgoing:
    """Return the document of a notice, in its present version, as it is sent at `issued_at`.

    kind: of the outlet; issued_at: aware UTC. Raises InvalidInput with every error that our own
    checks find.
    """
    data = eforms_documents.notice_data(
        session, notice.tender, notice, issued_at=issued_at, base_url=base_url
    )
    findings = arranging.arranged(checks.findings(data))
    let_pass = _OF_REHEARSALS if is_rehearsal(kind, base_url) else frozenset()
    errors = [f for f in findings if f.severity == "error" and f.rule not in let_pass]
    if errors:
        raise InvalidInput.of(
            Violation(
                error.rule,
                f"{error.message} {error.remedy}".strip(),
                law=error.law or None,
                field=error.address or None,
            )
            for error in errors
        )
    return Outgoing(writing.build(data), "eforms", data.subtype)


_OF_REHEARSALS: Final = frozenset({"documents_not_reachable"})


def is_rehearsal(kind: str, base_url: str) -> bool:
    """Return whether nothing can leave this machine by itself, and nobody else reach it."""
    is_here = urlsplit(base_url).hostname in ("localhost", "127.0.0.1", "::1")
    return is_here and kind != OutletKind.HTTP
