"""A rival, a time-out, a lost connection: done again where that is safe, else 503, never 500."""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from tests.conftest import application_of_its_own
from tests.factories import access, messages
from tests.integration.messages.smtp_server import smtp_server
from tests.integration.test_rivals import at_once
from vergabe import sweeps
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.db import db, reading, unit_of_work
from vergabe.engines import DatabaseSettings, Patience, Process
from vergabe.errors import Refused
from vergabe.messages.service import Reader
from vergabe.outbox import OutboxRow
from vergabe.web.rights import public
from vergabe.web.transactions import commits

pytestmark = pytest.mark.postgres

IMPATIENT = DatabaseSettings(
    pool_size=2, pool_overflow=0, pool_wait_seconds=1, patience={Process.WEB: Patience(1, 2, 5)}
)
TOWNS = ("Merzenich", "Jülich")


@pytest.fixture(scope="module")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application that waits for a second at most, with two towns and a person."""
    place = tmp_path_factory.mktemp("impatient")
    with application_of_its_own(database_url, place, database=IMPATIENT) as app:
        with app.app_context(), unit_of_work() as session:
            for name in TOWNS:
                town = access.organisation(session, name)
            access.person(session, town, Role.PROCUREMENT_OFFICER, email="erika@example.org")
        yield app


def post(app: Flask, work: Callable[[], None], *, accept_json: bool = False) -> TestResponse:
    """Send a request to a view that does this work and commits it."""
    add_view(app, work)
    address = "/api/v1/probe" if accept_json else "/probe"
    return app.test_client().post(address)


@pytest.fixture(autouse=True)
def _as_before(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Organisation).values(phone="0"))


def add_view(app: Flask, work: Callable[[], None]) -> None:
    @public
    @commits
    def probe() -> str:
        work()
        return "gespeichert"

    app.config["WTF_CSRF_ENABLED"] = False
    app.view_functions["probe"] = probe
    app.view_functions["probe_api"] = probe
    if "probe" not in {rule.endpoint for rule in app.url_map.iter_rules()}:
        app._got_first_request = False
        app.add_url_rule("/probe", "probe", probe, methods=["POST"])
        app.add_url_rule("/api/v1/probe", "probe_api", probe, methods=["POST"])


def rename(name: str, phone: str) -> None:
    query = update(Organisation).where(Organisation.name == name).values(phone=phone)
    db.session.execute(query)


def phones(app: Flask) -> list[str]:
    with app.app_context(), reading() as session:
        query = text("SELECT phone FROM organisation ORDER BY name")
        return list(session.execute(query).scalars())


def own_backend() -> int:
    return int(db.session.execute(text("SELECT pg_backend_pid()")).scalar_one())


def cut(app: Flask, backend: int) -> None:
    """End a connection from outside, as a restart of the server does."""
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})


def sentence_of(answer: TestResponse) -> str:
    assert answer.status_code == 503, answer.text
    assert answer.headers["Retry-After"]
    return str(answer.get_json()["detail"])


def test_two_that_wait_for_each_other_both_succeed(app: Flask) -> None:
    both_hold_one = threading.Barrier(2)
    firsts = iter([TOWNS, TOWNS[::-1]])
    times = {"begun": 0}
    order = threading.local()

    def crosswise() -> None:
        times["begun"] += 1
        if not hasattr(order, "towns"):
            order.towns = next(firsts)
            rename(order.towns[0], "1")
            both_hold_one.wait(timeout=10)
        else:
            rename(order.towns[0], "1")
        rename(order.towns[1], "2")

    with app.app_context(), db.engine.connect() as connection:
        # The server looks for deadlocks after a while; ours gives up waiting a second later.
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(
            text("ALTER SYSTEM SET deadlock_timeout = '100ms'")
        )
        connection.execute(text("SELECT pg_reload_conf()"))
    add_view(app, crosswise)
    answers = at_once(app, *[lambda client: client.post("/probe")] * 2)
    assert [answer.text for answer in answers] == ["gespeichert"] * 2
    assert times["begun"] == 3, "one was rolled back and done again"


def test_lock_that_is_held_too_long_is_answered_with_503(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as rival:
        rival.execute(update(Organisation).values(phone="9"))
        answer = post(app, lambda: rename("Jülich", "1"), accept_json=True)
        rival.rollback()
    assert "beschäftigt. Gespeichert wurde nichts" in sentence_of(answer)
    assert phones(app) == ["0", "0"]


def test_statement_that_runs_too_long_is_answered_with_503(app: Flask) -> None:
    def sleep() -> None:
        db.session.execute(text("SELECT pg_sleep(9)"))

    answer = post(app, sleep, accept_json=True)
    assert "beschäftigt" in sentence_of(answer)


def test_no_free_connection_is_answered_with_503(app: Flask) -> None:
    with app.app_context(), db.engine.connect(), db.engine.connect():
        answer = post(app, lambda: rename("Jülich", "1"))
    assert answer.status_code == 503
    assert "beschäftigt" in answer.text


def test_connection_lost_before_the_commit_is_answered_with_503_and_a_page(app: Flask) -> None:
    client = app.test_client()
    with app.app_context(), unit_of_work() as session:
        access.log_in(client, session.scalars(select(User)).one())

    def lose() -> None:
        rename("Jülich", "1")
        cut(app, own_backend())
        rename("Jülich", "2")

    add_view(app, lose)
    answer = client.post("/probe")
    assert answer.status_code == 503
    assert "nicht erreichbar. Gespeichert wurde nichts" in answer.text
    assert phones(app) == ["0", "0"]
    assert client.get("/start").status_code == 200, "the next request has a new connection"


def test_refusal_is_told_although_its_connection_was_lost_meanwhile(app: Flask) -> None:
    def refuse() -> None:
        rename("Jülich", "1")
        cut(app, own_backend())
        raise Refused("conflict", "Das geht so nicht.")

    answer = post(app, refuse, accept_json=True)
    assert (answer.status_code, answer.get_json()["detail"]) == (409, "Das geht so nicht.")
    assert post(app, lambda: rename("Jülich", "3")).status_code == 200, "a new connection"
    assert "3" in phones(app)


def test_mistake_of_ours_is_told_although_its_connection_was_lost_meanwhile(app: Flask) -> None:
    def fail() -> None:
        rename("Jülich", "1")
        cut(app, own_backend())
        raise LookupError

    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        answer = post(app, fail, accept_json=True)
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert (answer.status_code, answer.get_json()["code"]) == (500, "unexpected")
    assert post(app, lambda: rename("Jülich", "3")).status_code == 200


def test_error_of_a_job_is_not_hidden_by_the_connection_that_it_lost(app: Flask) -> None:
    def fail() -> None:
        with unit_of_work():
            rename("Jülich", "1")
            cut(app, own_backend())
            raise LookupError

    with app.app_context():
        with pytest.raises(LookupError):
            fail()
        with unit_of_work():
            rename("Jülich", "3")
    assert "3" in phones(app)


def test_connection_lost_in_the_commit_says_that_it_is_uncertain(app: Flask) -> None:
    def lose() -> None:
        rename("Jülich", "1")
        cut(app, own_backend())

    answer = post(app, lose, accept_json=True)
    assert "Sehen Sie bitte nach, ob Ihre Eingabe angekommen ist" in sentence_of(answer)
    assert answer.get_json()["code"] == "uncertain"


def test_mails_that_have_left_are_marked_although_the_database_is_busy(app: Flask) -> None:
    before = app.extensions["vergabe_settings"]
    with smtp_server() as (postbox, url), app.app_context():
        app.extensions["vergabe_settings"] = dataclasses.replace(before, smtp_url=url)
        with unit_of_work() as session:
            messages.message(session, Reader(address="a@example.org"))
        with db.engine.connect() as rival:

            def block(_address: str) -> None:
                rival.execute(select(OutboxRow).with_for_update())
                threading.Thread(target=give_way).start()

            def give_way() -> None:
                time.sleep(1.5)  # longer than this application waits for a lock
                rival.rollback()

            postbox.before_accepting = block
            assert sweeps.send_mails(app) == 1
        with reading() as session:
            assert set(session.scalars(select(OutboxRow.state))) == {"done"}
        assert sweeps.send_mails(app) == 0
        assert len(postbox.received) == 1
    app.extensions["vergabe_settings"] = before


def test_server_that_became_a_standby_is_answered_with_503(app: Flask) -> None:
    def write_there() -> None:
        db.session.execute(text("SET TRANSACTION READ ONLY"))
        rename("Jülich", "1")

    assert "nicht erreichbar" in sentence_of(post(app, write_there, accept_json=True))


def test_without_any_database_every_page_says_so_and_health_tells_the_truth(
    app: Flask,
) -> None:
    away = "postgresql+psycopg://nobody@127.0.0.1:1/vergabe"
    engines = db._app_engines[app]
    real = engines[None]
    with app.app_context():
        engines[None] = db._make_engine(None, {"url": away}, app)
    try:
        client = app.test_client()
        page, feed = client.get("/bekanntmachungen"), client.get("/api/v1/notices/changes")
        assert (page.status_code, feed.status_code) == (503, 503)
        assert "Die Datenbank ist gerade nicht erreichbar" in page.text
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.get_json()["problems"]) == (503, ["database"])
    finally:
        engines[None] = real
