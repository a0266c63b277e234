"""A notice is sent once, whatever the other end and our own processes do."""

import datetime as dt
import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import sdk
from tests.conftest import MovableClock
from tests.factories import tenders as factory
from tests.factories.doe_server import Doe
from tests.integration.notices import outside
from vergabe import clock, sweeps
from vergabe.db import unit_of_work
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.exchange.doe import OutsideFinding
from vergabe.messages.model import Message
from vergabe.notices import delivering, dispatching, outgoing, preparing
from vergabe.notices.delivery_model import DeliveryEvent, NoticeCheck, NoticeDelivery
from vergabe.notices.dispatching import Desk
from vergabe.notices.model import Notice
from vergabe.notices.preparing import Prepared
from vergabe.notices.senders.choosing import sender_for
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def desk(app: Flask, outlet: Outlet) -> Desk:
    sender = sender_for(app)
    assert sender is not None
    return Desk(sender, outlet, outside.house())


@pytest.mark.parametrize("trouble", ["503", "cut", "hang", "garbage", "429"])
def test_trouble_before_the_other_end_has_it_is_tried_again(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
    trouble: str,
) -> None:
    doe.troubles.append(trouble)
    notice = outside.publish(session, tender, outlet)
    outside.sweep_hurriedly(app, doe)
    delivery = outside.delivery_of(session, notice)
    assert (delivery.state, delivery.attempts, notice.stage) == ("sending", 1, "checked")
    assert delivery.last_error
    outside.sweep(app)
    assert len(doe.posted) == 1, "it waits before the next attempt"
    moving_clock.pass_(minutes=3)
    outside.sweep(app)
    assert outside.delivery_of(session, notice).state == "sent"
    assert len(doe.posted) == 2
    assert len(doe.deliveries) == 1


@pytest.mark.parametrize("trouble", ["after hang", "after cut", "after garbage", "after 500"])
def test_what_arrived_although_nobody_said_so_is_not_sent_again(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
    trouble: str,
) -> None:
    doe.troubles.append(trouble)
    notice = outside.publish(session, tender, outlet)
    outside.sweep_hurriedly(app, doe)
    assert outside.delivery_of(session, notice).state == "sending"
    moving_clock.pass_(minutes=3)
    outside.sweep(app)
    delivery = outside.delivery_of(session, notice)
    assert (delivery.state, delivery.tracking_code) == ("sent", doe.only().tracking_code)
    assert len(doe.posted) == 1


def test_a_duplicate_is_the_same_delivery(
    app: Flask, session: Session, doe: Doe, notice: Notice, moving_clock: MovableClock
) -> None:
    # As if we had lost our memory of it, and the other end did not find it when asked.
    delivery = outside.delivery_of(session, notice)
    delivery.state, delivery.sent_at, delivery.tracking_code = "waiting", None, None
    delivery.due_at = clock.now()
    session.commit()
    outside.sweep(app)
    assert outside.delivery_of(session, notice).state == "sending"
    moving_clock.pass_(minutes=1)
    outside.sweep(app)
    delivery = outside.delivery_of(session, notice)
    assert (delivery.state, delivery.tracking_code) == ("sent", doe.only().tracking_code)
    assert len(doe.deliveries) == 1


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


@pytest.mark.parametrize("moment", ["before sending", "after sending"])
def test_a_worker_killed_around_sending_costs_nothing(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    notice = outside.publish(session, tender, outlet)
    sender = desk(app, outlet).sender
    real = sender.send

    def killed(parcel: object) -> object:
        if moment == "after sending":
            real(parcel)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sender, "send", killed)
        with pytest.raises(Killed):
            sweeps.send_notices(app)
    session.expire_all()
    delivery = outside.delivery_of(session, notice)
    assert (delivery.state, delivery.xml_sha256 is not None) == ("sending", True)
    outside.sweep(app)
    assert len(doe.posted) == (moment == "after sending"), "the lease of the dead still holds"
    moving_clock.pass_(minutes=11)
    outside.sweep(app)
    assert outside.delivery_of(session, notice).state == "sent"
    assert len(doe.posted) == 1


