"""Earlier answers that a new question resembles, by the words they share. Pure functions."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"\w{4,}")
_STOP: Final = frozenset(
    {"auch", "bitte", "dass", "dürfen", "eine", "einen", "einer", "eines", "frage", "gibt", "haben"}
    | {"kann", "können", "muss", "müssen", "nicht", "oder", "sind", "soll", "sollen", "unser"}
    | {
        "unsere",
        "welche",
        "wenn",
        "werden",
        "wird",
        "zugelassen",
        "ihre",
        "diese",
        "dieser",
        "noch",
    }
)
# German words share their beginning whatever their ending: "Lieferung", "liefern", "geliefert".
_STEM: Final = 5
LEAST: Final = 0.2
MOST: Final = 3


@dataclass(frozen=True)
class Earlier:
    """An answer that was given before; where: reference of its tender."""

    where: str
    question: str
    answer: str


def stems(text: str) -> frozenset[str]:
    """Return the beginnings of the words that carry meaning."""
    words = (word.casefold().removeprefix("ge") for word in _WORD.findall(text))
    return frozenset(word[:_STEM] for word in words if word not in _STOP)


def similar(question: str, earlier: Iterable[Earlier]) -> Sequence[Earlier]:
    """Return the earlier answers whose questions share most words with this one, best first."""
    wanted = stems(question)
    if not wanted:
        return []
    scored = []
    for one in earlier:
        known = stems(one.question)
        score = len(wanted & known) / len(wanted | known)
        if score >= LEAST:
            scored.append((score, one))
    scored.sort(key=lambda pair: -pair[0])
    return [one for _, one in scored[:MOST]]
