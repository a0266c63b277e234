"""Page, PDF and XML of one publication say the same of its money."""

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from tests.factories import cooperations, tenders
from tests.integration.notices import outside
from vergabe import clock, ids
from vergabe.exchange import parser
from vergabe.files import current
from vergabe.notices.model import Notice
from vergabe.pools.model import LaterJoiner
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import OWN_ONLY


def content(notice: Notice, name: str) -> bytes:
    (found,) = [each for each in notice.documents if each.format == name]
    return current.store().read(found.file_sha256)


def paper(notice: Notice) -> str:
    pages = PdfReader(io.BytesIO(content(notice, "pdf"))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def published(session: Session, tender: Tender) -> Notice:
    return outside.publish(session, tender, OWN_ONLY)


def announce(session: Session, tender: Tender, town: str) -> None:
    """Let a town that may join later stand in a tender's pool."""
    later = LaterJoiner(
        id=ids.new_id(),
        organisation_id=cooperations.town(session, town).id,
        lines=[{"key": "a", "text": "Fahrzeug", "maximum": "1", "unit_code": "H87"}],
        maximum_net_cents=7_000_001,
        latest_on=clock.berlin_day(clock.now()),
        named_by_name="Erika Muster",
        named_at=clock.now(),
    )
    tender.pool.later_joiners.append(later)
    session.flush()


def test_all_name_the_value_with_what_later_joiners_may_take(
    client: FlaskClient, session: Session
) -> None:
    tender = tenders.ready(session, current.store())
    tender.publishes_value = True
    announce(session, tender, "Inden")
    notice = published(session, tender)
    page = client.get(f"/bekanntmachungen/{tender.reference}").text
    xml = parser.parse(content(notice, "xvergabe"))
    told = xml.findtext(".//{*}procedure/{*}estimatedValueNet") or ""
    assert told == "1420000.01"
    assert notice.estimated_value_net_cents == 142_000_001
    for text in (page, paper(notice)):
        assert "1.420.000,01" in text
        assert "Später beitreten können" in text


def test_the_page_asks_no_more_however_many_may_join_later(
    client: FlaskClient, session: Session, count_queries: Callable[[], int]
) -> None:
    tender = tenders.ready(session, current.store())
    announce(session, tender, "Inden")
    address = f"/bekanntmachungen/{published(session, tender).tender.reference}"

    def statements() -> int:
        session.expunge_all()
        count_queries()
        assert client.get(address).status_code == 200
        return count_queries()

    statements()  # some things are read by the first request only
    few = statements()
    again = session.get_one(Tender, tender.id)
    for town in ("Titz", "Vettweiß", "Nideggen"):
        announce(session, again, town)
    session.commit()
    assert statements() == few


@pytest.mark.parametrize(("months", "words"), [(36, "36 Monate"), (1, "1 Monat")])
def test_all_name_the_maximum_of_a_framework_agreement(
    client: FlaskClient, session: Session, months: int, words: str
) -> None:
    tender = tenders.ready(session, current.store())
    tender.is_framework, tender.duration_months = True, months
    tender.framework_maximum_net_cents = 200_000_000
    session.flush()
    notice = published(session, tender)
    assert b"2000000.00" in content(notice, "xvergabe")
    for text in (client.get(f"/bekanntmachungen/{tender.reference}").text, paper(notice)):
        assert "2.000.000,00" in text
        assert words in text
        assert f" {words}e" not in text
