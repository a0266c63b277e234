"""The API of costs and of the ledger: the same commands, German problems, nobody else's items."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, cost_shares, tasks, tenders
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.cooperations.task_rules import Step
from vergabe.cost_shares.model import LedgerEntry
from vergabe.pools.model import Pool

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

LEDGER = "/api/v1/cooperations/dlz/ledger"


def euros(cents: int) -> dict[str, Any]:
    return {"amount_cents": cents, "currency": "EUR"}


ADVANCE: dict[str, Any] = {
    "category": "publication",
    "text": "Bekanntmachung",
    "document": "R 1",
    "document_on": "2026-11-20",
    "supplied_on": "2026-11-20",
    "net": euros(100_00),
    "vat": euros(0),
    "vat_status": {"ground": "long_term_cooperation"},
}


@pytest.fixture
def pool(session: Session) -> Pool:
    return cost_shares.project(session)


def headers_of(session: Session, town: str, *roles: Role) -> dict[str, str]:
    organisation = cooperations.town(session, town)
    return access.bearer(session, access.person(session, organisation, *roles), organisation)


@pytest.fixture
def treasury(session: Session, pool: Pool) -> dict[str, str]:
    return headers_of(session, "Merzenich", Role.RELEASER)


def test_a_service_provider_works_on_a_pool_and_reads_nothing_of_its_costs(
    client: FlaskClient, session: Session, pool: Pool
) -> None:
    provider = tasks.provider(session)
    tasks.given_to(session, pool.cooperation, provider, Step.PREPARE_TENDER)
    person = access.person(session, provider, Role.PROCUREMENT_OFFICER)
    headers = access.bearer(session, person, provider)
    assert client.get(f"/api/v1/pools/{pool.id}", headers=headers).status_code == 200
    assert client.get(f"/api/v1/pools/{pool.id}/costs", headers=headers).status_code == 404
    member = headers_of(session, "Kerpen", Role.AUDITOR)
    assert client.get(f"/api/v1/pools/{pool.id}/costs", headers=member).status_code == 200


def test_an_advance_is_booked_demanded_paid_and_corrected(
    client: FlaskClient, session: Session, pool: Pool, treasury: dict[str, str]
) -> None:
    def post(address: str, body: dict[str, Any] | None = None) -> Any:
        answer = client.post(address, headers=treasury, json=body or {})
        assert answer.status_code == 201, answer.text
        return answer.get_json()

    entry = post(f"/api/v1/pools/{pool.id}/advances", ADVANCE)
    assert sum(line["amount"]["amount_cents"] for line in entry["lines"]) == 0
    made = post(f"{LEDGER}/demands")["items"]
    assert [each["kind"] for each in made] == ["own_share", "demand", "demand"]
    member = cooperations.town(session, "Jülich").id
    paid = {"amount": euros(40_00), "paid_on": "2026-11-21", "document": "Auszug"}
    post(f"{LEDGER}/members/{member}/payments", paid)
    account = client.get(f"{LEDGER}/members/{member}", headers=treasury).get_json()
    assert account["balance"] == euros(-6_67)
    assert account["items"][0]["open"] == euros(0)
    back = {"amount": euros(6_67), "paid_on": "2026-11-21", "document": "Ü", "is_payout": True}
    post(f"{LEDGER}/members/{member}/payments", back)
    post(f"{LEDGER}/entries/{entry['id']}/correction", {"reason": "Doppelt"})
    whole = client.get(LEDGER, headers=treasury).get_json()
    listed = client.get(f"{LEDGER}/entries?limit=2", headers=treasury).get_json()
    assert [each["number"] for each in listed["items"]] == [7, 6]
    assert listed["next_cursor"]
    shares = [
        m["advanced"]["amount_cents"] + m["balance"]["amount_cents"] for m in whole["members"]
    ]
    assert sum(shares) == whole["total"]["amount_cents"]


def test_the_same_idempotency_key_books_once(
    client: FlaskClient, session: Session, pool: Pool, treasury: dict[str, str]
) -> None:
    address, key = f"/api/v1/pools/{pool.id}/advances", {"Idempotency-Key": "einmal"}
    first, again = (client.post(address, headers=treasury | key, json=ADVANCE) for _ in range(2))
    assert first.get_json()["id"] == again.get_json()["id"]
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"vat_status": None}, "vat_status"),
        ({"vat_status": {}}, "vat_status.ground"),
        ({"vat_status": {"ground": "taxable"}}, "vat_reason"),
        ({"net": euros(0)}, "net"),
        ({"net": {"amount_cents": 2**70, "currency": "EUR"}}, "net.amount_cents"),
        ({"supplied_on": "2036-01-01"}, "supplied_on"),
        ({"text": "x" * 600}, "text"),
        ({"category": "kaviar"}, "category"),
    ],
)
def test_a_wrong_advance_names_its_field(
    client: FlaskClient, pool: Pool, treasury: dict[str, str], change: dict[str, Any], field: str
) -> None:
    address = f"/api/v1/pools/{pool.id}/advances"
    answer = client.post(address, headers=treasury, json=ADVANCE | change)
    assert answer.status_code == 422, answer.text
    assert field in {violation["field"] for violation in answer.get_json()["violations"]}


def test_a_member_gets_its_own_account_alone(
    client: FlaskClient, session: Session, pool: Pool, treasury: dict[str, str]
) -> None:
    client.post(f"/api/v1/pools/{pool.id}/advances", headers=treasury, json=ADVANCE)
    made = client.post(f"{LEDGER}/demands", headers=treasury, json={}).get_json()["items"]
    own = headers_of(session, "Jülich", Role.RELEASER, Role.COORDINATOR)
    found = client.get(LEDGER, headers=own).get_json()
    assert found["total"] is None
    assert [member["name"] for member in found["members"]] == ["Jülich"]
    ids = {entry["organisation_id"]: entry["id"] for entry in made}
    juelich, kerpen = (str(cooperations.town(session, name).id) for name in ("Jülich", "Kerpen"))
    letter = client.get(f"{LEDGER}/entries/{ids[juelich]}", headers=own)
    assert letter.status_code == 200
    assert {line["organisation_id"] for line in letter.get_json()["lines"]} == {juelich}
    for hidden in (f"entries/{ids[kerpen]}", f"members/{kerpen}", "entries"):
        assert client.get(f"{LEDGER}/{hidden}", headers=own).status_code == 404
    paid = {"amount": euros(1), "paid_on": "2026-11-21", "document": "Auszug"}
    answer = client.post(f"{LEDGER}/members/{juelich}/payments", headers=own, json=paid)
    assert answer.status_code == 403


def test_the_costs_of_a_project_by_api(
    client: FlaskClient, session: Session, pool: Pool, treasury: dict[str, str]
) -> None:
    base = f"/api/v1/pools/{pool.id}"
    cost = {"category": "advice", "text": "Rat", "gross": euros(100_00)}
    made = client.post(f"{base}/expected-costs", headers=treasury, json=cost)
    assert made.status_code == 201, made.text
    worked = {
        "worker_name": "Erika Muster",
        "worked_on": "2026-11-20",
        "minutes": 60,
        "hourly_rate_net": euros(50_00),
        "activity": "Leistungsverzeichnis",
    }
    hours = client.post(f"{base}/efforts", headers=treasury, json=worked)
    assert hours.status_code == 201, hours.text
    bearer = {
        "bearer_id": str(cooperations.town(session, "Kerpen").id),
        "basis_points": 10_000,
        "decided_on": "2026-11-02",
        "decision": "Konferenz, TOP 3",
        "reason": "Kreishaushalt",
    }
    assert client.post(f"{base}/cost-bearers", headers=treasury, json=bearer).status_code == 201
    found = client.get(f"{base}/costs", headers=treasury).get_json()
    sums = {
        m["name"]: (m["spent"]["amount_cents"], m["expected"]["amount_cents"])
        for m in found["members"]
    }
    assert sums == {"Merzenich": (0, 0), "Jülich": (0, 0), "Kerpen": (50_00, 100_00)}
    vat = {"ground": "long_term_cooperation"}
    assert client.post(f"{base}/efforts/booking", headers=treasury, json=vat).status_code == 201
    effort_id, cost_id = hours.get_json()["id"], made.get_json()["id"]
    back = client.post(
        f"{base}/efforts/{effort_id}/reversal", headers=treasury, json={"reason": "Falsch"}
    )
    assert back.get_json()["minutes"] == -60
    gone = client.post(f"{base}/expected-costs/{cost_id}/withdrawal", headers=treasury)
    assert gone.status_code == 204


def test_a_cancelled_procedure_by_api(client: FlaskClient, session: Session) -> None:
    cooperation = cooperations.dlz(session, cost_key=cost_shares.KEY)
    tender = tenders.draft(session, cooperation=cooperation)
    keeper = cost_shares.bookkeeper(session, cooperation)
    cost_shares.advance(session, tender.pool, keeper)
    headers = headers_of(session, "Merzenich", Role.RELEASER)
    base = f"/api/v1/tenders/{tender.id}/costs"
    assert client.get(base, headers=headers).get_json()["no_award"] is None
    refused = client.post(f"{base}/no-award", headers=headers)
    assert refused.status_code == 409
    assert refused.get_json()["violations"][0]["code"] == "not_cancelled"
    tender.stage, tender.cancelled_at = "cancelled", clock.now()
    tender.cancellation_reason = "Kein wirtschaftliches Ergebnis"
    session.commit()
    found = client.get(base, headers=headers).get_json()["no_award"]
    assert found["rule"] == "die Federführung allein"
    assert client.post(f"{base}/no-award", headers=headers).status_code == 201
