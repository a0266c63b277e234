import dataclasses
import email
import email.policy
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import messages
from tests.integration.messages.smtp_server import Postbox, smtp_server
from tests.integration.messages.waiting_mails import rows, states, write
from vergabe import clock, ids, outbox, sweeps
from vergabe.messages import mail_text, mailer
from vergabe.messages.mail_text import Letter
from vergabe.messages.model import Mail
from vergabe.messages.service import Reader
from vergabe.settings import SettingsError

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def test_five_hundred_mails_arrive_once_each(
    app: Flask, session: Session, postbox: Postbox
) -> None:
    addresses = write(session, 500)
    assert sweeps.send_mails(app) == 500
    assert sorted(postbox.addresses) == sorted(addresses)
    assert len({mail["Message-ID"] for mail in postbox.mails()}) == 500
    assert postbox.connections == 1
    assert states(session) == {"sent": 500}
    assert sweeps.send_mails(app) == 0


def test_mail_says_what_was_meant(app: Flask, session: Session, postbox: Postbox) -> None:
    subject = "Änderung: Löschfahrzeuge für Jülich, Kerpen und Merzenich – neue Frist " + "ü" * 60
    body = "Grüße aus Jülich\n.\n..punkt am Anfang\nFrom me\n" + "ß" * 1200 + "\n50 % = € 3,–"
    message = messages.message(
        session,
        Reader(address="büro@example.org".replace("ü", "ue")),
        subject=subject,
        body=body,
        link="/postfach",
    )
    session.commit()
    sweeps.send_mails(app)
    (mail,) = postbox.mails()
    assert mail["Subject"] == subject
    assert mail["To"] == "buero@example.org"
    assert mail["From"] == "Vergabe <vergabe@localhost>"
    assert mail["Date"].datetime.tzinfo is not None
    assert mail.get_content_type() == "text/plain"
    content = mail.get_content().replace("\r\n", "\n")
    assert content.startswith(body + "\n\nhttp://localhost/postfach\n\n-- \n")
    (raw,) = [content for _, content in postbox.received]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    session.refresh(message)
    assert message.mails[0].internet_message_id == mail["Message-ID"]


def test_mail_can_be_left_in_one_click(app: Flask, session: Session, postbox: Postbox) -> None:
    write(session, 2)
    sweeps.send_mails(app)
    first, second = postbox.mails()
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["List-Unsubscribe"].startswith("<http://localhost/abbestellen/")
    assert first["List-Unsubscribe"].endswith(">")
    assert first["List-Unsubscribe"] != second["List-Unsubscribe"]


@pytest.mark.parametrize(
    "subject",
    [
        "Frage\r\nBcc: dieb@example.org",
        "Frage\nX-Evil: 1\n\nKörper",
        "Frage\x0bBcc: dieb@example.org",
        "Frage\u2028Bcc: dieb@example.org",
        "=?utf-8?q?Frage=0D=0ABcc:_dieb@example.org?=",
    ],
)
def test_subject_adds_no_header(
    app: Flask, session: Session, postbox: Postbox, subject: str
) -> None:
    write(session, 1, subject=subject)
    sweeps.send_mails(app)
    (mail,) = postbox.mails()
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert len(mail.get_all("To")) == 1
    plain = email.message_from_bytes(postbox.received[0][1], policy=email.policy.compat32)
    assert sorted(set(plain.keys()) & {"Bcc", "X-Evil"}) == []


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\r\nBcc: dieb@example.org",
        "a@example.org, dieb@example.org",
        "a b@example.org",
        "<a@example.org>",
        "a@exa mple.org",
        "niemand",
        "@example.org",
        "ä@example.org",
        "a@" + "x" * 70 + ".ü",
    ],
)
def test_address_that_is_none_fails_for_good(
    app: Flask, session: Session, postbox: Postbox, address: str
) -> None:
    messages.message(session, Reader(address=address))
    session.commit()
    sweeps.send_mails(app)
    assert postbox.received == []
    (mail,) = session.scalars(select(Mail))
    session.refresh(mail)
    assert mail.state == "failed"
    assert "Adresse" in (mail.failure or "")


def test_address_with_umlaut_in_its_host_is_reached(
    app: Flask, session: Session, postbox: Postbox
) -> None:
    messages.message(session, Reader(address="a@straße-jülich.example"))
    session.commit()
    sweeps.send_mails(app)
    assert postbox.addresses == [
        "a@xn--" + "straße-jülich".encode("punycode").decode() + ".example"
    ]


