"""Login with a second factor and the ways to a new password, told as stories in a browser."""

import base64
import hashlib
import hmac
import html
import re
import struct
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import access as make
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Role
from vergabe.accounts import second_factor
from vergabe.audit import queries as audit
from vergabe.audit import service as audit_service
from vergabe.errors import NotFound, Refused
from vergabe.outbox import OutboxRow

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

SETUP = "/zweiter-faktor"
CODES = "/zweiter-faktor/wiederherstellungscodes"
RECOVERY = "/zweiter-faktor/wiederherstellung"
NEW_PASSWORD = "ein anderes langes Kennwort 2027"


@pytest.fixture
def user(session: Session) -> User:
    user = make.person(session, make.organisation(session), Role.REQUESTER)
    session.commit()
    return user


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


def post(
    client: FlaskClient, address: str, token_from: str = "/anmelden", **values: str
) -> TestResponse:
    token = field(client.get(token_from).text, "csrf_token")
    return client.post(address, data={"csrf_token": token, **values}, follow_redirects=True)


def code_of(secret: str, *, later: int = 0) -> str:
    """Return what an authenticator app shows (RFC 6238), now or so many half minutes later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + later)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def wrong_code_of(secret: str) -> str:
    return f"{(int(code_of(secret)) + 500_000) % 1_000_000:06d}"


def begin(client: FlaskClient) -> tuple[str, str]:
    """Choose the app; return the secret that the page shows and where the code goes."""
    page = post(client, SETUP, SETUP, setup="authenticator").text
    assert 'src="data:image/svg+xml;base64,' in page
    secret = re.search(r"Schlüssel zum Abtippen: <code>([^<]+)</code>", page)
    action = re.search(rf'action="({SETUP}/[^"]+)"', page)
    assert secret is not None, page
    assert action is not None, page
    return secret[1].replace("-", ""), html.unescape(action[1])


def set_up(client: FlaskClient) -> str:
    secret, address = begin(client)
    page = post(client, address, SETUP, code=code_of(secret)).text
    assert "Der zweite Faktor ist eingerichtet." in page
    return secret


def log_out(client: FlaskClient) -> None:
    post(client, "/abmelden", SETUP)
    assert client.get("/konto").status_code == 303


def enter_password(client: FlaskClient, user: User, wanted: str = "/konto") -> TestResponse:
    return post(client, "/anmelden", email=user.email, password=make.PASSWORD, next=wanted)


def test_second_factor_from_set_up_to_switching_off(client: FlaskClient, user: User) -> None:
    make.log_in(client, user)
    secret = set_up(client)
    log_out(client)

    page = enter_password(client, user).text
    assert "Code aus Ihrer Authenticator-App" in page
    assert client.get("/konto").status_code == 303  # the password alone opens nothing
    page = post(client, "/zweiter-faktor/code", "/zweiter-faktor/code", code="").text
    assert "Bitte geben Sie den Code ein." in page
    page = post(
        client, "/zweiter-faktor/code", "/zweiter-faktor/code", code=wrong_code_of(secret)
    ).text
    assert "Der Code stimmt nicht." in page
    assert client.get("/konto").status_code == 303
    answer = post(
        client,
        "/zweiter-faktor/code",
        "/zweiter-faktor/code",
        code=code_of(secret, later=1),
        next="/konto",
    )
    assert answer.request.path == "/konto"
    assert answer.status_code == 200

    page = post(client, SETUP, SETUP, setup="disable").text
    assert "Der zweite Faktor ist ausgeschaltet." in page
    log_out(client)
    assert enter_password(client, user).request.path == "/konto"


def test_wanted_page_is_kept_over_password_and_code(client: FlaskClient, user: User) -> None:
    make.log_in(client, user)
    secret = set_up(client)
    log_out(client)
    page = enter_password(client, user, "/passwort-aendern").text
    assert field(page, "next") == "/passwort-aendern"
    answer = client.post(
        "/zweiter-faktor/code",
        data={
            "csrf_token": field(page, "csrf_token"),
            "next": field(page, "next"),
            "code": code_of(secret, later=1),
        },
    )
    assert answer.location == "/passwort-aendern"


def test_wrong_code_at_set_up_leaves_the_account_as_it_was(
    client: FlaskClient, user: User, session: Session
) -> None:
    make.log_in(client, user)
    secret, address = begin(client)
    page = post(client, address, SETUP, code=wrong_code_of(secret)).text
    assert "Der Code stimmt nicht." in page
    session.expire_all()
    assert user.tf_primary_method is None


def test_spoiled_state_at_set_up_gets_a_german_sentence(client: FlaskClient, user: User) -> None:
    make.log_in(client, user)
    page = post(client, f"{SETUP}/verdorben", SETUP, code="123456").text
    assert "Diese Eingabe passt hier nicht." in page


@pytest.mark.parametrize("method", ["", "sms", "<b>"])
def test_unknown_method_is_refused(client: FlaskClient, user: User, method: str) -> None:
    make.log_in(client, user)
    page = post(client, SETUP, SETUP, setup=method).text
    assert "Dieses Verfahren gibt es nicht." in page


def test_recovery_code_opens_once(client: FlaskClient, user: User, session: Session) -> None:
    make.log_in(client, user)
    set_up(client)
    assert "Sie haben noch keine" in client.get(CODES, query_string={"show_codes": "1"}).text
    shown = re.findall(r"<li><code>([^<]+)</code></li>", post(client, CODES, CODES).text)
    assert len(shown) == 5
    assert shown[0] not in client.get(CODES).text
    assert shown[0] in client.get(CODES, query_string={"show_codes": "1"}).text
    session.expire_all()
    assert shown[0] not in str(user.mf_recovery_codes)  # unreadable in the database
    log_out(client)

    enter_password(client, user)
    assert "stimmt nicht" in post(client, RECOVERY, RECOVERY, code="falsch").text
    answer = post(client, RECOVERY, RECOVERY, code=f" {shown[0]} ", next="/konto")
    assert answer.request.path == "/konto"
    log_out(client)

    enter_password(client, user)
    assert "stimmt nicht" in post(client, RECOVERY, RECOVERY, code=shown[0]).text
    assert post(client, RECOVERY, RECOVERY, code=shown[1]).request.path == "/start"


def test_the_library_s_own_way_to_help_is_closed(client: FlaskClient, user: User) -> None:
    """It would write to an address of the library's and say that it did."""
    make.log_in(client, user)
    set_up(client)
    log_out(client)
    token = field(enter_password(client, user).text, "csrf_token")
    for wish in ("help", "recovery_code"):
        answer = client.post(
            "/zweiter-faktor/hilfe", data={"csrf_token": token, "help_setup": wish}
        )
        assert answer.status_code == 404


