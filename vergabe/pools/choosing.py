"""Which pools to run, and which demand goes where, if demands fit several and work is limited.

A facility location problem: running a pool costs one procedure, a demand saves more in one pool
than in another, a pool has room for so much, and only so many can be run. `greedy` answers at once;
`best` lets a solver look for better and never returns less. Nothing here depends on the order of
what is given: ties go by key.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from vergabe import processors

# Up to so many possible places each demand is whole in the solver too; above, shares are allowed
# there, which is far quicker, and the few divided demands are put into one place afterwards.
WHOLE_UP_TO: Final = 1_000
# Good enough: what is missing to the bound is less than anybody can estimate.
RELATIVE_GAP: Final = 0.002


@dataclass(frozen=True)
class Candidate:
    """A pool that could be run: what its procedure costs, and how much it has room for."""

    key: str
    cost_cents: int
    capacity: int


@dataclass(frozen=True)
class Wish:
    """A demand: how much room it needs, and what it saves in each pool that it fits (by key)."""

    key: str
    volume: int
    savings_cents: Mapping[str, int]


@dataclass(frozen=True)
class Choice:
    """Which pools to run, with their demands.

    placed: demand → pool, both by key; total_cents: what is saved less what procedures cost;
    bound_cents: nobody can reach more, None if not looked for.
    """

    placed: Mapping[str, str]
    total_cents: int
    bound_cents: int | None = None

    @property
    def chosen(self) -> list[str]:
        """Return the keys of the pools to run, in order."""
        return sorted(set(self.placed.values()))

    @property
    def gap(self) -> float | None:
        """Return the share of the bound that is missing (0: nothing better exists)."""
        if self.bound_cents is None:
            return None
        return 1 - self.total_cents / self.bound_cents if self.bound_cents > 0 else 0.0


def greedy(
    candidates: Iterable[Candidate], wishes: Iterable[Wish], *, most: int | None = None
) -> Choice:
    """Return a good choice at once: what saves most for its room first, then what pays is kept.

    most: how many procedures can be run, None for any number. Raises ValueError for keys that are
    given twice or unknown, and for negative amounts.
    """
    case = Case.of(candidates, wishes, most)
    return case.choice(_greedy(case))


def best(
    candidates: Iterable[Candidate],
    wishes: Iterable[Wish],
    *,
    most: int | None = None,
    seconds: float = 15,
) -> Choice:
    """Return the best choice found in bounded time, never less than `greedy`, with a bound.

    seconds: for the solver; one that is cut short gives what it has found. Errors as in `greedy`.
    """
    # scipy takes half a second to load: only whoever asks for the best pays for it.
    from vergabe.pools import choosing_solver

    case = Case.of(candidates, wishes, most)
    start = _greedy(case)
    if not case.places:
        return case.choice(start, 0)
    tried = [start, _fewer(case, start)]
    with processors.anywhere():
        found, bound = choosing_solver.solved(case, seconds)
    if found is not None:
        whole = improved(case, found)
        tried += [whole, _fewer(case, whole)]
    placed = max(tried, key=case.value)
    return case.choice(placed, max(bound, case.value(placed)))


@dataclass(frozen=True)
class Case:
    """The task by numbers: pools and demands in order of their keys.

    places: (demand, pool, saving in cents) where a demand fits and saves something.
    """

    candidates: Sequence[Candidate]
    wishes: Sequence[Wish]
    most: int
    places: Sequence[tuple[int, int, int]]

    @classmethod
    def of(
        cls, candidates: Iterable[Candidate], wishes: Iterable[Wish], most: int | None
    ) -> "Case":
        pools = sorted(candidates, key=lambda pool: pool.key)
        demands = sorted(wishes, key=lambda wish: wish.key)
        number = {pool.key: i for i, pool in enumerate(pools)}
        if len(number) < len(pools) or len({wish.key for wish in demands}) < len(demands):
            raise ValueError("each pool and each demand must be given once")
        if any(key not in number for wish in demands for key in wish.savings_cents):
            raise ValueError("a demand fits a pool that is not given")
        if any(min(pool.cost_cents, pool.capacity) < 0 for pool in pools):
            raise ValueError("costs and room must not be negative")
        if any(
            wish.volume < 1 or min(wish.savings_cents.values(), default=0) < 0 for wish in demands
        ):
            raise ValueError("volumes must be positive, savings not negative")
        places = [
            (i, number[key], saving)
            for i, wish in enumerate(demands)
            for key, saving in sorted(wish.savings_cents.items())
            if saving > 0 and wish.volume <= pools[number[key]].capacity
        ]
        return cls(pools, demands, len(pools) if most is None else max(0, most), places)

    @cached_property
    def savings(self) -> list[dict[int, int]]:
        """What each demand saves, by pool."""
        found: list[dict[int, int]] = [{} for _ in self.wishes]
        for i, j, saving in self.places:
            found[i][j] = saving
        return found

    @cached_property
    def by_worth(self) -> list[tuple[int, int, int]]:
        """All places, those first that save most for the room they need."""
        return sorted(self.places, key=lambda at: (-at[2] / self.wishes[at[0]].volume, -at[2], at))

    def value(self, placed: Mapping[int, int]) -> int:
        """Return what is saved less what procedures cost, in cents."""
        saved = sum(self.savings[i][j] for i, j in placed.items())
        return saved - sum(self.candidates[j].cost_cents for j in set(placed.values()))

    def nets(self, placed: Mapping[int, int]) -> dict[int, int]:
        """Return for each pool that has demands what it saves beyond its cost, in cents."""
        found = {j: -self.candidates[j].cost_cents for j in placed.values()}
        for i, j in placed.items():
            found[j] += self.savings[i][j]
        return found

    def choice(self, placed: Mapping[int, int], bound: int | None = None) -> Choice:
        named = {self.wishes[i].key: self.candidates[j].key for i, j in sorted(placed.items())}
        return Choice(named, self.value(placed), bound)


Placed = dict[int, int]


def _greedy(case: Case) -> Placed:
    """Place all, then close what does not pay or is too much, the least worthy pool first."""
    open_pools = {j for _, j, _ in case.places}
    placed = filled(case, open_pools, {})
    while placed:
        nets = case.nets(placed)
        worst = min(nets, key=lambda j: (nets[j], j))
        if nets[worst] >= 0 and len(nets) <= case.most:
            break
        open_pools = nets.keys() - {worst}
        placed = filled(case, open_pools, {i: j for i, j in placed.items() if j != worst})
    return improved(case, placed)


def _fewer(case: Case, placed: Placed) -> Placed:
    """Close each pool once, the least worthy first, where its demands save as much elsewhere."""
    found = placed
    for j, _ in sorted(case.nets(placed).items(), key=lambda net: (net[1], net[0])):
        rest = {i: other for i, other in found.items() if other != j}
        tried = improved(case, filled(case, set(rest.values()), rest))
        if case.value(tried) > case.value(found):
            found = tried
    return found


def filled(case: Case, open_pools: Iterable[int], placed: Mapping[int, int]) -> Placed:
    """Return a placing with more demands in open pools while there is room, worthiest first."""
    allowed, found, room = set(open_pools), dict(placed), _room(case, placed)
    for i, j, _ in case.by_worth:
        volume = case.wishes[i].volume
        if j in allowed and i not in found and volume <= room[j]:
            found[i] = j
            room[j] -= volume
    return found


def _room(case: Case, placed: Mapping[int, int]) -> list[int]:
    room = [pool.capacity for pool in case.candidates]
    for i, j in placed.items():
        room[j] -= case.wishes[i].volume
    return room


def improved(case: Case, placed: Mapping[int, int]) -> Placed:
    """Return a placing with demands moved to where they save more, as long as one can be."""
    open_pools = set(placed.values())
    found = filled(case, open_pools, placed)
    while True:
        room, has_moved = _room(case, found), False
        for i, j, saving in case.by_worth:
            now, volume = found.get(i), case.wishes[i].volume
            if j not in open_pools or now is None or now == j or volume > room[j]:
                continue
            if saving > case.savings[i][now]:
                room[now] += volume
                room[j] -= volume
                found[i], has_moved = j, True
        if not has_moved:
            return _paying(case, found)
        found = filled(case, open_pools, found)


def _paying(case: Case, placed: Placed) -> Placed:
    """Return a placing without pools that cost more than they save."""
    nets = case.nets(placed)
    return {i: j for i, j in placed.items() if nets[j] > 0}
