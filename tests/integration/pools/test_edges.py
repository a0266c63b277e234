"""The edges of joining: last instants, consent taken back, members that have left, reminders."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, pools, votes
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Member
from vergabe.cooperations.voting import Required
from vergabe.demands.model import Demand
from vergabe.errors import NotFound, Refused
from vergabe.messages.model import Message
from vergabe.pools import changing, joining, queries, reminding, withdrawing
from vergabe.pools.model import Joining, Pool
from vergabe.votes import handlers
from vergabe.votes.rules import Choice

pytestmark = pytest.mark.usefixtures("moving_clock")
SECOND = dt.timedelta(seconds=1)
NOTHING = dt.timedelta(0)


def releaser(session: Session, demand: Demand) -> Actor:
    return access.actor(session, demand.organisation, Role.RELEASER)


def joined(session: Session) -> tuple[Pool, list[Demand]]:
    """Return a pool with an open window that all three have joined."""
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    for demand in demands:
        pools.joining(session, pool, demand.organisation_id, [demand])
    return pool, demands


def subjects(session: Session) -> list[str]:
    return list(session.scalars(select(Message.subject).order_by(Message.id)))


@pytest.mark.parametrize(("offset", "goes"), [(-SECOND, True), (NOTHING, False), (SECOND, False)])
def test_leaving_in_the_last_second_and_after_it(
    session: Session, offset: dt.timedelta, goes: bool
) -> None:
    pool, demands = joined(session)
    assert pool.joining_deadline is not None
    now, actor = pool.joining_deadline + offset, releaser(session, demands[1])
    if goes:
        joining.leave(session, actor, pool.id, now=now)
        assert demands[1].id not in {b.demand.id for b in queries.bound_demands(session, pool.id)}
        return
    with pytest.raises(Refused) as refused:
        joining.leave(session, actor, pool.id, now=now)
    assert refused.value.violations[0].code == "joining_closed"
    assert demands[1].id in {b.demand.id for b in queries.bound_demands(session, pool.id)}
    request = withdrawing.ask_to_withdraw(session, actor, pool.id, "Zu spät gemerkt.", now=now)
    assert request.effective_at is None, "from the deadline on only with everybody's consent"


def test_a_consent_can_be_taken_back_until_all_have_consented(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.binding_pool(session, cooperation, demands)
    merzenich, juelich, kerpen = (releaser(session, demand) for demand in demands)
    request = withdrawing.ask_to_withdraw(session, juelich, pool.id, "Kein Geld.", now=clock.now())
    withdrawing.consent(session, merzenich, pool.id, request.id, is_given=True, now=clock.now())
    withdrawing.consent(session, merzenich, pool.id, request.id, is_given=False, now=clock.now())
    assert request.refused_at is not None
    with pytest.raises(Refused):
        withdrawing.consent(session, kerpen, pool.id, request.id, is_given=True, now=clock.now())
    assert len(queries.bound_demands(session, pool.id)) == 3


def test_a_consent_that_took_effect_cannot_be_taken_back(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session, ("Merzenich", "Jülich"))
    pool = pools.binding_pool(session, cooperation, demands)
    merzenich, juelich = (releaser(session, demand) for demand in demands)
    request = withdrawing.ask_to_withdraw(session, juelich, pool.id, "Kein Geld.", now=clock.now())
    withdrawing.consent(session, merzenich, pool.id, request.id, is_given=True, now=clock.now())
    assert request.effective_at is not None
    with pytest.raises(Refused):
        withdrawing.consent(
            session, merzenich, pool.id, request.id, is_given=False, now=clock.now()
        )


def test_who_left_the_cooperation_stays_bound_and_is_still_asked(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.binding_pool(session, cooperation, demands)
    other = pools.joining_pool(
        session, cooperation, pools.towns_with_engines(session, cooperation=cooperation)[1]
    )
    merzenich, juelich, kerpen = (releaser(session, demand) for demand in demands)
    member = session.scalars(
        select(Member).where(Member.organisation_id == demands[2].organisation_id)
    ).one()
    member.left_on = clock.berlin_day(clock.now()) - dt.timedelta(days=1)
    session.flush()
    with pytest.raises(NotFound):
        queries.visible_pool(session, kerpen, other.id)
    request = withdrawing.ask_to_withdraw(session, juelich, pool.id, "Kein Geld.", now=clock.now())
    withdrawing.consent(session, merzenich, pool.id, request.id, is_given=True, now=clock.now())
    assert request.effective_at is None
    withdrawing.consent(session, kerpen, pool.id, request.id, is_given=True, now=clock.now())
    assert request.effective_at is not None
    own = withdrawing.ask_to_withdraw(session, kerpen, pool.id, "Ausgetreten.", now=clock.now())
    withdrawing.consent(session, merzenich, pool.id, own.id, is_given=True, now=clock.now())
    assert own.effective_at is not None
    with pytest.raises(NotFound):
        queries.visible_pool(session, kerpen, pool.id)


def test_on_its_last_day_a_member_still_sees_its_pools(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    member = session.scalars(
        select(Member).where(Member.organisation_id == demands[2].organisation_id)
    ).one()
    member.left_on = clock.berlin_day(clock.now())
    session.flush()
    assert queries.visible_pool(session, releaser(session, demands[2]), pool.id).id == pool.id


def test_undecided_members_are_reminded_once_at_each_step(
    session: Session, moving_clock: MovableClock
) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    pools.joining(session, pool, demands[0].organisation_id, [demands[0]])
    before = pool.version
    assert reminding.send_due_reminders(session, now=clock.now()) == 0
    assert not reminding.has_due_reminders(session, now=clock.now())
    for days in (7, 3, 1):
        assert pool.joining_deadline is not None
        moving_clock.at(pool.joining_deadline - dt.timedelta(days=days))
        assert reminding.has_due_reminders(session, now=clock.now())
        assert reminding.send_due_reminders(session, now=clock.now()) == 2
        assert reminding.send_due_reminders(session, now=clock.now()) == 0
    assert len(subjects(session)) == 6
    assert all(
        s.startswith("Beitritt nur noch bis 14.12.2026, 12:00 Uhr") for s in subjects(session)
    )
    moving_clock.at(pool.joining_deadline)
    assert not reminding.has_due_reminders(session, now=clock.now())
    assert pool.version == before, "a reminder must not make what somebody edits stale"


def test_a_missed_reminder_is_not_sent_late(session: Session, moving_clock: MovableClock) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    assert pool.joining_deadline is not None
    moving_clock.at(pool.joining_deadline - dt.timedelta(days=2))
    assert reminding.send_due_reminders(session, now=clock.now()) == 3
    assert reminding.send_due_reminders(session, now=clock.now()) == 0


def test_a_longer_window_reminds_anew(session: Session, moving_clock: MovableClock) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    assert pool.joining_deadline is not None
    moving_clock.at(pool.joining_deadline - dt.timedelta(days=1))
    assert reminding.send_due_reminders(session, now=clock.now()) == 3
    coordinator = access.actor(session, cooperation.lead, Role.COORDINATOR)
    later = pool.joining_deadline + dt.timedelta(days=7)
    changing.extend_joining(session, coordinator, pool.id, later, now=clock.now())
    assert reminding.send_due_reminders(session, now=clock.now()) == 0
    moving_clock.at(later - dt.timedelta(days=3))
    assert reminding.send_due_reminders(session, now=clock.now()) == 3


def test_the_window_opens_only_after_the_vote_that_the_cooperation_asks_for(
    session: Session,
) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    votes.rule(session, cooperation, required=Required.BEFORE_JOINING)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    actor = access.actor(session, cooperation.lead, Role.COORDINATOR)
    with pytest.raises(Refused) as refused:
        changing.open_joining(session, actor, pool.id, now=clock.now())
    assert refused.value.violations[0].code == "vote_missing"
    vote = votes.opened(session, pool)
    votes.said(session, vote, Choice.YES)
    with pytest.raises(Refused) as refused:
        changing.open_joining(session, actor, pool.id, now=clock.now())
    assert [v.code for v in refused.value.violations] == [
        "vote_open",
        "vote_not_cast",
        "vote_not_cast",
    ]
    votes.said(session, vote, Choice.YES, Choice.YES, Choice.YES)
    changing.open_joining(session, actor, pool.id, now=clock.now())
    assert pool.stage == "joining"


def test_members_that_have_not_voted_are_reminded_and_all_hear_the_end(
    session: Session, moving_clock: MovableClock
) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.binding_pool(session, cooperation, demands)
    deadline = clock.now() + dt.timedelta(days=10)
    vote = votes.opened(session, pool, deadline=deadline)
    votes.said(session, vote, Choice.YES)
    assert not handlers.has_due_ticks(session, now=clock.now())
    moving_clock.at(deadline - dt.timedelta(days=7))
    assert handlers.send_due(session, now=clock.now()) == 2
    assert handlers.send_due(session, now=clock.now()) == 0
    moving_clock.at(deadline)
    assert handlers.send_due(session, now=clock.now()) == 3
    assert handlers.send_due(session, now=clock.now()) == 0
    assert not handlers.has_due_ticks(session, now=clock.now())
    found = subjects(session)
    assert sum(s.startswith("Ihre Stimme fehlt") for s in found) == 2
    assert sum(s.startswith("Abstimmung nicht angenommen") for s in found) == 3
    assert session.scalars(select(Joining)).all() != []
