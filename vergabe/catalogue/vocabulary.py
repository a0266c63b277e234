"""All words of the directory, and which of them a typed word means."""

import bisect
import functools
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from vergabe.catalogue.words import splits, stem

Weights = npt.NDArray[np.int8]

EXACT: Final = 4
STEM: Final = 3
BEGINNING: Final = 2
INSIDE: Final = 1
_SHORTEST_INSIDE: Final = 4
_ENDINGS: Final = ("", "e", "en", "er", "es", "n", "s")


class Vocabulary:
    """Words by number. Grows by `add`; what was asked before is then asked anew."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._size = 0
        self._text = "\n"
        self._starts: list[int] = []
        self._at: list[int] = []
        self.weights = functools.lru_cache(maxsize=64)(self._weights)

    def __len__(self) -> int:
        return self._size

    @functools.cached_property
    def _known(self) -> set[int]:
        return set(self._numbers.values())

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Return the numbers whose words are not known yet."""
        return sorted(set(numbers) - self._known)

    def extended(self, pairs: Iterable[tuple[str, int]]) -> "Vocabulary":
        """Return a vocabulary with more words; this one stays as it is for who still reads it."""
        grown = Vocabulary()
        grown._numbers = self._numbers | dict(pairs)
        grown._size = max(grown._numbers.values(), default=0) + 1
        parts, place = [], 1
        for word, number in grown._numbers.items():
            grown._starts.append(place)
            grown._at.append(number)
            parts.append(word)
            place += len(word) + 1
        grown._text = "\n" + "\n".join(parts) + "\n"
        return grown

    def _weights(self, word: str) -> Weights:
        """Return by number of a word how well it fits a typed one; 0 where it does not.

        The word itself counts most, then its other endings, words that begin with it, and compound
        words that have it inside (`fahrzeug` in `loeschfahrzeug`).
        """
        weights = np.zeros(self._size, np.int8)
        wanted = stem(word)
        inside = len(wanted) >= _SHORTEST_INSIDE
        needle = wanted if inside else "\n" + wanted
        place = self._text.find(needle)
        while place >= 0:
            start = place if inside else place + 1
            index = bisect.bisect_right(self._starts, start) - 1
            is_beginning = self._starts[index] == start
            weights[self._at[index]] = BEGINNING if is_beginning else INSIDE
            # The rest of this word is of no interest any more.
            place = self._text.find(needle, self._text.index("\n", start))
        for variant in (wanted + ending for ending in _ENDINGS):
            if variant in self._numbers and weights[self._numbers[variant]]:
                weights[self._numbers[variant]] = STEM
        if word in self._numbers:
            weights[self._numbers[word]] = EXACT
        return weights

    def parts_of(self, word: str) -> list[tuple[str, str]]:
        """Return the pairs of known words that a typed word is made of."""
        return [
            (first, second)
            for first, second in splits(word)
            if self._is_known(stem(second)) and self._is_known(first)
        ]

    def _is_known(self, part: str) -> bool:
        return any(part + ending in self._numbers for ending in _ENDINGS)
