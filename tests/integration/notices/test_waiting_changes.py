"""What a change notice says of its own version, also where it had to wait."""

import datetime as dt
import uuid

import pytest
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import tenders as factory
from tests.integration.notices import outside
from vergabe import clock
from vergabe.exchange.eforms import reading
from vergabe.exchange.eforms.datatypes import Duration
from vergabe.files import current
from vergabe.notices import eforms_documents, writing
from vergabe.tenders.amending import Amendment
from vergabe.tenders.outlet import OWN_ONLY


def test_later_versions_do_not_slip_into_a_notice_that_waited(
    session: Session, moving_clock: MovableClock
) -> None:
    tender = factory.ready(session, current.store())
    tender.bid_validity_until = dt.date(2027, 1, 23)  # thirty days after the deadline
    outside.publish(session, tender, OWN_ONLY)
    due, title, criteria = tender.submission_deadline, tender.title, tender.selection_criteria
    assert due is not None
    moving_clock.pass_(hours=1)
    red = Amendment(
        "Die Farbe stimmt jetzt.", description="Die Fahrzeuge sind rot, nicht gelb. " * 3
    )
    first = outside.amend(session, tender, red)
    moving_clock.pass_(hours=1)
    more = Amendment(
        "Titel, Eignung und Frist sind berichtigt.",
        title="Neuer Titel",
        selection_criteria="Drei Referenzen.",
        submission_deadline=due + dt.timedelta(days=42),  # bids bind longer, too
    )
    outside.amend(session, tender, more)
    xml = eforms_documents.render(
        session, tender, first, issued_at=clock.now(), base_url=outside.BASE_URL
    )
    said = reading.read(xml)
    assert str(said.procedure.title) == title
    assert "rot, nicht gelb" in str(said.procedure.description)
    (lot,) = said.lots
    assert lot.terms.submission_deadline == due
    assert lot.terms.opening is not None
    assert lot.terms.opening.at == due + dt.timedelta(minutes=5)
    assert lot.terms.validity == Duration(30, "DAY")
    (asked,) = lot.terms.selection_criteria
    assert str(asked.text).split() == criteria.split()


@pytest.mark.parametrize(
    ("change", "element"),
    [
        ("Die Angebotsfrist endet jetzt am 01.12.2026 um 10:00 Uhr.", "deadlines/submissionUntil"),
        (
            "Die Frist für Fragen endet jetzt am 01.12.2026 um 10:00 Uhr.",
            "deadlines/questionsUntil",
        ),
        ("Die Bindefrist endet jetzt am 01.02.2027.", "deadlines/boundUntil"),
        ("Neu: Bindefrist erklärt (Fassung 1, a.pdf).", "document"),
    ],
)
def test_a_change_names_the_element_that_changed(
    session: Session, change: str, element: str
) -> None:
    tender = factory.published(session, current.store())
    document = writing.change_of(
        tender,
        notice_uuid=uuid.uuid4(),
        issued_at=clock.now(),
        base_url=outside.BASE_URL,
        changed_uuid=uuid.uuid4(),
        summary="Fristen.",
        changes=[change],
    )
    (found,) = document.changes
    assert found.element == element
