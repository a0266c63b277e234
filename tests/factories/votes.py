"""Valid votes; a test states only what matters to it."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import access
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations import configuration_voting
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.voting import Required, VotingTerms
from vergabe.cooperations.voting_model import VotingRule
from vergabe.pools.model import Pool
from vergabe.votes import casting, service
from vergabe.votes.casting import BallotEntry
from vergabe.votes.model import Vote
from vergabe.votes.rules import Choice
from vergabe.votes.service import VoteEntry

QUESTION = "Soll das Vorhaben in diesem Umfang gemeinsam beschafft werden?"


def rule(session: Session, cooperation: Cooperation, **terms: Any) -> VotingRule:
    """Return the cooperation's stored rule: unanimous, before publication unless told otherwise."""
    required = {"required": Required.BEFORE_PUBLICATION}
    facts = configuration_voting.shown(VotingTerms(**(required | terms)))
    found = VotingRule(cooperation_id=cooperation.id, area_id=None, **facts)
    session.add(found)
    session.flush()
    return found


def coordinator(session: Session, pool: Pool) -> Actor:
    """Return a coordinator of the lead."""
    lead = session.get_one(Organisation, pool.cooperation.lead_organisation_id)
    return access.actor(session, lead, Role.COORDINATOR, name="Karin Koordination")


def opened(
    session: Session, pool: Pool, *, deadline: dt.datetime | None = None, question: str = QUESTION
) -> Vote:
    """Return a vote opened on a pool as it is now."""
    entry = VoteEntry(question=question, deadline=deadline)
    return service.open_vote(session, coordinator(session, pool), pool.id, entry, now=clock.now())


def chief(session: Session, organisation: Organisation, name: str = "") -> Actor:
    """Return the chief officer of a member."""
    return access.actor(
        session,
        organisation,
        Role.CHIEF_OFFICER,
        name=name or f"Bürgermeisterin {organisation.name}",
    )


def said(session: Session, vote: Vote, *choices: Choice, now: dt.datetime | None = None) -> None:
    """Let the entitled members vote, in their order; who has no choice stays silent."""
    for member, choice in zip(list(vote.entitled), choices, strict=False):
        casting.cast(
            session,
            Actor.operator("Test"),
            vote.id,
            BallotEntry(choice, reason="Zu teuer." if choice is Choice.NO else "", voter_name="X"),
            organisation_id=member.organisation_id,
            now=now or clock.now(),
        )


def adopted(session: Session, pool: Pool) -> Vote:
    """Return a vote on a pool as it is now in which all entitled members said yes."""
    vote = opened(session, pool)
    said(session, vote, *[Choice.YES] * len(vote.entitled))
    return vote
