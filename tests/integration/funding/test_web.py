"""Funding in a browser and by API: entries kept, rights, strangers, bad input, second clicks."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, funding, tenders
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.files import current
from vergabe.funding import queries
from vergabe.funding.entries import LineEntry
from vergabe.pools.model import Pool
from vergabe.tenders import gates
from vergabe.tenders.facts import current_assessment

pytestmark = pytest.mark.usefixtures("moving_clock")
HTML = "<script>alert(1)</script>"
EURO = "EUR"
PLAN = {
    "programme": "NW-IKZ",
    "lines.0.name": "Software",
    "lines.0.planned": "350.000,00",
    "lines.1.name": "Schulung",
    "lines.1.planned": "50.000",
    "lines.1.eligible": "40.000,50",
    "requires_resolutions": "1",
}


def log_in(client: FlaskClient, session: Session, organisation: Organisation, *roles: Role) -> None:
    user = access.person(session, organisation, *roles)
    session.commit()
    access.log_in(client, user)


def post(client: FlaskClient, page: str, url: str, **data: Any) -> tuple[int, str]:
    shown = client.get(page).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown)
    assert token is not None
    version = re.search(r'name="version" value="(\d+)"', shown)
    seen = {"version": version.group(1)} if version else {}
    answer = client.post(url, data={"csrf_token": token.group(1), **seen, **data})
    return answer.status_code, answer.get_data(as_text=True)


def text_of(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def base(pool: Pool) -> str:
    return f"/buendelungen/{pool.id}/foerderung"


def test_from_plan_to_notice_with_every_form_sent_twice(
    client: FlaskClient, session: Session
) -> None:
    pool = funding.pool(session)
    log_in(client, session, pool.cooperation.lead, Role.COORDINATOR)
    page = base(pool)
    assert "Förderfall anlegen" in text_of(client, page)
    assert post(client, f"{page}/plan", f"{page}/plan", **PLAN)[0] == 303
    shown = text_of(client, page)
    assert "175.000,00\xa0€ für zwei und 4 × 35.000,00\xa0€" in shown
    assert "390.000,50\xa0€ zuwendungsfähigen Ausgaben" in shown
    assert "315.000,00\xa0€" in shown
    assert "Noch nicht beginnen" in shown
    assert post(client, page, f"{page}/antrag", applied_on="2026-11-20")[0] == 303
    status, again = post(client, page, f"{page}/antrag", applied_on="2026-11-20")
    assert status == 409
    assert "„Beantragt“" in again
    early = {"early_start_on": "2026-11-23", "early_start_reference": "34.2 vom 21.11.2026"}
    letter = (io.BytesIO(b"%PDF-1.7"), "Zustimmung.pdf")
    assert post(client, page, f"{page}/vorzeitiger-beginn", **early)[0] == 422
    done = post(client, page, f"{page}/vorzeitiger-beginn", **early, document=letter)
    assert done[0] == 303
    assert "Vorzeitiger Maßnahmenbeginn zugelassen" in text_of(client, page)
    assert client.get(f"{page}/beginn/dokument").data == b"%PDF-1.7"
    notice = {"decided_on": "23.11.2026", "granted": "300.000", "award_rules": ["UVgO"]}
    assert post(client, page, f"{page}/bescheid", **notice)[0] == 303
    assert post(client, page, f"{page}/bescheid", **notice)[0] == 409
    shown = text_of(client, page)
    assert "Wie bewilligt" in shown
    assert "Ohne Förderung" in shown
    assert text_of(client, f"{page}?betrag=100.000") != shown


def test_milestones_drawdowns_and_proof_on_their_pages(
    client: FlaskClient, session: Session
) -> None:
    case = funding.granted(session)
    log_in(client, session, case.cooperation.lead, Role.COORDINATOR)
    page, proof = base(case.pool), f"{base(case.pool)}/nachweis"
    milestone = {"title": "Verwendungsnachweis", "due_on": "2027-12-31"}
    for _ in range(2):
        assert post(client, page, f"{page}/meilensteine", **milestone)[0] == 303
    assert text_of(client, page).count("31.12.2027") == 1
    assert post(client, page, f"{page}/meilensteine", title="", due_on="x")[0] == 422
    drawdown = {"planned_on": "2027-01-15", "planned": "100.000"}
    assert post(client, page, f"{page}/abrufe", **drawdown)[0] == 303
    planned = queries.newest_case(session, case.pool_id)
    assert planned is not None
    receipt = f"{page}/abrufe/{planned.drawdowns[0].id}/eingang"
    assert post(client, page, receipt, received_on="", received="")[0] == 422
    assert post(client, page, receipt, received_on="2026-11-23", received="100.000")[0] == 303
    expense = {
        "line_id": str(case.lines[0].id),
        "paid_on": "2026-11-23",
        "payee": HTML,
        "voucher": "RE 1",
        "amount": "50.000,00",
        "document": (io.BytesIO(b"%PDF-1.7 RE 1"), "Rechnung Größe.pdf"),
    }
    assert post(client, proof, proof, **expense)[0] == 303
    shown = text_of(client, proof)
    assert "&lt;script&gt;" in shown
    assert "Zurückzuzahlen" in shown
    assert "55.000,00\xa0€" in shown
    status, again = post(
        client, proof, proof, **expense | {"document": (io.BytesIO(b"x"), "a.pdf")}
    )
    assert status == 409
    assert "schon erfasst" in again
    row = queries.newest_case(session, case.pool_id)
    assert row is not None
    (booked,) = row.lines[0].expenses
    assert client.get(f"{proof}/{booked.id}/dokument").data == b"%PDF-1.7 RE 1"
    cancel = f"{proof}/{booked.id}/storno"
    assert post(client, proof, cancel, reason=" ")[0] == 422
    assert post(client, proof, f"{proof}/abschluss", settled_on="2026-11-23")[0] == 303
    assert post(client, proof, cancel, reason="zu spät")[0] == 409


BAD = [
    {"programme": ""},
    {"programme": "XY"},
    {"lines.0.planned": "viel"},
    {"lines.0.planned": ""},
    {"lines.0.planned": "-5"},
    {"lines.0.eligible": "400.000"},
    {"lines.0.name": "x" * 600},
    {"lines.0.name": "a\x00b"},
    {"lines.0.planned": "99999999999999999999"},
    {"quota": "150"},
    {"quota": "abc"},
    {"ceiling": "1.2.3"},
    {"rounding": "up"},
    {"key_kind": "usage"},
    {"award_rules": "SektVO"},
    {"period_from": "31.02.2027"},
    {"period_from": "2027-02-01", "period_until": "2027-01-01"},
    {"purpose": "x" * 10_001},
]


@pytest.mark.parametrize("wrong", BAD, ids=[str(bad)[:40] for bad in BAD])
def test_bad_input_is_told_at_its_field_and_stores_nothing(
    client: FlaskClient, session: Session, wrong: dict[str, str]
) -> None:
    pool = funding.pool(session, ("Merzenich", "Jülich"))
    log_in(client, session, pool.cooperation.lead, Role.COORDINATOR)
    page = f"{base(pool)}/plan"
    status, shown = post(client, page, page, **(PLAN | {"lines.1.name": HTML} | wrong))
    assert status == 422
    assert "data-error-summary" in shown
    assert "&lt;script&gt;" in shown
    assert queries.newest_case(session, pool.id) is None


def test_the_second_officer_sees_what_was_typed_and_that_it_is_outdated(
    client: FlaskClient, session: Session
) -> None:
    case = funding.draft(session)
    log_in(client, session, case.cooperation.lead, Role.COORDINATOR)
    page = f"{base(case.pool)}/plan"
    answer = post(client, page, page, **(PLAN | {"version": "0", "purpose": "Meins"}))
    assert answer[0] == 412
    assert "Meins" in answer[1]


def test_a_member_sees_its_own_share_only_and_changes_nothing(
    client: FlaskClient, session: Session
) -> None:
    case = funding.granted(session)
    log_in(client, session, cooperations.town(session, "Jülich"), Role.COORDINATOR)
    page = base(case.pool)
    shown = text_of(client, page)
    assert "Sie sehen den Anteil Ihrer Kommune" in shown
    assert "Kerpen" not in shown.split("<main", 1)[1]
    assert "Bescheid eintragen" not in shown
    text_of(client, f"{page}/plan", 403)
    assert post(client, page, f"{page}/ruecknahme", reason="x")[0] == 403


def test_strangers_find_nothing(client: FlaskClient, session: Session) -> None:
    case = funding.granted(session)
    log_in(client, session, access.organisation(session, "Fremd"), Role.COORDINATOR)
    for address in ("", "/nachweis", "/druck", "/plan", "/bescheid/dokument"):
        text_of(client, base(case.pool) + address, 404)


def test_the_paper_is_an_accessible_pdf(client: FlaskClient, session: Session) -> None:
    case = funding.granted(session)
    log_in(client, session, case.cooperation.lead, Role.AUDITOR)
    answer = client.get(f"{base(case.pool)}/druck")
    assert answer.mimetype == "application/pdf"
    assert b"pdfuaid:part" in answer.data
    assert "F%C3%B6rderung" in answer.headers["Content-Disposition"]


def test_publication_waits_for_the_notice_and_follows_its_rules(session: Session) -> None:
    tender = tenders.ready(
        session,
        current.store(),
        lines=(("Einsatzjacke nach EN 469", 50, "H87", 60_000),),
        title="Einsatzkleidung",
        cpv="35811100",
    )
    day = clock.berlin_day(clock.now())
    assert current_assessment(session, tender, day).rule_set == "NW-GO-75a"

    def closed() -> list[str]:
        return [g.key for g in gates.all_gates(session, tender, now=clock.now()) if not g.is_open]

    assert "funding" not in closed()
    funding.draft(session, tender.pool, lines=(LineEntry("Jacken", 9_000_000),))
    assert "funding" in closed()
    funding.naming(session, tender.cooperation)
    actor = funding.coordinator(session, tender.pool)
    from vergabe.funding import deciding, service

    service.apply(session, actor, tender.pool_id, funding.APPLIED, now=clock.now())
    assert "funding" in closed()
    entry = funding.DecisionEntry(funding.DECIDED, 8_100_000, award_rules=("UVgO",))
    deciding.grant(session, actor, tender.pool_id, entry, now=clock.now())
    assert "funding" not in closed()
    found = current_assessment(session, tender, day)
    assert found.rule_set == "UVgO"
    assert "nat-direct" not in found.free_methods
    assert any("Zuwendungsbescheid" in step for step in found.explained["regime"]["steps"])


def money(cents: int) -> dict[str, Any]:
    return {"amount_cents": cents, "currency": EURO}


def test_the_whole_case_by_api(client: FlaskClient, session: Session) -> None:
    pool = funding.pool(session)
    lead = pool.cooperation.lead
    headers = access.bearer(session, access.person(session, lead, Role.COORDINATOR), lead)
    address = f"/api/v1/pools/{pool.id}/funding"
    assert client.get(address, headers=headers).status_code == 404
    body = {"programme": "NW-IKZ", "lines": [{"name": "Software", "planned": money(40_000_000)}]}
    made = client.put(address, json=body, headers=headers)
    assert made.status_code == 200, made.json
    assert made.json["grant"] == money(31_500_000)
    assert len(made.json["parts"]) == 6
    assert client.put(address, json=body, headers=headers).status_code == 428
    stale = headers | {"If-Match": '"99"'}
    assert client.put(address, json=body, headers=stale).status_code == 412

    def send(path: str, **json: Any) -> Any:
        version = client.get(address, headers=headers).headers["ETag"]
        return client.post(f"{address}/{path}", json=json, headers=headers | {"If-Match": version})

    assert send("application", applied_on="2026-11-20").json["stage"] == "applied"
    assert send("application", applied_on="2026-11-20").status_code == 409
    assert send("early-start", begins_on="2026-11-23", reference="AZ").status_code == 200
    letter = {"document": (io.BytesIO(b"%PDF-1.7"), "AZ.pdf")}
    kept = client.post(f"{address}/early-start/document", data=letter, headers=headers)
    assert kept.json["has_early_start_letter"] is True
    assert kept.json["blocks"] == []
    granted = send("decision", decided_on="2026-11-23", granted=money(31_500_000))
    assert granted.json["stage"] == "granted"
    line_id = granted.json["lines"][0]["id"]
    assert send("milestones", title="Bericht", due_on="2027-01-31").status_code == 200
    made = send("drawdowns", planned_on="2027-01-15", planned=money(100))
    drawdown_id = made.json["drawdowns"][0]["id"]
    receipt = {"received_on": "2026-11-23", "received": money(100)}
    assert send(f"drawdowns/{drawdown_id}/receipt", **receipt).status_code == 200
    expense = {
        "line_id": line_id,
        "paid_on": "2026-11-23",
        "payee": "A",
        "voucher": "1",
        "amount": money(1_000),
    }
    booked = send("expenses", **expense)
    assert booked.status_code == 201
    assert booked.json["lines"][0]["spent"] == money(1_000)
    assert send("expenses", **expense).status_code == 409
    assert send("settlement", settled_on="2026-11-23").json["stage"] == "settled"
    assert send("withdrawal", reason="x").status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"programme": 7},
        {"programme": "NW-IKZ", "lines": "x"},
        {"programme": "NW-IKZ", "lines": [{"name": "", "planned": money(1)}]},
        {"programme": "NW-IKZ", "lines": [{"name": "A", "planned": money(-1)}]},
        {"programme": "NW-IKZ", "lines": [{"name": "A", "planned": money(10**18)}]},
        {"programme": "NW-IKZ", "quota_basis_points": 10**6},
        {"programme": "NW-IKZ", "award_rules": ["X"]},
        {"programme": "NW-IKZ", "rounding": "up"},
        {"programme": "NW-IKZ", "unknown": 1},
    ],
)
def test_bad_json_is_a_422(client: FlaskClient, session: Session, body: dict[str, Any]) -> None:
    pool = funding.pool(session, ("Merzenich", "Jülich"))
    lead = pool.cooperation.lead
    headers = access.bearer(session, access.person(session, lead, Role.COORDINATOR), lead)
    answer = client.put(f"/api/v1/pools/{pool.id}/funding", json=body, headers=headers)
    assert answer.status_code == 422, answer.json
    assert queries.newest_case(session, pool.id) is None
