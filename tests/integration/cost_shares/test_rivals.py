"""Two bookkeepers at once, with true connections."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.factories import access, cooperations, cost_shares
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cost_shares.model import LedgerEntry
from vergabe.db import reading, unit_of_work

LEDGER = "/api/v1/cooperations/dlz/ledger"
ADVANCE: dict[str, Any] = {
    "category": "publication",
    "text": "Bekanntmachung",
    "document": "R 1",
    "document_on": "2026-11-20",
    "supplied_on": "2026-11-20",
    "net": {"amount_cents": 100_00, "currency": "EUR"},
    "vat": {"amount_cents": 0, "currency": "EUR"},
    "vat_status": {"ground": "long_term_cooperation"},
}
Request = Callable[[FlaskClient], TestResponse]


def at_once(app: Flask, *requests: Request) -> list[TestResponse]:
    start, answers = threading.Barrier(len(requests)), {}

    def send(place: int, request: Request) -> None:
        client = app.test_client()
        start.wait(timeout=120)
        answers[place] = request(client)

    threads = [threading.Thread(target=send, args=pair) for pair in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return [answers[place] for place in sorted(answers)]


def test_two_bookkeepers_demand_at_once_and_each_share_is_demanded_once(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        pool = cost_shares.project(session)
        lead = session.get_one(Organisation, pool.cooperation.lead_organisation_id)
        people = [access.person(session, lead, Role.RELEASER) for _ in range(2)]
        first, second = [access.bearer(session, person, lead) for person in people]
        address, member = (
            f"/api/v1/pools/{pool.id}/advances",
            cooperations.town(session, "Jülich").id,
        )

    def book(headers: dict[str, str]) -> Request:
        return lambda client: client.post(address, headers=headers, json=ADVANCE)

    answers = at_once(own_app, book(first), book(second), book(first), book(second))
    assert [a.status_code for a in answers] == [201] * 4, [a.text for a in answers]
    assert sorted(a.get_json()["number"] for a in answers) == [1, 2, 3, 4]

    def demand(headers: dict[str, str]) -> Request:
        body = {"organisation_id": str(member)}
        return lambda client: client.post(f"{LEDGER}/demands", headers=headers, json=body)

    answers = at_once(own_app, demand(first), demand(second))
    assert sorted(a.status_code for a in answers) == [201, 409], [a.text for a in answers]

    def pay(headers: dict[str, str]) -> Request:
        amount = {"amount_cents": 1_00, "currency": "EUR"}
        paid = {"amount": amount, "paid_on": "2026-11-21", "document": "Auszug"}
        key = headers | {"Idempotency-Key": "zahlung"}
        where = f"{LEDGER}/members/{member}/payments"
        return lambda client: client.post(where, headers=key, json=paid)

    # The same person sends the same payment twice at the same instant.
    answers = at_once(own_app, pay(first), pay(first))
    assert len({a.get_json()["id"] for a in answers}) == 1, [a.text for a in answers]
    with own_app.app_context(), reading() as session:
        kinds = session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.number)).all()
        assert kinds == ["advance"] * 4 + ["demand", "payment"]
