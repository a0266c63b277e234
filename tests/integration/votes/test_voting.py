"""A vote from its opening to its end, told as stories of what members and coordinators do."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, pools, votes
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations.voting import Electorate, Required, Rule
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.outbox import OutboxRow
from vergabe.pools import changing
from vergabe.pools.model import Joining, Pool
from vergabe.votes import (
    casting,
    closing,
    gates,
    handlers,
    presenting,
    queries,
    rules,
    service,
    standing,
)
from vergabe.votes.casting import BallotEntry
from vergabe.votes.model import Ballot, Vote
from vergabe.votes.rules import Choice, State
from vergabe.votes.service import VoteEntry

pytestmark = pytest.mark.usefixtures("moving_clock")
YES, NO, ABSTAIN = Choice.YES, Choice.NO, Choice.ABSTAIN
SECOND = dt.timedelta(seconds=1)


def bound(session: Session, **more: Any) -> Pool:
    cooperation, demands = pools.towns_with_engines(session, **more)
    return pools.binding_pool(session, cooperation, demands)


def state(vote: Vote, now: dt.datetime | None = None) -> State:
    return rules.state_of(queries.facts_of(vote), now or clock.now())


def reasons(session: Session, pool: Pool) -> list[tuple[str, str]]:
    found = gates.reasons_against_publication(session, pool, clock.now())
    return [(reason.code, reason.who or "") for reason in found]


def lower(session: Session, pool: Pool, town: str, quantity: str) -> None:
    """Let a member be bound to another quantity than before, as a change of the subject."""
    row = session.scalars(
        select(Joining)
        .join(Organisation, Organisation.id == Joining.organisation_id)
        .where(Joining.pool_id == pool.id, Organisation.name == town)
    ).one()
    row.quantities = [line | {"quantity": quantity} for line in row.quantities]
    session.flush()


def test_all_say_yes_and_the_last_ballot_closes_the_vote(session: Session) -> None:
    pool = bound(session)
    votes.rule(session, pool.cooperation)
    vote = votes.opened(session, pool)
    votes.said(session, vote, YES, YES)
    assert state(vote) is State.OPEN
    votes.said(session, vote, YES, YES, YES)
    assert (state(vote), vote.closed_because) == (State.ADOPTED, "all_voted")
    assert reasons(session, pool) == []
    acts = [entry.action for entry in audit.entries(session, f"pool:{pool.id}")]
    assert acts == ["vote_opened", "ballot_cast", "ballot_cast", "ballot_cast", "vote_closed"]
    assert not audit.breaks(session, f"pool:{pool.id}")


def test_each_missing_vote_is_listed_with_who_can_cast_it(session: Session) -> None:
    pool = bound(session)
    votes.rule(session, pool.cooperation)
    assert reasons(session, pool) == [("vote_missing", "Koordination bei Merzenich")]
    vote = votes.opened(session, pool)
    votes.said(session, vote, YES)
    assert reasons(session, pool) == [
        ("vote_open", "Koordination bei Merzenich"),
        ("vote_not_cast", "Jülich: Hauptverwaltung oder Koordination"),
        ("vote_not_cast", "Kerpen: Hauptverwaltung oder Koordination"),
    ]


@pytest.mark.parametrize(("choice", "code"), [(NO, "voted_no"), (ABSTAIN, "abstained")])
def test_one_no_blocks_under_unanimity(session: Session, choice: Choice, code: str) -> None:
    pool = bound(session)
    votes.rule(session, pool.cooperation)
    vote = votes.opened(session, pool)
    votes.said(session, vote, YES, choice, YES)
    assert state(vote) is State.REJECTED
    assert [found for found, _who in reasons(session, pool)] == ["vote_rejected", code]


def test_a_cooperation_that_asks_for_no_vote_is_not_stopped(session: Session) -> None:
    pool = bound(session)
    assert reasons(session, pool) == []
    votes.rule(session, pool.cooperation, required=Required.NEVER)
    assert reasons(session, pool) == []


def test_the_subject_is_frozen_and_any_change_needs_a_new_vote(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session, items=(("Jacke", 50, "H87", 60_000),))
    pool = pools.binding_pool(session, cooperation, demands)
    votes.rule(session, cooperation)
    vote = votes.adopted(session, pool)
    assert vote.subject_sha256 == standing.hash_now(session, pool, vote, clock.now())
    lower(session, pool, "Jülich", "40")
    assert not standing.is_current(session, vote, now=clock.now())
    (change,) = standing.changes_since(session, vote, now=clock.now())
    assert change.startswith("Jülich: ")
    assert "jetzt 40 Stück „Jacke“, vorher 50 Stück „Jacke“" in change
    assert [code for code, _ in reasons(session, pool)] == ["vote_outdated"]
    again = votes.adopted(session, pool)
    assert again.number == 2
    assert reasons(session, pool) == []
    lower(session, pool, "Jülich", "50")
    assert [code for code, _ in reasons(session, pool)] == ["vote_outdated"], (
        "the first vote does not come back to life"
    )


def test_the_database_itself_keeps_the_subject_and_the_ballots(session: Session) -> None:
    vote = votes.adopted(session, bound(session))
    for statement in (
        "UPDATE vote SET question = 'anders'",
        "UPDATE vote SET subject_sha256 = ''",
        "DELETE FROM vote",
        "UPDATE ballot SET choice = 'no'",
        "DELETE FROM ballot",
        "UPDATE entitled_member SET inhabitants = 1",
    ):
        with pytest.raises(DBAPIError, match="append only"), session.begin_nested():
            session.execute(text(statement))
    assert vote.question == votes.QUESTION


def test_an_open_vote_takes_no_ballot_once_its_subject_has_changed(session: Session) -> None:
    pool = bound(session, items=(("Jacke", 50, "H87", 60_000),))
    vote = votes.opened(session, pool)
    votes.said(session, vote, YES)
    lower(session, pool, "Kerpen", "49")
    juelich = votes.chief(session, cooperations.town(session, "Jülich"))
    with pytest.raises(Refused) as refused:
        casting.cast(session, juelich, vote.id, BallotEntry(YES), now=clock.now())
    assert refused.value.violations[0].code == "subject_changed"
    new = votes.opened(session, pool)
    assert new.number == 2
    assert state(vote) is State.REPLACED
    assert len(session.scalars(select(Ballot).where(Ballot.vote_id == new.id)).all()) == 0


def test_joining_as_asked_for_keeps_the_vote_taken_before(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    votes.rule(session, cooperation, required=Required.BEFORE_JOINING)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    vote = votes.adopted(session, pool)
    pool.stage, pool.joining_opened_at = "joining", clock.now() - 2 * SECOND
    pool.joining_deadline = clock.now() - SECOND
    for demand in demands:
        pools.joining(session, pool, demand.organisation_id, [demand])
    assert standing.is_current(session, vote, now=clock.now())
    assert reasons(session, pool) == []


def test_a_member_that_does_not_join_makes_the_vote_outdated(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    votes.rule(session, cooperation, required=Required.BEFORE_JOINING)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    vote = votes.adopted(session, pool)
    pool.stage, pool.joining_opened_at = "joining", clock.now() - 2 * SECOND
    pool.joining_deadline = clock.now() - SECOND
    for demand in demands[:2]:
        pools.joining(session, pool, demand.organisation_id, [demand])
    assert standing.changes_since(session, vote, now=clock.now()) == [
        "Kerpen ist nicht mehr beteiligt."
    ]


def test_a_ballot_can_change_until_the_vote_closes_and_never_after(session: Session) -> None:
    pool = bound(session)
    vote = votes.opened(session, pool)
    juelich = votes.chief(session, cooperations.town(session, "Jülich"), "Axel Amt")
    first = casting.cast(session, juelich, vote.id, BallotEntry(NO, "Zu teuer."), now=clock.now())
    same = casting.cast(session, juelich, vote.id, BallotEntry(NO, "Zu teuer."), now=clock.now())
    assert same is first, "the second click says nothing new"
    casting.cast(session, juelich, vote.id, BallotEntry(YES), now=clock.now())
    assert [ballot.choice for ballot in vote.ballots] == ["no", "yes"]
    votes.said(session, vote, YES)
    kerpen = votes.chief(session, cooperations.town(session, "Kerpen"))
    casting.cast(session, kerpen, vote.id, BallotEntry(YES), now=clock.now())
    assert state(vote) is State.ADOPTED
    with pytest.raises(Refused) as refused:
        casting.cast(session, juelich, vote.id, BallotEntry(NO, "Doch nicht."), now=clock.now())
    assert refused.value.violations[0].code == "vote_closed"
    summaries = [entry.summary for entry in audit.entries(session, f"pool:{pool.id}")]
    assert "Jülich stimmt über BUE-DLZ-2026-0001 mit Ja (vorher Nein)." in summaries


@pytest.mark.parametrize(
    ("offset", "is_in_time"), [(-SECOND, True), (0 * SECOND, False), (SECOND, False)]
)
def test_a_vote_closes_by_time_to_the_second(
    session: Session, offset: dt.timedelta, is_in_time: bool
) -> None:
    pool = bound(session)
    deadline = clock.now() + dt.timedelta(days=5)
    vote = votes.opened(session, pool, deadline=deadline)
    juelich = votes.chief(session, cooperations.town(session, "Jülich"))
    if is_in_time:
        casting.cast(session, juelich, vote.id, BallotEntry(YES), now=deadline + offset)
        assert state(vote, deadline + offset) is State.OPEN
        return
    with pytest.raises(Refused):
        casting.cast(session, juelich, vote.id, BallotEntry(YES), now=deadline + offset)
    assert state(vote, deadline + offset) is State.REJECTED
    assert vote.closed_at is None, "no job stores what time has decided"


def test_after_time_has_closed_a_vote_a_new_one_can_follow(
    session: Session, moving_clock: MovableClock
) -> None:
    pool = bound(session)
    vote = votes.opened(session, pool, deadline=clock.now() + dt.timedelta(days=1))
    moving_clock.pass_(days=2)
    new = votes.opened(session, pool)
    assert (vote.closed_at, vote.closed_because) == (vote.deadline, "deadline")
    assert (new.number, state(new)) == (2, State.OPEN)


def test_the_coordinator_closes_early_with_a_reason(session: Session) -> None:
    pool = bound(session)
    votes.rule(session, pool.cooperation, rule=Rule.MAJORITY)
    vote = votes.opened(session, pool)
    votes.said(session, vote, YES, YES)
    karin = votes.coordinator(session, pool)
    with pytest.raises(InvalidInput):
        closing.close_vote(session, karin, vote.id, " ", now=clock.now())
    juelich = access.actor(session, cooperations.town(session, "Jülich"), Role.COORDINATOR)
    with pytest.raises(Forbidden):
        closing.close_vote(session, juelich, vote.id, "Eilt.", now=clock.now())
    closing.close_vote(session, karin, vote.id, "Kerpen ist verhindert.", now=clock.now())
    assert state(vote) is State.ADOPTED
    with pytest.raises(Refused):
        closing.close_vote(session, karin, vote.id, "Noch einmal.", now=clock.now())
    assert reasons(session, pool) == []


def test_a_vote_by_a_laxer_rule_than_the_present_one_does_not_count(session: Session) -> None:
    pool = bound(session)
    rule = votes.rule(session, pool.cooperation, rule=Rule.MAJORITY)
    vote = votes.opened(session, pool)
    votes.said(session, vote, YES, YES, NO)
    assert state(vote) is State.ADOPTED
    rule.rule = "unanimous"
    session.flush()
    assert [code for code, _ in reasons(session, pool)] == ["vote_by_other_rule"]
    assert votes.opened(session, pool).number == 2


def test_inhabitants_are_frozen_with_their_key_date(session: Session) -> None:
    pool = bound(session)
    votes.rule(session, pool.cooperation, rule=Rule.WEIGHTED)
    vote = votes.opened(session, pool)
    assert [(m.inhabitants, m.inhabitants_on) for m in vote.entitled] == [
        (10_302, dt.date(2022, 12, 31)),
        (33_158, dt.date(2022, 12, 31)),
        (67_239, dt.date(2022, 12, 31)),
    ]
    votes.said(session, vote, NO, NO, YES)
    assert state(vote) is State.ADOPTED
    cooperations.town(session, "Kerpen").inhabitants = 5
    session.flush()
    assert state(vote) is State.ADOPTED


def test_no_weighted_vote_without_every_official_figure(session: Session) -> None:
    pool = bound(session)
    votes.rule(session, pool.cooperation, rule=Rule.WEIGHTED)
    town = cooperations.town(session, "Kerpen")
    town.inhabitants = town.inhabitants_on = None
    session.flush()
    with pytest.raises(Refused) as refused:
        votes.opened(session, pool)
    assert "Kerpen" in refused.value.violations[0].message


def test_the_electorate_is_who_takes_part_or_all_members(session: Session) -> None:
    cooperation = cooperations.dlz(session, ("Merzenich", "Jülich", "Kerpen", "Inden"))
    _, demands = pools.towns_with_engines(session, ("Merzenich", "Jülich"), cooperation=cooperation)
    pool = pools.binding_pool(session, cooperation, demands)
    rule = votes.rule(session, cooperation)
    names = [m.organisation.name for m in votes.opened(session, pool).entitled]
    assert names == ["Merzenich", "Jülich"]
    rule.electorate = Electorate.MEMBERS
    session.flush()
    vote = votes.opened(session, pool)
    assert [m.organisation.name for m in vote.entitled] == [
        "Merzenich",
        "Jülich",
        "Kerpen",
        "Inden",
    ]
    inden = votes.chief(session, cooperations.town(session, "Inden"))
    casting.cast(session, inden, vote.id, BallotEntry(YES), now=clock.now())


def test_only_the_roles_that_the_cooperation_names_cast_votes(session: Session) -> None:
    pool = bound(session)
    votes.rule(session, pool.cooperation, voters=(Role.CHIEF_OFFICER,))
    vote = votes.opened(session, pool)
    town = cooperations.town(session, "Jülich")
    for role in (Role.COORDINATOR, Role.RELEASER, Role.REQUESTER):
        actor = access.actor(session, town, role)
        with pytest.raises(Forbidden):
            casting.cast(session, actor, vote.id, BallotEntry(YES), now=clock.now())
    chief = votes.chief(session, town, "Axel Amt")
    ballot = casting.cast(session, chief, vote.id, BallotEntry(YES), now=clock.now())
    assert (ballot.voter_name, ballot.cast_by_id) == ("Axel Amt", chief.user_id)


def test_strangers_and_the_uninvolved(session: Session) -> None:
    cooperation = cooperations.dlz(session, ("Merzenich", "Jülich", "Kerpen", "Inden"))
    _, demands = pools.towns_with_engines(session, ("Merzenich", "Jülich"), cooperation=cooperation)
    vote = votes.opened(session, pools.binding_pool(session, cooperation, demands))
    stranger = votes.chief(session, access.organisation(session, "Linnich"))
    with pytest.raises(NotFound):
        casting.cast(session, stranger, vote.id, BallotEntry(YES), now=clock.now())
    uninvolved = votes.chief(session, cooperations.town(session, "Inden"))
    with pytest.raises(Refused) as refused:
        casting.cast(session, uninvolved, vote.id, BallotEntry(YES), now=clock.now())
    assert refused.value.violations[0].code == "not_entitled"
    juelich = votes.chief(session, cooperations.town(session, "Jülich"))
    with pytest.raises(Forbidden):
        casting.cast(
            session,
            juelich,
            vote.id,
            BallotEntry(YES),
            organisation_id=cooperation.lead_organisation_id,
            now=clock.now(),
        )


def test_opening_twice_opens_once(session: Session) -> None:
    pool = bound(session)
    first = votes.opened(session, pool)
    assert votes.opened(session, pool).id == first.id
    with pytest.raises(Refused) as refused:
        votes.opened(session, pool, question="Soll es teurer werden?")
    assert refused.value.code == "vote_refused" or refused.value.violations[0].code == "vote_open"
    votes.said(session, first, YES, YES, YES)
    with pytest.raises(Refused) as refused:
        votes.opened(session, pool)
    assert refused.value.violations[0].code == "vote_adopted"
    opened = [e for e in audit.entries(session, f"pool:{pool.id}") if e.action == "vote_opened"]
    assert len(opened) == 1


def test_what_the_coordinator_saw_is_what_is_frozen(session: Session) -> None:
    pool = bound(session, items=(("Jacke", 50, "H87", 60_000),))
    karin = votes.coordinator(session, pool)
    seen = presenting.votes_of(session, karin, pool, now=clock.now()).preview_sha256
    lower(session, pool, "Jülich", "40")
    entry = VoteEntry("Soll gekauft werden?", seen_sha256=seen)
    with pytest.raises(Stale):
        service.open_vote(session, karin, pool.id, entry, now=clock.now())
    seen = presenting.votes_of(session, karin, pool, now=clock.now()).preview_sha256
    entry = VoteEntry("Soll gekauft werden?", "Kreishaushalt", seen_sha256=seen)
    vote = service.open_vote(session, karin, pool.id, entry, now=clock.now())
    assert vote.subject["cost_bearer"] == "Kreishaushalt"


def test_no_vote_on_a_mere_proposal(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    with pytest.raises(Refused) as refused:
        votes.opened(session, pools.proposed_pool(session, cooperation, demands))
    assert refused.value.violations[0].code == "wrong_stage"


def test_the_sentence_says_what_a_yes_means(session: Session) -> None:
    pool = bound(session)
    vote = votes.opened(session, pool)
    juelich = votes.chief(session, cooperations.town(session, "Jülich"))
    view = presenting.view_of(session, juelich, vote, now=clock.now())
    assert view.may_cast
    assert "Mit „Ja“ stimmt Jülich zu" in view.sentence
    assert "davon Jülich 450.000,00" in view.sentence
    assert "Zur Abnahme verpflichtet erst der Beitritt." in view.sentence
    merzenich = access.actor(session, pool.cooperation.lead, Role.REQUESTER)
    assert not presenting.view_of(session, merzenich, vote, now=clock.now()).may_cast


def test_events_are_written_once(session: Session) -> None:
    vote = votes.opened(session, bound(session))
    votes.said(session, vote, YES, YES, YES)
    names = session.scalars(
        select(OutboxRow.name).where(OutboxRow.kind == "event").order_by(OutboxRow.id)
    )
    assert list(names) == ["votes.opened", "votes.closed"]
    assert Decimal(vote.subject["participants"][0]["demands"][0]["lines"][0]["quantity"]) == 1


def in_consultation(session: Session) -> Pool:
    cooperation, demands = pools.towns_with_engines(session)
    return pools.pool_in_consultation(session, cooperation, demands)


def test_nobody_is_asked_for_a_vote_on_a_pool_that_has_ended(session: Session) -> None:
    pool, now = in_consultation(session), clock.now()
    votes.opened(session, pool, deadline=now + dt.timedelta(days=10))
    juelich = votes.chief(session, cooperations.town(session, "Jülich"))
    assert len(queries.open_votes_waiting_for(session, juelich, now=now)) == 1
    changing.reject(session, votes.coordinator(session, pool), pool.id, "Zu teuer.", now=now)
    assert queries.open_votes_waiting_for(session, juelich, now=now) == []
    for days in (4, 10):
        assert handlers.send_due(session, now=now + dt.timedelta(days=days)) == 0
    assert not handlers.has_due_ticks(session, now=now + dt.timedelta(days=400))


def test_nobody_is_reminded_of_a_vote_that_can_no_longer_be_cast(session: Session) -> None:
    pool, now = bound(session, items=(("Jacke", 50, "H87", 60_000),)), clock.now()
    votes.opened(session, pool, deadline=now + dt.timedelta(days=10))
    lower(session, pool, "Jülich", "40")
    assert handlers.send_due(session, now=now + dt.timedelta(days=4)) == 0
