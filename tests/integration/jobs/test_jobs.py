"""Work in the background: started once, done once, found again; cancelled, killed, refused."""

import contextlib
import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import exc, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access as make
from vergabe import clock, stopping, sweeps, worker
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Permission, Role
from vergabe.audit import queries as audit
from vergabe.audit import service as record
from vergabe.audit.service import Act
from vergabe.errors import Forbidden, InvalidInput, NotFound
from vergabe.jobs import queries, running, service
from vergabe.jobs.kinds import JobKind
from vergabe.jobs.model import Job, WorkerSign
from vergabe.jobs.rules import LEASE, State
from vergabe.jobs.running import Outcome, Task
from vergabe.messages.model import Message
from vergabe.uptime import guard

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

Run = Callable[[Task], None]


@pytest.fixture
def town(session: Session, moving_clock: MovableClock) -> Organisation:
    assert moving_clock
    return make.organisation(session)


@pytest.fixture
def clerk(session: Session, town: Organisation) -> Actor:
    return make.actor(session, town, Role.REQUESTER)


@contextlib.contextmanager
def kind(app: Flask, run: Run) -> Iterator[None]:
    """Let a kind of its own exist, as the registry would have it."""
    known = app.extensions["vergabe_jobs"]
    one = JobKind("test.count", "Zählen", Permission.EDIT_DEMANDS, run, lambda _: "/bedarfe")
    app.extensions["vergabe_jobs"] = known | {one.name: one}
    try:
        yield
    finally:
        app.extensions["vergabe_jobs"] = known


def counting(task: Task) -> None:
    """Write one entry into a record, in the transaction that ends the job."""
    for done in range(1, 4):
        task.report(f"Schritt {done}", done=done, total=3)
    with task.deciding() as session:
        act = Act("counted", "job", task.job_id, "Gezählt.")
        record.append(session, "test:jobs", task.actor(session), act, now=clock.now())
        task.done(session, Outcome("Bis drei gezählt.", {"count": 3}))


def start(session: Session, actor: Actor, key: str = "") -> Job:
    job = service.start(
        session, actor, "test.count", title="Bis drei", arguments={}, key=key, now=clock.now()
    )
    session.commit()
    return job


def state_of(session: Session, job: Job) -> tuple[str, str]:
    found = session.get_one(Job, job.id, populate_existing=True)
    return found.state, found.outcome


def entries(session: Session) -> int:
    return len(list(audit.exported(session, "test:jobs")))


def test_a_job_is_done_once_and_says_what_came_of_it(
    app: Flask, session: Session, clerk: Actor
) -> None:
    with kind(app, counting):
        job = start(session, clerk)
        assert queries.open_count(session, clerk) == 1
        assert sweeps.run_jobs(app) == 1
        assert sweeps.run_jobs(app) == 0
    assert state_of(session, job) == ("done", "Bis drei gezählt.")
    assert (job.result, job.done_count, job.total_count) == ({"count": 3}, 3, 3)
    assert entries(session) == 1
    assert queries.open_count(session, clerk) == 0


