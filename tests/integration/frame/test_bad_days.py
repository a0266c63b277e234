"""Sessions that end, forms left open too long, two officers at once: no text is lost."""

import html
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.browser_forms import form_of
from tests.factories import access, cooperations, demands
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.demands.model import Demand
from vergabe.web import stale

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

OWN = {"Origin": "http://localhost"}
TEXT = "Zeile eins\r\n„Zeile“ <zwei> & mehr"


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    """The application with its guard against forged requests, which tests leave out elsewhere."""
    before = app.config.get("WTF_CSRF_ENABLED", True)
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = before


@pytest.fixture
def requester(session: Session) -> User:
    cooperation = cooperations.dlz(session)
    town = session.get_one(Organisation, cooperation.lead_organisation_id)
    user = access.person(session, town, Role.REQUESTER)
    session.commit()
    return user


def kept(answer: TestResponse) -> dict[str, str]:
    form = form_of(answer.text)
    return {name: value for name, value in form.data.items() if name != "csrf_token"}


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None, page
    return html.unescape(found[1])


def test_post_without_login_keeps_every_entry_and_sends_it_after_the_login(
    guarded: Flask, client: FlaskClient, session: Session, requester: User
) -> None:
    access.log_in(client, requester)
    entry = form_of(client.get("/bedarfe/neu").text).filled(
        title="Helme", description=TEXT, cpv_main="18444111", save="1"
    )
    client.delete_cookie("session")
    answer = client.post("/bedarfe/neu", data=entry, headers=OWN)
    assert answer.status_code in (400, 401)
    assert "Ihre Sitzung ist abgelaufen" in answer.text
    assert 'href="/anmelden" target="_blank"' in answer.text
    again = kept(answer)
    assert (again["title"], again["description"]) == ("Helme", TEXT.replace("\r\n", "\n"))
    assert not session.scalars(select(Demand)).all()
    # Logged in in another tab: the same cookies.
    page = client.get("/anmelden").text
    answer_of_login = client.post(
        "/anmelden",
        data={
            "csrf_token": token_of(page),
            "email": requester.email,
            "password": access.PASSWORD,
        },
    )
    assert answer_of_login.status_code in (302, 303)
    sent = client.post("/bedarfe/neu", data=form_of(answer.text).data, headers=OWN)
    if sent.status_code != 303:  # the login began a new session: once more, with its guard
        assert "war zu lange offen" in sent.text
        sent = client.post("/bedarfe/neu", data=form_of(sent.text).data, headers=OWN)
    assert sent.status_code == 303, sent.text
    stored = session.scalars(select(Demand)).one()
    assert stored.title == "Helme"
    assert "„Zeile“ <zwei> & mehr" in stored.description


def test_old_guard_of_a_form_keeps_the_entry_for_whoever_is_logged_in(
    guarded: Flask, client: FlaskClient, requester: User
) -> None:
    access.log_in(client, requester)
    answer = client.post("/bedarfe/neu", data={"csrf_token": "alt", "title": "Helme"}, headers=OWN)
    assert answer.status_code == 400
    assert "war zu lange offen" in answer.text
    assert kept(answer)["title"] == "Helme"
    assert "neuen Tab" not in answer.text


def test_a_form_of_another_site_is_never_offered_for_sending(
    guarded: Flask, client: FlaskClient, requester: User
) -> None:
    access.log_in(client, requester)
    for headers in (
        {"Origin": "https://boese.example"},
        {"Origin": "http://localhost.boese.example"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {},
    ):
        answer = client.post("/bedarfe/neu", data={"title": "Helme"}, headers=headers)
        assert answer.status_code == 400
        assert "Helme" not in answer.text


def test_passwords_and_files_are_not_kept_and_the_page_says_so(
    guarded: Flask, client: FlaskClient
) -> None:
    from io import BytesIO

    answer = client.post(
        "/bedarfe/einlesen",
        data={
            "area_id": "x",
            "new_password": "geheim",
            "file": (BytesIO(b"a;b"), "bedarfe.csv"),
        },
        headers=OWN,
    )
    assert "geheim" not in answer.text
    assert "bedarfe.csv" in answer.text
    assert "Dateien konnten wir nicht behalten" in answer.text
    login = client.post("/anmelden", data={"email": "a@b.de", "password": "geheim"}, headers=OWN)
    assert "geheim" not in login.text
    assert login.status_code == 400


def test_the_later_officer_sees_what_changed_and_keeps_what_was_typed(
    client: FlaskClient, session: Session, requester: User
) -> None:
    town = requester.assignments[0].organisation
    cooperation = session.scalars(select(cooperations.Cooperation)).one()
    demand = demands.demand(session, cooperation, town, stage="draft", title="Helme")
    session.commit()
    access.log_in(client, requester)
    path = f"/bedarfe/{demand.id}/bearbeiten"
    mine = form_of(client.get(path).text)
    theirs = mine.filled(title="Helme mit Lampe", save="1")
    assert client.post(path, data=theirs).status_code == 303
    answer = client.post(
        path, data=mine.filled(title="Helme", remarks="eilig", save="1"), headers=OWN
    )
    assert answer.status_code == 412
    alert = answer.text.split('role="alert"')[1].split("</table>")[0]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", alert))
    assert "hat inzwischen gespeichert" in text
    assert "Was wird gebraucht? Helme mit Lampe Helme" in text
    assert "Bemerkungen leer eilig" in text
    assert "Menge" not in text, "what is the same is not told"
    form = form_of(answer.text)
    assert (form.data["title"], form.data["remarks"]) == ("Helme", "eilig")
    assert client.post(path, data=form.filled(save="1")).status_code == 303
    session.expire_all()
    assert (demand.title, demand.remarks) == ("Helme", "eilig")


def test_differences_ignore_blanks_and_fields_without_a_label() -> None:
    found = stale.overtaken(
        {"a": "Feld A", "b": "Feld B", "c": "Feld C"},
        {"a": "eins", "b": None, "c": "x\ny", "version": 3},
        {"a": " eins ", "b": "zwei", "c": "x\r\ny", "version": 1},
    )
    assert [(each.label, each.theirs, each.mine) for each in found.differences] == [
        ("Feld B", "", "zwei")
    ]


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/gibt/es/nicht", 404, "Prüfen Sie die Adresse"),
        ("/verwaltung", 403, "an deren Administration"),
        ("/sprache", 405, "benutzen Sie die Knöpfe"),
    ],
)
def test_refusals_say_what_to_do(
    client: FlaskClient, requester: User, path: str, status: int, sentence: str
) -> None:
    access.log_in(client, requester)
    answer = client.get(path)
    assert answer.status_code == status
    assert sentence in answer.text
    assert "Zur Startseite" in answer.text


def test_referrer_that_is_no_address_breaks_neither_the_guard_nor_the_page_of_an_error(
    guarded: Flask, client: FlaskClient
) -> None:
    assert client.get("/gibt-es-nicht", headers={"Referer": "https://["}).status_code == 404
    safe = "https://localhost"
    token = token_of(client.get("/anmelden", base_url=safe).text)
    for referrer, status in (("https://[", 400), (f"{safe}/barrierefreiheit/melden", 409)):
        answer = client.post(
            "/barrierefreiheit/melden",
            base_url=safe,
            data={"csrf_token": token},
            headers={"Referer": referrer},
        )
        assert answer.status_code == status
