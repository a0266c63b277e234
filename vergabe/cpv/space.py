"""How alike a description and each row of a table are: the angle between their letter groups.

A row is the weighted sum of its words' letter groups. So a description need not be compared with
rows in the wide space of the groups: it is compared with the words of the vocabulary there, and
each row adds up the likeness of its words. That is exact, quick, and needs little memory.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vergabe.cpv import grams
from vergabe.cpv.grams import Matrix

Floats = npt.NDArray[np.float32]

_CHUNK: Final = 1000
_RARITY_STEPS: Final = 20.0
MOST_SHARE: Final = 0.2
"""Groups of letters that more than this share of the rows have say nothing and are left out."""
_LEAST: Final = np.float32(1e-9)


class Space:
    """A vocabulary with its letter groups and how much each group counts."""

    def __init__(self, vocabulary: Sequence[str], rarity: Floats) -> None:
        """rarity: weight per letter group; frequent groups say little."""
        self.words = grams.of_words(vocabulary)
        self.words.data *= rarity[self.words.indices]
        self.words.eliminate_zeros()
        self.rarity = rarity

    def word_likeness(self, weights: Mapping[str, float]) -> Floats | None:
        """Return how alike a description and each word of the vocabulary are, not yet by length.

        None if nothing in the description can be compared. The description itself is of length 1.
        """
        if not weights:
            return None
        own = grams.of_words(list(weights))
        own.data *= self.rarity[own.indices]
        direction = np.asarray(np.fromiter(weights.values(), np.float32) @ own).ravel()
        length = float(np.linalg.norm(direction))
        if not length:
            return None
        found: Floats = self.words @ (direction / np.float32(length)).astype(np.float32)
        return found

    def lengths(self, rows: Matrix) -> Floats:
        """Return the length of each row (rows × vocabulary) in the space of the letter groups."""
        found = np.zeros(rows.shape[0], np.float32)
        for start in range(0, rows.shape[0], _CHUNK):
            part = rows[start : start + _CHUNK] @ self.words
            found[start : start + _CHUNK] = np.sqrt(
                np.asarray(part.multiply(part).sum(axis=1)).ravel()
            )
        return np.maximum(found, _LEAST)


def rarity_of(vocabulary: Sequence[str], rows: Matrix) -> npt.NDArray[np.uint8]:
    """Return how rare each letter group is among the rows, as a small number to be stored."""
    groups = grams.of_words(vocabulary)
    groups.data[:] = 1
    seen = np.zeros(grams.SIZE, np.int64)
    for start in range(0, rows.shape[0], _CHUNK):
        part = rows[start : start + _CHUNK] @ groups
        seen += np.bincount(part.indices, minlength=grams.SIZE)
    weight = np.log((rows.shape[0] + 1) / (seen + 1)) + 1
    found = np.rint(weight * _RARITY_STEPS).clip(1, 255)
    found[seen > MOST_SHARE * rows.shape[0]] = 0
    return np.asarray(found, np.uint8)


def rarity_from(stored: npt.NDArray[Any]) -> Floats:
    """Return the weights that `rarity_of` stored."""
    return np.asarray(stored.astype(np.float32) / np.float32(_RARITY_STEPS), np.float32)
