"""Writers of one process on SQLite: they queue, and each gives its turn back whatever happens."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from tests.conftest import application_of_its_own
from vergabe import connections
from vergabe.connections import writing
from vergabe.db import db, unit_of_work
from vergabe.disturbances import Disturbance, disturbance_in

pytestmark = pytest.mark.one_database

WRITE = text("CREATE TABLE IF NOT EXISTS turn (number INTEGER)")
PATIENCE_SECONDS = 30
"""Far more than any machine needs."""


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    with application_of_its_own(database_url, tmp_path) as app, app.app_context():
        yield app


def writer_in_thread(app: Flask, begun: threading.Event) -> threading.Thread:
    """Start a thread that writes once, and says when it is in its transaction."""

    def write() -> None:
        with app.app_context(), unit_of_work() as session:
            session.execute(WRITE)
            begun.set()

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def test_who_waits_for_a_turn_does_not_ask_sqlite_again_and_again(app: Flask) -> None:
    asked: list[str] = []
    begun = threading.Event()
    with unit_of_work() as session:
        session.execute(WRITE)

        @event.listens_for(db.engine, "before_cursor_execute")
        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        thread = writer_in_thread(app, begun)
        assert not begun.wait(timeout=0.3)
        assert asked == []
    assert begun.wait(timeout=PATIENCE_SECONDS)
    thread.join(timeout=PATIENCE_SECONDS)
    assert asked[0] == "BEGIN IMMEDIATE"


def test_turn_is_given_back_after_an_error_and_by_a_lost_connection(app: Flask) -> None:
    with pytest.raises(OperationalError), unit_of_work() as session:
        session.execute(text("INSERT INTO nowhere VALUES (1)"))
    with writing():
        lost = db.engine.connect()
        lost.execute(WRITE)
        lost.invalidate()
        lost.close()
    begun = threading.Event()
    thread = writer_in_thread(app, begun)
    assert begun.wait(timeout=PATIENCE_SECONDS)
    thread.join(timeout=PATIENCE_SECONDS)


def test_several_transactions_of_one_connection_keep_its_turn(app: Flask) -> None:
    with writing(), db.engine.connect() as connection:
        for _ in range(2):
            connection.execute(WRITE)
            connection.commit()
    with unit_of_work() as session:
        session.execute(WRITE)


def test_who_has_waited_too_long_hears_that_the_database_is_busy(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SQLITE_PATIENCE_SECONDS", 0.05)
    heard: list[OperationalError] = []

    def write() -> None:
        with (
            app.app_context(),
            pytest.raises(OperationalError) as caught,
            unit_of_work() as session,
        ):
            session.execute(WRITE)
        heard.append(caught.value)

    with unit_of_work() as session:
        session.execute(WRITE)
        rival = threading.Thread(target=write)
        rival.start()
        rival.join(timeout=PATIENCE_SECONDS)
    assert [disturbance_in(error) for error in heard] == [Disturbance.BUSY]
    patience = text("PRAGMA busy_timeout")
    with db.engine.connect() as one, db.engine.connect() as other:
        assert {one.scalar(patience), other.scalar(patience)} == {15_000}
    with unit_of_work() as session:
        session.execute(WRITE)
