"""A hundred thousand random divisions: exact sums, no order, no cent too much."""

import datetime as dt
import random
import uuid
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from vergabe import money
from vergabe.cost_keys.figures import MemberFigures
from vergabe.cost_keys.keys import ALL_BASIS_POINTS, CostKey, KeyKind
from vergabe.cost_keys.shares import Shares, reasons_against_shares, shares
from vergabe.errors import Refused

CASES: Final = 100_000
BATCH: Final = 1_000
_LARGEST: Final = 10_000_000_00


def check(amount: int, key: CostKey, members: list[MemberFigures], turn: random.Random) -> Shares:
    """The properties of every division, on any key and any members."""
    found = shares(amount, key, members)
    assert sum(line.cents for line in found.lines) == amount
    total = found.lines[0].weight_denominator
    for line in found.lines:
        # |share - exact| < 1 cent, in whole numbers: the exact share is numerator / total.
        off = line.cents * total - line.weight_numerator * amount
        assert abs(off) < total or off == 0
    shuffled = members[:]
    turn.shuffle(shuffled)
    assert shares(amount, key, shuffled).cents == found.cents
    return found


def random_key(chance: random.Random, members: list[MemberFigures]) -> CostKey:
    kind = chance.choice(list(KeyKind))
    first = chance.randint(0, ALL_BASIS_POINTS)
    second = chance.randint(0, ALL_BASIS_POINTS - first)
    bears_all = kind is KeyKind.ONE_BEARER
    has_bearer = bears_all or chance.random() < 0.2
    return CostKey(
        kind=kind,
        inhabitants_on=_DAY,
        base_cents=chance.randint(1, _LARGEST),
        equal_basis_points=first,
        inhabitants_basis_points=second,
        demand_value_basis_points=ALL_BASIS_POINTS - first - second,
        bearer=chance.choice(members).key if has_bearer else None,
        bearer_basis_points=chance.randint(0, ALL_BASIS_POINTS)
        if has_bearer and not bears_all
        else 0,
    )


def random_members(chance: random.Random) -> list[MemberFigures]:
    count = 40 if chance.random() < 0.01 else chance.randint(1, 9)
    with_usage = chance.random() < 0.5
    largest = chance.choice([1, 3, 100, _LARGEST])

    def figure() -> int:
        return 0 if chance.random() < 0.2 else chance.randint(1, largest)

    return [
        MemberFigures(
            member_id=_IDS[index],
            key=_KEYS[index],
            name=_KEYS[index],
            position=index,
            inhabitants=figure(),
            inhabitants_on=_DAY,
            demand_value_net_cents=figure(),
            usage=figure() if with_usage else None,
            takes_part=index == 0 or chance.random() < 0.95,
        )
        for index in range(count)
    ]


def random_amount(chance: random.Random) -> int:
    largest = chance.choice([0, 1, 40, 1_000_00, _LARGEST])
    return chance.randint(-largest, largest)


_IDS: Final = [uuid.UUID(int=number + 1) for number in range(40)]
_KEYS: Final = [f"053580{number:02d}" for number in range(40)]
_DAY: Final = dt.date(2022, 12, 31)


def test_a_hundred_thousand_random_shares_add_up_whatever_the_order() -> None:
    """Hypothesis draws the beginnings of batches: one draw for each case would take minutes."""
    kinds = dict.fromkeys(KeyKind, 0)
    refused: set[str] = set()

    @settings(max_examples=CASES // BATCH, deadline=None, database=None)
    @given(st.integers(0, 2**64 - 1))
    def batch(seed: int) -> None:
        chance = random.Random(seed)
        done = 0
        while done < BATCH:
            members, amount = random_members(chance), random_amount(chance)
            for _ in range(4):
                key = random_key(chance, members)
                assert key.kind is not None
                try:
                    check(amount, key, members, chance)
                except Refused as refusal:
                    refused.update(violation.code for violation in refusal.violations)
                    continue
                kinds[key.kind] += 1
                done += 1

    batch()
    assert sum(kinds.values()) >= CASES
    # All that may stand in the way: figures that are zero for everybody.
    assert refused == {"nothing_to_divide_by"}
    assert min(kinds.values()) > CASES // 20, kinds


members_ = st.builds(
    lambda figures: [
        MemberFigures(
            member_id=_IDS[index],
            key=_KEYS[index],
            name=_KEYS[index],
            position=position,
            inhabitants=inhabitants,
            inhabitants_on=_DAY,
            demand_value_net_cents=value,
            usage=usage,
        )
        for index, (position, inhabitants, value, usage) in enumerate(figures)
    ],
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, 10**7),
            st.integers(0, 10**12),
            st.integers(0, 10**6),
        ),
        min_size=1,
        max_size=12,
    ),
)


@settings(max_examples=300, deadline=None)
@given(members_, st.integers(-(10**13), 10**13), st.randoms(use_true_random=False))
def test_whatever_hypothesis_finds_adds_up_too(
    members: list[MemberFigures], amount: int, chance: random.Random
) -> None:
    key = random_key(chance, members)
    if not reasons_against_shares(amount, key, members):
        found = check(amount, key, members, chance)
        assert sum(line.weight for line in found.lines) == 1 or not amount
        assert all(line.explanation for line in found.lines)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.fractions(min_value=0, max_value=1000), min_size=1, max_size=10).filter(any),
)
def test_split_takes_weights_of_any_kind(total: int, weights: list[object]) -> None:
    by_place = dict(enumerate(weights))
    found = money.split(total, by_place, list(by_place))
    assert sum(found.values()) == total
    weight_sum = sum(by_place.values())
    for place, cents in found.items():
        assert abs(cents - total * by_place[place] / weight_sum) < 1
