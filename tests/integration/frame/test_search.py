"""One search over everything that somebody may see; a reference leads straight to its page."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, demands
from vergabe import clock, ids
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.deadlines.model import Deadline
from vergabe.demands.model import Demand
from vergabe.home import search
from vergabe.messages.model import Message

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

MANY = 10_000
EVERY_ROLE = tuple(role for role in Role if role is not Role.SUPPLIER)


@pytest.fixture
def cooperation(session: Session) -> Cooperation:
    return cooperations.dlz(session)


@pytest.fixture
def lead(session: Session, cooperation: Cooperation) -> Organisation:
    return session.get_one(Organisation, cooperation.lead_organisation_id)


def log_in(client: FlaskClient, user: User) -> FlaskClient:
    """Return a browser of the person's own."""
    fresh = client.application.test_client()
    access.log_in(fresh, user)
    return fresh


def visitor(client: FlaskClient, session: Session, town: Organisation, *roles: Role) -> User:
    user = access.person(session, town, *(roles or EVERY_ROLE))
    session.commit()
    access.log_in(client, user)
    return user


def test_every_word_must_occur_and_each_kind_stands_for_itself(
    client: FlaskClient, session: Session, cooperation: Cooperation, lead: Organisation
) -> None:
    demands.demand(session, cooperation, lead, title="Feuerwehrhelme mit Lampe")
    demands.demand(session, cooperation, lead, title="Feuerwehrstiefel")
    visitor(client, session, lead)
    page = client.get("/suche?q=feuerwehr+LAMPE").text
    assert "Feuerwehrhelme mit Lampe" in page
    assert "Feuerwehrstiefel" not in page
    page = client.get("/suche?q=dlz").text
    assert f'href="/zusammenarbeit/{cooperation.key}"' in page or "Location" in page


@pytest.mark.parametrize(
    "typed", ["übung", "ÜBUNG", "U\u0308bung", "u\u0308bung", "straße", "STRASSE", "Stra\u00dfe"]
)
def test_umlauts_are_found_however_they_are_typed(
    client: FlaskClient,
    session: Session,
    cooperation: Cooperation,
    lead: Organisation,
    typed: str,
) -> None:
    demands.demand(session, cooperation, lead, title="Übungspuppen Straße")
    user = access.person(session, lead, Role.ADMINISTRATOR)
    user.full_name = "Ülkü Übungsstraße"
    visitor(client, session, lead)
    page = client.get("/suche", query_string={"q": typed}).text
    assert "Übungspuppen" in page
    assert "Ülkü" in page


def test_a_reference_typed_exactly_goes_straight_there(
    client: FlaskClient, session: Session, cooperation: Cooperation, lead: Organisation
) -> None:
    demand = demands.demand(session, cooperation, lead, title="Helme")
    visitor(client, session, lead)
    answer = client.get("/suche", query_string={"q": f" {demand.reference.lower()} "})
    assert (answer.status_code, answer.location) == (303, f"/bedarfe/{demand.id}")


def test_nobody_finds_what_they_may_not_see(
    client: FlaskClient, session: Session, cooperation: Cooperation, lead: Organisation
) -> None:
    demand = demands.demand(session, cooperation, lead, title="Geheimnisvolle Helme")
    other = session.scalars(select(Organisation).where(Organisation.id != lead.id)).first()
    assert other is not None
    stranger = access.person(session, access.organisation(session, "Aachen"), *EVERY_ROLE)
    neighbour = access.person(session, other, *EVERY_ROLE)
    auditor = access.person(session, lead, Role.AUDITOR)
    session.commit()
    for user in (None, stranger, neighbour):
        browser = client if user is None else log_in(client, user)
        for words in ("Geheimnisvolle", demand.reference, lead.name):
            answer = browser.get("/suche", query_string={"q": words})
            assert answer.status_code == 200
            assert "Geheimnisvolle Helme" not in answer.text
    browser = log_in(client, auditor)
    page = browser.get("/suche", query_string={"q": auditor.full_name}).text
    assert auditor.email not in page, "people are for administrators"
    assert "Geheimnisvolle Helme" in browser.get("/suche?q=Geheimnis").text


@pytest.mark.parametrize("words", ["", " ", "%", "_", "\0", "x" * 5000, "a " * 500, "'\"<b>", "§"])
def test_odd_words_are_answered(
    client: FlaskClient, session: Session, lead: Organisation, words: str
) -> None:
    visitor(client, session, lead)
    answer = client.get("/suche", query_string={"q": words})
    assert answer.status_code == 200
    assert "<b>" not in answer.text


def test_ten_thousand_rows_of_a_kind_take_no_more_statements_than_one(
    client: FlaskClient,
    session: Session,
    cooperation: Cooperation,
    lead: Organisation,
    count_queries: Callable[[], int],
) -> None:
    demands.demand(session, cooperation, lead, title="Helme")
    user = visitor(client, session, lead)
    client.get("/suche?q=Helme")
    count_queries()
    assert client.get("/suche?q=Helme").status_code == 200
    few = count_queries()
    _many(session, cooperation, lead, user)
    count_queries()
    began = clock.read()
    page = client.get("/suche?q=Helme").text
    took = (clock.read() - began).total_seconds()
    assert count_queries() == few
    assert page.count("Helme Nr.") == 18
    assert "Es gibt mehr Treffer" in page
    assert few <= 30
    assert took < 2, "a search of a person, on a busy machine"


def _many(session: Session, cooperation: Cooperation, lead: Organisation, user: User) -> None:
    first = session.scalars(select(Demand)).one()
    now = clock.now()
    skip = {"id", "reference", "title", "search_text", "external_reference", "title_order"}
    same = {
        column.key: getattr(first, column.key)
        for column in Demand.__mapper__.column_attrs
        if column.key not in skip and not column.columns[0].computed
    }
    session.execute(
        insert(Demand),
        [
            {
                **same,
                "id": ids.new_id(),
                "reference": f"DLZ-B-9-{number}",
                "title": f"Helme Nr. {number}",
                "search_text": f"helme nr. {number}",
            }
            for number in range(MANY)
        ],
    )
    session.execute(
        insert(Deadline),
        [
            {
                "id": ids.new_id(),
                "subject_kind": "tender",
                "subject_id": ids.new_id(),
                "subject_reference": f"V-{number}",
                "cooperation_id": cooperation.id,
                "organisation_id": lead.id,
                "kind": "submission",
                "title": f"Helme Nr. {number}",
                "due_at": now,
                "source": "person",
                "calculation": {},
                "created_at": now,
            }
            for number in range(MANY)
        ],
    )
    session.execute(
        insert(Message),
        [
            {
                "id": ids.new_id(),
                "dedupe_key": f"k{number}",
                "kind": "note",
                "user_id": user.id,
                "subject": f"Helme Nr. {number}",
                "body": "",
                "delivered_at": now,
                "content_sha256": "0" * 64,
            }
            for number in range(MANY)
        ],
    )
    session.commit()


def test_words_are_sought_in_the_latest_and_a_reference_in_all(
    client: FlaskClient,
    session: Session,
    cooperation: Cooperation,
    lead: Organisation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = (demands.demand(session, cooperation, lead, title=f"Helme {n}") for n in (1, 2))
    visitor(client, session, lead)
    monkeypatch.setattr(search, "LOOKED_THROUGH", 1)
    page = client.get("/suche?q=helme").text
    assert (new.title in page, old.title in page) == (True, False)
    assert "die 1 neuesten Einträge" in page
    assert client.get("/suche", query_string={"q": old.reference}).status_code == 303
