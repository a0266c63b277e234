"""Which classes of the CPV a description may mean: several judges, each with its own view.

Fit: weights per row that a least-squares fit has found, so that rows which only sound alike are
told apart. Labels: the one label of each class that is most like the description. Centres: how near
it is to the middle of each class. Neighbours: what the most similar rows were about. Divisions: a
class whose whole division is likely gains a little. Their sum decides; ties go to the lower code.
The weights were found on four fifths of the buyers: docs/cpv.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vergabe.cpv import sparse
from vergabe.cpv.fit import Fit
from vergabe.cpv.grams import Matrix
from vergabe.cpv.space import Floats, Space, rarity_from
from vergabe.cpv.table import Table, joined

CLASS_DIGITS: Final = 4
NEIGHBOURS: Final = 60
NEIGHBOUR_POWER: Final = 3
NEIGHBOURS_WEIGHT: Final = 0.1
LEARNED_WEIGHT: Final = 0.7
"""Instead of the above for rows that were learned later: the fit does not know them."""
LABELS_WEIGHT: Final = 0.25
CENTRES_WEIGHT: Final = 0.3
DIVISIONS_WEIGHT: Final = 0.1
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
        self.divisions = divisions_of(self.classes)
        self._label_classes, self._label_starts = self._labels()

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
        fitted = self.fit.scores(likeness)
        scores = fitted + self._neighbours(likeness)
        scores += np.float32(CENTRES_WEIGHT) * (likeness @ self.votes) / self.centre_lengths
        scores[self._label_classes] += np.float32(LABELS_WEIGHT) * self._nearest_labels(likeness)
        within = np.bincount(self.divisions, weights=np.maximum(fitted, 0))[self.divisions]
        return np.asarray(scores + DIVISIONS_WEIGHT * within, np.float32)

    def _neighbours(self, likeness: Floats) -> Floats:
        count = min(NEIGHBOURS, len(likeness))
        nearest = np.sort(np.argsort(-likeness, kind="stable")[:count])
        weight = np.maximum(likeness[nearest], 0) ** NEIGHBOUR_POWER
        votes = self.votes[nearest]
        total = max(float((weight @ votes).sum()), 1e-9)
        weight *= np.where(nearest < self.packaged_count, NEIGHBOURS_WEIGHT, LEARNED_WEIGHT)
        return np.asarray(weight @ votes, np.float32) / np.float32(total)

    def _labels(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return the classes that have labels, and where those of each begin; they lie together."""
        number = {name: at for at, name in enumerate(self.classes)}
        first = self.packaged_count - self.label_count
        own = [
            number[row[0][:CLASS_DIGITS]] for row in self.table.codes[first:][: self.label_count]
        ]
        return np.unique(np.array(own, np.intp), return_index=True)

    def _nearest_labels(self, likeness: Floats) -> Floats:
        first = self.packaged_count - self.label_count
        labels = likeness[first : self.packaged_count]
        return np.asarray(np.maximum.reduceat(labels, self._label_starts), np.float32)


def classes_of(table: Table) -> tuple[str, ...]:
    """Return the classes (4 digits) of all codes in a table, in their order."""
    return tuple(sorted({code[:CLASS_DIGITS] for codes in table.codes for code in codes}))


def divisions_of(classes: Sequence[str]) -> npt.NDArray[np.intp]:
    """Return the number of each class's division (2 digits), counted from 0."""
    return np.unique([name[:2] for name in classes], return_inverse=True)[1]


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
