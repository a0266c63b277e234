"""The JSON API of pools: the whole way, versions, strangers, bad input."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, pools
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role

pytestmark = [pytest.mark.usefixtures("moving_clock"), pytest.mark.one_database]
Headers = dict[str, str]


def bearer(session: Session, organisation: Organisation, *roles: Role) -> Headers:
    user = access.person(session, organisation, *roles)
    return access.bearer(session, user, organisation)


def post(client: FlaskClient, headers: Headers, url: str, status: int, **body: Any) -> Any:
    answer = client.post(f"/api/v1{url}", json=body, headers=headers)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.json


def etag(client: FlaskClient, headers: Headers, pool_id: str) -> Headers:
    answer = client.get(f"/api/v1/pools/{pool_id}", headers=headers)
    assert answer.status_code == 200
    return headers | {"If-Match": answer.headers["ETag"]}


def test_from_proposal_to_binding_through_the_api(
    client: FlaskClient, session: Session, moving_clock: MovableClock
) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    lead = bearer(session, cooperation.lead, Role.COORDINATOR, Role.RELEASER)
    members = [bearer(session, d.organisation, Role.RELEASER) for d in demands[1:]]
    (proposal,) = post(client, lead, "/pools/propose", 200, cooperation_id=str(cooperation.id))[
        "items"
    ]
    pool_id = proposal["id"]
    assert proposal["total_net"] == {"amount_cents": 135_000_000, "currency": "EUR"}
    assert proposal["speaks_for"][0]["code"] == "members"
    post(client, lead, f"/pools/{pool_id}/consultation", 428, text="Bitte prüfen")
    seen = etag(client, lead, pool_id)
    post(client, seen, f"/pools/{pool_id}/consultation", 200, text="Bitte prüfen")
    post(client, seen, f"/pools/{pool_id}/reject", 412, reason="Doch nicht")
    commented = post(client, members[0], f"/pools/{pool_id}/comments", 200, text="Allrad?")
    comment_id = commented["comments"][0]["id"]
    post(client, lead, f"/pools/{pool_id}/comments/{comment_id}/answer", 200, text="Ja.")
    opened = post(client, etag(client, lead, pool_id), f"/pools/{pool_id}/joining-window", 200)
    assert opened["joining_deadline"] == "2026-12-14T23:00:00Z"
    for headers, demand in zip([lead, *members], demands, strict=True):
        body = {
            "quantities": [{"line_id": str(demand.items[0].id), "quantity": "1"}],
            "mandate_reference": "Ratsbeschluss",
        }
        joined = post(client, headers, f"/pools/{pool_id}/join", 200, **body)
    assert [member["decision"] for member in joined["members"]] == ["joined"] * 3
    moving_clock.at("2026-12-15T00:00:00+01:00")
    headers = bearer(session, demands[1].organisation, Role.RELEASER)
    late = post(client, headers, f"/pools/{pool_id}/leave", 409)
    assert late["violations"][0]["code"] == "joining_closed"
    asked = post(client, headers, f"/pools/{pool_id}/withdrawals", 200, reason="Gespendet")
    consent = f"/api/v1/pools/{pool_id}/withdrawals/{asked['withdrawals'][0]['id']}/consent"
    for demand in (demands[0], demands[2]):
        headers = bearer(session, demand.organisation, Role.RELEASER)
        answer = client.put(consent, json={"is_given": True}, headers=headers)
        assert answer.status_code == 200
    left: Any = answer.json
    assert left["withdrawals"][0]["effective_at"] is not None
    listed: Any = client.get("/api/v1/pools?stage=binding", headers=headers).json
    assert [(item["id"], item["member_count"]) for item in listed["items"]] == [(pool_id, 2)]


def test_split_and_merge_need_the_version(client: FlaskClient, session: Session) -> None:
    towns = ("Merzenich", "Jülich", "Kerpen", "Inden")
    cooperation, demands = pools.towns_with_engines(session, towns)
    pool = pools.proposed_pool(session, cooperation, demands)
    lead = bearer(session, cooperation.lead, Role.COORDINATOR)
    url, ids = f"/pools/{pool.id}", [str(demand.id) for demand in demands[:2]]
    post(client, lead, f"{url}/split", 428, demand_ids=ids)
    seen = etag(client, lead, str(pool.id))
    new = post(client, seen, f"{url}/split", 200, demand_ids=ids)["new_pool"]
    assert len(new["members"]) == 2
    post(client, seen, f"{url}/merge", 412, other_id=new["id"])
    merged = post(client, etag(client, lead, str(pool.id)), f"{url}/merge", 200, other_id=new["id"])
    assert len(merged["members"]) == 4


def test_strangers_find_nothing(client: FlaskClient, session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    roles = (Role.COORDINATOR, Role.RELEASER)
    stranger = bearer(session, cooperations.town(session, "Linnich"), *roles)
    stranger |= {"If-Match": '"1"'}
    assert client.get(f"/api/v1/pools/{pool.id}", headers=stranger).status_code == 404
    listed: Any = client.get("/api/v1/pools", headers=stranger).json
    assert listed["items"] == []
    post(client, stranger, "/pools/propose", 404, cooperation_id=str(cooperation.id))
    post(client, stranger, f"/pools/{pool.id}/join", 404, quantities=[])
    post(client, stranger, f"/pools/{pool.id}/dissolve", 404, reason="x")
    post(client, stranger, f"/pools/{pool.id}/withdrawals", 404, reason="x")


@pytest.mark.parametrize(
    "quantities",
    [None, "1", [{}], [{"line_id": "x", "quantity": "1"}], [{"line_id": str(uuid.uuid4())}]]
    + [[{"line_id": str(uuid.UUID(int=1)), "quantity": value}] for value in ("1", "NaN", "1e400")]
    + [[]],
)
def test_bad_quantities_are_422(client: FlaskClient, session: Session, quantities: Any) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    member = bearer(session, demands[0].organisation, Role.RELEASER)
    body = {"quantities": quantities, "mandate_reference": "Rat"}
    post(client, member, f"/pools/{pool.id}/join", 422, **body)
