"""Choosing among pools that overlap: what always holds, and equal to trying everything."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vergabe.pools.choosing import Candidate, Choice, Wish, best, greedy

POOLS = ("a", "b", "c", "d")
SOLVED = settings(deadline=None, max_examples=60)  # the first case loads scipy


@st.composite
def tasks(draw: st.DrawFn) -> tuple[list[Candidate], list[Wish], int | None]:
    candidates = [
        Candidate(key, draw(st.integers(0, 200)), draw(st.integers(0, 12)))
        for key in POOLS[: draw(st.integers(0, 4))]
    ]
    keys = [pool.key for pool in candidates]
    savings = st.dictionaries(st.sampled_from(keys), st.integers(0, 120)) if keys else st.just({})
    wishes = [
        Wish(f"demand {number}", draw(st.integers(1, 6)), draw(savings))
        for number in range(draw(st.integers(0, 5)))
    ]
    return candidates, wishes, draw(st.none() | st.integers(0, 4))


def tried_out(candidates: list[Candidate], wishes: list[Wish], most: int | None) -> int:
    """Return the most that any placing saves, in cents."""
    cost = {pool.key: pool.cost_cents for pool in candidates}
    totals = [0]
    for placing in product(*([None, *wish.savings_cents] for wish in wishes)):
        chosen = {key for key in placing if key is not None}
        taken = dict.fromkeys(chosen, 0)
        saved = 0
        for wish, key in zip(wishes, placing, strict=True):
            if key is not None:
                taken[key] += wish.volume
                saved += wish.savings_cents[key]
        fits = all(taken[pool.key] <= pool.capacity for pool in candidates if pool.key in taken)
        if fits and (most is None or len(chosen) <= most):
            totals.append(saved - sum(cost[key] for key in chosen))
    return max(totals)


def check(
    choice: Choice, candidates: list[Candidate], wishes: list[Wish], most: int | None
) -> None:
    """Fail unless a choice keeps all limits and reckons right."""
    by_key = {wish.key: wish for wish in wishes}
    taken = dict.fromkeys((pool.key for pool in candidates), 0)
    for key, pool in choice.placed.items():
        taken[pool] += by_key[key].volume
    saved = sum(by_key[key].savings_cents[pool] for key, pool in choice.placed.items())
    run = [pool for pool in candidates if pool.key in choice.chosen]
    assert all(taken[pool.key] <= pool.capacity for pool in candidates)
    assert most is None or len(run) <= most
    assert choice.total_cents == saved - sum(pool.cost_cents for pool in run)


@SOLVED
@given(tasks())
def test_best_choice_equals_trying_everything_and_is_never_under_greedy(
    task: tuple[list[Candidate], list[Wish], int | None],
) -> None:
    candidates, wishes, most = task
    found, quick = best(candidates, wishes, most=most), greedy(candidates, wishes, most=most)
    for choice in (found, quick):
        check(choice, candidates, wishes, most)
    assert found.total_cents == tried_out(candidates, wishes, most) >= quick.total_cents >= 0
    assert found.bound_cents is not None
    assert found.bound_cents >= found.total_cents


@SOLVED
@given(tasks(), st.data())
def test_choice_does_not_depend_on_the_order(
    task: tuple[list[Candidate], list[Wish], int | None], data: st.DataObject
) -> None:
    candidates, wishes, most = task
    mixed = [
        replace(
            wish, savings_cents=dict(data.draw(st.permutations(list(wish.savings_cents.items()))))
        )
        for wish in data.draw(st.permutations(wishes))
    ]
    others = data.draw(st.permutations(candidates))
    assert best(others, mixed, most=most) == best(candidates, wishes, most=most)
    assert greedy(others, mixed, most=most) == greedy(candidates, wishes, most=most)


def test_wide_pool_beats_two_narrow_ones_when_procedures_are_dear() -> None:
    narrow = {"small": 900, "large": 900}
    wishes = [
        Wish(f"{size} {number}", 1, {"all": 700, size: narrow[size]})
        for size in narrow
        for number in range(3)
    ]
    for cost, chosen in ((1_500, ["all"]), (100, ["large", "small"])):
        pools = [Candidate(key, cost, 60) for key in ("all", "small", "large")]
        assert best(pools, wishes).chosen == chosen


def test_solver_without_time_leaves_what_greedy_found() -> None:
    pools = [Candidate(f"{number:02}", 50, 20) for number in range(30)]
    wishes = [
        Wish(f"{number:03}", 1 + number % 5, {pool.key: 10 + number % 7 for pool in pools})
        for number in range(60)
    ]
    found = best(pools, wishes, seconds=0)
    check(found, pools, wishes, None)
    assert found.total_cents >= greedy(pools, wishes).total_cents > 0
    assert found.gap is not None
    assert 0 <= found.gap <= 1


def test_nothing_fits_nothing_is_chosen() -> None:
    found = best([Candidate("a", 10, 5)], [Wish("x", 9, {"a": 100})])
    assert (found.placed, found.total_cents, found.gap) == ({}, 0, 0.0)
    assert greedy([], []).gap is None


@pytest.mark.parametrize(
    ("candidates", "wishes", "message"),
    [
        ([Candidate("a", 1, 1)] * 2, [], "once"),
        ([], [Wish("x", 1, {})] * 2, "once"),
        ([], [Wish("x", 1, {"a": 1})], "not given"),
        ([Candidate("a", -1, 1)], [], "negative"),
        ([Candidate("a", 1, 1)], [Wish("x", 0, {"a": 1})], "positive"),
        ([Candidate("a", 1, 1)], [Wish("x", 1, {"a": -1})], "negative"),
    ],
)
def test_senseless_tasks_are_refused(
    candidates: list[Candidate], wishes: list[Wish], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        greedy(candidates, wishes)
