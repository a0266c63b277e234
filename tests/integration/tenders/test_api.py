"""The JSON API of tenders: shapes, versions, separation, bad input."""

import io
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from tests.factories import demands as demand_factory
from tests.factories import tenders as factory
from vergabe.access.permissions import Role
from vergabe.files.store import FileStore
from vergabe.tenders.model import Tender

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

Headers = dict[str, str]


def headers_of(session: Session, town: str = "Merzenich", *roles: Role) -> Headers:
    organisation = cooperations.town(session, town)
    user = access.person(session, organisation, *(roles or (Role.PROCUREMENT_OFFICER,)))
    return access.bearer(session, user, organisation)


def path(tender: Tender, rest: str = "") -> str:
    return f"/api/v1/tenders/{tender.id}{rest}"


@pytest.fixture
def tender(session: Session) -> Tender:
    found = factory.draft(session)
    session.commit()
    return found


@pytest.fixture
def headers(session: Session, tender: Tender) -> Headers:
    assert tender
    return headers_of(session)


def test_a_tender_with_its_lots_and_shares(
    client: FlaskClient, tender: Tender, headers: Headers
) -> None:
    answer = client.get(path(tender), headers=headers)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{tender.version}"'
    body = answer.json
    assert body["estimated_value_net"] == {"amount_cents": 135_000_000, "currency": "EUR"}
    (lot,) = body["lots"]
    assert lot["estimated_value_net"]["amount_cents"] == 135_000_000
    (item,) = lot["items"]
    assert item["quantity"] == "3"
    assert [share["organisation_name"] for share in item["shares"]] == [
        "Jülich",
        "Kerpen",
        "Merzenich",
    ]
    assert sum(s["value_net"]["amount_cents"] for s in item["shares"]) == 135_000_000
    page = client.get("/api/v1/tenders?stage=draft&q=LF", headers=headers).json
    assert [head["id"] for head in page["items"]] == [str(tender.id)]
    assert client.get("/api/v1/tenders?stage=ready", headers=headers).json["items"] == []


@pytest.mark.parametrize("typed", ["übung", "ÜBUNG", "U\u0308bung", "STRASSE", "straße"])
def test_words_are_found_however_they_are_typed(
    session: Session, client: FlaskClient, tender: Tender, headers: Headers, typed: str
) -> None:
    tender.title = "Übungspuppen Straße"
    session.commit()
    page = client.get("/api/v1/tenders", query_string={"q": typed}, headers=headers).json
    assert [head["id"] for head in page["items"]] == [str(tender.id)]


def test_a_pool_becomes_a_tender_and_the_second_call_gives_the_same(
    session: Session, client: FlaskClient
) -> None:
    cooperation = cooperations.dlz(session)
    demands = [
        demand_factory.demand(session, cooperation, cooperations.town(session, town))
        for town in factory.THREE_TOWNS
    ]
    pool = factory.binding_pool(session, cooperation, demands)
    session.commit()
    headers = headers_of(session)
    body = {"pool_id": str(pool.id), "split": "member", "title": "Drei Fahrzeuge"}
    first = client.post("/api/v1/tenders", json=body, headers=headers)
    assert first.status_code == 201, first.json
    assert (first.json["title"], len(first.json["lots"])) == ("Drei Fahrzeuge", 3)
    again = client.post("/api/v1/tenders", json=body, headers=headers)
    assert again.json["id"] == first.json["id"]
    for bad in ({}, {"pool_id": "x"}, body | {"split": "?"}, body | {"title": "x" * 401}):
        assert client.post("/api/v1/tenders", json=bad, headers=headers).status_code == 422
    unknown = {"pool_id": str(uuid.uuid4())}
    assert client.post("/api/v1/tenders", json=unknown, headers=headers).status_code == 404


