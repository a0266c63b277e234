"""Questions and answers, from asking to the mailbox of everybody registered."""

import datetime as dt
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, messages, suppliers, tasks, tenders
from tests.integration.enquiries import asking
from tests.integration.enquiries.asking import ANSWER, QUESTION
from vergabe import clock
from vergabe.access import queries as people
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.audit.service import stream_of
from vergabe.cooperations.task_rules import Performer, Step
from vergabe.enquiries import queries, service
from vergabe.enquiries.model import Answer, Enquiry
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.files import current
from vergabe.suppliers import following, tokens
from vergabe.tenders.model import Tender


def _csrf(client: FlaskClient, path: str) -> str:
    page = client.get(path).get_data(as_text=True)
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def test_question_of_a_supplier_reaches_the_officers_of_the_lead(
    app: Flask, session: Session, client: FlaskClient, tender: Tender, firm: Organisation
) -> None:
    officer = asking.officer(session, tender)
    person = suppliers.supplier_person(session, firm)
    session.commit()
    access.log_in(client, person)
    path = f"/bekanntmachungen/{tender.reference}/frage"
    answer = client.post(path, data={"csrf_token": _csrf(client, path), "text": QUESTION})
    assert answer.status_code == 303
    asking.drain(app)
    found = messages.all_messages(session, kind="enquiry")
    assert officer.id in {m.user_id for m in found}
    assert all(firm.name not in m.body + m.subject for m in found)
    assert following.is_following(session, firm.id, tender.id)
    assert client.get(path).status_code == 200


def test_same_question_twice_is_one(session: Session, tender: Tender, firm: Organisation) -> None:
    assert asking.ask(session, tender, firm).id == asking.ask(session, tender, firm).id
    assert asking.ask(session, tender, firm, "Eine andere Frage").id


def test_confirmed_address_asks_through_its_link(
    app: Flask, session: Session, client: FlaskClient, tender: Tender
) -> None:
    registration = suppliers.registration(session, tender.id, address="wer@example.org")
    session.commit()
    secret = app.extensions["vergabe_settings"].secret_key
    token = tokens.sign(registration.id, tokens.FOLLOWING, secret)
    page = client.get(f"/registrierung/{token}").get_data(as_text=True)
    assert f"schluessel={token}" in page
    path = f"/bekanntmachungen/{tender.reference}/frage"
    data = {"csrf_token": _csrf(client, f"{path}?schluessel={token}"), "text": QUESTION}
    assert client.post(path, data=data | {"schluessel": "falsch"}).status_code == 409
    assert client.post(path, data=data | {"schluessel": token}).status_code == 303
    (enquiry,) = session.scalars(select(Enquiry))
    assert (enquiry.address, enquiry.organisation_id) == ("wer@example.org", None)


@pytest.mark.parametrize("state", ["unconfirmed", "left", "other tender"])
def test_link_that_confirms_nothing_asks_nothing(
    app: Flask, session: Session, client: FlaskClient, tender: Tender, state: str
) -> None:
    registration = suppliers.registration(session, tender.id, address="wer@example.org")
    if state == "unconfirmed":
        registration.confirmed_at = None
    elif state == "left":
        registration.left_at = clock.now()
    else:
        other = tenders.published(session, current.store(), title="Anderes Verfahren")
        registration.tender_id = other.id
    session.commit()
    secret = app.extensions["vergabe_settings"].secret_key
    token = tokens.sign(registration.id, tokens.FOLLOWING, secret)
    path = f"/bekanntmachungen/{tender.reference}/frage"
    register = f"/bekanntmachungen/{tender.reference}/registrieren"
    data = {"csrf_token": _csrf(client, register), "text": QUESTION, "schluessel": token}
    assert client.post(path, data=data).status_code == 409
    assert session.scalars(select(Enquiry)).all() == []