def test_an_answer_after_the_lease_has_passed_to_another_is_not_written(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    notice = outside.publish(session, tender, outlet)
    with unit_of_work() as work:
        (slow,) = dispatching.claim(work, outlet, now=clock.now())
    moving_clock.pass_(minutes=11)
    outside.sweep(app)
    dispatching.work(slow, desk(app, outlet))
    assert len(doe.posted) == 1
    assert outside.delivery_of(session, notice).state == "sent"


def test_issue_time_is_that_of_sending(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    doe.troubles.append("503")
    outside.publish(session, tender, outlet)
    outside.sweep(app)
    moving_clock.pass_(hours=2)
    outside.sweep(app)
    assert b"<cbc:IssueTime>14:00:" in doe.only().parts["notice"]


def test_what_waited_too_long_for_its_deadlines_is_not_sent(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    doe.troubles += ["503"] * 3
    notice = outside.publish(session, tender, outlet)
    outside.sweep(app)
    moving_clock.pass_(days=1)
    outside.sweep(app)
    delivery = outside.delivery_of(session, notice)
    assert (delivery.state, tender.stage) == ("blocked", "ready")
    assert "Angebotsfrist" in delivery.reasons[0]["text"]
    assert doe.deliveries == {}


def test_findings_of_the_official_rules_keep_it_in_the_house(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judged(prepared: Prepared, _sdk: Path | None) -> Prepared:
        wrong = OutsideFinding("Amtliche Regeln", "BR-BT-00022-0103", "/x", "Die Kennung fehlt.")
        return Prepared(prepared.outgoing, prepared.issued_at, (wrong,))

    monkeypatch.setattr(preparing, "judged", judged)
    notice = outside.publish(session, tender, outlet)
    outside.sweep(app)
    delivery = outside.delivery_of(session, notice)
    assert (delivery.state, notice.stage, tender.stage) == ("blocked", "rejected", "ready")
    assert doe.posted == []


def test_a_notice_that_cannot_be_written_says_why(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_given: object, **_more: object) -> None:
        raise InvalidInput("eforms_unknown_party", "Die Bekanntmachung nennt „ORG-9“.")

    render = outgoing.render_for_sending
    monkeypatch.setattr(outgoing, "render_for_sending", refused)
    with pytest.raises(Refused) as refusal:
        outside.publish(session, tender, outlet)
    assert [each.code for each in refusal.value.violations] == ["eforms_unknown_party"]
    session.rollback()
    monkeypatch.setattr(outgoing, "render_for_sending", render)
    notice = outside.publish(session, tender, outlet)
    monkeypatch.setattr(outgoing, "render_for_sending", refused)
    outside.sweep(app)
    delivery = outside.delivery_of(session, notice)
    assert delivery.state == "blocked"
    assert [each["text"] for each in delivery.reasons] == ["Die Bekanntmachung nennt „ORG-9“."]


def test_a_slow_state_leaves_no_heap_of_events(
    app: Flask, session: Session, doe: Doe, notice: Notice, moving_clock: MovableClock
) -> None:
    doe.question_troubles += ["500", "garbage", "cut"]
    for _ in range(12):
        moving_clock.pass_(minutes=6)
        outside.sweep(app)
    assert len(doe.asked) == 12
    assert outside.delivery_of(session, notice).state == "sent"
    assert (session.scalar(select(func.count(DeliveryEvent.id))) or 0) <= 8


def test_trouble_that_lasts_is_told_once(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    officer = factory.officer(session, tender)
    doe.troubles += ["503"] * 40
    outside.publish(session, tender, outlet)
    for _ in range(12):
        outside.sweep(app)
        moving_clock.pass_(minutes=31)
    told = session.scalars(select(Message).where(Message.user_id == officer.user_id)).all()
    assert [message.subject.partition(": ")[2] for message in told] == [
        "Bekanntmachung ließ sich noch nicht senden"
    ]


def test_changed_settings_send_what_waits_and_leave_what_another_has(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
    tmp_path: Path,
) -> None:
    doe.troubles.append("after hang")
    notice = outside.publish(session, tender, outlet)
    outside.sweep_hurriedly(app, doe)
    outside.use_folder(app, tmp_path)
    moving_clock.pass_(minutes=5)
    outside.sweep(app)
    assert outside.delivery_of(session, notice).state == "sending"
    assert list(tmp_path.glob("*.xml")) == []


def test_the_folder_is_confirmed_by_hand(
    app: Flask, session: Session, tender: Tender, moving_clock: MovableClock, tmp_path: Path
) -> None:
    outlet = outside.use_folder(app, tmp_path)
    try:
        notice = outside.publish(session, tender, outlet)
        officer = factory.officer(session, tender)
        session.commit()
        outside.sweep(app)
        delivery = outside.delivery_of(session, notice)
        assert (delivery.state, delivery.due_at) == ("sent", None)
        (file,) = tmp_path.glob("*.xml")
        assert file.read_bytes().startswith(b"<?xml")
        told = session.scalars(select(Message.subject).where(Message.user_id == officer.user_id))
        assert any("zum Hochladen" in subject for subject in told)

        moving_clock.pass_(hours=2)
        at = clock.now() - dt.timedelta(hours=1)
        more = {"now": clock.now(), "house": outside.house()}
        for _ in range(2):
            delivering.confirm_receipt(
                session, officer, tender.id, delivery.id, accepted_at=at, **more
            )
        assert (delivery.state, delivery.accepted_at, tender.public_since) == ("accepted", at, None)
        with pytest.raises(Refused):
            delivering.confirm_receipt(
                session, officer, tender.id, delivery.id, accepted_at=clock.now(), **more
            )
        for _ in range(2):
            delivering.confirm_publication(
                session,
                officer,
                tender.id,
                delivery.id,
                published_at=at,
                number="123456-2026",
                **more,
            )
        assert (delivery.state, notice.stage) == ("published", "published")
    finally:
        outside.use_nothing(app)


def test_what_the_service_answers_nobody_sets_by_hand(
    session: Session, tender: Tender, notice: Notice
) -> None:
    delivery = outside.delivery_of(session, notice)
    with pytest.raises(Refused) as refused:
        delivering.confirm_publication(
            session,
            factory.officer(session, tender),
            tender.id,
            delivery.id,
            published_at=clock.now(),
            number="1",
            now=clock.now(),
            house=outside.house(),
        )
    assert refused.value.violations[0].code == "outside_answers"


def test_only_who_may_publish_touches_a_delivery(
    app: Flask, session: Session, tender: Tender, outlet: Outlet
) -> None:
    notice = outside.publish(session, tender, outlet)
    delivery = outside.delivery_of(session, notice)
    member = factory.officer(session, tender, town="Kerpen")
    with pytest.raises(Forbidden):
        delivering.stop(session, member, tender.id, delivery.id, now=clock.now())
    officer = factory.officer(session, tender)
    with pytest.raises(NotFound):
        delivering.stop(session, officer, tender.id, notice.id, now=clock.now())
    assert session.get_one(NoticeDelivery, delivery.id).stop_asked_at is None
    assert session.get_one(Notice, notice.id).stage == "checked"


def test_a_change_waits_until_the_notice_before_it_is_published_outside(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    outside.publish(session, tender, outlet)
    outside.sweep(app)
    outside.let_the_hours_pass(app, doe, moving_clock)
    assert tender.public_since is not None
    changed = outside.prolong(session, tender, outlet)
    outside.sweep(app)
    assert (changed.stage, outside.delivery_of(session, changed).state) == ("published", "waiting")
    doe.only().ted = "PUBLISHED"
    moving_clock.pass_(hours=1)
    outside.sweep(app)
    assert outside.delivery_of(session, changed).state == "sent"


def test_a_full_disk_keeps_it_due(
    app: Flask,
    session: Session,
    tender: Tender,
    moving_clock: MovableClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    outlet = outside.use_folder(app, tmp_path)
    try:
        notice = outside.publish(session, tender, outlet)
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            outside.sweep(app)
        delivery = outside.delivery_of(session, notice)
        assert (delivery.state, notice.stage) == ("waiting", "checked")
        assert "No space left" in (delivery.last_error or "")
        assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
        moving_clock.pass_(minutes=1)
        outside.sweep(app)
        assert outside.delivery_of(session, notice).state == "sent"
    finally:
        outside.use_nothing(app)


def test_the_official_rules_are_asked_and_their_verdict_is_kept(
    app: Flask, session: Session, tender: Tender, doe: Doe, outlet: Outlet
) -> None:
    app.extensions["vergabe_settings"] = replace(
        app.extensions["vergabe_settings"], eforms_sdk=sdk.CORE
    )
    try:
        notice = outside.publish(session, tender, outlet)
        outside.sweep(app)
        (check,) = session.scalars(select(NoticeCheck)).all()
        errors = [f for f in check.findings if f["severity"] == "error"]
        assert (check.passed, errors) == (True, [])
        assert check.sdk_version == "1.14.2"
        delivery = outside.delivery_of(session, notice)
        assert (delivery.state, check.xml_sha256) == ("sent", delivery.xml_sha256)
    finally:
        app.extensions["vergabe_settings"] = replace(
            app.extensions["vergabe_settings"], eforms_sdk=None
        )
