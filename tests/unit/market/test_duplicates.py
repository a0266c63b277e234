"""The same procedure on several portals: rules, and figures with floors on real notices."""

import dataclasses
import datetime as dt
import gzip
import json
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.factories.market import foreign
from vergabe.exchange.foreign_notice import ForeignNotice, Money, Party
from vergabe.exchange.foreign_records import read_record
from vergabe.market import quality, rules
from vergabe.market.grouping import grouped

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "crossportal_groups.json"
PROCEDURE = "0f3f2f0e-6f0a-4c8e-9a36-5a1c7d3b9e01"
OTHER = "7f9720a7-0f02-480b-8f78-707ee4c3cb7b"
NOTICE = "5b0c4c1e-7d0b-4f6d-8d54-0f8b7f7a1601"
HERE = foreign()


def there(**changes: Any) -> ForeignNotice:
    return foreign(**{"source": "ted", "source_id": "573592-2026"} | changes)


def points(one: ForeignNotice, other: ForeignNotice) -> int:
    return rules.points(rules.facts_of(one, 1), rules.facts_of(other, 2))


def are_exact(one: ForeignNotice, other: ForeignNotice) -> bool:
    return rules.are_exactly_same(rules.facts_of(one, 1), rules.facts_of(other, 2))


SAME = {
    "another portal says the same": there(),
    "TED puts country and CPV label in front": there(
        title="Deutschland – Notstromaggregat – " + HERE.title
    ),
    "another authority stands in front, deadline is the same": there(
        buyers=(Party(name="Vergabekammer Rheinland", town="Köln"),)
    ),
    "the deadline was put off by two weeks": there(
        deadline=dt.datetime(2026, 10, 2, 10, 0, tzinfo=dt.UTC)
    ),
    "without deadline, place and value": there(deadline=None, nuts=(), value=None),
    "letters written otherwise": there(
        title="LIEFERUNG einer stationaeren Netzersatzanlage am Hochbehälter Happerschoss"
    ),
    "ampersand escaped twice": foreign(
        source="ted", source_id="1-2026", title=HERE.title.replace(" am", " &amp;amp; am")
    ),
}
APART = {
    "another lot": there(title=HERE.title + " Los 2"),
    "another building": there(
        title="Lieferung einer stationären Netzersatzanlage am Pumpwerk Stallberg"
    ),
    "another authority, region and deadline": there(
        buyers=(Party(name="Landkreis Uckermark", town="Prenzlau"),),
        nuts=("DE40I",),
        cpv=("45311000",),
        deadline=dt.datetime(2026, 12, 18, 10, 0, tzinfo=dt.UTC),
    ),
    "another subject": there(title="Unterhaltsreinigung der Schulen"),
}


@pytest.mark.parametrize("case", SAME)
def test_same_procedure_is_recognised(case: str) -> None:
    assert points(HERE, SAME[case]) >= rules.SAME_FROM
    assert points(SAME[case], HERE) == points(HERE, SAME[case])


@pytest.mark.parametrize("case", APART)
def test_another_procedure_stays_apart(case: str) -> None:
    mine = foreign(title=HERE.title + " Los 1") if case == "another lot" else HERE
    assert points(mine, APART[case]) < rules.SAME_FROM


@pytest.mark.parametrize("title", ["Kfz 2", "Kfz 3", "BA2", "4. BA", "AP01"])
def test_numbers_of_lots_part_titles_that_else_look_alike(title: str) -> None:
    one = foreign(title=f"Gestellung Fahrzeug Straßenmeisterei Melsungen Kfz 1 {title}")
    other = there(title="Gestellung Fahrzeug Straßenmeisterei Melsungen Kfz 1 AP77")
    assert points(one, other) == 0


def test_lots_on_one_portal_need_equal_titles() -> None:
    one = foreign(title="VgV Brandschutz - Neubau Betriebsgebäude Wasserwerk Leutkirch")
    other = foreign(
        source_id="2", title="VgV Bauphysik - Neubau Betriebsgebäude Wasserwerk Leutkirch"
    )
    assert points(one, other) == 0


def test_different_procedure_ids_part_what_is_alike_otherwise() -> None:
    one, other = foreign(procedure_id=PROCEDURE), there(procedure_id=OTHER)
    assert points(one, other) == 0
    assert not are_exact(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (foreign(procedure_id=PROCEDURE), there(procedure_id=PROCEDURE, title="Ganz anderes")),
        (foreign(notice_id=NOTICE), there(changed_notice=f"{NOTICE}-01", title="Änderung")),
        (foreign(notice_id=NOTICE), there(previous_notices=(f"{NOTICE}-02",), title="Ergebnis")),
        (
            foreign(source="ted", source_id="29870-2025"),
            there(source_id="7-2026", previous_notices=("00029870-2025",), title="Ergebnis"),
        ),
        (
            foreign(documents=("https://www.rib.example/tender/140353",)),
            there(documents=("http://rib.example/tender/140353/",), deadline=None),
        ),
    ],
)
def test_exact_keys_join_whatever_the_titles_say(one: ForeignNotice, other: ForeignNotice) -> None:
    assert are_exact(one, other)
    assert len(grouped([rules.facts_of(one, 1), rules.facts_of(other, 2)]).all()) == 1


