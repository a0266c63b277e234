"""Voluntary registration for one tender, from the click to the news and out again."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, messages, suppliers, tenders
from tests.integration.suppliers.browser import csrf, post
from vergabe import clock, worker
from vergabe.files import current
from vergabe.messages.service import Reader
from vergabe.notices import service as notices
from vergabe.outbox import OutboxRow
from vergabe.suppliers import following
from vergabe.suppliers.model import TenderRegistration
from vergabe.tenders.model import Tender
from vergabe.tenders.publishing import Amendment


@pytest.fixture
def tender(app: Flask, session: Session) -> Tender:
    found = tenders.published(session, current.store())
    session.commit()
    return found


def _path(tender: Tender, what: str = "registrieren") -> str:
    return f"/bekanntmachungen/{tender.reference}/{what}"


def _account_mails(session: Session) -> list[dict[str, Any]]:
    session.expire_all()
    rows = session.scalars(
        select(OutboxRow).where(OutboxRow.name == "account_mail").order_by(OutboxRow.id)
    )
    return [row.payload for row in rows]


def _readers(session: Session, tender: Tender) -> list[Reader]:
    session.expire_all()
    return following.registered_readers(session, tender.id)


def _ask(client: FlaskClient, tender: Tender, email: str) -> Any:
    page = _path(tender)
    return post(client, f"{page}/e-mail", {"email": email}, page=page)


def test_firm_registers_with_one_click_and_leaves(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    firm = suppliers.supplier(session, cpv=[])
    person = suppliers.supplier_person(session, firm)
    session.commit()
    access.log_in(client, person)
    page = _path(tender)
    for _ in range(2):
        answer = client.post(page, data={"csrf_token": csrf(client, page)})
        assert answer.status_code == 303
    assert _readers(session, tender) == [Reader(organisation_id=firm.id)]
    assert tender.title in client.get("/unternehmen/verfahren").get_data(as_text=True)
    for _ in range(2):
        data = {"csrf_token": csrf(client, page)}
        assert client.post(_path(tender, "abmelden"), data=data).status_code == 303
    assert _readers(session, tender) == []
    client.post(page, data={"csrf_token": csrf(client, page)})
    assert _readers(session, tender) == [Reader(organisation_id=firm.id)]
    assert len(session.scalars(select(TenderRegistration)).all()) == 1


def test_address_is_a_reader_only_after_its_confirmation(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    assert _ask(client, tender, "Wer@Example.org").status_code == 303
    assert _readers(session, tender) == []
    (mail,) = _account_mails(session)
    assert mail["to"] == "wer@example.org"
    assert client.get(mail["link"]).status_code == 200
    assert _readers(session, tender) == []  # looking is not confirming: mail scanners look too
    answer = post(client, f"{mail['link']}/bestaetigen", page=mail["link"])
    assert answer.status_code == 303
    assert _readers(session, tender) == [Reader(address="wer@example.org")]
    post(client, f"{mail['link']}/abmelden", page=mail["link"])
    assert _readers(session, tender) == []
    post(client, f"{mail['link']}/bestaetigen", page=mail["link"])
    assert _readers(session, tender) == [Reader(address="wer@example.org")]


def test_second_request_soon_after_sends_no_second_mail(
    session: Session, client: FlaskClient, tender: Tender, moving_clock: MovableClock
) -> None:
    for _ in range(3):
        assert _ask(client, tender, "wer@example.org").status_code == 303
    assert len(_account_mails(session)) == 1
    moving_clock.pass_(minutes=11)
    _ask(client, tender, "wer@example.org")
    first, second = _account_mails(session)
    assert first["link"] == second["link"]


@pytest.mark.parametrize(
    "email", ["", "niemand", "a@b@c", "a\x00@example.org", "ä@example.org", "x" * 400, "a@"]
)
def test_bad_address_is_named(
    session: Session, client: FlaskClient, tender: Tender, email: str
) -> None:
    answer = _ask(client, tender, email)
    assert answer.status_code == 422
    assert 'href="#email"' in answer.get_data(as_text=True)
    assert session.scalars(select(TenderRegistration)).all() == []


def test_unpublished_tender_is_not_there(app: Flask, session: Session, client: FlaskClient) -> None:
    hidden = tenders.ready(session, current.store())
    session.commit()
    assert client.get(_path(hidden)).status_code == 404
    assert client.get("/bekanntmachungen/GIBT-ES-NICHT/registrieren").status_code == 404
    assert client.get("/registrierung/gefaelscht").status_code == 404


def _drain(app: Flask) -> None:
    for _ in range(10):
        if not worker.deliver_events(app):
            return


def test_new_notice_invites_those_whose_profile_fits_once(app: Flask, session: Session) -> None:
    fitting = suppliers.supplier(session, "Passt GmbH", cpv=["34144"], nuts=["DEA2"])
    by_word = suppliers.supplier(session, "Wort GmbH", cpv=[], keywords=["Löschgruppenfahrzeug"])
    elsewhere = suppliers.supplier(session, "Bayern GmbH", cpv=["34144"], nuts=["DE2"])
    other = suppliers.supplier(session, "Möbel GmbH", cpv=["39"])
    tender = tenders.published(session, current.store())
    session.commit()
    _drain(app)
    _drain(app)
    found = messages.all_messages(session, kind="invitation")
    assert {m.organisation_id for m in found} == {fitting.id, by_word.id}
    assert elsewhere.id != other.id
    assert found[0].subject == f"Neue Bekanntmachung: {tender.title}"
    assert tender.reference in found[0].body
    assert found[0].link == f"/bekanntmachungen/{tender.reference}"
    assert len(messages.waiting_mails(session)) == 2


def test_nobody_is_invited_to_what_is_over_before_the_worker_looks(
    app: Flask, session: Session
) -> None:
    suppliers.supplier(session, "Passt GmbH", cpv=["34144"], nuts=["DEA2"])
    tender = tenders.published(session, current.store())
    tenders.cancel(session, current.store(), tender)
    session.commit()
    _drain(app)
    assert messages.all_messages(session, kind="invitation") == []


def test_amendment_and_cancellation_reach_everybody_registered(
    app: Flask, session: Session, tender: Tender
) -> None:
    firm = suppliers.supplier(session, cpv=[])
    suppliers.registration(session, tender.id, firm=firm)
    suppliers.registration(session, tender.id, address="wer@example.org")
    session.commit()
    _drain(app)
    officer = tenders.officer(session, tender)
    more = {"now": clock.now(), "store": current.store(), "base_url": tenders.BASE_URL}
    amendment = Amendment(
        summary="Die Abnahme findet beim Hersteller statt.", description="Neue Beschreibung. " * 5
    )
    notices.publish_amendment(session, officer, tender.id, amendment, **more)
    session.commit()
    _drain(app)
    changed = messages.all_messages(session, kind="change_notice")
    assert {(m.organisation_id, m.address) for m in changed} == {
        (firm.id, None),
        (None, "wer@example.org"),
    }
    assert "Die Abnahme findet beim Hersteller statt." in changed[0].body
    reason = "Kein wirtschaftliches Ergebnis zu erwarten."
    notices.publish_cancellation(session, officer, tender.id, reason, **more)
    session.commit()
    _drain(app)
    cancelled = messages.all_messages(session, kind="cancellation_notice")
    assert len(cancelled) == 2
    assert reason in cancelled[0].body


def test_unsubscribing_from_a_mail_leaves_the_tender(
    app: Flask, session: Session, client: FlaskClient, tender: Tender
) -> None:
    from vergabe.messages.unsubscribing import token_for

    suppliers.registration(session, tender.id, address="wer@example.org")
    following.tell_registered(
        session, tender.id, cause="x", kind="answer", subject="S", body="B", now=clock.now()
    )
    session.commit()
    (mail,) = messages.waiting_mails(session)
    secret = app.extensions["vergabe_settings"].secret_key
    assert client.post(f"/abbestellen/{token_for(mail.id, secret)}").status_code == 200
    _drain(app)
    assert _readers(session, tender) == []
    _ask(client, tender, "wer@example.org")
    registration = session.scalars(select(TenderRegistration)).one()
    following.confirm_address(session, registration, now=clock.now())
    following.tell_registered(
        session, tender.id, cause="y", kind="answer", subject="S", body="B", now=clock.now()
    )
    assert len(messages.waiting_mails(session)) == 2  # asked for again, so they come again


def test_api_registers_and_leaves(session: Session, client: FlaskClient, tender: Tender) -> None:
    firm = suppliers.supplier(session, cpv=[])
    person = suppliers.supplier_person(session, firm)
    headers = access.bearer(session, person, firm)
    url = f"/api/v1/notices/{tender.reference}/registration"
    for _ in range(2):
        assert client.put(url, headers=headers).status_code == 204
    assert len(_readers(session, tender)) == 1
    assert client.delete(url, headers=headers).status_code == 204
    assert _readers(session, tender) == []
    missing = "/api/v1/notices/GIBT-ES-NICHT/registration"
    assert client.put(missing, headers=headers).status_code == 404
