"""What the JSON API promises to every program, whatever the capability."""

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import access, cooperations, demands
from vergabe.access.permissions import Role
from vergabe.demands.model import Demand
from vergabe.web.idempotency import StoredAnswer

API = "/api/v1"


@pytest.fixture
def draft(session: Session) -> Demand:
    cooperation = cooperations.dlz(session)
    town = cooperations.town(session, "Merzenich")
    return demands.demand(session, cooperation, town, stage="draft", title="Streusalz")


@pytest.fixture
def headers(session: Session, draft: Demand) -> dict[str, str]:
    town = cooperations.town(session, "Merzenich")
    return access.bearer(session, access.person(session, town, Role.REQUESTER), town)


def rename(
    client: FlaskClient, draft: Demand, headers: dict[str, str], content_type: str | None
) -> TestResponse:
    return client.patch(
        f"{API}/demands/{draft.id}",
        data=json.dumps({"title": "Streusalz, lose"}),
        content_type=content_type,
        headers=headers | {"If-Match": '"1"'},
    )


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "text/json"]
)
def test_a_body_that_does_not_say_it_is_json_is_refused_and_never_passed_over(
    client: FlaskClient,
    session: Session,
    draft: Demand,
    headers: dict[str, str],
    content_type: str | None,
) -> None:
    answer = rename(client, draft, headers, content_type)
    assert answer.status_code == 415, answer.text
    assert answer.get_json()["code"] == "http_415"
    session.refresh(draft)
    assert (draft.title, draft.version) == ("Streusalz", 1)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/merge-patch+json"]
)
def test_json_under_any_of_its_names_is_taken(
    client: FlaskClient, draft: Demand, headers: dict[str, str], content_type: str
) -> None:
    answer = rename(client, draft, headers, content_type)
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["title"] == "Streusalz, lose"


def test_a_method_that_an_address_does_not_have_is_refused_with_those_that_it_has(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.put(f"{API}/demands", json={}, headers=headers)
    assert answer.status_code == 405
    assert set(answer.allow) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_secret_calendar_address_is_kept_nowhere_and_made_anew(
    client: FlaskClient, session: Session, headers: dict[str, str]
) -> None:
    repeated = headers | {"Idempotency-Key": "kalender-1"}
    first, second = (client.post(f"{API}/calendar-link", headers=repeated) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json()["url"] != second.get_json()["url"]
    assert session.scalars(select(StoredAnswer)).all() == []


def test_a_field_that_is_called_as_a_part_of_a_request_is_named_in_the_refusal(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    body = {"list": "demands", "name": "Offene"}
    answer = client.post(f"{API}/list-views", json=body, headers=headers)
    assert answer.status_code == 422
    assert [each.get("field") for each in answer.get_json()["violations"]] == ["path", "query"]
