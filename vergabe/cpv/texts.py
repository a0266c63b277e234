"""Descriptions as words: what counts for comparing, and how much each word of a text counts."""

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

TEXT_MAX: Final = 20_000
"""Longest description that is accepted, in characters."""
HEAD_WORDS: Final = 25
"""So many words of the first line count in full, as a title does."""
REST_WORDS: Final = 60
HEAD_WEIGHT: Final = 1.0
REST_WEIGHT: Final = 0.5
_READ_MAX: Final = 4_000
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_INVISIBLE: Final = re.compile("[\xad\u200b-\u200f\u2060\ufeff]")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def words(text: str) -> list[str]:
    """Return the words of a text for comparing, in their order.

    Case does not count, `ä` equals `ae` and `ß` equals `ss`; digits and single letters are left
    out; entities are resolved, even those that were escaped twice.
    """
    plain = unicodedata.normalize("NFKC", html.unescape(html.unescape(text)))
    folded = _INVISIBLE.sub("", plain).casefold().translate(_UMLAUTS)
    return _WORD.findall(folded)


def weights(text: str) -> Mapping[str, float]:
    """Return how much each word of a description counts; its first line counts most."""
    head, _, rest = text.strip()[:_READ_MAX].partition("\n")
    title, others = words(head), words(rest)
    return weights_of(title[:HEAD_WORDS], title[HEAD_WORDS:] + others)


def weights_of_notice(title: str, description: str) -> Mapping[str, float]:
    """Return the same for a notice; a description that repeats the title adds nothing."""
    head, rest = words(title), words(description[:_READ_MAX])
    if rest[: len(head)] == head:
        rest = rest[len(head) :]
    return weights_of(head[:HEAD_WORDS], head[HEAD_WORDS:] + rest)


def weights_of(head: list[str], rest: list[str]) -> Mapping[str, float]:
    """Return the weight of each word, whether it stands in the head or only in the rest."""
    found = dict.fromkeys(rest[:REST_WORDS], REST_WEIGHT)
    found.update(dict.fromkeys(head, HEAD_WEIGHT))
    return found
