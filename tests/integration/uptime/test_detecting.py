"""Outages are found in the signs of life, once, with what proves them."""

import contextvars
import datetime as dt
import sqlite3

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import create_engine, delete, insert, select
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from tests.conftest import NOON, MovableClock
from tests.factories import outages as make
from vergabe import clock
from vergabe.audit import queries as audit
from vergabe.db import db
from vergabe.uptime import detecting, guard, recording, watching
from vergabe.uptime.model import FaultMinute, Heartbeat, Outage
from vergabe.uptime.rules import minute_of, start_of

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def found(session: Session) -> list[Outage]:
    return list(session.scalars(select(Outage).order_by(Outage.began_at)))


def test_a_time_in_which_no_web_process_signed_is_an_outage_once(
    session: Session, moving_clock: MovableClock
) -> None:
    now = moving_clock.at(NOON)
    gap = (now - 3 * HOUR, now - 2 * HOUR)
    make.signed_between(session, now - 5 * HOUR, now, without=gap)
    make.signed_between(session, now - 5 * HOUR, now, kind="worker")
    assert detecting.detect(session, now=now) == 1
    assert detecting.detect(session, now=now) == 0
    (outage,) = found(session)
    assert (outage.cause, outage.organisation_id, outage.examined_at) == ("silence", None, None)
    assert (outage.began_at, outage.ended_at) == (gap[0] - MINUTE, gap[1] + MINUTE)
    assert outage.evidence["minutes_without_sign"] == 60
    assert outage.evidence["worker_signed"] is True
    kept = [entry.action for entry in audit.entries(session, recording.STREAM)]
    assert kept == ["outage_found", "signs_sealed"]


def test_an_outage_that_goes_on_ends_with_the_next_sign(
    session: Session, moving_clock: MovableClock
) -> None:
    began = clock.now()
    make.signed_between(session, began - HOUR, began)
    now = moving_clock.pass_(minutes=20)
    assert detecting.has_news(session, now=now)
    assert detecting.detect(session, now=now) == 1
    assert found(session)[0].ended_at is None
    now = moving_clock.pass_(minutes=20)
    make.signed_between(session, now, now)
    now = moving_clock.pass_(minutes=5)
    make.signed_between(session, now - 4 * MINUTE, now)
    assert detecting.detect(session, now=now) == 1
    (outage,) = found(session)
    assert outage.ended_at is not None
    assert outage.ended_at - outage.began_at >= 40 * MINUTE


def gone_quiet(
    session: Session, moving_clock: MovableClock, *, minutes: int
) -> tuple[dt.datetime, dt.datetime]:
    """Let an outage be found that goes on; return when it began and the present instant."""
    began = moving_clock.at(NOON)
    make.signed_between(session, began - HOUR, began)
    now = moving_clock.at(NOON + minutes * MINUTE)
    assert detecting.detect(session, now=now) == 1
    return began, now


def test_an_outage_that_goes_on_ends_although_a_sign_from_within_it_came_late(
    session: Session, moving_clock: MovableClock
) -> None:
    began, now = gone_quiet(session, moving_clock, minutes=20)
    # The machine stood still in the middle of a sign, and goes on with it.
    make.signed_between(session, began + MINUTE, began + MINUTE)
    make.signed_between(session, now, now + 5 * MINUTE)
    detecting.detect(session, now=moving_clock.pass_(minutes=5))
    (outage,) = found(session)
    assert (outage.began_at, outage.ended_at) == (began + MINUTE, now + MINUTE)


def test_an_outage_of_which_every_minute_was_signed_late_ends_as_well(
    session: Session, moving_clock: MovableClock
) -> None:
    began, now = gone_quiet(session, moving_clock, minutes=4)
    make.signed_between(session, began + MINUTE, now)
    detecting.detect(session, now=moving_clock.pass_(minutes=1))
    (outage,) = found(session)
    assert (outage.began_at, outage.ended_at) == (began, began + 2 * MINUTE)


def test_the_first_signs_of_all_are_no_outage(session: Session, moving_clock: MovableClock) -> None:
    now = clock.now()
    assert not detecting.has_news(session, now=now)
    assert detecting.detect(session, now=now) == 0
    make.signed_between(session, now, now)
    assert detecting.detect(session, now=now) == 0


