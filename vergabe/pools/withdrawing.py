"""Leaving a binding pool: a member asks, and goes only when all others have consented."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import ids, outbox
from vergabe.access.actor import Actor
from vergabe.errors import NotFound
from vergabe.pools import joining_rules, queries
from vergabe.pools.deciding import (
    REASON_LENGTH,
    clean_text,
    decide,
    entries_in,
    let_go,
    member_pool,
)
from vergabe.pools.events import WithdrawalAsked, WithdrawalDecided
from vergabe.pools.model import Joining, Pool, Withdrawal, WithdrawalConsent
from vergabe.pools.pool_facts import ParticipantFacts, PoolFacts
from vergabe.pools.recording import record
from vergabe.pools.stages import Stage, effective_stage


def ask_to_withdraw(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    reason: str,
    *,
    organisation_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> Withdrawal:
    """Ask the others to let a bound member go, with a reason; return the request.

    Who is bound alone goes at once. Raises NotFound, Forbidden, InvalidInput, Refused.
    """
    pool, member_id = member_pool(session, actor, pool_id, organisation_id)
    reason = clean_text(reason, "reason", max_length=REASON_LENGTH)
    facts = queries.pool_facts(session, pool)
    decide(
        joining_rules.reasons_against_asking_to_withdraw(facts, member_id, reason, now),
        "withdrawal_refused",
    )
    _note_binding(pool, now)
    request = Withdrawal(
        id=ids.new_id(),
        pool_id=pool.id,
        organisation_id=member_id,
        reason=reason,
        requested_by_name=actor.name,
        requested_at=now,
    )
    session.add(request)
    session.flush()
    name = _participant(facts, member_id).organisation_name
    summary = f"{name} bittet, aus der Bündelung {pool.reference} austreten zu dürfen."
    record(session, actor, pool, "withdrawal_asked", summary, now=now, reason=reason)
    outbox.emit(session, WithdrawalAsked(pool.id, request.id, member_id, now), now=now)
    let_go_who_may(session, actor, pool, now=now)
    return request


def consent(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    withdrawal_id: uuid.UUID,
    *,
    is_given: bool,
    organisation_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> Withdrawal:
    """Record the consent of another bound member to a withdrawal, or its refusal; return it.

    One refusal ends the request. The same answer again changes nothing. Raises NotFound, Forbidden,
    InvalidInput, Refused.
    """
    pool, member_id = member_pool(session, actor, pool_id, organisation_id)
    request = _withdrawal(session, pool.id, withdrawal_id)
    given = session.scalars(
        select(WithdrawalConsent).where(
            WithdrawalConsent.withdrawal_id == request.id,
            WithdrawalConsent.organisation_id == member_id,
        )
    ).one_or_none()
    if given is not None and given.is_given == is_given:
        return request
    facts = queries.pool_facts(session, pool)
    leaver_id = request.organisation_id
    is_open = request.effective_at is None and request.refused_at is None
    reasons = joining_rules.reasons_against_consenting(facts, member_id, leaver_id, now)
    decide(reasons if is_open else reasons or [joining_rules.WITHDRAWAL_CLOSED], "consent_refused")
    _write(session, actor, request, given, member_id, is_given=is_given, now=now)
    name = _participant(facts, member_id).organisation_name
    leaver = _participant(facts, leaver_id).organisation_name
    verb = "stimmt dem Austritt von" if is_given else "lehnt den Austritt von"
    summary = f"{name} {verb} {leaver} {'zu' if is_given else 'ab'}."
    action = "withdrawal_consented" if is_given else "withdrawal_refused"
    record(session, actor, pool, action, summary, now=now, organisation_id=str(member_id))
    if is_given:
        let_go_who_may(session, actor, pool, now=now)
    else:
        request.refused_at = now
        session.flush()
        outbox.emit(session, WithdrawalDecided(pool.id, request.id, leaver_id, False, now), now=now)
    return request


def _withdrawal(session: Session, pool_id: uuid.UUID, withdrawal_id: uuid.UUID) -> Withdrawal:
    found = session.scalars(
        select(Withdrawal)
        .where(Withdrawal.id == withdrawal_id, Withdrawal.pool_id == pool_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("Der Antrag auf Austritt")
    return found


def _participant(facts: PoolFacts, organisation_id: uuid.UUID) -> ParticipantFacts:
    found = facts.participant(organisation_id)
    assert found is not None, "the rules have looked"
    return found


def _write(
    session: Session,
    actor: Actor,
    request: Withdrawal,
    given: WithdrawalConsent | None,
    member_id: uuid.UUID,
    *,
    is_given: bool,
    now: dt.datetime,
) -> None:
    row = given or WithdrawalConsent(
        id=ids.new_id(), withdrawal_id=request.id, organisation_id=member_id
    )
    row.is_given, row.by_name, row.at = is_given, actor.name, now
    session.add(row)
    session.flush()
    session.expire(request, ["consents"])


def _note_binding(pool: Pool, now: dt.datetime) -> None:
    """Store what time has made of the stage, now that somebody acts on it."""
    pool.stage = effective_stage(Stage(pool.stage), pool.joining_deadline, now)
    pool.binding_at = pool.binding_at or pool.joining_deadline


def let_go_who_may(session: Session, actor: Actor, pool: Pool, *, now: dt.datetime) -> None:
    """Let everybody go whose wish all others have consented to; the pool must be locked.

    Each one that goes can make the consent of the rest complete, so look until nobody goes.
    """
    while True:
        facts = queries.pool_facts(session, pool)
        ready = [request for request in _open(session, pool.id) if _may_go(facts, request, now)]
        if not ready:
            return
        _take_effect(session, actor, pool, facts, ready[0], now=now)


def _open(session: Session, pool_id: uuid.UUID) -> Sequence[Withdrawal]:
    return session.scalars(
        select(Withdrawal)
        .where(
            Withdrawal.pool_id == pool_id,
            Withdrawal.effective_at.is_(None),
            Withdrawal.refused_at.is_(None),
        )
        .order_by(Withdrawal.requested_at, Withdrawal.id)
    ).all()


def _may_go(facts: PoolFacts, request: Withdrawal, now: dt.datetime) -> bool:
    return not joining_rules.reasons_against_withdrawing(facts, request.organisation_id, now)


def _take_effect(
    session: Session,
    actor: Actor,
    pool: Pool,
    facts: PoolFacts,
    request: Withdrawal,
    *,
    now: dt.datetime,
) -> None:
    leaver = _participant(facts, request.organisation_id)
    request.effective_at = now
    row = session.scalars(
        select(Joining).where(
            Joining.pool_id == pool.id, Joining.organisation_id == request.organisation_id
        )
    ).one()
    row.decision = "withdrawn"
    entries = entries_in(session, pool.id, leaver.demand_ids)
    let_go(session, actor, pool, entries, request.reason, are_pooled=True, now=now)
    others = [m.organisation_name for m in facts.members if m is not leaver]
    summary = f"{leaver.organisation_name} ist aus der Bündelung {pool.reference} ausgetreten."
    record(session, actor, pool, "withdrawn", summary, now=now, consented=others)
    decided = WithdrawalDecided(pool.id, request.id, request.organisation_id, True, now)
    outbox.emit(session, decided, now=now)