def test_permanent_refusal_fails_for_good_with_its_reason(
    app: Flask, session: Session, postbox: Postbox
) -> None:
    addresses = write(session, 5)
    postbox.on_recipient = lambda a: "550 5.1.1 No such user here" if a == addresses[1] else None
    postbox.before_accepting = lambda a: "554 Rejected as spam" if a == addresses[3] else None
    assert sweeps.send_mails(app) == 5
    assert sorted(postbox.addresses) == sorted(set(addresses) - {addresses[1], addresses[3]})
    assert states(session) == {"sent": 3, "failed": 2}
    failures = {m.address: m.failure for m in session.scalars(select(Mail)) if m.failure}
    assert failures == {
        addresses[1]: "Die Adresse wurde abgelehnt (550): 5.1.1 No such user here",
        addresses[3]: "Die E-Mail wurde abgelehnt (554): Rejected as spam",
    }
    assert Counter(row.state for row in rows(session)) == {"done": 3, "failed": 2}


def test_temporary_refusal_is_tried_again_later(
    app: Flask, session: Session, postbox: Postbox, moving_clock: MovableClock
) -> None:
    addresses = write(session, 3)
    postbox.on_recipient = lambda a: "450 Greylisted" if a == addresses[0] else None
    assert sweeps.send_mails(app) == 3
    assert states(session) == {"sent": 2, "waiting": 1}
    assert sweeps.send_mails(app) == 0
    (waiting,) = [row for row in rows(session) if row.state == "waiting"]
    assert waiting.last_error == "Die Adresse wurde abgelehnt (450): Greylisted"
    postbox.on_recipient = lambda _a: None
    moving_clock.pass_(seconds=10)
    assert sweeps.send_mails(app) == 1
    assert Counter(postbox.addresses) == dict.fromkeys(addresses, 1)


def test_refusal_that_never_ends_is_given_up(
    app: Flask, session: Session, postbox: Postbox, moving_clock: MovableClock
) -> None:
    write(session, 1)
    postbox.on_recipient = lambda _a: "450 Voll"
    for _ in range(outbox.MAX_ATTEMPTS):
        sweeps.send_mails(app)
        moving_clock.pass_(hours=2)
    assert states(session) == {"failed": 1}
    assert sweeps.send_mails(app) == 0


def test_refused_sender_is_the_operators_fault_and_waits(
    app: Flask, session: Session, postbox: Postbox
) -> None:
    write(session, 2)
    postbox.on_sender = lambda _a: "553 Sender not allowed"
    sweeps.send_mails(app)
    assert states(session) == {"waiting": 2}


def test_server_that_hangs_up_in_the_middle_loses_nothing(
    app: Flask, session: Session, postbox: Postbox, moving_clock: MovableClock
) -> None:
    addresses = write(session, 20)
    broken = {addresses[4], addresses[9]}

    def hang_up_once(address: str) -> str | None:
        if address in broken:
            broken.discard(address)
            return "drop"
        return None

    postbox.before_accepting = hang_up_once
    sweeps.send_mails(app)
    assert states(session) == {"sent": 18, "waiting": 2}
    moving_clock.pass_(seconds=10)
    sweeps.send_mails(app)
    assert Counter(postbox.addresses) == dict.fromkeys(addresses, 1)
    assert postbox.connections <= 4  # one, one after each break, one for the second run


def test_connection_lost_after_acceptance_repeats_with_the_same_id(
    app: Flask, session: Session, postbox: Postbox, moving_clock: MovableClock
) -> None:
    write(session, 1)
    postbox.drop_after_accepting = lambda _a: len(postbox.received) == 1
    sweeps.send_mails(app)
    assert states(session) == {"waiting": 1}
    moving_clock.pass_(seconds=10)
    sweeps.send_mails(app)
    first, second = postbox.mails()
    assert first["Message-ID"] == second["Message-ID"]


