import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access as make
from vergabe import clock
from vergabe.access import queries
from vergabe.access.permissions import Permission, Role
from vergabe.accounts import service
from vergabe.errors import InvalidInput, NotFound, Refused
from vergabe.web.idempotency import StoredAnswer

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def test_login_with_the_right_password_opens_the_account(
    client: FlaskClient, session: Session
) -> None:
    town = make.organisation(session)
    user = make.person(session, town, Role.REQUESTER)
    session.commit()
    make.log_in(client, user)
    page = client.get("/konto")
    assert page.status_code == 200
    assert "Bedarfsträger" in page.get_data(as_text=True)


def test_wrong_password_gets_a_german_sentence(client: FlaskClient, session: Session) -> None:
    user = make.person(session, make.organisation(session), Role.REQUESTER)
    session.commit()
    page = client.get("/anmelden").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    answer = client.post(
        "/anmelden", data={"email": user.email, "password": "falsch", "csrf_token": token}
    )
    assert "stimmen nicht" in answer.get_data(as_text=True)
    assert client.get("/konto").status_code == 303


def test_post_without_csrf_token_is_refused(client: FlaskClient, session: Session) -> None:
    user = make.person(session, make.organisation(session), Role.REQUESTER)
    session.commit()
    make.log_in(client, user)
    answer = client.post("/konto/tokens", data={"name": "x", "expires_on": "2026-12-31"})
    assert answer.status_code == 400
    assert "Formular ist abgelaufen" in answer.get_data(as_text=True)


def test_token_opens_the_api_until_it_is_revoked(client: FlaskClient, session: Session) -> None:
    town = make.organisation(session)
    actor = make.actor(session, town, Role.REQUESTER)
    token, secret = service.create_token(
        session,
        actor,
        name="Anbindung",
        expires_on=clock.berlin_day(clock.now()) + dt.timedelta(days=3),
        is_read_only=False,
        now=clock.now(),
    )
    session.commit()
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/me", headers=headers).get_json()["organisation_name"] == "Merzenich"
    assert secret not in str(vars(token))
    service.revoke_token(session, actor, token.id, now=clock.now())
    session.commit()
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_token_of_another_person_is_not_found(session: Session) -> None:
    town = make.organisation(session)
    actor, other = make.actor(session, town, Role.REQUESTER), make.actor(session, town)
    token, _ = service.create_token(
        session,
        actor,
        name="x",
        expires_on=clock.berlin_day(clock.now()),
        is_read_only=True,
        now=clock.now(),
    )
    with pytest.raises(NotFound):
        service.revoke_token(session, other, token.id, now=clock.now())


