"""Notices of others in the database: once per version, one group per procedure."""

import dataclasses
import datetime as dt
import gzip
import json
import random
import uuid
from itertools import combinations
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.factories.market import NOW, foreign, notice_xml, stored
from vergabe import stopping, sweeps
from vergabe.catalogue.model import CatalogueEntry, CatalogueWord
from vergabe.exchange.foreign_notice import ForeignNotice, Party
from vergabe.exchange.foreign_records import read_record
from vergabe.files import current
from vergabe.market import filling, queries, service
from vergabe.market.model import (
    ComparisonKey,
    ProcedureGroup,
    StoredNotice,
)
from vergabe.market.queries import Search
from vergabe.market.service import Incoming

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "crossportal_groups.json"
PROCEDURE = "0f3f2f0e-6f0a-4c8e-9a36-5a1c7d3b9e01"
OTHER = "7f9720a7-0f02-480b-8f78-707ee4c3cb7b"


def found(session: Session, **wanted: str) -> list[ProcedureGroup]:
    return list(queries.search(session, Search(**wanted), now=NOW).items)


def counts(session: Session) -> list[int]:
    tables = (StoredNotice, ProcedureGroup, CatalogueEntry, CatalogueWord, ComparisonKey)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_same_notice_twice_changes_nothing(session: Session) -> None:
    store, one = current.store(), [Incoming(foreign())]
    assert service.store(session, store, one, now=NOW) == {"new": 1}
    before = counts(session)

    assert service.store(session, store, one, now=NOW) == {"unchanged": 1}
    assert service.store(session, store, one * 3, now=NOW) == {"unchanged": 3}
    assert counts(session) == before


