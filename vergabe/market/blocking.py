"""Which notices are compared at all: only those that share a key, never all with all.

Keys are whole numbers of 64 bits (signed, as databases hold them). Exact keys stand for one
procedure; the others for likeness: the same title, titles that share most words (MinHash in bands),
or an authority with a word of the title or with the deadline.
"""

import functools
import hashlib
from collections.abc import Iterable
from typing import Final

from vergabe.market.rules import Facts

LARGEST_BLOCK: Final = 60
"""A key that more notices share says nothing (`Unterhaltsreinigung`): it is not followed."""

_BANDS: Final = 6
_ROWS: Final = 2
_PRIME: Final = (1 << 61) - 1
_LONGEST_WORDS: Final = 5


def number(text: str) -> int:
    """Return the key that stands for a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)


@functools.cache
def _factors() -> tuple[tuple[int, int], ...]:
    """Return the pairs of numbers that make different orders of all words."""
    count = _BANDS * _ROWS
    return tuple((number(f"a{i}") % _PRIME, number(f"b{i}") % _PRIME) for i in range(count))


def exact_numbers(facts: Facts) -> set[int]:
    """Return the exact keys of a notice."""
    return {number(key) for key in facts.exact}


def likeness_numbers(facts: Facts) -> set[int]:
    """Return the keys under which notices are found that may be alike."""
    found = set()
    title = " ".join(sorted(facts.title))
    buyer = " ".join(sorted(facts.buyers))
    if len(facts.title) > 2:
        found.add(number(f"t|{title}"))
        found |= _bands(facts.title)
    elif title:
        found |= {number(f"tb|{title}|{word}") for word in facts.buyers}
        if facts.deadline:
            found.add(number(f"td|{title}|{facts.deadline.isoformat()}"))
    if buyer:
        longest = sorted(facts.title, key=lambda word: (-len(word), word))[:_LONGEST_WORDS]
        found |= {number(f"wb|{word}|{buyer}") for word in longest if len(word) > 4}
        if facts.deadline:
            found.add(number(f"bd|{buyer}|{facts.deadline.isoformat()}"))
    return found


@functools.lru_cache(maxsize=30_000)
def _places(word: str) -> tuple[int, ...]:
    """Return where a word stands in each of the orders."""
    x = number(word) % _PRIME
    return tuple((a * x + b) % _PRIME for a, b in _factors())


def _bands(words: Iterable[str]) -> set[int]:
    least = [min(order) for order in zip(*map(_places, words), strict=True)]
    return {
        number(f"m{band}|" + "|".join(map(str, least[band * _ROWS : (band + 1) * _ROWS])))
        for band in range(_BANDS)
    }
