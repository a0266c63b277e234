"""The words by which a notice is found: the same on every database."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 60
_WORD: Final = re.compile(r"[^\W_]+")
_FOLDED: Final = str.maketrans({"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue"})


def words(*texts: str) -> list[str]:
    """Return the different words of texts, folded (`Straße` → `strasse`, `Jülich` → `juelich`).

    Words of one letter say nothing and are left out; longer ones than LONGEST are cut.
    """
    found: dict[str, None] = {}
    for text in texts:
        for match in _WORD.finditer(fold(text)):
            word = match.group()[:LONGEST]
            if len(word) > 1:
                found[word] = None
    return sorted(found)


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
