"""Reads of votes, narrowed to what the actor may see: members see the votes on their pools."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.cooperations.voting import Electorate, MajorityOf, Required, Rule, VotingTerms
from vergabe.errors import NotFound
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.pools.stages import RUNNING_STAGES
from vergabe.votes.model import Ballot, EntitledMember, Vote
from vergabe.votes.rules import Choice, Closing, VoteFacts, Voter

_WHOLE = (
    selectinload(Vote.entitled).selectinload(EntitledMember.organisation),
    selectinload(Vote.ballots),
)


def visible_vote(session: Session, actor: Actor, vote_id: uuid.UUID) -> Vote:
    """Return a vote with its ballots; NotFound unless its pool is visible."""
    found = session.scalars(
        select(Vote)
        .where(Vote.id == vote_id)
        .options(*_WHOLE)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("Die Abstimmung")
    pools.visible_pool(session, actor, found.pool_id)
    return found


def votes_on(session: Session, pool_id: uuid.UUID) -> Sequence[Vote]:
    """Return the votes on a pool, newest first; the pool's visibility is for the caller."""
    return session.scalars(
        select(Vote)
        .where(Vote.pool_id == pool_id)
        .options(*_WHOLE)
        .order_by(Vote.number.desc())
        .execution_options(populate_existing=True)
    ).all()


def latest(session: Session, pool_id: uuid.UUID) -> Vote | None:
    """Return the vote that counts for a pool: the newest; None if there was none."""
    return next(iter(votes_on(session, pool_id)), None)


def facts_of(vote: Vote) -> VoteFacts:
    """Return a vote as its rules see it; each member's newest ballot counts."""
    said = counting_ballots(vote)
    return VoteFacts(
        terms=terms_of(vote),
        voters=[
            Voter(
                organisation_id=member.organisation_id,
                name=member.organisation.name,
                inhabitants=member.inhabitants,
                choice=Choice(said[member.organisation_id].choice)
                if member.organisation_id in said
                else None,
            )
            for member in vote.entitled
        ],
        opened_at=vote.opened_at,
        deadline=vote.deadline,
        closed_at=vote.closed_at,
        closed_because=Closing(vote.closed_because) if vote.closed_because else None,
    )


def counting_ballots(vote: Vote) -> dict[uuid.UUID, Ballot]:
    """Return the ballot that counts for each member that has voted."""
    return {ballot.organisation_id: ballot for ballot in vote.ballots}


def terms_of(vote: Vote) -> VotingTerms:
    """Return the terms under which a vote was opened."""
    return VotingTerms(
        rule=Rule(vote.rule),
        required=Required.NEVER,
        electorate=Electorate(vote.electorate),
        quorum_basis_points=vote.quorum_basis_points,
        majority_of=MajorityOf(vote.majority_of),
        abstention_blocks=vote.abstention_blocks,
        voters=tuple(Role(role) for role in vote.voter_roles),
    )


def locked_vote(session: Session, actor: Actor, vote_id: uuid.UUID) -> tuple[Vote, Pool]:
    """Return a vote and its pool, whose row is locked: acts on one pool come one after another."""
    pool = pools.locked_pool(session, actor, visible_vote(session, actor, vote_id).pool_id)
    # Read once more behind the lock: a rival may have voted while we waited.
    return visible_vote(session, actor, vote_id), pool


def open_votes_waiting_for(
    session: Session, actor: Actor, *, now: dt.datetime, limit: int = 20
) -> list[Vote]:
    """Return the votes on which the actor's organisation has not voted and this person may.

    A pool that has ended waits for nobody.
    """
    said = select(Ballot.vote_id).where(Ballot.organisation_id == actor.organisation_id)
    rows = session.scalars(
        select(Vote)
        .join(EntitledMember, EntitledMember.vote_id == Vote.id)
        .join(Pool, Pool.id == Vote.pool_id)
        .where(
            Pool.stage.in_(RUNNING_STAGES),
            EntitledMember.organisation_id == actor.organisation_id,
            Vote.closed_at.is_(None),
            Vote.deadline.is_(None) | (Vote.deadline > now),
            Vote.id.not_in(said),
        )
        .options(selectinload(Vote.pool))
        .order_by(Vote.deadline, Vote.id)
        .limit(limit)
    )
    return [vote for vote in rows if casts(actor, vote)]


def casts(actor: Actor, vote: Vote) -> bool:
    """Return whether the actor holds a role that casts a member's vote here."""
    cooperation_id = vote.pool.cooperation_id
    return actor.is_operator or any(
        grant.role in vote.voter_roles
        and grant.organisation_id == actor.organisation_id
        and grant.cooperation_id in (None, cooperation_id)
        for grant in actor.grants
    )
