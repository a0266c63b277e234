import datetime as dt
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.pool_facts import cpv_label, demand, key
from vergabe.pools import clustering, linking, similarity
from vergabe.pools.facts import DemandFacts, GroupingSettings, Proposal, Window
from vergabe.pools.grouping import describe, pool_key, propose, window_of

SETTINGS = GroupingSettings()
MANY = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

TITLES = (
    ("Beschaffung eines HLF 10 für die Feuerwehr", "34144210"),
    ("Löschgruppenfahrzeug LF 20 KatS", "34144213"),
    ("Lieferung von zwei Mannschaftstransportwagen", "34144210"),
    ("Schulverpflegung Grundschule", "55524000"),
    ("Mittagessen für Kindertagesstätten", "15894210"),
    ("Unterhaltsreinigung Rathaus", "90911200"),
    ("Lieferung von Streusalz", "34927100"),
    ("Lieferung", "44000000"),
    ("", "00000000"),
)
TOWNS = ("Jülich", "Linnich", "Inden", "Kerpen", "Niederzier", "Merzenich", "Aldenhoven")


def proposed(*demands: DemandFacts, **other: Any) -> list[set[str]]:
    """Return the titles of the demands of each proposal."""
    chosen = GroupingSettings(**other)
    titles = {d.id: f"{d.organisation_name.split()[-1]}: {d.title}" for d in demands}
    return [{titles[i] for i in p.demand_ids} for p in propose(demands, chosen, cpv_label)]


@st.composite
def many_demands(draw: st.DrawFn) -> list[DemandFacts]:
    days = st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31))
    found = []
    for number in range(draw(st.integers(0, 25))):
        title, cpv = draw(st.sampled_from(TITLES))
        begin, end = draw(days), draw(days)
        if begin and end and end < begin:
            begin, end = end, begin
        found.append(
            demand(
                title,
                draw(st.sampled_from(TOWNS)),
                cpv,
                id=key(f"demand {number}"),
                nature=draw(st.sampled_from([None, "supplies", "services", "works"])),
                value_net_cents=draw(st.none() | st.integers(1, 10**9)),
                needed_from=begin,
                needed_until=end,
                unit_codes=draw(st.sampled_from([frozenset(), frozenset({"H87"})])),
            )
        )
    return found


# What belongs together


