"""Groups of rows by mean closeness: average linkage with limits, in bounded memory."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from vergabe.pools.traits import FloatArray, IntArray

# A component up to this size is held as one table of closeness (4 MB of 32-bit numbers).
LARGEST_TABLE: Final = 1_000
NEIGHBOURS: Final = 64
# Above this part of all pairs a table falls into few components: looking for them costs more.
MANY_PAIRS: Final = 5
SLICE_CELLS: Final = 1_000_000
THRESHOLD_STEP: Final = 0.05

Compare = Callable[[IntArray, IntArray], FloatArray]


@dataclass(frozen=True)
class Limits:
    """When a group may grow: mean closeness, members and demands."""

    min_score: float
    max_organisations: int
    max_demands: int


class Group(NamedTuple):
    """Rows that belong together, ascending, and their closeness to each other."""

    rows: IntArray
    table: FloatArray


def groups(size: int, compare: Compare, organisations: IntArray, limits: Limits) -> list[Group]:
    """Return groups of at least two rows, in order of their first row.

    size: number of rows; compare: closeness of two lists of rows as a table, -inf where two rows
    may never meet; organisations: one number per row.
    """
    found = [
        Group(rows[group], table[np.ix_(group, group)])
        for rows in _components(size, compare, limits.min_score)
        for table in [compare(rows, rows)]
        for part in _near_each_other(table, limits.min_score)
        for linked in average_linkage(table[np.ix_(part, part)], organisations[rows[part]], limits)
        for group in [part[linked]]
    ]
    return sorted(found, key=lambda group: int(group.rows[0]))


def _near_each_other(table: FloatArray, min_score: float) -> list[IntArray]:
    """Return the sets of rows of a table that average linkage may treat apart; see _components."""
    everything = np.arange(len(table))
    near = table >= np.float32(min_score)
    if np.count_nonzero(near) > near.size // MANY_PAIRS:
        return [everything]
    i, j = np.nonzero(near)
    return _connected(everything, i, j)


def _components(size: int, compare: Compare, min_score: float) -> list[IntArray]:
    """Return the sets of rows that average linkage may treat apart.

    Two groups join only if their mean closeness reaches the threshold, so at least one pair does:
    rows without such a pair between them never meet. Each row keeps its NEIGHBOURS nearest ones.
    """
    everything = np.arange(size, dtype=np.int64)
    if size <= LARGEST_TABLE:
        return [everything]
    edges = _edges(everything, compare, min_score)
    pending = [(everything, edges, min_score)]
    done: list[IntArray] = []
    while pending:
        rows, (left, right, score), threshold = pending.pop()
        for part in _connected(rows, left, right):
            if len(part) <= LARGEST_TABLE:
                done.append(part)
            elif threshold >= 1:
                done.extend(part[i : i + LARGEST_TABLE] for i in range(0, len(part), LARGEST_TABLE))
            else:
                higher = threshold + THRESHOLD_STEP
                inside = np.isin(left, part) & (score >= higher)
                pending.append((part, (left[inside], right[inside], score[inside]), higher))
    return done


def _edges(
    rows: IntArray, compare: Compare, min_score: float
) -> tuple[IntArray, IntArray, FloatArray]:
    left, right, scores = [], [], []
    step = max(1, SLICE_CELLS // len(rows))
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        table = compare(part, rows)
        table[np.arange(len(part)), part] = -np.inf
        if len(rows) > NEIGHBOURS:
            cut = np.partition(table, len(rows) - NEIGHBOURS, axis=1)[:, len(rows) - NEIGHBOURS]
            table[table < np.maximum(cut, min_score)[:, None]] = -np.inf
        i, j = np.nonzero(table >= min_score)
        left.append(part[i])
        right.append(rows[j])
        scores.append(table[i, j])
    return np.concatenate(left), np.concatenate(right), np.concatenate(scores)


def _connected(rows: IntArray, left: IntArray, right: IntArray) -> list[IntArray]:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    i, j = np.searchsorted(rows, left), np.searchsorted(rows, right)
    graph = coo_matrix((np.ones(len(i), dtype=bool), (i, j)), shape=(len(rows), len(rows)))
    count, labels = connected_components(graph, directed=False)
    order = np.argsort(labels, kind="stable")
    borders = np.searchsorted(labels[order], np.arange(count + 1))
    parts = [rows[order[a:b]] for a, b in pairwise(borders)]
    return [part for part in parts if len(part) > 1]


def average_linkage(table: FloatArray, organisations: IntArray, limits: Limits) -> list[list[int]]:
    """Return groups of at least two rows of a closeness table, each ascending.

    The two groups with the highest mean closeness join as long as it reaches the minimum; of equal
    pairs the one with the lowest rows. -inf between two rows keeps them apart for ever.
    """
    if not len(table):
        return []
    linkage = _Linkage(table, organisations, limits)
    while len(pairs := linkage.mutual_pairs()):
        linkage.join(pairs)
    return sorted(sorted(group) for group in linkage.groups() if len(group) > 1)


class _Linkage:
    """Groups that grow: their mean closeness, and for each the nearest other one.

    Two groups that are each other's nearest join sooner or later, whatever the others do: a mean is
    never closer than the closer of the two that it is made of. So all such pairs join at once.
    """

    def __init__(self, table: FloatArray, organisations: IntArray, limits: Limits) -> None:
        self._limits = limits
        self._closeness = table.astype(np.float64)
        np.fill_diagonal(self._closeness, -np.inf)
        self._sizes = np.ones(len(table))
        self._nearest = np.zeros(len(table), np.int64)
        self._best = np.zeros(len(table))
        self._members = [[row] for row in range(len(table))]
        self._buyers = [{owner} for owner in organisations.tolist()]
        self._look_again(np.arange(len(table)))

    def mutual_pairs(self) -> IntArray:
        """Return pairs of groups, lower row first, that are close enough and nearest to each other.

        Empty only if no two groups are close enough. Where several are equally near, the lowest row
        counts: then the lowest of the nearest of all has its pair.
        """
        near = np.flatnonzero(self._best >= self._limits.min_score)
        pairs = self._mutual(near)
        if len(near) and not len(pairs):
            self._look_again(near)
            pairs = self._mutual(near)
        return pairs

    def _mutual(self, rows: IntArray) -> IntArray:
        nearest = self._nearest[rows]
        is_mutual = (self._nearest[nearest] == rows) & (rows < nearest)
        return np.stack([rows[is_mutual], nearest[is_mutual]], axis=1)

    def join(self, pairs: IntArray) -> None:
        """Join pairs as far as the limits allow; the others will never meet."""
        may = np.array([self._may_join(i, j) for i, j in pairs.tolist()], bool)
        first, second = pairs[~may].T
        self._closeness[first, second] = self._closeness[second, first] = -np.inf
        changed = np.zeros(len(self._members), bool)
        changed[pairs] = True
        kept, gone = pairs[may].T
        if len(kept):
            self._mean(kept, gone)
            self._come_nearer(kept)
        stale = changed[self._nearest] | changed
        stale[gone] = False
        self._look_again(np.flatnonzero(stale))
        self._close_up()

    def groups(self) -> list[list[int]]:
        """Return the rows of every group."""
        return [self._members[i] for i in np.flatnonzero(self._sizes).tolist()]

    def _close_up(self) -> None:
        """Forget rows that have become part of others, once they are a third."""
        kept = np.flatnonzero(self._sizes)
        if len(kept) * 3 > len(self._sizes) * 2:
            return
        place = np.zeros(len(self._sizes), np.int64)
        place[kept] = np.arange(len(kept))
        self._closeness = self._closeness[np.ix_(kept, kept)]
        self._sizes, self._best = self._sizes[kept], self._best[kept]
        self._nearest = place[self._nearest[kept]]
        self._members = [self._members[i] for i in kept.tolist()]
        self._buyers = [self._buyers[i] for i in kept.tolist()]

    def _may_join(self, i: int, j: int) -> bool:
        return (
            len(self._members[i]) + len(self._members[j]) <= self._limits.max_demands
            and len(self._buyers[i] | self._buyers[j]) <= self._limits.max_organisations
        )

    def _mean(self, kept: IntArray, gone: IntArray) -> None:
        """Let the rows of `gone` become part of those of `kept`."""
        table, a, b = self._closeness, self._sizes[kept], self._sizes[gone]
        rows = (table[kept] * a[:, None] + table[gone] * b[:, None]) / (a + b)[:, None]
        both = (rows[:, kept] * a + rows[:, gone] * b) / (a + b)
        # The mean of means depends on their order by a last digit: both halves must be the same.
        rows[:, kept] = np.minimum(both, both.T)
        rows[np.arange(len(kept)), kept] = -np.inf
        rows[:, gone] = -np.inf
        table[kept], table[:, kept] = rows, rows.T
        table[gone], table[:, gone] = -np.inf, -np.inf
        self._sizes[kept] = a + b
        self._sizes[gone] = 0
        self._best[gone] = -np.inf
        for i, j in zip(kept.tolist(), gone.tolist(), strict=True):
            self._members[i] += self._members[j]
            self._buyers[i] |= self._buyers[j]

    def _come_nearer(self, kept: IntArray) -> None:
        """Note for every group whether one that has just grown is now the nearest."""
        columns = self._closeness[:, kept]
        which = columns.argmax(axis=1)
        score = columns[np.arange(len(columns)), which]
        nearer = score > self._best
        self._nearest[nearer] = kept[which[nearer]]
        self._best[nearer] = score[nearer]

    def _look_again(self, rows: IntArray) -> None:
        self._nearest[rows] = self._closeness[rows].argmax(axis=1)
        self._best[rows] = self._closeness[rows, self._nearest[rows]]
