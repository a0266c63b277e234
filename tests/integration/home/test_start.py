import datetime as dt
import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access as make
from tests.factories import cooperations, demands, pools, tenders
from tests.factories import deadlines as deadline_factory
from tests.factories import messages as message_factory
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation, Mandate
from vergabe.demands import unfinished
from vergabe.enquiries import service as enquiries
from vergabe.enquiries.service import Asker
from vergabe.files import current
from vergabe.files.store import FileStore
from vergabe.home import running, tasks
from vergabe.ids import new_id
from vergabe.messages.service import Reader
from vergabe.tenders.model import Tender

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

MOST_STATEMENTS = 150
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


def test_questions_are_due_when_law_asks_for_the_answers(
    app: Flask, session: Session, busy_lead: Organisation
) -> None:
    actor = make.actor(session, busy_lead, Role.PROCUREMENT_OFFICER)
    with app.test_request_context():
        found = tasks.waiting(session, actor, now=clock.now())
    (question,) = [task for task in found if task.button == "Beantworten"]
    tender = session.scalars(select(Tender).where(Tender.stage == "published")).one()
    assert question.due_at is not None
    assert tender.submission_deadline is not None
    # Six whole days lie between the last day for answers and that of the bids (§ 20 (3) VgV).
    last_day = clock.berlin_day(question.due_at - dt.timedelta(microseconds=1))
    assert (clock.berlin_day(tender.submission_deadline) - last_day).days == 7


def test_every_button_of_the_start_page_leads_somewhere(
    client: FlaskClient, session: Session, busy_lead: Organisation
) -> None:
    user = make.person(session, busy_lead, *EVERY_ROLE)
    session.commit()
    make.log_in(client, user)
    page = client.get("/start").get_data(as_text=True)
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    links = set(re.findall(r'href="([^"#]+)"', main))
    assert len(links) >= 9
    answers = {link: client.get(html.unescape(link)).status_code for link in links}
    assert answers == dict.fromkeys(links, 200)


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


def found_for(app: Flask, session: Session, organisation: Organisation, *roles: Role) -> set[str]:
    actor = make.actor(session, organisation, *roles)
    with app.test_request_context():
        return {task.button for task in tasks.waiting(session, actor, now=clock.now())}


@pytest.mark.parametrize(
    ("role", "buttons"),
    [
        (Role.REQUESTER, {"Weiterschreiben", "Antworten", "Lesen"}),
        (Role.RELEASER, {"Freigeben", "Antworten", "Entscheiden", "Lesen"}),
        (Role.COORDINATOR, {"Entscheiden", "Ansehen", "Lesen"}),
        (Role.CHIEF_OFFICER, {"Entscheiden", "Lesen"}),
        (Role.OPENER, {"Lesen"}),
        (Role.AUDITOR, {"Lesen"}),
        (Role.ADMINISTRATOR, {"Lesen"}),
    ],
)
def test_each_role_is_told_what_it_can_do_itself(
    app: Flask, session: Session, busy_lead: Organisation, role: Role, buttons: set[str]
) -> None:
    assert found_for(app, session, busy_lead, role) == buttons


def test_officer_is_told_what_keeps_a_tender_from_publication(app: Flask, session: Session) -> None:
    tender = tenders.ready(session, current.store())
    officer = tenders.officer(session, tender)
    with app.test_request_context():
        (task,) = tasks.waiting(session, officer, now=clock.now())
    assert task.button == "Veröffentlichen"
    for mandate in session.scalars(select(Mandate)):
        mandate.revoked_on = dt.date(2020, 1, 2)
    session.flush()
    with app.test_request_context():
        (task,) = tasks.waiting(session, officer, now=clock.now())
    assert task.title.startswith(f"Für {tender.reference}")
    assert task.button == "Ansehen"


def test_member_is_told_which_paper_of_its_own_is_missing(app: Flask, session: Session) -> None:
    tender = tenders.ready(session, current.store())
    for mandate in session.scalars(select(Mandate)):
        mandate.revoked_on = dt.date(2020, 1, 2)
    session.flush()
    member = next(b.organisation for b in tender.buyers if not b.is_lead)
    assert "Vollmacht eintragen" in found_for(app, session, member, Role.RELEASER)
    assert "Vollmacht eintragen" not in found_for(app, session, member, Role.CHIEF_OFFICER)


def test_requester_hears_of_a_returned_demand(app: Flask, session: Session) -> None:
    cooperation = cooperations.dlz(session)
    town = cooperations.town(session, "Linnich")
    actor = make.actor(session, town, Role.REQUESTER)
    demand = demands.demand(session, cooperation, town, stage="rejected")
    demand.created_by_id = actor.user_id
    session.flush()
    with app.test_request_context():
        assert [t.button for t in tasks.waiting(session, actor, now=clock.now())] == ["Grund lesen"]


def test_form_that_was_never_sent_is_told(app: Flask, session: Session) -> None:
    actor = make.actor(session, make.organisation(session), Role.REQUESTER)
    key = new_id()
    typed = {"title": "Feuerwehrhelme"}
    unfinished.keep(session, actor, key, typed, is_change=False, now=clock.now())
    with app.test_request_context():
        (task,) = tasks.waiting(session, actor, now=clock.now())
    assert "Feuerwehrhelme" in task.title
    assert task.url == f"/bedarfe/neu?eingabe={key}"


