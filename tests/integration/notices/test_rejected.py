"""What the other end rejects or we stop: a tender comes back, what is public here stays."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import tenders as factory
from tests.factories.doe_server import Doe
from tests.integration.notices import outside
from vergabe import clock
from vergabe.deadlines.model import Deadline
from vergabe.demands.model import Demand
from vergabe.errors import InvalidInput
from vergabe.files import current
from vergabe.messages.model import Message
from vergabe.notices import delivering, service
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.model import Notice
from vergabe.tenders import readiness
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def test_a_rejection_gives_the_tender_back_and_the_next_version_rises(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    doe.troubles.append("422")
    notice = outside.publish(session, tender, outlet)
    officer = factory.officer(session, tender)
    session.commit()
    outside.sweep(app)
    delivery = outside.delivery_of(session, notice)
    assert (delivery.state, notice.stage) == ("rejected", "rejected")
    assert delivery.reasons[0]["rule"] == "BR-BT-00022-0103"
    assert (tender.stage, tender.published_at, tender.submission_deadline) == ("ready", None, None)
    assert all(d.published_in_version is None for d in tender.documents)
    running = select(func.count(Deadline.id)).where(
        Deadline.subject_id == tender.id, Deadline.lifted_at.is_(None)
    )
    assert session.scalar(running) == 0
    assert set(session.scalars(select(Demand.stage))) == {"pooled"}
    subject = session.scalar(select(Message.subject).where(Message.user_id == officer.user_id))
    assert subject is not None
    assert "zurückgewiesen" in subject

    again = outside.publish(session, tender, outlet)
    assert (again.notice_uuid, again.version_number) == (notice.notice_uuid, 2)
    assert tender.published_version == 2
    outside.sweep(app)
    second = doe.of(notice.notice_uuid, 2)
    assert b"Changes" not in second.parts["notice"]
    second.ted, second.doe = "PUBLISHED", "PENDING"
    moving_clock.pass_(minutes=10)
    outside.sweep(app)
    assert (again.stage, again.is_current, tender.public_since is not None) == (
        "published",
        True,
        True,
    )


def test_a_rejected_draft_can_be_edited_and_given_up(
    app: Flask, session: Session, tender: Tender, doe: Doe, outlet: Outlet
) -> None:
    doe.troubles.append("422")
    outside.publish(session, tender, outlet)
    outside.sweep(app)
    officer = factory.officer(session, tender)
    readiness.take_back(session, officer, tender.id, version=None, now=clock.now())
    assert tender.stage == "draft"
    gone = service.publish_cancellation(
        session,
        officer,
        tender.id,
        "Der Bedarf ist vollständig entfallen.",
        now=clock.now(),
        store=current.store(),
        base_url=outside.BASE_URL,
    )
    assert (gone, tender.stage) == (None, "cancelled")


def test_a_rejected_change_stays_public_and_is_sent_corrected(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    outside.publish(session, tender, outlet)
    outside.sweep(app)
    doe.only().ted, doe.only().doe = "PUBLISHED", "PUBLISHED"
    moving_clock.pass_(minutes=10)
    outside.sweep(app)
    officer = factory.officer(session, tender)
    changed = outside.prolong(session, tender, outlet)
    doe.troubles.append("422")
    outside.sweep(app)
    first = outside.delivery_of(session, changed)
    assert (first.state, changed.stage, tender.stage) == ("rejected", "published", "published")
    again = delivering.send_again(
        session, officer, tender.id, first.id, outlet=outlet, now=clock.now()
    )
    twice = delivering.send_again(
        session, officer, tender.id, first.id, outlet=outlet, now=clock.now()
    )
    session.commit()
    assert (again.id, again.version_number) == (twice.id, 2)
    outside.sweep(app)
    assert outside.delivery_of(session, changed).state == "sent"
    assert (str(changed.notice_uuid), "02") in doe.deliveries


def test_ted_rejects_by_hand_after_the_hours_have_passed(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    notice: Notice,
    moving_clock: MovableClock,
) -> None:
    outside.let_the_hours_pass(app, doe, moving_clock)
    assert notice.stage == "published"
    doe.only().ted = "MANUALLY_REJECTED"
    moving_clock.pass_(hours=1)
    outside.sweep(app)
    assert outside.delivery_of(session, notice).state == "rejected"
    assert (notice.stage, tender.stage) == ("published", "published")


def test_a_rejection_by_hand_gives_the_tender_back(
    app: Flask, session: Session, tender: Tender, tmp_path: Path
) -> None:
    outlet = outside.use_folder(app, tmp_path)
    try:
        notice = outside.publish(session, tender, outlet)
        outside.sweep(app)
        officer = factory.officer(session, tender)
        delivery = outside.delivery_of(session, notice)
        more = {"now": clock.now(), "house": outside.house()}
        with pytest.raises(InvalidInput):
            delivering.confirm_rejection(
                session, officer, tender.id, delivery.id, reason="nein", **more
            )
        for _ in range(2):
            delivering.confirm_rejection(
                session,
                officer,
                tender.id,
                delivery.id,
                reason="TED beanstandet die Anschrift der Vergabekammer.",
                **more,
            )
        assert (delivery.state, tender.stage) == ("rejected", "ready")
    finally:
        outside.use_nothing(app)


def test_a_change_of_a_rejected_notice_stays_until_that_one_is_corrected(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    notice: Notice,
    moving_clock: MovableClock,
) -> None:
    outside.let_the_hours_pass(app, doe, moving_clock)
    officer = factory.officer(session, tender)
    changed = outside.prolong(session, tender, outlet)
    doe.only().ted = "MANUALLY_REJECTED"
    for _ in range(2):
        moving_clock.pass_(hours=1)
        outside.sweep(app)
    rejected, kept = outside.delivery_of(session, notice), outside.delivery_of(session, changed)
    assert (rejected.state, kept.state) == ("rejected", "blocked")
    assert [reason["rule"] for reason in kept.reasons] == ["previous_not_published"]
    assert len(doe.deliveries) == 1

    def send(delivery: NoticeDelivery) -> None:
        delivering.send_again(
            session, officer, tender.id, delivery.id, outlet=outlet, now=clock.now()
        )
        session.commit()
        outside.sweep(app)

    send(rejected)
    corrected = doe.of(notice.notice_uuid, 2)
    corrected.ted = corrected.doe = "PUBLISHED"
    moving_clock.pass_(hours=1)
    outside.sweep(app)
    send(kept)
    assert outside.delivery_of(session, changed).state == "sent"


def test_stopping_is_asked_until_the_other_end_has_stopped(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    notice: Notice,
    moving_clock: MovableClock,
) -> None:
    officer = factory.officer(session, tender)
    delivery = outside.delivery_of(session, notice)
    delivering.stop(session, officer, tender.id, delivery.id, now=clock.now())
    delivering.stop(session, officer, tender.id, delivery.id, now=clock.now())
    session.commit()
    outside.sweep(app)
    assert doe.only().stop_asked
    assert outside.delivery_of(session, notice).state == "stopping"
    doe.only().ted, doe.only().doe = "STOPPED", "NOT_SEND"
    moving_clock.pass_(minutes=6)
    outside.sweep(app)
    assert outside.delivery_of(session, notice).state == "stopped"
    assert (notice.stage, tender.stage) == ("rejected", "ready")


def test_a_stop_that_comes_too_late_ends_in_publication(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    notice: Notice,
    moving_clock: MovableClock,
) -> None:
    doe.only().ted, doe.only().doe = "PUBLISHED", "PENDING"
    delivery = outside.delivery_of(session, notice)
    delivering.stop(
        session, factory.officer(session, tender), tender.id, delivery.id, now=clock.now()
    )
    session.commit()
    outside.sweep(app)
    assert outside.delivery_of(session, notice).state == "published"
    assert (notice.stage, tender.stage) == ("published", "published")


def test_what_has_not_left_is_stopped_at_once(
    app: Flask, session: Session, tender: Tender, doe: Doe, outlet: Outlet
) -> None:
    notice = outside.publish(session, tender, outlet)
    delivery = outside.delivery_of(session, notice)
    delivering.stop(
        session, factory.officer(session, tender), tender.id, delivery.id, now=clock.now()
    )
    session.commit()
    outside.sweep(app)
    assert (delivery.state, tender.stage, doe.posted) == ("stopped", "ready", [])
