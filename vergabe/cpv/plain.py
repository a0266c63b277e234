"""The plain search to compare with: the most similar titles by letter groups vote on the class."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from vergabe.cpv import grams, sparse
from vergabe.cpv.grams import Matrix
from vergabe.cpv.model import CLASS_DIGITS
from vergabe.cpv.table import Example, matrix_of
from vergabe.cpv.texts import HEAD_WEIGHT, words

_NEIGHBOURS: Final = 10


class PlainSearch:
    """Titles as rows of letter groups, weighed by how rare a group is; nothing is trained."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._rows, self._rarity = _rows_of(examples)
        self._classes = [each.codes[0][:CLASS_DIGITS] for each in examples]

    def classes(self, text: str) -> list[str]:
        """Return the classes of the nearest titles, those with most likeness first."""
        own = grams.of_words(sorted(set(words(text))), with_words=False)
        counts = np.bincount(own.indices, weights=own.data, minlength=grams.SIZE)
        present = counts > 0
        counts[present] = (1 + np.log(counts[present])) * self._rarity[present]
        likeness = self._rows @ counts
        votes: dict[str, float] = {}
        for at in np.argsort(-likeness, kind="stable")[:_NEIGHBOURS].tolist():
            name = self._classes[at]
            votes[name] = votes.get(name, 0.0) + float(likeness[at])
        return sorted(votes, key=lambda name: (-votes[name], name))


def unit_rows(examples: Sequence[Example]) -> Matrix:
    """Return the titles as rows of letter groups, each of length 1."""
    return _rows_of(examples)[0]


def _rows_of(examples: Sequence[Example]) -> tuple[Matrix, npt.NDArray[np.float64]]:
    """Return titles × letter groups, each row of length 1, and how much each group counts."""
    titles = [
        {word: 1.0 for word, weight in each.weights.items() if weight == HEAD_WEIGHT}
        for each in examples
    ]
    vocabulary = sorted({word for title in titles for word in title})
    rows = matrix_of(titles, vocabulary) @ grams.of_words(vocabulary, with_words=False)
    seen = np.bincount(rows.indices, minlength=grams.SIZE)
    rarity = np.log((rows.shape[0] + 1) / (seen + 1)) + 1
    rows.data = (1 + np.log(rows.data)) * rarity[rows.indices]
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(lengths, 1e-9)) @ rows).tocsr(), rarity
