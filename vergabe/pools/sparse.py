"""Weights of words as sparse matrices: a row per demand, a column per word (TF-IDF).

Plain scipy: loading scikit-learn for these few lines took longer than grouping a thousand demands.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from vergabe.pools.traits import FloatArray

SparseMatrix = Any  # scipy.sparse.csr_matrix, which has no types


def matrix(rows: Iterable[Mapping[str, float]]) -> SparseMatrix:
    """Return rows of name → weight as a matrix; columns in order of their names."""
    columns: dict[str, int] = {}
    names, weights, ends = array("q"), array("f"), array("q", [0])
    for row in rows:
        names.extend([columns.setdefault(name, len(columns)) for name in row])
        weights.extend(row.values())
        ends.append(len(names))
    order = np.empty(len(columns), dtype=np.int64)
    order[[columns[name] for name in sorted(columns)]] = np.arange(len(columns))
    found = csr_matrix(
        (np.array(weights, np.float32), order[np.array(names, np.int64)], np.array(ends, np.int64)),
        shape=(len(ends) - 1, len(columns)),
    )
    found.sort_indices()
    return found


def tf_idf(weights: SparseMatrix) -> SparseMatrix:
    """Return the weights times the smoothed rarity of their column, every row brought to length 1.

    Rarity: ln((1 + rows) / (1 + rows with the word)) + 1, so a word of all rows still counts.
    """
    used = np.bincount(weights.indices, minlength=weights.shape[1])
    rarity = np.log((1 + weights.shape[0]) / (1 + used)) + 1
    weights.data *= rarity[weights.indices].astype(np.float32)
    return unit_rows(weights, lengths=np.ones(weights.shape[0], np.float32))


def unit_rows(weights: SparseMatrix, *, lengths: FloatArray) -> SparseMatrix:
    """Return the weights with every row brought to its length; rows without words stay empty."""
    counts = np.diff(weights.indptr)
    rows = np.repeat(np.arange(weights.shape[0]), counts)
    norms = np.sqrt(np.bincount(rows, weights=weights.data**2, minlength=weights.shape[0]))
    factors = np.divide(lengths, norms, out=np.zeros_like(norms), where=norms > 0)
    weights.data *= factors[rows].astype(np.float32)
    return weights


def counted(rows: Iterable[Iterable[str]]) -> SparseMatrix:
    """Return how often each row has each name, as a matrix; columns in order of their names."""
    return matrix(Counter(row) for row in rows)
