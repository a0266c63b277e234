"""The requests of the JSON API that come most often send no more statements than they do today."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, tenders
from tests.factories import demands as demand_factory
from vergabe.access.permissions import Role
from vergabe.web.quick_json import QuickJson

# Of the tests' own connection, in which a commit is a savepoint.
SAVEPOINTS = 2
LINES = [{"text": f"Format {number}", "quantity": 5, "unit_code": "H87"} for number in range(1, 20)]


@pytest.fixture
def place(session: Session, client: FlaskClient) -> dict[str, Any]:
    """Ids of a tender and a demand, and the headers of a town that sees both."""
    tender = tenders.draft(session)
    lead = cooperations.town(session, "Merzenich")
    person = access.person(session, lead, Role.PROCUREMENT_OFFICER, Role.REQUESTER)
    demand = demand_factory.demand(session, tender.cooperation, lead)
    return {
        "tender": tender.id,
        "demand": demand.id,
        "cooperation": str(tender.cooperation_id),
        "area": str(demand.area_id),
        "headers": access.bearer(session, person, lead),
    }


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/tenders/{tender}", 4),
        ("/tenders?limit=100", 3),
        ("/demands/{demand}", 3),
        ("/demands?limit=100", 2),
    ],
)
def test_a_get_sends_few_statements(
    client: FlaskClient,
    place: dict[str, Any],
    count_queries: Callable[[], int],
    address: str,
    most: int,
) -> None:
    count_queries()
    answer = client.get(f"/api/v1{address.format(**place)}", headers=place["headers"])
    assert answer.status_code == 200
    assert count_queries() <= most + SAVEPOINTS


def test_answers_are_written_by_the_quick_writer(app: Flask) -> None:
    """The login puts a provider of its own on top of ours: it must stand on ours."""
    assert isinstance(app.json, QuickJson)


def test_a_new_demand_sends_few_statements_however_many_lines_it_has(
    client: FlaskClient,
    session: Session,
    place: dict[str, Any],
    count_queries: Callable[[], int],
) -> None:
    # PostgreSQL moves the head of the chain and inserts its entry in one.
    most = 7 if session.get_bind().dialect.name == "postgresql" else 8
    body = {
        "cooperation_id": place["cooperation"],
        "area_id": place["area"],
        "title": "Recyclingpapier",
        "cpv_main": "30197630",
        "items": LINES,
    }
    made = client.post("/api/v1/demands", json=body, headers=place["headers"])
    assert made.status_code == 201, "the chain of the record is there now"
    count_queries()
    again = client.post("/api/v1/demands", json=body, headers=place["headers"])
    assert again.status_code == 201
    assert count_queries() <= most + SAVEPOINTS