def test_a_change_needs_the_version_that_was_read(
    session: Session, client: FlaskClient, tender: Tender, headers: Headers
) -> None:
    body = {"title": "Neu", "framework_maximum": {"amount_cents": 140_000_000, "currency": "EUR"}}
    assert client.patch(path(tender), json=body, headers=headers).status_code == 428
    wrong = headers | {"If-Match": '"999"'}
    assert client.patch(path(tender), json=body, headers=wrong).status_code == 412
    right = headers | {"If-Match": f'"{tender.version}"'}
    answer = client.patch(path(tender), json=body, headers=right)
    assert answer.status_code == 200, answer.json
    assert answer.json["title"] == "Neu"
    assert answer.json["framework_maximum"]["amount_cents"] == 140_000_000
    assert answer.headers["ETag"] != right["If-Match"]
    assert client.patch(path(tender), json=body, headers=right).status_code == 412


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": 5}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 600}, "title"),
        ({"title": "a\u0000b"}, "title"),
        ({"gibt_es_nicht": 1}, "gibt_es_nicht"),
        ({"framework_maximum": {"amount_cents": 1.5, "currency": "EUR"}}, "framework_maximum"),
        ({"framework_maximum": {"amount_cents": 5, "currency": "USD"}}, "framework_maximum"),
        ({"submission_deadline": "2026-12-24T10:00:00"}, "submission_deadline"),
        ({"submission_deadline": "2026-12-01T10:00:00+01:00"}, "submission_deadline"),
        ({"bid_validity_until": "31.12.2026"}, "bid_validity_until"),
        ({"contact": "x"}, "contact"),
        ({"contact": {"email": "x"}}, "contact.email"),
        ({"lots_joining": {"infrastructure": "vielleicht"}}, "lots_joining.infrastructure"),
        ({"max_lots_per_bid": "1"}, "max_lots_per_bid"),
        ({"procurement_method": "nat-open"}, "procurement_method"),
    ],
)
def test_bad_changes_name_their_field(
    client: FlaskClient, tender: Tender, headers: Headers, body: dict[str, Any], field: str
) -> None:
    sent = headers | {"If-Match": f'"{tender.version}"'}
    answer = client.patch(path(tender), json=body, headers=sent)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert any(v["field"].startswith(field) for v in answer.json["violations"]), answer.json


def test_a_deadline_too_short_names_the_paragraph(
    client: FlaskClient, tender: Tender, headers: Headers
) -> None:
    sent = headers | {"If-Match": f'"{tender.version}"'}
    body = {"submission_deadline": "2026-12-23T22:59:59Z"}
    answer = client.patch(path(tender), json=body, headers=sent)
    assert answer.status_code == 422
    assert answer.json["violations"][0]["law"] == "§ 15 Abs. 2 und 4 VgV"
    good = {"submission_deadline": "2026-12-23T23:00:00Z"}
    assert client.patch(path(tender), json=good, headers=sent).json["submission_deadline"] == (
        "2026-12-23T23:00:00Z"
    )


def test_criteria(client: FlaskClient, tender: Tender, headers: Headers) -> None:
    sent = headers | {"If-Match": f'"{tender.version}"'}
    price = client.get(path(tender), headers=headers).json["criteria"][0]
    body = {
        "criteria": [
            price | {"weight_basis_points": 7_000},
            {"name": "Lieferzeit", "kind": "quality", "weight_basis_points": 3_000},
        ]
    }
    answer = client.put(path(tender, "/criteria"), json=body, headers=sent)
    assert answer.status_code == 200, answer.json
    assert [c["weight_basis_points"] for c in answer.json["criteria"]] == [7_000, 3_000]
    assert answer.json["criteria"][0]["id"] == price["id"]
    sent = headers | {"If-Match": answer.headers["ETag"]}
    for bad in ({}, {"criteria": [{"name": "x"}]}, {"criteria": [price | {"kind": "schön"}]}):
        assert client.put(path(tender, "/criteria"), json=bad, headers=sent).status_code == 422


