"""Costs of a project: provisional shares, who bears them, hours, and what if nothing is awarded."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, cost_shares, pools, tenders
from vergabe import clock, outbox
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.cost_shares import advances, handlers, no_award, overview, projects, queries
from vergabe.cost_shares.kinds import Account, Category
from vergabe.cost_shares.model import CostBearer
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.messages.model import Message
from vergabe.notices.events import NoticePublished
from vergabe.pools import changing, withdrawing
from vergabe.pools.model import Pool
from vergabe.tenders.model import Tender

pytestmark = pytest.mark.usefixtures("app")


def decide(session: Session, actor: Actor, pool: Pool, bearer: str | None, part: int) -> CostBearer:
    facts: dict[str, Any] = {
        "bearer_id": cooperations.town(session, bearer).id if bearer else None,
        "basis_points": part,
        "decided_on": dt.date(2026, 11, 2),
        "decision": "Konferenz der Hauptverwaltungsbeamten, TOP 3",
        "reason": "Der Kreis finanziert die Erprobung.",
    }
    return projects.decide_bearer(session, actor, pool.id, **facts, now=clock.now())


def shares_of(session: Session, pool: Pool, *states: str) -> dict[str, int]:
    costs = overview.project_costs(session, pool, now=clock.now())
    names = [member.name for member in costs.members]
    sums = costs.sums(*states)
    assert sum(sums) == costs.total(*states)
    assert all(line.adds_up for line in costs.lines)
    return dict(zip(names, sums, strict=True))


def test_costs_are_shared_line_by_line_whatever_state_they_are_in(session: Session) -> None:
    pool = cost_shares.project(session, kind="demand_value")
    keeper, now = cost_shares.bookkeeper(session, pool.cooperation), clock.now()
    cost_shares.advance(session, pool, keeper, 100_00)
    cost_shares.effort(session, pool, "Jülich")
    projects.expect_cost(
        session,
        keeper,
        pool.id,
        category=Category.ADVICE,
        text="Rechtsberatung",
        gross_cents=1_000_01,
        now=now,
    )
    costs = overview.project_costs(session, pool, now=clock.now())
    assert [line.state for line in costs.lines] == ["booked", "hours", "expected"]
    assert [line.cents for line in costs.lines] == [100_00, 90_00, 1_000_01]
    assert costs.problems == ()
    assert costs.value_total == sum(m.demand_value_net_cents or 0 for m in costs.members)
    assert sum(costs.sums("booked", "hours", "expected")) == 1_190_01
    assert "Wert der Bedarfe" in costs.lines[2].how[0]


@pytest.mark.parametrize("kind", ["equal", "demand_value"])
def test_while_the_window_is_open_the_first_that_joins_does_not_bear_it_alone(
    session: Session, kind: str
) -> None:
    key = cost_shares.KEY | {"kind": kind}
    cooperation = cooperations.dlz(session, ("Merzenich", "Jülich", "Kerpen"), cost_key=key)
    _, demands = pools.towns_with_engines(session, cooperation=cooperation)
    pool = pools.joining_pool(session, cooperation, demands)
    pools.joining(session, pool, demands[1].organisation_id, [demands[1]])
    keeper = cost_shares.bookkeeper(session, cooperation)
    entry = cost_shares.advance(session, pool, keeper, 90_00)
    assert [line.cents for line in entry.lines[1:]] == [30_00, 30_00, 30_00]
    kerpen = demands[2].organisation_id
    pools.joining(session, pool, kerpen, [demands[2]], decision="declined", quantities={})
    entry = cost_shares.advance(session, pool, keeper, 90_00)
    assert [line.cents for line in entry.lines[1:]] == [45_00, 45_00]
    # From the last instant on it is who joined that pays.
    assert pool.joining_deadline is not None
    later = overview.project_costs(session, pool, now=pool.joining_deadline)
    assert [member.name for member in later.members if member.takes_part] == ["Jülich"]


@pytest.mark.parametrize(("has_closed", "shares"), [(False, [30_00] * 3), (True, [45_00] * 2)])
def test_an_invoice_comes_after_the_pool_was_dissolved(
    session: Session, has_closed: bool, shares: list[int]
) -> None:
    cooperation = cooperations.dlz(session, cost_key=cost_shares.KEY)
    _, demands = pools.towns_with_engines(session, cooperation=cooperation)
    make = pools.binding_pool if has_closed else pools.joining_pool
    more = {"joined": [each.organisation for each in demands[:2]]} if has_closed else {}
    pool = make(session, cooperation, demands, **more)
    cost_shares.effort(session, pool, "Jülich")
    coordination = access.actor(session, cooperation.lead, Role.COORDINATOR)
    for member in demands[:2] if has_closed else []:
        person = access.actor(session, member.organisation, Role.RELEASER)
        withdrawing.ask_to_withdraw(session, person, pool.id, "Kein Geld.", now=clock.now())
    changing.dissolve(session, coordination, pool.id, "Kein Geld.", now=clock.now())
    keeper = cost_shares.bookkeeper(session, cooperation)
    entry = cost_shares.advance(session, pool, keeper, 90_00)
    assert [line.cents for line in entry.lines[1:]] == shares
    vat = cost_shares.NOT_TAXABLE
    assert len(advances.book_efforts(session, keeper, pool.id, vat, now=clock.now())) == 1


def test_a_key_without_figures_says_what_is_missing(session: Session) -> None:
    pool = cost_shares.project(session, kind="inhabitants", inhabitants_on="2024-12-31")
    keeper = cost_shares.bookkeeper(session, pool.cooperation)
    projects.expect_cost(
        session,
        keeper,
        pool.id,
        category=Category.ADVICE,
        text="Rechtsberatung",
        gross_cents=1_00,
        now=clock.now(),
    )
    costs = overview.project_costs(session, pool, now=clock.now())
    assert {problem.who for problem in costs.problems} == {"Merzenich", "Jülich", "Kerpen"}
    assert costs.lines[0].parts == ()
    with pytest.raises(Refused, match="lässt sich so nicht aufteilen"):
        cost_shares.advance(session, pool, keeper)


def test_an_expected_cost_is_named_once_and_taken_back(session: Session) -> None:
    pool = cost_shares.project(session)
    keeper, now = cost_shares.bookkeeper(session, pool.cooperation), clock.now()
    facts: dict[str, Any] = {"category": Category.ADVICE, "text": "Rat", "gross_cents": 5_00}
    first = projects.expect_cost(session, keeper, pool.id, **facts, now=now)
    assert projects.expect_cost(session, keeper, pool.id, **facts, now=now).id == first.id
    for _ in range(2):
        projects.withdraw_expected(session, keeper, pool.id, first.id, now=now)
    assert queries.expected_costs(session, pool.id) == []
    with pytest.raises(InvalidInput) as caught:
        projects.expect_cost(
            session, keeper, pool.id, category=None, text="", gross_cents=0, now=now
        )
    assert {v.field for v in caught.value.violations} == {"category", "text", "gross"}


def test_a_county_budget_bears_what_was_decided_from_then_on(session: Session) -> None:
    pool = cost_shares.project(session)
    keeper = cost_shares.bookkeeper(session, pool.cooperation)
    cost_shares.advance(session, pool, keeper, 90_00)
    decision = decide(session, keeper, pool, "Kerpen", 10_000)
    assert decide(session, keeper, pool, "Kerpen", 10_000).id == decision.id
    cost_shares.advance(session, pool, keeper, 60_00)
    assert shares_of(session, pool, "booked") == {
        "Merzenich": 30_00,
        "Jülich": 30_00,
        "Kerpen": 90_00,
    }
    decide(session, keeper, pool, "Jülich", 4_000)
    cost_shares.advance(session, pool, keeper, 100_00)
    assert shares_of(session, pool, "booked") == {
        "Merzenich": 50_00,
        "Jülich": 90_00,
        "Kerpen": 110_00,
    }
    decide(session, keeper, pool, None, 0)
    assert overview.project_costs(session, pool, now=clock.now()).key.bearer is None
    assert [row.number for row in queries.bearers(session, pool.id)] == [3, 2, 1]


def test_a_part_is_not_put_beside_one_member_that_bears_all(session: Session) -> None:
    lead = cooperations.town(session, "Merzenich").ags
    pool = cost_shares.project(session, kind="one_bearer", bearer=lead)
    keeper = cost_shares.bookkeeper(session, pool.cooperation)
    with pytest.raises(Refused) as refused:
        decide(session, keeper, pool, "Jülich", 5_000)
    assert refused.value.field == "basis_points"
    cost_shares.advance(session, pool, keeper, 90_00)
    assert shares_of(session, pool, "booked")["Merzenich"] == 90_00
    decide(session, keeper, pool, "Jülich", 10_000)
    cost_shares.advance(session, pool, keeper, 10_00)
    assert shares_of(session, pool, "booked")["Jülich"] == 10_00


def test_a_part_decided_before_one_member_bears_all_is_decided_anew(session: Session) -> None:
    pool = cost_shares.project(session)
    keeper = cost_shares.bookkeeper(session, pool.cooperation)
    decide(session, keeper, pool, "Jülich", 4_000)
    lead = cooperations.town(session, "Merzenich").ags
    for agreement in pool.cooperation.agreements:
        agreement.cost_key = {"kind": "one_bearer", "bearer": lead}
    pool.cooperation.cost_key = {"kind": "one_bearer", "bearer": lead}
    session.flush()
    with pytest.raises(Refused) as refused:
        cost_shares.advance(session, pool, keeper, 90_00)
    assert "part_beside_one_bearer" in {each.code for each in refused.value.reasons}
    cost_shares.effort(session, pool, "Jülich")
    told = overview.project_costs(session, pool, now=clock.now())
    assert [problem.code for problem in told.problems] == ["part_beside_one_bearer"]
    decide(session, keeper, pool, None, 0)
    cost_shares.advance(session, pool, keeper, 90_00)
    assert shares_of(session, pool, "booked")["Merzenich"] == 90_00


def test_a_bearer_without_a_demand_takes_no_other_share(session: Session) -> None:
    pool = cost_shares.project(session, ("Merzenich", "Jülich"))
    county = access.organisation(session, "Kreis Düren", kind="county", ags="05358")
    cooperations.member(session, pool.cooperation, county, position=3)
    keeper = cost_shares.bookkeeper(session, pool.cooperation)
    assert "Kreis Düren" not in shares_of(session, pool, "booked")
    decide(session, keeper, pool, "Kreis Düren", 5_000)
    cost_shares.advance(session, pool, keeper, 100_00)
    assert shares_of(session, pool, "booked") == {
        "Merzenich": 25_00,
        "Jülich": 25_00,
        "Kreis Düren": 50_00,
    }


def test_a_switch_of_the_bearer_needs_its_decision(session: Session) -> None:
    pool = cost_shares.project(session)
    keeper, now = cost_shares.bookkeeper(session, pool.cooperation), clock.now()
    with pytest.raises(InvalidInput) as caught:
        projects.decide_bearer(
            session,
            keeper,
            pool.id,
            bearer_id=None,
            basis_points=5_000,
            decided_on=None,
            decision=" ",
            reason="",
            now=now,
        )
    assert {v.field for v in caught.value.violations} == {
        *("bearer_id", "decided_on", "decision", "reason")
    }
    member = access.actor(session, cooperations.town(session, "Jülich"), Role.COORDINATOR)
    with pytest.raises(Forbidden):
        decide(session, member, pool, "Jülich", 10_000)


def test_hours_are_entered_by_each_member_for_its_own_staff(session: Session) -> None:
    pool = cost_shares.project(session)
    row = cost_shares.effort(session, pool, "Jülich")
    other = access.actor(session, cooperations.town(session, "Kerpen"), Role.REQUESTER)
    with pytest.raises(NotFound):
        projects.take_back_effort(session, other, pool.id, row.id, "Falsch", now=clock.now())
    with pytest.raises(NotFound):
        projects.record_effort(
            session,
            other,
            pool.id,
            cost_shares.worked(),
            organisation_id=row.organisation_id,
            now=clock.now(),
        )
    wrong = cost_shares.worked(0, -1, worker_name="", activity="x" * 401, worked_on=None)
    with pytest.raises(InvalidInput) as caught:
        cost_shares.effort(session, pool, "Kerpen", wrong)
    assert {v.field for v in caught.value.violations} == {
        *("worker_name", "activity", "worked_on", "minutes", "hourly_rate")
    }


def test_hours_taken_back_cancel_themselves(session: Session) -> None:
    pool = cost_shares.project(session)
    row = cost_shares.effort(session, pool, "Jülich")
    own = access.actor(session, cooperations.town(session, "Jülich"), Role.REQUESTER)
    back = projects.take_back_effort(session, own, pool.id, row.id, "Falscher Tag", now=clock.now())
    same = projects.take_back_effort(session, own, pool.id, row.id, "Falscher Tag", now=clock.now())
    assert back.id == same.id
    assert back.minutes == -row.minutes
    keeper = cost_shares.bookkeeper(session, pool.cooperation)
    with pytest.raises(Refused, match="keine Stunden"):
        advances.book_efforts(session, keeper, pool.id, cost_shares.NOT_TAXABLE, now=clock.now())


def test_booked_hours_are_shared_and_credited_to_whose_staff_worked(session: Session) -> None:
    pool = cost_shares.project(session)
    keeper, now = cost_shares.bookkeeper(session, pool.cooperation), clock.now()
    cost_shares.effort(session, pool, "Jülich")
    cost_shares.effort(session, pool, "Merzenich", cost_shares.worked(60, 30_00))
    made = advances.book_efforts(session, keeper, pool.id, cost_shares.NOT_TAXABLE, now=now)
    assert [entry.amount_cents for entry in made] == [90_00, 30_00]
    balances = queries.balances(session, pool.cooperation_id)
    juelich = cooperations.town(session, "Jülich").id
    # 30 of its own 90 and 10 of the lead's 30, less the 90 that it has worked.
    assert balances[Account.ADVANCED, juelich] == 30_00 + 10_00 - 90_00
    assert queries.lead_balances(session, pool.cooperation_id) == {Account.EFFORT: -30_00}
    assert sum(balances.values()) == 30_00
    assert shares_of(session, pool, "booked")["Jülich"] == 40_00
    with pytest.raises(Refused):
        advances.book_efforts(session, keeper, pool.id, cost_shares.NOT_TAXABLE, now=now)
    advances.correct(session, keeper, pool.cooperation_id, made[0].id, "Falscher Satz", now=now)
    again = advances.book_efforts(session, keeper, pool.id, cost_shares.NOT_TAXABLE, now=now)
    assert [entry.amount_cents for entry in again] == [90_00]


def cancelled(session: Session, rule: str | None) -> tuple[Tender, Actor, Cooperation]:
    key = cost_shares.KEY | {"kind": "demand_value", "no_award": rule}
    cooperation = cooperations.dlz(session, cost_key=key)
    tender = tenders.draft(session, cooperation=cooperation)
    keeper = cost_shares.bookkeeper(session, cooperation)
    cost_shares.advance(session, tender.pool, keeper, 100_00)
    tender.stage, tender.cancelled_at = "cancelled", clock.now()
    tender.cancellation_reason = "Kein wirtschaftliches Ergebnis"
    session.flush()
    return tender, keeper, cooperation


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("lead_bears", {"Merzenich": 100_00, "Jülich": 0, "Kerpen": 0}),
        ("equal", {"Merzenich": 33_34, "Jülich": 33_33, "Kerpen": 33_33}),
    ],
)
def test_without_an_award_the_agreed_rule_decides(
    session: Session, rule: str, expected: dict[str, int]
) -> None:
    tender, keeper, cooperation = cancelled(session, rule)
    now = clock.now()
    entry = no_award.share_without_award(session, keeper, tender.id, now=now)
    assert no_award.share_without_award(session, keeper, tender.id, now=now).id == entry.id
    balances = queries.balances(session, cooperation.id)
    assert {
        name: balances[Account.ADVANCED, cooperations.town(session, name).id] for name in expected
    } == expected
    advance = queries.entries(session, cooperation.id)[0]
    with pytest.raises(Refused, match="neu verteilt"):
        advances.correct(session, keeper, cooperation.id, advance.id, "Falsch", now=now)
    # Taken back, it can be shared once more.
    advances.correct(session, keeper, cooperation.id, entry.id, "Zu früh", now=now)
    assert no_award.share_without_award(session, keeper, tender.id, now=now).id != entry.id


def test_without_a_rule_nothing_is_shared_by_guesswork(session: Session) -> None:
    tender, keeper, _ = cancelled(session, None)
    with pytest.raises(Refused) as caught:
        no_award.share_without_award(session, keeper, tender.id, now=clock.now())
    assert caught.value.violations[0].code == "no_award_rule_missing"


def test_hours_are_booked_before_effort_is_shared_anew(session: Session) -> None:
    tender, keeper, _ = cancelled(session, "equal")
    cost_shares.effort(session, tender.pool, "Kerpen")
    with pytest.raises(Refused) as caught:
        no_award.share_without_award(session, keeper, tender.id, now=clock.now())
    assert caught.value.violations[0].code == "hours_not_booked"


def test_a_running_procedure_is_not_shared_as_if_it_had_failed(session: Session) -> None:
    tender = tenders.draft(session)
    keeper = cost_shares.bookkeeper(session, tender.cooperation)
    with pytest.raises(Refused) as caught:
        no_award.share_without_award(session, keeper, tender.id, now=clock.now())
    assert caught.value.violations[0].code == "not_cancelled"


def test_a_cancellation_tells_who_keeps_the_ledger_once(session: Session) -> None:
    tender, _, _ = cancelled(session, "lead_bears")
    event = NoticePublished(notice_id=tender.id, tender_id=tender.id, kind="cancellation_notice")
    event_id = outbox.emit(session, event, now=clock.now())
    for _ in range(2):
        handlers.tell_of_effort_without_award(session, event, event_id=event_id, now=clock.now())
    bodies = session.scalars(select(Message.body).where(Message.kind == "costs")).all()
    assert len(bodies) == 1
    assert "100,00" in bodies[0]
    assert "die Federführung allein" in bodies[0]
