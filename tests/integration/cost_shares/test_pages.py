"""Pages of costs and of the ledger: what the lead books, what a member sees, bad input."""

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import access, cooperations, cost_shares, tasks, tenders
from tests.factories.world import Visitor
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.cooperations.task_rules import Step
from vergabe.cost_shares import queries, reimbursing
from vergabe.cost_shares.model import CostBearer, Effort, ExpectedCost, LedgerEntry
from vergabe.pools.model import Pool

ADVANCE = {
    "category": "publication",
    "text": "Bekanntmachung",
    "document": "R 1",
    "document_on": "20.11.2026",
    "supplied_on": "2026-11-20",
    "net": "1.234,50",
    "vat": "0,00",
    "vat_ground": "long_term_cooperation",
    "request_key": "formular-1",
}


@pytest.fixture(autouse=True)
def _without_csrf(app: Flask, client: FlaskClient) -> Any:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def pool(session: Session) -> Pool:
    found = cost_shares.project(session)
    session.commit()
    return found


def visitor(app: Flask, session: Session, town: str, *roles: Role) -> FlaskClient:
    found = Visitor(app, session, cooperations.town(session, town), *roles)
    session.commit()
    return found.client


@pytest.fixture
def treasury(app: Flask, session: Session, pool: Pool) -> FlaskClient:
    return visitor(app, session, "Merzenich", Role.RELEASER, Role.COORDINATOR)


def tree_of(answer: TestResponse) -> Any:
    return html.fromstring(answer.get_data(as_text=True))


def text_of(answer: TestResponse) -> str:
    main = tree_of(answer).find(".//main")
    return " ".join(main.text_content().split()).replace("\N{NO-BREAK SPACE}", " ")


def book(client: FlaskClient, pool: Pool, **more: str) -> TestResponse:
    return client.post(
        "/zusammenarbeit/dlz/vorleistungen/auslage",
        data=ADVANCE | {"pool_id": str(pool.id)} | more,
    )


def entries(session: Session) -> list[LedgerEntry]:
    session.expire_all()
    return list(session.scalars(select(LedgerEntry).order_by(LedgerEntry.number)))


def test_the_lead_books_demands_and_is_paid(
    treasury: FlaskClient, session: Session, pool: Pool
) -> None:
    assert (
        treasury.get(f"/zusammenarbeit/dlz/vorleistungen/auslage?pool_id={pool.id}").status_code
        == 200
    )
    for _ in range(2):  # a second click books nothing
        assert book(treasury, pool).status_code == 303
    assert [entry.amount_cents for entry in entries(session)] == [1_234_50]
    page = text_of(treasury.get("/zusammenarbeit/dlz/vorleistungen"))
    assert "Noch zu bekommen 1.234,50 €" in page
    assert "Jülich 411,50 €" in page
    assert treasury.post("/zusammenarbeit/dlz/vorleistungen/rueckforderungen").status_code == 303
    member = cooperations.town(session, "Jülich").id
    account = f"/zusammenarbeit/dlz/vorleistungen/mitglieder/{member}"
    paid = {"amount": "400", "paid_on": "21.11.2026", "document": "Auszug", "request_key": "z"}
    assert treasury.post(f"{account}/zahlungen", data=paid).status_code == 303
    page = text_of(treasury.get(account))
    assert "Zurückgefordert und offen 11,50 €" in page
    assert "zinsfrei" in page
    demand = next(e for e in entries(session) if e.kind == "demand")
    address = f"/zusammenarbeit/dlz/vorleistungen/buchungen/{demand.id}"
    page = text_of(treasury.get(address))
    assert "1 von 3 gleichen Anteilen" in page
    letter = treasury.get(f"{address}/schreiben.pdf")
    assert letter.data.startswith(b"%PDF")
    assert treasury.get(f"{address}/schreiben.pdf").data == letter.data
    sheet = treasury.get("/zusammenarbeit/dlz/vorleistungen/tabelle.xlsx")
    assert sheet.data.startswith(b"PK")


