"""The language of demands: words, stems, letter groups and the subjects that words name."""

import html
import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import Final

from vergabe.pools.subjects import (
    SITE_PATTERN,
    SUBJECT_DIVISIONS,
    SUBJECT_PAIR_PATTERNS,
    SUBJECT_PATTERN,
    TWIN_CODES,
    WEAK,
    WIDER,
)
from vergabe.pools.vocabulary import EMPTY_ENDINGS, EMPTY_WORDS, PLACE_WORDS

# A description's first sentences name the matter; what follows is procedure, the same everywhere.
DESCRIPTION_CHARACTERS: Final = 500
SUBJECT_CHARACTERS: Final = 300
GRAM_LENGTH: Final = 4

# What is a letter is written out: looking it up in a set takes half the time of `[^\W\d_]`.
_LETTER: Final = re.compile(r"[^\W\d_]+")
_LETTERS: Final = "".join(
    f"{run[0]}-{run[-1]}" for run in _LETTER.findall("".join(map(chr, range(0x10000))))
)
_WORD: Final = re.compile(rf"[{_LETTERS}]+(?:[-‐‑][{_LETTERS}]+)*-?")
_GENDER_ENDING = re.compile(r"[_:*/]-?innen\b")
_INVISIBLE = "\u00ad\u200b\u200c\u200d\ufeff"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "‐": "-", "‑": "-"})
_OF_NAMES = ("", "s", "er", "ern", "ns")
_NOTHING: Final[frozenset[str]] = frozenset()
_ENDINGS = ("erinnen", "innen", "ern", "ers", "em", "en", "er", "es", "e", "n", "s")


def plain(word: str) -> str:
    """Return a word in lower case, without umlauts and ß."""
    return word.casefold().translate(_UMLAUTS)


def words(text: str) -> list[str]:
    """Return the words of a text as written: entities resolved, umlauts composed, no numbers.

    Nothing here looks over a blank, so the words of a text are those of its parts (see reading).
    """
    clean = html.unescape(html.unescape(text)) if "&" in text else text
    if not clean.isascii():
        clean = unicodedata.normalize("NFC", clean)
        for sign in _INVISIBLE:
            clean = clean.replace(sign, "")
    if "innen" in clean:
        clean = _GENDER_ENDING.sub("innen", clean)
    return _WORD.findall(clean.replace("(A)", "A").replace("(a)", "a"))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return a plain word without the ending of its case and number, and without empty endings."""
    for ending in EMPTY_ENDINGS:
        for variant in (ending, ending + "s", ending + "en", ending + "es"):
            if word.endswith(variant) and len(word) >= len(variant) + 4:
                return stem(word[: -len(variant)])
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 4:
            return word[: -len(ending)]
    return word


_EMPTY_STEMS: Final = frozenset(EMPTY_WORDS | {stem(word) for word in EMPTY_WORDS})
_PLACE_STEMS: Final = frozenset(PLACE_WORDS | {stem(word) for word in PLACE_WORDS})
_WITH_TWINS: Final = frozenset(subject for subject, _, _ in TWIN_CODES)


def is_place_word(stemmed: str) -> bool:
    """Return whether a stem says where something is used, not what it is."""
    return stemmed in _PLACE_STEMS


@lru_cache(maxsize=65_536)
def parts(word: str) -> tuple[tuple[str, str], ...]:
    """Return (plain part, stem) of a word as written that say something."""
    found = []
    for part in plain(word).split("-"):
        stemmed = stem(part)
        if len(part) > 1 and part not in _EMPTY_STEMS and stemmed not in _EMPTY_STEMS:
            found.append((part, stemmed))
    return tuple(found)


@lru_cache(maxsize=65_536)
def subject(word: str) -> str | None:
    """Return the subject that a word as written names, alone or in one of its parts."""
    lowered = plain(word)
    for candidate in (lowered.replace("-", ""), *lowered.split("-")):
        match = SUBJECT_PATTERN.fullmatch(candidate)
        if match:
            return match.lastgroup
    return None


@lru_cache(maxsize=65_536)
def is_site_word(word: str) -> bool:
    """Return whether a word as written speaks of one building site."""
    return SITE_PATTERN.fullmatch(plain(word)) is not None


@lru_cache(maxsize=65_536)
def _pieces(word: str) -> tuple[str, ...]:
    """Return the plain parts of a word as written."""
    return tuple(plain(word).strip("-").split("-"))


@lru_cache(maxsize=65_536)
def _pairs_begun(piece: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return what a plain word names together with the next one: (subject, its pattern)."""
    return tuple(
        (key, second) for key, first, second in SUBJECT_PAIR_PATTERNS if first.fullmatch(piece)
    )


@lru_cache(maxsize=65_536)
def begins_pair(word: str) -> bool:
    """Return whether a word as written can name something together with the next one."""
    return any(map(_pairs_begun, _pieces(word)))


def named_by_pairs(text_words: Sequence[str]) -> set[str]:
    """Return the subjects that take two words in a row."""
    pieces = chain.from_iterable(map(_pieces, text_words))
    return {
        subject
        for piece, following in pairwise(pieces)
        for subject, second in _pairs_begun(piece)
        if second.fullmatch(following)
    }


def subjects(text_words: Sequence[str], division: str) -> frozenset[str]:
    """Return the subjects that a sequence of words as written names, wider ones included.

    division: first two digits of the CPV code; some words name a subject only there.
    """
    found = set(map(subject, text_words))
    found.discard(None)
    if any(map(begins_pair, text_words)):
        found |= named_by_pairs(text_words)
    return telling(frozenset(filter(None, found)), division) if found else _NOTHING


@lru_cache(maxsize=16_384)
def telling(found: frozenset[str], division: str) -> frozenset[str]:
    """Return the subjects that count in a CPV division, with the wider ones of each."""
    found = frozenset(key for key in found if division in SUBJECT_DIVISIONS.get(key, (division,)))
    found = found - WEAK or found
    return found | {WIDER[subject] for subject in found if subject in WIDER}


def compared_cpv(cpv: str, named: Collection[str]) -> str:
    """Return the code under which a demand with these subjects is compared; usually its own."""
    if not _WITH_TWINS.isdisjoint(named):
        for subject, beginning, twin in TWIN_CODES:
            if subject in named and cpv.startswith(beginning):
                return twin
    return cpv


def grams(stemmed: str) -> tuple[str, ...]:
    """Return the letter groups of a stem; one of them for each place where it stands."""
    padded = f" {stemmed} "
    if len(padded) <= GRAM_LENGTH:
        return (padded,)
    return tuple(padded[i : i + GRAM_LENGTH] for i in range(len(padded) - GRAM_LENGTH + 1))


@lru_cache(maxsize=4_096)
def own_names(organisation_name: str) -> frozenset[str]:
    """Return the plain words of a buyer's name that are a place: they say who buys, not what.

    With the forms they take in a sentence: Jülich, Jülichs, Jülicher.
    """
    return frozenset(
        part + ending
        for word in words(organisation_name)
        for part in plain(word).split("-")
        if len(part) > 2 and part not in _EMPTY_STEMS
        for ending in _OF_NAMES
    )


@lru_cache(maxsize=16_384)
def label_words(text: str, division: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the words of the label of a CPV code, and the subjects that they name."""
    found = tuple(words(text))
    return found, subjects(found, division)
