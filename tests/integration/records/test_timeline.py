"""The record as people read it: by day, in sentences, by subject, page by page, no entry twice."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.errors import InvalidInput
from vergabe.pools.recording import record as record_pool
from vergabe.records import queries, timeline
from vergabe.records.queries import ChainRef
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import record

OPERATOR = Actor.operator("Test")


@pytest.fixture
def refs(session: Session, tender: Tender) -> list[ChainRef]:
    """A tender with acts of three kinds on three days, several at one instant."""
    began = clock.now()
    for day in range(3):
        at = began + dt.timedelta(days=day)
        for number in range(4):
            record(session, OPERATOR, tender, "document_added", f"Dokument {day}.{number}", now=at)
        record_pool(session, OPERATOR, tender.pool, "pool_bound", "Verbindlich.", now=at)
        record(
            session,
            OPERATOR,
            tender,
            "tender_edited",
            "Geändert wurde: Titel.",
            now=at,
            changes={"title": {"old": "Alt", "new": "Neu"}},
        )
    session.flush()
    return queries.chains_of(session, OPERATOR, tender)


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_hold_every_entry_once_and_in_order(
    session: Session, refs: list[ChainRef], newest_first: bool
) -> None:
    whole = timeline.page_of(session, refs, newest_first=newest_first, limit=500).items
    cursor, seen = None, []
    while True:
        page = timeline.page_of(session, refs, cursor=cursor, newest_first=newest_first, limit=3)
        seen += [told.entry.id for told in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [told.entry.id for told in whole]
    assert len(seen) == len(set(seen)) > 15
    moments = [told.entry.at for told in whole]
    assert moments == sorted(moments, reverse=newest_first)


def test_entries_stand_under_their_day_in_plain_words(
    session: Session, refs: list[ChainRef]
) -> None:
    found = timeline.page_of(session, refs, newest_first=False, limit=500).items
    days = timeline.days_of(found)
    assert [day.day for day in days] == sorted({day.day for day in days})
    (edited, *_) = [told for told in found if told.entry.action == "tender_edited"]
    assert edited.details == ["Titel: bisher „Alt“, neu „Neu“."]
    assert edited.topic == "vorbereitung"


def test_a_topic_shows_its_entries_only(session: Session, refs: list[ChainRef]) -> None:
    for key, count in (("unterlagen", 12), ("buendelung", 3)):
        found = timeline.page_of(session, refs, topic=key, limit=500).items
        assert {told.topic for told in found} == {key}
        assert len(found) >= count
    assert timeline.page_of(session, refs, topic="unsinn", limit=500).items


@pytest.mark.parametrize("cursor", ["###", "YWJj", "MjAyNi0xMS0yM3x4fDE"])
def test_a_foreign_cursor_is_refused(session: Session, refs: list[ChainRef], cursor: str) -> None:
    with pytest.raises(InvalidInput):
        timeline.page_of(session, refs, cursor=cursor)


def test_the_page_of_a_long_record_asks_no_more_than_that_of_a_short_one(
    session: Session,
    client: FlaskClient,
    tender: Tender,
    refs: list[ChainRef],
    count_queries: Callable[[], int],
) -> None:
    user = access.person(session, cooperations.town(session, "Merzenich"), Role.AUDITOR)
    for number in range(120):
        record(session, OPERATOR, tender, "document_added", f"D {number}", now=clock.now())
    session.commit()
    access.log_in(client, user)
    path = f"/akte/verfahren/{tender.id}?folge=alt"
    page = client.get(path).get_data(as_text=True)
    assert "Weitere Einträge" in page
    assert "Prüfung der Akte" in page
    following = page.split('rel="next" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    count_queries()
    assert client.get(following).status_code == 200
    assert count_queries() < 40
    assert client.get(f"{path}&ab=unsinn").status_code == 422
    assert client.get(f"{path}&thema=fragen").status_code == 200