def test_mistakes_stand_at_their_fields_and_nothing_is_booked(
    treasury: FlaskClient, session: Session, pool: Pool
) -> None:
    answer = book(
        treasury,
        pool,
        pool_id="nirgends",
        category="kaviar",
        text="x" * 600,
        document="\x00",
        document_on="31.02.2026",
        supplied_on="",
        net="-5",
        vat="zwölf",
        vat_ground="",
    )
    assert answer.status_code == 422
    tree = tree_of(answer)
    links = {a.get("href") for a in tree.xpath("//*[@data-error-summary]//a")}
    assert links == {
        *("#pool_id", "#category", "#text", "#document", "#document_on", "#supplied_on", "#net"),
        *("#vat", "#vat_ground"),
    }
    assert tree.xpath("//input[@name='net']/@value") == ["-5"]
    assert entries(session) == []


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("zahlungen", {"amount": "viel", "paid_on": "morgen", "document": ""}),
        ("zahlungen", {"amount": "5", "paid_on": "20.11.2026", "document": "x" * 201}),
        ("zahlungen", {"amount": "5", "paid_on": "20.11.2036", "document": "x"}),
        ("ausbuchungen", {"amount": "0", "reason": ""}),
    ],
)
def test_a_wrong_booking_on_an_account_is_refused_in_place(
    treasury: FlaskClient, session: Session, pool: Pool, form: str, data: dict[str, str]
) -> None:
    member = cooperations.town(session, "Jülich").id
    address = f"/zusammenarbeit/dlz/vorleistungen/mitglieder/{member}/{form}"
    answer = treasury.post(address, data=data)
    assert answer.status_code == 422
    assert "data-error-summary" in answer.get_data(as_text=True)
    assert entries(session) == []


def test_what_cannot_be_is_refused_with_its_reason(
    treasury: FlaskClient, session: Session, pool: Pool
) -> None:
    base = "/zusammenarbeit/dlz/vorleistungen"
    assert "schon zurückgefordert" in text_of(treasury.post(f"{base}/rueckforderungen"))
    member = f"{base}/mitglieder/{cooperations.town(session, 'Jülich').id}"
    assert treasury.post(f"{member}/zinsen").status_code == 409
    beyond = {"amount": "5", "reason": "Bagatelle"}
    assert treasury.post(f"{member}/ausbuchungen", data=beyond).status_code == 409
    book(treasury, pool)
    entry = entries(session)[0]
    assert treasury.post(f"{base}/buchungen/{entry.id}/storno", data={}).status_code == 422
    assert (
        treasury.post(f"{base}/buchungen/{entry.id}/mahnungen", data={"level": "x"}).status_code
        == 422
    )
    assert (
        treasury.post(f"{base}/buchungen/{entry.id}/mahnungen", data={"level": "1"}).status_code
        == 409
    )
    done = treasury.post(f"{base}/buchungen/{entry.id}/storno", data={"reason": "Doppelt"})
    assert done.status_code == 303
    assert "Storniert" in text_of(treasury.get(f"{base}/buchungen/{entry.id}"))


def test_a_member_sees_its_own_items_and_nothing_of_the_others(
    app: Flask, session: Session, pool: Pool, treasury: FlaskClient
) -> None:
    book(treasury, pool)
    treasury.post("/zusammenarbeit/dlz/vorleistungen/rueckforderungen")
    own = {e.organisation_id: e for e in entries(session) if e.kind == "demand"}
    juelich, kerpen = (cooperations.town(session, name).id for name in ("Jülich", "Kerpen"))
    client = visitor(app, session, "Jülich", Role.RELEASER, Role.COORDINATOR)
    base = "/zusammenarbeit/dlz/vorleistungen"
    page = text_of(client.get(base))
    assert "411,50 €" in page
    assert "Kerpen" not in page
    assert client.get(f"{base}/mitglieder/{juelich}").status_code == 200
    assert client.get(f"{base}/buchungen/{own[juelich].id}").status_code == 200
    assert client.get(f"{base}/buchungen/{own[juelich].id}/schreiben.pdf").status_code == 200
    for hidden in (
        f"{base}/mitglieder/{kerpen}",
        f"{base}/mitglieder/{uuid.uuid4()}",
        f"{base}/buchungen/{own[kerpen].id}",
        f"{base}/buchungen/{own[kerpen].id}/schreiben.pdf",
        f"{base}/buchungen/{entries(session)[0].id}",
        f"{base}/tabelle.xlsx",
        f"{base}/auslage",
    ):
        assert client.get(hidden).status_code == 404, hidden
    assert book(client, pool).status_code in (403, 404)
    stranger = access.organisation(session, "Inden")
    outsider = visitor(app, session, stranger.name, Role.RELEASER)
    assert outsider.get(base).status_code == 404
    assert outsider.get(f"/buendelungen/{pool.id}/kosten").status_code == 404