def test_a_code_opens_once(client: FlaskClient, user: User) -> None:
    make.log_in(client, user)
    secret = set_up(client)
    address = "/zweiter-faktor/code"
    log_out(client)
    used = code_of(secret, later=1)
    for is_first in (True, False):
        enter_password(client, user)
        spaced = used if is_first else f"{used[:3]} {used[3:]}"
        page = post(client, address, address, code=spaced, next="/konto")
        assert ("Der Code stimmt nicht." in page.text) is not is_first
        assert (client.get("/konto").status_code == 200) is is_first
        if is_first:
            log_out(client)


def test_code_page_without_a_password_leads_to_the_login(client: FlaskClient) -> None:
    for address in ("/zweiter-faktor/code", RECOVERY, SETUP):
        answer = client.get(address, follow_redirects=True)
        assert answer.request.path == "/anmelden"
        assert "Bitte melden Sie sich" in answer.text


def mails(session: Session) -> list[dict[str, str]]:
    session.expire_all()
    rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id))
    return [dict(row.payload) for row in rows]


def reset_link(session: Session) -> str:
    found = re.search(r"http://localhost(/passwort-vergessen/\S+)", mails(session)[-1]["body"])
    assert found
    return found[1]


def test_forgotten_password_is_set_anew_by_a_mailed_link(
    client: FlaskClient, user: User, session: Session
) -> None:
    page = post(client, "/passwort-vergessen", email=user.email).text
    assert "haben wir dorthin einen Link geschickt" in page
    (mail,) = mails(session)
    assert mail["to"] == user.email
    assert mail["body"].startswith("Guten Tag Erika Muster,")
    address = reset_link(session)
    assert "Neues Passwort wiederholen" in client.get(address).text

    page = post(client, address, password="kurz", password_confirm="kurz").text
    assert "mindestens 12 Zeichen" in page
    page = post(client, address, password=NEW_PASSWORD, password_confirm="anders").text
    assert "verschieden" in page
    answer = post(client, address, password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)
    assert "Ihr Passwort ist gesetzt" in answer.text
    assert "neu gesetzt" in mails(session)[-1]["body"]

    assert "stimmen nicht" in enter_password(client, user).text
    answer = post(client, "/anmelden", email=user.email, password=NEW_PASSWORD)
    assert answer.request.path == "/start"
    assert client.get(address, follow_redirects=True).request.path == "/passwort-vergessen"


