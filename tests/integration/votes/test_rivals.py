"""True rivals on one pool: the last second of the window, two officers of one member, two opens."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, pools, votes
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.db import reading, unit_of_work
from vergabe.errors import DomainError
from vergabe.pools import joining, queries, withdrawing
from vergabe.pools.model import Joining, Pool, Withdrawal
from vergabe.tenders import drafting
from vergabe.tenders.model import Tender
from vergabe.votes import casting, rules
from vergabe.votes import queries as vote_queries
from vergabe.votes.casting import BallotEntry
from vergabe.votes.model import Vote
from vergabe.votes.rules import Choice, State

Act = Callable[[Session], object]
LAST_MOMENT = dt.timedelta(microseconds=1)


def at_once(app: Flask, *acts: Act) -> list[str]:
    """Run acts in threads of their own, each in its own transaction; return how each ended."""
    start = threading.Barrier(len(acts))
    ends: dict[int, str] = {}

    def run(place: int, act: Act) -> None:
        start.wait(timeout=120)
        try:
            with app.app_context(), unit_of_work() as session:
                act(session)
            ends[place] = "done"
        except DomainError as error:
            ends[place] = error.violations[0].code if error.violations else error.code

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(ends) == len(acts)
    return [ends[place] for place in sorted(ends)]


def pool_at_its_deadline(session: Session) -> tuple[uuid.UUID, dt.datetime, list[Actor], Actor]:
    """Return a pool all three joined: its id, its deadline, a releaser of each, an officer."""
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    for demand in demands:
        pools.joining(session, pool, demand.organisation_id, [demand])
    members = [access.actor(session, d.organisation, Role.RELEASER) for d in demands]
    officer = access.actor(session, cooperation.lead, Role.PROCUREMENT_OFFICER)
    assert pool.joining_deadline is not None
    return pool.id, pool.joining_deadline, members, officer


@pytest.mark.parametrize("_again", range(4))
def test_leaving_in_the_last_second_against_the_tender_at_the_deadline(
    own_app: Flask, _again: int
) -> None:
    """Whoever gets the pool first is whole: the tender has the member, or the member is free."""
    with own_app.app_context(), unit_of_work() as session:
        pool_id, deadline, (_, juelich, _kerpen), officer = pool_at_its_deadline(session)
        town_id = juelich.organisation_id

    left, drafted = at_once(
        own_app,
        lambda session: joining.leave(session, juelich, pool_id, now=deadline - LAST_MOMENT),
        lambda session: drafting.draft_tender(session, officer, pool_id, now=deadline),
    )
    assert drafted == "done"
    with own_app.app_context(), reading() as session:
        tender = session.scalars(select(Tender)).one()
        buyers = {buyer.organisation_id for buyer in tender.buyers if buyer.buys}
        bound = {b.demand.organisation_id for b in queries.bound_demands(session, pool_id)}
        assert buyers == bound
        if left == "done":
            assert town_id not in bound
        else:
            assert left == "wrong_stage"
            assert town_id in bound


def test_leaving_in_the_last_second_against_somebody_who_acts_at_the_deadline(
    own_app: Flask,
) -> None:
    """One leaves a moment before the deadline, another asks to withdraw at it."""
    with own_app.app_context(), unit_of_work() as session:
        pool_id, deadline, (merzenich, juelich, _kerpen), _ = pool_at_its_deadline(session)
    left, asked = at_once(
        own_app,
        lambda session: joining.leave(session, juelich, pool_id, now=deadline - LAST_MOMENT),
        lambda session: withdrawing.ask_to_withdraw(
            session, merzenich, pool_id, "Kein Geld.", now=deadline
        ),
    )
    assert asked == "done"
    with own_app.app_context(), reading() as session:
        facts = queries.pool_facts(session, session.get_one(Pool, pool_id))
        names = {member.organisation_name for member in facts.members}
        request = session.scalars(select(Withdrawal)).one()
        assert request.effective_at is None, "Kerpen at least has to consent"
        if left == "done":
            assert names == {"Merzenich", "Kerpen"}
        else:
            assert left == "joining_closed"
            assert names == {"Merzenich", "Jülich", "Kerpen"}


def test_of_many_acts_at_the_deadline_exactly_those_in_time_count(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        pool_id, deadline, (merzenich, juelich, kerpen), _ = pool_at_its_deadline(session)
    ends = at_once(
        own_app,
        lambda session: joining.leave(session, merzenich, pool_id, now=deadline - LAST_MOMENT),
        lambda session: joining.leave(session, juelich, pool_id, now=deadline),
        lambda session: joining.leave(session, kerpen, pool_id, now=deadline + LAST_MOMENT),
    )
    assert ends == ["done", "joining_closed", "joining_closed"]
    with own_app.app_context(), reading() as session:
        rows = session.scalars(select(Joining.organisation_id)).all()
        assert set(rows) == {juelich.organisation_id, kerpen.organisation_id}


def test_two_officers_of_one_member_vote_at_once_and_both_are_on_record(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        cooperation, demands = pools.towns_with_engines(session)
        pool = pools.binding_pool(session, cooperation, demands)
        vote_id = votes.opened(session, pool).id
        town = demands[1].organisation
        mayor = votes.chief(session, town, "Axel Amt")
        deputy = access.actor(session, town, Role.COORDINATOR, name="Berta Büro")

    def say(actor: Actor, choice: Choice) -> Act:
        entry = BallotEntry(choice, "Zu teuer." if choice is Choice.NO else "")
        return lambda session: casting.cast(session, actor, vote_id, entry, now=clock.now())

    assert at_once(own_app, say(mayor, Choice.YES), say(deputy, Choice.NO)) == ["done", "done"]
    with own_app.app_context(), reading() as session:
        vote = session.get_one(Vote, vote_id)
        assert sorted(ballot.choice for ballot in vote.ballots) == ["no", "yes"]
        last = max(vote.ballots, key=lambda ballot: ballot.number)
        (voter,) = [v for v in vote_queries.facts_of(vote).voters if v.choice is not None]
        assert voter.choice == last.choice, "the later one counts"


def test_the_last_two_ballots_at_once_close_the_vote_once(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        cooperation, demands = pools.towns_with_engines(session)
        pool = pools.binding_pool(session, cooperation, demands)
        vote = votes.opened(session, pool)
        votes.said(session, vote, Choice.YES)
        vote_id = vote.id
        chiefs = [votes.chief(session, demand.organisation) for demand in demands[1:]]

    def say(actor: Actor) -> Act:
        entry = BallotEntry(Choice.YES)
        return lambda session: casting.cast(session, actor, vote_id, entry, now=clock.now())

    assert at_once(own_app, *map(say, chiefs)) == ["done", "done"]
    with own_app.app_context(), reading() as session:
        vote = session.get_one(Vote, vote_id)
        assert vote.closed_because == "all_voted"
        assert rules.state_of(vote_queries.facts_of(vote), clock.now()) is State.ADOPTED


def test_two_coordinators_open_at_once_and_one_vote_is_open(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        cooperation, demands = pools.towns_with_engines(session)
        pool_id = pools.binding_pool(session, cooperation, demands).id

    def open_one(session: Session) -> object:
        return votes.opened(session, session.get_one(Pool, pool_id))

    assert at_once(own_app, open_one, open_one) == ["done", "done"]
    with own_app.app_context(), reading() as session:
        assert len(session.scalars(select(Vote)).all()) == 1
