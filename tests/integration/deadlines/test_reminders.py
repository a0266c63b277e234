import datetime as dt
import threading
from collections import Counter
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations
from tests.factories import deadlines as factory
from vergabe import clock, stopping, sweeps
from vergabe.access.model import User
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.db import db, unit_of_work
from vergabe.deadlines import service
from vergabe.deadlines.model import Deadline, Reminder
from vergabe.demands import calls
from vergabe.messages.model import Message

COUNT = 30


def _people(session: Session) -> tuple[Cooperation, User, User]:
    dlz = cooperations.dlz(session)
    lead = cooperations.town(session, "Merzenich")
    return (
        dlz,
        access.person(session, lead, Role.PROCUREMENT_OFFICER, email="erste@merzenich.example"),
        access.person(session, lead, Role.REQUESTER, email="zweite@merzenich.example"),
    )


def _told(session: Session) -> list[Message]:
    found = session.scalars(select(Message).where(Message.kind == "deadline_reminder"))
    return list(found.unique())


def test_responsible_and_substitute_are_told_7_3_and_1_days_before(
    app: Flask, session: Session, moving_clock: MovableClock
) -> None:
    dlz, first, second = _people(session)
    deadline = factory.deadline(session, dlz, responsible_id=first.id, substitute_id=second.id)
    session.commit()
    days = []
    due_at = deadline.due_at
    for day in range(12):
        before = len(_told(session))
        moving_clock.at(due_at - dt.timedelta(days=10 - day, hours=1))
        sweeps.send_reminders(app)
        if len(_told(session)) > before:
            days.append(10 - day)
            assert len(_told(session)) == before + 2
    assert days == [7, 3, 1]
    assert {message.user_id for message in _told(session)} == {first.id, second.id}


def test_repeated_ticks_tell_once(app: Flask, session: Session, moving_clock: MovableClock) -> None:
    dlz, first, _ = _people(session)
    factory.deadline(session, dlz, responsible_id=first.id)
    session.commit()
    moving_clock.pass_(days=4)
    assert [sweeps.send_reminders(app) for _ in range(3)] == [1, 0, 0]
    (message,) = _told(session)
    assert message.subject == "Frist in 6 Tagen: Angebotsfrist (DLZ-2026-0001)"
    assert "Donnerstag, 03.12.2026, 12:00 Uhr" in message.body


