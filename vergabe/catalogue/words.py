"""The words of texts and of wishes: folded, so that spelling with and without umlauts agrees."""

import functools
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 60
_WORD: Final = re.compile(r"[^\W_]+")
_FOLDED: Final = str.maketrans({"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue"})
_SHORTEST_PART: Final = 4
_ENDINGS: Final = ("ungen", "en", "er", "es", "em", "e", "n", "s")
_SHORTEST_STEM: Final = 5
_JOINTS: Final = ("s", "n", "en", "es", "er", "e")


def words(*texts: str) -> list[str]:
    """Return the different words of texts, folded (`Straße` → `strasse`, `Jülich` → `juelich`).

    Words of one letter say nothing and are left out; longer ones than LONGEST are cut.
    """
    return sorted({word for text in texts for word in in_order(text)})


def in_order(text: str) -> list[str]:
    """Return the different words of a text in the order in which they stand there."""
    found: dict[str, None] = {}
    for written in _WORD.findall(unicodedata.normalize("NFC", text)):
        found.update(_of(written))
    return list(found)


# Few words make up most of all texts: folding whole texts anew was the price of every import.
@functools.lru_cache(maxsize=30_000)
def _of(written: str) -> dict[str, None]:
    """Return what a written word stands for: itself folded, rarely nothing or more than one."""
    found = (word[:LONGEST] for word in _WORD.findall(fold(written)))
    return {word: None for word in found if len(word) > 1}


def fold(text: str) -> str:
    """Return text in lower case, umlauts written out, other accents dropped."""
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_FOLDED)
    if lowered.isascii():
        return lowered
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", lowered)
        if not unicodedata.combining(character)
    )


def stem(word: str) -> str:
    """Return a word without the ending that most often changes (`fahrzeuge` → `fahrzeug`)."""
    if not word.isalpha():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            # `reinigungen` → `reinigung`, not `reinig`.
            return word[: -len(ending)] + ("ung" if ending == "ungen" else "")
    return word


def splits(word: str) -> Iterable[tuple[str, str]]:
    """Yield the ways in which a word may be made of two (`feuerwehrfahrzeug`), joints dropped."""
    for place in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        first, second = word[:place], word[place:]
        yield first, second
        for joint in _JOINTS:
            if first.endswith(joint) and len(first) - len(joint) >= _SHORTEST_PART:
                yield first[: -len(joint)], second