def test_fire_engines_go_with_fire_engines_and_meals_with_meals() -> None:
    found = proposed(
        demand("Beschaffung eines HLF 10", "Jülich", "34144210"),
        demand("Kauf eines Löschgruppenfahrzeugs LF 20", "Linnich", "34144213"),
        demand("Mittagsverpflegung an Grundschulen", "Jülich", "55524000"),
        demand("Lieferung von Mittagessen für die Kita", "Inden", "15894210"),
    )
    assert sorted(found, key=min) == [
        {
            "Inden: Lieferung von Mittagessen für die Kita",
            "Jülich: Mittagsverpflegung an Grundschulen",
        },
        {"Jülich: Beschaffung eines HLF 10", "Linnich: Kauf eines Löschgruppenfahrzeugs LF 20"},
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("HLF 10", "34144210"), ("Mannschaftstransportwagen MTW", "34144210")),
        (("HLF 10", "34144210"), ("Drehleiter DLK 23/12", "34144210")),
        (("Stromlieferung 2027", "09310000"), ("Erdgaslieferung 2027", "09123000")),
        (("Lieferung von Türen", "44221200"), ("Lieferung von Streusalz", "34927100")),
        (
            ("Rahmenvereinbarung Lieferung", "44000000"),
            ("Rahmenvereinbarung Lieferung 2", "44100000"),
        ),
        (("Software für die Friedhöfe", "48000000"), ("Kauf von VMware-Lizenzen", "48000000")),
        (
            ("Sanierung Grundschule: Türen", "44221000"),
            ("Sanierung Grundschule: Heizung", "44115220"),
        ),
        (("Reinigung von Schutzkleidung", "90910000"), ("Unterhaltsreinigung Rathaus", "90911200")),
    ],
)
def test_different_things_stay_apart(first: tuple[str, str], second: tuple[str, str]) -> None:
    assert (
        proposed(demand(first[0], "Jülich", first[1]), demand(second[0], "Inden", second[1])) == []
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Einsatzleitwagen ELW 1", "34144000"), ("Einsatzleitwagen ELW 1", "34144210")),
        (("Baumpflege", "77211500"), ("Baumpflegearbeiten im Stadtgebiet", "77341000")),
        (("Dienstrad-Leasing", "34430000"), ("Fahrradleasing für Beschäftigte", "66114000")),
        (("Strom", "65000000"), ("Ökostromlieferung 2027", "09310000")),
        (("Schneeräumung", "90620000"), ("Winterdienst für Schulen", "90612000")),
        (("Geäudereinigung", "90911200"), ("Gebäudereinigung", "90911200")),
    ],
)
def test_the_same_thing_under_another_code_or_spelling_is_found(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    found = proposed(demand(first[0], "Jülich", first[1]), demand(second[0], "Inden", second[1]))
    assert len(found) == 1


def test_one_town_alone_makes_no_pool() -> None:
    lots = [demand("HLF 10", "Jülich", id=key(f"lot {n}")) for n in range(3)]
    assert propose(lots, SETTINGS, cpv_label) == []


def test_lots_of_one_town_come_along_with_those_of_another() -> None:
    lots = [demand("HLF 10", "Jülich", id=key(f"lot {n}")) for n in range(3)]
    (found,) = propose([*lots, demand("HLF 20", "Inden")], SETTINGS, cpv_label)
    assert len(found.demand_ids) == 4
    assert len(found.organisation_ids) == 2


@pytest.mark.parametrize(("begin", "count"), [("2027-08-01", 1), ("2029-01-01", 0)])
def test_needs_far_apart_in_time_are_not_pooled(begin: str, count: int) -> None:
    early = demand(
        "Streusalz",
        "Jülich",
        "34927100",
        needed_from=dt.date(2027, 1, 1),
        needed_until=dt.date(2027, 12, 31),
    )
    late = demand("Streusalz", "Inden", "34927100", needed_from=dt.date.fromisoformat(begin))
    assert len(proposed(early, late)) == count


def test_works_are_not_pooled_with_supplies() -> None:
    door = demand("Innentüren", "Jülich", "44221200", nature="works")
    assert proposed(door, demand("Innentüren", "Inden", "44221200", nature="supplies")) == []


def test_codes_can_be_asked_to_be_closer() -> None:
    trees = (
        demand("Baumpflege", "Jülich", "77211500"),
        demand("Baumpflegearbeiten", "Inden", "77341000"),
    )
    assert len(proposed(*trees)) == 1
    assert proposed(*trees, min_cpv_digits=3) == []


def test_neighbours_are_preferred_when_not_all_fit_in() -> None:
    near = [demand("Streusalz", t, "34927100", nuts="DEA26") for t in TOWNS[:3]]
    far = [demand("Streusalz", t, "34927100", nuts="DE212") for t in TOWNS[3:6]]
    found = propose([*near, *far], GroupingSettings(max_organisations=3), cpv_label)
    assert {p.organisation_ids[0] in {d.organisation_id for d in near} for p in found} == {
        True,
        False,
    }
    assert [len({d.nuts for d in [*near, *far] if d.id in p.demand_ids}) for p in found] == [1, 1]


# What a proposal says


def test_proposal_adds_up_and_names_what_is_missing() -> None:
    demands = [
        demand("HLF 10", "Jülich", value_net_cents=400_000_00, needed_from=dt.date(2027, 3, 1)),
        demand("HLF 20", "Inden", value_net_cents=500_000_50, needed_until=dt.date(2027, 9, 30)),
        demand("LF 10", "Linnich"),
    ]
    (found,) = propose(demands, SETTINGS, cpv_label)
    assert found.total_net_cents == 900_000_50
    assert found.unvalued_count == 1
    assert found.window == Window(dt.date(2027, 3, 1), dt.date(2027, 9, 30))
    assert found.key == pool_key([d.id for d in demands])
    assert found.cpv == "34144213"
    assert found.title.startswith("Löschfahrzeuge")


def test_window_names_who_ends_before_the_others_begin() -> None:
    early = demand("a", needed_until=dt.date(2027, 2, 28))
    late = demand("b", needed_from=dt.date(2027, 3, 15))
    window = window_of([early, late])
    assert window == Window(dt.date(2027, 3, 15), dt.date(2027, 2, 28), (early.id,))
    assert window_of([]) == Window()


def test_key_is_the_same_for_the_same_demands_only() -> None:
    a, b, c = (key(name) for name in "abc")
    assert pool_key([a, b]) == pool_key([b, a]) != pool_key([a, c])
    assert len(pool_key([a])) == 32


def test_equal_titles_are_numbered() -> None:
    demands = [demand("Streusalz", t, "34927100") for t in TOWNS[:4]]
    found = propose(demands, GroupingSettings(max_organisations=2), cpv_label)
    assert [p.title for p in found] == ["Streusalz, Gruppe 1", "Streusalz, Gruppe 2"]


def test_people_s_own_pool_is_described_like_a_proposal() -> None:
    demands = [demand("HLF 10", "Jülich", "34144210"), demand("Streusalz", "Inden", "34927100")]
    found = describe(demands, SETTINGS, cpv_label)
    assert set(found.demand_ids) == {d.id for d in demands}
    assert 0 <= found.similarity < 0.38
    assert len(found.links) == 2


def test_people_s_own_pool_may_hold_what_grouping_would_not_join() -> None:
    door = demand("Innentüren", "Jülich", "44221200", nature="works")
    found = describe(
        [door, demand("Innentüren", "Inden", "44221200", nature="supplies")], SETTINGS, cpv_label
    )
    assert found.similarity == 0


def test_description_needs_two_organisations() -> None:
    with pytest.raises(ValueError, match="two organisations"):
        describe([demand("HLF 10"), demand("HLF 20")], SETTINGS, cpv_label)


def test_demand_given_twice_is_a_fault() -> None:
    with pytest.raises(ValueError, match="once"):
        propose([demand("HLF 10"), demand("HLF 10")], SETTINGS, cpv_label)


@pytest.mark.parametrize("demands", [[], [demand("HLF 10")]])
def test_too_few_demands_give_no_proposal(demands: list[DemandFacts]) -> None:
    assert propose(demands, SETTINGS, cpv_label) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_score": 0},
        {"min_score": 1.1},
        {"min_cpv_digits": 1},
        {"min_cpv_digits": 9},
        {"min_organisations": 1},
        {"max_organisations": 1},
        {"max_demands": 3},
        {"window_gap_days": -1},
        {"open_window_days": -1},
    ],
)
def test_senseless_settings_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"min_|max_|days"):
        GroupingSettings(**wrong)


