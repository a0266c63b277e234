"""What the JSON API reads by columns is what entities and schemas say of the same rows."""

import datetime as dt
import uuid
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, tenders
from tests.factories import demands as demand_factory
from vergabe.access.permissions import Role
from vergabe.demands import presenting
from vergabe.demands.model import Demand
from vergabe.demands.schema import DemandHeadSchema, DemandSchema
from vergabe.tenders.model import Tender
from vergabe.tenders.schema import TenderHeadSchema


def asked(session: Session, client: FlaskClient, path: str) -> list[dict[str, Any]]:
    lead = cooperations.town(session, "Merzenich")
    person = access.person(session, lead, Role.PROCUREMENT_OFFICER, Role.REQUESTER)
    answer = client.get(f"/api/v1{path}", headers=access.bearer(session, person, lead))
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert set(answer.json) == {"items", "next_cursor"}
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_tenders_are_listed_as_their_schema_says(session: Session, client: FlaskClient) -> None:
    with_deadline = tenders.draft(session)
    with_deadline.submission_deadline = dt.datetime(2027, 2, 1, 10, 30, 0, 250, tzinfo=dt.UTC)
    session.flush()
    listed = asked(session, client, "/tenders?limit=100")
    schema = TenderHeadSchema()
    by_schema = [
        schema.dump(
            {
                name: getattr(each, name)
                for name in schema.dump_fields
                if name != "estimated_value_net"
            }
            | {
                "estimated_value_net": {
                    "amount_cents": each.estimated_value_net_cents,
                    "currency": "EUR",
                }
            }
        )
        for each in session.scalars(select(Tender).order_by(Tender.id.desc()))
    ]
    assert listed == by_schema
    assert listed[0]["submission_deadline"] == "2027-02-01T10:30:00.000250Z"


def test_demands_are_listed_as_their_schema_says(session: Session, client: FlaskClient) -> None:
    cooperation = cooperations.dlz(session)
    lead = cooperations.town(session, "Merzenich")
    whole = demand_factory.demand(session, cooperation, lead)
    bare = demand_factory.demand(session, cooperation, lead, items=())
    bare.value_net_cents = bare.needed_from = bare.needed_until = None
    whole.needed_from = dt.date(2027, 4, 1)
    session.flush()
    listed = asked(session, client, "/demands?limit=100")
    found = session.scalars(select(Demand).order_by(Demand.id.desc()))
    by_schema = [DemandHeadSchema().dump(presenting.head(each)) for each in found]
    assert listed == by_schema
    assert {each["value_net"] is None for each in listed} == {True, False}


def test_a_demand_reads_alike_new_by_columns_and_by_its_entity(
    session: Session, client: FlaskClient
) -> None:
    cooperation = cooperations.dlz(session)
    lead = cooperations.town(session, "Merzenich")
    person = access.person(session, lead, Role.REQUESTER)
    headers = access.bearer(session, person, lead)
    body = {
        "cooperation_id": str(cooperation.id),
        "area_id": str(demand_factory.area_of(session, cooperation).id),
        "title": "Recyclingpapier",
        "description": "",
        "cpv_main": "30197630",
        "cpv_additional": ["30197640-4"],
        "needed_from": "2027-04-01",
        "estimated_value_net": {"amount_cents": 90_000, "currency": "EUR"},
        "items": [
            {
                "text": "Format A4",
                "quantity": 5,
                "unit_price_net": {"amount_cents": 450, "currency": "EUR"},
            },
            {"text": "Format A3", "quantity": "2.5", "unit_code": "H87"},
            {"text": "Nach Bedarf"},
        ],
    }
    made = client.post("/api/v1/demands", json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert made.json is not None
    read = client.get(f"/api/v1/demands/{made.json['id']}", headers=headers)
    assert read.json == made.json
    assert read.headers["ETag"] == made.headers["ETag"]
    entity = session.get_one(Demand, uuid.UUID(made.json["id"]))
    assert DemandSchema().dump(presenting.full(entity, entity.items)) == made.json
