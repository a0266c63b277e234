import datetime as dt
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import access as make
from tests.factories import cooperations, demands
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.demands import call_reminding, calls
from vergabe.demands.model import CallForDemands
from vergabe.errors import Forbidden, InvalidInput, Refused
from vergabe.messages.model import Message


@pytest.fixture
def call(session: Session) -> CallForDemands:
    cooperation = cooperations.dlz(session)
    return demands.call(session, cooperation)


@pytest.fixture
def coordinator(session: Session, call: CallForDemands) -> Actor:
    lead = session.get_one(Organisation, call.cooperation.lead_organisation_id)
    return make.actor(session, lead, Role.COORDINATOR)


def messages(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Message)) or 0


def test_only_members_without_an_answer_are_reminded(
    session: Session, call: CallForDemands, coordinator: Actor
) -> None:
    town = cooperations.town(session, "Jülich")
    requester = make.actor(session, town, Role.REQUESTER)
    calls.answer_no_demand(session, requester, call.id, "", now=clock.now())
    names = call_reminding.remind(
        session, coordinator, call.id, call_reminding.template(call), now=clock.now()
    )
    assert "Kerpen" in names
    assert "Jülich" not in names
    assert messages(session) > 0


def test_second_reminder_of_a_day_is_refused_and_one_of_the_next_day_goes_out(
    session: Session, call: CallForDemands, coordinator: Actor
) -> None:
    now = clock.now()
    call_reminding.remind(session, coordinator, call.id, "Bitte antworten.", now=now)
    sent = messages(session)
    with pytest.raises(Refused, match="Heute"):
        call_reminding.remind(session, coordinator, call.id, "Noch einmal.", now=now)
    assert messages(session) == sent
    tomorrow = now + dt.timedelta(days=1)
    call_reminding.remind(session, coordinator, call.id, "Bitte antworten.", now=tomorrow)
    assert messages(session) == 2 * sent


@pytest.mark.parametrize("text", ["", "  \n", "x" * 2_001])
def test_bad_text_is_refused(
    session: Session, call: CallForDemands, coordinator: Actor, text: str
) -> None:
    with pytest.raises(InvalidInput):
        call_reminding.remind(session, coordinator, call.id, text, now=clock.now())


def test_closed_call_reminds_nobody(
    session: Session, call: CallForDemands, coordinator: Actor
) -> None:
    with pytest.raises(Refused, match="offen"):
        call_reminding.remind(session, coordinator, call.id, "Bitte!", now=call.closes_at)


def test_other_members_cannot_remind(session: Session, call: CallForDemands) -> None:
    other = make.actor(session, cooperations.town(session, "Kerpen"), Role.REQUESTER)
    with pytest.raises(Forbidden):
        call_reminding.remind(session, other, call.id, "Bitte!", now=clock.now())


def test_page_offers_the_reminder_and_draws_the_rates(
    client: FlaskClient, session: Session, call: CallForDemands
) -> None:
    lead = session.get_one(Organisation, call.cooperation.lead_organisation_id)
    demands.demand(session, call.cooperation, lead, stage="submitted", call_id=call.id)
    user = make.person(session, lead, Role.COORDINATOR)
    session.commit()
    make.log_in(client, user)
    path = f"/bedarfe/abfragen/{call.id}"
    page = client.get(path).get_data(as_text=True)
    assert "Gemeldete Werte je Mitglied" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    empty = client.post(f"{path}/erinnern", data={"csrf_token": token[1], "reminder": " "})
    assert empty.status_code == 422
    assert 'href="#reminder"' in empty.get_data(as_text=True)
    data = {"csrf_token": token[1], "reminder": "Bitte antworten Sie."}
    assert client.post(f"{path}/erinnern", data=data).status_code == 303
    assert client.post(f"{path}/erinnern", data=data).status_code == 409
    rates = client.get("/bedarfe/abfragen").get_data(as_text=True)
    assert 'role="img"' in rates
    assert "Die Quoten als Tabelle" in rates


def test_api_reminds_once_a_day(
    client: FlaskClient, session: Session, call: CallForDemands
) -> None:
    lead = session.get_one(Organisation, call.cooperation.lead_organisation_id)
    user = make.person(session, lead, Role.COORDINATOR)
    headers = make.bearer(session, user, lead)
    session.commit()
    path = f"/api/v1/calls/{call.id}/reminders"
    answer = client.post(path, json={"text": "Bitte antworten."}, headers=headers)
    assert answer.status_code == 200
    assert "Kerpen" in answer.get_json()["names"]
    assert client.post(path, json={"text": "Bitte!"}, headers=headers).status_code == 409
    assert client.post(path, json={"text": ""}, headers=headers).status_code == 422
