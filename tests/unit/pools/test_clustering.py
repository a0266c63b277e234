from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vergabe.pools import clustering
from vergabe.pools.clustering import (
    Compare,
    Group,
    Limits,
    average_linkage,
    average_linkages,
    groups,
    parts,
)
from vergabe.pools.traits import FloatArray, IntArray

WIDE = Limits(min_score=0.5, max_organisations=100, max_demands=100)


def linked(scores: list[list[float]], limits: Limits = WIDE) -> list[list[int]]:
    table = np.array(scores, dtype=np.float32).reshape(len(scores), len(scores))
    return average_linkage(table, np.arange(len(table)), limits)


def grouped(size: int, compare: Compare, limits: Limits) -> list[Group]:
    found = groups(parts(size, compare, limits.min_score), np.arange(size), limits)
    return sorted(found, key=lambda group: int(group.rows[0]))


@st.composite
def tables(draw: st.DrawFn) -> FloatArray:
    size = draw(st.integers(2, 14))
    table = np.zeros((size, size), dtype=np.float32)
    score = st.one_of(st.just(-np.inf), st.floats(0, 1, width=32))
    for i, j in combinations(range(size), 2):
        table[i, j] = table[j, i] = draw(score)
    return table


def test_nearest_join_first_and_a_chain_does_not_drag_the_far_one_in() -> None:
    scores = [[0, 0.9, 0.1], [0.9, 0, 0.6], [0.1, 0.6, 0]]
    assert linked(scores) == [[0, 1]]


def test_third_one_joins_when_it_is_near_enough_to_both() -> None:
    scores = [[0, 0.9, 0.5], [0.9, 0, 0.6], [0.5, 0.6, 0]]
    assert linked(scores) == [[0, 1, 2]]


def test_two_that_may_never_meet_do_not_meet_through_a_third() -> None:
    scores = [[0, 0.9, -np.inf], [0.9, 0, 0.9], [-np.inf, 0.9, 0]]
    assert linked(scores) == [[0, 1]]


def test_nothing_to_link() -> None:
    assert linked([]) == []
    assert linked([[0.0]]) == []


@pytest.mark.parametrize(
    "limits",
    [
        Limits(min_score=0.5, max_organisations=2, max_demands=100),
        Limits(min_score=0.5, max_organisations=100, max_demands=2),
    ],
)
def test_groups_stop_growing_at_their_limit(limits: Limits) -> None:
    found = linked([[0 if i == j else 0.9 for j in range(5)] for i in range(5)], limits)
    assert [len(group) for group in found] == [2, 2]


@given(table=tables(), min_score=st.floats(0.05, 0.95))
def test_groups_are_apart_and_no_forbidden_pair_shares_one(
    table: FloatArray, min_score: float
) -> None:
    limits = Limits(min_score=min_score, max_organisations=4, max_demands=5)
    organisations = np.arange(len(table)) // 2
    found = average_linkage(table, organisations, limits)
    rows = [row for group in found for row in group]
    assert len(rows) == len(set(rows))
    for group in found:
        assert 2 <= len(group) <= 5
        assert group == sorted(group)
        assert len({int(organisations[row]) for row in group}) <= 4
        assert all(np.isfinite(table[i, j]) for i, j in combinations(group, 2))


@given(several=st.lists(tables(), max_size=5), min_score=st.floats(0.05, 0.95))
def test_tables_side_by_side_are_grouped_like_each_alone(
    several: list[FloatArray], min_score: float
) -> None:
    limits = Limits(min_score=min_score, max_organisations=3, max_demands=5)
    owners = [np.arange(len(table)) // 2 for table in several]
    alone = [average_linkage(t, own, limits) for t, own in zip(several, owners, strict=True)]
    assert average_linkages(several, owners, limits) == alone


@given(table=tables())
def test_no_two_groups_are_left_that_should_have_joined(table: FloatArray) -> None:
    found = average_linkage(table, np.arange(len(table)), WIDE)
    single = set(range(len(table))) - {row for group in found for row in group}
    everything = [*found, *([row] for row in single)]
    for a, b in combinations(everything, 2):
        assert table[np.ix_(a, b)].astype(np.float64).mean() < 0.5 + 1e-6


@settings(deadline=None)  # the first case loads scipy
@given(first=tables(), second=tables(), far=st.floats(0, 0.25, width=32))
def test_large_block_is_grouped_in_parts_like_a_small_one(
    first: FloatArray, second: FloatArray, far: float
) -> None:
    size = len(first) + len(second)
    table = np.full((size, size), far, dtype=np.float32)
    table[: len(first), : len(first)] = first
    table[len(first) :, len(first) :] = second

    def compare(left: IntArray, right: IntArray) -> FloatArray:
        return table[np.ix_(left, right)].copy()

    whole = grouped(size, compare, WIDE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clustering, "LARGEST_TABLE", size - 1)
        patch.setattr(clustering, "SLICE_CELLS", 40)
        apart = grouped(size, compare, WIDE)
    assert [part.rows.tolist() for part in apart] == [group.rows.tolist() for group in whole]
    assert all((a.table == b.table).all() for a, b in zip(apart, whole, strict=True))


def test_block_of_equal_rows_is_cut_to_bounded_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "LARGEST_TABLE", 10)
    asked: list[int] = []

    def compare(left: IntArray, right: IntArray) -> FloatArray:
        asked.append(len(left) * len(right))
        return np.ones((len(left), len(right)), dtype=np.float32)

    monkeypatch.setattr(clustering, "SLICE_CELLS", 200)
    limits = Limits(min_score=0.5, max_organisations=5, max_demands=5)
    found = grouped(95, compare, limits)
    assert sum(len(group.rows) for group in found) == 95
    assert max(asked) <= 200