def test_call_that_cannot_be_reminded_of_does_not_hold_up_the_deadlines(
    app: Flask, session: Session, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    dlz, first, _ = _people(session)
    factory.deadline(session, dlz, responsible_id=first.id)
    session.commit()

    def fail(*_: object, **__: object) -> int:
        raise AttributeError("nobody foresaw this")

    monkeypatch.setattr(calls, "has_due_reminders", lambda *_, **__: True)
    monkeypatch.setattr(calls, "send_call_reminders", fail)
    moving_clock.pass_(days=4)
    with pytest.raises(AttributeError):
        sweeps.send_reminders(app)
    assert len(_told(session)) == 1


def test_worker_asked_to_end_begins_no_further_batch(
    app: Flask, session: Session, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    dlz, first, _ = _people(session)
    for number in range(3):
        factory.deadline(session, dlz, responsible_id=first.id, title=f"Frist {number}")
    session.commit()
    one_by_one = partial(service.send_due_reminders, limit=1)
    monkeypatch.setattr(service, "send_due_reminders", one_by_one)
    moving_clock.pass_(days=4)
    with stopping.held_up_by(lambda: bool(_told(session))):
        assert sweeps.send_reminders(app) == 1
    assert len(_told(session)) == 1
    assert sweeps.send_reminders(app) == 2


def test_worker_that_stood_still_tells_the_last_reminder_only(
    app: Flask, session: Session, moving_clock: MovableClock
) -> None:
    dlz, first, _ = _people(session)
    factory.deadline(session, dlz, responsible_id=first.id)
    session.commit()
    moving_clock.pass_(days=9, hours=2)
    sweeps.send_reminders(app)
    (message,) = _told(session)
    assert message.subject.startswith("Frist morgen:")
    assert not session.scalars(select(Reminder).where(Reminder.sent_at.is_(None))).all()


def test_ends_of_one_batch_are_each_told_as_they_are(
    app: Flask, session: Session, moving_clock: MovableClock
) -> None:
    dlz, first, _ = _people(session)
    midnight = clock.start_of_day(dt.date(2026, 12, 4))
    ends = [midnight + dt.timedelta(seconds=each) for each in (0, 30, 43_200, 43_200.5, 43_230)]
    made = [
        factory.deadline(session, dlz, due_at=end, responsible_id=first.id, title=f"Frist {number}")
        for number, end in enumerate(ends)
    ]
    session.commit()
    moving_clock.at(midnight - dt.timedelta(hours=15))
    sweeps.send_reminders(app)
    told = {message.dedupe_key: message for message in _told(session)}
    for deadline, when, words in zip(
        made,
        ("heute", "morgen"),
        ("Donnerstag, 03.12.2026, 24:00 Uhr", "Freitag, 04.12.2026, 00:00 Uhr"),
        strict=False,
    ):
        assert told[_key(deadline, first)].subject.startswith(f"Frist {when}:")
        assert words in told[_key(deadline, first)].body
    for deadline in made[2:]:
        assert "Freitag, 04.12.2026, 12:00 Uhr" in told[_key(deadline, first)].body
    assert len(told) == len(made)


def _key(deadline: Deadline, reader: User) -> str:
    return f"reminder:{deadline.reminders[-1].id}:u:{reader.id}"


def test_ended_deadlines_are_not_reminded_of(
    app: Flask, session: Session, moving_clock: MovableClock
) -> None:
    dlz, first, _ = _people(session)
    met = factory.deadline(session, dlz, responsible_id=first.id)
    lifted = factory.deadline(session, dlz, responsible_id=first.id)
    factory.deadline(session, dlz, responsible_id=first.id)
    service.meet(session, met.subject_id, "submission", now=moving_clock.now())
    service.lift(session, lifted.subject_id, None, "aufgehoben", now=moving_clock.now())
    session.commit()
    moving_clock.pass_(days=11)
    sweeps.send_reminders(app)
    assert _told(session) == []
    assert sweeps.send_reminders(app) == 0


def test_person_who_left_is_not_told_but_the_officers_are(
    app: Flask, session: Session, moving_clock: MovableClock
) -> None:
    dlz, first, second = _people(session)
    factory.deadline(session, dlz, responsible_id=second.id)
    second.active = False
    session.commit()
    moving_clock.pass_(days=4)
    sweeps.send_reminders(app)
    assert [message.user_id for message in _told(session)] == [first.id]


def test_new_deadline_keeps_the_people_chosen_for_the_old_one(session: Session) -> None:
    dlz, first, second = _people(session)
    old = factory.deadline(session, dlz, responsible_id=second.id, substitute_id=first.id)
    new = factory.deadline(
        session,
        dlz,
        subject_id=old.subject_id,
        due_at=old.due_at + dt.timedelta(days=7),
        responsible_id=first.id,
    )
    assert old.lifted_reason == "neu festgesetzt"
    assert (new.responsible_id, new.substitute_id) == (second.id, first.id)


def test_two_workers_at_once_tell_everybody_exactly_once(
    own_app: Flask, moving_clock: MovableClock
) -> None:
    with own_app.app_context(), unit_of_work() as session:
        dlz, first, second = _people(session)
        for _ in range(COUNT):
            factory.deadline(session, dlz, responsible_id=first.id, substitute_id=second.id)
    moving_clock.pass_(days=9, hours=2)
    start, handled, failures = threading.Barrier(4), [], []

    def work() -> None:
        start.wait(timeout=120)
        try:
            with own_app.app_context():
                while True:
                    # Small batches, so that the workers really meet.
                    with unit_of_work() as session:
                        now = moving_clock.now()
                        batch = service.send_due_reminders(session, now=now, limit=3)
                    handled.append(batch)
                    if not batch and not _are_left():
                        return
        except BaseException as error:
            failures.append(error)
            raise

    def _are_left() -> bool:
        with unit_of_work() as session:
            return service.has_due_reminders(session, now=moving_clock.now())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with own_app.app_context():
        told = _told(db.session())
        assert Counter(message.user_id for message in told) == {first.id: COUNT, second.id: COUNT}
        assert not db.session.scalars(select(Reminder).where(Reminder.sent_at.is_(None))).all()
        assert sum(handled) == len(db.session.scalars(select(Deadline)).all())
