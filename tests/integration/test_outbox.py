"""Outbox rows that kill or break their worker: none is lost, none holds up the others."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests import query_plans
from tests.conftest import MovableClock
from vergabe import clock, flow, outbox, worker
from vergabe.db import db
from vergabe.outbox import LEASE, MAX_ATTEMPTS, SUSPICIOUS_ATTEMPTS, OutboxRow

SECOND = dt.timedelta(seconds=1)


def put(session: Session, *names: str) -> None:
    for name in names:
        outbox.put(session, "test", name, name, {}, now=clock.now())


def lease_that_runs_out(session: Session, now: dt.datetime) -> tuple[list[str], dt.datetime]:
    leased = [row.name for row in outbox.lease(session, ["test"], now=now)]
    return leased, now + LEASE + SECOND


def test_rows_of_a_dead_worker_come_back_and_then_one_at_a_time(session: Session) -> None:
    put(session, "first", "second", "third")
    now = clock.now()
    for _ in range(SUSPICIOUS_ATTEMPTS):
        leased, now = lease_that_runs_out(session, now)
        assert set(leased) == {"first", "second", "third"}
    leased, _ = lease_that_runs_out(session, now)
    assert len(leased) == 1
    beside, _ = lease_that_runs_out(session, now)
    assert len(beside) == 1
    assert beside != leased


def test_row_that_always_kills_its_worker_is_set_aside_and_the_others_are_done(
    session: Session,
) -> None:
    put(session, "killer", "second", "third")
    now, done = clock.now(), set()
    for _ in range(3 * MAX_ATTEMPTS):
        rows = outbox.lease(session, ["test"], now=now)
        for row in rows:
            if row.name == "killer":
                break
            outbox.mark_done(session, row.id, now=now)
            done.add(row.name)
        session.expire_all()
        now += LEASE + SECOND
    killer = session.scalars(select(OutboxRow).where(OutboxRow.name == "killer")).one()
    assert (killer.state, killer.attempts) == ("failed", MAX_ATTEMPTS)
    assert done == {"second", "third"}


def test_handler_with_an_unforeseen_error_does_not_stop_the_ones_behind_it(
    app: Flask, session: Session, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def react(_session: Session, name: str, *_: object, **__: object) -> None:
        if name == "broken":
            raise AttributeError("nobody foresaw this")
        done.append(name)

    monkeypatch.setattr(flow, "react", react)
    payload = {"event": "x", "event_id": "00000000-0000-0000-0000-000000000007", "payload": {}}
    for name in ("broken", "whole"):
        outbox.put(session, "reaction", name, name, payload, now=clock.now())
    session.commit()
    worker.deliver_events(app)
    states = dict(session.execute(select(OutboxRow.name, OutboxRow.state)).all())
    assert done == ["whole"]
    assert states == {"broken": "waiting", "whole": "done"}


def test_row_that_failed_after_its_lease_stays_with_whoever_has_taken_it_since(
    app: Flask, session: Session, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def react(*_: object, **__: object) -> None:
        moving_clock.pass_(seconds=LEASE.total_seconds() + 1)
        raise AttributeError("late")

    def while_another_takes_it(_error: Exception) -> str:
        assert len(outbox.lease(db.session(), ["reaction"], now=clock.now())) == 1
        return "late"

    monkeypatch.setattr(flow, "react", react)
    monkeypatch.setattr(worker, "_reason", while_another_takes_it)
    payload = {"event": "x", "event_id": "00000000-0000-0000-0000-000000000007", "payload": {}}
    outbox.put(session, "reaction", "slow", "slow", payload, now=clock.now())
    session.commit()
    worker.deliver_events(app)
    row = session.scalars(select(OutboxRow)).one()
    assert row.leased_until is not None
    assert row.leased_until > clock.now()


@pytest.mark.postgres
def test_lease_looks_at_no_more_rows_than_it_takes_however_many_were_just_written(
    session: Session,
) -> None:
    # Statistics know of done rows alone: so it is after every large fan-out.
    put(session, *(f"done {number}" for number in range(100)))
    session.execute(update(OutboxRow).values(state="done", done_at=clock.now()))
    session.execute(text("ANALYZE outbox"))
    rows = [(f"{number}", f"{number}", {"lane": f"{number}"}) for number in range(400)]
    outbox.put_many(session, "test", rows, now=clock.now(), lane_of=lambda payload: payload["lane"])
    with query_plans.listening(db.engine) as listener:
        assert len(outbox.lease(session, ["test"], now=clock.now(), limit=10)) == 10
    session.execute(update(OutboxRow).values(leased_until=None))
    first = list(listener.statements.values())[:1]
    assert [str(scan) for scan in query_plans.long_reads(session.connection(), first, 50)] == []
