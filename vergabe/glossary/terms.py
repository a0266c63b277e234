"""The terms of art as data, read once from `terms.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from vergabe.texts import language

FILE: Final = Path(__file__).resolve().parent / "terms.toml"
_PLAIN: Final = {ord("ä"): "a", ord("ö"): "o", ord("ü"): "u", ord("ß"): "ss"}


@dataclass(frozen=True)
class Term:
    """A term of art: in German and English, what it means in both, and the law behind it."""

    key: str
    de: str
    en: str
    meaning_de: str
    meaning_en: str
    law: str | None = None
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the term in the reader's language."""
        return self.en if language() == "en" else self.de

    @property
    def meaning(self) -> str:
        """Return what it means, in the reader's language."""
        return self.meaning_en if language() == "en" else self.meaning_de


@cache
def terms() -> Mapping[str, Term]:
    """Return all terms by key, in the order of the German alphabet."""
    with FILE.open("rb") as source:
        entries = tomllib.load(source)
    found = [
        Term(
            key,
            entry["de"],
            entry["en"],
            entry["meaning"],
            entry["meaning_en"],
            entry.get("law"),
            tuple(entry.get("also", ())),
        )
        for key, entry in entries.items()
    ]
    return {term.key: term for term in sorted(found, key=lambda term: sort_key(term.de))}


def sort_key(text: str) -> str:
    """Return by what German words are sorted: ä as a, ß as ss (DIN 5007-1)."""
    return text.lower().translate(_PLAIN)


def term(key: str) -> Term:
    """Return a term; KeyError for a key that is not in the glossary."""
    return terms()[key]