# What always holds


@MANY
@given(demands=many_demands(), data=st.data())
def test_proposals_do_not_depend_on_the_order_of_demands(
    demands: list[DemandFacts], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(demands))
    assert propose(shuffled, SETTINGS, cpv_label) == propose(demands, SETTINGS, cpv_label)


@MANY
@given(demands=many_demands(), data=st.data())
def test_blocks_too_large_for_comparing_are_divided_the_same_way_whatever_the_order(
    demands: list[DemandFacts], data: st.DataObject
) -> None:
    places = st.sampled_from(["DEA26", "DEA27", "DE212", None])
    placed = [replace(each, nuts=data.draw(places)) for each in demands]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linking, "LARGEST_BLOCK", 4)
        patch.setattr(linking, "NEIGHBOURHOOD", 2)
        found = propose(placed, SETTINGS, cpv_label)
        assert propose(data.draw(st.permutations(placed)), SETTINGS, cpv_label) == found
    rows = [i for p in found for i in p.demand_ids]
    assert len(rows) == len(set(rows))


@settings(MANY, max_examples=15)
@given(demands=many_demands())
def test_large_and_small_products_of_words_give_the_same_proposals(
    demands: list[DemandFacts],
) -> None:
    found = propose(demands, SETTINGS, cpv_label)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similarity, "LARGEST_LAYOUT", 0)
        assert propose(demands, SETTINGS, cpv_label) == found
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clustering, "LARGEST_TABLE", 3)
        patch.setattr(clustering, "SLICE_CELLS", 40)
        pieces = propose(demands, SETTINGS, cpv_label)
        patch.setattr(similarity, "LARGEST_LAYOUT", 0)
        assert propose(demands, SETTINGS, cpv_label) == pieces


