"""What the login's library would stumble over is refused before it, never answered by a 500."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access
from vergabe.access.model import User
from vergabe.access.permissions import Role

PASSWORD = {"email": "erika@example.org", "password": access.PASSWORD}
NO_FORM: tuple[Any, ...] = (
    5,
    True,
    "x",
    [1, 2],
    [["email", "erika@example.org"], ["password", access.PASSWORD]],
    {"next": 5},
    {"next": True},
    {"code": {"a": 1}},
    {"email": ["erika@example.org"], "password": access.PASSWORD},
    {"email": "e\ud800@example.org", "password": access.PASSWORD},
    PASSWORD | {"next": "http://["},
)


@pytest.fixture
def user(session: Session) -> User:
    town = access.organisation(session)
    found = access.person(session, town, Role.REQUESTER, email="erika@example.org")
    session.commit()
    return found


@pytest.fixture
def open_app(app: Flask) -> Iterator[Flask]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    app.config["WTF_CSRF_ENABLED"] = True


def addresses(app: Flask) -> list[str]:
    rules = [r for r in app.url_map.iter_rules() if r.endpoint.startswith("security.")]
    posts = [rule.rule for rule in rules if "POST" in (rule.methods or ())]
    return [address.replace("<token>", "verdorben") for address in posts]


def client_of(app: Flask, user: User | None) -> FlaskClient:
    client = app.test_client()
    if user is not None:
        access.log_in(client, user)
    return client


@pytest.mark.parametrize("is_known", [False, True])
def test_json_that_is_no_form_is_a_bad_request_at_every_address_of_the_login(
    open_app: Flask, user: User, is_known: bool
) -> None:
    assert len(addresses(open_app)) > 10
    for address in addresses(open_app):
        for body in NO_FORM:
            client = client_of(open_app, user if is_known else None)
            status = client.post(address, json=body).status_code
            assert status == 400, (address, body)


def test_json_that_is_no_form_is_a_bad_request_when_its_length_is_not_told(
    open_app: Flask, user: User
) -> None:
    for address in addresses(open_app):
        answer = client_of(open_app, user).post(
            address,
            input_stream=io.BytesIO(b'{"code": [5], "email": [5], "password": [5]}'),
            content_type="application/json",
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert answer.status_code == 400, address


@pytest.mark.parametrize("is_known", [False, True])
def test_next_page_that_is_no_address_is_a_bad_request(
    open_app: Flask, user: User, is_known: bool
) -> None:
    for address in addresses(open_app):
        client = client_of(open_app, user if is_known else None)
        assert client.post(address, data=PASSWORD | {"next": "http://["}).status_code == 400
        assert client.post(f"{address}?next=http://[", data=PASSWORD).status_code == 400
        assert client.get(f"{address}?next=http://[").status_code in (400, 405)


def test_json_of_texts_is_still_a_login(open_app: Flask, user: User) -> None:
    body = {"email": user.email, "password": access.PASSWORD, "remember": True, "next": None}
    assert open_app.test_client().post("/anmelden", json=body).status_code == 200
