"""Mails in order, not too fast for one host, and what comes back: bounces."""

import contextlib
import dataclasses
import datetime as dt
import itertools
import uuid
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, bounces, messages
from tests.integration.messages.smtp_server import Postbox
from vergabe import clock, ids, outbox, sweeps
from vergabe.access.permissions import Role
from vergabe.limits.hooks import store_of
from vergabe.messages import bounces as service
from vergabe.messages import delivery
from vergabe.messages.model import DeadAddress, Mail
from vergabe.messages.service import Reader
from vergabe.outbox import OutboxRow

pytestmark = pytest.mark.parametrize("postbox", [True], indirect=True, ids=["all-at-once"])


def write(session: Session, *addresses: str, subject: str = "Neue Auskunft") -> None:
    for address in addresses:
        messages.message(session, Reader(address=address), subject=subject)
    session.commit()


def write_of_login(session: Session, address: str) -> None:
    payload = {"to": address, "subject": "Passwort", "body": "Link"}
    outbox.put(session, "mail", "account_mail", "k", payload, now=clock.now())
    session.commit()


def subjects_to(postbox: Postbox, address: str) -> list[str]:
    return [str(mail["Subject"]) for mail in postbox.mails() if mail["To"] == address]


def test_mail_that_is_tried_again_holds_up_only_those_behind_it_to_the_same_address(
    app: Flask, session: Session, postbox: Postbox, moving_clock: MovableClock
) -> None:
    for subject in ("Eins", "Zwei", "Drei"):
        write(session, "a@example.org", "b@example.org", subject=subject)
        moving_clock.pass_(seconds=1)
    postbox.on_recipient = lambda a: "450 Greylisted" if a == "a@example.org" else None
    assert sweeps.send_mails(app) == 4
    assert subjects_to(postbox, "b@example.org") == ["Eins", "Zwei", "Drei"]
    assert sweeps.send_mails(app) == 0
    postbox.on_recipient = lambda _a: None
    moving_clock.pass_(seconds=10)
    assert sweeps.send_mails(app) == 3
    assert subjects_to(postbox, "a@example.org") == ["Eins", "Zwei", "Drei"]


def test_workers_do_not_overtake_each_other_in_a_lane(session: Session, postbox: Postbox) -> None:
    now = clock.now()
    for number in range(4):
        outbox.put(session, "test", f"{number}", f"{number}", {}, now=now, lane="l")
    outbox.put(session, "test", "free", "free", {}, now=now)
    first = outbox.lease(session, ["test"], now=now, limit=2)
    assert [row.name for row in first] == ["0", "1"]
    # The rest of the lane is another's turn only when those are done.
    assert [row.name for row in outbox.lease(session, ["test"], now=now)] == ["free"]
    for row in first:
        outbox.mark_done(session, row.id, now=now)
    assert [row.name for row in outbox.lease(session, ["test"], now=now)] == ["2", "3"]
    # Their worker died: the lane goes on from where it stood.
    later = now + outbox.LEASE + dt.timedelta(seconds=1)
    assert [r.name for r in outbox.lease(session, ["test"], now=later)] == ["2", "3", "free"]


