"""Requests beyond a limit: who is refused, how it is said, and who is not in the way."""

import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import MovableClock
from tests.factories import access
from vergabe.access.permissions import Role
from vergabe.app import create_app
from vergabe.db import db
from vergabe.limits.hooks import store_of
from vergabe.settings import SettingsError

LIMITS = (
    "search.address=4/60, search.account=2/60, api.account=3/60, reset.account=1/60, "
    "registration.address=2/60, question.address=2/60"
)
HERE = {"REMOTE_ADDR": "203.0.113.7"}
THERE = {"REMOTE_ADDR": "203.0.113.8"}


@pytest.fixture
def limited(own_app: Flask, moving_clock: MovableClock) -> Iterator[Flask]:
    settings = own_app.extensions["vergabe_settings"]
    app = create_app(dataclasses.replace(settings, rate_limits=LIMITS))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    store_of(app).close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def statuses(client: FlaskClient, path: str, times: int, **more: object) -> list[int]:
    return [client.get(path, **more).status_code for _ in range(times)]


def test_page_says_in_german_how_long_to_wait_and_lets_in_again_then(
    limited: Flask, moving_clock: MovableClock
) -> None:
    client = limited.test_client()
    assert statuses(client, "/bekanntmachungen", 5, environ_base=HERE) == [200] * 4 + [429]
    refused = client.get("/bekanntmachungen", environ_base=HERE)
    wait = int(refused.headers["Retry-After"])
    assert 10 <= wait <= 15  # one is free every 15 seconds, the test itself took some
    page = refused.get_data(as_text=True)
    assert "Zu viele Anfragen" in page
    assert f"{wait} Sekunden" in page
    assert client.get("/bekanntmachungen", environ_base=THERE).status_code == 200
    assert client.get("/", environ_base=HERE).status_code == 200
    moving_clock.pass_(seconds=16)
    assert client.get("/bekanntmachungen", environ_base=HERE).status_code == 200


def test_feed_of_a_search_is_a_search(limited: Flask) -> None:
    client = limited.test_client()
    feed = "/bekanntmachungen/atom.xml?q=Streusalz"
    assert statuses(client, feed, 5, environ_base=HERE) == [200] * 4 + [429]


def test_nobody_sends_mails_without_end_through_us(limited: Flask) -> None:
    """A firm that registered itself invites whom it likes; a barrier is reported by anybody."""
    with limited.app_context():
        session = db.session()
        firm = access.organisation(session, "Bau GmbH", kind="supplier")
        user = access.person(session, firm, Role.SUPPLIER)
        headers = access.bearer(session, user, firm)
        session.commit()
    client = limited.test_client()
    body = {"full_name": "Erika Muster", "email": "erika@example.org"}
    asked = {"json": body, "headers": headers, "environ_base": HERE}
    found = [client.post("/api/v1/supplier/people", **asked).status_code for _ in range(3)]
    assert found == [202, 202, 429]
    told = {"data": {"text": "Der Knopf spricht nicht."}, "environ_base": HERE}
    found = [client.post("/barrierefreiheit/melden", **told).status_code for _ in range(3)]
    assert found == [409, 409, 429]  # this operator has named no address


def test_api_answers_with_a_problem_and_counts_per_token_not_per_town_hall(limited: Flask) -> None:
    with limited.app_context():
        session = db.session()
        town = access.organisation(session)
        tokens = [
            access.bearer(session, access.person(session, town, Role.REQUESTER), town)
            for _ in range(2)
        ]
    client = limited.test_client()
    first, second = ({"headers": token, "environ_base": HERE} for token in tokens)
    assert statuses(client, "/api/v1/me", 4, **first) == [200, 200, 200, 429]
    refused = client.get("/api/v1/me", **first)
    assert refused.content_type == "application/problem+json"
    assert refused.get_json()["code"] == "too_many_requests"
    assert 10 <= int(refused.headers["Retry-After"]) <= 20
    assert client.get("/api/v1/me", **second).status_code == 200


def test_another_process_counts_on(limited: Flask) -> None:
    assert statuses(limited.test_client(), "/bekanntmachungen", 4, environ_base=HERE)[-1] == 200
    settings = limited.extensions["vergabe_settings"]
    other = create_app(settings)
    assert other.test_client().get("/bekanntmachungen", environ_base=HERE).status_code == 429
    store_of(other).close()
    with other.app_context():
        db.engine.dispose()


def test_address_that_a_client_claims_for_itself_does_not_count(limited: Flask) -> None:
    client = limited.test_client()
    found = [
        client.get(
            "/bekanntmachungen",
            environ_base=HERE,
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        ).status_code
        for number in range(5)
    ]
    assert found[-1] == 429
    through = {"X-Forwarded-For": "198.51.100.9"}
    assert client.get("/bekanntmachungen", headers=through).status_code == 200


def test_neighbours_in_one_household_network_of_version_six_are_one(limited: Flask) -> None:
    client = limited.test_client()
    found = [
        client.get(
            "/bekanntmachungen", environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{n}"}
        ).status_code
        for n in range(1, 6)
    ]
    assert found == [200] * 4 + [429]


def test_this_machine_itself_is_not_limited_by_address(limited: Flask) -> None:
    assert statuses(limited.test_client(), "/bekanntmachungen", 6) == [200] * 6


def test_nobody_gets_a_heap_of_links_for_a_new_password(limited: Flask) -> None:
    client = limited.test_client()
    asked = {"data": {"email": "Erika@Example.org "}, "environ_base": HERE}
    assert client.post("/passwort-vergessen", **asked).status_code == 200
    again = {"data": {"email": "erika@example.org"}, "environ_base": THERE}
    assert client.post("/passwort-vergessen", **again).status_code == 429


def test_link_for_a_new_password_is_counted_whatever_the_spelling(limited: Flask) -> None:
    client = limited.test_client()
    asked = {"json": {"email": "Erika@Example.org"}, "environ_base": HERE}
    assert client.post("/passwort-vergessen", **asked).status_code == 200
    for email in ("erika@example.org", "erika@ｅxample.org", "erika@example．org"):
        again = {"data": {"email": email}, "environ_base": THERE}
        assert client.post("/passwort-vergessen", **again).status_code == 429


def test_start_is_refused_with_limits_that_cannot_be_read(own_app: Flask) -> None:
    settings = own_app.extensions["vergabe_settings"]
    with pytest.raises(SettingsError, match="VERGABE_RATE_LIMITS"):
        create_app(dataclasses.replace(settings, rate_limits="viele"))
