"""The by-laws of the buyers decide on methods and periods, and the record says whose."""

import datetime as dt

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from tests.factories import bylaws as bylaw_factory
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.bylaws import service as bylaws
from vergabe.bylaws.model import ProcurementBylaw
from vergabe.cooperations.gates import Gate
from vergabe.errors import Refused
from vergabe.files.store import FileStore
from vergabe.tenders import common_rules, gates, publishing, readiness
from vergabe.tenders.facts import current_assessment
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import stream_of

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

DAY = dt.timedelta(days=1)


def small_ready(session: Session, store: FileStore) -> Tender:
    tender = factory.complete(session, store, factory.small_draft(session))
    actor = factory.officer(session, tender)
    return readiness.declare_ready(session, actor, tender.id, version=None, now=clock.now())


def publish(session: Session, tender: Tender) -> Tender:
    actor = factory.officer(session, tender)
    return publishing.mark_published(session, actor, tender.id, now=clock.now())


def julich(session: Session) -> Organisation:
    return cooperations.town(session, "Jülich")


def with_bylaw(session: Session, name: str = "Jülich", **limits: int) -> ProcurementBylaw:
    cooperations.dlz(session)
    return bylaw_factory.bylaw(session, cooperations.town(session, name), **limits)


def gate(session: Session, tender: Tender, key: str) -> Gate:
    found = gates.all_gates(session, tender, now=clock.now())
    return next(one for one in found if one.key == key)


def today() -> dt.date:
    return clock.berlin_day(clock.now())


def test_a_limit_of_one_buyer_takes_a_method_from_all(session: Session) -> None:
    with_bylaw(session, negotiated_wo_call_max_net_cents=50_000_00)
    tender = factory.small_draft(session)
    found = current_assessment(session, tender, today())
    assert "nat-neg-wo-call" not in found.free_methods
    assert "nat-direct" in found.free_methods
    assert found.common_rules is not None
    said = {item["code"]: item for item in found.common_rules["procedures"]}
    assert [b["member"] for b in said["nat-neg-wo-call"]["blockers"]] == ["Jülich"]
    tender.procurement_method = "nat-neg-wo-call"
    (reason,) = gate(session, tender, "method_permitted").reasons
    assert reason.code == "method_not_permitted"


def test_the_longest_period_of_the_buyers_decides_and_is_named(
    session: Session, store: FileStore
) -> None:
    with_bylaw(session, minimum_tender_days=30)
    bylaw_factory.bylaw(session, cooperations.town(session, "Kerpen"), minimum_tender_days=21)
    tender = small_ready(session, store)
    tender.submission_deadline = clock.berlin_instant(today() + 25 * DAY, dt.time(10))
    reasons = gate(session, tender, "deadlines_lawful").reasons
    assert any("30" in reason.message for reason in reasons), reasons
    assert current_assessment(session, tender, today()).bylaw_deciders == ("Jülich",)
    with pytest.raises(Refused) as raised:
        publish(session, tender)
    assert raised.value.code == "deadline_unlawful"
    tender.submission_deadline = None
    published = publish(session, tender)
    assert published.submission_deadline is not None
    assert clock.berlin_day(published.submission_deadline) > today() + 30 * DAY


def test_above_the_threshold_bylaws_decide_nothing(session: Session, store: FileStore) -> None:
    with_bylaw(session, minimum_tender_days=90, direct_max_net_cents=1)
    tender = publish(session, factory.ready(session, store))
    assert tender.submission_deadline is not None
    assert clock.berlin_day(tender.submission_deadline) < today() + 60 * DAY


def test_the_record_says_which_version_decided_what(session: Session, store: FileStore) -> None:
    row = with_bylaw(session, minimum_tender_days=20)
    tender = publish(session, small_ready(session, store))
    entries = {e.action: e for e in audit.entries(session, stream_of(tender.id))}
    for action in ("tender_ready", "tender_published"):
        details = entries[action].details
        used = {item["name"]: item["bylaw_id"] for item in details["bylaws"]}
        assert used == {"Jülich": str(row.id), "Kerpen": None, "Merzenich": None}
        clause = next(c for c in details["common_rules"]["clauses"] if c["key"] == "tender_days")
        assert (clause["value"], clause["deciders"]) == (20, ["Jülich"])


