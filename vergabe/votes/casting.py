"""Casting a member's vote, and changing it while the vote is open."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.errors import Forbidden, InvalidInput
from vergabe.exchange import plain_text
from vergabe.pools.deciding import clean_text, decide
from vergabe.pools.model import Pool
from vergabe.pools.recording import record
from vergabe.votes import closing, queries, rules, standing
from vergabe.votes.closing import REASON_LENGTH
from vergabe.votes.model import Ballot, Vote
from vergabe.votes.rules import CHOICE_NAMES, Choice, Closing

NAME_LENGTH: Final = 200


@dataclass(frozen=True)
class BallotEntry:
    """What a member says. voter_name: whose vote it is, name and office; empty: who acts."""

    choice: Choice
    reason: str = ""
    voter_name: str = ""


def cast(
    session: Session,
    actor: Actor,
    vote_id: uuid.UUID,
    entry: BallotEntry,
    *,
    organisation_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> Ballot:
    """Cast the vote of a member, or change it while the vote is open; return the ballot.

    organisation_id: the member, default the actor's; only the operator votes for another. The same
    again changes nothing. The last missing ballot closes the vote. Raises NotFound, Forbidden,
    InvalidInput, Refused (from the deadline's instant on).
    """
    vote, pool = queries.locked_vote(session, actor, vote_id)
    member_id = _entitled(actor, vote, pool, organisation_id)
    reason = clean_text(entry.reason, "reason", max_length=REASON_LENGTH)
    name = plain_text.one_line(entry.voter_name, max_length=NAME_LENGTH, field="voter_name")
    name = name or actor.name
    said = queries.counting_ballots(vote).get(member_id)
    if said is not None and (said.choice, said.reason, said.voter_name) == (
        entry.choice,
        reason,
        name,
    ):
        return said
    facts = queries.facts_of(vote)
    current = vote.subject_sha256 == standing.hash_now(session, pool, vote, now)
    reasons = rules.reasons_against_casting(
        facts, member_id, entry.choice, reason, now, is_current=current
    )
    decide(reasons, "ballot_refused")
    ballot = Ballot(
        id=ids.new_id(),
        organisation_id=member_id,
        number=len(vote.ballots) + 1,
        choice=entry.choice,
        reason=reason,
        voter_name=name,
        cast_by_id=actor.user_id,
        cast_by_name=actor.name,
        cast_at=now,
    )
    vote.ballots.append(ballot)
    session.flush()
    voter = facts.voter(member_id)
    assert voter is not None, "the rules have looked"
    _record(session, actor, pool, vote, ballot, voter.name, said, now=now)
    if not queries.facts_of(vote).missing:
        closing.finish(session, actor, pool, vote, Closing.ALL_VOTED, "", now=now)
    return ballot


def _entitled(actor: Actor, vote: Vote, pool: Pool, organisation_id: uuid.UUID | None) -> uuid.UUID:
    """Return the member that is voted for, if the actor casts its vote here."""
    member_id = organisation_id or actor.organisation_id
    if member_id is None:
        raise InvalidInput(
            "organisation_missing", "Bitte sagen, für welche Kommune.", field="organisation_id"
        )
    actor.require(
        Permission.CAST_VOTES, organisation_id=member_id, cooperation_id=pool.cooperation_id
    )
    if not queries.casts(actor, vote):
        raise Forbidden(
            "not_a_voter",
            "Nach der Abstimmungsregel dieser Zusammenarbeit stimmen andere Rollen ab.",
        )
    return member_id


def _record(
    session: Session,
    actor: Actor,
    pool: Pool,
    vote: Vote,
    ballot: Ballot,
    member: str,
    before: Ballot | None,
    *,
    now: dt.datetime,
) -> None:
    said = CHOICE_NAMES[Choice(ballot.choice)]
    changed = f" (vorher {CHOICE_NAMES[Choice(before.choice)]})" if before is not None else ""
    record(
        session,
        actor,
        pool,
        "ballot_changed" if before is not None else "ballot_cast",
        f"{member} stimmt über {pool.reference} mit {said}{changed}.",
        now=now,
        reason=ballot.reason or None,
        vote_id=str(vote.id),
        organisation_id=str(ballot.organisation_id),
        choice=ballot.choice,
        voter=ballot.voter_name,
        subject_sha256=vote.subject_sha256,
    )
