"""Closeness of pairs of demands inside a block, from wording and from everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, hstack

from vergabe.pools.facts import DemandFacts, GroupingSettings
from vergabe.pools.reading import Reading
from vergabe.pools.sparse import SparseMatrix, counted, matrix, tf_idf, unit_rows
from vergabe.pools.subjects import SITE_DIVISIONS
from vergabe.pools.traits import (
    BoolArray,
    FloatArray,
    IntArray,
    Traits,
    cpv_closeness,
    may_meet,
    traits,
    windows_meet,
)
from vergabe.pools.wording import grams

WORDING_SHARE: Final = 0.55
CPV_SHARE: Final = 0.45
# Inside the wording: words, letter groups (they see compounds and typing errors), named subjects.
TERM_SHARE: Final = 0.5
GRAM_SHARE: Final = 0.2
SUBJECT_SHARE: Final = 0.3
# Both say what they want, and it is not the same: a Mannschaftswagen is no Löschfahrzeug.
OTHER_SUBJECT_FACTOR: Final = 0.6
# One of them names no known subject: only the words speak for the pair, and they speak less
# clearly.
NO_SUBJECT_FACTOR: Final = 0.8
# Who names the same thing means the same thing, whatever branch of CPV the code was taken from.
SAME_SUBJECT_CPV: Final = 0.5
SURELY_SAME_SUBJECT: Final = 0.5
SITE_FACTOR: Final = 0.85
OTHER_UNIT_LOSS: Final = 0.05
# Only decides between equals: who lies in the same NUTS 2 region, and again in the same NUTS 3.
SAME_REGION_GAIN: Final = 0.01
# Numbers of a matrix that is laid out in full for a product (32 MB).
LARGEST_LAYOUT: Final = 8_000_000


@dataclass(frozen=True)
class Block:
    """Demands that are compared with each other, row for row.

    words: TF-IDF of stems and of letter groups side by side, scaled so that a product of two rows
    is their closeness (0 to 1; 0 where there is no word); subjects: rows as long as the subject is
    sure; site: factor for demands that are tied to a building site.
    """

    words: SparseMatrix
    subjects: SparseMatrix
    traits: Traits
    site: FloatArray

    def __len__(self) -> int:
        return len(self.site)

    def take(self, rows: IntArray) -> "Block":
        """Return the block of some rows."""
        return Block(
            words=self.words[rows],
            subjects=self.subjects[rows],
            traits=self.traits.take(rows),
            site=self.site[rows],
        )


def block(
    demands: Sequence[DemandFacts],
    reading: Reading,
    cpv_codes: Sequence[str],
    settings: GroupingSettings,
) -> Block:
    """Return everything that demands are compared by; `cpv_codes` are those to compare."""
    certainty = np.array([kind.certainty for kind in reading.kinds], np.float32)
    named = unit_rows(
        matrix(dict.fromkeys(kind.subjects, kind.certainty) for kind in reading.kinds),
        lengths=certainty,
    )
    at_site = np.array([code[:2] in SITE_DIVISIONS for code in cpv_codes], bool)
    tied = reading.names_site & at_site
    return Block(
        words=_side_by_side(reading),
        subjects=named[reading.kind],
        traits=traits(demands, cpv_codes, settings),
        site=np.where(tied, np.float32(SITE_FACTOR), np.float32(1)),
    )


def _side_by_side(reading: Reading) -> SparseMatrix:
    letters = reading.head @ counted(map(grams, reading.stems))
    letters.sort_indices()
    both = TERM_SHARE + GRAM_SHARE
    stems = tf_idf(reading.terms) * np.float32(np.sqrt(TERM_SHARE / both))
    return hstack([stems, tf_idf(letters) * np.float32(np.sqrt(GRAM_SHARE / both))], format="csr")


def closeness(a: Block, b: Block, settings: GroupingSettings) -> FloatArray:
    """Return how close each row of `a` is to each of `b` (0 to 1); -inf where they may not meet."""
    subjects = _product(a.subjects, b.subjects)
    same_subject = subjects >= np.float32(SURELY_SAME_SUBJECT)
    both_name = _names_subject(a)[:, None] & _names_subject(b)[None, :]
    kinds = _kinds(a.traits, b.traits, settings)
    cpv = np.where(same_subject, np.maximum(kinds.cpv, np.float32(SAME_SUBJECT_CPV)), kinds.cpv)

    score = _product(a.words, b.words)
    score *= np.where(both_name, np.float32(1 - SUBJECT_SHARE), np.float32(1))
    subjects *= np.float32(SUBJECT_SHARE)
    score += subjects
    score *= np.float32(WORDING_SHARE)
    cpv *= np.float32(CPV_SHARE)
    score += cpv
    other = np.where(both_name, np.float32(OTHER_SUBJECT_FACTOR), np.float32(NO_SUBJECT_FACTOR))
    score *= np.where(subjects > 0, np.float32(1), other)
    if a.site.min(initial=1) < 1 or b.site.min(initial=1) < 1:
        score *= a.site[:, None] * b.site[None, :]
    if kinds.loss is not None:
        score -= kinds.loss
    rows, columns = a.traits.as_column(), b.traits.as_row()
    for level in (0, 1):
        left, right = rows.nuts[..., level], columns.nuts[..., level]
        score += np.float32(SAME_REGION_GAIN) * ((left == right) & (left > 0))
    np.clip(score, 0, 1, out=score)
    allowed = kinds.allowed | (kinds.allowed_for_same & same_subject)
    score[~(allowed & windows_meet(rows, columns, settings))] = -np.inf
    return score


class _Kinds(NamedTuple):
    """How rows stand to each other by CPV, nature, area and units; loss: None if there is none."""

    cpv: FloatArray
    loss: FloatArray | None
    allowed: BoolArray
    allowed_for_same: BoolArray


def _kinds(a: Traits, b: Traits, settings: GroupingSettings) -> _Kinds:
    """Return what the kinds of all pairs say; it is reckoned once for every pair of kinds."""
    _, first, row = np.unique(a.kind, return_index=True, return_inverse=True)
    second, column = first, row
    if a is not b:
        _, second, column = np.unique(b.kind, return_index=True, return_inverse=True)
    left, right = a.take(first).as_column(), b.take(second).as_row()
    cpv, shared = cpv_closeness(left, right)
    other_unit = (left.units & right.units == 0) & (left.units > 0) & (right.units > 0)
    cells = row[:, None] * len(second) + column[None, :]
    nobody, everybody = np.zeros(shared.shape, bool), np.ones(shared.shape, bool)
    return _Kinds(
        cpv=cpv.ravel()[cells],
        loss=(np.float32(OTHER_UNIT_LOSS) * other_unit).ravel()[cells]
        if other_unit.any()
        else None,
        allowed=may_meet(left, right, shared, nobody, settings).ravel()[cells],
        allowed_for_same=may_meet(left, right, shared, everybody, settings).ravel()[cells],
    )


def _product(a: SparseMatrix, b: SparseMatrix) -> FloatArray:
    """Return the products of all rows of `a` with all of `b`.

    Rows of one block share many columns, so `b` is laid out in full, without its empty columns, as
    long as it stays small: that takes half the time of a product of sparse matrices.
    """
    used, column = np.unique(b.indices, return_inverse=True)
    if not 0 < len(used) * b.shape[0] <= LARGEST_LAYOUT:
        return np.asarray((a @ b.T).toarray(), dtype=np.float32)
    laid_out = np.zeros((len(used), b.shape[0]), np.float32)
    laid_out[column, np.repeat(np.arange(b.shape[0]), np.diff(b.indptr))] = b.data
    weights = a.data
    if a is not b:
        column = np.minimum(np.searchsorted(used, a.indices), len(used) - 1)
        weights = np.where(used[column] == a.indices, weights, np.float32(0))
    narrow = csr_matrix((weights, column, a.indptr), shape=(a.shape[0], len(used)))
    return np.asarray(narrow @ laid_out, dtype=np.float32)


def _names_subject(rows: Block) -> BoolArray:
    return np.asarray(rows.subjects.getnnz(axis=1) > 0)
