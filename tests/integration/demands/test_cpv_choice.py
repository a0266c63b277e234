"""Codes proposed for a description: in the form of a demand, and by the API."""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import access, cooperations
from vergabe.access.permissions import Role
from vergabe.cpv import packaged

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

TYPED = {
    "title": "Streusalz",
    "description": "30 t Auftausalz für den Winterdienst, lose",
    "estimated_value_net": "12.5oo",
    "remarks": "eilig & „wichtig“",
    "item_rows": "1",
    "items.0.text": "Sack",
}


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> FlaskClient:
    cooperations.dlz(session)
    town = cooperations.town(session, "Jülich")
    person = access.person(session, town, Role.REQUESTER)
    session.commit()
    with client.session_transaction() as stored:
        stored.update({"_user_id": person.fs_uniquifier, "_fresh": True})
    return client


def asked(desk: FlaskClient, **typed: str) -> str:
    start = desk.get("/bedarfe").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', start)
    assert token is not None
    sent = {**TYPED, "step": "cpv", "csrf_token": token[1], **typed}
    answer: TestResponse = desk.post("/bedarfe/neu", data=sent)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def choices(page: str) -> list[str]:
    return re.findall(r'type="radio" id="[^"]+" name="cpv_choice" value="([^"]+)"', page)


def test_description_leads_to_five_choices_with_path_and_example(desk: FlaskClient) -> None:
    page = asked(desk)
    assert len(choices(page)) == 5
    assert len({code[:4] for code in choices(page)}) == 5
    assert "34927100-2" in choices(page)
    assert " › " in page
    assert "Zum Beispiel: " in page


def test_everything_typed_stays(desk: FlaskClient) -> None:
    page = asked(desk)
    for kept in ("30 t Auftausalz", 'value="12.5oo"', "eilig &amp; „wichtig“", 'value="Sack"'):
        assert kept in page


def test_words_in_the_code_field_come_before_the_description(desk: FlaskClient) -> None:
    assert "34144210-3" in choices(asked(desk, cpv_main="Feuerwehrfahrzeug"))


def test_code_that_is_there_can_be_compared_with_proposals(desk: FlaskClient) -> None:
    page = asked(desk, cpv_main="34144210-3")
    assert "34927100-2" in choices(page)
    assert 'value="34144210-3"' in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": "", "description": ""}, "mit ein paar Wörtern"),
        ({"title": "🙂", "description": "🙂🙂"}, "mit ein paar Wörtern"),
        ({"title": "<1>", "description": "12 34"}, "mit ein paar Wörtern"),
        ({"description": "Salz\0"}, "teuerzeichen"),
        ({"description": "x" * 100_000}, "Zeichen"),
        ({"cpv_main": "Quxbarfoo"}, "kein CPV-Code gefunden"),
    ],
)
def test_what_is_no_description_is_told_and_nothing_is_lost(
    desk: FlaskClient, typed: dict[str, str], sentence: str
) -> None:
    page = asked(desk, **typed)
    assert choices(page) == []
    assert sentence in page
    assert "eilig &amp; „wichtig“" in page


def test_api_gives_the_same_five(client: FlaskClient, session: Session) -> None:
    cooperations.dlz(session)
    town = cooperations.town(session, "Jülich")
    bearer = access.bearer(session, access.person(session, town, Role.REQUESTER), town)
    answer = client.get("/api/v1/cpv/suggestions?text=Streusalz", headers=bearer)
    assert answer.status_code == 200
    items = answer.get_json()["items"]
    assert len(items) == 5
    assert set(items[0]) == {"code", "check_digit", "label", "path", "example", "score"}
    assert client.get("/api/v1/cpv/suggestions?text=Streusalz").status_code == 401
    for text in ("", "🙂", "Salz\0", "x" * 30_000):
        refused = client.get(f"/api/v1/cpv/suggestions?text={quote(text)}", headers=bearer)
        assert refused.status_code == 422, text[:20]
        assert refused.get_json()["detail"].endswith(".")


def test_packaged_model_is_loaded_once() -> None:
    assert packaged.model() is packaged.model()