def test_the_costs_of_a_project_show_every_sum(
    treasury: FlaskClient, session: Session, pool: Pool
) -> None:
    base = f"/buendelungen/{pool.id}/kosten"
    expected = {"category": "advice", "text": "Rechtsberatung", "gross": "1.000,01"}
    hours = {
        "worker_name": "Erika Muster",
        "activity": "Leistungsverzeichnis",
        "worked_on": "20.11.2026",
        "minutes": "1,5",
        "hourly_rate": "60",
        "request_key": "h",
    }
    bearer = {
        "kind": "mixed",
        "bearer_id": str(cooperations.town(session, "Kerpen").id),
        "basis_points": "50",
        "decision": "Konferenz, TOP 3",
        "decided_on": "02.11.2026",
        "reason": "Der Kreis finanziert die Erprobung.",
    }
    for _ in range(2):
        assert treasury.post(f"{base}/erwartet", data=expected).status_code == 303
        assert treasury.post(f"{base}/stunden", data=hours).status_code == 303
        assert treasury.post(f"{base}/kostentraeger", data=bearer).status_code == 303
    for model in (ExpectedCost, Effort, CostBearer):
        assert len(session.scalars(select(model)).all()) == 1
    page = text_of(treasury.get(base))
    assert "Kerpen zu 50 %" in page
    assert "Bisher entstanden" in page
    assert "Summe1.000,01 €166,67 €166,67 €666,67 €" in page.replace("€ ", "€")
    assert "Trägt vorab 50 %, dazu vom Rest" in page
    booked = treasury.post(f"{base}/stunden/buchung", data={"vat_ground": "long_term_cooperation"})
    assert booked.status_code == 303
    assert [entry.kind for entry in entries(session)] == ["effort"]
    cost = session.scalars(select(ExpectedCost)).one()
    assert treasury.post(f"{base}/erwartet/{cost.id}/ruecknahme").status_code == 303
    row = session.scalars(select(Effort)).one()
    back = {"reason": "Falscher Tag"}
    assert treasury.post(f"{base}/stunden/{row.id}/ruecknahme", data=back).status_code == 303


@pytest.mark.parametrize(
    ("form", "data", "fields"),
    [
        ("kostentraeger", {}, {"kind", "decided_on", "decision", "reason"}),
        (
            "kostentraeger",
            {"kind": "mixed", "basis_points": "250", "bearer_id": "x", "decision": "\x07"},
            {"basis_points", "decided_on", "decision", "reason"},
        ),
        ("erwartet", {"gross": "1,234", "text": "x" * 600}, {"category", "gross", "text"}),
        (
            "stunden",
            {"minutes": "25", "hourly_rate": "-1", "worked_on": "01.01.2030"},
            {"worker_name", "activity", "worked_on", "minutes", "hourly_rate"},
        ),
        ("stunden", {"minutes": "1e9"}, {"worker_name", "activity", "worked_on", "minutes"}),
    ],
)
def test_wrong_entries_on_the_costs_page_are_told_by_field(
    treasury: FlaskClient, pool: Pool, form: str, data: dict[str, str], fields: set[str]
) -> None:
    answer = treasury.post(f"/buendelungen/{pool.id}/kosten/{form}", data=data)
    assert answer.status_code == 422
    tree = tree_of(answer)
    links = {a.get("href")[1:] for a in tree.xpath("//*[@data-error-summary]//a")}
    assert fields <= links
    assert all(tree.xpath(f"//*[@id='{link}']") for link in links)


def test_a_cancelled_procedure_shows_who_bears_the_effort(app: Flask, session: Session) -> None:
    cooperation = cooperations.dlz(session, cost_key=cost_shares.KEY)
    tender = tenders.draft(session, cooperation=cooperation)
    keeper = cost_shares.bookkeeper(session, cooperation)
    cost_shares.advance(session, tender.pool, keeper, 100_00)
    reimbursing.demand_all(session, keeper, cooperation.id, now=clock.now())
    session.commit()
    client = visitor(app, session, "Merzenich", Role.RELEASER)
    base = f"/vergabeverfahren/{tender.id}/kosten"
    assert "Aufwand ohne Zuschlag" not in text_of(client.get(base))
    assert client.post(f"{base}/ohne-zuschlag").status_code == 409
    tender.stage, tender.cancelled_at = "cancelled", clock.now()
    tender.cancellation_reason = "Kein wirtschaftliches Ergebnis"
    session.commit()
    assert "die Federführung allein" in text_of(client.get(base))
    assert client.post(f"{base}/ohne-zuschlag").status_code == 303
    shares = queries.open_shares(session, cooperation.id, cooperations.town(session, "Jülich").id)
    assert [line.cents for line in shares] == [-33_33]


def test_a_service_provider_is_shown_no_link_to_costs_that_are_not_for_it(
    app: Flask, session: Session
) -> None:
    tender = tenders.draft(session)
    provider = tasks.provider(session)
    tasks.given_to(session, tender.cooperation, provider, Step.PREPARE_TENDER)
    session.commit()
    works = Visitor(app, session, provider, Role.PROCUREMENT_OFFICER).client
    member = visitor(app, session, "Kerpen", Role.PROCUREMENT_OFFICER)
    for address in (f"/buendelungen/{tender.pool_id}", f"/vergabeverfahren/{tender.id}"):
        costs = f'href="{address}/kosten"'
        page = works.get(address)
        assert page.status_code == 200
        assert costs not in page.get_data(as_text=True)
        assert works.get(f"{address}/kosten").status_code == 404
        assert costs in member.get(address).get_data(as_text=True)
        assert member.get(f"{address}/kosten").status_code == 200