def test_mail_that_always_kills_its_worker_is_given_up_and_waits_no_more(
    app: Flask,
    session: Session,
    postbox: Postbox,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    write(session, "a@example.org")
    write_of_login(session, "b@example.org")
    monkeypatch.setattr(delivery, "_spread", die)
    for _ in range(2 * outbox.MAX_ATTEMPTS):
        with contextlib.suppress(SystemExit):
            sweeps.send_mails(app)
        moving_clock.pass_(minutes=3)
    reason = "Der Hintergrunddienst wurde bei jedem Versuch beendet."
    mail = session.scalars(select(Mail).execution_options(populate_existing=True)).one()
    assert (mail.state, mail.failure) == ("failed", reason)
    left = session.scalars(select(OutboxRow).execution_options(populate_existing=True)).all()
    assert {row.state for row in left} == {"failed"}
    assert [row.payload for row in left if row.name == "account_mail"] == [{}]


def test_mail_of_the_login_does_not_wait_behind_others(
    app: Flask, session: Session, postbox: Postbox
) -> None:
    write(session, "a@example.org")
    postbox.on_recipient = lambda _a: "450 Greylisted"
    sweeps.send_mails(app)
    postbox.on_recipient = lambda _a: None
    write_of_login(session, "a@example.org")
    assert sweeps.send_mails(app) == 1
    assert subjects_to(postbox, "a@example.org") == ["Passwort"]


def test_mail_of_the_login_does_not_wait_for_thousands_that_were_written_before_it(
    app: Flask, session: Session, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(session, *(f"firma{n}@example.org" for n in range(2 * delivery.BATCH)))
    write_of_login(session, "erika@example.net")
    monkeypatch.setattr(delivery, "BATCHES_PER_RUN", 1)
    sweeps.send_mails(app)
    assert postbox.addresses[0] == "erika@example.net"


def test_mail_that_may_have_killed_its_worker_is_not_taken_along_with_others(
    app: Flask, session: Session, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(session, *(f"firma{n}@example.org" for n in range(2 * delivery.BATCH)))
    payload = {"to": "erika@example.net", "subject": "Passwort", "body": "Link"}
    outbox.put(session, "mail", "account_mail", "k", payload, now=clock.now())
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.name == "account_mail")
        .values(leased_until=clock.now(), attempts=outbox.SUSPICIOUS_ATTEMPTS)
    )
    session.commit()
    monkeypatch.setattr(delivery, "BATCHES_PER_RUN", 1)
    sweeps.send_mails(app)
    assert len(postbox.addresses) == delivery.BATCH
    assert "erika@example.net" not in postbox.addresses
    sweeps.send_mails(app)
    sweeps.send_mails(app)
    assert postbox.addresses.count("erika@example.net") == 1


def test_one_host_gets_no_more_than_its_rate_and_others_do_not_wait(
    app: Flask, session: Session, postbox: Postbox, moving_clock: MovableClock
) -> None:
    before = app.extensions["vergabe_settings"]
    app.extensions["vergabe_settings"] = dataclasses.replace(before, mail_rate="5/50")
    host = f"{uuid.uuid4().hex[:8]}.example"
    write(session, *(f"firma{n}@{host}" for n in range(12)), "x@elsewhere.example")
    assert sweeps.send_mails(app) == 6
    assert "x@elsewhere.example" in postbox.addresses
    waiting = session.scalars(select(OutboxRow).where(OutboxRow.state == "waiting")).all()
    assert {row.attempts for row in waiting} == {0}
    moving_clock.pass_(seconds=21)
    assert sweeps.send_mails(app) == 2
    moving_clock.pass_(seconds=60)
    assert sweeps.send_mails(app) == 5
    assert len(set(postbox.addresses)) == 13
    store_of(app).close()


def test_each_mail_that_waits_for_its_host_gets_a_turn_and_the_login_the_next(
    app: Flask, session: Session, postbox: Postbox, moving_clock: MovableClock
) -> None:
    before = app.extensions["vergabe_settings"]
    app.extensions["vergabe_settings"] = dataclasses.replace(before, mail_rate="5/50")
    host = f"{uuid.uuid4().hex[:8]}.example"
    write(session, *(f"firma{n}@{host}" for n in range(9)))
    assert sweeps.send_mails(app) == 5
    write(session, f"later@{host}")
    write_of_login(session, f"erika@{host}")
    assert sweeps.send_mails(app) == 0
    query = select(OutboxRow.lane, OutboxRow.due_at).where(OutboxRow.state == "waiting")
    waiting = session.execute(query.order_by(OutboxRow.due_at)).all()
    turns = [due_at for lane, due_at in waiting if lane is not None]
    steps = {later - earlier for earlier, later in itertools.pairwise(turns)}
    assert (len(turns), steps) == (5, {dt.timedelta(seconds=10)})
    (of_login,) = (due_at for lane, due_at in waiting if lane is None)
    assert of_login < turns[1]
    store_of(app).close()


def sent_mail(session: Session, address: str) -> Mail:
    session.expire_all()
    return session.scalars(select(Mail).where(Mail.address == address)).one()


def test_hard_bounce_in_a_maildir_marks_the_address_and_the_mailbox_says_so(
    app: Flask, session: Session, client: FlaskClient, postbox: Postbox, tmp_path: Path
) -> None:
    town = access.organisation(session)
    person = access.person(session, town, Role.PROCUREMENT_OFFICER, email="amt@example.org")
    messages.message(session, Reader(user_id=person.id))
    session.commit()
    sweeps.send_mails(app)
    mail = sent_mail(session, "amt@example.org")
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.M1.mx").write_bytes(bounces.report(mail.id, mail.address))
    (tmp_path / "new" / "2.M1.mx").write_bytes(b"Guten Tag, ich bin im Urlaub.")
    before = app.extensions["vergabe_settings"]
    app.extensions["vergabe_settings"] = dataclasses.replace(before, bounce_folder=tmp_path)
    assert sweeps.read_bounces(app) == 2
    assert sweeps.read_bounces(app) == 0
    assert sorted(f.name for f in (tmp_path / "cur").iterdir()) == ["1.M1.mx:2,S", "2.M1.mx:2,S"]
    mail = sent_mail(session, "amt@example.org")
    assert mail.bounced_at is not None
    assert "5.1.1" in (mail.failure or "")
    messages.message(session, Reader(user_id=person.id), subject="Zweite")
    session.commit()
    assert sweeps.send_mails(app) == 0
    access.log_in(client, person)
    for path in ("/postfach", "/konto"):
        page = client.get(path).get_data(as_text=True)
        assert "Ihre E-Mails kommen nicht an" in page
        assert "User unknown" in page
    token = client.get("/postfach").get_data(as_text=True).split('name="csrf_token" value="', 1)[1]
    data = {"csrf_token": token.split('"', 1)[0]}
    assert client.post("/postfach/adresse", data=data).status_code == 303
    assert "kommen nicht an" not in client.get("/postfach").get_data(as_text=True)
    messages.message(session, Reader(user_id=person.id), subject="Dritte")
    session.commit()
    assert sweeps.send_mails(app) == 1


def test_full_mailbox_marks_the_mail_alone_and_a_forged_report_nothing(
    app: Flask, session: Session, postbox: Postbox
) -> None:
    write(session, "a@example.org")
    sweeps.send_mails(app)
    mail = sent_mail(session, "a@example.org")
    now = clock.now()
    assert service.take(session, bounces.report(ids.new_id(), "b@example.org"), now=now) == 0
    full = bounces.report(mail.id, "victim@example.org", status="5.2.2")
    assert service.take(session, full, now=now) == 1
    assert service.take(session, full, now=now) == 0
    dead = bounces.report(mail.id, "victim@example.org")
    service.take(session, dead, now=now)
    # The address of our own mail counts, not the one that the report names.
    assert list(session.scalars(select(DeadAddress.address))) == ["a@example.org"]


def test_unknown_address_said_at_the_door_counts_as_well_but_policy_does_not(
    app: Flask, session: Session, postbox: Postbox
) -> None:
    answers = {
        "gone@example.org": "550 5.1.1 No such user",
        "spam@example.org": "550 5.7.1 No",
        "listed@example.org": "554 Client host [85.1.1.20] blocked",
    }
    write(session, *answers)
    postbox.on_recipient = answers.get
    sweeps.send_mails(app)
    assert list(session.scalars(select(DeadAddress.address))) == ["gone@example.org"]


def test_report_that_comes_before_the_batch_is_marked_is_not_lost(
    app: Flask, session: Session, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(session, "gone@example.org")
    mail = sent_mail(session, "gone@example.org")
    real = delivery._mark

    def report_first(batch: delivery.Batch, host: str) -> None:
        report = bounces.report(mail.id, mail.address)
        assert service.take(session, report, now=clock.now()) == 1
        session.commit()
        real(batch, host)

    monkeypatch.setattr(delivery, "_mark", report_first)
    monkeypatch.setattr(delivery, "BATCHES_PER_RUN", 1)
    assert sweeps.send_mails(app) == 1
    mail = sent_mail(session, "gone@example.org")
    assert mail.state == "sent"
    assert mail.bounced_at is not None
    assert "5.1.1" in (mail.failure or "")
    assert list(session.scalars(select(DeadAddress.address))) == ["gone@example.org"]


def test_report_about_a_mail_of_the_login_may_come_early_as_well(
    session: Session, postbox: Postbox
) -> None:
    write_of_login(session, "gone@example.org")
    row = session.scalars(select(OutboxRow)).one()
    service.take(session, bounces.report(row.id, "gone@example.org"), now=clock.now())
    assert list(session.scalars(select(DeadAddress.address))) == ["gone@example.org"]


def test_mail_that_a_server_gave_up_after_days_has_not_arrived_but_its_address_lives(
    app: Flask, session: Session, client: FlaskClient, postbox: Postbox
) -> None:
    town = access.organisation(session)
    person = access.person(session, town, Role.PROCUREMENT_OFFICER, email="amt@example.org")
    message = messages.message(session, Reader(user_id=person.id))
    message.first_read_at = clock.now()
    session.commit()
    sweeps.send_mails(app)
    mail = sent_mail(session, "amt@example.org")
    expired = bounces.report(mail.id, mail.address, status="4.4.1")
    assert service.take(session, expired, now=clock.now()) == 1
    session.commit()
    assert session.scalars(select(DeadAddress.address)).all() == []
    access.log_in(client, person)
    page = client.get(f"/postfach/{message.id}").get_data(as_text=True)
    assert "nicht angekommen" in page
    assert "4.4.1" in page


def test_report_that_cannot_be_kept_does_not_hold_up_those_behind_it(
    app: Flask, session: Session, postbox: Postbox, tmp_path: Path
) -> None:
    write(session, "gone@example.org")
    write_of_login(session, "x@example.org")
    sweeps.send_mails(app)
    row = session.scalars(select(OutboxRow).where(OutboxRow.name == "account_mail")).one()
    mail = sent_mail(session, "gone@example.org")
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.M1.mx").write_bytes(bounces.report(row.id, "x\0@example.org"))
    (tmp_path / "new" / "2.M1.mx").write_bytes(bounces.report(mail.id, mail.address))
    before = app.extensions["vergabe_settings"]
    app.extensions["vergabe_settings"] = dataclasses.replace(before, bounce_folder=tmp_path)
    sweeps.read_bounces(app)
    assert list((tmp_path / "new").iterdir()) == []
    assert sent_mail(session, "gone@example.org").bounced_at is not None
