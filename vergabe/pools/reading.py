"""What many demands say they want: the words of all their texts as arrays, a row per demand.

The language itself is in `wording`; here every text is read once, every word looked up once, and
the rest is arithmetic on whole arrays: a demand costs some hundred-thousandths of a second.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

import numpy as np
from scipy.sparse import csr_matrix

from vergabe.pools.facts import DemandFacts
from vergabe.pools.sparse import SparseMatrix
from vergabe.pools.traits import BoolArray, FloatArray, IntArray
from vergabe.pools.wording import (
    DESCRIPTION_CHARACTERS,
    SUBJECT_CHARACTERS,
    is_place_word,
    is_site_word,
    label_words,
    own_names,
    parts,
    subjects,
    words,
)

DESCRIPTION_CERTAINTY: Final = 0.7
LABEL_CERTAINTY: Final = 0.9
SPECIFIC_CPV_DIGITS: Final = 4
PLACE_WEIGHT: Final = 0.25
_TITLE, _DESCRIPTION, _LABEL = 1, 2, 4
_WEIGHTS: Final = ((_TITLE, 3.0), (_DESCRIPTION, 0.7), (_LABEL, 0.6))


class Named(NamedTuple):
    """Keys of subjects.SUBJECTS that a demand names, and how surely it means them (0 to 1)."""

    subjects: frozenset[str]
    certainty: float


@dataclass(frozen=True)
class Reading:
    """The words of demands, ready to be compared.

    stems: names of the columns, in order; is_place: which of them only say where something is used;
    terms: weight of every stem in title, description and CPV label; head: the same without the
    description; said: the part of terms that title or description write, in line with it `written`
    (number of the first word as written, see `word`) and `in_title`; kinds, kind: what is named,
    and which of it by each row; names_site: whether the title speaks of one building site.
    """

    stems: Sequence[str]
    is_place: BoolArray
    terms: SparseMatrix
    head: SparseMatrix
    said: SparseMatrix
    written: IntArray
    in_title: BoolArray
    vocabulary: Sequence[str]
    kinds: Sequence[Named]
    kind: IntArray
    names_site: BoolArray

    def __len__(self) -> int:
        return len(self.kind)

    def named(self, row: int) -> frozenset[str]:
        """Return the subjects that a demand names."""
        number: int = self.kind[row]
        return self.kinds[number].subjects

    def entries(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Return all places of `said` in some rows: which of the rows, and the place."""
        counts = np.diff(self.said.indptr)[rows]
        which = np.repeat(np.arange(len(rows)), counts)
        inside = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        return which, self.said.indptr[rows][which] + inside

    def written_at(self, rows: IntArray, stems: IntArray) -> IntArray:
        """Return the number of the word with which each row first writes one of its stems."""
        cells = self.said.tocoo()
        keys = cells.row.astype(np.int64) * len(self.stems) + cells.col
        return self.written[np.searchsorted(keys, rows * len(self.stems) + stems)]

    def word(self, number: int) -> str:
        """Return a word as it is written, without the hyphen of a shortened one."""
        return self.vocabulary[number].strip("-")


def read(
    demands: Sequence[DemandFacts], cpv_codes: Sequence[str], cpv_label: Callable[[str], str]
) -> Reading:
    """Return the words of demands; those that name the place of the buyer are left out.

    cpv_codes: eight digits each; cpv_label: their German label, empty for an unknown one.
    """
    texts = _Texts(cpv_label)
    for demand, code in zip(demands, cpv_codes, strict=True):
        texts.add(demand, code)
    return _arranged(texts)


Thing = TypeVar("Thing")


class _Numbers(dict[Thing, int]):
    """Numbers things in the order in which they are first asked for."""

    def __missing__(self, thing: Thing) -> int:
        self[thing] = number = len(self)
        return number


class _Source:
    """Words of one part of the texts, by number, with the place where each row ends."""

    def __init__(self) -> None:
        self.words = array("i")
        self.ends = array("q", [0])

    def arrays(self) -> tuple[IntArray, IntArray]:
        """Return the row and the word of each place."""
        ends = np.array(self.ends, np.int64)
        counts = ends[1:] - ends[:-1]
        return np.repeat(np.arange(len(counts)), counts), np.array(self.words, np.int64)


class _Texts:
    """The texts of demands taken apart, row after row."""

    def __init__(self, cpv_label: Callable[[str], str]) -> None:
        self._cpv_label = cpv_label
        self.words: _Numbers[str] = _Numbers()
        self.names: _Numbers[str] = _Numbers()
        self.kinds: _Numbers[Named] = _Numbers()
        self.name, self.kind = array("i"), array("i")
        self.title, self.description, self.label = _Source(), _Source(), _Source()
        self._known_labels: dict[str, array[int]] = {}

    def add(self, demand: DemandFacts, code: str) -> None:
        title, description = demand.title, demand.description
        title_words = words(title)
        if description.strip() == title.strip():
            description = ""
        description_words = words(description[:DESCRIPTION_CHARACTERS]) if description else ()
        for source, found in ((self.title, title_words), (self.description, description_words)):
            source.words.extend(map(self.words.__getitem__, found))
            source.ends.append(len(source.words))
        self.label.words.extend(self._label(code))
        self.label.ends.append(len(self.label.words))
        self.name.append(self.names[demand.organisation_name])
        if len(description) > SUBJECT_CHARACTERS:
            description_words = words(description[:SUBJECT_CHARACTERS])
        self.kind.append(self.kinds[self._named(title_words, description_words, code)])

    def _label(self, code: str) -> "array[int]":
        known = self._known_labels.get(code)
        if known is None:
            found, _ = label_words(self._cpv_label(code), code[:2])
            known = self._known_labels[code] = array("i", map(self.words.__getitem__, found))
        return known

    def _named(
        self, title_words: Sequence[str], description_words: Sequence[str], code: str
    ) -> Named:
        """Return what a demand names in its title, else in its description, else by its code.

        Titles of lots ("Los 2", "Nord-Ost") say nothing; the label of a division names many things
        at once, so only that of a narrow code counts.
        """
        division = code[:2]
        if found := subjects(title_words, division):
            return Named(found, 1.0)
        if found := subjects(description_words, division):
            return Named(found, DESCRIPTION_CERTAINTY)
        if code[SPECIFIC_CPV_DIGITS - 1 :].strip("0"):
            _, found = label_words(self._cpv_label(code), division)
            return Named(found, LABEL_CERTAINTY if found else 0.0)
        return Named(frozenset(), 0.0)


