"""A mandate that ends during the procedure: warned of, told of, and acts are refused afterwards."""

import datetime as dt

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import cooperations
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.cooperations.model import Mandate
from vergabe.errors import Refused
from vergabe.files.store import FileStore
from vergabe.messages.model import Message
from vergabe.tenders import amending, mandate_watch
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender

LAST_DAY = dt.date(2026, 12, 4)


@pytest.fixture
def tender(session: Session, store: FileStore, monday: MovableClock) -> Tender:
    found = factory.published(session, store)
    kerpen = cooperations.town(session, "Kerpen")
    session.execute(
        update(Mandate).where(Mandate.grantor_id == kerpen.id).values(valid_to=LAST_DAY)
    )
    return found


def _amend(session: Session, tender: Tender) -> None:
    title = f"{tender.title} neu"
    amending.mark_amended(
        session,
        factory.officer(session, tender),
        tender.id,
        Amendment("Der Titel wurde geändert.", title=title, is_substantial=False),
        now=clock.now(),
    )


def _told(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(
        select(Message).where(Message.kind == "mandate").order_by(Message.delivered_at, Message.id)
    )
    return [(m.organisation.name if m.organisation else "", m.subject) for m in rows]


def test_the_procedure_goes_on_and_acts_are_refused_until_the_mandate_is_renewed(
    session: Session, tender: Tender, monday: MovableClock
) -> None:
    monday.at("2026-12-04T23:59:59+01:00")
    _amend(session, tender)
    monday.at("2026-12-05T00:00:00+01:00")
    with pytest.raises(Refused) as refused:
        _amend(session, tender)
    (missing,) = refused.value.violations
    assert "Kerpen" in missing.message
    assert "04.12.2026" in missing.message
    assert tender.stage == "published"
    cooperations.mandate(
        session,
        tender.cooperation,
        cooperations.town(session, "Kerpen"),
        valid_from=dt.date(2026, 12, 5),
    )
    _amend(session, tender)


def test_member_and_lead_are_warned_once_before_and_told_once_after(
    session: Session, tender: Tender, monday: MovableClock
) -> None:
    monday.at("2026-11-24T08:00+01:00")
    assert mandate_watch.has_due_warnings(session, now=clock.now())
    assert mandate_watch.send_warnings(session, now=clock.now()) == 2
    assert not mandate_watch.has_due_warnings(session, now=clock.now())
    assert mandate_watch.send_warnings(session, now=clock.now()) == 0
    assert {name for name, _ in _told(session)} == {"Kerpen", "Merzenich"}
    assert all("endet am 04.12.2026" in subject for _, subject in _told(session))
    # The worker stood still on the day itself: it tells of the end when it is back.
    monday.at("2026-12-09T08:00+01:00")
    assert mandate_watch.has_due_warnings(session, now=clock.now())
    assert mandate_watch.send_warnings(session, now=clock.now()) == 2
    assert len(_told(session)) == 4
    assert mandate_watch.send_warnings(session, now=clock.now()) == 0


def test_nobody_is_warned_where_another_mandate_goes_on_or_nothing_runs(
    session: Session, tender: Tender, monday: MovableClock
) -> None:
    kerpen = cooperations.town(session, "Kerpen")
    further = cooperations.mandate(session, tender.cooperation, kerpen)
    assert mandate_watch.warnings(session, tender, now=clock.now()) == []
    session.delete(further)
    session.flush()
    (sentence,) = mandate_watch.warnings(session, tender, now=clock.now())
    assert "Kerpen endet am 04.12.2026" in sentence
    tender.stage, tender.opened_at = "awarded", clock.now()
    session.flush()
    assert mandate_watch.warnings(session, tender, now=clock.now()) == []
    assert not mandate_watch.has_due_warnings(session, now=clock.now())


def test_a_revocation_counts_like_an_end(
    session: Session, tender: Tender, monday: MovableClock
) -> None:
    kerpen = cooperations.town(session, "Kerpen")
    session.execute(
        update(Mandate)
        .where(Mandate.grantor_id == kerpen.id)
        .values(valid_to=None, revoked_on=dt.date(2026, 11, 23))
    )
    (sentence,) = mandate_watch.warnings(session, tender, now=clock.now())
    assert "endete am 22.11.2026" in sentence
    with pytest.raises(Refused):
        _amend(session, tender)