def test_lots(client: FlaskClient, tender: Tender, headers: Headers) -> None:
    def post(rest: str, body: dict[str, Any], method: str = "POST") -> Any:
        version = client.get(path(tender), headers=headers).headers["ETag"]
        sent = headers | {"If-Match": version}
        return client.open(path(tender, rest), method=method, json=body, headers=sent)

    cut = post("/lots/cut", {"split": "member"})
    assert cut.status_code == 200, cut.json
    first, second, third = cut.json["lots"]
    dated = post(f"/lots/{first['id']}", {"starts_on": "2027-03-01"}, "PATCH")
    assert dated.json["lots"][0]["starts_on"] == "2027-03-01"
    assert dated.json["lots"][0]["title"] == first["title"]
    merged = post(f"/lots/{second['id']}/merge", {"into_lot_id": first["id"]})
    assert [lot["number"] for lot in merged.json["lots"]] == [1, 2]
    item = merged.json["lots"][0]["items"][0]
    assert item["quantity"] == "2"
    moved = post(f"/items/{item['id']}/move", {"to_lot_id": third["id"]})
    assert moved.status_code == 200, moved.json
    assert moved.json["lots"][0]["items"][0]["quantity"] == "3"
    assert post("/lots/cut", {"split": "?"}).status_code == 422
    assert post(f"/lots/{uuid.uuid4()}/merge", {"into_lot_id": third["id"]}).status_code == 404
    assert post(f"/items/{uuid.uuid4()}/move", {"to_lot_id": None}).status_code == 404


def test_quantities_move_between_lots_and_no_member_gains_or_loses(
    client: FlaskClient, tender: Tender, headers: Headers
) -> None:
    def send(method: str, rest: str, body: dict[str, Any]) -> Any:
        version = client.get(path(tender), headers=headers).headers["ETag"]
        sent = headers | {"If-Match": version}
        return client.open(path(tender, rest), method=method, json=body, headers=sent)

    def quantities(body: dict[str, Any]) -> list[dict[str, str]]:
        return [
            {share["organisation_name"]: share["quantity"] for share in lot["items"][0]["shares"]}
            for lot in body["lots"]
        ]

    before = client.get(path(tender), headers=headers).json
    (item,) = before["lots"][0]["items"]
    town = item["shares"][0]
    part = {"organisation_id": town["organisation_id"], "quantity": "0.25"}
    split = f"/items/{item['id']}/split"
    for bad in ({}, {"to_lot_id": None}, {"to_lot_id": None, "parts": [part | {"quantity": "x"}]}):
        assert send("POST", split, bad).status_code == 422, bad
    too_much = {"to_lot_id": None, "parts": [part | {"quantity": "2"}]}
    assert send("POST", split, too_much).status_code == 422
    made = send("POST", split, {"to_lot_id": None, "parts": [part]})
    assert made.status_code == 200, made.json
    name, other = town["organisation_name"], "Kerpen"
    assert quantities(made.json) == [{name: "0.75", other: "1", "Merzenich": "1"}, {name: "0.25"}]
    assert made.json["estimated_value_net"] == before["estimated_value_net"]

    ids = [lot["items"][0]["id"] for lot in made.json["lots"]]
    wanted = [{"item_id": key, "organisation_id": town["organisation_id"]} for key in ids]
    lost = [wanted[0] | {"quantity": "0.25"}]
    refused = send("PUT", "/quantities", {"quantities": lost})
    assert (refused.status_code, len(refused.json["violations"])) == (422, 1)
    foreign = [lost[0] | {"item_id": str(uuid.uuid4())}]
    assert send("PUT", "/quantities", {"quantities": foreign}).status_code == 404
    halves = [each | {"quantity": "0.5"} for each in wanted]
    done = send("PUT", "/quantities", {"quantities": halves})
    assert quantities(done.json) == [{name: "0.5", other: "1", "Merzenich": "1"}, {name: "0.5"}]
    assert done.json["estimated_value_net"] == before["estimated_value_net"]