def test_public_page_of_questions_is_open_and_asks_who_is_there(
    client: FlaskClient, tender: Tender
) -> None:
    page = client.get(f"/bekanntmachungen/{tender.reference}/frage").get_data(as_text=True)
    assert "Damit die Antwort Sie erreicht" in page
    assert client.get("/bekanntmachungen/GIBT-ES-NICHT/frage").status_code == 404


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001, "a\x00"])
def test_bad_question_is_named_and_kept(
    session: Session, client: FlaskClient, tender: Tender, firm: Organisation, text: str
) -> None:
    person = suppliers.supplier_person(session, firm)
    session.commit()
    access.log_in(client, person)
    path = f"/bekanntmachungen/{tender.reference}/frage"
    answer = client.post(path, data={"csrf_token": _csrf(client, path), "text": text})
    assert answer.status_code == 422
    assert 'href="#text"' in answer.get_data(as_text=True)
    assert session.scalars(select(Enquiry)).all() == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Die Frage ist länger als 10000 Zeichen. Bitte kürzen Sie sie."),
        ("?lang=en", "The question is longer than 10000 characters. Please shorten it."),
    ],
)
def test_question_that_is_too_long_is_told_so_in_the_language_of_the_page(
    session: Session,
    client: FlaskClient,
    tender: Tender,
    firm: Organisation,
    query: str,
    sentence: str,
) -> None:
    person = suppliers.supplier_person(session, firm)
    session.commit()
    access.log_in(client, person)
    path = f"/bekanntmachungen/{tender.reference}/frage{query}"
    answer = client.post(path, data={"csrf_token": _csrf(client, path), "text": "x" * 10_001})
    assert sentence in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("question_text", "text"), [("x" * 10_001, "a\x00"), ("", "x" * 20_001), ("a\x00", "")]
)
def test_all_that_is_wrong_with_an_answer_is_told_at_once(
    session: Session, tender: Tender, firm: Organisation, question_text: str, text: str
) -> None:
    asked = asking.ask(session, tender, firm)
    with pytest.raises(InvalidInput) as refusal:
        asking.answer(session, tender, asked, question_text=question_text, text=text)
    fields = [each.field for each in refusal.value.reasons]
    assert sorted(map(str, fields)) == ["question_text", "text"]


def test_record_tells_that_somebody_asked_but_not_who(
    session: Session, tender: Tender, firm: Organisation
) -> None:
    asking.ask(session, tender, firm)
    entries = audit.entries(session, stream_of("tender", tender.id))
    (entry,) = [e for e in entries if e.action == "enquiry_received"]
    text = f"{entry.actor_name} {entry.summary} {entry.details} {entry.organisation_name}"
    assert firm.name not in text
    assert str(firm.id) not in text
    assert (entry.actor_user_id, entry.organisation_id) == (None, None)


def test_answer_reaches_everybody_registered_once_in_the_same_words(
    app: Flask, session: Session, tender: Tender, firm: Organisation, client: FlaskClient
) -> None:
    other = suppliers.supplier(session, "Andere GmbH", cpv=[])
    suppliers.registration(session, tender.id, firm=firm)
    suppliers.registration(session, tender.id, firm=other)
    suppliers.registration(session, tender.id, address="wer@example.org")
    gone = suppliers.registration(session, tender.id, address="weg@example.org")
    gone.left_at = clock.now()
    first, second = (
        asking.ask(session, tender, firm),
        asking.ask(session, tender, other, "Zweite Frage?"),
    )
    published = asking.answer(session, tender, first, second)
    session.commit()
    asking.drain(app)
    asking.drain(app)
    found = messages.all_messages(session, kind="answer")
    assert {(m.organisation_id, m.address) for m in found} == {
        (firm.id, None),
        (other.id, None),
        (None, "wer@example.org"),
    }
    assert len({m.content_sha256 for m in found}) == 1
    assert QUESTION in found[0].body
    assert ANSWER in found[0].body
    assert published.warnings == []
    assert {e.answer_id for e in (first, second)} == {published.id}
    page = client.get(f"/bekanntmachungen/{tender.reference}").get_data(as_text=True)
    assert ANSWER in page
    assert firm.name not in page


def test_second_click_answers_nothing_twice(
    session: Session, tender: Tender, firm: Organisation
) -> None:
    enquiry = asking.ask(session, tender, firm)
    asking.answer(session, tender, enquiry)
    with pytest.raises(Refused, match="schon beantwortet"):
        asking.answer(session, tender, enquiry)


@pytest.mark.parametrize(
    "text",
    [
        "Die Rheinische Feuerwehrtechnik GmbH fragt nach der Beladung.",
        "Bitte an technik@firma.example antworten: Gehört die Beladung dazu?",
        "Rückfragen unter 02421 123456. Gehört die Beladung dazu?",
        "Gehört die Beladung dazu? Mit freundlichen Grüßen Sabine Bieter",
        "Die Rheini\u00adsche Feuer\u00adwehr\u00adtechnik fragt, wie aus dem Brief kopiert.",
    ],
)
def test_text_that_betrays_who_asked_needs_a_second_look(
    session: Session, tender: Tender, firm: Organisation, text: str
) -> None:
    suppliers.supplier_person(session, firm)
    enquiry = asking.ask(session, tender, firm)
    with pytest.raises(InvalidInput, match="niemand"):
        asking.answer(session, tender, enquiry, question_text=text)
    assert enquiry.answer_id is None
    assert asking.answer(session, tender, enquiry, question_text=text, accept_traces=True).id


