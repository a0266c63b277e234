"""Two people at once, with true connections: one wins, the other gets a German sentence."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.factories import access, cooperations, demands, pools, suppliers, tenders
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.db import Base, reading, unit_of_work
from vergabe.demands.model import Demand
from vergabe.enquiries.model import Enquiry
from vergabe.files import current
from vergabe.notices.model import Notice
from vergabe.pools.model import Joining

Request = Callable[[FlaskClient], TestResponse]


def at_once(app: Flask, *requests: Request) -> list[TestResponse]:
    """Send requests from threads of their own that start together; return their answers."""
    start = threading.Barrier(len(requests))
    answers: dict[int, TestResponse] = {}

    def send(place: int, request: Request) -> None:
        client = app.test_client()
        start.wait(timeout=120)
        answers[place] = request(client)

    threads = [threading.Thread(target=send, args=pair) for pair in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == len(requests)
    return [answers[place] for place in sorted(answers)]


def count(app: Flask, model: type[Base]) -> int:
    with app.app_context(), reading() as session:
        return int(session.scalar(select(func.count()).select_from(model)) or 0)


def test_two_officers_publish_at_once_and_one_notice_appears(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        tender = tenders.ready(session, current.store())
        lead = session.get_one(Organisation, tender.lead_organisation_id)
        people = [access.person(session, lead, Role.PROCUREMENT_OFFICER) for _ in range(2)]
        headers = [access.bearer(session, person, lead) for person in people]
        address = f"/api/v1/tenders/{tender.id}/publication"
        seen = {"If-Match": f'"{tender.version}"'}

    def publish(who: dict[str, str]) -> Request:
        return lambda client: client.post(address, headers=who | seen)

    answers = at_once(own_app, *map(publish, headers))
    assert sorted(a.status_code for a in answers)[0] == 201, [a.text for a in answers]
    (refused,) = [a for a in answers if a.status_code != 201]
    assert refused.status_code in (409, 412)
    assert refused.get_json()["detail"].endswith(".")
    assert count(own_app, Notice) == 1


def test_the_same_question_sent_twice_at_once_is_one(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        tender = tenders.published(session, current.store())
        firm = suppliers.supplier(session, cpv=[])
        headers = access.bearer(session, suppliers.supplier_person(session, firm), firm)
        address = f"/api/v1/notices/{tender.reference}/questions"

    def ask(client: FlaskClient) -> TestResponse:
        return client.post(address, headers=headers, json={"text": "Gehört das Zubehör dazu?"})

    answers = at_once(own_app, *[ask] * 4)
    assert [a.status_code for a in answers] == [201] * 4, [a.text for a in answers]
    assert len({a.get_json()["id"] for a in answers}) == 1
    assert count(own_app, Enquiry) == 1


def test_two_members_join_at_once_and_both_are_bound(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        cooperation, wanted = pools.towns_with_engines(session, ("Merzenich", "Jülich"))
        pool = pools.joining_pool(session, cooperation, wanted)
        address = f"/api/v1/pools/{pool.id}/join"
        sent = []
        for demand in wanted:
            town = session.get_one(Organisation, demand.organisation_id)
            person = access.person(session, town, Role.RELEASER, Role.PROCUREMENT_OFFICER)
            lines = [{"line_id": str(i.id), "quantity": str(i.quantity)} for i in demand.items]
            body = {"quantities": lines, "mandate_reference": pools.MANDATE}
            sent.append((access.bearer(session, person, town), body))

    def join(headers: dict[str, str], body: dict[str, Any]) -> Request:
        return lambda client: client.post(address, headers=headers, json=body)

    answers = at_once(own_app, *(join(*one) for one in sent))
    assert [a.status_code < 300 for a in answers] == [True, True], [a.text for a in answers]
    assert count(own_app, Joining) == 2


def test_the_same_idempotency_key_at_once_makes_one_demand(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        cooperation = cooperations.dlz(session)
        town = session.get_one(Organisation, cooperation.lead_organisation_id)
        person = access.person(session, town, Role.REQUESTER)
        headers = access.bearer(session, person, town) | {"Idempotency-Key": "einmal"}
        body = {
            "cooperation_id": str(cooperation.id),
            "area_id": str(demands.area_of(session, cooperation).id),
            "title": "Löschfahrzeug",
            "cpv_main": "34144210",
        }

    def create(client: FlaskClient) -> TestResponse:
        return client.post("/api/v1/demands", headers=headers, json=body)

    answers = at_once(own_app, create, create, create)
    assert [a.status_code for a in answers] == [201] * 3, [a.text for a in answers]
    assert len({a.get_json()["id"] for a in answers}) == 1
    assert sum("Idempotency-Replayed" in a.headers for a in answers) == 2
    assert count(own_app, Demand) == 1


def test_the_same_publication_at_once_is_told_of_its_success_each_time(own_app: Flask) -> None:
    """Whoever heard nothing for a while sends the same again, while the first is at work."""
    with own_app.app_context(), unit_of_work() as session:
        tender = tenders.ready(session, current.store())
        lead = session.get_one(Organisation, tender.lead_organisation_id)
        person = access.person(session, lead, Role.PROCUREMENT_OFFICER)
        address = f"/api/v1/tenders/{tender.id}/publication"
        headers = access.bearer(session, person, lead) | {
            "If-Match": f'"{tender.version}"',
            "Idempotency-Key": "einmal",
        }

    def publish(client: FlaskClient) -> TestResponse:
        return client.post(address, headers=headers)

    answers = at_once(own_app, publish, publish, publish)
    assert [a.status_code for a in answers] == [201] * 3, [a.text for a in answers]
    assert len({a.text for a in answers}) == 1
    assert count(own_app, Notice) == 1
