"""Notices put into groups, one for each procedure. Pure: facts in, groups out."""

import itertools
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from vergabe.market import blocking, rules
from vergabe.market.rules import Facts

_MOST_COMPARED = 20


class Groups:
    """Groups of notices that grow together; different procedure ids are never put together."""

    def __init__(self, facts: Iterable[Facts]) -> None:
        self._facts = {one.key: one for one in facts}
        self._leader: dict[Hashable, Hashable] = {key: key for key in self._facts}
        self._members: dict[Hashable, list[Hashable]] = {key: [key] for key in self._facts}
        self._procedure = {key: one.procedure_id for key, one in self._facts.items()}

    def leader(self, key: Hashable) -> Hashable:
        """Return the key that stands for the group of a notice."""
        while self._leader[key] != key:
            self._leader[key] = self._leader[self._leader[key]]
            key = self._leader[key]
        return key

    def members(self, key: Hashable) -> list[Facts]:
        """Return the notices in the group of a notice."""
        return [self._facts[member] for member in self._members[self.leader(key)]]

    def all(self) -> list[list[Hashable]]:
        """Return the groups as lists of keys."""
        return list(self._members.values())

    def join(self, one: Hashable, other: Hashable, *, is_certain: bool) -> bool:
        """Put two groups together; return whether they are one now.

        Not where they name different procedures, nor, unless it is certain, where some two of
        their notices have titles that cannot mean the same: lots must not be chained together.
        """
        first, second = self.leader(one), self.leader(other)
        if first == second:
            return True
        ids = {self._procedure[first], self._procedure[second]} - {None}
        if len(ids) > 1 or (not is_certain and self._contradict(first, second)):
            return False
        if len(self._members[first]) < len(self._members[second]):
            first, second = second, first
        self._leader[second] = first
        self._members[first] += self._members.pop(second)
        self._procedure[first] = next(iter(ids), None)
        return True

    def _contradict(self, first: Hashable, second: Hashable) -> bool:
        pairs = itertools.product(
            self._members[first][:_MOST_COMPARED], self._members[second][:_MOST_COMPARED]
        )
        return any(rules.points(self._facts[a], self._facts[b]) == 0 for a, b in pairs)


def grouped(facts: Sequence[Facts], *, known: Mapping[Hashable, Hashable] | None = None) -> Groups:
    """Return the groups of notices; known: group by key of notices that already have one.

    Exact keys first, then the pairs that are most alike. A few dozen comparisons per notice at
    most, however many there are.
    """
    groups = Groups(facts)
    if known:
        together: dict[Hashable, Hashable] = {}
        for key, name in known.items():
            groups.join(together.setdefault(name, key), key, is_certain=True)
    _join_exact(groups, facts)
    for _, one, other in sorted(_alike(groups, facts, known or {}), key=lambda found: -found[0]):
        groups.join(one.key, other.key, is_certain=False)
    return groups


def _join_exact(groups: Groups, facts: Sequence[Facts]) -> None:
    blocks: dict[str, list[Facts]] = defaultdict(list)
    for one in facts:
        for key in one.exact:
            blocks[key].append(one)
    for block in blocks.values():
        for one, other in _near(block):
            if groups.leader(one.key) != groups.leader(other.key) and rules.are_exactly_same(
                one, other
            ):
                groups.join(one.key, other.key, is_certain=True)


def _near(block: list[Facts]) -> Iterator[tuple[Facts, Facts]]:
    """Yield all pairs of a small block; in a large one each with the first and the one before."""
    if len(block) <= blocking.LARGEST_BLOCK:
        yield from itertools.combinations(block, 2)
        return
    for place in range(1, len(block)):
        yield block[0], block[place]
        yield block[place - 1], block[place]


def _alike(
    groups: Groups, facts: Sequence[Facts], known: Mapping[Hashable, Hashable]
) -> list[tuple[int, Facts, Facts]]:
    """Return the pairs with enough points, each once; what is known was compared when it came."""
    blocks: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(facts):
        for key in blocking.likeness_numbers(one):
            blocks[key].append(place)
    fresh = {place for place, one in enumerate(facts) if one.key not in known}
    pairs: set[tuple[int, int]] = set()
    for block in blocks.values():
        if len(block) <= blocking.LARGEST_BLOCK:
            new = [place for place in block if place in fresh]
            pairs |= {(min(a, b), max(a, b)) for a in new for b in block if a != b}
    found = []
    for first, second in sorted(pairs):
        one, other = facts[first], facts[second]
        if groups.leader(one.key) == groups.leader(other.key):
            continue
        points = rules.points(one, other)
        if points >= rules.SAME_FROM:
            found.append((points, one, other))
    return found