def test_many_demands_for_one_thing_are_looked_for_in_the_neighbourhood_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linking, "LARGEST_BLOCK", 4)
    monkeypatch.setattr(linking, "NEIGHBOURHOOD", 3)
    here = [demand("Streusalz", town, "34927100", nuts="DEA26") for town in TOWNS[:3]]
    there = [demand("Streusalz", town, "34927100", nuts="DE212") for town in TOWNS[3:]]
    assert len(propose([*there, *here], SETTINGS, cpv_label)) == 2
    monkeypatch.undo()
    assert len(propose([*there, *here], SETTINGS, cpv_label)) == 1


@MANY
@given(demands=many_demands())
def test_every_demand_is_in_one_proposal_at_most_and_every_proposal_within_its_limits(
    demands: list[DemandFacts],
) -> None:
    limits = GroupingSettings(max_organisations=3, max_demands=4)
    by_id = {d.id: d for d in demands}
    found = propose(demands, limits, cpv_label)
    placed = [i for p in found for i in p.demand_ids]
    assert len(placed) == len(set(placed))
    for proposal in found:
        check(proposal, [by_id[i] for i in proposal.demand_ids])
        assert 2 <= len(proposal.organisation_ids) <= 3
        assert len(proposal.demand_ids) <= 4


def check(proposal: Proposal, members: list[DemandFacts]) -> None:
    """Fail unless a proposal says the truth about its demands."""
    assert list(proposal.organisation_ids) == list(
        dict.fromkeys(d.organisation_id for d in members)
    )
    assert proposal.total_net_cents == sum(d.value_net_cents or 0 for d in members)
    assert proposal.unvalued_count == sum(d.value_net_cents is None for d in members)
    assert "works" not in {d.nature for d in members} or {d.nature for d in members} <= {
        None,
        "works",
    }
    assert 0 < proposal.similarity <= 1
    assert proposal.title.strip()
    owner = {d.id: d.organisation_id for d in members}
    assert [link.demand_id for link in proposal.links] == list(proposal.demand_ids)
    assert all(owner[link.closest_id] != owner[link.demand_id] for link in proposal.links)


@MANY
@given(demands=many_demands())
def test_demands_of_another_trade_change_nothing(demands: list[DemandFacts]) -> None:
    def groups(found: list[Proposal]) -> set[frozenset]:
        return {frozenset(p.demand_ids) for p in found}

    printers = [demand("Drucker", town, "30232100") for town in TOWNS[:2]]
    alone = groups(propose(printers, SETTINGS, cpv_label))
    assert alone <= groups(propose([*demands, *printers], SETTINGS, cpv_label))


@settings(deadline=None, max_examples=60)
@given(
    title=st.text(max_size=600),
    description=st.text(max_size=2_000),
    cpv=st.text(max_size=12),
    name=st.text(max_size=100),
)
def test_no_text_breaks_grouping(title: str, description: str, cpv: str, name: str) -> None:
    odd = replace(demand("HLF 10", "Jülich"), title=title, description=description, cpv=cpv)
    odd = replace(odd, organisation_name=name)
    propose([odd, demand("HLF 20", "Inden"), demand("HLF 10", "Linnich")], SETTINGS, cpv_label)


def test_importing_grouping_loads_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys, vergabe.pools.grouping, vergabe.pools.reasons, vergabe.pools.joining_rules\n"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'scipy', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
