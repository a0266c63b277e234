"""Workers that are killed, break off or come too late: no mail is lost, none is sent twice."""

import datetime as dt
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.integration.messages.smtp_server import Postbox
from tests.integration.messages.waiting_mails import rows, states, write
from vergabe import outbox, sweeps
from vergabe.messages import delivery, mailer
from vergabe.messages.mail_text import Letter
from vergabe.messages.mailer import Mailer, Outcome

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def test_worker_killed_between_sending_and_marking_repeats_one_batch_with_the_same_ids(
    app: Flask,
    session: Session,
    postbox: Postbox,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    addresses = write(session, 500)
    marks = 0
    mark = delivery._mark

    def die_at_the_third(batch: delivery.Batch, host: str) -> None:
        nonlocal marks
        marks += 1
        if marks == 3:
            raise KeyboardInterrupt
        mark(batch, host)

    monkeypatch.setattr(delivery, "_mark", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        sweeps.send_mails(app)
    assert sweeps.send_mails(app) == 500 - 3 * delivery.BATCH  # the leased ones wait
    moving_clock.pass_(seconds=outbox.LEASE.total_seconds() + 1)
    assert sweeps.send_mails(app) == delivery.BATCH
    assert set(postbox.addresses) == set(addresses)
    by_address: dict[str, set[str]] = {}
    for mail in postbox.mails():
        by_address.setdefault(str(mail["To"]), set()).add(str(mail["Message-ID"]))
    assert all(len(message_ids) == 1 for message_ids in by_address.values())
    assert len(postbox.received) == 500 + delivery.BATCH
    assert states(session) == {"sent": 500}


def test_nothing_is_begun_when_the_lease_is_nearly_over(
    app: Flask,
    session: Session,
    postbox: Postbox,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    addresses = write(session, 10)
    send = Mailer.send

    def slow(self: Mailer, letter: object, *, at: dt.datetime) -> object:
        moving_clock.pass_(seconds=30)
        return send(self, letter, at=at)

    monkeypatch.setattr(Mailer, "send", slow)
    batches: list[int] = []
    mark = delivery._mark

    def count(batch: delivery.Batch, host: str) -> None:
        batches.append(len(batch.outcomes))
        mark(batch, host)

    monkeypatch.setattr(delivery, "_mark", count)
    while sweeps.send_mails(app):
        pass
    assert 0 < batches[0] < 10
    assert Counter(postbox.addresses) == dict.fromkeys(addresses, 1)
    assert {row.attempts for row in rows(session)} == {1}


def test_worker_whose_lease_ran_out_gives_back_nothing_that_another_has_taken(
    app: Flask,
    session: Session,
    postbox: Postbox,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(session, 5)
    settings, real = app.extensions["vergabe_settings"], Mailer.send
    others: list[delivery.Batch] = []

    def hang(self: Mailer, letter: Letter, *, at: dt.datetime) -> Outcome:
        moving_clock.pass_(seconds=outbox.LEASE.total_seconds() + 1)
        others.append(delivery._lease(settings))
        return real(self, letter, at=at)

    monkeypatch.setattr(Mailer, "send", hang)
    monkeypatch.setattr(delivery, "BATCHES_PER_RUN", 1)
    assert sweeps.send_mails(app) == 1
    assert len(others[0].leased) == 5
    # The other one is about to send them: nobody else may.
    assert delivery._lease(settings).leased == []
    assert {row.attempts for row in rows(session) if row.state == "waiting"} == {2}
    assert len(postbox.received) == 1


def test_failure_that_comes_after_another_has_taken_the_mail_leaves_it_to_that_one(
    app: Flask,
    session: Session,
    postbox: Postbox,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(session, 1)
    settings = app.extensions["vergabe_settings"]

    def hang(*_: object, **__: object) -> Outcome:
        moving_clock.pass_(seconds=outbox.LEASE.total_seconds() + 1)
        assert len(delivery._lease(settings).leased) == 1
        return Outcome(mailer.Fate.LATER, "Die Verbindung zum Mailserver brach ab.")

    monkeypatch.setattr(Mailer, "send", hang)
    sweeps.send_mails(app)
    moving_clock.pass_(seconds=30)
    assert delivery._lease(settings).leased == []


def test_refusal_that_comes_after_another_has_sent_the_mail_spoils_nothing(
    app: Flask,
    session: Session,
    postbox: Postbox,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(session, 3)
    real = Mailer.send

    def hang(self: Mailer, letter: Letter, *, at: dt.datetime) -> Outcome:
        moving_clock.pass_(seconds=outbox.LEASE.total_seconds() + 1)
        monkeypatch.setattr(Mailer, "send", real)
        assert sweeps.send_mails(app) == 3
        return Outcome(mailer.Fate.NEVER, "Die Adresse wurde abgelehnt (550).")

    monkeypatch.setattr(Mailer, "send", hang)
    sweeps.send_mails(app)
    assert states(session) == {"sent": 3}
    assert {row.state for row in rows(session)} == {"done"}


def test_two_sweeps_share_the_work(app: Flask, session: Session, postbox: Postbox) -> None:
    addresses = write(session, 2 * delivery.BATCH + 20)
    settings = app.extensions["vergabe_settings"]
    first, second = delivery._lease(settings), delivery._lease(settings)
    assert not {each.row_id for each in first.leased} & {each.row_id for each in second.leased}
    assert sweeps.send_mails(app) == 20
    assert len(set(postbox.addresses) & set(addresses)) == 20


def _break_off(monkeypatch: pytest.MonkeyPatch, is_bad: Callable[[list[str]], bool]) -> None:
    """Let a run break off at a mail where the addresses begun with, its own last, say so."""
    real = Mailer.send
    begun: list[str] = []

    def send(self: Mailer, letter: Letter, *, at: dt.datetime) -> Outcome:
        begun.append(letter.to)
        if is_bad(begun):
            raise RuntimeError("nobody foresaw this")
        return real(self, letter, at=at)

    monkeypatch.setattr(Mailer, "send", send)


def test_what_has_left_is_marked_although_the_run_breaks_off(
    app: Flask, session: Session, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(session, 3)
    _break_off(monkeypatch, lambda begun: len(begun) == 3)
    with pytest.raises(RuntimeError):
        sweeps.send_mails(app)
    assert states(session) == {"sent": 2, "waiting": 1}
    assert len(postbox.received) == 2


def test_mail_that_breaks_off_the_run_holds_up_those_behind_it_once(
    app: Flask, session: Session, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(session, 3)
    _break_off(monkeypatch, lambda begun: begun[-1] == begun[0])
    with pytest.raises(RuntimeError):
        sweeps.send_mails(app)
    assert sweeps.send_mails(app) == 2
    assert states(session) == {"sent": 2, "waiting": 1}
