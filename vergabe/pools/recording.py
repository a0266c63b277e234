"""The record of a pool: one chain per pool."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.pools.model import Pool


def record(
    session: Session,
    actor: Actor,
    pool: Pool,
    action: str,
    summary: str,
    *,
    now: dt.datetime,
    reason: str | None = None,
    **details: Any,
) -> None:
    """Append what was done to a pool; details are JSON values."""
    audit.append(
        session,
        audit.stream_of("pool", pool.id),
        actor,
        Act(action, "pool", pool.id, summary, reason, details),
        now=now,
    )
