"""Above the threshold nothing is public here before the EU (§ 40 (3) VgV), with a real server."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import suppliers
from tests.factories import tenders as factory
from tests.factories.doe_server import Doe
from tests.integration.notices import outside
from vergabe import clock
from vergabe.access import queries as people
from vergabe.enquiries import queries as enquiries
from vergabe.errors import NotFound, Refused
from vergabe.files import current
from vergabe.messages.model import Message
from vergabe.notices import queries, service
from vergabe.notices.events import NoticePublished
from vergabe.notices.model import Notice
from vergabe.notices.queries import Search
from vergabe.outbox import OutboxRow
from vergabe.supplier_area import news
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet


def is_anywhere_public(client: FlaskClient, session: Session, tender: Tender) -> bool:
    """Return whether any way of the public shows the tender; all ways must agree."""
    reference = tender.reference
    statuses = {
        client.get(f"/bekanntmachungen/{reference}").status_code,
        client.get(f"/bekanntmachungen/{reference}/unterlagen").status_code,
        client.get(f"/api/v1/notices/{reference}").status_code,
        client.get(f"/bekanntmachungen/{reference}/ocds.json").status_code,
        client.get(f"/bekanntmachungen/{reference}/frage").status_code,
        client.get(f"/bekanntmachungen/{reference}/registrieren").status_code,
    }
    lists = [
        reference in client.get(address).get_data(as_text=True)
        for address in (
            "/bekanntmachungen",
            "/bekanntmachungen/atom.xml",
            "/bekanntmachungen/ocds.json",
            "/api/v1/notices",
            "/api/v1/notices/changes",
        )
    ]
    told = session.scalar(
        select(func.count(OutboxRow.id)).where(OutboxRow.name == NoticePublished.name)
    )
    found = [statuses == {200}, *lists, bool(told)]
    assert all(found) or (not any(found) and statuses == {404}), (statuses, lists, told)
    return all(found)


def test_nothing_shows_before_the_eu_and_everything_after_it(
    app: Flask,
    client: FlaskClient,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    notice = outside.publish(session, tender, outlet)
    assert (notice.stage, tender.stage, tender.public_since) == ("checked", "published", None)
    assert not is_anywhere_public(client, session, tender)

    outside.sweep(app)
    delivery = outside.delivery_of(session, notice)
    sent = doe.of(notice.notice_uuid, 1)
    assert (delivery.state, notice.stage) == ("sent", "sent")
    assert delivery.tracking_code == sent.tracking_code
    assert delivery.xml_sha256 is not None
    assert sent.parts["notice"] == current.store().read(delivery.xml_sha256)
    assert not is_anywhere_public(client, session, tender)

    moving_clock.pass_(minutes=6)
    sent.ted, sent.doe = "ACCEPTED", "PENDING"
    sent.more = f"<tedAcceptedTimestamp>{outside.zulu(clock.now())}</tedAcceptedTimestamp>"
    outside.sweep(app)
    assert outside.delivery_of(session, notice).state == "accepted"
    assert not is_anywhere_public(client, session, tender)

    moving_clock.pass_(hours=5)
    sent.ted, sent.doe = "PUBLISHED", "PENDING"
    sent.more += (
        f"<tedPublishedTimestamp>{outside.zulu(clock.now())}</tedPublishedTimestamp>"
        "<tedPublicationId>00123456-2026</tedPublicationId>"
        "<tedPublicationLink>https://ted.europa.eu/udl?uri=TED:NOTICE:123456-2026</tedPublicationLink>"
    )
    outside.sweep(app)
    delivery = outside.delivery_of(session, notice)
    assert (delivery.state, delivery.publication_number) == ("published", "00123456-2026")
    assert notice.stage == "published"
    assert tender.public_since is not None
    assert abs((tender.public_since - clock.now()).total_seconds()) < 60
    assert is_anywhere_public(client, session, tender)
    assert len(doe.posted) == 1


@pytest.mark.parametrize(("minutes_early", "is_public"), [(1, False), (0, True)])
def test_forty_eight_hours_after_the_confirmation_it_is_public_anyway(
    app: Flask,
    client: FlaskClient,
    session: Session,
    tender: Tender,
    doe: Doe,
    notice: Notice,
    moving_clock: MovableClock,
    minutes_early: int,
    is_public: bool,
) -> None:
    moving_clock.pass_(minutes=10)
    accepted_at = clock.now()
    doe.only().ted, doe.only().doe = "ACCEPTED", "PENDING"
    doe.only().more = f"<tedAcceptedTimestamp>{outside.zulu(accepted_at)}</tedAcceptedTimestamp>"
    outside.sweep(app)
    release_at = outside.delivery_of(session, notice).release_at
    assert release_at is not None
    # Confirmed at 12:10: the hour of the event does not count (Regulation 1182/71, Art. 3 (1)).
    assert release_at == dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
    moving_clock.at(release_at - dt.timedelta(minutes=minutes_early))
    outside.sweep(app)
    assert is_anywhere_public(client, session, tender) is is_public
    assert outside.delivery_of(session, notice).state == "accepted"


def test_a_confirmation_from_before_the_order_lets_no_hours_pass(
    app: Flask,
    client: FlaskClient,
    session: Session,
    tender: Tender,
    doe: Doe,
    notice: Notice,
    moving_clock: MovableClock,
) -> None:
    heard_at = moving_clock.pass_(minutes=10)
    doe.only().ted, doe.only().doe = "ACCEPTED", "PENDING"
    doe.only().more = "<tedAcceptedTimestamp>1970-01-01T00:00:00Z</tedAcceptedTimestamp>"
    outside.sweep(app)
    delivery = outside.delivery_of(session, notice)
    assert delivery.accepted_at is not None
    assert delivery.accepted_at >= heard_at
    assert not is_anywhere_public(client, session, tender)


def test_the_requested_day_holds_longer_than_the_hours(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    wanted = clock.berlin_day(clock.now()) + dt.timedelta(days=10)
    tender.requested_publication_on = wanted
    session.commit()
    notice = outside.publish(session, tender, outlet)
    outside.sweep(app)
    moving_clock.pass_(minutes=10)
    doe.only().ted, doe.only().doe = "ACCEPTED", "PENDING"
    outside.sweep(app)
    assert outside.delivery_of(session, notice).release_at == clock.start_of_day(wanted)


def test_a_waiting_tender_is_neither_changed_nor_cancelled(
    app: Flask, session: Session, tender: Tender, outlet: Outlet
) -> None:
    outside.publish(session, tender, outlet)
    officer = factory.officer(session, tender)
    more = {"now": clock.now(), "store": current.store(), "base_url": outside.BASE_URL}
    assert tender.submission_deadline is not None
    later = Amendment("Die Frist wird verlängert.", submission_deadline=tender.submission_deadline)
    with pytest.raises(Refused) as refused:
        service.publish_amendment(session, officer, tender.id, later, **more)
    assert refused.value.violations[0].code == "not_yet_public"
    session.rollback()
    with pytest.raises(Refused) as refused:
        service.publish_cancellation(
            session, officer, tender.id, "Der Bedarf ist vollständig entfallen.", **more
        )
    assert refused.value.violations[0].code == "not_yet_public"


def test_below_the_threshold_nothing_waits_and_the_service_gets_it_too(
    app: Flask,
    session: Session,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    small = factory.complete(session, current.store(), factory.small_draft(session))
    small.stage = "ready"
    session.commit()
    notice = outside.publish(session, small, outlet)
    assert notice.stage == "published"
    outside.sweep(app)
    assert outside.delivery_of(session, notice).state == "sent"
    assert "publishToTed" not in doe.only().parts


def test_changes_are_public_at_once_and_sent(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    first = outside.publish(session, tender, outlet)
    outside.sweep(app)
    doe.only().ted, doe.only().doe = "PUBLISHED", "PUBLISHED"
    moving_clock.pass_(minutes=10)
    outside.sweep(app)
    changed = outside.prolong(session, tender, outlet)
    assert (changed.stage, changed.must_wait, first.is_current) == ("published", False, False)
    outside.sweep(app)
    assert outside.delivery_of(session, changed).state == "sent"
    assert changed.notice_uuid != first.notice_uuid
    assert changed.version_number == 1


def test_the_supplier_is_told_when_it_is_public_and_not_before(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    firm = suppliers.supplier(session)
    session.commit()
    outside.publish(session, tender, outlet)
    outside.sweep(app)
    told = select(func.count(Message.id)).where(Message.organisation_id == firm.id)
    assert session.scalar(told) == 0
    doe.only().ted, doe.only().doe = "PUBLISHED", "PENDING"
    moving_clock.pass_(minutes=10)
    outside.sweep(app)
    assert session.scalar(told) == 1


def test_suppliers_never_see_what_stood_in_a_rejected_version(
    app: Flask,
    session: Session,
    tender: Tender,
    doe: Doe,
    outlet: Outlet,
    moving_clock: MovableClock,
) -> None:
    firm = suppliers.supplier(session, cpv=[])
    person = suppliers.supplier_person(session, firm)
    doe.troubles.append("422")
    rejected = outside.publish(session, tender, outlet)
    outside.sweep(app)
    tender.description = "Lieferung von Löschgruppenfahrzeugen, nun ohne den Mangel von vorhin."
    again = outside.publish(session, tender, outlet)
    outside.sweep(app)
    second = doe.of(again.notice_uuid, 2)
    second.ted, second.doe = "PUBLISHED", "PENDING"
    moving_clock.pass_(minutes=10)
    outside.sweep(app)
    assert (rejected.tender_version, again.tender_version, again.stage) == (1, 2, "published")
    reader = people.actor_for(session, person, firm.id, now=clock.now())
    found = news.news_of(session, reader, tender)
    assert (found.is_anything, found.since_version, found.differences) == (False, 2, [])


def test_reads_of_the_public_know_nothing_of_a_waiting_tender(
    app: Flask, session: Session, tender: Tender, outlet: Outlet
) -> None:
    notice = outside.publish(session, tender, outlet)
    with pytest.raises(NotFound):
        queries.published_tender(session, tender.reference)
    with pytest.raises(NotFound):
        enquiries.published_tender(session, tender.reference)
    assert queries.notices_of(session, tender.id) == []
    assert queries.search(session, Search(), now=clock.now()).items == []
    assert list(queries.changes_since(session, 0)) == []
    assert session.get_one(Notice, notice.id).feed_sequence is None
