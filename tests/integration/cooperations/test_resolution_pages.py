import datetime as dt
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, councils
from tests.factories import cooperations as factory
from vergabe.access.permissions import Role
from vergabe.cooperations import planning, queries
from vergabe.cooperations.model import Cooperation

pytestmark = pytest.mark.usefixtures("moving_clock")
PAGES = "/zusammenarbeit/dlz/beschluesse"
API = "/api/v1/cooperations/dlz"
GOOD: dict[str, Any] = {
    "subject": "joining",
    "body": "Rat",
    "decided_on": "2026-11-19",
    "result": "adopted",
}


@pytest.fixture
def cooperation(session: Session, moving_clock: MovableClock) -> Cooperation:
    return factory.dlz(session, with_resolutions=False)


@pytest.fixture
def browser(client: FlaskClient, session: Session, cooperation: Cooperation) -> FlaskClient:
    user = access.person(session, factory.town(session, "Jülich"), Role.COORDINATOR)
    session.commit()
    access.log_in(client, user)
    return client


def post(client: FlaskClient, url: str, form: dict[str, Any]) -> Any:
    text = client.get(f"{PAGES}/neu").get_data(as_text=True)
    token = text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    data = form | {"csrf_token": token}
    return client.post(url, data=data, content_type="multipart/form-data")


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def test_whole_resolution_is_recorded_by_form_and_shown(
    browser: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    form = GOOD | {
        "item_number": "Ö 7",
        "legal_form": "public_law_agreement",
        "matter": "Gemeinsame Beschaffung von Liefer- und Dienstleistungen",
        "yes_votes": "30",
        "no_votes": "2",
        "abstentions": "1",
        "document": (io.BytesIO(b"%PDF-x"), "Niederschrift.pdf"),
        "paper_kind": "minutes",
        "classification": "roles",
        "roles": ["coordinator", "releaser"],
    }
    assert post(browser, f"{PAGES}/neu", form).status_code == 303
    (found,) = queries.resolutions(session, cooperation.id)
    assert (found.yes_votes, found.legal_form) == (30, "public_law_agreement")
    assert found.papers[0].roles == ["releaser", "coordinator"]
    shown = text_of(browser.get(f"{PAGES}/{found.id}"))
    for expected in ("30 Ja, 2 Nein, 1 Enthaltung", "Öffentlich-rechtliche", "Niederschrift"):
        assert expected in shown
    index = text_of(browser.get(PAGES))
    for expected in (
        "19.11.2026",
        "zugestimmt",
        "eingetragen haben: Merzenich, Kerpen",
        "wirksam seit",
    ):
        assert expected in index
    proof = text_of(browser.get(f"{PAGES}/nachweis?gegenstand=joining"))
    assert "nicht vollständig" in proof
    assert "30 Ja, 2 Nein" in proof
    pdf = browser.get(f"{PAGES}/nachweis.pdf?gegenstand=joining")
    assert pdf.mimetype == "application/pdf"
    assert pdf.get_data().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "delegated"}, "worauf die Übertragung beruht"),
        ({"kind": "wish"}, "Art der Entscheidung"),
        ({"legal_form": "club"}, "Rechtsform"),
        ({"yes_votes": "viele"}, "ganze Zahl"),
        ({"yes_votes": "-3"}, "ganze Zahl"),
        ({"no_votes": "99999"}, "von 0 bis 1000"),
        ({"is_unanimous": "1", "no_votes": "2"}, "schließen sich aus"),
        ({"matter": "x" * 1001}, "erlaubt sind 1.000"),
        ({"subject": "funding", "pool_id": "01a1ffb8-0000-7000-8000-000000000000"}, "Bündelung"),
        ({"document": (io.BytesIO(b"x"), "a.pdf"), "classification": "roles"}, "eine Rolle"),
        (
            {
                "is_confidential": "1",
                "document": (io.BytesIO(b"x"), "a.pdf"),
                "paper_kind": "minutes",
                "classification": "public",
            },
            "nur ein Beschlussauszug",
        ),
    ],
)
def test_bad_entry_comes_back_as_typed_and_stores_nothing(
    browser: FlaskClient,
    session: Session,
    cooperation: Cooperation,
    change: dict[str, Any],
    words: str,
) -> None:
    typed = GOOD | {"wording": "Wörtlich <b>&amp;amp;"} | change
    answer = post(browser, f"{PAGES}/neu", typed)
    assert answer.status_code in (404, 422)
    page = text_of(answer)
    assert words in page
    if answer.status_code == 422:
        assert "Wörtlich &lt;b&gt;&amp;amp;amp;" in page
    assert queries.resolutions(session, cooperation.id) == []