def test_links_of_mails_lead_here_whatever_host_was_asked(
    client: FlaskClient, user: User, session: Session
) -> None:
    forged = "http://vergabe.example.net"
    token = field(client.get("/anmelden", base_url=forged).text, "csrf_token")
    asked = {"csrf_token": token, "email": user.email}
    client.post("/passwort-vergessen", base_url=forged, data=asked)
    assert "example.net" not in mails(session)[-1]["body"]
    new = {"csrf_token": token, "password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    client.post(reset_link(session), base_url=forged, data=new)
    assert "neu gesetzt" in mails(session)[-1]["body"]
    assert "\nhttp://localhost/passwort-vergessen\n" in mails(session)[-1]["body"]


def test_unknown_address_gets_the_same_answer_and_no_mail(
    client: FlaskClient, session: Session
) -> None:
    page = post(client, "/passwort-vergessen", email="niemand@example.org").text
    assert "haben wir dorthin einen Link geschickt" in page
    assert mails(session) == []


def test_spoiled_link_leads_back_to_the_request(client: FlaskClient) -> None:
    answer = client.get("/passwort-vergessen/verdorben", follow_redirects=True)
    assert "ungültig oder schon benutzt" in answer.text


def test_expired_link_leads_back_to_the_request(
    client: FlaskClient, user: User, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(client, "/passwort-vergessen", email=user.email)
    address = reset_link(session)
    later = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: later)  # the signer's own clock
    answer = client.get(address, follow_redirects=True)
    assert "Der Link ist abgelaufen." in answer.text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"password": "falsch"}, "Das Passwort stimmt nicht."),
        ({"password": ""}, "Bitte geben Sie Ihr Passwort an."),
        ({"new_password": "kurz", "new_password_confirm": "kurz"}, "mindestens 12 Zeichen"),
        ({"new_password_confirm": "anders"}, "verschieden"),
        (
            {"new_password": make.PASSWORD, "new_password_confirm": make.PASSWORD},
            "Das neue Passwort ist das alte.",
        ),
    ],
)
def test_password_is_not_changed_by_a_wrong_entry(
    client: FlaskClient, user: User, values: dict[str, str], sentence: str
) -> None:
    make.log_in(client, user)
    right = {
        "password": make.PASSWORD,
        "new_password": NEW_PASSWORD,
        "new_password_confirm": NEW_PASSWORD,
    }
    page = post(client, "/passwort-aendern", SETUP, **(right | values)).text
    assert sentence in page
    assert "data-error-summary" in page


