"""Which things many demands name: every word is looked up once, then rows of numbers are read."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from vergabe.pools.traits import BoolArray, IntArray, numbered
from vergabe.pools.wording import begins_pair, label_words, named_by_pairs, subject, telling

DESCRIPTION_CERTAINTY: Final = 0.7
LABEL_CERTAINTY: Final = 0.9
SPECIFIC_CPV_DIGITS: Final = 4


class Named(NamedTuple):
    """Keys of subjects.SUBJECTS that a demand names, and how surely it means them (0 to 1)."""

    subjects: frozenset[str]
    certainty: float


class Words(NamedTuple):
    """Words of one part of the texts: the row and the number of each, in the order of the text."""

    row: IntArray
    word: IntArray

    def of(self, chosen: BoolArray) -> "Words":
        """Return some of the words."""
        return Words(self.row[chosen], self.word[chosen])


def named(
    titles: Words,
    descriptions: Words,
    vocabulary: Sequence[str],
    cpv_codes: Sequence[str],
    cpv_label: Callable[[str], str],
) -> tuple[list[Named], IntArray]:
    """Return what is named at all, and which of it by each demand.

    A demand names things in its title, else in its description, else by its code. Titles of lots
    ("Los 2", "Nord-Ost") say nothing; the label of a division names many things at once, so only
    that of a narrow code counts.
    """
    lexicon = _Lexicon(vocabulary)
    kinds: dict[Named, int] = {}
    kind = np.full(len(cpv_codes), -1, np.int64)
    for words, certainty in ((titles, 1.0), (descriptions, DESCRIPTION_CERTAINTY)):
        rows, keys = lexicon.mentioned(words.of(kind[words.row] < 0))
        divisions = (cpv_codes[row][:2] for row in rows.tolist())
        different, which = numbered(zip(keys, divisions, strict=True))
        found = [telling(lexicon.names(numbers), division) for numbers, division in different]
        own = [
            kinds.setdefault(Named(each, certainty), len(kinds)) if each else -1 for each in found
        ]
        kind[rows] = np.array(own, np.int64)[which]
    rows = np.flatnonzero(kind < 0)
    codes, which = numbered(cpv_codes[row] for row in rows.tolist())
    own = [kinds.setdefault(_named_by_code(code, cpv_label), len(kinds)) for code in codes]
    kind[rows] = np.array(own, np.int64)[which]
    return list(kinds), kind


def _named_by_code(code: str, cpv_label: Callable[[str], str]) -> Named:
    if not code[SPECIFIC_CPV_DIGITS - 1 :].strip("0"):
        return Named(frozenset(), 0.0)
    _, found = label_words(cpv_label(code), code[:2])
    return Named(found, LABEL_CERTAINTY if found else 0.0)


class _Lexicon:
    """What the words of a vocabulary name, by their numbers; each is looked up when it is met."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._vocabulary = vocabulary
        self._numbers: dict[str, int] = {}
        self._is_known = np.zeros(len(vocabulary), np.bool_)
        self._subject = np.full(len(vocabulary), -1, np.int64)
        self._begins_pair = np.zeros(len(vocabulary), np.bool_)

    def _look_up(self, words: IntArray) -> None:
        met = np.bincount(words, minlength=len(self._vocabulary)) > 0
        for number in np.flatnonzero(met & ~self._is_known).tolist():
            word = self._vocabulary[number]
            key = subject(word)
            if key is not None:
                self._subject[number] = self._number(key)
            self._begins_pair[number] = begins_pair(word)
        self._is_known |= met

    def _number(self, key: str) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def names(self, numbers: Sequence[int]) -> frozenset[str]:
        """Return the subjects with these numbers."""
        keys = list(self._numbers)
        return frozenset(keys[number] for number in numbers)

    def mentioned(self, words: Words) -> tuple[IntArray, Iterator[tuple[int, ...]]]:
        """Return the rows whose words name anything, and for each the numbers of what it names."""
        if not len(words.row):
            return words.row, iter(())
        self._look_up(words.word)
        subjects = self._subject[words.word]
        names = subjects >= 0
        rows, numbers = self._in_pairs(words)
        row = np.concatenate([words.row[names], rows])
        width = max(1, len(self._numbers))
        cells = np.unique(row * width + np.concatenate([subjects[names], numbers]))
        row, number = np.divmod(cells, width)
        starts = np.flatnonzero(np.diff(row, prepend=-1))
        flat = number.tolist()
        borders = pairwise([*starts.tolist(), len(flat)])
        return row[starts], (tuple(flat[begin:end]) for begin, end in borders)

    def _in_pairs(self, words: Words) -> tuple[IntArray, IntArray]:
        """Return row and number of the subjects that take two words in a row."""
        begins = np.unique(words.row[self._begins_pair[words.word]])
        part = words.of(np.isin(words.row, begins))
        texts: dict[int, list[str]] = {row: [] for row in begins.tolist()}
        for row, word in zip(part.row.tolist(), part.word.tolist(), strict=True):
            texts[row].append(self._vocabulary[word])
        found = [
            (row, self._number(key)) for row, text in texts.items() for key in named_by_pairs(text)
        ]
        row, number = np.array(found, np.int64).reshape(len(found), 2).T
        return row, number
