"""Every way to the public meets every gate: page, API, command line, service, the lawful step."""

import re
from collections.abc import Callable
from typing import Final

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access
from tests.factories import tenders as factory
from tests.integration.tenders import test_gates as closing
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.cli import main
from vergabe.commands import notices as command
from vergabe.db import unit_of_work
from vergabe.errors import Refused
from vergabe.files import current
from vergabe.notices import service
from vergabe.notices.model import Notice
from vergabe.outbox import OutboxRow
from vergabe.tenders import publishing
from vergabe.tenders.model import Tender

GATES: Final = {
    "agreement": closing.informal,
    "participation": closing.not_in_area,
    "mandates": closing.no_mandate,
    "resolutions": closing.no_resolution,
    "demands_released": closing.budget_too_small,
    "joinings_recorded": closing.not_joined,
    "sums_agree": closing.everything_is_a_cent_short,
    "content_complete": closing.no_description,
    "method_permitted": closing.method_of_another_law,
    "deadlines_lawful": closing.deadline_too_short,
}


def by_page(client: FlaskClient, session: Session, tender: Tender) -> str:
    access.log_in(client, _officer(session, tender))
    # A forged form: the page itself offers none while a gate is closed.
    page = client.get(f"/vergabeverfahren/{tender.id}/aufhebung").get_data(as_text=True)
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    form = {"csrf_token": token, "version": str(tender.version)}
    answer = client.post(f"/vergabeverfahren/{tender.id}/veroeffentlichen", data=form)
    assert answer.status_code in (303, 409), answer.get_data(as_text=True)
    return answer.get_data(as_text=True) if answer.status_code == 409 else ""


def by_api(client: FlaskClient, session: Session, tender: Tender) -> str:
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    headers = access.bearer(session, _officer(session, tender), lead)
    headers["If-Match"] = f'"{tender.version}"'
    answer = client.post(f"/api/v1/tenders/{tender.id}/publication", headers=headers)
    assert answer.status_code in (201, 409), answer.get_data(as_text=True)
    return " ".join(v["message"] for v in (answer.json or {}).get("violations", []))


def by_command(client: FlaskClient, session: Session, tender: Tender) -> str:
    done = CliRunner().invoke(main, ["tender", "publish", tender.reference])
    assert done.exit_code in (0, 1), done.output
    return done.output if done.exit_code else ""


def by_service(client: FlaskClient, session: Session, tender: Tender) -> str:
    tender_id = tender.id
    try:
        with unit_of_work() as work:
            service.publish_tender(
                work,
                Actor.operator("Einspielung"),
                tender_id,
                now=clock.now(),
                store=current.store(),
                base_url=factory.BASE_URL,
            )
    except Refused as refused:
        return " ".join(violation.message for violation in refused.violations)
    return ""


def by_the_lawful_step(client: FlaskClient, session: Session, tender: Tender) -> str:
    tender_id = tender.id
    try:
        with unit_of_work() as work:
            publishing.mark_published(
                work, Actor.operator("Hintergrunddienst"), tender_id, now=clock.now()
            )
    except Refused as refused:
        return " ".join(violation.message for violation in refused.violations)
    return ""


Way = Callable[[FlaskClient, Session, Tender], str]
WAYS: Final[tuple[Way, ...]] = (by_page, by_api, by_command, by_service, by_the_lawful_step)


def _officer(session: Session, tender: Tender) -> User:
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    user = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    session.commit()
    return user


@pytest.fixture
def tender(
    app: Flask, session: Session, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> Tender:
    """A tender with every gate open, and commands that find it."""
    monkeypatch.setattr(command, "the_app", lambda: app)
    found = factory.ready(session, current.store())
    session.commit()
    return found


def _told(tender: Tender, way: Way, client: FlaskClient, session: Session) -> str:
    """Return what the refusal says, without markup and line breaks; empty: it was published."""
    told = way(client, session, session.get_one(Tender, tender.id))
    return " ".join(re.sub(r"<[^>]+>", " ", told).split())


@pytest.mark.parametrize("key", GATES)
def test_no_way_leads_past_a_closed_gate(
    client: FlaskClient, session: Session, tender: Tender, key: str
) -> None:
    """All ways are tried one after the other: what one leaves behind, the next would show."""
    tender_id = tender.id
    GATES[key](session, tender)
    session.commit()
    session.expire_all()
    reasons = publishing.reasons_against_publishing(session, tender, now=clock.now())
    assert reasons
    for way in WAYS:
        told = _told(session.get_one(Tender, tender_id), way, client, session)
        missing = [r.message for r in reasons if " ".join(r.message.split()) not in told]
        assert missing == [], way.__name__
        session.rollback()
        session.expire_all()
        again = session.get_one(Tender, tender_id)
        assert (again.stage, again.published_version, again.published_at) == ("ready", 0, None)
        assert session.scalar(select(func.count()).select_from(Notice)) == 0, way.__name__
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0, way.__name__
        assert client.get(f"/bekanntmachungen/{again.reference}").status_code == 404


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_with_every_gate_open_each_way_leads_to_the_public(
    client: FlaskClient, session: Session, tender: Tender, way: Way
) -> None:
    tender_id = tender.id
    assert _told(tender, way, client, session) == ""
    session.rollback()
    session.expire_all()
    assert session.get_one(Tender, tender_id).stage == "published"
