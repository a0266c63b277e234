"""Closing a vote by an act: the coordinator's, or that of whoever cast the last ballot."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy.orm import Session

from vergabe import outbox
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.deadlines import service as deadlines
from vergabe.pools.deciding import clean_text, decide
from vergabe.pools.model import Pool
from vergabe.pools.recording import record
from vergabe.votes import queries, rules
from vergabe.votes.events import VoteClosed
from vergabe.votes.model import Vote
from vergabe.votes.rules import STATE_NAMES, Closing

REASON_LENGTH: Final = 2_000
DEADLINE_KIND: Final = "vote"


def close_vote(
    session: Session, actor: Actor, vote_id: uuid.UUID, reason: str, *, now: dt.datetime
) -> Vote:
    """Close a vote early, with a reason; what has been cast counts, what is missing is missing.

    Raises NotFound, Forbidden, InvalidInput, Refused (also the second time).
    """
    vote, pool = queries.locked_vote(session, actor, vote_id)
    actor.require(
        Permission.RUN_VOTES,
        cooperation_id=pool.cooperation_id,
        lead_organisation_id=pool.cooperation.lead_organisation_id,
    )
    reason = clean_text(reason, "reason", max_length=REASON_LENGTH)
    decide(rules.reasons_against_closing(queries.facts_of(vote), reason, now), "closing_refused")
    finish(session, actor, pool, vote, Closing.COORDINATOR, reason, now=now)
    return vote


def finish(
    session: Session,
    actor: Actor,
    pool: Pool,
    vote: Vote,
    because: Closing,
    reason: str,
    *,
    now: dt.datetime,
) -> None:
    """Close a vote for a reason of ours, count it, and let the members know."""
    vote.closed_at, vote.closed_because, vote.closing_reason = now, because, reason
    vote.closed_by_name, vote.next_tick_at = actor.name, None
    session.flush()
    deadlines.meet(session, pool.id, DEADLINE_KIND, now=now)
    facts = queries.facts_of(vote)
    counted = rules.tally(facts.terms, facts.voters)
    record(
        session,
        actor,
        pool,
        "vote_closed",
        f"Die Abstimmung über {pool.reference} ist beendet: "
        f"{STATE_NAMES[rules.state_of(facts, now)]}.",
        now=now,
        reason=reason or None,
        vote_id=str(vote.id),
        because=str(because),
        yes=counted.yes,
        no=counted.no,
        abstain=counted.abstain,
        missing=counted.missing,
        not_voted=[voter.name for voter in facts.missing],
    )
    outbox.emit(session, VoteClosed(vote.id, now), now=now)