def test_form_offers_the_bodies_of_the_town_and_its_meetings(
    browser: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    julich = factory.town(session, "Jülich")
    councils.body(session, julich, "Hauptausschuss", meets_on=[dt.date(2026, 12, 3)])
    session.commit()
    assert '<option value="Hauptausschuss">' in text_of(browser.get(f"{PAGES}/neu"))
    assert "03.12.2026" in text_of(browser.get(f"{PAGES}/planung"))


def test_day_is_planned_by_form_and_taken_back(
    browser: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    form = {"subject": "joining", "body": "Rat", "planned_on": "10.12.2026"}
    assert post(browser, f"{PAGES}/planung", form).status_code == 303
    assert "geplant 10.12.2026" in text_of(browser.get(PAGES))
    for change, words in (
        ({"subject": ""}, "worüber"),
        ({"body": "\x00"}, "Steuerzeichen"),
        ({"planned_on": "bald"}, "kein Datum"),
        ({"subject": "tender"}, "Wählen Sie die Bündelung"),
    ):
        answer = post(browser, f"{PAGES}/planung", form | change)
        assert answer.status_code == 422, change
        assert words in text_of(answer)
    assert post(browser, f"{PAGES}/planung", form | {"planned_on": ""}).status_code == 303
    assert planning.planned_decisions(session, cooperation.id) == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?gegenstand=",
        "?gegenstand=party",
        "?gegenstand=tender",
        "?gegenstand=joining&buendelung=x",
        "?gegenstand=joining&gebiet=nix",
        "?gegenstand=joining&buendelung=01a1ffb8-0000-7000-8000-000000000000",
        "?gegenstand=%00",
    ],
)
def test_proof_of_nothing_is_not_found(browser: FlaskClient, query: str) -> None:
    for page in ("nachweis", "nachweis.pdf"):
        assert browser.get(f"{PAGES}/{page}{query}").status_code == 404


def test_api_shows_chain_plan_and_proof(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    julich = factory.town(session, "Jülich")
    headers = access.bearer(session, access.person(session, julich, Role.COORDINATOR), julich)
    plan = {"subject": "joining", "body": "Rat", "planned_on": "2026-12-10"}
    planned = client.put(f"{API}/planned-decisions", json=plan, headers=headers)
    assert planned.get_json()["items"][0]["planned_on"] == "2026-12-10"
    again = client.get(f"{API}/planned-decisions", headers=headers).get_json()
    assert again == planned.get_json()
    body = {
        "subject": "joining",
        "body": "Rat",
        "decided_on": "2026-11-19",
        "result": "adopted",
        "kind": "recommendation",
        "yes_votes": 3,
    }
    made = client.post(f"{API}/resolutions", json=body, headers=headers)
    assert made.get_json()["kind"] == "recommendation"
    tables = client.get(f"{API}/resolutions", headers=headers).get_json()["tables"]
    (row,) = [m for m in tables[0]["members"] if m["name"] == "Jülich"]
    assert row["state"] == "reserved"
    assert row["steps"][0]["resolution_id"] == made.get_json()["id"]
    proof = client.get(f"{API}/resolutions/proof?subject=joining", headers=headers).get_json()
    assert not proof["is_complete"]
    assert len(proof["reasons"]) == 3
    pdf = client.get(f"{API}/resolutions/proof.pdf?subject=joining", headers=headers)
    assert pdf.get_data().startswith(b"%PDF")
    extract = client.get(f"{API}/resolutions/{made.get_json()['id']}/extract.pdf", headers=headers)
    assert extract.get_data().startswith(b"%PDF")
    for bad, status in (
        (plan | {"planned_on": "10.12.2026"}, 422),
        (plan | {"subject": "x"}, 422),
        (plan | {"pool_id": "01a1ffb8-0000-7000-8000-000000000000"}, 422),
        ({}, 422),
    ):
        answer = client.put(f"{API}/planned-decisions", json=bad, headers=headers)
        assert answer.status_code == status, bad
    for query in ("", "?subject=x", "?subject=joining&pool_id=7"):
        assert client.get(f"{API}/resolutions/proof{query}", headers=headers).status_code == 422
    assert client.get(f"{API}/resolutions/proof?subject=tender", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "delegated"}, "basis"),
        ({"kind": "x"}, "kind"),
        ({"yes_votes": 1.5}, "yes_votes"),
        ({"yes_votes": -1}, "yes_votes"),
        ({"legal_form": "club"}, "legal_form"),
        ({"is_unanimous": "vielleicht"}, "is_unanimous"),
        ({"matter": "a\x00"}, "matter"),
    ],
)
def test_api_names_the_wrong_field(
    client: FlaskClient,
    session: Session,
    cooperation: Cooperation,
    change: dict[str, Any],
    field: str,
) -> None:
    julich = factory.town(session, "Jülich")
    headers = access.bearer(session, access.person(session, julich, Role.RELEASER), julich)
    answer = client.post(f"{API}/resolutions", json=GOOD | change, headers=headers)
    assert answer.status_code == 422
    assert field in [v.get("field") for v in answer.get_json()["violations"]]
