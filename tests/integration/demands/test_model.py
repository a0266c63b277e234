import threading
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import cooperations, demands
from vergabe import ids
from vergabe.db import unit_of_work
from vergabe.demands.model import CallAnswer, CallForDemands, Demand, DemandItem, ReferenceCounter
from vergabe.demands.references import demand_reference, next_reference, next_references


def refused(session: Session, statement: Any) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(statement)


@pytest.mark.parametrize(
    "values",
    [
        {"stage": "erfunden"},
        {"nature": "erfunden"},
        {"estimated_value_net_cents": 0},
        {"value_net_cents": -1},
        {"released_net_cents": 0},
        {"currency": "EU"},
        {"needed_from": NOON.date().replace(year=2030), "needed_until": NOON.date()},
        {"submitted_at": None},
        {"released_at": None},
    ],
    ids=lambda values: next(iter(values)),
)
def test_database_itself_refuses_an_impossible_demand(
    session: Session, values: dict[str, Any]
) -> None:
    demand = demands.demand(
        session, cooperations.dlz(session), cooperations.town(session, "Jülich")
    )
    refused(session, update(Demand).where(Demand.id == demand.id).values(**values))


@pytest.mark.parametrize(
    "values",
    [{"quantity": Decimal(0)}, {"unit_price_net_cents": -1}, {"unit_code": None}, {"text": None}],
    ids=lambda values: next(iter(values)),
)
def test_database_itself_refuses_an_impossible_line(
    session: Session, values: dict[str, Any]
) -> None:
    demand = demands.demand(
        session, cooperations.dlz(session), cooperations.town(session, "Jülich")
    )
    refused(session, update(DemandItem).where(DemandItem.demand_id == demand.id).values(**values))


def test_numbers_and_answers_exist_once(session: Session) -> None:
    dlz, town = cooperations.dlz(session), cooperations.town(session, "Jülich")
    one, two = (demands.demand(session, dlz, town, external_reference=name) for name in "ab")
    for values in ({"reference": one.reference}, {"external_reference": "a"}):
        refused(session, update(Demand).where(Demand.id == two.id).values(**values))
    call = demands.call(session, dlz)
    closing = update(CallForDemands).where(CallForDemands.id == call.id)
    refused(session, closing.values(closes_at=call.opens_at))
    answer = {"call_id": call.id, "organisation_id": town.id, "note": "", "answered_at": NOON}
    session.add(CallAnswer(**answer))
    session.flush()
    refused(session, insert(CallAnswer).values(id=ids.new_id(), **answer))


def test_blocks_of_numbers_follow_each_other(session: Session) -> None:
    assert next_reference(session, "B-X", 2026) == 1
    assert next_references(session, "B-X", 2026, 10) == range(2, 12)
    assert next_reference(session, "B-X", 2026) == 12
    assert next_reference(session, "B-X", 2027) == 1
    assert demand_reference("DLZ", 2026, 12) == "B-DLZ-2026-00012"
    assert demand_reference("DLZ", 2026, 123_456) == "B-DLZ-2026-123456"
    with pytest.raises(ValueError, match="at least 1"):
        next_references(session, "B-X", 2026, 0)


def test_rivals_never_get_the_same_number(session_app: Flask) -> None:
    given: list[int] = []

    def take() -> None:
        for _ in range(10):
            with session_app.app_context(), unit_of_work() as session:
                given.append(next_reference(session, "RIVALS", 2026))

    threads = [threading.Thread(target=take) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(given) == list(range(1, 41))
    finally:
        with session_app.app_context(), unit_of_work() as session:
            session.execute(delete(ReferenceCounter).where(ReferenceCounter.prefix == "RIVALS"))