def test_read_only_token_cannot_write(client: FlaskClient, session: Session) -> None:
    actor = make.actor(session, make.organisation(session), Role.REQUESTER)
    _, secret = service.create_token(
        session,
        actor,
        name="x",
        expires_on=clock.berlin_day(clock.now()),
        is_read_only=True,
        now=clock.now(),
    )
    session.commit()
    answer = client.post("/api/v1/tokens", json={}, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"


def test_only_tokens_of_the_account_page_count(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    """The login's library would give out others: without an end, in no list, good for any page."""
    user = make.person(session, make.organisation(session), Role.REQUESTER)
    session.commit()
    email = user.email
    page = client.get("/anmelden").get_data(as_text=True)
    csrf = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    answer = client.post(
        "/anmelden?include_auth_token",
        json={"email": email, "password": make.PASSWORD},
        headers={"X-CSRFToken": csrf},
    )
    token = answer.get_json()["response"]["user"]["authentication_token"]
    stranger = app.test_client()
    assert stranger.get(f"/konto?auth_token={token}").status_code == 303
    assert stranger.get("/konto", headers={"Authentication-Token": token}).status_code == 303
    assert client.get("/konto").status_code == 200


def test_same_idempotency_key_gives_the_first_answer_again(
    client: FlaskClient, session: Session
) -> None:
    town = make.organisation(session)
    user = make.person(session, town, Role.ADMINISTRATOR)
    headers = make.bearer(session, user, town) | {"Idempotency-Key": "einmal"}
    body = {
        "email": "erika@example.org",
        "full_name": "Erika Muster",
        "role": "requester",
        "valid_from": "2026-12-01",
    }
    first = client.post("/api/v1/roles", json=body, headers=headers)
    again = client.post("/api/v1/roles", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = client.post("/api/v1/roles", json=body | {"role": "opener"}, headers=headers)
    assert other.status_code == 422


def test_secret_of_a_token_is_not_kept_for_an_idempotency_key(
    client: FlaskClient, session: Session
) -> None:
    town = make.organisation(session)
    user = make.person(session, town, Role.REQUESTER)
    headers = make.bearer(session, user, town) | {"Idempotency-Key": "einmal"}
    body = {"name": "x", "expires_on": clock.berlin_day(clock.now()).isoformat()}
    made = client.post("/api/v1/tokens", json=body, headers=headers)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    assert session.scalars(select(StoredAnswer)).all() == []


def test_role_ends_with_its_last_day(session: Session, moving_clock: MovableClock) -> None:
    town = make.organisation(session)
    user = make.person(session, town)
    make.grant(session, user, town, Role.RELEASER, valid_to=dt.date(2026, 11, 30))
    last = moving_clock.at("2026-11-30T23:59:59+01:00")
    assert queries.actor_for(session, user, town.id, now=last).holds(Permission.RELEASE_DEMANDS)
    after = moving_clock.at("2026-12-01T00:00:00+01:00")
    assert not queries.actor_for(session, user, town.id, now=after).holds(
        Permission.RELEASE_DEMANDS
    )


def test_administrator_cannot_give_roles_elsewhere(session: Session) -> None:
    merzenich, kerpen = make.organisation(session), make.organisation(session, "Kerpen")
    actor = make.actor(session, merzenich, Role.ADMINISTRATOR)
    with pytest.raises(NotFound):
        service.grant_role(
            session,
            actor,
            kerpen.id,
            email="x@example.org",
            full_name="X",
            role=Role.RELEASER,
            valid_from=dt.date(2026, 1, 1),
            valid_to=None,
            now=clock.now(),
        )


def test_supplier_role_does_not_fit_a_town(session: Session) -> None:
    town = make.organisation(session)
    actor = make.actor(session, town, Role.ADMINISTRATOR)
    with pytest.raises(InvalidInput, match="passt nicht"):
        service.grant_role(
            session,
            actor,
            town.id,
            email="x@example.org",
            full_name="X",
            role=Role.SUPPLIER,
            valid_from=dt.date(2026, 1, 1),
            valid_to=None,
            now=clock.now(),
        )


def test_last_administrator_cannot_end_own_role(session: Session) -> None:
    town = make.organisation(session)
    actor = make.actor(session, town, Role.ADMINISTRATOR)
    (own,) = service.people_of(session, actor)
    with pytest.raises(Refused):
        service.end_role(session, actor, own.id, now=clock.now())


def test_switching_to_an_organisation_without_role_is_refused(
    client: FlaskClient, session: Session
) -> None:
    town, other = make.organisation(session), make.organisation(session, "Kerpen")
    user = make.person(session, town, Role.REQUESTER)
    session.commit()
    make.log_in(client, user)
    page = client.get("/konto").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    answer = client.post(
        "/organisation", data={"organisation_id": str(other.id), "csrf_token": token}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("email", ["", "x", "a@", "a b@example.org", "x" * 300 + "@example.org"])
def test_bad_address_is_named(session: Session, email: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        service.create_person(session, email=email, full_name="X", now=clock.now())
    assert caught.value.field == "email"


@pytest.mark.parametrize("address", ["/zweiter-faktor", "/passwort-aendern", "/konto"])
@pytest.mark.parametrize("towns", [1, 2])
def test_pages_of_ones_own_account_answer(
    session: Session, client: FlaskClient, address: str, towns: int
) -> None:
    organisations = [make.organisation(session, name) for name in ("Merzenich", "Inden")]
    user = make.person(session, organisations[0], Role.REQUESTER)
    for organisation in organisations[1:towns]:
        make.grant(session, user, organisation, Role.REQUESTER)
    session.commit()
    make.log_in(client, user)
    answer = client.get(address)
    assert answer.status_code == 200
    if address == "/zweiter-faktor":
        assert 'value="authenticator"' in answer.text
