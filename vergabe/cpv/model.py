"""Which classes of the CPV a description may mean: three judges, each with its own view.

Neighbours: what the most similar notices and labels were about. Centres: how near the description
is to the middle of each class. Fit: weights per row that a least-squares fit has found, so
that rows which only sound alike are told apart. Their sum decides; ties go to the lower code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from vergabe.cpv.fit import Fit
from vergabe.cpv.grams import Matrix
from vergabe.cpv.space import Floats, Space, rarity_from
from vergabe.cpv.table import Table, joined

CLASS_DIGITS: Final = 4
NEIGHBOURS: Final = 60
NEIGHBOUR_POWER: Final = 3
CENTRES_WEIGHT: Final = 0.5
FIT_WEIGHT: Final = 1.5
LEAST_LIKENESS: Final = 0.1
"""A description that is less like anything known is not understood."""
FURTHER_CODE: Final = 0.6
"""A further code of a notice counts less than its main code."""


@dataclass(frozen=True)
class Judgement:
    """likeness: of each row to the description, 0 to 1; scores: of each class, higher is better."""

    likeness: Floats
    scores: Floats


class Model:
    """The judges over the packaged table and what was learned in addition."""

    def __init__(self, packaged: Table, learned: Table | None = None) -> None:
        self.packaged_count = len(packaged)
        self.label_count = int(packaged.extra["label_count"][0])
        self.table = joined(packaged, learned) if learned is not None else packaged
        self.space = Space(self.table.vocabulary, rarity_from(packaged.extra["rarity"]))
        self.lengths = packaged.extra["lengths"].astype(np.float32)
        if learned is not None:
            self.lengths = np.concatenate(
                [self.lengths, self.space.lengths(self.table.matrix[self.packaged_count :])]
            )
        self.classes = classes_of(self.table)
        self.votes = votes_of(self.table, self.classes, further=FURTHER_CODE)
        self.rows_by_class = self.votes.tocsc()
        self.centre_lengths = (
            packaged.extra["centre_lengths"].astype(np.float32)
            if learned is None
            else centre_lengths(self.space, self.table.matrix, self.lengths, self.votes)
        )
        self.fit = Fit.of(packaged, self.classes)

    def is_label(self, row: int) -> bool:
        """Return whether a row of the table is the label of a code and no notice."""
        return self.packaged_count - self.label_count <= row < self.packaged_count

    def judge(self, weights: Mapping[str, float]) -> Judgement | None:
        """Return what the judges think of a description; None if nothing known is like it."""
        words = self.space.word_likeness(weights)
        if words is None:
            return None
        likeness: Floats = (self.table.matrix @ words) / self.lengths
        if float(likeness.max()) < LEAST_LIKENESS:
            return None
        return Judgement(likeness, self._scores(likeness))

    def _scores(self, likeness: Floats) -> Floats:
        scores = self._neighbours(likeness)
        scores += np.float32(CENTRES_WEIGHT) * (likeness @ self.votes) / self.centre_lengths
        return scores + np.float32(FIT_WEIGHT) * self.fit.scores(likeness)

    def _neighbours(self, likeness: Floats) -> Floats:
        count = min(NEIGHBOURS, len(likeness))
        nearest = np.sort(np.argsort(-likeness, kind="stable")[:count])
        weight = np.maximum(likeness[nearest], 0) ** NEIGHBOUR_POWER
        found: Floats = np.asarray(weight @ self.votes[nearest], np.float32)
        return found / max(float(found.sum()), 1e-9)


def classes_of(table: Table) -> tuple[str, ...]:
    """Return the classes (4 digits) of all codes in a table, in their order."""
    return tuple(sorted({code[:CLASS_DIGITS] for codes in table.codes for code in codes}))


def votes_of(table: Table, classes: tuple[str, ...], *, further: float) -> Matrix:
    """Return rows × classes: 1 for the class of the main code, `further` for those of others."""
    number = {name: at for at, name in enumerate(classes)}
    rows, columns, values = [], [], []
    for row, codes in enumerate(table.codes):
        for at, name in enumerate(dict.fromkeys(code[:CLASS_DIGITS] for code in codes)):
            rows.append(row)
            columns.append(number[name])
            values.append(further if at else 1.0)
    return sparse.csr_matrix(
        (np.array(values, np.float32), (rows, columns)), shape=(len(table), len(classes))
    )


def centre_lengths(space: Space, rows: Matrix, lengths: Floats, votes: Matrix) -> Floats:
    """Return the length of each class's middle: the sum of its rows, each of length 1."""
    return space.lengths((votes.T @ sparse.diags(1 / lengths) @ rows).tocsr())
