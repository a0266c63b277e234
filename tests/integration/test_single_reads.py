"""Reading requests on PostgreSQL: no transaction around a SELECT, one around all that needs it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import CompoundSelect, Engine, Select, func, select, text, union, update
from sqlalchemy.orm import Session

from tests.conftest import application_of_its_own
from tests.factories import access
from vergabe import connections
from vergabe.access.model import Organisation
from vergabe.connections import writing
from vergabe.db import Base, db, reading_singly, unit_of_work

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    place: Path = tmp_path_factory.mktemp("singly")
    with application_of_its_own(database_url, place) as app:
        with app.app_context(), unit_of_work() as session:
            access.organisation(session, "Jülich")
        yield app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context(), reading_singly():
        found: Session = db.session()
        yield found
        found.rollback()
        db.session.remove()


def is_in_transaction(session: Session) -> bool:
    """Ask the server: two statements of one transaction have one time of its beginning."""
    begun = [session.scalar(select(func.transaction_timestamp())) for _ in range(2)]
    return begun[0] == begun[1]


NAME = select(Organisation.name)
COLUMN = select(Base.metadata.tables["organisation"].c.name)


@pytest.mark.parametrize("statement", [NAME, union(COLUMN, COLUMN)], ids=["select", "union"])
def test_select_is_a_transaction_of_its_own(
    session: Session, statement: Select[str] | CompoundSelect[str]
) -> None:
    assert session.scalars(statement).all() == ["Jülich"]
    assert not is_in_transaction(session)


@pytest.mark.parametrize(
    "statement",
    [
        NAME.with_for_update(),
        NAME.execution_options(yield_per=1),
        update(Organisation).values(phone="1").returning(Organisation.name),
        text("SELECT name FROM organisation"),
    ],
    ids=["lock", "bit by bit", "write", "text"],
)
def test_what_needs_a_transaction_has_one_and_all_after_it(
    session: Session, statement: object
) -> None:
    assert session.execute(statement).scalars().all() == ["Jülich"]  # type: ignore[call-overload]
    assert is_in_transaction(session)


def test_what_was_written_is_seen_by_the_same_session_and_never_kept(
    app: Flask, session: Session
) -> None:
    town = session.scalars(select(Organisation)).one()
    town.name = "Neu"
    assert session.scalars(NAME).all() == ["Neu"], "written before it is read again"
    session.rollback()
    db.session.remove()
    with app.app_context(), reading_singly():
        assert db.session.scalars(NAME).all() == ["Jülich"]


def test_whoever_writes_in_a_reading_request_reads_in_the_transaction(session: Session) -> None:
    with writing():
        session.scalars(NAME).all()
        assert is_in_transaction(session)


def test_connection_is_a_writing_one_again_for_the_next(app: Flask, session: Session) -> None:
    assert not is_in_transaction(session)
    db.session.remove()
    with app.app_context(), unit_of_work() as writer:
        assert is_in_transaction(writer)


@contextlib.contextmanager
def pings(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Give what was asked whether it is alive."""
    asked: list[object] = []
    real = type(engine.dialect).do_ping

    def noted(dialect: object, connection: object) -> bool:
        asked.append(connection)
        return bool(real(dialect, connection))  # type: ignore[arg-type]

    monkeypatch.setattr(type(engine.dialect), "do_ping", noted)
    yield asked


def test_only_a_connection_that_nobody_used_for_a_while_is_asked_whether_it_lives(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), pings(db.engine, monkeypatch) as asked:
        for _ in range(3):
            with db.engine.connect() as connection:
                connection.execute(NAME)
        assert asked == []
        monkeypatch.setattr(connections, "TRUSTED_SECONDS", -1)
        for _ in range(3):
            with db.engine.connect() as connection:
                connection.execute(NAME)
        assert len(asked) == 3


def test_connection_lost_while_nobody_used_it_is_replaced_without_an_error(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "TRUSTED_SECONDS", -1)
    with app.app_context():
        own = text("SELECT pg_backend_pid()")
        with db.engine.connect() as killer:
            with db.engine.connect() as idle:
                lost = idle.scalar(own)
            killer.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": lost})
            with db.engine.connect() as replaced:
                assert replaced.scalar(own) not in {lost, killer.scalar(own)}
