"""Groups of rows by mean closeness: average linkage with limits, in bounded memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from vergabe.pools.traits import BoolArray, FloatArray, IntArray

# A component up to this size is held as one table of closeness (4 MB of 32-bit numbers).
LARGEST_TABLE: Final = 1_000
NEIGHBOURS: Final = 64
# Above this part of all pairs a table falls into few components: looking for them costs more.
MANY_PAIRS: Final = 5
SLICE_CELLS: Final = 1_000_000
THRESHOLD_STEP: Final = 0.05
BATCHES: Final = 8
# Tables are copied without what is done with as soon as no more than this part of them is left.
WORTH_COPYING: Final = 0.5
WORD_BITS: Final = 64

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


def parts(size: int, compare: Compare, min_score: float) -> Iterator[Group]:
    """Yield the sets of rows that average linkage may treat apart, each with its table.

    size: number of rows; compare: closeness of two lists of rows as a table, -inf where two rows
    may never meet.
    """
    for rows in _components(size, compare, min_score):
        table = compare(rows, rows)
        for part in _near_each_other(table, min_score):
            yield Group(rows[part], _within(table, part))


def groups(
    found_parts: Iterable[Group], organisations: IntArray, limits: Limits
) -> Iterator[Group]:
    """Yield the groups of at least two rows that average linkage makes of each part.

    organisations: one number per row. Parts of like size are worked off side by side: a step costs
    as much for fifty of them as for one. No more of them wait than BATCHES tables of SLICE_CELLS.
    """
    waiting: list[Group] = []
    cells = 0
    for part in found_parts:
        waiting.append(part)
        cells += part.table.size
        if cells > BATCHES * SLICE_CELLS:
            yield from _grouped(waiting, organisations, limits)
            waiting, cells = [], 0
    yield from _grouped(waiting, organisations, limits)


def _grouped(waiting: Sequence[Group], organisations: IntArray, limits: Limits) -> Iterator[Group]:
    together: list[Group] = []
    for part in sorted(waiting, key=lambda part: len(part.rows)):
        if (len(together) + 1) * part.table.size > SLICE_CELLS:
            yield from _linked(together, organisations, limits)
            together = []
        together.append(part)
    yield from _linked(together, organisations, limits)


def _linked(together: Sequence[Group], organisations: IntArray, limits: Limits) -> Iterator[Group]:
    tables = [part.table for part in together]
    owners = [organisations[part.rows] for part in together]
    for part, found in zip(together, average_linkages(tables, owners, limits), strict=True):
        for group in map(np.array, found):
            yield Group(part.rows[group], _within(part.table, group))


def _within(table: FloatArray, rows: IntArray) -> FloatArray:
    """Return the part of a table that some of its rows, ascending, have among themselves."""
    return table if len(rows) == len(table) else table[rows[:, None], rows]


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
    (found,) = average_linkages([table], [organisations], limits)
    return found


def average_linkages(
    tables: Sequence[FloatArray], organisations: Sequence[IntArray], limits: Limits
) -> list[list[list[int]]]:
    """Return the groups of each of several tables, as `average_linkage` does."""
    if not any(map(len, tables)):
        return [[] for _ in tables]
    return _Linkage(tables, organisations, limits).groups()


class _Linkage:
    """Groups that grow in several tables: their mean closeness, the nearest other one of each.

    Two groups that are each other's nearest join sooner or later, whatever the others do: a mean is
    never closer than the closer of the two that it is made of. So all such pairs join at once. A
    group is named by its table and its lowest row.
    """

    def __init__(
        self, tables: Sequence[FloatArray], organisations: Sequence[IntArray], limits: Limits
    ) -> None:
        self._limits = limits
        width = max(map(len, tables))
        self._closeness = np.full((len(tables), width, width), -np.inf)
        for own, table in zip(self._closeness, tables, strict=True):
            own[: len(table), : len(table)] = table
            np.fill_diagonal(own, -np.inf)
        lengths = np.array([len(table) for table in tables])
        rows = np.arange(width)
        self._sizes = (rows < lengths[:, None]).astype(np.float64)
        self._buyers = _as_bits(organisations, width)
        # Tables that are done and rows that were joined are left out in time: their old places.
        self._tables = np.arange(len(tables))
        self._rows = np.tile(rows, (len(tables), 1))
        self._joined_to = self._rows.copy()

    def groups(self) -> list[list[list[int]]]:
        """Join all that may join; return the groups of at least two rows of each table."""
        while True:
            pairs, is_running = self._mutual_pairs()
            if not is_running.any():
                return _by_lowest_row(self._joined_to)
            self._join(*pairs)
            self._close_up(np.flatnonzero(is_running))

    def _mutual_pairs(self) -> tuple[tuple[IntArray, IntArray, IntArray], BoolArray]:
        """Return groups that are close enough and nearest to each other; which tables have any.

        As table, lower row, higher row. Where several are equally near, the lowest row counts: then
        the lowest of the nearest of all has its pair.
        """
        nearest = self._closeness.argmax(axis=2)
        best = np.take_along_axis(self._closeness, nearest[:, :, None], axis=2)[:, :, 0]
        back = np.take_along_axis(nearest, nearest, axis=1)
        rows = np.arange(self._closeness.shape[1])
        is_pair = (back == rows) & (rows < nearest) & (best >= self._limits.min_score)
        table, row = np.nonzero(is_pair)
        return (table, row, nearest[table, row]), is_pair.any(axis=1)

    def _close_up(self, tables: IntArray) -> None:
        """Forget tables that are done, and rows that have become part of others, if many."""
        alive = self._sizes[tables] > 0
        width = int(alive.sum(axis=1).max())
        if len(tables) * width * width > WORTH_COPYING * self._closeness.size:
            return
        order = np.argsort(~alive, axis=1, kind="stable")[:, :width]
        every = tables[:, None]
        self._closeness = self._closeness[every[:, :, None], order[:, :, None], order[:, None, :]]
        self._sizes = self._sizes[every, order]
        self._buyers = self._buyers[every, order]
        self._rows = self._rows[every, order]
        self._tables = self._tables[tables]

    def _join(self, table: IntArray, first: IntArray, second: IntArray) -> None:
        """Join pairs as far as the limits allow; the others will never meet."""
        buyers = self._buyers[table, first] | self._buyers[table, second]
        buyer_counts = np.bitwise_count(buyers).sum(axis=1, dtype=np.int64)
        demand_counts = self._sizes[table, first] + self._sizes[table, second]
        may = (demand_counts <= self._limits.max_demands) & (
            buyer_counts <= self._limits.max_organisations
        )
        closeness = self._closeness
        refused = table[~may], first[~may], second[~may]
        closeness[refused[0], refused[1], refused[2]] = -np.inf
        closeness[refused[0], refused[2], refused[1]] = -np.inf
        t, i, j = table[may], first[may], second[may]
        self._buyers[t, i] = buyers[may]
        self._joined_to[self._tables[t], self._rows[t, j]] = self._rows[t, i]
        a, b = self._sizes[t, i], self._sizes[t, j]
        self._sizes[t, i] = a + b
        a, b, whole = a[:, None], b[:, None], (a + b)[:, None]
        closeness[t, i] = (closeness[t, i] * a + closeness[t, j] * b) / whole
        means = (closeness[t, :, i] * a + closeness[t, :, j] * b) / whole
        closeness[t, :, i] = means
        # The mean of means depends on their order by a last digit: both halves must be the same.
        means = np.minimum(means, closeness[t, i])
        closeness[t, i] = closeness[t, :, i] = means
        closeness[t, i, i] = -np.inf
        closeness[t, j] = closeness[t, :, j] = -np.inf
        self._sizes[t, j] = 0


def _as_bits(organisations: Sequence[IntArray], width: int) -> npt.NDArray[np.uint64]:
    """Return the organisation of each row of each table as one bit, in as many words as needed."""
    dense = [np.unique(own, return_inverse=True)[1] for own in organisations]
    words = max(int(own.max(initial=0)) for own in dense) // WORD_BITS + 1
    bits = np.zeros((len(dense), width, words), np.uint64)
    for table, own in zip(bits, dense, strict=True):
        word, place = np.divmod(own, WORD_BITS)
        table[np.arange(len(own)), word] = np.uint64(1) << place.astype(np.uint64)
    return bits


def _by_lowest_row(joined_to: IntArray) -> list[list[list[int]]]:
    """Return the rows of each table that were joined, directly or through others.

    joined_to: for each row of each table a lower row of its group, itself if it is the lowest.
    """
    lowest = np.take_along_axis(joined_to, joined_to, axis=1)
    while (lowest != joined_to).any():
        joined_to, lowest = lowest, np.take_along_axis(lowest, lowest, axis=1)
    width = lowest.shape[1]
    group = (lowest + width * np.arange(len(lowest))[:, None]).ravel()
    order = np.argsort(group, kind="stable")
    borders = np.flatnonzero(np.diff(group[order], prepend=-1)).tolist()
    rows, tables = (order % width).tolist(), (order // width).tolist()
    found: list[list[list[int]]] = [[] for _ in lowest]
    for begin, end in pairwise([*borders, len(rows)]):
        if end - begin > 1:
            found[tables[begin]].append(rows[begin:end])
    return found