def test_directory_is_filled_in_batches_and_no_further_one_once_the_worker_shall_end(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, title in enumerate(("Streusalz", "Kanalreinigung", "Schulmöbel")):
        stored(session, current.store(), foreign(source_id=str(number), title=title))
    session.execute(update(ProcedureGroup).values(is_listed=False))
    session.commit()
    listed = select(func.count()).where(ProcedureGroup.is_listed)
    monkeypatch.setattr(filling, "AT_ONCE", 1)
    with stopping.held_up_by(lambda: bool(session.scalar(listed))):
        assert sweeps.fill_catalogue(app) == 1
    assert sweeps.fill_catalogue(app) == 2


def test_when_a_portal_was_looked_at_is_no_change(session: Session) -> None:
    stored(session, current.store(), foreign(seen_on=dt.date(2026, 8, 22)))
    again = [Incoming(foreign(seen_on=dt.date(2026, 8, 23)))]

    assert service.store(session, current.store(), again, now=NOW) == {"unchanged": 1}


def test_a_record_that_says_something_else_is_written_anew(session: Session) -> None:
    (row,) = stored(session, current.store(), foreign())
    later = foreign(title="Lieferung einer mobilen Netzersatzanlage am Hochbehälter Happerschoß")
    outcome = service.store(session, current.store(), [Incoming(later)], now=NOW)

    assert outcome == {"changed": 1}
    assert found(session, text="mobilen")[0].shown_id == row.id
    assert found(session, text="stationären") == []


def test_a_higher_version_replaces_the_lower_one_in_the_search(session: Session) -> None:
    first, second = stored(
        session,
        current.store(),
        foreign(origin="xml", title="Erste Fassung Netzersatzanlage"),
        foreign(origin="xml", version=2, title="Zweite Fassung Netzersatzanlage"),
    )

    assert not first.is_current
    assert [group.shown_id for group in found(session, text="netzersatzanlage")] == [second.id]
    assert found(session, text="erste") == []
    assert first.group_id == second.group_id
    keys = session.scalars(select(ComparisonKey.notice_id).distinct()).all()
    assert keys == [second.id]


def test_a_lower_version_that_comes_late_is_only_kept(session: Session) -> None:
    store = current.store()
    stored(session, store, foreign(origin="xml", version=3))
    late = Incoming(foreign(origin="xml", version=2, title="Alt"), notice_xml())

    assert service.store(session, store, [late], now=NOW) == {"older": 1}
    assert found(session, text="alt") == []
    assert len(found(session)) == 1


def test_a_document_takes_the_place_of_a_record_never_the_reverse(session: Session) -> None:
    store = current.store()
    stored(session, store, foreign())
    document = Incoming(foreign(origin="xml", title="Aus dem Dokument"), notice_xml())

    assert service.store(session, store, [document], now=NOW) == {"changed": 1}
    assert service.store(session, store, [Incoming(foreign())], now=NOW) == {"unchanged": 1}
    row = session.scalars(select(StoredNotice)).one()
    assert row.title == "Aus dem Dokument"
    assert row.file_sha256 is not None
    assert store.read(row.file_sha256) == notice_xml()


def test_one_procedure_on_three_portals_is_one_hit(session: Session) -> None:
    stored(
        session,
        current.store(),
        foreign(),
        foreign(source="cosinex:nrw", source_id="1126661"),
        foreign(source="cosinex:rheinland", source_id="93898", deadline=None),
        foreign(source_id="4711", title="Unterhaltsreinigung der Schulen"),
    )

    (group,) = found(session, text="netzersatzanlage happerschoss")
    assert group.notice_count == 3
    assert sorted(place["source"] for place in group.places) == [
        "cosinex:nrw",
        "cosinex:rheinland",
        "doe",
    ]
    assert len(found(session)) == 2


def test_a_notice_that_links_two_groups_makes_them_one(session: Session) -> None:
    store = current.store()
    one, other = stored(
        session,
        store,
        foreign(notice_id=PROCEDURE, title="Ausschreibung Strom"),
        foreign(source="ted", source_id="1-2026", title="Vergebene Aufträge", buyers=()),
    )
    assert one.group_id != other.group_id
    stored(
        session,
        store,
        foreign(
            source="x",
            source_id="9",
            title="Bericht",
            changed_notice=f"{PROCEDURE}-01",
            previous_notices=("00000001-2026",),
        ),
    )

    assert one.group_id == other.group_id
    assert len(found(session)) == 1
    assert session.scalar(select(func.count()).select_from(ProcedureGroup)) == 1


def test_a_notice_whose_new_version_is_another_procedure_leaves_its_group(session: Session) -> None:
    store = current.store()
    stored(session, store, foreign(), foreign(source="ted", source_id="1-2026"))
    assert len(found(session)) == 1
    stored(
        session,
        store,
        foreign(
            source="ted",
            source_id="1-2026",
            version=2,
            title="Unterhaltsreinigung",
            buyers=(Party(name="Kreis Düren"),),
        ),
    )

    assert sorted(group.notice_count for group in found(session)) == [1, 1]
    older = session.scalars(select(StoredNotice).where(~StoredNotice.is_current)).one()
    assert older.group_id == found(session, text="unterhaltsreinigung")[0].id


def test_different_procedure_ids_stay_apart_whatever_comes_between(session: Session) -> None:
    stored(
        session,
        current.store(),
        foreign(procedure_id=PROCEDURE),
        foreign(source="ted", source_id="1-2026", procedure_id=OTHER),
        foreign(source="x", source_id="3"),
    )

    assert sorted(group.notice_count for group in found(session)) == [1, 2]


def test_one_by_one_and_shuffled_gives_the_groups_decided_by_hand(
    session: Session, shared: Path
) -> None:
    with gzip.open(shared / "data/notices/notices_crossportal_2026-08.jsonl.gz") as file:
        notices = [read_record(json.loads(line)).notice for line in file]
    random.Random(7).shuffle(notices)
    for at in range(0, len(notices), 9):
        batch = [Incoming(one) for one in notices[at : at + 9] if one is not None]
        service.store(session, current.store(), batch, now=NOW)

    groups: dict[uuid.UUID, list[str]] = {}
    for row in session.scalars(select(StoredNotice)):
        groups.setdefault(row.group_id, []).append(f"{row.source}:{row.source_id}")
    truth = _pairs(json.loads(GOLDEN.read_text()))
    right = _pairs(list(groups.values())) & truth
    assert len(right) >= 0.93 * len(truth)
    assert len(right) >= 0.96 * len(_pairs(list(groups.values())))


def _pairs(groups: list[list[str]]) -> set[frozenset[str]]:
    return {frozenset(pair) for group in groups for pair in combinations(group, 2)}


def test_search_narrows_by_word_code_region_and_state(session: Session) -> None:
    stored(
        session,
        current.store(),
        foreign(),
        foreign(
            source_id="2",
            title="Schulmöbel",
            cpv=("39160000",),
            nuts=("DEB1C",),
            form_type="result",
            deadline=None,
            buyers=(Party(name="Kreis Cochem-Zell"),),
        ),
        foreign(source_id="3", title="Markterkundung Strom", form_type="planning", deadline=None),
    )

    assert len(found(session, cpv="3112")) == 2
    assert len(found(session, cpv="31000000")) == 2
    assert len(found(session, cpv="30000000")) == 0
    assert [group.title for group in found(session, nuts="deb")] == ["Schulmöbel"]
    assert [group.title for group in found(session, state="awarded")] == ["Schulmöbel"]
    assert [group.title for group in found(session, state="planned")] == ["Markterkundung Strom"]
    assert [group.title for group in found(session, state="open")] == [foreign().title]
    assert [group.title for group in found(session, text="COCHEM schulmoe")] == ["Schulmöbel"]
    after = dt.datetime(2026, 9, 18, 10, 0, tzinfo=dt.UTC)
    assert queries.search(session, Search(state="open"), now=after).items == []


def test_pages_follow_each_other_without_gap_or_repeat(session: Session) -> None:
    days = [dt.date(2026, 8, 1 + number % 3) for number in range(7)]
    stored(
        session,
        current.store(),
        *(
            foreign(
                source_id=f"{at}",
                title=f"Gegenstand{at} Nummer{at} Sache{at}",
                published_on=day,
                deadline=None,
            )
            for at, day in enumerate(days)
        ),
    )
    seen: list[uuid.UUID] = []
    cursor = None
    while True:
        page = queries.search(session, Search(), now=NOW, cursor=cursor, limit=2)
        seen += [group.id for group in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 7


def test_search_costs_few_statements_whatever_the_groups_hold(
    app: Flask, session: Session, count_queries: object
) -> None:
    stored(session, current.store(), *(foreign(source=f"portal{at}") for at in range(5)))
    session.commit()
    assert callable(count_queries)
    count_queries()
    found(session, text="netzersatzanlage")

    assert count_queries() <= 7


def test_odd_texts_are_stored_and_found(session: Session) -> None:
    odd = foreign(
        title="Füße & <b>Straße</b> \u2013 „Los 1“ 𝄞" + "x" * 340, summary="\t• Ü\n" * 900
    )
    stored(session, current.store(), dataclasses.replace(odd, reference="A" * 80))

    assert found(session, text="fuesse strasse")[0].title == odd.title
    assert (
        ForeignNotice.from_dict(session.scalars(select(StoredNotice)).one().facts).title
        == odd.title
    )
