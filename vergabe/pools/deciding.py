"""What all commands on pools share: loading and locking, rights, clean text, letting demands go."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import tasks
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.demands import service as demands
from vergabe.demands.deciding import raise_if_invalid
from vergabe.errors import InvalidInput, Refused, Stale, Violation
from vergabe.exchange import plain_text
from vergabe.pools import queries
from vergabe.pools.model import Pool, PoolDemand

TEXT_LENGTH: Final = 8_000
REASON_LENGTH: Final = 2_000


def coordinated_pool(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    *,
    version: int | None = None,
    step: Step = Step.OPEN_JOINING,
) -> Pool:
    """Return a pool, locked, that the actor may change: the step is its organisation's task.

    version: what the actor last saw. Raises NotFound, Forbidden, Stale.
    """
    pool = queries.locked_pool(session, actor, pool_id)
    where = Governed(pool.cooperation, pool.area_id)
    tasks.require(session, actor, step, where, now=clock.now())
    if version is not None and version != pool.version:
        raise Stale("Die Bündelung")
    return pool


def member_pool(
    session: Session, actor: Actor, pool_id: uuid.UUID, organisation_id: uuid.UUID | None
) -> tuple[Pool, uuid.UUID]:
    """Return the locked pool and the member decided for, if the actor may decide for it.

    organisation_id None: the actor's own. Raises NotFound, Forbidden, InvalidInput.
    """
    pool = queries.locked_pool(session, actor, pool_id)
    member_id = organisation_id or actor.organisation_id
    if member_id is None:
        raise InvalidInput(
            "organisation_missing", "Bitte sagen, für welche Kommune.", field="organisation_id"
        )
    actor.require(
        Permission.JOIN_POOLS, organisation_id=member_id, cooperation_id=pool.cooperation_id
    )
    return pool, member_id


def decide(reasons: Sequence[Violation], code: str) -> None:
    """Raise InvalidInput if all reasons are about fields, else Refused; nothing without reasons."""
    raise_if_invalid(reasons)
    if reasons:
        raise Refused.because(code, reasons[0].message, reasons)


def clean_text(
    text: str, field: str, *, missing: str | None = None, max_length: int = TEXT_LENGTH
) -> str:
    """Return a text without surrounding blanks; InvalidInput if it is unusable.

    missing: the sentence for an empty text; None lets it be empty.
    """
    cleaned = plain_text.many_lines(text, max_length=max_length, field=field)
    if missing is not None and not cleaned:
        raise InvalidInput.of([Violation("text_missing", missing, field=field)])
    return cleaned


def entries_in(
    session: Session, pool_id: uuid.UUID, demand_ids: Iterable[uuid.UUID] | None = None
) -> list[PoolDemand]:
    """Return the entries of the demands that are in a pool now (of these demands)."""
    query = select(PoolDemand).where(PoolDemand.pool_id == pool_id, PoolDemand.removed_at.is_(None))
    if demand_ids is not None:
        query = query.where(PoolDemand.demand_id.in_(list(demand_ids)))
    return list(session.scalars(query.order_by(PoolDemand.id)))


def let_go(
    session: Session,
    actor: Actor,
    pool: Pool,
    entries: Sequence[PoolDemand],
    reason: str,
    *,
    are_pooled: bool,
    now: dt.datetime,
) -> None:
    """Take demands out of a pool; those that were pooled are released and free again.

    are_pooled: False for a mere proposal, whose demands never stopped being released.
    """
    for entry in entries:
        entry.removed_at = now
    session.flush()
    ids = [entry.demand_id for entry in entries]
    if are_pooled and ids:
        demands.unpool(session, actor, ids, pool.reference, reason=reason, now=now)
