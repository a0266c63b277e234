"""The directory: found, counted, in order, and never older than the question."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories.catalogue import NOW, enter, listed
from vergabe.catalogue import queries, reading, service, warming
from vergabe.catalogue.wishes import SORTS, Sort, Wish
from vergabe.errors import InvalidInput


def titles(session: Session, **wanted: Any) -> list[str]:
    found = queries.search(session, Wish(**wanted), now=NOW)
    return [entry.title for entry in found.items]


def counts(session: Session, facet: str, **wanted: Any) -> dict[str, int]:
    wish = Wish(**wanted)
    return dict(queries.search(session, wish, now=NOW).counts[facet])


def test_a_part_of_a_compound_and_a_compound_made_of_parts_are_found(session: Session) -> None:
    enter(
        session,
        listed(),
        listed(title="Feuerwehrfahrzeug", summary=""),
        listed(title="Reinigung von Fahrzeugen", summary="", cpv=["90910000"]),
        listed(title="Schulmöbel für die Realschule", summary=""),
    )

    assert titles(session, text="FAHRZEUG") == [
        "Reinigung von Fahrzeugen",
        "Feuerwehrfahrzeug",
        "Lieferung eines Löschfahrzeugs LF 20",
    ]
    assert titles(session, text="Feuerwehrfahrzeuge") == [
        "Feuerwehrfahrzeug",
        "Lieferung eines Löschfahrzeugs LF 20",
    ]
    assert titles(session, text="schulmoebel") == ["Schulmöbel für die Realschule"]
    assert titles(session, text="moebel schule") == ["Schulmöbel für die Realschule"]
    assert titles(session, text="fahrzeug kegelbahn") == []


def test_words_that_stand_nowhere_are_named(session: Session) -> None:
    enter(session, listed())

    assert queries.search(session, Wish(text="der Kegelbahn"), now=NOW).unknown == ("kegelbahn",)


def test_facets_narrow_and_values_of_one_facet_widen(session: Session) -> None:
    enter(
        session,
        listed(title="A", cpv=["34144213"], nuts=["DEA26"]),
        listed(title="B", cpv=["34144210"], nuts=["DEB1C"], is_joint=True),
        listed(title="C", cpv=["39160000"], nuts=["DEA"], value_net_cents=50_000_00),
    )

    assert sorted(titles(session, cpv=("3414",))) == ["A", "B"]
    assert sorted(titles(session, regions=("DEA",))) == ["A", "C"]
    assert titles(session, regions=("DEA26",)) == ["A"]
    assert sorted(titles(session, cpv=("39", "34144210"))) == ["B", "C"]
    assert titles(session, cpv=("34",), regions=("DEA",)) == ["A"]
    assert titles(session, values=("25-100",)) == ["C"]
    assert sorted(titles(session, values=("unbekannt",))) == ["A", "B"]
    assert titles(session, joint=("ja",)) == ["B"]
    assert titles(session, buyers=("Stadt Jülich",), cpv=("39",)) == ["C"]
    assert titles(session, sources=("own",)) == []


def test_counts_say_what_a_value_would_bring_whatever_of_its_facet_is_chosen(
    session: Session,
) -> None:
    enter(
        session,
        listed(cpv=["34144213", "34144210", "35110000"], nuts=["DEA26", "DEA27"]),
        listed(cpv=["34144210"], nuts=["DEB1C"]),
        listed(cpv=["39160000"], nuts=["DEA"]),
    )

    assert counts(session, "regions") == {"DEA": 2, "DEB": 1, "DEA26": 1, "DEA27": 1, "DEB1C": 1}
    assert counts(session, "regions", regions=("DEB",))["DEA"] == 2
    assert counts(session, "cpv") == {
        "34": 2,
        "341": 2,
        "3414": 2,
        "35": 1,
        "351": 1,
        "3511": 1,
        "39": 1,
        "391": 1,
        "3916": 1,
    }
    assert counts(session, "cpv", regions=("DEB",)) == {"34": 1, "341": 1, "3414": 1}


def test_a_count_is_what_choosing_the_value_finds(session: Session) -> None:
    enter(
        session,
        *(
            listed(
                title=f"Sache {n}",
                cpv=[["34144210"], ["39160000", "34100000"], []][n % 3],
                nuts=[["DEA26"], ["DEB1C", "DEA"], []][n % 3],
                nature=["supplies", "services", None][n % 3],
                deadline=[None, NOW + dt.timedelta(days=n), NOW - dt.timedelta(days=n)][n % 3],
                stage=["running", "planned", "awarded", "cancelled"][n % 4],
                value_net_cents=[None, n * 20_000_00][n % 2],
                is_joint=n % 5 == 0,
                sources=["doe", "ted"] if n % 2 else ["ted"],
                buyer_names=[f"Amt {n % 4}"],
            )
            for n in range(40)
        ),
    )
    chosen = Wish(text="sache", regions=("DEA",), natures=("services", "supplies"))
    found = queries.search(session, chosen, now=NOW)

    assert set(found.counts) >= {"states", "due", "cpv", "regions", "values", "buyers"}
    for facet, values in found.counts.items():
        for value, count in values.items():
            one = queries.search(session, chosen.with_(facet, (value,)), now=NOW, limit=200)
            assert (facet, value, one.total) == (facet, value, count)


def test_every_procedure_has_one_state_and_time_alone_moves_it(session: Session) -> None:
    due = NOW + dt.timedelta(hours=1)
    enter(
        session,
        listed(title="läuft", deadline=due),
        listed(title="ohne", deadline=None),
        listed(title="geplant", deadline=None, stage="planned"),
        listed(title="vergeben", stage="awarded"),
        listed(title="aus", stage="cancelled"),
    )
    by_state = counts(session, "states")

    assert by_state == {
        "offen": 1,
        "ohne-frist": 1,
        "geplant": 1,
        "abgelaufen": 0,
        "vergeben": 1,
        "beendet": 1,
    }
    assert queries.search(session, Wish(states=("offen",)), now=due - dt.timedelta(seconds=1)).total
    assert not queries.search(session, Wish(states=("offen",)), now=due).total
    assert queries.search(session, Wish(states=("abgelaufen",)), now=due).total == 1


def test_days_of_a_deadline_count_whole(session: Session) -> None:
    # NOW is Monday noon; midnight after the seventh day ends that day.
    end_of_seventh = dt.datetime(2026, 11, 30, 23, 0, tzinfo=dt.UTC)
    enter(
        session,
        listed(title="am siebten", deadline=end_of_seventh),
        listed(title="danach", deadline=end_of_seventh + dt.timedelta(seconds=1)),
        listed(title="weit", deadline=NOW + dt.timedelta(days=300)),
    )

    assert titles(session, due=("7",)) == ["am siebten"]
    assert counts(session, "due") == {"7": 1, "14": 2, "30": 2, "spaeter": 1}


@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_each_other_without_gap_or_repeat(session: Session, sort: Sort) -> None:
    enter(
        session,
        *(
            listed(
                title=f"Zaun {n}" if n % 3 else f"Zaunbau {n}",
                deadline=[None, NOW + dt.timedelta(days=n % 4), NOW][n % 3],
                shown_on=dt.date(2026, 11, 1 + n % 5),
            )
            for n in range(23)
        ),
    )
    wish, seen, cursor = Wish(text="zaun", sort=sort), [], None
    while True:
        page = queries.search(session, wish, now=NOW, cursor=cursor, limit=4)
        seen += [entry.number for entry in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    whole = queries.search(session, wish, now=NOW, limit=50)
    assert seen == [entry.number for entry in whole.items]
    assert len(set(seen)) == 23


def test_orders_are_what_they_say(session: Session) -> None:
    enter(
        session,
        listed(title="alt", shown_on=dt.date(2026, 10, 1), deadline=NOW + dt.timedelta(days=1)),
        listed(title="neu", shown_on=dt.date(2026, 11, 20), deadline=None),
        listed(title="vorbei", shown_on=dt.date(2026, 11, 10), deadline=NOW),
        listed(title="bald", shown_on=dt.date(2026, 11, 2), deadline=NOW + dt.timedelta(days=3)),
    )

    assert titles(session, sort="neu") == ["neu", "vorbei", "bald", "alt"]
    assert titles(session, sort="frist") == ["alt", "bald", "neu", "vorbei"]
    assert titles(session, sort="relevanz") == ["neu", "vorbei", "bald", "alt"]


def test_a_cursor_of_another_order_is_refused(session: Session) -> None:
    enter(session, *(listed() for _ in range(3)))
    cursor = queries.search(session, Wish(), now=NOW, limit=1).next_cursor

    with pytest.raises(InvalidInput, match="Blätteradresse"):
        queries.search(session, Wish(sort="frist"), now=NOW, cursor=cursor)


def test_what_changes_is_found_anew_and_what_goes_is_gone(session: Session) -> None:
    one, other = listed(title="Zaun"), listed(title="Tor")
    enter(session, one, other)
    assert titles(session, text="zaun") == ["Zaun"]

    enter(session, listed(subject_id=one.subject_id, title="Hecke", nuts=["DEB1C"]))
    assert titles(session, text="zaun") == []
    assert titles(session, text="hecke") == ["Hecke"]
    assert counts(session, "regions")["DEB"] == 1

    service.enter(session, "other", [], gone=[one.subject_id], now=NOW)
    session.commit()
    assert titles(session) == ["Tor"]
    assert queries.search(session, Wish(), now=NOW).total == 1


def test_both_origins_are_kept_up_to_date(session: Session) -> None:
    enter(session, listed(title="fremd"))
    assert titles(session) == ["fremd"]
    enter(session, listed(title="eigen", sources=["own"]), origin="own")

    assert sorted(titles(session)) == ["eigen", "fremd"]
    assert titles(session, origins=("own",)) == ["eigen"]


def test_a_page_costs_as_many_statements_for_many_as_for_few(
    app: Flask, session: Session, count_queries: Callable[[], int]
) -> None:
    enter(session, *(listed() for _ in range(3)))
    taken = []
    for _ in range(2):
        titles(session, text="löschfahrzeug", cpv=("34",))
        count_queries()
        titles(session, text="löschfahrzeug", cpv=("34",), regions=("DEA",))
        taken.append(count_queries())
        enter(session, *(listed(title=f"Löschfahrzeug {uuid.uuid4().hex}") for _ in range(300)))

    assert taken == [2, 2]


def test_many_changes_do_not_pile_up(session: Session) -> None:
    procedures = [listed(title=f"Zaun {n}") for n in range(1100)]
    enter(session, *procedures)
    titles(session)
    for _ in range(2):
        enter(session, *procedures)
        titles(session)

    rows = reading.snapshot(session).rows
    assert rows.alive_count == 1100
    assert rows.size <= 2200


def test_a_directory_longer_than_a_step_is_read_whole_and_ahead_of_the_first_question(
    app: Flask,
    session: Session,
    count_queries: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enter(session, *(listed(title=f"Löschfahrzeug {number}") for number in range(7)))
    session.commit()
    monkeypatch.setattr(reading, "_STEP", 3)
    warming.warm(app)

    count_queries()
    assert len(titles(session, text="löschfahrzeug")) == 7
    # How far the directory is, and the entries of the page: the rest is known.
    assert count_queries() <= 3
    assert counts(session, "cpv")["34"] == 7


def test_the_site_map_has_a_part_for_each_range_of_numbers(session: Session) -> None:
    enter(session, listed(), listed())
    ((number, changed_at),) = queries.parts(session)
    assert (number, changed_at) == (0, NOW)
    assert len(queries.part(session, number)) == 2
    later = NOW + dt.timedelta(days=1)
    gone = queries.search(session, Wish(), now=NOW).items[0]
    service.enter(session, "other", [], gone=[gone.subject_id], now=later)
    assert queries.parts(session) == [(0, later)]
    assert len(queries.part(session, number)) == 1
