"""Pages and API of own providers, with bad input."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access
from tests.factories import in_house as factory
from tests.factories import tenders as tender_factory
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.provider_model import InHouseProvider
from vergabe.in_house.model import InHouseCheck
from vergabe.pools.model import Pool

FORM = {
    "offer_amount_net_cents": "80.000,00",
    "offered_on": "10.11.2026",
    "offer_text": "Betrieb für vier Jahre",
    "has_control": "yes",
    "control_note": "§ 7 der Verbandssatzung",
    "activities_basis_points": "93,5",
    "activities_note": "Jahresabschlüsse",
    "has_private_capital": "no",
    "capital_note": "§ 2 der Verbandssatzung",
    "alternatives.0.name": "Marktpreis",
    "alternatives.0.amount_net_cents": "100.000,00",
    "alternatives.0.source": "Umfrage",
    "alternatives.4.name": "Eigenleistung",
    "alternatives.4.amount_net_cents": "120.000",
    "criteria": "Preis",
    "comparison": "Günstiger",
}
JSON: dict[str, Any] = {
    "offer_amount": {"amount_cents": 8_000_000, "currency": "EUR"},
    "offered_on": "2026-11-10",
    "has_control": True,
    "control_note": "Satzung",
    "activities_basis_points": 9_350,
    "activities_note": "Abschlüsse",
    "has_private_capital": False,
    "capital_note": "Satzung",
    "alternatives": [
        {"name": "Markt", "amount": {"amount_cents": 10_000_000, "currency": "EUR"}},
    ],
    "criteria": "Preis",
    "comparison": "Günstiger",
}


@pytest.fixture
def pool(session: Session) -> Pool:
    tender = tender_factory.small_draft(session)
    return session.get_one(Pool, tender.pool_id)


@pytest.fixture
def provider(session: Session, pool: Pool) -> InHouseProvider:
    return factory.provider(session, session.get_one(Cooperation, pool.cooperation_id))


@pytest.fixture
def lead(session: Session, pool: Pool) -> Organisation:
    return session.get_one(Organisation, pool.cooperation.lead_organisation_id)


@pytest.fixture
def page(client: FlaskClient, session: Session, lead: Organisation) -> FlaskClient:
    person = access.person(session, lead, Role.COORDINATOR)
    session.commit()
    access.log_in(client, person)
    return client


@pytest.fixture
def headers(session: Session, lead: Organisation) -> dict[str, str]:
    return access.bearer(session, access.person(session, lead, Role.COORDINATOR), lead)


def hidden(page: FlaskClient, address: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.get(address).text)
    assert found, page.get(address).text
    return found[1]


def post(page: FlaskClient, address: str, form: dict[str, Any], shown: str = "") -> Any:
    sent = form | {"csrf_token": hidden(page, shown or address, "csrf_token")}
    return page.post(address, data=sent, content_type="multipart/form-data")


def begun(page: FlaskClient, pool: Pool, provider: InHouseProvider) -> str:
    overview = f"/buendelungen/{pool.id}/eigene-anbieter"
    answer = post(page, overview, {"provider_id": str(provider.id)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def only(session: Session) -> InHouseCheck:
    session.expire_all()
    return session.scalars(select(InHouseCheck)).one()


def test_a_check_goes_from_the_offer_to_the_result_and_back(
    page: FlaskClient, session: Session, pool: Pool, provider: InHouseProvider
) -> None:
    address = begun(page, pool, provider)
    assert "§ 108 Abs. 7 GWB" in page.get(address).text
    editing = f"{address}/bearbeiten"
    version = hidden(page, editing, "version")
    document = (io.BytesIO(b"Angebotstext"), "angebot.pdf")
    answer = post(page, editing, FORM | {"version": version, "document": document})
    assert answer.status_code == 303, answer.text
    shown = page.get(address).text
    assert "20.000,00" in shown
    assert "günstiger als „Marktpreis“" in shown
    assert page.get(f"{address}/dokument").data == b"Angebotstext"
    filled = page.get(editing).text
    assert 'value="93,50"' in filled
    assert 'value="Eigenleistung"' in filled
    version = hidden(page, address, "version")
    decision = {"result": "in_house", "reason": "Günstiger und sicher", "version": version}
    answer = post(page, f"{address}/ergebnis", decision, shown=address)
    assert answer.status_code == 303, answer.text
    assert only(session).result == "in_house"
    overview = page.get(f"/buendelungen/{pool.id}/eigene-anbieter").text
    assert "Direkt beauftragen (In-house)" in overview
    assert page.get(editing).status_code == 303
    answer = post(page, f"{address}/wiederaufnahme", {"reason": "Neues Angebot"}, shown=address)
    assert answer.status_code == 303, answer.text
    assert "Frühere Prüfungen" in page.get(f"/buendelungen/{pool.id}/eigene-anbieter").text
    assert "wieder aufgenommen" in page.get(address).text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"offer_amount_net_cents": "achtzig"}, "achtzig"),
        ({"offer_amount_net_cents": "-5"}, "größer als 0 Euro"),
        ({"offered_on": "irgendwann"}, "Datum"),
        ({"offered_on": "01.01.0001"}, "Jahr"),
        ({"offered_on": "31.12.2030"}, "Zukunft"),
        ({"offered_on": ""}, "Tag des Angebots"),
        ({"declined_on": "10.11.2026"}, "nicht abgesagt"),
        ({"has_control": "vielleicht"}, "Wählen Sie eine der Antworten"),
        ({"activities_basis_points": "viel"}, "Anteil in Prozent"),
        ({"activities_basis_points": "120"}, "zwischen 0 und 100"),
        ({"control_note": "a\0b"}, "Steuerzeichen"),
        ({"alternatives.0.name": ""}, "Nennen Sie die Alternative"),
        ({"alternatives.0.name": "N" * 600}, "600 Zeichen"),
        ({"alternatives.0.amount_net_cents": ""}, "Betrag der Alternative"),
        ({"alternatives.0.amount_net_cents": "0"}, "größer als 0 Euro"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    page: FlaskClient,
    session: Session,
    pool: Pool,
    provider: InHouseProvider,
    change: dict[str, str],
    sentence: str,
) -> None:
    editing = f"{begun(page, pool, provider)}/bearbeiten"
    version = hidden(page, editing, "version")
    text = "Preis & <b>Güte</b>"
    answer = post(page, editing, FORM | {"version": version, "criteria": text} | change)
    assert answer.status_code == 422, answer.text
    assert sentence in answer.text
    assert "Preis &amp; &lt;b&gt;Güte&lt;/b&gt;" in answer.text
    assert only(session).offer_amount_net_cents is None


def test_a_result_without_what_it_needs_is_told_field_by_field(
    page: FlaskClient, session: Session, pool: Pool, provider: InHouseProvider
) -> None:
    address = begun(page, pool, provider)
    version = hidden(page, address, "version")
    answer = post(page, f"{address}/ergebnis", {"version": version}, shown=address)
    assert answer.status_code == 422
    assert "Wählen Sie das Ergebnis" in answer.text
    wanted = {"version": version, "result": "in_house", "reason": "Bleibt stehen"}
    answer = post(page, f"{address}/ergebnis", wanted, shown=address)
    assert answer.status_code == 422
    assert "Ein Direktauftrag braucht ein Angebot" in answer.text
    assert "Bleibt stehen" in answer.text
    stale = wanted | {"version": "77", "result": "not_suitable"}
    assert post(page, f"{address}/ergebnis", stale, shown=address).status_code == 412
    answer = post(page, f"{address}/wiederaufnahme", {"reason": "x"}, shown=address)
    assert answer.status_code == 409
    assert only(session).result is None


def test_a_pool_without_provider_says_that_nobody_is_asked(page: FlaskClient, pool: Pool) -> None:
    address = f"/buendelungen/{pool.id}/eigene-anbieter"
    assert "kein eigener Anbieter hinterlegt" in page.get(address).text
    forged = {"provider_id": "keine"}
    assert post(page, address, forged, shown="/bedarfe").status_code == 404


def test_a_check_under_another_pool_is_not_found(
    page: FlaskClient, session: Session, pool: Pool, provider: InHouseProvider
) -> None:
    address = begun(page, pool, provider)
    other = address.replace(str(pool.id), str(provider.id))
    assert page.get(other).status_code == 404


def test_the_api_does_all_of_it(
    client: FlaskClient, pool: Pool, provider: InHouseProvider, headers: dict[str, str]
) -> None:
    listed = f"/api/v1/pools/{pool.id}/in-house-checks"
    made = client.post(listed, json={"provider_id": str(provider.id)}, headers=headers)
    assert made.status_code == 201, made.text
    address = f"/api/v1/in-house-checks/{made.get_json()['id']}"
    assert client.put(address, json=JSON, headers=headers).status_code == 428
    seen = {"If-Match": made.headers["ETag"]}
    saved = client.put(address, json=JSON, headers=headers | seen)
    assert saved.status_code == 200, saved.text
    body = saved.get_json()
    assert body["figures"]["difference"]["amount_cents"] == -2_000_000
    assert [item["is_met"] for item in body["conditions"]] == [True, True, True]
    assert client.put(address, json=JSON, headers=headers | seen).status_code == 412
    seen = {"If-Match": saved.headers["ETag"]}
    decision = {"result": "tender", "reason": "Der Markt ist breiter."}
    decided = client.post(f"{address}/decision", json=decision, headers=headers | seen)
    assert decided.status_code == 200, decided.text
    assert decided.get_json()["pool_value"]["amount_cents"] > 0
    seen = {"If-Match": decided.headers["ETag"]}
    reopening = {"reason": "Neues Angebot"}
    reopened = client.post(f"{address}/reopening", json=reopening, headers=headers | seen)
    assert reopened.status_code == 201, reopened.text
    found = client.get(listed, headers=headers).get_json()
    assert found["asked_first"][0]["check"]["number"] == 2
    assert [check["number"] for check in found["earlier"]] == [1]
    assert found["open_questions"]


@pytest.mark.parametrize(
    "change",
    [
        {"offer_amount": 80_000},
        {"offer_amount": {"amount_cents": 0, "currency": "EUR"}},
        {"offered_on": "2026-13-01"},
        {"has_control": "vielleicht"},
        {"activities_basis_points": 10**30},
        {"activities_basis_points": 10_001},
        {"alternatives": [{"name": "", "amount": {"amount_cents": 1, "currency": "EUR"}}]},
        {"alternatives": [{"name": "A"}]},
        {"alternatives": "viele"},
        {"criteria": "x" * 20_000},
        {"criteria": "a\0b"},
        {"unknown": 1},
    ],
)
def test_the_api_refuses_bad_input_in_german(
    client: FlaskClient,
    session: Session,
    pool: Pool,
    provider: InHouseProvider,
    headers: dict[str, str],
    change: dict[str, Any],
) -> None:
    check = factory.check(session, pool, provider)
    session.commit()
    seen = {"If-Match": f'"{check.version}"'}
    address = f"/api/v1/in-house-checks/{check.id}"
    answer = client.put(address, json=JSON | change, headers=headers | seen)
    assert answer.status_code == 422, answer.text
    assert answer.get_json()["violations"]
