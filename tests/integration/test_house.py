import datetime as dt
import uuid
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from vergabe import outbox
from vergabe.access.actor import Actor
from vergabe.audit import queries, service
from vergabe.audit.model import RecordEntry
from vergabe.audit.service import Act
from vergabe.db import unit_of_work
from vergabe.events import Event
from vergabe.outbox import OutboxRow

NOW = dt.datetime(2026, 11, 23, 11, tzinfo=dt.UTC)
OPERATOR = Actor.operator("Test")


@dataclass(frozen=True)
class LampLit(Event):
    name = "test.lamp_lit"
    lamp_id: uuid.UUID
    at: dt.datetime
    days: tuple[dt.date, ...] = ()


def test_record_entries_form_a_chain_that_verifies(session: Session) -> None:
    stream = service.stream_of("test", uuid.uuid4())
    for number in range(3):
        act = Act("tested", "test", None, f"Schritt {number}", details={"number": number})
        service.append(session, stream, OPERATOR, act, now=NOW)
    assert [entry.sequence for entry in queries.entries(session, stream)] == [1, 2, 3]
    assert queries.breaks(session, stream) == []


def test_record_entry_cannot_be_changed_in_the_database(session: Session) -> None:
    stream = service.stream_of("test", uuid.uuid4())
    service.append(session, stream, OPERATOR, Act("tested", "test", None, "Schritt"), now=NOW)
    session.flush()
    with pytest.raises(DBAPIError, match="append only"), session.begin_nested():
        session.execute(text("UPDATE record_entry SET summary = 'anders'"))
    with pytest.raises(DBAPIError, match="append only"), session.begin_nested():
        session.execute(text("DELETE FROM record_entry"))


def test_missing_end_of_a_chain_is_noticed(session: Session) -> None:
    stream = service.stream_of("test", uuid.uuid4())
    service.append(session, stream, OPERATOR, Act("tested", "test", None, "Schritt"), now=NOW)
    session.execute(
        text("UPDATE record_chain SET last_sequence = 2 WHERE stream = :s"), {"s": stream}
    )
    session.expire_all()
    assert any("fehlen" in sentence for sentence in queries.breaks(session, stream))


def test_event_survives_the_outbox(session: Session) -> None:
    event = LampLit(uuid.uuid4(), NOW, (NOW.date(),))
    outbox.emit(session, event, now=NOW)
    row = session.scalars(select(OutboxRow)).one()
    assert Event.known[row.name].from_payload(row.payload) == event


def test_leased_row_is_not_given_out_twice_and_returns_after_its_lease(session: Session) -> None:
    outbox.put(session, "event", "x", "key", {}, now=NOW)
    assert len(outbox.lease(session, ["event"], now=NOW)) == 1
    assert outbox.lease(session, ["event"], now=NOW) == []
    assert len(outbox.lease(session, ["event"], now=NOW + outbox.LEASE)) == 1


def test_failing_row_is_set_aside_after_the_last_attempt(session: Session) -> None:
    outbox.put(session, "event", "x", "key", {}, now=NOW)
    at = NOW
    for _ in range(outbox.MAX_ATTEMPTS):
        (row,) = outbox.lease(session, ["event"], now=at)
        is_final = outbox.mark_failed(
            session, row.id, "kaputt", now=at, leased_until=at + outbox.LEASE
        )
        at += dt.timedelta(days=1)
    assert is_final
    assert session.get_one(OutboxRow, row.id).state == "failed"


def test_failed_unit_of_work_stores_nothing(app: Flask) -> None:
    stream = service.stream_of("test", uuid.uuid4())

    def fail() -> None:
        with unit_of_work() as session:
            service.append(session, stream, OPERATOR, Act("t", "test", None, "x"), now=NOW)
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fail()
    with unit_of_work() as session:
        assert session.scalars(select(RecordEntry)).all() == []
