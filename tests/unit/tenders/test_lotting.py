"""Lots: nothing lost, nothing doubled, sums to the cent, whatever the order."""

import itertools
import random
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.tenders import lotting
from vergabe.tenders.lotting import Line, LotDraft, Split

TOWNS = ("Merzenich", "Jülich", "Kerpen", "Inden")
TOWN_IDS = {name: uuid.uuid5(uuid.NAMESPACE_DNS, name) for name in TOWNS}
REGIONS = (("DEA26", "Düren"), ("DEA27", "Rhein-Erft-Kreis"), (None, ""))
CPVS = ("34144210", "34144213", "35811100", "35113400", "50110000", "45262640", "30192700")
TEXTS = ("Schlauch", "schlauch ", "Schla\u0075ch", "Jacke", "Ja\u0301cke", "Wartung")
UNITS = ("H87", "MTR", None)


@st.composite
def line(draw: st.DrawFn) -> Line:
    town = draw(st.sampled_from(TOWNS))
    nuts, region = draw(st.sampled_from(REGIONS))
    quantity = draw(
        st.none() | st.decimals("0.0001", "999999", places=4, allow_nan=False, allow_infinity=False)
    )
    return Line(
        demand_id=uuid.uuid5(uuid.NAMESPACE_DNS, f"{town}{draw(st.integers(0, 3))}"),
        demand_item_id=draw(st.uuids()),
        organisation_id=TOWN_IDS[town],
        organisation_name=town,
        cpv=draw(st.sampled_from(CPVS)),
        nuts=nuts,
        region_name=region,
        text=draw(st.sampled_from(TEXTS)),
        quantity=quantity,
        unit_code=draw(st.sampled_from(UNITS)) if quantity is not None else None,
        value_net_cents=draw(st.integers(0, 10**12)),
    )


LINES = st.lists(line(), min_size=1, max_size=40, unique_by=lambda x: x.demand_item_id)
SPLITS = st.sampled_from(list(Split))


def cut(lines: list[Line], split: Split) -> list[LotDraft]:
    return lotting.cut(lines, split, cpv_label=lambda code: f"CPV {code}")


def lines_in(drafts: list[LotDraft]) -> list[Line]:
    return [share.line for draft in drafts for item in draft.items for share in item.shares]


@given(LINES, SPLITS)
def test_every_line_is_a_share_of_exactly_one_item(lines: list[Line], split: Split) -> None:
    found = lines_in(cut(lines, split))
    assert len(found) == len(lines)
    assert {x.demand_item_id for x in found} == {x.demand_item_id for x in lines}


@given(LINES, SPLITS)
def test_values_add_up_to_the_cent_per_member_and_in_all(lines: list[Line], split: Split) -> None:
    drafts = cut(lines, split)
    assert sum(draft.value_net_cents for draft in drafts) == sum(x.value_net_cents for x in lines)
    for name in TOWNS:
        mine = [x for x in lines_in(drafts) if x.organisation_name == name]
        asked = [x for x in lines if x.organisation_name == name]
        assert sum(x.value_net_cents for x in mine) == sum(x.value_net_cents for x in asked)


@given(LINES, SPLITS)
def test_quantities_add_up_exactly_and_units_are_never_mixed(
    lines: list[Line], split: Split
) -> None:
    for draft in cut(lines, split):
        for item in draft.items:
            quantities = [share.quantity for share in item.shares]
            if None in quantities:
                assert item.quantity is None
                assert len(quantities) == 1, "what has no quantity cannot be added up"
            else:
                assert item.quantity == sum(filter(None, quantities), Decimal(0))
            assert {share.line.unit_code for share in item.shares} == {item.unit_code}
            assert len({share.line.cpv[:4] for share in item.shares}) == 1


