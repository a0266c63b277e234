import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, messages, suppliers
from tests.integration.messages.smtp_server import Postbox
from vergabe import clock, sweeps
from vergabe.access.permissions import Role
from vergabe.messages.model import MailOptOut, Message
from vergabe.messages.service import Reader
from vergabe.outbox import OutboxRow

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def _csrf(client: FlaskClient, path: str) -> str:
    page = client.get(path).get_data(as_text=True)
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def test_firm_sees_its_own_messages_and_nobody_elses(
    session: Session, app: Flask, client: FlaskClient
) -> None:
    ours, theirs = suppliers.supplier(session, "A GmbH"), suppliers.supplier(session, "B GmbH")
    us, them = suppliers.supplier_person(session, ours), suppliers.supplier_person(session, theirs)
    message = messages.message(session, Reader(organisation_id=ours.id), subject="Nur für A")
    session.commit()
    first, second = client, app.test_client()
    access.log_in(first, us)
    access.log_in(second, them)
    assert "Nur für A" in first.get("/postfach").get_data(as_text=True)
    assert "Nur für A" not in second.get("/postfach").get_data(as_text=True)
    assert first.get(f"/postfach/{message.id}").status_code == 200
    assert second.get(f"/postfach/{message.id}").status_code == 404
    token = _csrf(second, "/postfach")
    answer = second.post(f"/postfach/{message.id}/lesen", data={"csrf_token": token})
    assert answer.status_code == 404
    session.refresh(message)
    assert message.first_read_at is None


def test_message_to_a_person_is_not_for_their_colleagues(
    session: Session, client: FlaskClient
) -> None:
    firm = suppliers.supplier(session)
    person = suppliers.supplier_person(session, firm)
    colleague = suppliers.supplier_person(session, firm)
    messages.message(session, Reader(user_id=person.id), subject="Persönlich")
    session.commit()
    access.log_in(client, colleague)
    assert "Persönlich" not in client.get("/postfach").get_data(as_text=True)


def test_mailbox_needs_a_login(client: FlaskClient) -> None:
    assert client.get("/postfach").status_code == 303
    assert client.get("/api/v1/messages").status_code == 401


def test_first_reading_is_kept_and_looking_alone_is_none(
    session: Session, client: FlaskClient
) -> None:
    firm = suppliers.supplier(session)
    person = suppliers.supplier_person(session, firm)
    message = messages.message(session, Reader(organisation_id=firm.id), body="Der Inhalt")
    session.commit()
    access.log_in(client, person)
    page = client.get(f"/postfach/{message.id}").get_data(as_text=True)
    assert "Nachricht öffnen" in page
    assert "Der Inhalt" not in page
    session.refresh(message)
    assert message.first_read_at is None
    token = _csrf(client, f"/postfach/{message.id}")
    answer = client.post(f"/postfach/{message.id}/lesen", data={"csrf_token": token})
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "Der Inhalt" in page
    assert message.content_sha256 in page
    session.refresh(message)
    first = message.first_read_at
    assert message.first_read_by_id == person.id
    again = client.post(f"/postfach/{message.id}/lesen", data={"csrf_token": token})
    assert again.status_code == 303
    session.refresh(message)
    assert message.first_read_at == first


def test_text_of_a_message_is_never_html(session: Session, client: FlaskClient) -> None:
    firm = suppliers.supplier(session)
    person = suppliers.supplier_person(session, firm)
    evil = "<script>alert(1)</script> &amp;amp;"
    message = messages.message(
        session, Reader(organisation_id=firm.id), subject=evil, body=evil, by_mail=False
    )
    message.first_read_at = clock.now()
    session.commit()
    access.log_in(client, person)
    for path in ("/postfach", f"/postfach/{message.id}"):
        page = client.get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;amp;" in page


def test_mailbox_is_paged_and_can_show_the_unread_alone(
    session: Session, client: FlaskClient
) -> None:
    firm = suppliers.supplier(session)
    person = suppliers.supplier_person(session, firm)
    for number in range(60):
        messages.message(
            session,
            Reader(organisation_id=firm.id),
            subject=f"Nachricht-{number:02}.",
            by_mail=False,
        )
    session.scalars(select(Message).order_by(Message.id)).first().first_read_at = clock.now()
    headers = access.bearer(session, person, firm)
    first = client.get("/api/v1/messages", headers=headers).get_json()
    shown = [m["id"] for m in first["items"]]
    assert shown == sorted(shown, reverse=True)
    assert len(first["items"]) == 50
    rest = client.get(
        "/api/v1/messages", query_string={"cursor": first["next_cursor"]}, headers=headers
    ).get_json()
    assert len(rest["items"]) == 10
    assert rest["next_cursor"] is None
    unread = client.get("/api/v1/messages?unread=true&limit=100", headers=headers).get_json()
    assert len(unread["items"]) == 59
    access.log_in(client, person)
    page = client.get("/postfach?nur=ungelesen").get_data(as_text=True)
    assert "Nachricht-59." in page
    assert "Weitere Einträge" in page
    assert client.get("/postfach?ab=unsinn").status_code == 422