def test_errors_told_late_are_one_outage_that_grows(
    session: Session, moving_clock: MovableClock
) -> None:
    now = clock.now()
    make.signed_between(session, now - HOUR, now)
    base = minute_of(now) - 30
    rows = [
        {
            "minute": base + step,
            "process": "web-1:7",
            "what": "http",
            "request_count": 10,
            "failure_count": 9,
        }
        for step in (2, 3, 4)
    ]
    session.execute(insert(FaultMinute), rows)
    assert detecting.detect(session, now=now) == 1
    session.execute(
        insert(FaultMinute),
        [{**rows[0], "minute": base, "what": "database", "process": "web-2:9"}],
    )
    assert detecting.detect(session, now=now) == 1
    (outage,) = found(session)
    assert outage.cause == "faults"
    assert (outage.began_at, outage.ended_at) == (start_of(base), start_of(base + 5))
    assert outage.evidence["failures"] == 27
    assert outage.evidence["what"] == ["database", "http"]


def test_signs_cannot_be_changed_or_taken_away(session: Session) -> None:
    make.signs(session, "web", [1])
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(delete(Heartbeat))


def test_a_process_signs_each_minute_once_and_tells_later_what_failed(
    own_app: Flask, moving_clock: MovableClock
) -> None:
    watch = watching.Watch(own_app, "web")
    assert watch.look()
    watch.count_answer(200, now=clock.now())
    watch.count_answer(503, now=clock.now())
    assert watch.look()
    moving_clock.pass_(minutes=1)
    assert watch.look(is_paused=True)
    with own_app.app_context():
        session = db.session()
        signs = session.execute(select(Heartbeat.kind).order_by(Heartbeat.minute)).scalars().all()
        assert signs == ["web", "pause"]
        (fault,) = session.scalars(select(FaultMinute))
        assert (fault.what, fault.request_count, fault.failure_count) == ("http", 2, 1)


def test_an_answer_that_took_long_fails_in_the_minute_in_which_it_goes_out(
    own_app: Flask, moving_clock: MovableClock
) -> None:
    watch = watching.watch_of(own_app)
    moving_clock.at(NOON + dt.timedelta(seconds=50))

    def wait_in_vain() -> ResponseReturnValue:
        moving_clock.at(NOON + dt.timedelta(seconds=80))
        # The watch has told of the last minute before the answer is there.
        assert contextvars.Context().run(watch.look)
        return "", 503

    own_app.view_functions["health.health"] = wait_in_vain
    watch.count_answer(500, now=clock.now())
    assert own_app.test_client().get("/healthz").status_code == 503
    moving_clock.pass_(minutes=1)
    assert watch.look()
    with own_app.app_context():
        query = select(FaultMinute.minute, FaultMinute.failure_count).order_by(FaultMinute.minute)
        minute = minute_of(NOON)
        assert db.session.execute(query).all() == [(minute, 1), (minute + 1, 1)]


def test_a_process_without_database_remembers_and_tells(
    own_app: Flask, moving_clock: MovableClock
) -> None:
    watch = watching.Watch(own_app, "web")
    with own_app.app_context():
        engines = db._app_engines[own_app]
        working, engines[None] = db.engine, create_engine("sqlite:////nowhere/at/all.sqlite")
    assert not watch.look()
    engines[None] = working
    moving_clock.pass_(minutes=3)
    assert watch.look()
    with own_app.app_context():
        assert db.session.scalars(select(FaultMinute.what)).all() == ["database"]


def test_a_database_that_is_busy_for_a_while_is_no_database_that_is_away(
    own_app: Flask, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = watching.Watch(own_app, "web")

    def wait_in_vain(*_: object) -> bool:
        raise OperationalError("INSERT …", {}, sqlite3.OperationalError("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(watching, "insert_unless_there", wait_in_vain)
        assert not watch.look()
    assert watch.look()
    moving_clock.pass_(minutes=2)
    assert watch.look()
    with own_app.app_context():
        assert db.session.scalars(select(FaultMinute.what)).all() == []


def test_the_door_is_open_where_nothing_is_planned(app: Flask) -> None:
    assert guard.refresh(app).current is None