def test_a_worker_asked_to_end_begins_no_further_job(
    app: Flask, session: Session, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kind(app, counting):
        first, second = start(session, clerk), start(session, clerk)
        monkeypatch.setattr(stopping, "is_asked", lambda: entries(session) > 0)
        assert sweeps.run_jobs(app) == 1
    assert state_of(session, first)[0] == "done"
    assert state_of(session, second)[0] == "waiting"


def test_a_worker_begins_no_further_job_once_maintenance_is_on(
    app: Flask, session: Session, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "is_on", lambda _app: entries(session) > 0)
    with kind(app, counting):
        first, second = start(session, clerk), start(session, clerk)
        worker._guarded(app, "run_jobs", sweeps.run_jobs)()
    assert state_of(session, first)[0] == "done"
    assert state_of(session, second)[0] == "waiting"


def test_a_second_click_finds_the_first_job(app: Flask, session: Session, clerk: Actor) -> None:
    with kind(app, counting):
        first, second = start(session, clerk, "same"), start(session, clerk, "same")
        assert first.id == second.id
        assert start(session, clerk, "other").id != first.id
        sweeps.run_jobs(app)
        # Once it is over, the same may be asked for again.
        assert start(session, clerk, "same").id != first.id


def test_a_second_click_in_the_moment_in_which_the_first_job_ends_starts_it_anew(
    app: Flask, session: Session, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kind(app, counting):
        first = start(session, clerk, "same")
        insert = service.insert_unless_there

        def insert_while_a_worker_ends_it(*given: Any) -> bool:
            is_new = insert(*given)
            monkeypatch.setattr(service, "insert_unless_there", insert)
            sweeps.run_jobs(app)
            return is_new

        monkeypatch.setattr(service, "insert_unless_there", insert_while_a_worker_ends_it)
        assert start(session, clerk, "same").id != first.id


def test_who_may_not_do_it_may_not_start_it(
    app: Flask, session: Session, town: Organisation
) -> None:
    auditor = make.actor(session, town, Role.AUDITOR)
    with kind(app, counting), pytest.raises(Forbidden):
        start(session, auditor)


def test_another_job_than_ones_own_is_not_there(
    app: Flask, session: Session, clerk: Actor, town: Organisation
) -> None:
    colleague = make.actor(session, town, Role.REQUESTER)
    with kind(app, counting):
        job = start(session, clerk)
        with pytest.raises(NotFound):
            queries.visible(session, colleague, job.id)
        with pytest.raises(NotFound):
            service.cancel(session, colleague, job.id, now=clock.now())


def failing_with(error: Exception) -> Run:
    """Return work that fails when what it decided is written down already."""

    def fail(task: Task) -> None:
        with task.deciding() as work:
            act = Act("counted", "job", task.job_id, "Gezählt.")
            record.append(work, "test:jobs", task.actor(work), act, now=clock.now())
            raise error

    return fail


def test_a_refusal_keeps_its_german_reasons_and_stores_nothing(
    app: Flask, session: Session, clerk: Actor
) -> None:
    with kind(app, failing_with(InvalidInput("wrong", "Zeile 7 hat keine Menge."))):
        job = start(session, clerk)
        sweeps.run_jobs(app)
    assert state_of(session, job) == ("failed", "Zeile 7 hat keine Menge.")
    assert entries(session) == 0


def test_our_own_mistake_ends_the_job_but_not_the_worker(
    app: Flask, session: Session, clerk: Actor
) -> None:
    def broken(_task: Task) -> None:
        raise KeyError("ours")

    with kind(app, broken):
        job = start(session, clerk)
        assert sweeps.run_jobs(app) == 1
    state, outcome = state_of(session, job)
    assert state == "failed"
    assert "Gespeichert wurde nichts" in outcome


def test_a_race_that_a_constraint_decided_is_told_as_such(
    app: Flask, session: Session, clerk: Actor
) -> None:
    with kind(app, failing_with(IntegrityError("INSERT", {}, ValueError("duplicate key")))):
        job = start(session, clerk)
        sweeps.run_jobs(app)
    state, outcome = state_of(session, job)
    assert state == "failed"
    assert "gleichzeitig dasselbe getan. Gespeichert wurde nichts" in outcome
    assert entries(session) == 0


def test_a_kind_that_this_version_no_longer_knows_fails_with_a_sentence(
    app: Flask, session: Session, clerk: Actor
) -> None:
    with kind(app, counting):
        job = start(session, clerk)
    sweeps.run_jobs(app)
    assert state_of(session, job)[0] == "failed"


def test_a_waiting_job_is_cancelled_at_once(app: Flask, session: Session, clerk: Actor) -> None:
    with kind(app, counting):
        job = start(session, clerk)
        service.cancel(session, clerk, job.id, now=clock.now())
        session.commit()
        assert sweeps.run_jobs(app) == 0
        assert service.cancel(session, clerk, job.id, now=clock.now()).state == "cancelled"


def test_a_running_job_stops_at_its_next_word(app: Flask, session: Session, clerk: Actor) -> None:
    def interrupted(task: Task) -> None:
        task.report("Erste Hälfte", done=1, total=2)
        row = session.get_one(Job, task.job_id, populate_existing=True)
        service.cancel(session, clerk, row.id, now=clock.now())
        session.commit()
        task.report("Zweite Hälfte", done=2, total=2)
        pytest.fail("nobody stopped it")

    with kind(app, interrupted):
        job = start(session, clerk)
        sweeps.run_jobs(app)
    assert state_of(session, job) == ("cancelled", "Abgebrochen. Gespeichert wurde nichts.")


def test_a_job_cancelled_in_its_last_moment_stores_nothing(
    app: Flask, session: Session, clerk: Actor
) -> None:
    def late(task: Task) -> None:
        row = session.get_one(Job, task.job_id, populate_existing=True)
        service.cancel(session, clerk, row.id, now=clock.now())
        session.commit()
        counting_without_words(task)

    with kind(app, late):
        job = start(session, clerk)
        sweeps.run_jobs(app)
    assert state_of(session, job)[0] == "cancelled"
    assert entries(session) == 0


def counting_without_words(task: Task) -> None:
    with task.deciding() as work:
        act = Act("counted", "job", task.job_id, "Gezählt.")
        record.append(work, "test:jobs", task.actor(work), act, now=clock.now())
        task.done(work, Outcome("Fertig."))


def test_the_job_of_a_killed_worker_comes_back_and_counts_once(
    app: Flask, session: Session, clerk: Actor, moving_clock: MovableClock
) -> None:
    with kind(app, counting):
        job = start(session, clerk)
        dead = running.claim(app)
        assert dead is not None
        dead.report("Mittendrin", done=1, total=3)
        assert sweeps.run_jobs(app) == 0
        moving_clock.pass_(seconds=91)
        assert sweeps.run_jobs(app) == 1
        assert state_of(session, job)[0] == "done"
        # The one believed dead wakes up: what it does now must not count.
        with pytest.raises(running.LeaseLost):
            counting_without_words(dead)
        with pytest.raises(running.LeaseLost):
            dead.report("Noch da")
    assert entries(session) == 1


def test_a_job_that_kills_its_worker_is_given_up(
    app: Flask, session: Session, clerk: Actor, moving_clock: MovableClock
) -> None:
    with kind(app, counting):
        job = start(session, clerk)
        for _ in range(3):
            assert running.claim(app) is not None
            moving_clock.pass_(seconds=91)
        assert running.claim(app) is None
    state, outcome = state_of(session, job)
    assert state == "failed"
    assert "bei jedem Versuch" in outcome
    assert entries(session) == 0
    # Who has waited for minutes has gone on and is told.
    (message,) = session.scalars(select(Message).where(Message.kind == "job"))
    assert message.subject == "Bis drei: nicht gelungen"
    assert message.user_id == clerk.user_id


def test_a_right_lost_meanwhile_is_lost_for_the_job(
    app: Flask, session: Session, clerk: Actor
) -> None:
    seen: list[frozenset[Role]] = []

    def looking(task: Task) -> None:
        with task.deciding() as work:
            seen.append(task.actor(work).roles)
            task.done(work, Outcome("Gesehen."))

    with kind(app, looking):
        start(session, clerk)
        user = session.get_one(User, clerk.user_id)
        for assignment in user.assignments:
            assignment.valid_to = dt.date(2020, 1, 1)
        session.commit()
        sweeps.run_jobs(app)
    assert seen == [frozenset()]


def test_who_waited_long_gets_a_message(
    app: Flask, session: Session, clerk: Actor, moving_clock: MovableClock
) -> None:
    with kind(app, counting):
        start(session, clerk)
        sweeps.run_jobs(app)
        assert session.scalars(select(Message)).all() == []
        start(session, clerk)
        moving_clock.pass_(minutes=2)
        sweeps.run_jobs(app)
    (told,) = session.scalars(select(Message))
    assert told.subject == "Bis drei: fertig"


def test_old_jobs_and_their_files_are_swept(
    app: Flask, session: Session, clerk: Actor, moving_clock: MovableClock
) -> None:
    def writing(task: Task) -> None:
        with task.making_file() as target:
            target.write(b"PK")
        with task.deciding() as work:
            task.done(work, Outcome("Liegt bereit.", file_name="akte.zip"))

    with kind(app, writing):
        job = start(session, clerk)
        sweeps.run_jobs(app)
    store = app.extensions["vergabe_files"]
    name = f"{service.folder_of(job.id)}/file"
    with store.reading(name) as source:
        assert source.read() == b"PK"
    moving_clock.pass_(days=7, hours=1)
    assert sweeps.sweep_jobs(app) == 1
    assert sweeps.sweep_jobs(app) == 0
    with pytest.raises(FileNotFoundError):
        store.reading(name)
    moving_clock.pass_(days=23)
    assert sweeps.sweep_jobs(app) == 1
    assert session.scalars(select(Job)).all() == []


def test_a_worker_believed_dead_overwrites_no_file(
    app: Flask, session: Session, clerk: Actor, moving_clock: MovableClock
) -> None:
    def write(task: Task, content: bytes) -> None:
        with task.making_file() as target:
            target.write(content)

    def writing(task: Task) -> None:
        write(task, b"whole")
        with task.deciding() as work:
            task.done(work, Outcome("Liegt bereit.", file_name="akte.zip"))

    with kind(app, writing):
        job = start(session, clerk)
        dead = running.claim(app)
        assert dead is not None
        moving_clock.pass_(seconds=91)
        assert sweeps.run_jobs(app) == 1
        write(dead, b"of the dead")
    store = app.extensions["vergabe_files"]
    assert store.reading(service.file_of(job.id)).read() == b"whole"


def test_a_store_that_stops_answering_is_told_in_a_sentence(
    app: Flask, session: Session, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looking(task: Task) -> None:
        with task.input() as source:
            source.read()

    class Torn(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the network has gone")

    store = app.extensions["vergabe_files"]
    monkeypatch.setattr(store._fs, "open", lambda *_: Torn())
    with kind(app, looking):
        job = start(session, clerk)
        sweeps.run_jobs(app)
    state, outcome = state_of(session, job)
    assert state == "failed"
    assert "Dateiablage" in outcome


@pytest.fixture
def visitor(client: FlaskClient, session: Session, town: Organisation) -> tuple[FlaskClient, Actor]:
    from vergabe.access import queries as access

    user = make.person(session, town, Role.REQUESTER)
    actor = access.actor_for(session, user, town.id, now=clock.now())
    session.commit()
    make.log_in(client, user)
    return client, actor


def test_the_page_comes_anew_by_itself_until_the_job_is_over(
    app: Flask, session: Session, visitor: tuple[FlaskClient, Actor]
) -> None:
    client, actor = visitor
    with kind(app, counting):
        job = start(session, actor)
        path = f"/vorgaenge/{job.id}"
        waiting = html.fromstring(client.get(path).get_data())
        assert waiting.xpath("//noscript/meta[@http-equiv='refresh']")
        assert waiting.xpath("//*[@id='job-state'][@hx-trigger='every 2s']")
        assert "kein Hintergrunddienst" in waiting.text_content()
        assert sweeps.show_life(app) == 1
        assert "kein Hintergrunddienst" not in client.get(path).get_data(as_text=True)
        sweeps.run_jobs(app)
        part = client.get(path, headers={"HX-Request": "true"}).get_data(as_text=True)
        assert "<html" not in part
        assert "hx-trigger" not in part
        over = html.fromstring(client.get(path).get_data())
        assert not over.xpath("//meta[@http-equiv='refresh']")
        assert over.xpath("//a[@href='/bedarfe'][contains(., 'Zum Ergebnis')]")
        assert "Bis drei gezählt." in over.text_content()
        listed = client.get("/vorgaenge").get_data(as_text=True)
        assert "Bis drei" in listed
        assert client.get(f"/vorgaenge/{uuid.uuid4()}").status_code == 404
        assert client.get(f"{path}/datei").status_code == 404


def test_a_button_cancels(app: Flask, session: Session, visitor: tuple[FlaskClient, Actor]) -> None:
    client, actor = visitor
    with kind(app, counting):
        job = start(session, actor)
        page = html.fromstring(client.get(f"/vorgaenge/{job.id}").get_data())
        token = page.xpath("string(//form[contains(@action, 'abbrechen')]//input/@value)")
        answer = client.post(f"/vorgaenge/{job.id}/abbrechen", data={"csrf_token": token})
        assert answer.status_code == 303
    assert state_of(session, job)[0] == State.CANCELLED


def test_the_api_tells_the_same(app: Flask, client: FlaskClient, session: Session) -> None:
    town = make.organisation(session, "Jülich")
    user = make.person(session, town, Role.REQUESTER)
    bearer = make.bearer(session, user, town)
    from vergabe.access import queries as access

    actor = access.actor_for(session, user, town.id, now=clock.now())
    with kind(app, counting):
        job = start(session, actor)
        found = client.get(f"/api/v1/jobs/{job.id}", headers=bearer).get_json()
        assert (found["state"], found["done"], found["total"]) == ("waiting", 0, 0)
        cancelled = client.post(f"/api/v1/jobs/{job.id}/cancel", headers=bearer)
        assert cancelled.get_json()["state"] == "cancelled"
        listed = client.get("/api/v1/jobs", headers=bearer).get_json()
        assert [item["id"] for item in listed["items"]] == [str(job.id)]


def test_the_sign_of_life_is_one_row(
    app: Flask, session: Session, moving_clock: MovableClock
) -> None:
    assert queries.is_worker_silent(session, now=clock.now())
    assert sweeps.show_life(app) == 1
    assert sweeps.show_life(app) == 0
    moving_clock.pass_(seconds=20)
    assert sweeps.show_life(app) == 1
    session.expire_all()
    assert len(session.scalars(select(WorkerSign)).all()) == 1
    moving_clock.pass_(seconds=61)
    assert queries.is_worker_silent(session, now=clock.now())


@pytest.mark.parametrize(
    "error",
    [
        NoFreeConnection("QueuePool limit reached"),
        exc.InternalError("UPDATE …", {}, ReadOnlySqlTransaction("became a standby")),
    ],
)
def test_a_job_that_met_a_busy_or_absent_database_comes_back(
    app: Flask,
    session: Session,
    clerk: Actor,
    moving_clock: MovableClock,
    error: exc.SQLAlchemyError,
) -> None:
    times: list[int] = []

    def disturbed(task: Task) -> None:
        times.append(1)
        if len(times) == 1:
            raise error
        counting(task)

    with kind(app, disturbed):
        job = start(session, clerk)
        sweeps.run_jobs(app)
        assert state_of(session, job) == ("running", "")
        moving_clock.pass_(seconds=LEASE.total_seconds() + 1)
        sweeps.run_jobs(app)
    assert state_of(session, job) == ("done", "Bis drei gezählt.")


def test_a_worker_shows_its_life_although_the_clock_was_ahead(
    app: Flask, session: Session, moving_clock: MovableClock
) -> None:
    moving_clock.pass_(hours=3)
    sweeps.show_life(app)
    now = moving_clock.pass_(hours=-3)
    sweeps.show_life(app)
    seen_at = session.scalars(select(WorkerSign.seen_at)).one()
    assert abs(seen_at - now) < dt.timedelta(minutes=1)
