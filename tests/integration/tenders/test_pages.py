"""Every page of a tender answers, for whoever may see it, and for nobody else."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations
from tests.factories import tenders as factory
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.files import current
from vergabe.tenders.model import Tender
from vergabe.tenders.sections import SECTIONS

READING = (
    "/vergabeverfahren/{id}",
    "/vergabeverfahren/{id}/lose",
    "/vergabeverfahren/{id}/unterlagen",
    "/vergabeverfahren/{id}/voraussetzungen",
    "/vergabeverfahren/{id}/recht",
    "/vergabeverfahren/{id}/vorschau",
)
WRITING = (
    *(f"/vergabeverfahren/{{id}}/bearbeiten/{key}" for key in SECTIONS),
    "/vergabeverfahren/{id}/zuschlagskriterien",
    "/vergabeverfahren/{id}/veroeffentlichen",
    "/vergabeverfahren/{id}/aenderung",
    "/vergabeverfahren/{id}/aufhebung",
)


def log_in(session: Session, client: FlaskClient, town: str, *roles: Role) -> None:
    organisation = cooperations.town(session, town)
    user = access.person(session, organisation, *roles)
    session.commit()
    access.log_in(client, user)


@pytest.fixture(params=["draft", "ready", "published"])
def tender(request: pytest.FixtureRequest, session: Session, moving_clock: MovableClock) -> Tender:
    store = current.store()
    make = {
        "draft": lambda: factory.draft(session),
        "ready": lambda: factory.ready(session, store),
        "published": lambda: factory.published(session, store),
    }
    found: Tender = make[request.param]()
    session.commit()
    return found


def test_the_officer_of_the_lead_sees_every_page(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    log_in(session, client, "Merzenich", Role.PROCUREMENT_OFFICER)
    lot = tender.lots[0].id
    for path in (*READING, *WRITING, f"/vergabeverfahren/{{id}}/lose/{lot}"):
        answer = client.get(path.format(id=tender.id))
        assert answer.status_code == 200, (path, answer.get_data(as_text=True)[-3000:])
        assert tender.reference in answer.get_data(as_text=True)


def test_an_auditor_of_a_member_reads_and_cannot_write(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    log_in(session, client, "Jülich", Role.AUDITOR)
    for path in READING:
        assert client.get(path.format(id=tender.id)).status_code == 200, path
    for path in WRITING:
        assert client.get(path.format(id=tender.id)).status_code == 403, path


def test_for_a_town_outside_the_tender_does_not_exist(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    access.organisation(session, "Inden")
    log_in(session, client, "Inden", Role.PROCUREMENT_OFFICER)
    for path in (*READING, *WRITING):
        assert client.get(path.format(id=tender.id)).status_code == 404, path
    assert tender.title not in client.get("/vergabeverfahren").get_data(as_text=True)


def test_the_list_is_filtered(session: Session, client: FlaskClient, tender: Tender) -> None:
    assert session.get(Organisation, tender.lead_organisation_id)
    log_in(session, client, "Merzenich", Role.PROCUREMENT_OFFICER)
    for query, is_found in (
        ("", True),
        (f"?stand={tender.stage}", True),
        ("?stand=completed", False),
        ("?q=LF 20", True),
        (f"?q={tender.reference.lower()}", True),
        ("?q=100%", False),
    ):
        page = client.get(f"/vergabeverfahren{query}")
        assert page.status_code == 200
        assert (tender.title in page.get_data(as_text=True)) is is_found, query
    assert client.get("/vergabeverfahren?stand=unsinn&gruppe=nein").status_code == 422


def test_the_preview_of_an_unfinished_framework_agreement_says_what_is_open(
    session: Session, client: FlaskClient, moving_clock: MovableClock
) -> None:
    tender = factory.draft(session)
    tender.is_framework, tender.duration_months = True, None
    log_in(session, client, "Merzenich", Role.PROCUREMENT_OFFICER)
    page = client.get(f"/vergabeverfahren/{tender.id}/vorschau").get_data(as_text=True)
    assert "Laufzeit noch offen" in page
