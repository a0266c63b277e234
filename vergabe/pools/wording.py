"""What a demand says it wants: subjects, weighted word stems and letter groups of its texts."""

import html
import re
import unicodedata
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import lru_cache
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

TITLE_WEIGHT: Final = 3.0
LABEL_WEIGHT: Final = 0.6
DESCRIPTION_WEIGHT: Final = 0.7
PLACE_WEIGHT: Final = 0.25
# A description's first sentences name the matter; what follows is procedure, the same everywhere.
DESCRIPTION_CHARACTERS: Final = 500
SUBJECT_CHARACTERS: Final = 300
GRAM_LENGTH: Final = 4
SPECIFIC_CPV_DIGITS: Final = 4
DESCRIPTION_CERTAINTY: Final = 0.7
LABEL_CERTAINTY: Final = 0.9

_WORD = re.compile(r"[^\W\d_]+(?:[-‐‑][^\W\d_]+)*-?")
_GENDER_ENDING = re.compile(r"[_:*/]-?innen\b")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\ufeff"))
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "‐": "-", "‑": "-"})
_ENDINGS = ("erinnen", "innen", "ern", "ers", "em", "en", "er", "es", "e", "n", "s")


@dataclass(frozen=True)
class Wording:
    """The words of one demand, ready to be compared.

    subjects: keys of subjects.SUBJECTS → how surely it is meant (0 to 1); head: stem → weight in
    title and CPV label; terms: the same with the description; surfaces: stem of title or
    description → the word as written; title_stems: stems of the title; names_site: the title speaks
    of one building site.
    """

    subjects: dict[str, float]
    head: dict[str, float]
    terms: dict[str, float]
    surfaces: dict[str, str]
    title_stems: frozenset[str]
    names_site: bool

    def grams(self) -> dict[str, float]:
        """Return the letter groups of title and CPV label → weight."""
        found: dict[str, float] = {}
        for stemmed, weight in self.head.items():
            for gram in _grams(stemmed):
                found[gram] = found.get(gram, 0.0) + weight
        return found


def plain(word: str) -> str:
    """Return a word in lower case, without umlauts and ß."""
    return word.casefold().translate(_UMLAUTS)


def words(text: str) -> list[str]:
    """Return the words of a text as written: entities resolved, umlauts composed, no numbers."""
    clean = html.unescape(html.unescape(text)) if "&" in text else text
    clean = unicodedata.normalize("NFC", clean).translate(_INVISIBLE)
    clean = _GENDER_ENDING.sub("innen", clean).replace("(A)", "A").replace("(a)", "a")
    return _WORD.findall(clean)


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


def is_place_word(stemmed: str) -> bool:
    """Return whether a stem says where something is used, not what it is."""
    return stemmed in _PLACE_STEMS


@lru_cache(maxsize=65_536)
def _parts(word: str) -> tuple[tuple[str, str], ...]:
    """Return (plain part, stem) of a word as written that say something."""
    found = []
    for part in plain(word).split("-"):
        stemmed = stem(part)
        if len(part) > 1 and part not in _EMPTY_STEMS and stemmed not in _EMPTY_STEMS:
            found.append((part, stemmed))
    return tuple(found)


@lru_cache(maxsize=65_536)
def _subject(word: str) -> str | None:
    """Return the subject that a word as written names, alone or in one of its parts."""
    lowered = plain(word)
    for candidate in (lowered.replace("-", ""), *lowered.split("-")):
        match = SUBJECT_PATTERN.fullmatch(candidate)
        if match:
            return match.lastgroup
    return None


def subjects(text_words: Iterable[str], division: str) -> frozenset[str]:
    """Return the subjects that a sequence of words as written names, wider ones included.

    division: first two digits of the CPV code; some words name a subject only there.
    """
    sequence = list(text_words)
    found = {subject for word in sequence if (subject := _subject(word))}
    line = " ".join(plain(word).replace("-", " ").strip() for word in sequence)
    found.update(key for key, pattern in SUBJECT_PAIR_PATTERNS if pattern.search(line))
    found = {key for key in found if division in SUBJECT_DIVISIONS.get(key, (division,))}
    found = found - WEAK or found
    return frozenset(found | {WIDER[subject] for subject in found if subject in WIDER})