def test_question_of_another_tender_is_not_answered_here(
    session: Session, tender: Tender, firm: Organisation
) -> None:
    other = tenders.published(session, current.store(), title="Anderes Verfahren")
    enquiry = asking.ask(session, other, firm)
    with pytest.raises((NotFound, InvalidInput)):
        asking.answer(session, tender, enquiry)
    actor = tenders.officer(session, tender)
    with pytest.raises((NotFound, InvalidInput)):
        service.answer(
            session,
            actor,
            tender.id,
            [uuid.uuid4()],
            question_text=QUESTION,
            text=ANSWER,
            now=clock.now(),
        )


def test_only_officers_of_the_lead_see_and_answer(
    session: Session, client: FlaskClient, app: Flask, tender: Tender, firm: Organisation
) -> None:
    enquiry = asking.ask(session, tender, firm)
    member = tenders.officer(session, tender, town="Jülich")
    with pytest.raises((Forbidden, NotFound)):
        asking.answer(session, tender, enquiry, actor=member)
    stranger = access.organisation(session, "Fremdstadt", ags="99999999")
    path = f"/vergabeverfahren/{tender.id}/fragen"
    everybody = {
        200: asking.officer(session, tender),
        404: access.person(session, stranger, Role.PROCUREMENT_OFFICER),
    }
    session.commit()
    for status, person in everybody.items():
        window = app.test_client()
        access.log_in(window, person)
        answer = window.get(path)
        assert answer.status_code == status
        assert (firm.name in answer.get_data(as_text=True)) is (status == 200)
    window = app.test_client()
    access.log_in(window, session.get_one(User, member.user_id))
    assert window.get(path).status_code in (403, 404)
    window = app.test_client()
    access.log_in(window, suppliers.supplier_person(session, firm))
    assert window.get(path).status_code == 403


def test_supplier_sees_its_own_questions_alone(
    session: Session, client: FlaskClient, app: Flask, tender: Tender, firm: Organisation
) -> None:
    other = suppliers.supplier(session, "Andere GmbH", cpv=[])
    asking.ask(session, tender, firm, "Die geheime Frage der ersten Firma?")
    persons = [suppliers.supplier_person(session, each) for each in (firm, other)]
    session.commit()
    pages = []
    for person in persons:
        window = app.test_client()
        access.log_in(window, person)
        path = f"/bekanntmachungen/{tender.reference}/frage"
        pages.append(window.get(path).get_data(as_text=True))
    assert "Die geheime Frage" in pages[0]
    assert "Die geheime Frage" not in pages[1]
    assert queries.own_enquiries(session, tender.id, other.id) == []


def test_officer_answers_on_the_page(
    session: Session,
    client: FlaskClient,
    tender: Tender,
    firm: Organisation,
    moving_clock: MovableClock,
) -> None:
    first, second = (
        asking.ask(session, tender, firm),
        asking.ask(session, tender, firm, "Zweite Frage?"),
    )
    officer = asking.officer(session, tender)
    session.commit()
    access.log_in(client, officer)
    path = f"/vergabeverfahren/{tender.id}/fragen"
    assert "Bevor Sie antworten" not in client.get(path).get_data(as_text=True)
    assert tender.submission_deadline is not None
    moving_clock.at(tender.submission_deadline - dt.timedelta(days=3))
    assert "Bevor Sie antworten" in client.get(path).get_data(as_text=True)
    data: dict[str, Any] = {
        "csrf_token": _csrf(client, path),
        "enquiry_ids": [str(first.id), str(second.id)],
        "question_text": f"{firm.name} fragt: {QUESTION}",
        "text": ANSWER,
    }
    refused = client.post(path, data=data)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "accept_traces" in page
    assert ANSWER in page
    for bad in (
        {"enquiry_ids": []},
        {"enquiry_ids": ["unsinn"]},
        {"text": ""},
        {"text": "x" * 10_001},
        {"question_text": ""},
    ):
        assert client.post(path, data=data | bad).status_code == 422, bad
    assert client.post(path, data=data | {"question_text": QUESTION}).status_code == 303
    again = client.post(path, data=data | {"question_text": QUESTION})
    assert again.status_code == 409
    assert len(session.scalars(select(Answer)).all()) == 1