def test_an_address_of_a_whole_portal_joins_nobody() -> None:
    front = ("https://vergabe.example/", "https://vergabe.example/suche")
    assert not are_exact(foreign(documents=front), there(documents=front))


def test_an_address_alone_does_not_join_what_has_nothing_in_common() -> None:
    address = ("https://vergabe.example/portal/2026",)
    other = there(
        documents=address, title="Unterhaltsreinigung", buyers=(Party(name="Kreis Düren"),)
    )
    assert not are_exact(foreign(documents=address), other)


@pytest.mark.parametrize("procedure_id", ["", "x", "0" * 8, "00000000-0000-0000-0000-000000000000"])
def test_a_procedure_id_that_is_none_joins_nobody(procedure_id: str) -> None:
    one = foreign(procedure_id=procedure_id)
    other = there(procedure_id=procedure_id, title="Unterhaltsreinigung der Schulen")
    assert not are_exact(one, other)


def test_a_chain_of_likeness_does_not_join_two_lots() -> None:
    whole = foreign(source="a", title="Neubau Feuerwache Schweinfurt Elektro")
    lots = [
        foreign(
            source=source, source_id=source, title=f"Neubau Feuerwache Schweinfurt Elektro {word}"
        )
        for source, word in (("b", "Los 1"), ("c", "Los 2"))
    ]
    groups = grouped([rules.facts_of(one, one.source) for one in (whole, *lots)])
    assert groups.leader("b") != groups.leader("c")


def test_no_facts_at_all_are_no_reason() -> None:
    empty = ForeignNotice(source="x", source_id="1", origin="record", title="?")
    assert points(empty, dataclasses.replace(empty, source="y")) < rules.SAME_FROM
    assert points(empty, HERE) == 0


def test_amounts_count_only_where_both_are_said() -> None:
    here = foreign(deadline=None, summary="")
    said, unsaid = there(deadline=None, summary=""), there(deadline=None, summary="", value=None)
    assert points(here, unsaid) < points(here, said)
    assert points(here, dataclasses.replace(said, value=Money(cents=1_00))) < points(here, unsaid)


def load(shared: Path, name: str) -> list[ForeignNotice]:
    with gzip.open(shared / "data" / "notices" / f"{name}.jsonl.gz") as file:
        found = [read_record(json.loads(line)).notice for line in file]
    return [notice for notice in found if notice is not None]


def test_real_portals_reach_the_floors(shared: Path) -> None:
    """115 notices of six portals; who belongs together was decided by hand, reading each."""
    notices = load(shared, "notices_crossportal_2026-08")
    groups = json.loads(GOLDEN.read_text())
    found = quality.compare(notices, quality.pairs_of(groups))

    assert found.true_pairs == 30
    assert found.precision >= 0.96
    assert found.recall >= 0.93


def test_likeness_alone_reaches_the_floors_against_official_ids(shared: Path) -> None:
    """470 notices of TED whose ids are hidden: the procedure ids are the truth."""
    notices = load(shared, "notices_ted_eforms")
    truth = quality.by_procedure_id(notices)
    hidden = quality.compare([quality.without_ids(one) for one in notices], truth)
    known = quality.compare(notices, truth)

    assert hidden.true_pairs == 153
    assert hidden.precision >= 0.90
    assert hidden.recall >= 0.95
    assert known.recall == 1.0
    assert known.precision >= 0.97


def test_blocks_find_what_comparing_all_pairs_finds(shared: Path) -> None:
    notices = load(shared, "notices_crossportal_2026-08")
    facts = [rules.facts_of(one, at) for at, one in enumerate(notices)]
    alike = [pair for pair in combinations(facts, 2) if rules.points(*pair) >= rules.SAME_FROM]
    groups = grouped(facts)
    found = [groups.leader(one.key) == groups.leader(other.key) for one, other in alike]

    assert sum(found) >= 0.98 * len(alike)


def test_many_notices_take_seconds_not_all_pairs(shared: Path) -> None:
    facts = [
        rules.facts_of(one, at) for at, one in enumerate(load(shared, "notices_de_2026")[:6000])
    ]
    started = time.process_time()
    grouped(facts)

    assert time.process_time() - started < 20
