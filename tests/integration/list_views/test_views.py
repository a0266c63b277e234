import html
import re
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.conftest import MovableClock
from tests.factories import access, cooperations, demands
from vergabe.access.model import User
from vergabe.access.permissions import Role
from vergabe.list_views import rules
from vergabe.list_views.model import ListView

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

SAVED = {"list": "demands", "path": "/bedarfe", "query": "stand=released&ordnung=wert"}


class Desk:
    def __init__(self, client: FlaskClient, session: Session) -> None:
        self.client, self.session = client, session
        self.dlz = cooperations.dlz(session)
        self.town = cooperations.town(session, "Jülich")
        self.user = access.person(session, self.town, Role.REQUESTER)
        self.other = access.person(session, self.town, Role.REQUESTER)
        session.commit()
        self.log_in(self.user)

    def log_in(self, user: User) -> None:
        with self.client.session_transaction() as stored:
            stored.clear()
            stored.update({"_user_id": user.fs_uniquifier, "_fresh": True})

    def post(self, path: str, data: dict[str, Any]) -> TestResponse:
        page = self.client.get("/ansichten").get_data(as_text=True)
        match = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert match is not None
        return self.client.post(path, data={"csrf_token": match[1], **data})

    def save(self, name: str = "Freigegebene", **more: Any) -> TestResponse:
        return self.post("/ansichten", {**SAVED, "name": name, **more})

    def views(self) -> list[ListView]:
        self.session.expire_all()
        return list(self.session.scalars(select(ListView).order_by(ListView.name)))


def text_of(answer: TestResponse) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.fixture
def desk(client: FlaskClient, session: Session, moving_clock: MovableClock) -> Desk:
    return Desk(client, session)


def test_a_view_is_saved_used_renamed_and_deleted_by_clicks(desk: Desk) -> None:
    demands.demand(desk.session, desk.dlz, desk.town, "released", title="Möbel")
    demands.demand(desk.session, desk.dlz, desk.town, "draft", title="Zelt")
    desk.session.commit()
    answer = desk.save(query="stand=released&ordnung=wert&ab=xyz&als=csv")
    assert (answer.status_code, answer.location) == (303, f"/bedarfe?{SAVED['query']}")
    page = desk.client.get("/bedarfe?alle=1").get_data(as_text=True)
    assert 'href="/bedarfe?stand=released&amp;ordnung=wert">Freigegebene' in page
    (view,) = desk.views()
    assert "Zelt" not in text_of(desk.client.get(view.url))
    desk.post(f"/ansichten/{view.id}", {"name": "Nur freigegebene"})
    assert "Nur freigegebene" in text_of(desk.client.get("/ansichten"))
    desk.post(f"/ansichten/{view.id}/loeschen", {})
    assert desk.views() == []


def test_the_default_view_opens_first_and_the_whole_list_stays_reachable(desk: Desk) -> None:
    desk.save(is_default="1")
    assert desk.client.get("/bedarfe").location == f"/bedarfe?{SAVED['query']}"
    assert desk.client.get("/bedarfe?alle=1").status_code == 200
    desk.save("Andere", is_default="1")
    assert [view.is_default for view in desk.views()] == [True, False]
    desk.post(f"/ansichten/{desk.views()[0].id}/standard", {"is_default": "0"})
    assert desk.client.get("/bedarfe").status_code == 200


def test_the_same_name_replaces_and_one_taken_is_no_new_name(desk: Desk) -> None:
    desk.save()
    desk.save(query="stand=draft")
    desk.save("Andere")
    assert [view.query for view in desk.views()] == [SAVED["query"], "stand=draft"]
    answer = desk.post(f"/ansichten/{desk.views()[0].id}", {"name": "Freigegebene"})
    assert answer.status_code == 422
    assert "heißt schon so" in text_of(answer)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"name": "  "}, "Namen"),
        ({"name": "x" * 200}, "80"),
        ({"name": "a\x00b"}, "Steuerzeichen"),
        ({"query": ""}, "Filter"),
        ({"query": "q=" + "x" * 3000}, "zu lang"),
        ({"query": "&".join(f"a{n}=1" for n in range(300))}, "zu lang"),
        ({"list": "erfunden"}, "gibt es nicht"),
        ({"path": "https://example.org/"}, "gibt es nicht"),
        ({"path": "//example.org/bedarfe"}, "gibt es nicht"),
        ({"path": "/gibt-es-nicht"}, "gibt es nicht"),
    ],
)
def test_a_wrong_view_is_told_in_german_and_not_stored(
    desk: Desk, changed: dict[str, str], word: str
) -> None:
    answer = desk.save(**changed)
    assert answer.status_code == 422
    assert word in text_of(answer)
    assert desk.views() == []


def test_no_more_views_than_anybody_can_overlook(desk: Desk) -> None:
    for number in range(rules.VIEWS_MAX):
        assert desk.save(f"Ansicht {number}").status_code == 303
    answer = desk.save("Eine zu viel")
    assert answer.status_code == 409
    assert "Löschen Sie" in text_of(answer)


def test_views_of_others_do_not_exist(desk: Desk) -> None:
    desk.save(is_default="1")
    (view,) = desk.views()
    desk.log_in(desk.other)
    assert desk.client.get("/bedarfe").status_code == 200
    assert desk.client.get(f"/ansichten/{view.id}").status_code == 404
    for step in ("", "/loeschen", "/standard"):
        assert desk.post(f"/ansichten/{view.id}{step}", {"name": "x"}).status_code == 404


def test_the_api_does_the_same(desk: Desk) -> None:
    headers = access.bearer(desk.session, desk.user, desk.town)
    desk.session.commit()
    given = {"list": "demands", "path": "/bedarfe", "query": "?stand=draft", "name": "Entwürfe"}
    made = desk.client.post("/api/v1/list-views", json=given, headers=headers)
    assert made.status_code == 201, made.text
    key = made.get_json()["id"]
    changed = desk.client.patch(
        f"/api/v1/list-views/{key}", json={"name": "Neu", "is_default": True}, headers=headers
    )
    assert (changed.get_json()["name"], changed.get_json()["is_default"]) == ("Neu", True)
    listed = desk.client.get("/api/v1/list-views?list=demands", headers=headers).get_json()
    assert [each["query"] for each in listed["items"]] == ["stand=draft"]
    assert desk.client.delete(f"/api/v1/list-views/{key}", headers=headers).status_code == 204
    unknown = f"/api/v1/list-views/{uuid.uuid4()}"
    assert desk.client.delete(unknown, headers=headers).status_code == 404
