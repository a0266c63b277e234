"""Closeness of pairs of demands inside a block, from wording and from everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vergabe.pools.facts import DemandFacts, GroupingSettings
from vergabe.pools.sparse import SparseMatrix, matrix, tf_idf, unit_rows
from vergabe.pools.subjects import SITE_DIVISIONS
from vergabe.pools.traits import (
    BoolArray,
    FloatArray,
    IntArray,
    Traits,
    cpv_closeness,
    may_meet,
    traits,
)
from vergabe.pools.wording import Wording

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


@dataclass(frozen=True)
class Block:
    """Demands that are compared with each other, row for row.

    terms, grams: TF-IDF, rows of length 1 (0 where there is no word); subjects: rows as long as the
    subject is sure; site: factor for demands that are tied to a building site.
    """

    terms: SparseMatrix
    grams: SparseMatrix
    subjects: SparseMatrix
    traits: Traits
    site: FloatArray

    def __len__(self) -> int:
        return len(self.site)

    def take(self, rows: IntArray) -> "Block":
        """Return the block of some rows."""
        return Block(
            terms=self.terms[rows],
            grams=self.grams[rows],
            subjects=self.subjects[rows],
            traits=self.traits.take(rows),
            site=self.site[rows],
        )


def block(
    demands: Sequence[DemandFacts],
    wordings: Sequence[Wording],
    cpv_codes: Sequence[str],
    settings: GroupingSettings,
) -> Block:
    """Return everything that demands are compared by; `cpv_codes` are those to compare."""
    sureness = np.array([max(w.subjects.values(), default=0.0) for w in wordings], np.float32)
    tied = [
        w.names_site and code[:2] in SITE_DIVISIONS
        for w, code in zip(wordings, cpv_codes, strict=True)
    ]
    return Block(
        terms=tf_idf(matrix(w.terms for w in wordings)),
        grams=tf_idf(matrix(w.grams() for w in wordings)),
        subjects=unit_rows(matrix(w.subjects for w in wordings), lengths=sureness),
        traits=traits(demands, cpv_codes, settings),
        site=np.where(tied, np.float32(SITE_FACTOR), np.float32(1)),
    )


def closeness(a: Block, b: Block, settings: GroupingSettings) -> FloatArray:
    """Return how close each row of `a` is to each of `b` (0 to 1); -inf where they may not meet."""
    rows, columns = a.traits.as_column(), b.traits.as_row()
    named = _names_subject(a)[:, None] & _names_subject(b)[None, :]
    subjects = _product(a.subjects, b.subjects)
    same_subject = subjects >= SURELY_SAME_SUBJECT
    cpv, shared = cpv_closeness(rows, columns)
    cpv[same_subject] = np.maximum(cpv[same_subject], np.float32(SAME_SUBJECT_CPV))

    score = _product(a.terms, b.terms)
    score *= np.float32(TERM_SHARE / (TERM_SHARE + GRAM_SHARE))
    score += np.float32(GRAM_SHARE / (TERM_SHARE + GRAM_SHARE)) * _product(a.grams, b.grams)
    with_subject = np.float32(1 - SUBJECT_SHARE) * score + np.float32(SUBJECT_SHARE) * subjects
    score = np.where(named, with_subject, score)
    score *= np.float32(WORDING_SHARE)
    score += np.float32(CPV_SHARE) * cpv
    score[~named] *= np.float32(NO_SUBJECT_FACTOR)
    score[named & (subjects == 0)] *= np.float32(OTHER_SUBJECT_FACTOR)
    score *= a.site[:, None] * b.site[None, :]
    other_unit = (rows.units & columns.units == 0) & (rows.units > 0) & (columns.units > 0)
    score -= np.float32(OTHER_UNIT_LOSS) * other_unit
    for level in (0, 1):
        left, right = rows.nuts[..., level], columns.nuts[..., level]
        score += np.float32(SAME_REGION_GAIN) * ((left == right) & (left > 0))
    np.clip(score, 0, 1, out=score)
    score[~may_meet(rows, columns, shared, same_subject, settings)] = -np.inf
    return score


def _product(a: SparseMatrix, b: SparseMatrix) -> FloatArray:
    return np.asarray((a @ b.T).toarray(), dtype=np.float32)


def _names_subject(rows: Block) -> BoolArray:
    return np.asarray(rows.subjects.getnnz(axis=1) > 0)
