"""Groups of rows by mean closeness: average linkage with limits, in bounded memory."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from vergabe.pools.traits import FloatArray, IntArray

# A component up to this size is held as one table of closeness (4 MB of 32-bit numbers).
LARGEST_TABLE: Final = 1_000
NEIGHBOURS: Final = 64
SLICE_CELLS: Final = 1_000_000
THRESHOLD_STEP: Final = 0.05

Compare = Callable[[IntArray, IntArray], FloatArray]


@dataclass(frozen=True)
class Limits:
    """When a group may grow: mean closeness, members and demands."""

    min_score: float
    max_organisations: int
    max_demands: int


def groups(size: int, compare: Compare, organisations: IntArray, limits: Limits) -> list[list[int]]:
    """Return groups of at least two rows, each ascending, in order of their first row.

    size: number of rows; compare: closeness of two lists of rows as a table, -inf where two rows
    may never meet; organisations: one number per row.
    """
    found: list[list[int]] = []
    for rows in _components(size, compare, limits.min_score):
        table = compare(rows, rows)
        linked = average_linkage(table, organisations[rows], limits)
        found.extend([int(rows[i]) for i in group] for group in linked)
    return sorted(found)


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
    closeness = table.astype(np.float64)
    np.fill_diagonal(closeness, -np.inf)
    members = {i: [i] for i in range(len(closeness))}
    buyers = {i: {int(organisations[i])} for i in members}
    if not members:
        return []
    nearest = closeness.argmax(axis=1)
    best = closeness[np.arange(len(closeness)), nearest]
    while True:
        i = int(best.argmax())
        if best[i] < limits.min_score:
            break
        i, j = sorted((i, int(nearest[i])))
        together = buyers[i] | buyers[j]
        if (
            len(together) > limits.max_organisations
            or len(members[i]) + len(members[j]) > limits.max_demands
        ):
            closeness[i, j] = closeness[j, i] = -np.inf
            changed = np.array([i, j])
        else:
            changed = _join(closeness, nearest, best, (i, j), (len(members[i]), len(members[j])))
            members[i] = sorted(members[i] + members.pop(j))
            buyers[i] = together
            del buyers[j]
        nearest[changed] = closeness[changed].argmax(axis=1)
        best[changed] = closeness[changed, nearest[changed]]
    return sorted(group for group in members.values() if len(group) > 1)


def _join(
    closeness: FloatArray | np.ndarray[tuple[int, int], np.dtype[np.float64]],
    nearest: np.ndarray[tuple[int], np.dtype[np.intp]],
    best: np.ndarray[tuple[int], np.dtype[np.float64]],
    pair: tuple[int, int],
    sizes: tuple[int, int],
) -> IntArray:
    """Join two rows of the table in the first one; return rows whose nearest is unknown."""
    (i, j), (a, b) = pair, sizes
    mean = (closeness[i] * a + closeness[j] * b) / (a + b)
    mean[[i, j]] = -np.inf
    closeness[i, :] = closeness[:, i] = mean
    closeness[j, :] = closeness[:, j] = -np.inf
    best[j] = -np.inf
    nearer = mean > best
    nearer[[i, j]] = False
    nearest[nearer] = i
    best[nearer] = mean[nearer]
    stale = (nearest == i) | (nearest == j)
    stale[j] = False
    stale[i] = True
    return np.flatnonzero(stale)
