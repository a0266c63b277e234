"""Checking the notice of a draft: findings at their field, the worker's answer, downloads."""

import dataclasses
import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import sdk
from tests.browser_forms import forms_of
from tests.factories import access, cooperations, tenders
from vergabe import clock, sweeps
from vergabe.access.permissions import Role
from vergabe.errors import Refused
from vergabe.exchange.findings import Finding
from vergabe.files import current
from vergabe.notice_facts import service as facts
from vergabe.notices import draft_checks, finding_links
from vergabe.notices.draft_check_model import DraftCheck
from vergabe.tenders import readiness
from vergabe.tenders.model import Tender

pytestmark = [pytest.mark.usefixtures("moving_clock"), pytest.mark.one_database]


@pytest.fixture
def tender(session: Session, client: FlaskClient) -> Tender:
    found = tenders.complete(session, current.store(), tenders.draft(session))
    town = cooperations.town(session, "Merzenich")
    officer = access.person(session, town, Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, officer)
    return found


@pytest.fixture
def with_sdk(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions["vergabe_settings"]
    known = dataclasses.replace(settings, eforms_sdk=sdk.CORE)
    monkeypatch.setitem(app.extensions, "vergabe_settings", known)


def url(tender: Tender, rest: str = "/pruefung") -> str:
    return f"/vergabeverfahren/{tender.id}/bekanntmachung{rest}"


def page(client: FlaskClient, tender: Tender) -> str:
    answer = client.get(url(tender))
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


def ask(client: FlaskClient, tender: Tender) -> None:
    form = next(f for f in forms_of(page(client, tender)) if not f.controls)
    assert client.post(url(tender), data=form.data).status_code == 303


def test_a_complete_draft_has_no_error(client: FlaskClient, tender: Tender) -> None:
    shown = page(client, tender)
    assert "findet keinen Fehler" in shown
    assert "Auftragsbekanntmachung (Formular 16)" in shown


def test_a_finding_leads_to_the_field_and_folds_its_official_id(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    tender.criteria[0].weight_basis_points = 9000
    tender.buyers[1].organisation.postcode = None
    session.commit()
    shown = page(client, tender)
    assert f"/vergabeverfahren/{tender.id}/zuschlagskriterien#criteria.0.weight" in shown
    assert "Stammdaten der Kommune" in shown
    assert re.search(r"<details[^>]*><summary>Amtliche Kennung", shown)
    assert "postcode_missing" in shown


def test_every_finding_of_a_bare_draft_is_an_answer(session: Session, client: FlaskClient) -> None:
    bare = tenders.draft(session)
    bare.title = ""
    bare.contact, bare.review_body = {}, {}
    bare.criteria.clear()
    officer = access.person(session, bare.lead, Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, officer)
    shown = page(client, bare)
    assert "müssen noch geändert werden" in shown
    assert client.get(url(bare, "/ansicht")).status_code == 200


@pytest.mark.usefixtures("with_sdk")
def test_the_worker_answers_and_the_page_finds_it_again(
    app: Flask, session: Session, client: FlaskClient, tender: Tender
) -> None:
    ask(client, tender)
    assert "Die Prüfung läuft" in page(client, tender)
    ask_again = draft_checks.newest(session, tender.id)
    officer = tenders.officer(session, tender)
    assert draft_checks.ask(session, officer, tender.id, now=clock.now()) == ask_again
    session.commit()
    # One check; each of the two finds it among what they have started.
    assert sweeps.run_jobs(app) == 2
    assert sweeps.run_jobs(app) == 0
    session.expire_all()
    shown = page(client, tender)
    assert "Die amtlichen Regeln nehmen die Bekanntmachung an" in shown
    assert "1.14.2" in shown
    edit: dict[str, Any] = {"several_bids": "allowed"}
    facts.edit_facts(session, officer, tender.id, edit, version=None, now=clock.now())
    session.commit()
    assert "nicht mehr aktuell" in page(client, tender)


def test_without_an_sdk_the_answer_says_what_was_not_checked(
    app: Flask, session: Session, client: FlaskClient, tender: Tender
) -> None:
    ask(client, tender)
    assert sweeps.run_jobs(app) == 1
    session.expire_all()
    assert "Nicht alles ließ sich prüfen" in page(client, tender)


@pytest.mark.usefixtures("with_sdk")
def test_official_errors_are_shown_like_our_own(
    app: Flask, session: Session, client: FlaskClient, tender: Tender
) -> None:
    tender.buyers[1].organisation.postcode = None
    session.commit()
    ask(client, tender)
    sweeps.run_jobs(app)
    session.expire_all()
    found = draft_checks.newest(session, tender.id)
    assert found is not None
    assert any("BR-BT-00512-0022" in str(one) for one in found.findings)
    assert "beanstanden dasselbe" in page(client, tender)


def test_preview_xml_and_pdf_of_every_kind(client: FlaskClient, tender: Tender) -> None:
    for kind in ("", "4", "7", "E1", "E2"):
        rest = f"?art={kind}" if kind else ""
        assert client.get(url(tender, f"/ansicht{rest}")).status_code == 200
        xml = client.get(url(tender, f"/ansicht.xml{rest}"))
        assert xml.data.startswith(b"<?xml")
    assert client.get(url(tender, "/ansicht.pdf")).data.startswith(b"%PDF")
    assert client.get(url(tender, "/ansicht?art=16")).status_code == 404


def test_what_is_incomplete_is_not_declared_ready(session: Session, tender: Tender) -> None:
    tender.buyers[1].organisation.postcode = None
    session.flush()
    officer = tenders.officer(session, tender)
    with pytest.raises(Refused) as error:
        readiness.declare_ready(session, officer, tender.id, version=None, now=clock.now())
    assert [v.field for v in error.value.violations] == ["bekanntmachung"]


def test_a_published_tender_has_no_draft_to_check(session: Session, client: FlaskClient) -> None:
    published = tenders.published(session, current.store())
    officer = access.person(session, published.lead, Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, officer)
    assert client.get(url(published)).status_code == 404
    for page in ("", "/bekanntmachung"):
        answer = client.get(f"/vergabeverfahren/{published.id}{page}")
        assert answer.status_code == 200
        assert url(published) not in answer.text
    with pytest.raises(Refused):
        draft_checks.ask(
            session, tenders.officer(session, published), published.id, now=clock.now()
        )
    assert session.scalar(select(func.count(DraftCheck.id))) == 0


@pytest.mark.parametrize(
    ("address", "subject", "end"),
    [
        ("facts#opening_at", "", "/bekanntmachung?feld=opening_at#opening_at"),
        ("facts#goals", "", "/bekanntmachung?feld=goals_environment#goals_environment"),
        ("facts#clean_vehicles", "LOT-0001", "/bekanntmachung/lose/1#clean_vehicles"),
        ("facts#notice_id", "", None),
        ("tender#contact.email", "", "/bearbeiten/kontakt#contact.email"),
        ("deadlines#submission_deadline", "", "/bearbeiten/fristen#submission_deadline"),
        ("documents#url", "", "/unterlagen"),
        ("lots#nuts", "", "#nuts"),
        ("organisation#postcode", "ORG-0001", "/zusammenarbeit/dlz"),
        ("organisation#nuts", "ORG-0004", "?feld=review_region#review_region"),
        ("organisation#postcode", "ORG-0004", "/bearbeiten/kontakt#review_body.postcode"),
        ("", "", None),
    ],
)
def test_each_page_key_has_its_address(
    app: Flask, session: Session, address: str, subject: str, end: str | None
) -> None:
    tender = tenders.draft(session)
    finding = Finding("error", "domain", "x", "", "", "m", "r", address=address, subject_id=subject)
    with app.test_request_context():
        found = finding_links.url_of(tender, finding)
    assert found is None if end is None else found is not None and found.endswith(end)


def test_a_finding_is_the_same_after_it_was_kept() -> None:
    inner = Finding("error", "xsd", "b", "/a", "BT-1", "m2", "", official=("b",))
    outer = Finding("error", "domain", "a", "", "BT-2", "m", "r", law="§ 1", folded=(inner,))
    assert finding_links.from_dict(outer.to_dict()) == outer


def test_the_api_tells_the_same(
    app: Flask, session: Session, client: FlaskClient, tender: Tender
) -> None:
    town = cooperations.town(session, "Merzenich")
    bearer = access.bearer(session, access.person(session, town, Role.PROCUREMENT_OFFICER), town)
    session.commit()
    path = f"/api/v1/tenders/{tender.id}/notice-check"
    found = client.get(path, headers=bearer).json
    assert found is not None
    assert (found["subtype"], found["is_valid"], found["official"]) == ("16", True, None)
    assert client.post(path, headers=bearer).status_code == 202
    sweeps.run_jobs(app)
    session.expire_all()
    again = client.get(path, headers=bearer).json
    assert again is not None
    assert again["official"]["state"] == "done"


def test_an_unknown_review_body_is_asked_for_its_region(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    named = {"name": "Vergabekammer Musterland", "postcode": "20095", "city": "Hamburg"}
    tender.review_body = named
    session.commit()
    assert "feld=review_region#review_region" in page(client, tender)
    edit = {"review_region": "de600"}
    officer = tenders.officer(session, tender)
    facts.edit_facts(session, officer, tender.id, edit, version=None, now=clock.now())
    session.commit()
    assert "findet keinen Fehler" in page(client, tender)


def test_where_the_cooperation_names_no_chamber_law_does(session: Session) -> None:
    cooperation = cooperations.dlz(session, review_body={})
    tender = tenders.draft(session, cooperation=cooperation)
    assert tender.review_body["name"] == "Vergabekammer Rheinland bei der Bezirksregierung Köln"
    assert tender.review_body["city"] == "Köln"
