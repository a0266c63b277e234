"""What all commands on funding share: the locked case, its version, its record, who is told."""

import datetime as dt
import uuid
from typing import Any, Final

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.demands.recording import shortened
from vergabe.demands.telling import readers
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, Violation
from vergabe.funding import queries
from vergabe.funding.model import FundingCase
from vergabe.messages import service as messages
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.pools.recording import record as record_pool

MESSAGE_KIND: Final = "funding"


def locked_pool(session: Session, actor: Actor, pool_id: uuid.UUID) -> Pool:
    """Return a pool whose funding the actor may change; its cooperation is locked.

    Publishing locks the cooperation too, so that no funding changes between check and publication.
    """
    pool = pools.visible_pool(session, actor, pool_id)
    cooperation = cooperations.locked_cooperation(session, pool.cooperation_id)
    actor.require(
        Permission.EDIT_FUNDING,
        cooperation_id=cooperation.id,
        lead_organisation_id=cooperation.lead_organisation_id,
    )
    return pool


def locked_case(
    session: Session, actor: Actor, pool_id: uuid.UUID, version: int | None
) -> FundingCase:
    """Return the case of a pool for a command; Stale if the reader saw another version."""
    pool = locked_pool(session, actor, pool_id)
    case = queries.newest_case(session, pool.id)
    if case is None:
        raise NotFound(queries.WHAT)
    check_version(case, version)
    return case


def check_version(case: FundingCase, version: int | None) -> None:
    if version is not None and version != case.version:
        raise Stale(queries.WHAT)


def touch(session: Session, case: FundingCase) -> None:
    """Let the version of a case rise with anything that changes below it."""
    flag_modified(case, "stage")
    session.flush()


def record(
    session: Session,
    actor: Actor,
    case: FundingCase,
    action: str,
    summary: str,
    *,
    now: dt.datetime,
    reason: str | None = None,
    **details: Any,
) -> None:
    """Append to the record of the pool what was done to its funding."""
    record_pool(session, actor, case.pool, action, summary, now=now, reason=reason, **details)


def tell_partners(
    session: Session, case: FundingCase, what: str, body: str, *, now: dt.datetime
) -> None:
    """Tell the people of all partners what became of the funding."""
    to = readers(
        session,
        Permission.COMMENT_POOLS,
        [uuid.UUID(text) for text in case.participants],
        cooperation_id=case.cooperation_id,
        now=now,
    )
    messages.send_many(
        session,
        to,
        cause=f"funding:{case.id}:{case.version}",
        kind=MESSAGE_KIND,
        subject=f"{what}: {shortened(case.pool.title)}",
        body=body,
        now=now,
        link=f"/buendelungen/{case.pool_id}/foerderung",
    )


def refuse(reasons: list[Violation]) -> None:
    """Raise reasons, if any: InvalidInput if all are at fields of the entry, else Refused."""
    if not reasons:
        return
    if all(reason.field for reason in reasons):
        raise InvalidInput.of(reasons)
    raise Refused.because("funding_refused", "Das ist bei dieser Förderung nicht möglich.", reasons)