def test_list_needs_the_same_statements_however_long(
    session: Session, client: FlaskClient, count_queries: object
) -> None:
    firm = suppliers.supplier(session)
    person = suppliers.supplier_person(session, firm)
    messages.message(session, Reader(organisation_id=firm.id))
    headers = access.bearer(session, person, firm)
    client.get("/api/v1/messages", headers=headers)
    count_queries()
    client.get("/api/v1/messages", headers=headers)
    few = count_queries()
    for _ in range(30):
        messages.message(session, Reader(organisation_id=firm.id))
    session.commit()
    count_queries()
    client.get("/api/v1/messages", headers=headers)
    assert count_queries() == few


def test_api_shows_the_text_only_by_reading(session: Session, client: FlaskClient) -> None:
    firm, other = suppliers.supplier(session, "A"), suppliers.supplier(session, "B")
    person, stranger = (suppliers.supplier_person(session, f) for f in (firm, other))
    message = messages.message(session, Reader(organisation_id=firm.id), body="Der Inhalt")
    headers = access.bearer(session, person, firm)
    listed = client.get("/api/v1/messages", headers=headers).get_json()["items"]
    assert "body" not in listed[0]
    read = client.post(f"/api/v1/messages/{message.id}/read", headers=headers)
    assert read.status_code == 200
    assert read.get_json()["body"] == "Der Inhalt"
    assert read.get_json()["first_read_at"].endswith("Z")
    other_headers = access.bearer(session, stranger, other)
    path = f"/api/v1/messages/{message.id}/read"
    assert client.post(path, headers=other_headers).status_code == 404
    assert client.post(f"/api/v1/messages/{uuid.uuid4()}/read", headers=headers).status_code == 404


def _link(postbox: Postbox) -> str:
    header = str(postbox.mails()[-1]["List-Unsubscribe"])
    return header.strip("<>").removeprefix("http://localhost")


def test_unsubscribing_needs_one_click_and_no_login(
    app: Flask, session: Session, client: FlaskClient, postbox: Postbox
) -> None:
    reader = Reader(address="wer@example.org")
    messages.message(session, reader)
    session.commit()
    sweeps.send_mails(app)
    path = _link(postbox)
    page = client.get(path)
    assert page.status_code == 200
    assert "wer@example.org" in page.get_data(as_text=True)
    assert session.scalars(select(MailOptOut)).all() == []
    for _ in range(2):
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert [row.scope for row in session.scalars(select(MailOptOut))] == ["kind:test"]
    events = session.scalars(
        select(OutboxRow).where(OutboxRow.name == "messages.mail_unsubscribed")
    ).all()
    assert len(events) == 1
    messages.message(session, reader)
    session.commit()
    assert sweeps.send_mails(app) == 0


@pytest.mark.parametrize("token", ["x", "IjEyMyI.abc", "%00", "a" * 3000])
def test_forged_unsubscribe_link_is_not_found(client: FlaskClient, token: str) -> None:
    assert client.get(f"/abbestellen/{token}").status_code == 404
    assert client.post(f"/abbestellen/{token}").status_code == 404


def test_person_may_turn_mails_off_and_on(session: Session, client: FlaskClient) -> None:
    town = access.organisation(session)
    person = access.person(session, town, Role.PROCUREMENT_OFFICER, email="amt@example.org")
    session.add(MailOptOut(address="amt@example.org", scope="kind:test", at=clock.now()))
    session.commit()
    access.log_in(client, person)
    token = _csrf(client, "/postfach")

    def mails() -> int:
        before = len(messages.waiting_mails(session))
        messages.message(session, Reader(user_id=person.id))
        return len(messages.waiting_mails(session)) - before

    assert mails() == 0
    for choice, expected in (("1", 1), ("0", 0), ("1", 1)):
        data = {"csrf_token": token, "wants_mail": choice}
        assert client.post("/postfach/e-mail", data=data).status_code == 303
        session.expire_all()
        assert mails() == expected


def test_form_without_token_is_refused(session: Session, client: FlaskClient) -> None:
    firm = suppliers.supplier(session)
    message = messages.message(session, Reader(organisation_id=firm.id))
    person = suppliers.supplier_person(session, firm)
    session.commit()
    access.log_in(client, person)
    assert client.post(f"/postfach/{message.id}/lesen").status_code == 400


def test_reading_in_two_windows_keeps_the_first(
    session: Session, app: Flask, client: FlaskClient
) -> None:
    firm = suppliers.supplier(session)
    eins, zwei = (suppliers.supplier_person(session, firm) for _ in range(2))
    message = messages.message(session, Reader(organisation_id=firm.id))
    session.commit()
    for window, person in ((client, eins), (app.test_client(), zwei)):
        access.log_in(window, person)
        token = _csrf(window, "/postfach")
        window.post(f"/postfach/{message.id}/lesen", data={"csrf_token": token})
    session.refresh(message)
    assert message.first_read_by_id == eins.id
