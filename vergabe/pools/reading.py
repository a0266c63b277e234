"""What many demands say they want: the words of all their texts as arrays, a row per demand.

The language itself is in `wording`; here every text is read once, every word looked up once, and
the rest is arithmetic on whole arrays: a demand costs some hundred-thousandths of a second.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix

from vergabe.pools.facts import DemandFacts
from vergabe.pools.naming import Named, Words, named
from vergabe.pools.sparse import SparseMatrix
from vergabe.pools.traits import BoolArray, FloatArray, IntArray, Numbers, numbered
from vergabe.pools.wording import (
    DESCRIPTION_CHARACTERS,
    SUBJECT_CHARACTERS,
    is_place_word,
    is_site_word,
    own_names,
    parts,
    words,
)

PLACE_WEIGHT: Final = 0.25
_TITLE, _DESCRIPTION, _LABEL = 1, 2, 4
_WEIGHTS: Final = ((_TITLE, 3.0), (_DESCRIPTION, 0.7), (_LABEL, 0.6))


@dataclass(frozen=True)
class Reading:
    """The words of demands, ready to be compared.

    stems: names of the columns, in order; is_place: which of them only say where something is used;
    terms: weight of every stem in title, description and CPV label; head: the same without the
    description; said: the part of terms that title or description write, in line with it `written`
    (number of the first word as written, see `words`) and `in_title`; kinds, kind: what is named,
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

    def named(self, rows: IntArray) -> list[frozenset[str]]:
        """Return the subjects that each of some demands names."""
        return [self.kinds[number].subjects for number in self.kind[rows].tolist()]

    def entries(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Return all places of `said` in some rows: which of the rows, and the place."""
        counts = np.diff(self.said.indptr)[rows]
        which = np.repeat(np.arange(len(rows)), counts)
        return which, _places(self.said.indptr[rows], counts)

    def written_at(self, rows: IntArray, stems: IntArray) -> IntArray:
        """Return the number of the word with which each row first writes one of its stems."""
        cells = self.said.tocoo()
        keys = cells.row.astype(np.int64) * len(self.stems) + cells.col
        return self.written[np.searchsorted(keys, rows * len(self.stems) + stems)]

    def words(self, numbers: IntArray) -> list[str]:
        """Return words as they are written, without the hyphen of a shortened one."""
        return [self.vocabulary[number] for number in numbers.tolist()]


def read(
    demands: Sequence[DemandFacts], cpv_codes: Sequence[str], cpv_label: Callable[[str], str]
) -> Reading:
    """Return the words of demands; those that name the place of the buyer are left out.

    cpv_codes: eight digits each; cpv_label: their German label, empty for an unknown one.
    """
    return _arranged(_Texts(demands, cpv_codes, cpv_label))


def _places(starts: IntArray, counts: IntArray) -> IntArray:
    """Return so many places in a row from each start on."""
    return np.arange(counts.sum()) + np.repeat(starts - np.cumsum(counts) + counts, counts)


class _Vocabulary:
    """Words as written, numbered in the order in which they are first read.

    What stands between two blanks is taken apart once, however often it occurs: no word, entity or
    letter with its accent reaches over a blank.
    """

    def __init__(self) -> None:
        self._pieces: Numbers[str] = Numbers()
        self._numbers: Numbers[str] = Numbers()
        self._words, self._ends = array("q"), array("q", [0])

    def words(self) -> list[str]:
        """Return all words read so far, in the order of their numbers."""
        return list(self._numbers)

    def read(self, rows: IntArray, texts: Iterable[str]) -> Words:
        """Return the words of texts; rows: to which row each text belongs."""
        pieces, ends = array("q"), array("q", [0])
        for text in texts:
            pieces.extend(map(self._pieces.__getitem__, text.split()))
            ends.append(len(pieces))
        for new in islice(self._pieces, len(self._ends) - 1, None):
            self._words.extend(map(self._numbers.__getitem__, words(new)))
            self._ends.append(len(self._words))
        piece = np.array(pieces, np.int64)
        starts = np.array(self._ends, np.int64)
        counts = np.diff(starts)[piece]
        row = np.repeat(np.repeat(rows, np.diff(ends)), counts)
        return Words(row, np.array(self._words, np.int64)[_places(starts[piece], counts)])


class _Texts:
    """The texts of demands taken apart: their words by number.

    rest: words of a description behind its last blank that SUBJECT_CHARACTERS reach; the others
    are in `description`; vocabulary: all these words; names, name: buyers, and which each row has;
    kinds, kind: as in Reading.
    """

    def __init__(
        self, demands: Sequence[DemandFacts], codes: Sequence[str], cpv_label: Callable[[str], str]
    ) -> None:
        every, vocabulary = np.arange(len(demands)), _Vocabulary()
        told = ["" if d.description.strip() == d.title.strip() else d.description for d in demands]
        ends = [_last_blank(text) for text in told]
        long = [row for row, text in enumerate(told) if ends[row] < len(text)]

        def rests(last: int) -> Words:
            texts = (told[row][ends[row] : last] for row in long)
            return vocabulary.read(np.array(long, np.int64), texts)

        self.title = vocabulary.read(every, (demand.title for demand in demands))
        beginnings = (text[:end] for text, end in zip(told, ends, strict=True))
        self.description = vocabulary.read(every, beginnings)
        self.rest = rests(DESCRIPTION_CHARACTERS)
        self.label = _labels(codes, cpv_label, vocabulary)
        self.vocabulary = vocabulary.words()
        # The last word may be cut off: it can name a subject, but is not compared.
        parted = zip(self.description, rests(SUBJECT_CHARACTERS), strict=True)
        beginning = Words(*map(np.concatenate, parted))
        self.kinds, self.kind = named(self.title, beginning, vocabulary.words(), codes, cpv_label)
        self.names, self.name = numbered(demand.organisation_name for demand in demands)


def _last_blank(text: str) -> int:
    """Return where a text is parted: no word or entity reaches over a blank."""
    if len(text) <= SUBJECT_CHARACTERS:
        return len(text)
    return max(0, text.rfind(" ", 0, SUBJECT_CHARACTERS))


def _labels(
    codes: Sequence[str], cpv_label: Callable[[str], str], vocabulary: _Vocabulary
) -> Words:
    """Return the words of the labels of all rows; each label is read once."""
    different, which = numbered(codes)
    label = vocabulary.read(np.arange(len(different)), map(cpv_label, different))
    lengths = np.bincount(label.row, minlength=len(different))
    places = _places((np.cumsum(lengths) - lengths)[which], lengths[which])
    return Words(np.repeat(np.arange(len(codes)), lengths[which]), label.word[places])


class _Parts:
    """What the words of a vocabulary are made of: stems, numbered in the order of their names."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        found = [parts(word) for word in vocabulary]
        self.stems = sorted({stem for each in found for _, stem in each})
        number = {stem: i for i, stem in enumerate(self.stems)}
        self.names: Numbers[str] = Numbers()
        self.counts = np.array([len(each) for each in found], np.int64)
        self._starts = np.cumsum(self.counts) - self.counts
        self._stem = np.array([number[stem] for each in found for _, stem in each], np.int64)
        self._part = np.array([self.names[part] for each in found for part, _ in each], np.int64)

    def of(self, row: IntArray, word: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """Return row, word, stem and part for each part of words that say something."""
        counts = self.counts[word]
        says = counts > 0
        row, word, counts = row[says], word[says], counts[says]
        place = _places(self._starts[word], counts)
        return (
            np.repeat(row, counts),
            np.repeat(word, counts),
            self._stem[place],
            self._part[place],
        )


def _arranged(texts: _Texts) -> Reading:
    vocabulary = texts.vocabulary
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
        vocabulary=[word.strip("-") for word in vocabulary],
        kinds=texts.kinds,
        kind=texts.kind,
        names_site=_names_site(texts, vocabulary),
    )


def _cells(texts: _Texts, known: _Parts) -> tuple[IntArray, IntArray, IntArray]:
    """Return the cells of the table of rows and stems that are not empty, in order.

    As one number of row and column, the first word that stands there, and in which texts.
    """
    hidden = _Hidden(texts, known)
    keys, words_found, bits = [], [], []
    sources = (
        (_TITLE, texts.title),
        (_DESCRIPTION, texts.description),
        (_DESCRIPTION, texts.rest),
        (_LABEL, texts.label),
    )
    for bit, source in sources:
        row, word, stem, part = known.of(*source)
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
    found[texts.title.row[site_words[texts.title.word]]] = True
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
        self._name = texts.name
        self._width = max(1, len(known.names))
        pairs = [
            number * self._width + known.names[form]
            for number, name in enumerate(texts.names)
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
