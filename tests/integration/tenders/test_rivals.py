"""Two officers at once, with true connections: one wins, nothing is lost, nothing doubled."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.factories import access, cooperations, demands
from tests.factories import tenders as factory
from tests.integration.test_rivals import Request, at_once
from vergabe.access.permissions import Role
from vergabe.db import reading, unit_of_work
from vergabe.tenders.model import Tender


def test_two_officers_draft_from_one_pool_and_get_the_same_tender(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        cooperation = cooperations.dlz(session)
        lead = cooperations.town(session, "Merzenich")
        asked = [
            demands.demand(session, cooperation, cooperations.town(session, town))
            for town in factory.THREE_TOWNS
        ]
        pool_id = factory.binding_pool(session, cooperation, asked).id
        people = [access.person(session, lead, Role.PROCUREMENT_OFFICER) for _ in range(2)]
        headers = [access.bearer(session, person, lead) for person in people]

    def draft(who: dict[str, str]) -> Request:
        return lambda client: client.post(
            "/api/v1/tenders", json={"pool_id": str(pool_id)}, headers=who
        )

    answers = at_once(own_app, *map(draft, headers))
    assert [answer.status_code for answer in answers] == [201, 201], [a.text for a in answers]
    assert answers[0].json["id"] == answers[1].json["id"]
    with own_app.app_context(), reading() as session:
        assert session.scalar(select(func.count(Tender.id))) == 1


def test_two_officers_cut_and_rename_at_once_and_the_later_is_told(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        tender = factory.draft(session)
        lead = cooperations.town(session, "Merzenich")
        people = [access.person(session, lead, Role.PROCUREMENT_OFFICER) for _ in range(2)]
        headers = [access.bearer(session, person, lead) for person in people]
        address, seen = f"/api/v1/tenders/{tender.id}", {"If-Match": f'"{tender.version}"'}

    def cut(client: FlaskClient) -> object:
        body = {"split": "member"}
        return client.post(f"{address}/lots/cut", json=body, headers=headers[0] | seen)

    def rename(client: FlaskClient) -> object:
        return client.patch(address, json={"title": "Neu"}, headers=headers[1] | seen)

    answers = at_once(own_app, cut, rename)
    assert sorted(a.status_code for a in answers) == [200, 412], [a.text for a in answers]
    with own_app.app_context(), reading() as session:
        found = session.scalars(select(Tender)).one()
        is_cut, is_renamed = len(found.lots) == 3, found.title == "Neu"
        assert is_cut is not is_renamed
        assert sum(lot.estimated_value_net_cents for lot in found.lots) == 135_000_000
