"""Maintenance: announced, refused near a deadline, closed with the truth, counted as an outage."""

import datetime as dt
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import cooperations, deadlines
from tests.factories import outages as make
from vergabe import clock, worker
from vergabe.audit import queries as audit
from vergabe.commands.moments import MOMENT
from vergabe.errors import InvalidInput, Refused
from vergabe.uptime import detecting, guard, maintenance, recording
from vergabe.uptime.model import MaintenanceWindow, Outage

HOUR = dt.timedelta(hours=1)
WHY = "Neue Fassung der Plattform"


@pytest.fixture
def door(app: Flask) -> Iterator[guard.Door]:
    """The door of the application, open again afterwards."""
    found = guard.refresh(app)
    yield found
    found.current = found.coming = None


def planned(session: Session, *, hours: float = 48) -> MaintenanceWindow:
    begin = clock.now() + hours * HOUR
    return maintenance.plan(session, make.OPERATOR, begin, begin + 2 * HOUR, WHY, now=clock.now())


def test_health_asks_the_database_nothing_and_readiness_looks_for_itself(
    app: Flask, client: FlaskClient, door: guard.Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that waits for a database that hangs lives: nobody may end it for that."""
    looks: list[guard.Door] = []
    monkeypatch.setattr(guard.Door, "look", lambda seen: looks.append(seen))
    monkeypatch.setitem(app.config, "TESTING", False)
    door.looked_at = float("-inf")
    assert client.get("/healthz").status_code == 200
    assert client.get("/static/app.css").status_code == 200
    assert looks == []
    assert client.get("/readyz").status_code == 200
    assert looks == [door]


def test_pages_tell_of_it_beforehand_and_close_while_it_is_on(
    app: Flask,
    session: Session,
    client: FlaskClient,
    moving_clock: MovableClock,
    door: guard.Door,
) -> None:
    window = planned(session)
    session.commit()
    guard.refresh(app)
    page = client.get("/bekanntmachungen").get_data(as_text=True)
    local = window.planned_from.astimezone(clock.BERLIN)
    assert f"{local:%d.%m.%Y}" in page
    assert WHY in page
    moving_clock.at(window.planned_from)
    begun = maintenance.begin(session, make.OPERATOR, now=clock.now())
    assert begun.id == window.id
    session.commit()
    guard.refresh(app)
    closed = client.get("/bekanntmachungen")
    assert closed.status_code == 503
    assert 7100 < int(closed.headers["Retry-After"]) <= 7200
    assert WHY in closed.get_data(as_text=True)
    assert "Set-Cookie" not in closed.headers
    nowhere = client.get("/bekanntmachungen", headers={"Host": ".."})
    assert (nowhere.status_code, nowhere.mimetype) == (400, "text/plain")
    problem = client.post("/api/v1/outages", json={})
    assert (problem.status_code, problem.get_json()["code"]) == (503, "maintenance")
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["problems"]) == (503, ["maintenance"])
    assert client.get("/static/app.css").status_code == 200
    moving_clock.pass_(hours=1)
    assert maintenance.end(session, make.OPERATOR, now=clock.now()) is not None
    assert maintenance.end(session, make.OPERATOR, now=clock.now()) is None
    session.commit()
    guard.refresh(app)
    assert client.get("/bekanntmachungen").status_code == 200
    outage = session.scalars(select(Outage)).one()
    assert (outage.cause, outage.note) == ("maintenance", WHY)
    assert outage.ended_at is not None
    assert outage.ended_at - outage.began_at >= HOUR


def test_it_is_refused_within_a_day_before_a_deadline_and_names_it(
    session: Session, moving_clock: MovableClock
) -> None:
    cooperation = cooperations.dlz(session)
    due_at = clock.now() + 30 * HOUR
    deadlines.deadline(session, cooperation, due_at=due_at)
    for attempt in (
        lambda: planned(session, hours=5),
        lambda: maintenance.begin(
            session, make.OPERATOR, now=clock.now(), until=clock.now() + 7 * HOUR, reason=WHY
        ),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        (reason,) = refused.value.violations
        assert "DLZ-2026-0001" in reason.message
    assert planned(session, hours=3.5).planned_until < due_at - 24 * HOUR
    assert planned(session, hours=30).planned_from >= due_at


def test_an_emergency_needs_a_reason_that_the_record_keeps(
    session: Session, moving_clock: MovableClock
) -> None:
    deadlines.deadline(session, cooperations.dlz(session), due_at=clock.now() + 3 * HOUR)
    with pytest.raises(InvalidInput):
        maintenance.begin(session, make.OPERATOR, now=clock.now(), although="eilt")
    why = "Sicherheitslücke, die schon ausgenutzt wird; das Netz meldet Angriffe."
    first = maintenance.begin(session, make.OPERATOR, now=clock.now(), although=why)
    again = maintenance.begin(session, make.OPERATOR, now=clock.now(), although=why)
    assert first.id == again.id
    entry = audit.entries(session, recording.STREAM)[-1]
    assert (entry.action, entry.reason) == ("maintenance_begun", why)
    assert entry.details["in_spite_of"] == ["DLZ-2026-0001"]


def test_a_window_that_was_called_off_or_makes_no_sense_is_none(
    session: Session, moving_clock: MovableClock
) -> None:
    window = planned(session)
    maintenance.call_off(session, make.OPERATOR, window.id, now=clock.now())
    maintenance.call_off(session, make.OPERATOR, window.id, now=clock.now())
    now = clock.now()
    for begin, end, reason in (
        (now - HOUR, now + HOUR, WHY),
        (now + 2 * HOUR, now + HOUR, WHY),
        (now + HOUR, now + 100 * HOUR, WHY),
        (now + HOUR, now + 2 * HOUR, "kurz"),
    ):
        with pytest.raises(InvalidInput):
            maintenance.plan(session, make.OPERATOR, begin, end, reason, now=now)


def maintained(session: Session, moving_clock: MovableClock) -> dt.datetime:
    """Let an hour of signs and fifty minutes of maintenance pass; return its end, which is now."""
    began = clock.now()
    make.signed_between(session, began - HOUR, began)
    maintenance.begin(session, make.OPERATOR, now=began, reason=WHY)
    ended = moving_clock.pass_(minutes=50)
    maintenance.end(session, make.OPERATOR, now=ended)
    return ended


def test_the_silence_of_maintenance_is_no_second_outage(
    session: Session, moving_clock: MovableClock
) -> None:
    ended = maintained(session, moving_clock)
    now = moving_clock.pass_(minutes=10)
    make.signed_between(session, ended + dt.timedelta(minutes=1), now)
    detecting.detect(session, now=now)
    assert [outage.cause for outage in session.scalars(select(Outage))] == ["maintenance"]


def test_the_end_of_maintenance_is_no_outage_before_the_first_sign_after_it(
    session: Session, moving_clock: MovableClock
) -> None:
    ended = maintained(session, moving_clock)
    # A worker looks before a web process has woken up.
    detecting.detect(session, now=ended)
    now = moving_clock.pass_(minutes=10)
    make.signed_between(session, ended, now)
    detecting.detect(session, now=now)
    assert [outage.cause for outage in session.scalars(select(Outage))] == ["maintenance"]


def test_a_worker_begins_nothing_while_it_is_on(app: Flask, door: guard.Door) -> None:
    done: list[str] = []

    def tick(name: str) -> None:
        worker._guarded(app, name, lambda _app: len(done.append(name) or ""))()

    door.current = guard.Announced(clock.now(), clock.now() + HOUR, WHY)
    tick("send_mails")
    tick(worker.SIGNING)
    door.current = None
    tick("send_mails")
    assert done == [worker.SIGNING, "send_mails"]


@pytest.mark.parametrize(
    "text", ["24.11.2026 20:00", "2026-11-24T20:00", "24.11.2026, 20:00 Uhr", "2026-11-24T19:00Z"]
)
def test_the_command_line_reads_german_time(text: str) -> None:
    wanted = dt.datetime(2026, 11, 24, 19, 0, tzinfo=dt.UTC)
    assert MOMENT.convert(text, None, None) == wanted


def test_commands_say_what_they_do(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from vergabe.commands import maintenance as commands
    from vergabe.commands import outages as outage_commands

    for module in (commands, outage_commands):
        monkeypatch.setattr(module, "the_app", lambda **_: own_app)
    run = CliRunner().invoke
    on = run(commands.maintenance, ["on", "--reason", WHY, "--wait", "0"])
    assert on.exit_code == 0, on.output
    assert "Wartung läuft" in on.output
    assert WHY in run(commands.maintenance, ["status"]).output
    assert "Beendet" in run(commands.maintenance, ["off"]).output
    assert "Es läuft keine" in run(commands.maintenance, ["off"]).output
    listed = run(outage_commands.outages, ["list", "--json"])
    assert '"cause": "maintenance"' in listed.output
    assert "0 Verfahren" in run(outage_commands.outages, ["detect"]).output
    assert "Kein Verfahren wartet" in run(outage_commands.outages, ["procedures"]).output
    began = clock.now() - 2 * HOUR
    recorded = run(
        outage_commands.outages,
        [
            "record",
            "--from",
            f"{began.astimezone(clock.BERLIN):%d.%m.%Y %H:%M}",
            "--source",
            "ted",
            "--evidence",
            make.SEEN,
            "--file",
            __file__,
        ],
    )
    assert recorded.exit_code == 0, recorded.output
    assert "Festgehalten" in recorded.output