def test_administration_is_told_whose_role_ends(app: Flask, session: Session) -> None:
    town = make.organisation(session)
    user = make.person(session, town, full_name="Max Muster")
    today = clock.berlin_day(clock.now())
    make.grant(session, user, town, Role.REQUESTER, valid_to=today + dt.timedelta(days=3))
    actor = make.actor(session, town, Role.ADMINISTRATOR)
    with app.test_request_context():
        (task,) = tasks.waiting(session, actor, now=clock.now())
    assert "Max Muster" in task.title
    assert task.due_at == clock.berlin_instant(today + dt.timedelta(days=4), dt.time())


def test_deadline_of_something_already_told_is_not_told_twice(
    app: Flask, session: Session, busy_lead: Organisation
) -> None:
    actor = make.actor(session, busy_lead, *EVERY_ROLE)
    with app.test_request_context():
        found = tasks.waiting(session, actor, now=clock.now())
    about = [(task.about, task.due_at) for task in found if task.about and task.due_at]
    assert len(about) == len(set(about))


def test_start_page_of_the_busiest_person_needs_few_statements(
    app: Flask,
    client: FlaskClient,
    session: Session,
    busy_lead: Organisation,
    count_queries: Callable[[], int],
) -> None:
    cooperation = session.scalars(select(Cooperation)).one()
    tenders.ready(session, current.store())
    user = make.person(session, busy_lead, *EVERY_ROLE)
    session.commit()
    make.log_in(client, user)
    client.get("/start")
    count_queries()
    client.get("/start")
    assert count_queries() <= MOST_STATEMENTS
    for _ in range(12):
        demands.demand(session, cooperation, busy_lead, stage="submitted")
        demands.call(session, cooperation)
        tenders.small_draft(session)
    session.commit()
    count_queries()
    client.get("/start")
    assert count_queries() <= MOST_STATEMENTS


def test_tasks_at_another_organisation_are_one_click_away(
    client: FlaskClient, session: Session
) -> None:
    cooperation = cooperations.dlz(session)
    home, away = cooperations.town(session, "Jülich"), cooperations.town(session, "Linnich")
    demands.demand(session, cooperation, away, stage="submitted")
    user = make.person(session, home, Role.REQUESTER)
    make.grant(session, user, away, Role.RELEASER)
    session.commit()
    make.log_in(client, user)
    page = client.get("/start").get_data(as_text=True)
    assert "Für Linnich" in page
    form = page.split('action="/organisation"')[-1]
    assert 'name="next" value="/bedarfe/freigabe"' in form
    token = form.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    answer = client.post(
        "/organisation",
        data={"organisation_id": str(away.id), "next": "/bedarfe/freigabe", "csrf_token": token},
    )
    assert answer.headers["Location"] == "/bedarfe/freigabe"


@pytest.mark.parametrize("bad", ["https://elsewhere.example/", "//elsewhere.example", "start"])
def test_switch_never_leads_out_of_the_house(
    client: FlaskClient, session: Session, bad: str
) -> None:
    user = make.person(session, make.organisation(session), Role.REQUESTER)
    session.commit()
    make.log_in(client, user)
    page = client.get("/start").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    organisation_id = str(user.assignments[0].organisation_id)
    data = {"organisation_id": organisation_id, "next": bad, "csrf_token": token}
    assert client.post("/organisation", data=data).headers["Location"] == "/start"


def test_pools_and_tenders_under_way_stand_below_the_tasks(
    app: Flask, session: Session, busy_lead: Organisation
) -> None:
    actor = make.actor(session, busy_lead, Role.COORDINATOR)
    with app.test_request_context():
        groups = running.under_way(session, actor, now=clock.now())
    assert [group.title for group in groups] == ["Bündelungen", "Vergabeverfahren"]
    (published,) = [item for item in groups[1].items if item.next_at]
    assert published.next_word == "Angebote bis"


def test_requester_sees_nothing_that_the_own_town_has_no_part_in(
    app: Flask, session: Session, busy_lead: Organisation
) -> None:
    other = cooperations.town(session, "Niederzier")
    actor = make.actor(session, other, Role.REQUESTER)
    with app.test_request_context():
        groups = running.under_way(session, actor, now=clock.now())
    assert "Bündelungen" not in [group.title for group in groups]


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_empty_start_page_says_what_comes_or_what_to_do(
    client: FlaskClient, session: Session, role: Role
) -> None:
    user = make.person(session, make.organisation(session), role)
    session.commit()
    make.log_in(client, user)
    page = client.get("/start").get_data(as_text=True)
    said = page.split("Zurzeit wartet nichts auf Sie.", 1)[1].split("</p>", 1)[0]
    assert len(said.strip()) > 20


def test_readiness_writes_no_file_for_each_who_asks(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    monkeypatch.setattr(FileStore, "probe", lambda _store: written.append(1))
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.delitem(app.extensions, "vergabe_store_probed", raising=False)
    for _ in range(3):
        assert client.get("/readyz").status_code == 200
    assert len(written) == 1


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told(client: FlaskClient, path: str) -> None:
    assert client.get(path).get_json() == {"status": "ok"}
