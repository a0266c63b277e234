"""Outbox rows that kill or break their worker: none is lost, none holds up the others."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from vergabe import clock, flow, outbox, worker
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
