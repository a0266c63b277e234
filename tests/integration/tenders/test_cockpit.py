"""The task list: what is missing leads to the very field, and one thing comes next."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import tenders as factory
from tests.integration.tenders.test_pages import log_in
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.files.store import FileStore
from vergabe.tenders import gates, readiness

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def test_a_draft_leads_to_the_very_field(session: Session, client: FlaskClient) -> None:
    tender = factory.draft(session)
    session.commit()
    log_in(session, client, "Merzenich", Role.PROCUREMENT_OFFICER)
    page = client.get(f"/vergabeverfahren/{tender.id}").get_data(as_text=True)
    base = f"/vergabeverfahren/{tender.id}"
    assert f'href="{base}/bearbeiten/beschreibung#description"' in page
    assert f'href="{base}/unterlagen#add"' in page
    assert "Jetzt erledigen" in page
    for title in ("Grundlagen", "Lose und Kommunen", "Wertung", "Unterlagen", "Termine"):
        assert f">{title}</h2>" in page
    for town in factory.THREE_TOWNS:
        assert town in page
    assert "Voraussetzungen je Kommune" in page


def test_an_auditor_is_not_led_to_what_is_not_his(session: Session, client: FlaskClient) -> None:
    tender = factory.draft(session)
    session.commit()
    log_in(session, client, "Jülich", Role.AUDITOR)
    page = client.get(f"/vergabeverfahren/{tender.id}").get_data(as_text=True)
    assert "Zuständig: Merzenich" in page
    assert "Jetzt erledigen" not in page
    assert "/bearbeiten/" not in page
    gate_page = client.get(f"/vergabeverfahren/{tender.id}/voraussetzungen")
    assert "/bearbeiten/" not in gate_page.get_data(as_text=True)


def test_what_is_ready_goes_on_to_the_last_look(
    session: Session, client: FlaskClient, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    session.commit()
    log_in(session, client, "Merzenich", Role.PROCUREMENT_OFFICER)
    page = client.get(f"/vergabeverfahren/{tender.id}").get_data(as_text=True)
    is_open = all(gate.is_open for gate in gates.all_gates(session, tender, now=clock.now()))
    assert ("Weiter zur Veröffentlichung" in page) is is_open
    operator = factory.officer(session, tender)
    readiness.take_back(session, operator, tender.id, version=None, now=clock.now())
    session.commit()
    page = client.get(f"/vergabeverfahren/{tender.id}").get_data(as_text=True)
    assert ">Bereit erklären</span>" in page