def test_changed_password_counts_and_is_told(
    client: FlaskClient, user: User, session: Session
) -> None:
    make.log_in(client, user)
    answer = post(
        client,
        "/passwort-aendern",
        SETUP,
        password=make.PASSWORD,
        new_password=NEW_PASSWORD,
        new_password_confirm=NEW_PASSWORD,
    )
    assert "Ihr Passwort ist geändert." in answer.text
    assert "geändert" in mails(session)[-1]["body"]


def test_old_login_is_confirmed_before_the_second_factor_changes(
    client: FlaskClient, user: User
) -> None:
    make.log_in(client, user)
    with client.session_transaction() as browser:
        browser["fs_paa"] = 1.0
        browser.pop("fs_gexp", None)
    answer = client.get(CODES, follow_redirects=True)
    assert "Bitte bestätigen Sie, dass Sie es sind" in answer.text
    wanted = answer.request.full_path
    assert "Das Passwort stimmt nicht." in post(client, wanted, wanted, password="falsch").text
    assert post(client, wanted, wanted, password=make.PASSWORD).request.path == CODES


def with_factor(session: Session, user: User) -> User:
    user.tf_primary_method, user.tf_totp_secret = "authenticator", "secret"
    user.mf_recovery_codes = ["code"]
    session.commit()
    return user


def test_administrator_takes_off_a_colleagues_lost_second_factor(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    town = make.organisation(session)
    administrator = make.person(session, town, Role.ADMINISTRATOR)
    colleague = make.person(session, town, Role.REQUESTER)
    stranger = with_factor(
        session, make.person(session, make.organisation(session, "Kerpen"), Role.REQUESTER)
    )
    session.commit()
    other = app.test_client()
    make.log_in(other, colleague)
    assert other.get("/konto").status_code == 200
    with_factor(session, colleague)
    make.log_in(client, administrator)
    page = client.get("/verwaltung").text
    assert colleague.email in page.split("Gerät verloren")[1]
    assert stranger.email not in page
    address = f"/verwaltung/personen/{colleague.id}/zweiter-faktor"
    page = post(client, address, "/verwaltung").text
    assert f"Der zweite Faktor von {colleague.full_name} ist zurückgesetzt." in page
    session.expire_all()
    assert (colleague.tf_primary_method, colleague.tf_totp_secret) == (None, None)
    assert colleague.mf_recovery_codes is None
    assert other.get("/konto").status_code == 303  # every session of the person has ended
    last = audit.entries(session, audit_service.stream_of("organisation", town.id))[-1]
    assert (last.action, last.actor_name) == ("second_factor_reset", administrator.full_name)
    mail = session.scalars(select(OutboxRow).where(OutboxRow.name == "second_factor_reset")).one()
    assert mail.payload["to"] == colleague.email
    assert administrator.full_name in mail.payload["body"]
    # Again, one's own, and another town's: there is nobody to reset.
    for user in (colleague, administrator, stranger):
        token = field(client.get("/verwaltung").text, "csrf_token")
        address = f"/verwaltung/personen/{user.id}/zweiter-faktor"
        assert client.post(address, data={"csrf_token": token}).status_code == 404
    assert stranger.tf_primary_method == "authenticator"


def test_operator_takes_off_a_second_factor_by_address(app: Flask, session: Session) -> None:
    town = make.organisation(session)
    user = with_factor(session, make.person(session, town, Role.ADMINISTRATOR))
    operator = Actor.operator("Betrieb")
    now = clock.now()
    assert second_factor.reset_by_operator(session, operator, user.email.upper(), now=now) is user
    assert user.tf_primary_method is None
    entries = audit.entries(session, audit_service.stream_of("organisation", town.id))
    assert entries[-1].actor_name == "Betrieb"
    with pytest.raises(Refused, match="hat keinen zweiten Faktor"):
        second_factor.reset_by_operator(session, operator, user.email, now=now)
    with pytest.raises(NotFound):
        second_factor.reset_by_operator(session, operator, "niemand@example.org", now=now)
