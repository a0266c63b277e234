"""Votes by page and API: what everybody sees, what each may do, and bad input everywhere."""

import hashlib
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, pools, votes
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.voting import Rule
from vergabe.pools.model import Pool
from vergabe.votes.rules import Choice

pytestmark = pytest.mark.usefixtures("moving_clock")
HTML = "<script>alert(1)</script> &amp;amp; Mu\u0308ller"
UNKNOWN = "0198c3a0-0000-7000-8000-000000000000"


def bound(session: Session) -> Pool:
    cooperation, demands = pools.towns_with_engines(session)
    return pools.binding_pool(session, cooperation, demands)


def log_in(client: FlaskClient, session: Session, town: Organisation | str, *roles: Role) -> None:
    found = cooperations.town(session, town) if isinstance(town, str) else town
    user = access.person(session, found, *roles)
    session.commit()
    access.log_in(client, user)


def text_of(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def post(client: FlaskClient, url: str, page: str, **data: object) -> tuple[int, str]:
    token = re.search(r'name="csrf_token" value="([^"]+)"', text_of(client, page))
    assert token is not None
    answer = client.post(url, data={"csrf_token": token.group(1), **data})
    return answer.status_code, answer.get_data(as_text=True)


def test_a_coordinator_opens_a_vote_and_members_vote(client: FlaskClient, session: Session) -> None:
    pool = bound(session)
    votes.rule(session, pool.cooperation)
    page = f"/buendelungen/{pool.id}/abstimmungen"
    log_in(client, session, "Merzenich", Role.COORDINATOR)
    shown = text_of(client, page)
    assert "Ohne angenommene Abstimmung wird nicht veröffentlicht." in shown
    assert "Nötig ist: einstimmig" in shown
    seen = re.search(r'name="seen_sha256" value="([0-9a-f]{64})"', shown)
    assert seen is not None
    sent = {"question": HTML, "seen_sha256": seen.group(1), "deadline_day": "15.12.2026"}
    assert post(client, page, page, **sent)[0] == 303
    assert post(client, page, page, **sent)[0] == 303, "the second click opens nothing"
    shown = text_of(client, page)
    assert "&lt;script&gt;" in shown
    assert "M\u00fcller" in shown
    assert "offen bis Dienstag, 15.12.2026, 24:00 Uhr" in shown
    assert "Mit „Ja“ stimmt Merzenich zu" in shown
    assert "Löschgruppenfahrzeug LF 20" in shown
    assert "3 von 3 Stimmen fehlen noch" in shown
    assert "Angenommen ist es nur, wenn alle 3 Kommunen mit Ja stimmen." in shown
    assert "Abstimmen lässt sich bis Dienstag, 15.12.2026, 24:00 Uhr" in shown
    assert 'href="#own-heading"' in shown
    address = re.search(rf'action="({page}/[0-9a-f-]+/stimme)"', shown)
    assert address is not None
    status, again = post(client, address.group(1), page, choice="no", voter_name="Erika Muster")
    assert status == 422
    assert "Bitte begründen Sie das Nein" in again
    assert 'value="Erika Muster"' in again
    assert post(client, address.group(1), page, choice="vielleicht")[0] == 422
    assert post(client, address.group(1), page, choice="yes", voter_name="B\0")[0] == 422
    assert post(client, address.group(1), page, choice="yes", voter_name="B" * 201)[0] == 422
    assert post(client, address.group(1), page, choice="yes")[0] == 303
    assert post(client, address.group(1), page, choice="abstain")[0] == 303
    shown = text_of(client, page)
    assert "Frühere Stimmen Ihrer Kommune" in shown
    assert "Es fehlen die Stimmen von" in shown
    assert 'href="#own-heading"' not in shown, "the own vote is cast"


@pytest.mark.parametrize(
    "bad",
    [
        {"question": ""},
        {"question": "x" * 2_001},
        {"question": "A\0B"},
        {"deadline_day": "gestern"},
        {"deadline_day": "31.12.2020"},
        {"deadline_day": "31.12.2099"},
        {"deadline_day": "31.12.2026", "deadline_time": "25:99"},
        {"cost_bearer": "x" * 2_001},
    ],
)
def test_bad_input_is_said_and_kept(
    client: FlaskClient, session: Session, bad: dict[str, str]
) -> None:
    pool = bound(session)
    log_in(client, session, pool.cooperation.lead, Role.COORDINATOR)
    page = f"/buendelungen/{pool.id}/abstimmungen"
    status, text = post(client, page, page, **({"question": "Soll das sein?"} | bad))
    assert status == 422
    assert "data-error-summary" in text
    if bad.get("question") == "A\0B":
        return
    for value in bad.values():
        assert value in text


def test_closing_needs_a_reason_and_shows_the_result(client: FlaskClient, session: Session) -> None:
    pool = bound(session)
    vote = votes.opened(session, pool)
    votes.said(session, vote, Choice.YES, Choice.NO)
    log_in(client, session, pool.cooperation.lead, Role.COORDINATOR)
    page = f"/buendelungen/{pool.id}/abstimmungen"
    end = f"{page}/{vote.id}/ende"
    status, text = post(client, end, page, reason=" ")
    assert status == 422
    assert "Bitte den Grund angeben" in text
    assert post(client, end, page, reason="Es eilt.")[0] == 303
    assert post(client, end, page, reason="Es eilt.")[0] == 409
    shown = text_of(client, page)
    assert "nicht angenommen" in shown
    assert "Zu teuer." in shown
    assert "Neue Abstimmung" in shown


def test_anybody_of_the_members_can_check_the_hash(client: FlaskClient, session: Session) -> None:
    vote = votes.opened(session, bound(session))
    log_in(client, session, "Kerpen", Role.AUDITOR)
    page = f"/buendelungen/{vote.pool_id}/abstimmungen"
    assert vote.subject_sha256 in text_of(client, page)
    answer = client.get(f"{page}/{vote.id}/gegenstand")
    assert hashlib.sha256(answer.data).hexdigest() == vote.subject_sha256
    assert vote.question in text_of(client, f"{page}/{vote.id}")
    assert text_of(client, f"{page}/{UNKNOWN}", 404)
    assert text_of(client, f"/buendelungen/{UNKNOWN}/abstimmungen/{vote.id}", 404)


def test_who_may_not_vote_sees_who_may(client: FlaskClient, session: Session) -> None:
    vote = votes.opened(session, bound(session))
    log_in(client, session, "Kerpen", Role.REQUESTER)
    page = f"/buendelungen/{vote.pool_id}/abstimmungen"
    shown = text_of(client, page)
    assert "Für Kerpen stimmt ab: Hauptverwaltung oder Koordination." in shown
    assert "/stimme" not in shown


def test_strangers_find_nothing(client: FlaskClient, session: Session) -> None:
    vote = votes.opened(session, bound(session))
    access.organisation(session, "Inden")
    log_in(client, session, "Inden", Role.CHIEF_OFFICER, Role.COORDINATOR)
    page = f"/buendelungen/{vote.pool_id}/abstimmungen"
    for address in (page, f"{page}/{vote.id}", f"{page}/{vote.id}/gegenstand"):
        assert text_of(client, address, 404)
    for path in (f"{page}/{vote.id}/stimme", f"{page}/{vote.id}/ende", page):
        assert post(client, path, "/buendelungen", choice="yes", question="x")[0] in (403, 404)


def test_inhabitants_and_key_date_are_shown(client: FlaskClient, session: Session) -> None:
    pool = bound(session)
    votes.rule(session, pool.cooperation, rule=Rule.WEIGHTED)
    votes.said(session, votes.opened(session, pool), Choice.YES)
    log_in(client, session, "Kerpen", Role.CHIEF_OFFICER)
    shown = text_of(client, f"/buendelungen/{pool.id}/abstimmungen")
    assert "67.239" in shown
    assert "31.12.2022" in shown
    assert "mehr als 50 % der Einwohner aller Stimmberechtigten" in shown


def test_the_start_page_says_that_a_vote_waits(client: FlaskClient, session: Session) -> None:
    vote = votes.opened(session, bound(session))
    log_in(client, session, "Jülich", Role.CHIEF_OFFICER)
    shown = text_of(client, "/start")
    assert "die Stimme Ihrer Kommune fehlt" in shown
    votes.said(session, vote, Choice.YES, Choice.YES)
    session.commit()
    assert "die Stimme Ihrer Kommune fehlt" not in text_of(client, "/start")


def test_the_whole_vote_by_api(client: FlaskClient, session: Session) -> None:
    pool = bound(session)
    lead = access.person(session, pool.cooperation.lead, Role.COORDINATOR)
    headers = access.bearer(session, lead, pool.cooperation.lead)
    url = f"/api/v1/pools/{pool.id}/votes"
    made = client.post(url, headers=headers, json={"question": "Soll das sein?"})
    assert made.status_code == 201, made.get_data(as_text=True)
    vote = made.get_json()
    assert (vote["state"], vote["is_current"], vote["tally"]["missing"]) == ("open", True, 3)
    ballot = f"/api/v1/votes/{vote['id']}/ballot"
    for body in ({}, {"choice": "maybe"}, {"choice": "yes", "extra": 1}, {"choice": None}):
        assert client.put(ballot, headers=headers, json=body).status_code == 422
    assert client.put(ballot, headers=headers, json={"choice": "no"}).status_code == 422
    said = client.put(ballot, headers=headers, json={"choice": "yes", "voter_name": "Axel"})
    assert said.get_json()["voters"][0]["voter_name"] == "Axel"
    end = f"/api/v1/votes/{vote['id']}/closing"
    closed = client.post(end, headers=headers, json={"reason": "Es eilt."})
    assert closed.get_json()["state"] == "rejected"
    assert client.put(ballot, headers=headers, json={"choice": "abstain"}).status_code == 409
    assert client.get(url, headers=headers).get_json()["items"][0]["id"] == vote["id"]
    assert client.get(f"/api/v1/votes/{UNKNOWN}", headers=headers).status_code == 404


def test_call_offs_by_page_and_api(client: FlaskClient, session: Session) -> None:
    cooperation = cooperations.dlz(session, ("Merzenich", "Jülich", "Kerpen"))
    _, demands = pools.towns_with_engines(session, ("Merzenich", "Jülich"), cooperation=cooperation)
    pool = pools.binding_pool(session, cooperation, demands)
    kerpen = cooperations.town(session, "Kerpen")
    user = access.person(session, cooperation.lead, Role.COORDINATOR)
    headers = access.bearer(session, user, cooperation.lead)
    access.log_in(client, user)
    url = f"/api/v1/pools/{pool.id}/call-offs"
    (thing,) = client.get(url, headers=headers).get_json()["things"]
    page, name = f"/buendelungen/{pool.id}/abrufe", f"/buendelungen/{pool.id}/spaetere"
    sent = {"organisation_id": str(kerpen.id), f"maximum.{thing['key']}": "2"}
    for bad in (
        {},
        {"latest_on": "gestern"},
        {"latest_on": "31.12.2020"},
        {"latest_on": "31.12.2027", f"maximum.{thing['key']}": "viele"},
        {"latest_on": "31.12.2027", "maximum_net": "viel"},
        {"latest_on": "31.12.2027", "organisation_id": "x"},
    ):
        status, text = post(client, name, page, **(sent | bad))
        assert status == 422, bad
        assert "data-error-summary" in text
    assert post(client, name, page, **sent, latest_on="31.12.2027")[0] == 303
    shown = text_of(client, page)
    assert "später möglich, bis 31.12.2027" in shown
    assert "Wer später abrufen darf" in text_of(client, f"/buendelungen/{pool.id}")
    one = f"/api/v1/pools/{pool.id}/later-joiners/{kerpen.id}"
    body = {"maximum": [{"key": thing["key"], "quantity": "3"}], "latest_on": "2027-06-30"}
    answer = client.put(one, headers=headers, json=body).get_json()
    assert answer["items"][-1]["latest_on"] == "2027-06-30"
    assert client.put(one, headers=headers, json=body | {"latest_on": "x"}).status_code == 422
    assert client.delete(one, headers=headers).status_code == 200
    assert client.delete(one, headers=headers).status_code == 404