@given(LINES, SPLITS, st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_the_order(
    lines: list[Line], split: Split, chance: random.Random
) -> None:
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert cut(lines, split) == cut(shuffled, split)


@given(LINES)
def test_each_principle_keeps_apart_what_it_should(lines: list[Line]) -> None:
    for draft in cut(lines, Split.MEMBER):
        assert len(draft.organisation_ids) == 1
    for draft in cut(lines, Split.TRADE):
        assert len({x.cpv[:4] for x in lines_in([draft])}) == 1
    for draft in cut(lines, Split.REGION):
        assert len({x.nuts for x in lines_in([draft])}) == 1
    assert len(cut(lines, Split.SINGLE)) == 1


@given(LINES, SPLITS)
def test_the_code_of_a_lot_is_in_the_vocabulary_and_above_its_lines(
    lines: list[Line], split: Split
) -> None:
    from vergabe.exchange import codes

    for draft in cut(lines, split):
        assert codes.cpv(draft.cpv) is not None
        divisions = {x.cpv[:2] for x in lines_in([draft])}
        if len(divisions) == 1:
            assert all(x.cpv.startswith(draft.cpv.rstrip("0")) for x in lines_in([draft]))


@given(
    st.lists(st.none() | st.integers(0, 10**11), min_size=1, max_size=30),
    st.none() | st.integers(1, 10**12),
)
def test_values_of_lines_add_up_to_the_value_of_their_demand(
    prices: list[int | None], value: int | None
) -> None:
    found = lotting.line_values(prices, value)
    assert len(found) == len(prices)
    assert all(part >= 0 for part in found)
    assert sum(found) == (sum(p or 0 for p in prices) if value is None else value)


@pytest.mark.parametrize(
    ("prices", "value", "expected"),
    [
        ([100, None, None], 201, [100, 51, 50]),
        ([100, 300], 500, [125, 375]),  # the estimate counts, not the lines (§ 3 (1) VgV)
        ([100, 300], 100, [25, 75]),
        ([100, None], 50, [50, 0]),
        ([0, 0, 0], 100, [34, 33, 33]),
        ([None], None, [0]),
        ([100, None], None, [100, 0]),
    ],
)
def test_how_the_value_of_a_demand_is_divided(
    prices: list[int | None], value: int | None, expected: list[int]
) -> None:
    assert lotting.line_values(prices, value) == expected


def test_a_code_without_parent_in_the_vocabulary_is_never_made_up() -> None:
    # 09123000 and 09134100 share 091, whose code 09100000 exists; 0912… alone would be too narrow.
    assert lotting.common_cpv([("09123000", 5), ("09134100", 9)]) == "09100000"
    assert lotting.common_cpv([("34144210", 5), ("50110000", 9)]) == "50110000"
    assert lotting.common_cpv([("34144210", 5), ("50110000", 5)]) == "34144210"


def test_lots_of_one_member_and_trade_are_not_joined() -> None:
    def made(town: str, cpv: str) -> Line:
        return Line(
            uuid.uuid4(),
            uuid.uuid4(),
            TOWN_IDS[town],
            town,
            cpv,
            "DEA26",
            "Düren",
            "Schlauch",
            Decimal(1),
            "H87",
            1,
        )

    alone = cut([made("Inden", "34144210"), made("Inden", "34144213")], Split.SINGLE)
    assert not lotting.is_joined(alone)
    towns = cut([made("Inden", "34144210"), made("Kerpen", "34144210")], Split.TRADE)
    assert lotting.is_joined(towns)
    trades = cut([made("Inden", "34144210"), made("Inden", "50110000")], Split.SINGLE)
    assert lotting.is_joined(trades)
    assert not lotting.is_joined(
        cut([made("Inden", "34144210"), made("Kerpen", "34144210")], Split.MEMBER)
    )


def test_the_same_thing_of_several_members_becomes_one_item() -> None:
    lines = [
        Line(
            uuid.uuid4(),
            uuid.uuid4(),
            TOWN_IDS[town],
            town,
            "35811100",
            None,
            "",
            text,
            Decimal(amount),
            "H87",
            amount,
        )
        for town, text, amount in (
            ("Inden", "Einsatzjacke", 3),
            ("Kerpen", "einsatzjacke", 4),
            ("Jülich", "Einsatz\u00adjacke ".replace("\u00ad", ""), 5),
        )
    ]
    for order in itertools.permutations(lines):
        (lot,) = cut(list(order), Split.TRADE)
        (item,) = lot.items
        assert item.quantity == 12
        assert item.value_net_cents == 12