class _Parts:
    """What the words of a vocabulary are made of: stems, numbered in the order of their names."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        found = [parts(word) for word in vocabulary]
        self.stems = sorted({stem for each in found for _, stem in each})
        number = {stem: i for i, stem in enumerate(self.stems)}
        self.names: _Numbers[str] = _Numbers()
        self.counts = np.array([len(each) for each in found], np.int64)
        self._starts = np.cumsum(self.counts) - self.counts
        self._stem = np.array([number[stem] for each in found for _, stem in each], np.int64)
        self._part = np.array([self.names[part] for each in found for part, _ in each], np.int64)

    def of(self, row: IntArray, word: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """Return row, word, stem and part for each part of words that say something."""
        counts = self.counts[word]
        says = counts > 0
        row, word, counts = row[says], word[says], counts[says]
        place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        place += np.repeat(self._starts[word], counts)
        return (
            np.repeat(row, counts),
            np.repeat(word, counts),
            self._stem[place],
            self._part[place],
        )


def _arranged(texts: _Texts) -> Reading:
    vocabulary = list(texts.words)
    known = _Parts(vocabulary)
    key, word, bits = _cells(texts, known)
    row, stem = np.divmod(key, max(1, len(known.stems)))
    is_place = np.array([is_place_word(stem) for stem in known.stems], dtype=np.bool_)
    weights, head = _weights(bits, is_place[stem])
    is_said = (bits & (_TITLE | _DESCRIPTION)) > 0

    def table(values: FloatArray, chosen: BoolArray) -> SparseMatrix:
        counts = np.bincount(row[chosen], minlength=len(texts.kind))
        ends = np.r_[0, np.cumsum(counts)]
        shape = (len(counts), len(known.stems))
        return csr_matrix((values[chosen], stem[chosen], ends), shape=shape)

    return Reading(
        stems=known.stems,
        is_place=is_place,
        terms=table(weights, bits > 0),
        head=table(head, head > 0),
        said=table(weights, is_said),
        written=word[is_said],
        in_title=((bits & _TITLE) > 0)[is_said],
        vocabulary=vocabulary,
        kinds=list(texts.kinds),
        kind=np.array(texts.kind, np.int64),
        names_site=_names_site(texts, vocabulary),
    )


def _cells(texts: _Texts, known: _Parts) -> tuple[IntArray, IntArray, IntArray]:
    """Return the cells of the table of rows and stems that are not empty, in order.

    As one number of row and column, the first word that stands there, and in which texts.
    """
    hidden = _Hidden(texts, known)
    keys, words_found, bits = [], [], []
    sources = ((_TITLE, texts.title), (_DESCRIPTION, texts.description), (_LABEL, texts.label))
    for bit, source in sources:
        row, word, stem, part = known.of(*source.arrays())
        shown = ~hidden.are(row, part)
        keys.append(row[shown] * len(known.stems) + stem[shown])
        words_found.append(word[shown])
        bits.append(np.full(len(keys[-1]), bit, np.int64))
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    if not len(starts):
        return key, key, key
    together: IntArray = np.bitwise_or.reduceat(np.concatenate(bits)[order], starts)
    return key[starts], np.concatenate(words_found)[order][starts], together


def _names_site(texts: _Texts, vocabulary: Sequence[str]) -> BoolArray:
    """Return whose title speaks of one building site."""
    site_words = np.array([is_site_word(word) for word in vocabulary], dtype=np.bool_)
    found = np.zeros(len(texts.kind), dtype=np.bool_)
    row, word = texts.title.arrays()
    found[row[site_words[word]]] = True
    return found


def _weights(bits: IntArray, is_place: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the weight of each stem by where it stands: anywhere, and in title or label."""
    table = np.zeros((2, 8), np.float32)
    for value in range(8):
        shares = [(source, weight) for source, weight in _WEIGHTS if value & source]
        table[0, value] = sum(weight for _, weight in shares)
        table[1, value] = sum(weight for source, weight in shares if source != _DESCRIPTION)
    factor = np.where(is_place, np.float32(PLACE_WEIGHT), np.float32(1))
    return table[0, bits] * factor, table[1, bits] * factor


class _Hidden:
    """Which parts of words are the place names of the buyer itself, who says nothing with them."""

    def __init__(self, texts: _Texts, known: _Parts) -> None:
        self._name = np.array(texts.name, np.int64)
        self._width = max(1, len(known.names))
        pairs = [
            number * self._width + known.names[form]
            for name, number in texts.names.items()
            for form in own_names(name)
            if form in known.names
        ]
        self._pairs = np.array(pairs, np.int64)
        self._occurs = np.zeros(self._width, dtype=np.bool_)
        self._occurs[self._pairs % self._width] = True

    def are(self, row: IntArray, part: IntArray) -> BoolArray:
        found: BoolArray = self._occurs[part]
        places = np.flatnonzero(found)
        found[places] = np.isin(self._name[row[places]] * self._width + part[places], self._pairs)
        return found
