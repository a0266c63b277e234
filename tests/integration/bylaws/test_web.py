"""Pages and API of by-laws, with bad input."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from tests.factories import bylaws as factory
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.bylaws.model import ProcurementBylaw

FORM = {
    "title": "Vergabesatzung der Stadt Jülich",
    "adopted_on": "15.01.2026",
    "valid_from": "2026-02-01",
    "direct_max_net_cents": "25.000,00",
    "minimum_tender_days": "14",
}
JSON = {
    "title": "Vergabesatzung",
    "adopted_on": "2026-01-15",
    "valid_from": "2026-02-01",
    "direct_max": {"amount_cents": 2_500_000, "currency": "EUR"},
    "minimum_tender_days": 14,
}


@pytest.fixture
def julich(session: Session) -> Organisation:
    cooperations.dlz(session)
    return cooperations.town(session, "Jülich")


@pytest.fixture
def page(client: FlaskClient, session: Session, julich: Organisation) -> FlaskClient:
    person = access.person(session, julich, Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, person)
    return client


@pytest.fixture
def headers(session: Session, julich: Organisation) -> dict[str, str]:
    person = access.person(session, julich, Role.PROCUREMENT_OFFICER)
    return access.bearer(session, person, julich)


def token(page: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.get(address).text)
    assert found
    return found[1]


def post(page: FlaskClient, address: str, form: dict[str, Any], shown: str = "") -> Any:
    sent = form | {"csrf_token": token(page, shown or address)}
    return page.post(address, data=sent, content_type="multipart/form-data")


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ProcurementBylaw)) or 0


def test_a_bylaw_is_recorded_read_ended_and_corrected(page: FlaskClient, session: Session) -> None:
    document = (io.BytesIO(b"Satzungstext"), "satzung.pdf")
    answer = post(page, "/satzungen/neu", FORM | {"document": document})
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    shown = page.get(address).text
    assert "Ein Direktauftrag ist bis 25.000,00" in shown
    assert "mindestens 14 Kalendertage" in shown
    assert "Mustersatzung" in shown
    assert page.get(f"{address}/dokument").data == b"Satzungstext"
    listed = page.get("/satzungen").text
    assert "Vergabesatzung der Stadt Jülich (Fassung 1)" in listed
    assert "nur die Grundsätze des § 75a" in listed

    filled = page.get(f"{address}/berichtigung").text
    version = re.search(r'name="version" value="(\d+)"', filled)
    assert version
    assert 'value="25.000,00"' in filled
    corrected = post(
        page,
        f"{address}/berichtigung",
        FORM | {"version": version[1], "required_quotes": "3", "reason": "Angebote vergessen"},
    )
    assert corrected.status_code == 303, corrected.text
    assert "Diese Fassung zählt nicht mehr" in page.get(address).text
    second = corrected.headers["Location"]
    seen = re.search(r'name="version" value="(\d+)"', page.get(second).text)
    assert seen
    ended = post(
        page,
        f"{second}/ende",
        {"valid_to": "31.12.2026", "reason": "Neue Satzung", "version": seen[1]},
        shown=second,
    )
    assert ended.status_code == 303
    assert "31.12.2026" in page.get(second).text
    assert count(session) == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "Geben Sie den Titel"),
        ({"title": "S" * 600}, "400"),
        ({"title": "Satz\0ung"}, "Steuerzeichen"),
        ({"adopted_on": ""}, "Tag des Beschlusses"),
        ({"valid_from": "gestern"}, "Datum"),
        ({"valid_from": "01.01.0001"}, "Jahr"),
        ({"valid_to": "01.01.2025"}, "Das Ende liegt vor dem Beginn"),
        ({"direct_max_net_cents": "viel"}, "viel"),
        ({"direct_max_net_cents": "-1"}, "0 Euro"),
        ({"minimum_tender_days": "vierzehn"}, "ganze Zahl"),
        ({"minimum_tender_days": "0"}, "Möglich sind 1 bis 365"),
        ({"required_quotes": "99999999999999"}, "ganze Zahl"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    page: FlaskClient, session: Session, change: dict[str, str], sentence: str
) -> None:
    answer = post(page, "/satzungen/neu", FORM | {"note": "Bleibt & steht"} | change)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Bleibt &amp; steht" in answer.text
    assert count(session) == 0


def test_a_missing_form_a_wrong_file_and_an_overlap_are_told(
    page: FlaskClient, session: Session, julich: Organisation
) -> None:
    assert post(page, "/satzungen/neu", {}).status_code == 422
    program = (io.BytesIO(b"MZ"), "satzung.exe")
    answer = post(page, "/satzungen/neu", FORM | {"document": program})
    assert answer.status_code == 422
    assert "Diese Art von Datei" in answer.text
    factory.bylaw(session, julich)
    session.commit()
    answer = post(page, "/satzungen/neu", FORM)
    assert answer.status_code == 422
    assert "An einem Tag kann nur eine Fassung gelten" in answer.text
    assert count(session) == 1


def test_an_ending_without_reason_and_an_old_version_are_told(
    page: FlaskClient, session: Session, julich: Organisation
) -> None:
    row = factory.bylaw(session, julich)
    session.commit()
    address = f"/satzungen/{row.id}"
    answer = post(page, f"{address}/ende", {"valid_to": "", "version": "1"}, shown=address)
    assert answer.status_code == 422
    assert "Nennen Sie den Grund" in answer.text
    stale = {"valid_to": "31.12.2026", "reason": "x", "version": "77"}
    assert post(page, f"{address}/ende", stale, shown=address).status_code == 412
    stale = FORM | {"reason": "x", "version": "77"}
    assert post(page, f"{address}/berichtigung", stale).status_code == 412


def test_partners_read_the_page_and_change_nothing(
    client: FlaskClient, session: Session, julich: Organisation
) -> None:
    row = factory.bylaw(session, julich)
    kerpen = cooperations.town(session, "Kerpen")
    person = access.person(session, kerpen, Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, person)
    shown = client.get(f"/satzungen/{row.id}")
    assert shown.status_code == 200
    assert "Fassung beenden" not in shown.text
    assert client.get(f"/satzungen/{row.id}/berichtigung").status_code == 403
    answer = post(
        client,
        f"/satzungen/{row.id}/ende",
        {"valid_to": "31.12.2026", "reason": "x", "version": "1"},
        shown="/satzungen/neu",
    )
    assert answer.status_code == 404


def test_the_api_records_reads_ends_and_corrects(
    client: FlaskClient, session: Session, headers: dict[str, str]
) -> None:
    made = client.post("/api/v1/bylaws", json=JSON, headers=headers)
    assert made.status_code == 201, made.text
    body = made.get_json()
    assert body["direct_max"] == {"amount_cents": 2_500_000, "currency": "EUR"}
    assert body["restricted_wo_call_max"] is None
    assert body["is_in_force"] is True
    assert any("14 Kalendertage" in sentence for sentence in body["meaning"])
    address = f"/api/v1/bylaws/{body['id']}"
    seen = {"If-Match": client.get(address, headers=headers).headers["ETag"]}
    listed = client.get("/api/v1/bylaws?on=2026-11-23", headers=headers).get_json()
    assert [item["id"] for item in listed["items"]] == [body["id"]]
    assert {one["name"] for one in listed["without_bylaw"]} == {"Merzenich", "Kerpen"}
    assert client.post(f"{address}/end", json={}, headers=headers).status_code == 422
    ending = {"valid_to": "2026-12-31", "reason": "Neue Satzung"}
    assert client.post(f"{address}/end", json=ending, headers=headers).status_code == 428
    corrected = client.post(
        f"{address}/correction",
        json=JSON | {"required_quotes": 3, "reason": "Vergessen"},
        headers=headers | seen,
    )
    assert corrected.status_code == 201, corrected.text
    second = f"/api/v1/bylaws/{corrected.get_json()['id']}"
    seen = {"If-Match": corrected.headers["ETag"]}
    assert client.post(f"{second}/end", json=ending, headers=headers | seen).status_code == 200
    assert client.post(f"{second}/end", json=ending, headers=headers | seen).status_code == 412
    assert client.get(address, headers=headers).get_json()["is_replaced"] is True


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "S" * 600},
        {"title": "a\0b"},
        {"title": 7},
        {"adopted_on": "gestern"},
        {"valid_from": "0001-01-01"},
        {"direct_max": 25_000},
        {"direct_max": {"amount_cents": "25.000", "currency": "EUR"}},
        {"direct_max": {"amount_cents": -1, "currency": "EUR"}},
        {"minimum_tender_days": 10**30},
        {"required_quotes": True},
        {"unknown": 1},
    ],
)
def test_the_api_refuses_bad_input_in_german(
    client: FlaskClient, session: Session, headers: dict[str, str], change: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/bylaws", json=JSON | change, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.get_json()["violations"]
    assert count(session) == 0
