"""Guessing passwords: the guesser waits, the person at their own desk does not, and is told."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.conftest import MovableClock
from tests.factories import access
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Role
from vergabe.accounts import lockouts
from vergabe.accounts.lockout_model import LoginFailures
from vergabe.audit.model import RecordEntry
from vergabe.outbox import OutboxRow

GUESSER = "198.51.100.66"
TOWN_HALL = "203.0.113.7"


@pytest.fixture
def person(app: Flask, session: Session, moving_clock: MovableClock) -> Iterator[User]:
    town = access.organisation(session, "Merzenich")
    found = access.person(session, town, Role.REQUESTER, email="erika@example.org")
    session.commit()
    app.config["WTF_CSRF_ENABLED"] = False
    yield found
    app.config["WTF_CSRF_ENABLED"] = True


def attempt(
    client: FlaskClient, password: str = "falsch und lang genug", *, at: str, **more: str
) -> TestResponse:
    data = {"email": "erika@example.org", "password": password, **more}
    return client.post("/anmelden", data=data, environ_base={"REMOTE_ADDR": at})


def fail(client: FlaskClient, times: int, *, at: str = GUESSER) -> list[int]:
    return [attempt(client, at=at).status_code for _ in range(times)]


def test_sixth_guess_waits_and_the_right_password_at_another_address_does_not(
    app: Flask, client: FlaskClient, person: User, moving_clock: MovableClock
) -> None:
    assert fail(client, 7) == [200] * 5 + [429, 429]
    refused = attempt(client, access.PASSWORD, at=GUESSER)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 30
    assert "Passwort vergessen" in refused.get_data(as_text=True)
    assert attempt(app.test_client(), access.PASSWORD, at=TOWN_HALL).status_code == 302
    moving_clock.pass_(seconds=31)
    assert fail(client, 2) == [200, 429]
    moving_clock.pass_(seconds=31)
    assert fail(client, 1) == [429]  # a minute this time
    moving_clock.pass_(seconds=30)
    assert attempt(client, access.PASSWORD, at=GUESSER).status_code == 302
    assert fail(app.test_client(), 5) == [200] * 5  # forgotten with the success


def test_guessing_through_json_is_counted_too(client: FlaskClient, person: User) -> None:
    body = {"email": "ERIKA@example.org", "password": "falsch und lang genug"}
    there = {"REMOTE_ADDR": GUESSER}
    found = [client.post("/anmelden", json=body, environ_base=there).status_code for _ in range(6)]
    assert found == [400] * 5 + [429]
    assert fail(client, 1) == [429]


def test_other_spellings_of_an_address_are_the_same_account(
    app: Flask, client: FlaskClient, person: User
) -> None:
    spellings = ("erika@ｅxample.org", "erika@example．org", "erika@example。org")
    for spelling in spellings:
        wide = attempt(app.test_client(), access.PASSWORD, at=TOWN_HALL, email=spelling)
        assert wide.status_code == 302
    fail(client, 2)
    found = [attempt(client, at=GUESSER, email=each).status_code for each in (*spellings, "e@x")]
    assert found == [200] * 4
    assert attempt(client, at=GUESSER, email=spellings[0]).status_code == 429
    # PostgreSQL has one small letter for two capital ones.
    other = attempt(app.test_client(), access.PASSWORD, at=TOWN_HALL, email="erİka@example.org")
    assert other.status_code == 200


def test_account_that_does_not_exist_waits_just_the_same(client: FlaskClient, person: User) -> None:
    found = [attempt(client, at=GUESSER, email="x@example.org").status_code for _ in range(6)]
    assert found == [200] * 5 + [429]


def test_many_addresses_lock_out_strangers_but_not_the_browser_that_is_known(
    app: Flask, client: FlaskClient, person: User
) -> None:
    assert attempt(client, access.PASSWORD, at=TOWN_HALL).status_code == 302
    client.post("/abmelden")
    for number in range(10):
        fail(app.test_client(), 5, at=f"198.51.100.{number}")
    stranger = app.test_client()
    assert attempt(stranger, access.PASSWORD, at="192.0.2.1").status_code == 429
    assert attempt(client, access.PASSWORD, at=TOWN_HALL).status_code == 302


def test_mark_of_a_browser_holds_for_one_account_and_cannot_be_made(
    app: Flask, client: FlaskClient, person: User, session: Session
) -> None:
    attempt(client, access.PASSWORD, at=TOWN_HALL)
    (cookie,) = [c for name, c in client._cookies.items() if name[2].startswith("bekannt_")]
    assert cookie.http_only
    assert "erika" not in cookie.value
    forger = app.test_client()
    forger.set_cookie(cookie.key, cookie.value[:-2] + "xx")
    assert fail(forger, 6) == [200] * 5 + [429]
    thief = app.test_client()
    thief.set_cookie(cookie.key, cookie.value)
    assert fail(thief, 11) == [200] * 10 + [429]


def test_who_is_logged_in_already_neither_ends_a_wait_of_others_nor_gets_their_mark(
    app: Flask, client: FlaskClient, person: User, session: Session
) -> None:
    town = access.organisation(session, "Inden")
    access.person(session, town, Role.REQUESTER, email="g@example.org")
    session.commit()
    assert attempt(client, access.PASSWORD, at=GUESSER, email="g@example.org").status_code == 302
    fail(app.test_client(), 4)
    sent_on = attempt(client, at=GUESSER)
    assert sent_on.status_code == 302
    assert not sent_on.headers.getlist("Set-Cookie")
    assert fail(app.test_client(), 1) == [429]


def test_person_is_told_once_and_it_stands_in_the_record_without_an_address(
    client: FlaskClient, app: Flask, person: User, session: Session, moving_clock: MovableClock
) -> None:
    fail(client, 6)
    for number in range(3):
        fail(app.test_client(), 6, at=f"198.51.100.{number}")
    rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).all()
    assert [row.payload["to"] for row in rows] == ["erika@example.org"]
    assert rows[0].payload["link"] == "/passwort-vergessen"
    entries = session.scalars(select(RecordEntry).where(RecordEntry.action == "login_slowed")).all()
    assert len(entries) == 1
    assert "198.51" not in f"{entries[0].summary}{entries[0].details}"
    stored = session.scalars(select(LoginFailures)).all()
    assert not [row for row in stored if "198" in row.key or "erika" in row.account]
    moving_clock.pass_(hours=25)
    fail(app.test_client(), 6, at="198.51.100.9")
    again = session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).all()
    assert len(again) == 2


def test_new_password_by_mail_ends_the_wait_at_once(
    app: Flask, client: FlaskClient, person: User, session: Session
) -> None:
    fail(client, 6, at=TOWN_HALL)
    client.post("/passwort-vergessen", data={"email": person.email})
    row = session.scalars(
        select(OutboxRow).where(OutboxRow.name == "account_mail").order_by(OutboxRow.id.desc())
    ).first()
    assert row is not None
    link = next(word for word in row.payload["body"].split() if "/passwort-vergessen/" in word)
    new = "noch ein langes Kennwort 2026"
    answer = client.post(
        link.removeprefix("http://localhost"), data={"password": new, "password_confirm": new}
    )
    assert answer.status_code == 302
    fresh = app.test_client()
    assert attempt(fresh, new, at=TOWN_HALL).status_code == 302


def test_operator_may_end_it_and_that_is_recorded(
    client: FlaskClient, person: User, session: Session, app: Flask
) -> None:
    fail(client, 6)
    secret = app.extensions["vergabe_settings"].secret_key
    lockouts.unlock_by_operator(
        session, Actor.operator("Test"), person.email, secret_key=secret, now=clock.now()
    )
    session.commit()
    assert attempt(client, access.PASSWORD, at=GUESSER).status_code == 302
    actions = set(session.scalars(select(RecordEntry.action)))
    assert {"login_slowed", "login_unlocked"} <= actions


def test_old_counts_are_forgotten(
    client: FlaskClient, person: User, session: Session, moving_clock: MovableClock
) -> None:
    fail(client, 3)
    assert lockouts.forget_old(session, now=clock.now()) == 0
    moving_clock.pass_(hours=25)
    assert lockouts.forget_old(session, now=clock.now()) == 2