def test_server_that_looks_long_at_a_mail_before_it_answers_gets_it_once(
    app: Flask,
    session: Session,
    postbox: Postbox,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(session, 1)
    monkeypatch.setattr(mailer, "TIMEOUT_SECONDS", 1)  # all its other answers come at once
    postbox.seconds_until_answer = 1.5
    sweeps.send_mails(app)
    moving_clock.pass_(seconds=10)
    sweeps.send_mails(app)
    assert len(postbox.received) == 1
    assert states(session) == {"sent": 1}


def test_closing_answer_421_reconnects(
    app: Flask, session: Session, postbox: Postbox, moving_clock: MovableClock
) -> None:
    addresses = write(session, 6)
    refused = {addresses[2]}

    def once(address: str) -> str | None:
        if address in refused:
            refused.clear()
            return "421 Closing"
        return None

    postbox.on_recipient = once
    sweeps.send_mails(app)
    moving_clock.pass_(seconds=10)
    sweeps.send_mails(app)
    assert Counter(postbox.addresses) == dict.fromkeys(addresses, 1)


def test_unreachable_server_costs_no_attempt_and_is_left_alone_for_a_while(
    app: Flask, session: Session, moving_clock: MovableClock
) -> None:
    with smtp_server() as (_, url):
        pass
    before = app.extensions["vergabe_settings"]
    app.extensions["vergabe_settings"] = dataclasses.replace(before, smtp_url=url)
    try:
        write(session, 3)
        assert sweeps.send_mails(app) == 0
        assert {(row.state, row.attempts) for row in rows(session)} == {("waiting", 0)}
        pause = app.extensions["vergabe_mail_pause"]
        assert pause.until > clock.now()
        with smtp_server() as (postbox, new_url):
            app.extensions["vergabe_settings"] = dataclasses.replace(before, smtp_url=new_url)
            assert sweeps.send_mails(app) == 0
            moving_clock.pass_(seconds=16)
            assert sweeps.send_mails(app) == 3
            assert len(postbox.received) == 3
        assert pause.until is None
    finally:
        app.extensions["vergabe_settings"] = before
        app.extensions.pop("vergabe_mail_pause", None)


def test_without_a_mail_server_everything_waits(app: Flask, session: Session) -> None:
    write(session, 3)
    assert sweeps.send_mails(app) == 0
    assert {(row.state, row.attempts) for row in rows(session)} == {("waiting", 0)}
    assert states(session) == {"waiting": 3}


def test_mail_of_the_login_is_sent_and_its_link_forgotten(
    app: Flask, session: Session, postbox: Postbox
) -> None:
    payload = {"to": "a@example.org", "subject": "Kennwort", "body": "https://…/geheim"}
    outbox.put(session, "mail", "account_mail", "key", payload, now=clock.now())
    session.commit()
    assert sweeps.send_mails(app) == 1
    (mail,) = postbox.mails()
    assert mail["Subject"] == "Kennwort"
    assert mail["List-Unsubscribe"] is None
    (row,) = rows(session)
    assert row.state == "done"
    assert "geheim" not in str(row.payload)


def test_row_whose_mail_is_gone_is_set_aside(
    app: Flask, session: Session, postbox: Postbox
) -> None:
    payload = {"mail_id": str(ids.new_id())}
    outbox.put(session, "mail", "message_mail", "key", payload, now=clock.now())
    session.commit()
    sweeps.send_mails(app)
    (row,) = rows(session)
    assert row.state == "failed"


def test_unusable_sender_is_named(app: Flask, session: Session, postbox: Postbox) -> None:
    before = app.extensions["vergabe_settings"]
    app.extensions["vergabe_settings"] = dataclasses.replace(before, mail_from="keine Adresse")
    with pytest.raises(SettingsError, match="VERGABE_MAIL_FROM"):
        sweeps.send_mails(app)


def test_letter_that_cannot_be_written_holds_up_none_and_repeats_none(
    app: Flask, session: Session, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = write(session, 3)
    real = mail_text.mail_bytes

    def refuse_one(letter: Letter, *args: Any, **more: Any) -> bytes:
        if letter.to == addresses[1]:
            raise UnicodeEncodeError("ascii", "ß", 0, 1, "nobody foresaw this")
        return real(letter, *args, **more)

    monkeypatch.setattr(mailer, "mail_bytes", refuse_one)
    assert sweeps.send_mails(app) == 3
    assert sweeps.send_mails(app) == 0
    assert sorted(postbox.addresses) == sorted([addresses[0], addresses[2]])
    assert states(session) == {"sent": 2, "waiting": 1}
