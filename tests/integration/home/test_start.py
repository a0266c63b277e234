import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access as make
from tests.factories import cooperations, demands, pools, tenders
from tests.factories import deadlines as deadline_factory
from tests.factories import messages as message_factory
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.enquiries import service as enquiries
from vergabe.enquiries.service import Asker
from vergabe.files import current
from vergabe.home import tasks
from vergabe.messages.service import Reader

EVERY_ROLE = [role for role in Role if role is not Role.SUPPLIER]


@pytest.fixture
def busy_lead(session: Session, app: Flask) -> Organisation:
    """A lead for whom something of every kind is waiting."""
    cooperation = cooperations.dlz(session)
    lead = session.get_one(Organisation, cooperation.lead_organisation_id)
    other = cooperations.town(session, "Jülich")
    published = tenders.published(session, current.store())
    supplier = make.supplier(session)
    enquiries.ask(
        session,
        published,
        Asker(organisation_id=supplier.id),
        "Bis wann ist zu liefern?",
        now=clock.now(),
    )
    demands.demand(session, cooperation, lead, stage="draft")
    demands.demand(session, cooperation, lead, stage="submitted")
    demands.call(session, cooperation)
    both = [demands.demand(session, cooperation, town) for town in (lead, other)]
    pools.joining_pool(session, cooperation, both)
    more = [demands.demand(session, cooperation, town) for town in (lead, other)]
    pools.proposed_pool(session, cooperation, more)
    deadline_factory.deadline(session, cooperation)
    message_factory.message(session, Reader(organisation_id=lead.id))
    return lead


def test_every_kind_of_task_is_listed_with_its_button(
    app: Flask, session: Session, busy_lead: Organisation
) -> None:
    actor = make.actor(session, busy_lead, *EVERY_ROLE)
    with app.test_request_context():
        found = tasks.waiting(session, actor, now=clock.now())
    buttons = {task.button for task in found}
    assert buttons >= {
        "Freigeben",
        "Weiterschreiben",
        "Antworten",
        "Entscheiden",
        "Ansehen",
        "Beantworten",
        "Lesen",
    }


def test_tasks_with_an_end_come_first_and_in_its_order(
    app: Flask, session: Session, busy_lead: Organisation
) -> None:
    actor = make.actor(session, busy_lead, *EVERY_ROLE)
    with app.test_request_context():
        found = tasks.waiting(session, actor, now=clock.now())
    ends = [task.due_at for task in found if task.due_at is not None]
    assert ends == sorted(ends)
    assert [task.due_at is None for task in found] == sorted(t.due_at is None for t in found)


def test_every_button_of_the_start_page_leads_somewhere(
    client: FlaskClient, session: Session, busy_lead: Organisation
) -> None:
    user = make.person(session, busy_lead, *EVERY_ROLE)
    session.commit()
    make.log_in(client, user)
    page = client.get("/start").get_data(as_text=True)
    links = {part.split('"', 1)[0] for part in page.split('kern-btn--secondary" href="')[1:]}
    assert len(links) >= 6
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_nothing_waits_for_somebody_without_a_role(client: FlaskClient, session: Session) -> None:
    user = make.person(session, make.organisation(session))
    session.commit()
    make.log_in(client, user)
    assert "keine gültige Rolle" in client.get("/start").get_data(as_text=True)


def test_public_start_page_shows_what_is_open(
    client: FlaskClient, session: Session, busy_lead: Organisation
) -> None:
    session.commit()
    page = client.get("/").get_data(as_text=True)
    assert "Angebote bis" in page


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told(client: FlaskClient, path: str) -> None:
    assert client.get(path).get_json() == {"status": "ok"}