def test_a_bylaw_that_changes_after_the_declaration_is_noticed(
    session: Session, store: FileStore
) -> None:
    tender = small_ready(session, store)
    officer = access.actor(session, julich(session), Role.PROCUREMENT_OFFICER)
    bylaws.add_version(session, officer, julich(session).id, bylaw_factory.entry(), now=clock.now())
    (reason,) = gate(session, tender, "bylaws_settled").reasons
    assert reason.code == "bylaw_changed"
    assert (
        "bisher: keine Satzung; jetzt: Vergabesatzung vom 15.01.2026, Fassung 1" in reason.message
    )
    with pytest.raises(Refused):
        publish(session, tender)
    actor = factory.officer(session, tender)
    readiness.take_back(session, actor, tender.id, version=None, now=clock.now())
    readiness.declare_ready(session, actor, tender.id, version=None, now=clock.now())
    assert publish(session, tender).stage == "published"


def test_a_bylaw_that_ends_overnight_is_noticed_too(
    session: Session, store: FileStore, moving_clock: object
) -> None:
    row = with_bylaw(session, direct_max_net_cents=25_000_00)
    row.valid_to = today()
    session.flush()
    tender = small_ready(session, store)
    assert gate(session, tender, "bylaws_settled").is_open
    moving_clock.pass_(days=1)
    assert not gate(session, tender, "bylaws_settled").is_open


def test_a_correction_later_does_not_change_what_was_published(
    session: Session, store: FileStore
) -> None:
    row = with_bylaw(session, minimum_tender_days=20)
    tender = publish(session, small_ready(session, store))
    officer = access.actor(session, julich(session), Role.PROCUREMENT_OFFICER)
    bylaws.correct_version(
        session,
        officer,
        row.id,
        bylaw_factory.entry(minimum_tender_days=60),
        reason="Tippfehler",
        now=clock.now(),
    )
    found = common_rules.of_tender(session, tender, now=clock.now())
    assert found.rules.clause("tender_days").value == 20
    assert [v["bylaw_id"] for v in found.versions if v["name"] == "Jülich"] == [str(row.id)]


def test_page_and_api_show_whose_rule_decides(
    session: Session, client: FlaskClient, store: FileStore
) -> None:
    with_bylaw(session, minimum_tender_days=20, required_quotes=3)
    tender = small_ready(session, store)
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    person = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    headers = access.bearer(session, person, lead)
    session.commit()
    access.log_in(client, person)
    for address in (
        f"/vergabeverfahren/{tender.id}/satzungen",
        f"/buendelungen/{tender.pool_id}/satzungen",
    ):
        shown = client.get(address)
        assert shown.status_code == 200
        assert "Nur Jülich nennt eine Zahl: 20 Kalendertage" in shown.text
        assert "Was jede Kommune für sich verlangt" in shown.text
    for address in (
        f"/api/v1/tenders/{tender.id}/bylaws",
        f"/api/v1/pools/{tender.pool_id}/bylaws",
    ):
        body = client.get(address, headers=headers).get_json()
        clause = next(item for item in body["clauses"] if item["key"] == "required_quotes")
        assert (clause["value"], clause["deciders"]) == (3, ["Jülich"])
        assert {own["member"] for own in clause["own"]} == {"Jülich", "Kerpen", "Merzenich"}
        assert body["is_decisive"] is True


def test_a_land_without_stored_rules_is_told_on_the_page(
    session: Session, client: FlaskClient, store: FileStore
) -> None:
    tender = factory.small_draft(session)
    julich(session).land = "HE"
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    person = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    headers = access.bearer(session, person, lead)
    session.commit()
    access.log_in(client, person)
    shown = client.get(f"/vergabeverfahren/{tender.id}/satzungen")
    assert shown.status_code == 200
    assert "keine Regeln hinterlegt" in shown.text
    assert client.get(f"/api/v1/tenders/{tender.id}/bylaws", headers=headers).status_code == 409
