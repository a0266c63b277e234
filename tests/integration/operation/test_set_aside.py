"""What was given up: shown to the operator alone, with its reason, and tried again."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, messages
from vergabe import clock, outbox
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.accounts import service as accounts
from vergabe.audit.model import RecordEntry
from vergabe.errors import NotFound, Refused
from vergabe.messages.model import Mail
from vergabe.messages.service import Reader
from vergabe.operation import set_aside
from vergabe.outbox import OutboxRow

OPERATOR = Actor.operator("Test")


def given_up(session: Session) -> OutboxRow:
    messages.message(session, Reader(address="a@example.org"))
    row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).one()
    outbox.set_aside(session, row.id, "Die Adresse wurde abgelehnt (550): kennt hier niemand")
    mail = session.scalars(select(Mail)).one()
    mail.state, mail.failure = "failed", "abgelehnt"
    session.commit()
    session.expire_all()
    return row


def test_operator_sees_the_reason_and_has_it_tried_again(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    row = given_up(session)
    assignment = accounts.grant_operator(
        session,
        OPERATOR,
        email="betrieb@example.org",
        full_name="Bea Trieb",
        organisation_name="Rechenzentrum",
        now=clock.now(),
    )
    assignment.user.password = accounts.password_hash(access.PASSWORD)
    session.commit()
    access.log_in(client, assignment.user)
    page = client.get("/betrieb").get_data(as_text=True)
    assert "kennt hier niemand" in page
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    address = f"/betrieb/auftraege/{row.id}/noch-einmal"
    assert client.post(address, data={"csrf_token": token}).status_code == 303
    session.expire_all()
    assert (row.state, row.attempts) == ("waiting", 0)
    assert session.scalars(select(Mail)).one().state == "waiting"
    assert "outbox_retried" in set(session.scalars(select(RecordEntry.action)))
    assert client.post(address, data={"csrf_token": token}).status_code == 404
    assert "Nichts wurde aufgegeben" in client.get("/betrieb").get_data(as_text=True)


def test_administrator_of_a_town_does_not_learn_that_there_is_a_page(
    client: FlaskClient, session: Session
) -> None:
    row = given_up(session)
    town = access.organisation(session)
    person = access.person(session, town, Role.ADMINISTRATOR)
    session.commit()
    access.log_in(client, person)
    assert client.get("/betrieb").status_code == 404
    with pytest.raises(NotFound):
        set_aside.try_again(
            session, access.actor(session, town, Role.ADMINISTRATOR), row.id, now=clock.now()
        )


def test_mail_of_the_login_whose_text_is_forgotten_cannot_be_tried_again(session: Session) -> None:
    outbox.put(session, "mail", "account_mail", "k", {}, now=clock.now())
    row = session.scalars(select(OutboxRow)).one()
    outbox.set_aside(session, row.id, "abgelehnt")
    session.expire_all()
    assert [each.is_lost for each in set_aside.rows(session, OPERATOR)] == [True]
    with pytest.raises(Refused, match="geheimen"):
        set_aside.try_again(session, OPERATOR, row.id, now=clock.now())