def compared_cpv(cpv: str, named: Container[str]) -> str:
    """Return the code under which a demand with these subjects is compared; usually its own."""
    for subject, beginning, twin in TWIN_CODES:
        if subject in named and cpv.startswith(beginning):
            return twin
    return cpv


@lru_cache(maxsize=65_536)
def _grams(stemmed: str) -> tuple[str, ...]:
    padded = f" {stemmed} "
    if len(padded) <= GRAM_LENGTH:
        return (padded,)
    return tuple(padded[i : i + GRAM_LENGTH] for i in range(len(padded) - GRAM_LENGTH + 1))


@lru_cache(maxsize=4_096)
def _own_names(organisation_name: str) -> frozenset[str]:
    """Return the plain words of a buyer's name that are a place: they say who buys, not what."""
    return frozenset(
        part
        for word in words(organisation_name)
        for part in plain(word).split("-")
        if len(part) > 2 and part not in _EMPTY_STEMS
    )


def _is_own_name(part: str, names: frozenset[str]) -> bool:
    return part in names or any(
        part.startswith(name) and part[len(name) :] in ("s", "er", "ern", "ns") for name in names
    )


def wording(
    *, organisation_name: str, title: str, description: str, cpv: str, cpv_label: str
) -> Wording:
    """Return the words of one demand; the buyer's place names are left out.

    Subjects are read from the title, and only if it names none from the beginning of the
    description, then from the label of a narrow code: titles of lots ("Los 2", "Nord-Ost") say
    nothing, and the label of a division names many things at once. cpv: eight digits.
    """
    division, label_is_specific = cpv[:2], cpv[SPECIFIC_CPV_DIGITS - 1 :].strip("0") != ""
    names = _own_names(organisation_name)
    title_words = words(title)
    label_words = words(cpv_label)
    same_text = description.strip() == title.strip()
    description_words = [] if same_text else words(description[:DESCRIPTION_CHARACTERS])
    found = (
        dict.fromkeys(subjects(title_words, division), 1.0)
        or dict.fromkeys(
            subjects(words(description[:SUBJECT_CHARACTERS]), division), DESCRIPTION_CERTAINTY
        )
        or dict.fromkeys(
            subjects(label_words, division) if label_is_specific else (), LABEL_CERTAINTY
        )
    )
    in_title = _stems(title_words, names)
    in_description = _stems(description_words, names)
    in_label = _stems(label_words, names)
    head: dict[str, float] = {}
    for stems, weight in ((in_title, TITLE_WEIGHT), (in_label, LABEL_WEIGHT)):
        _add(head, stems, weight)
    terms = dict(head)
    _add(terms, in_description, DESCRIPTION_WEIGHT)
    return Wording(
        subjects=found,
        head=head,
        terms=terms,
        surfaces=in_description | in_title,
        title_stems=frozenset(in_title),
        names_site=any(SITE_PATTERN.fullmatch(plain(word)) for word in title_words),
    )


def _add(weights: dict[str, float], stems: Iterable[str], weight: float) -> None:
    for stemmed in stems:
        share = weight * PLACE_WEIGHT if stemmed in _PLACE_STEMS else weight
        weights[stemmed] = weights.get(stemmed, 0.0) + share


def _stems(text_words: Iterable[str], own_names: frozenset[str]) -> dict[str, str]:
    """Return the stems that say something, each with the first word as written, in text order."""
    found: dict[str, str] = {}
    for word in text_words:
        for part, stemmed in _parts(word):
            if stemmed not in found and not _is_own_name(part, own_names):
                found[stemmed] = word.strip("-")
    return found
