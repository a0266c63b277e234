"""Advice, timetable and gates say the same: by-laws, grants, Länder, later joiners count alike."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, bylaws, cooperations, funding
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.advice import gathering, queries
from vergabe.advice.wish import Wish
from vergabe.files import current
from vergabe.funding.entries import DecisionEntry, LineEntry
from vergabe.plans import subjects
from vergabe.pools.model import LaterJoiner
from vergabe.tenders import assessment
from vergabe.tenders.facts import current_assessment, period_facts
from vergabe.tenders.model import Tender

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

TODAY = dt.date(2026, 11, 23)
TOMORROW = dt.date(2026, 11, 24)
SUITS = (("Einsatzjacke nach EN 469", Decimal(50), "H87", 60_000),)
Own = Mapping[str, Mapping[str, Any]]


@pytest.fixture(autouse=True)
def monday(moving_clock: MovableClock) -> MovableClock:
    """Monday, 23 November 2026, 12:00 in Berlin."""
    return moving_clock


def with_bylaws(session: Session, own: Own) -> None:
    for name, clauses in own.items():
        bylaws.bylaw(session, cooperations.town(session, name), **clauses)


def with_grant(session: Session, tender: Tender, *rules: str) -> None:
    funding.naming(session, tender.cooperation)
    entry = DecisionEntry(funding.DECIDED, 8_100_000, award_rules=rules)
    lines = (LineEntry("Jacken", 9_000_000),)
    funding.granted(session, tender.pool, decision=entry, lines=lines)


def later(session: Session, tender: Tender, name: str, maximum_net_cents: int) -> None:
    organisation = access.organisation(session, name, ags="07131007", ars=None, land="RP")
    tender.pool.later_joiners.append(
        LaterJoiner(
            organisation=organisation,
            lines=[],
            maximum_net_cents=maximum_net_cents,
            latest_on=dt.date(2027, 12, 31),
            named_by_name="Erika Muster",
            named_at=clock.now(),
        )
    )
    session.flush()


def assert_the_same(session: Session, tender: Tender, day: dt.date = TODAY) -> None:
    assessed = current_assessment(session, tender, day)
    advice = queries.consult(gathering.of_tender(session, tender, now=clock.now())).advice
    situation = advice.situation
    assert situation.regime is not None
    assert situation.procedures is not None
    assert situation.estimate.value.total_net_cents == assessed.value_net_cents
    assert situation.regime.value.code == assessed.regime
    assert situation.regime.value.rule_set == assessed.rule_set
    assert situation.procedures.value.free_codes == assessed.free_methods
    assert situation.procedures.value.conditional_codes == assessed.conditional_methods
    assert advice.procedure_facts is not None
    assert advice.procedure_facts.bylaw_days == assessed.bylaw_days
    assert advice.procedure_facts.bylaw_deciders == assessed.bylaw_deciders
    facts = period_facts(session, tender, started_on=day, newest=assessed)
    if tender.procurement_method != "nat-direct":
        assert advice.periods["tender"].value == assessment.minimum(facts, day).value


NONE: Own = {}
TABLE: tuple[Own, ...] = (
    NONE,
    {"Merzenich": {"direct_max_net_cents": 25_000_00}},
    {"Jülich": {"minimum_tender_days": 21}, "Kerpen": {"minimum_tender_days": 28}},
    {"Jülich": {"minimum_tender_days": 21}, "Kerpen": {"minimum_tender_days": 21}},
    {
        "Merzenich": {"restricted_wo_call_max_net_cents": 50_000_00, "required_quotes": 3},
        "Kerpen": {"negotiated_wo_call_max_net_cents": 10_000_00},
    },
    {"Kerpen": {"minimum_tender_days": 40, "valid_to": TODAY}},
    {"Kerpen": {"minimum_tender_days": 40, "valid_from": TOMORROW}},
)


@pytest.mark.parametrize("own", TABLE)
@pytest.mark.parametrize("rules", [(), ("UVgO",)])
def test_a_tender_is_advised_on_as_its_gates_judge_it(
    session: Session, own: Own, rules: tuple[str, ...]
) -> None:
    tender = factory.small_draft(session)
    with_bylaws(session, own)
    if rules:
        with_grant(session, tender, *rules)
    assert_the_same(session, tender)


@pytest.mark.parametrize("own", [NONE, {"Jülich": {"minimum_tender_days": 60}}])
def test_above_the_threshold_no_by_law_decides(session: Session, own: Own) -> None:
    tender = factory.draft(session)
    with_bylaws(session, own)
    assert_the_same(session, tender)


def test_a_member_of_another_land_counts_alike(session: Session) -> None:
    tender = factory.small_draft(session)
    cooperations.town(session, "Kerpen").land = "RP"
    with_bylaws(session, {"Jülich": {"minimum_tender_days": 21}})
    assert_the_same(session, tender)


def test_a_lead_that_buys_nothing_brings_no_law_of_its_own(session: Session) -> None:
    tender = factory.small_draft(session, lines={"Jülich": SUITS, "Kerpen": SUITS})
    cooperations.town(session, "Merzenich").land = "RP"
    with_bylaws(session, {"Merzenich": {"minimum_tender_days": 60}})
    assert_the_same(session, tender)
    facts = gathering.of_pool(session, tender.pool, now=clock.now())
    assert facts.buying_lands == ("NW",)
    assert facts.bylaws == ()


def test_what_later_joiners_may_take_counts_alike(session: Session) -> None:
    tender = factory.small_draft(session)
    later(session, tender, "Bad Neuenahr-Ahrweiler", 90_000_00)
    assert_the_same(session, tender)
    tender.is_framework, tender.framework_maximum_net_cents = True, 210_000_00
    assert_the_same(session, tender)


def test_a_published_tender_keeps_the_by_laws_of_its_record(
    session: Session, moving_clock: MovableClock
) -> None:
    with_bylaws(session, {})
    tender = factory.published(session, current.store())
    before = gathering.of_tender(session, tender, now=clock.now())
    moving_clock.pass_(days=1)
    bylaws.bylaw(session, cooperations.town(session, "Jülich"), minimum_tender_days=60)
    after = gathering.of_tender(session, tender, now=clock.now())
    assert after.bylaws == before.bylaws == ()


@pytest.mark.parametrize("own", TABLE)
@pytest.mark.parametrize("rules", [(), ("UVgO",)])
def test_a_pool_is_advised_on_as_its_timetable_plans_it(
    session: Session, own: Own, rules: tuple[str, ...]
) -> None:
    tender = factory.small_draft(session)
    with_bylaws(session, own)
    if rules:
        with_grant(session, tender, *rules)
    actor = factory.officer(session, tender)
    planned = subjects.pool_subject(session, actor, tender.pool_id, now=clock.now())
    advice = queries.consult(gathering.of_pool(session, tender.pool, now=clock.now())).advice
    assert advice.situation.regime is not None
    assert advice.situation.procedures is not None
    assert advice.procedure_facts is not None
    assert advice.situation.regime.value.rule_set == planned.rule_set
    assert advice.situation.estimate.value.total_net_cents == planned.value_net_cents
    assert advice.procedure_facts.bylaw_days == planned.bylaw_days
    codes = {code for code, _ in planned.methods}
    free = advice.situation.procedures.value.free_codes
    conditional = advice.situation.procedures.value.conditional_codes
    assert codes == {*free, *conditional} - {"nat-direct"}


def test_another_day_asks_for_the_by_laws_of_that_day(
    session: Session, client: FlaskClient
) -> None:
    tender = factory.small_draft(session)
    with_bylaws(session, {"Kerpen": {"minimum_tender_days": 40, "valid_from": TOMORROW}})
    wanted = Wish(on=TOMORROW)
    facts = gathering.of_tender(session, tender, now=clock.now(), on=wanted.on)
    found = queries.consult(facts, wanted).advice.procedure_facts
    assert found is not None
    assert found.bylaw_days == 40
    lead = tender.cooperation.lead
    user = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    headers = access.bearer(session, user, lead)
    access.log_in(client, user)
    for kind, key in (("vergabeverfahren", tender.id), ("buendelungen", tender.pool_id)):
        address = f"/{kind}/{key}/beratung"
        assert "40 Kalendertage" not in client.get(address).text
        assert "40 Kalendertage" in client.get(f"{address}?on=2026-11-24").text
    for kind, key in (("tenders", tender.id), ("pools", tender.pool_id)):
        answer = client.get(f"/api/v1/{kind}/{key}/advice?on=2026-11-24", headers=headers)
        assert "40 Kalendertage" in answer.text