def test_api_asks_lists_and_answers(
    session: Session, client: FlaskClient, tender: Tender, firm: Organisation
) -> None:
    person, officer = suppliers.supplier_person(session, firm), asking.officer(session, tender)
    theirs = access.bearer(session, person, firm)
    ours = access.bearer(session, officer, asking.lead(session, tender))
    url = f"/api/v1/notices/{tender.reference}/questions"
    asked = client.post(url, json={"text": QUESTION}, headers=theirs)
    assert asked.status_code == 201
    for bad in ({}, {"text": ""}, {"text": 5}, {"text": "x" * 10_001}, {"text": QUESTION, "y": 1}):
        assert client.post(url, json=bad, headers=theirs).status_code == 422, bad
    listed = client.get(f"/api/v1/tenders/{tender.id}/enquiries", headers=ours).get_json()
    assert [e["asked_by"] for e in listed["items"]] == [firm.name]
    forbidden = client.get(f"/api/v1/tenders/{tender.id}/enquiries", headers=theirs)
    assert forbidden.status_code == 403
    body = {
        "enquiry_ids": [listed["items"][0]["id"]],
        "question_text": QUESTION,
        "text": ANSWER,
    }
    answers = f"/api/v1/tenders/{tender.id}/answers"
    assert client.post(answers, json=body, headers=theirs).status_code == 403
    assert client.post(answers, json=body, headers=ours).status_code == 201
    assert client.post(answers, json=body, headers=ours).status_code == 409


def test_api_keeps_an_answer_that_is_begun_and_drops_it(
    session: Session, client: FlaskClient, tender: Tender, firm: Organisation
) -> None:
    question, officer = asking.ask(session, tender, firm), asking.officer(session, tender)
    theirs = access.bearer(session, suppliers.supplier_person(session, firm), firm)
    ours = access.bearer(session, officer, asking.lead(session, tender))
    url = f"/api/v1/tenders/{tender.id}/answer-drafts"
    begun = {"enquiry_ids": [str(question.id)], "text": "Ja, die"}
    assert client.post(url, json=begun, headers=theirs).status_code == 403
    assert client.get(url, headers=theirs).status_code == 403
    for bad in ({}, begun | {"text": "", "question_text": ""}, begun | {"text": "x" * 20_001}):
        assert client.post(url, json=bad, headers=ours).status_code == 422, bad
    foreign = begun | {"enquiry_ids": [str(uuid.UUID(int=7))]}
    assert client.post(url, json=foreign, headers=ours).status_code == 404

    first = client.post(url, json=begun, headers=ours).get_json()
    again = begun | {"text": ANSWER, "draft_id": first["id"], "version": first["version"]}
    kept = client.post(url, json=again, headers=ours)
    assert (kept.status_code, kept.get_json()["id"]) == (201, first["id"])
    assert client.post(url, json=again, headers=ours).status_code == 412  # seen before the change
    (listed,) = client.get(url, headers=ours).get_json()["items"]
    assert (listed["text"], listed["saved_by_name"]) == (ANSWER, officer.full_name)
    assert queries.published_answers(session, tender.id) == []

    one = f"{url}/{first['id']}"
    assert client.delete(one, headers=theirs).status_code == 403
    for _second_click in range(2):
        assert client.delete(one, headers=ours).status_code == 204
    assert client.get(url, headers=ours).get_json()["items"] == []


def test_officers_of_one_cooperation_alone_are_told(
    app: Flask, session: Session, tender: Tender, firm: Organisation
) -> None:
    lead = asking.lead(session, tender)
    requester = access.person(session, lead, Role.REQUESTER)
    officer = asking.officer(session, tender)
    asking.ask(session, tender, firm)
    asking.drain(app)
    told = {m.user_id for m in messages.all_messages(session, kind="enquiry")}
    assert officer.id in told
    assert requester.id not in told
    assert people.actor_for(session, officer, lead.id, now=clock.now()).user_id in told


def test_the_search_shows_questions_to_those_alone_who_may_answer_them(
    session: Session, client: FlaskClient, tender: Tender, firm: Organisation
) -> None:
    asking.ask(session, tender, firm)
    officer = asking.officer(session, tender)
    access.log_in(client, officer)
    path = "/suche?q=Beladung"
    assert QUESTION[:30] in client.get(path).text
    lead = people.actor_for(session, officer, tender.lead_organisation_id, now=clock.now())
    tasks.declared(session, lead, tender.pool_id, "Mein Bruder leitet einen Bieter.")
    session.commit()
    assert QUESTION[:30] not in client.get(path).text


def test_the_search_shows_questions_to_whoever_has_the_task(
    session: Session, client: FlaskClient, tender: Tender, firm: Organisation
) -> None:
    asking.ask(session, tender, firm)
    town = cooperations.town(session, "Jülich")
    tasks.task(session, tender.cooperation, Step.ANSWER_ENQUIRIES, Performer.MEMBER, town)
    found = []
    for user in (
        asking.officer(session, tender),
        access.person(session, town, Role.PROCUREMENT_OFFICER),
    ):
        session.commit()
        browser = client.application.test_client()
        access.log_in(browser, user)
        found.append(QUESTION[:30] in browser.get("/suche?q=Beladung").text)
    assert found == [False, True]