def test_documents(client: FlaskClient, tender: Tender, headers: Headers) -> None:
    def send(rest: str, content: bytes, name: str = "Pläne.pdf", **form: str) -> Any:
        data: dict[str, Any] = {**form, "file": (io.BytesIO(content), name)}
        return client.post(path(tender, rest), data=data, headers=headers)

    made = send("/documents", b"%PDF-1", title="Pläne")
    assert made.status_code == 201, made.json
    assert (made.json["title"], made.json["file_name"]) == ("Pläne", "Pläne.pdf")
    content = client.get(path(tender, f"/documents/{made.json['id']}/content"), headers=headers)
    assert content.data == b"%PDF-1"
    assert client.get(path(tender), headers=headers).json["documents"] == [made.json]
    newer = send(f"/documents/{made.json['id']}/versions", b"%PDF-2")
    assert newer.json["sha256"] != made.json["sha256"]
    assert send("/documents", b"MZ", "x.exe").status_code == 422
    assert client.post(path(tender, "/documents"), data={}, headers=headers).status_code == 422
    gone = client.delete(path(tender, f"/documents/{made.json['id']}"), headers=headers)
    assert gone.status_code == 204
    assert client.get(path(tender), headers=headers).json["documents"] == []


def test_gates_and_law(client: FlaskClient, tender: Tender, headers: Headers) -> None:
    gates = client.get(path(tender, "/gates"), headers=headers).json
    assert gates["is_open"] is False
    closed = [gate["key"] for gate in gates["gates"] if not gate["is_open"]]
    assert closed == ["content_complete"]
    law = client.get(path(tender, "/law"), headers=headers).json
    assert law["regime"] == "GWB-4/VgV"
    assert law["minimum_days"] == 30
    assert law["earliest_submission_deadline"] == "2026-12-23T23:00:00Z"
    assert law["submission_deadline"] == "2026-12-24T09:00:00Z"
    assert all(result["steps"] for result in law["results"])


def test_ready_and_back(
    session: Session, client: FlaskClient, tender: Tender, headers: Headers, store: FileStore
) -> None:
    sent = headers | {"If-Match": f'"{tender.version}"'}
    refused = client.post(path(tender, "/ready"), headers=sent)
    assert refused.status_code == 409
    assert {v["code"] for v in refused.json["violations"]} >= {"documents_missing"}
    factory.complete(session, store, tender)
    session.commit()
    sent = headers | {"If-Match": f'"{tender.version}"'}
    ready = client.post(path(tender, "/ready"), headers=sent)
    assert ready.json["stage"] == "ready", ready.json
    sent = headers | {"If-Match": ready.headers["ETag"]}
    assert client.post(path(tender, "/take-back"), headers=sent).json["stage"] == "draft"


CALLS: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("GET", "", None),
    ("GET", "/gates", None),
    ("GET", "/law", None),
    ("PATCH", "", {"title": "x"}),
    ("PUT", "/criteria", {"criteria": []}),
    ("POST", "/lots/cut", {"split": "trade"}),
    ("PUT", "/quantities", {"quantities": []}),
    ("POST", f"/items/{uuid.UUID(int=7)}/split", {"to_lot_id": None, "parts": []}),
    ("POST", "/ready", None),
    ("POST", "/take-back", None),
)


@pytest.mark.parametrize(("method", "rest", "body"), CALLS)
def test_separation(
    session: Session, client: FlaskClient, tender: Tender, method: str, rest: str, body: Any
) -> None:
    def status(headers: Headers) -> int:
        sent = headers | {"If-Match": f'"{tender.version}"'}
        return client.open(path(tender, rest), method=method, json=body, headers=sent).status_code

    is_read = method == "GET"
    assert status({}) == 401
    access.organisation(session, "Inden")
    assert status(headers_of(session, "Inden")) == 404
    assert status(headers_of(session, "Jülich")) == (200 if is_read else 403)
    assert status(headers_of(session, "Merzenich", Role.AUDITOR)) == (200 if is_read else 403)
    firm = access.supplier(session)
    user = access.person(session, firm, Role.SUPPLIER)
    assert status(access.bearer(session, user, firm)) == 403
