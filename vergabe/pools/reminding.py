"""Reminding members that have not decided while the joining window is open; run by the worker."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from vergabe.access.permissions import Permission
from vergabe.demands.model import Demand
from vergabe.demands.recording import shortened
from vergabe.demands.telling import readers
from vergabe.messages import service as messages
from vergabe.pools.model import Joining, Pool, PoolDemand
from vergabe.pools.rules import moment
from vergabe.pools.stages import Stage

REMINDER_DAYS: Final = (7, 3, 1)
_SWEEP_LIMIT: Final = 20


def reminder_instants(opened_at: dt.datetime, deadline: dt.datetime) -> list[dt.datetime]:
    """Return when members are reminded: 7, 3 and 1 days before the end, as far as that is later
    than the opening. A window of a day or less has no reminder: its opening was just told.
    """
    found = [deadline - dt.timedelta(days=days) for days in REMINDER_DAYS]
    return [instant for instant in found if instant > opened_at]


def _is_due(now: dt.datetime) -> ColumnElement[bool]:
    return (
        (Pool.stage == Stage.JOINING)
        & (Pool.joining_deadline > now)
        & (Pool.joining_tick_at.is_(None) | (Pool.joining_tick_at <= now))
    )


def has_due_reminders(session: Session, *, now: dt.datetime) -> bool:
    """Return whether `send_due_reminders` would find something to do; writes nothing."""
    return session.scalars(select(Pool.id).where(_is_due(now)).limit(1)).first() is not None


def send_due_reminders(session: Session, *, now: dt.datetime) -> int:
    """Remind the members that have not decided on joining; return how many messages were written.

    Safe to repeat and to run in several workers: each pool is locked, each message has a key of its
    own. At most 20 pools at once. A reminder that was missed is not sent late once the next is due.
    """
    due: Select[Pool] = (
        select(Pool)
        .where(_is_due(now))
        .order_by(Pool.joining_deadline, Pool.id)
        .limit(_SWEEP_LIMIT)
        .with_for_update(of=Pool, skip_locked=True)
    )
    return sum(_look_at(session, pool, now) for pool in session.scalars(due).all())


def _look_at(session: Session, pool: Pool, now: dt.datetime) -> int:
    assert pool.joining_opened_at is not None
    assert pool.joining_deadline is not None
    instants = reminder_instants(pool.joining_opened_at, pool.joining_deadline)
    passed = [instant for instant in instants if instant <= now]
    sent = _remind(session, pool, passed[-1], now=now) if passed else 0
    following = next((i for i in instants if i > now), pool.joining_deadline)
    # Not by the object: its version counts what people change, and nobody has changed the pool.
    session.execute(
        update(Pool)
        .where(Pool.id == pool.id)
        .values(joining_tick_at=following)
        .execution_options(synchronize_session=False)
    )
    session.expire(pool, ["joining_tick_at"])
    return sent


def _remind(session: Session, pool: Pool, instant: dt.datetime, *, now: dt.datetime) -> int:
    assert pool.joining_deadline is not None
    until = moment(pool.joining_deadline)
    return messages.send_many(
        session,
        readers(
            session,
            Permission.JOIN_POOLS,
            _undecided(session, pool),
            cooperation_id=pool.cooperation_id,
            now=now,
        ),
        cause=f"joining:{pool.id}:{instant.isoformat()}",
        kind="pool",
        subject=f"Beitritt nur noch bis {until}: {shortened(pool.title)}",
        body=(
            f"Ihre Kommune hat über den Beitritt zu „{pool.title}“ ({pool.reference}) noch nicht "
            f"entschieden. Ab {until} ist es zu spät. Auch „nicht beitreten“ ist eine Antwort."
        ),
        now=now,
        link=f"/buendelungen/{pool.id}",
    )


def _undecided(session: Session, pool: Pool) -> list[uuid.UUID]:
    decided = select(Joining.organisation_id).where(Joining.pool_id == pool.id)
    query = (
        select(Demand.organisation_id)
        .join(PoolDemand, PoolDemand.demand_id == Demand.id)
        .where(
            PoolDemand.pool_id == pool.id,
            PoolDemand.removed_at.is_(None),
            Demand.organisation_id.not_in(decided),
        )
    )
    return sorted(set(session.scalars(query)))
