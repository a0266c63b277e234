"""The record of a tender: one chain per procedure."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.tenders.model import Tender


def stream_of(tender_id: uuid.UUID) -> str:
    """Return the name of the chain of a procedure."""
    return audit.stream_of("tender", tender_id)


def record(
    session: Session,
    actor: Actor,
    tender: Tender,
    action: str,
    summary: str,
    *,
    now: dt.datetime,
    reason: str | None = None,
    **details: Any,
) -> None:
    """Append what was done to a tender; details are JSON values."""
    audit.append(
        session,
        stream_of(tender.id),
        actor,
        Act(action, "tender", tender.id, summary, reason, details),
        now=now,
    )
