"""Commands of the coordinator: consult, open joining, reject, dissolve (splitting: `shaping`)."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy.orm import Session

from vergabe import outbox
from vergabe.access.actor import Actor
from vergabe.cooperations import area_queries, gates
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.rules import Activity
from vergabe.deadlines import service as deadlines
from vergabe.demands import service as demands
from vergabe.pools import conditions, consulting, joining_rules, queries, rules
from vergabe.pools.deciding import (
    REASON_LENGTH,
    clean_text,
    coordinated_pool,
    decide,
    entries_in,
    let_go,
)
from vergabe.pools.events import ConsultationStarted, JoiningOpened, PoolEnded
from vergabe.pools.model import Pool
from vergabe.pools.pool_facts import PoolFacts
from vergabe.pools.recording import record
from vergabe.pools.stages import Action, Stage

JOINING: Final = "joining"


def start_consultation(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    text: str = "",
    *,
    version: int | None = None,
    now: dt.datetime,
) -> Pool:
    """Ask the members what they think of a proposal; from now on its demands are pooled.

    text: what the coordinator says to it. Raises NotFound, Forbidden, Stale, InvalidInput, Refused
    (also when a demand is no longer released).
    """
    pool = coordinated_pool(session, actor, pool_id, version=version)
    text = clean_text(text, "text")
    facts = queries.pool_facts(session, pool)
    refuse_excluded(session, pool, facts, now=now)
    decide(rules.reasons_against_starting_consultation(facts, now), "consultation_refused")
    demands.mark_pooled(session, actor, sorted(facts.demand_ids), pool.reference, now=now)
    pool.stage = rules.stage_after(facts, Action.START_CONSULTATION, now)
    pool.consultation_text = text
    session.flush()
    record(
        session,
        actor,
        pool,
        "consultation_started",
        f"Die Anhörung zu {pool.reference} hat begonnen.",
        now=now,
        members=[participant.organisation_name for participant in facts.participants],
        text=text,
    )
    outbox.emit(session, ConsultationStarted(pool.id, now), now=now)
    return pool


def reject(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    reason: str,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> Pool:
    """Reject a proposal, or a pool in consultation, with a reason; its demands are free.

    The same demands are not proposed together again.
    """
    return _end(session, actor, pool_id, Action.REJECT, reason, version=version, now=now)


def dissolve(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    reason: str,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> Pool:
    """Dissolve a pool that is open for joining, or binding if all bound members want to leave."""
    return _end(session, actor, pool_id, Action.DISSOLVE, reason, version=version, now=now)


def _end(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    action: Action,
    reason: str,
    *,
    version: int | None,
    now: dt.datetime,
) -> Pool:
    pool = coordinated_pool(session, actor, pool_id, version=version)
    reason = clean_text(reason, "reason", max_length=REASON_LENGTH)
    facts = queries.pool_facts(session, pool)
    is_rejection = action is Action.REJECT
    against = rules.reasons_against_rejecting if is_rejection else rules.reasons_against_dissolving
    decide(against(facts, reason, now), f"{action}_refused")
    was_proposal = pool.stage == Stage.PROPOSED
    pool.stage, pool.stage_reason = rules.stage_after(facts, action, now), reason
    entries = entries_in(session, pool.id)
    let_go(session, actor, pool, entries, reason, are_pooled=not was_proposal, now=now)
    deadlines.lift(session, pool.id, None, reason, now=now)
    done = "abgelehnt" if is_rejection else "aufgelöst"
    record(
        session,
        actor,
        pool,
        "rejected" if is_rejection else "dissolved",
        f"Die Bündelung {pool.reference} wurde {done}.",
        now=now,
        reason=reason,
        members=[participant.organisation_name for participant in facts.participants],
    )
    if not was_proposal:
        told = tuple(participant.organisation_id for participant in facts.participants)
        outbox.emit(session, PoolEnded(pool.id, told, now), now=now)
    return pool


def refuse_excluded(session: Session, pool: Pool, facts: PoolFacts, *, now: dt.datetime) -> None:
    """Raise Refused if the area of a pool is left out on purpose, for all or for a participant."""
    area = session.get_one(TaskArea, pool.area_id)
    concerned = [participant.organisation_id for participant in facts.participants]
    area_queries.refuse_excluded(session, area, concerned, now=now)


def open_joining(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    deadline: dt.datetime | None = None,
    *,
    unanswered_reason: str = "",
    version: int | None = None,
    now: dt.datetime,
) -> Pool:
    """Open the joining window of a pool in consultation.

    deadline: first instant that is too late; None takes the days of the cooperation, to the end of
    the last one. unanswered_reason: why it opens although comments have no answer. What later steps
    ask for first (a vote) is in `conditions`. Raises NotFound, Forbidden, Stale, InvalidInput,
    Refused.
    """
    pool = coordinated_pool(session, actor, pool_id, version=version)
    gates.refuse_unless_allowed(session, pool.cooperation_id, Activity.JOIN, now=now)
    if deadline is None:
        days = session.get_one(Cooperation, pool.cooperation_id).joining_window_days
        deadline = joining_rules.default_joining_deadline(now, days)
    facts = queries.pool_facts(session, pool)
    refuse_excluded(session, pool, facts, now=now)
    reason = clean_text(unanswered_reason, "unanswered_reason", max_length=REASON_LENGTH)
    unanswered = consulting.unanswered_by(session, pool)
    reasons = joining_rules.reasons_against_opening_joining(facts, deadline, now)
    reasons += joining_rules.reasons_against_silence_to(unanswered, reason)
    if not reasons:
        reasons += conditions.reasons_against_opening_joining(session, pool, now)
    decide(reasons, "joining_refused")
    pool.unanswered_reason = reason if unanswered else None
    pool.joining_tick_at = None
    pool.stage = rules.stage_after(facts, Action.OPEN_JOINING, now)
    pool.joining_opened_at, pool.joining_deadline = now, deadline
    session.flush()
    summary = f"Der Beitritt zu {pool.reference} ist offen bis {rules.moment(deadline)}."
    _announce(
        session,
        actor,
        pool,
        "joining_opened",
        summary,
        is_extension=False,
        reason=pool.unanswered_reason,
        now=now,
    )
    return pool


def extend_joining(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    deadline: dt.datetime,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> Pool:
    """Let the open joining window last longer, until `deadline`, the first instant too late."""
    pool = coordinated_pool(session, actor, pool_id, version=version)
    facts = queries.pool_facts(session, pool)
    decide(
        joining_rules.reasons_against_extending_joining(facts, deadline, now), "extension_refused"
    )
    pool.joining_deadline, pool.joining_tick_at = deadline, None
    session.flush()
    summary = f"Die Beitrittsfrist von {pool.reference} endet jetzt {rules.moment(deadline)}."
    _announce(session, actor, pool, "joining_extended", summary, is_extension=True, now=now)
    return pool


def _announce(
    session: Session,
    actor: Actor,
    pool: Pool,
    action: str,
    summary: str,
    *,
    is_extension: bool,
    reason: str | None = None,
    now: dt.datetime,
) -> None:
    """Record the window, set its deadline and let the members know."""
    assert pool.joining_deadline is not None
    deadlines.set_deadline(
        session,
        subject_kind="pool",
        subject_id=pool.id,
        subject_reference=pool.reference,
        cooperation_id=pool.cooperation_id,
        kind=JOINING,
        title=f"Beitritt zu „{pool.title}“"[:400],
        due_at=pool.joining_deadline,
        source="person",
        law=None,
        calculation={"opened_at": now.isoformat(), "deadline": pool.joining_deadline.isoformat()},
        organisation_id=actor.organisation_id or pool.cooperation.lead_organisation_id,
        responsible_id=actor.user_id,
        now=now,
    )
    deadline = pool.joining_deadline
    record(
        session, actor, pool, action, summary, now=now, reason=reason, deadline=deadline.isoformat()
    )
    outbox.emit(session, JoiningOpened(pool.id, deadline, is_extension, now), now=now)
