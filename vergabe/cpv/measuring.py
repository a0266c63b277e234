"""How good suggestions are on notices of buyers that were never seen, next to two simple ways."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from vergabe.cpv import suggesting
from vergabe.cpv.model import CLASS_DIGITS, Model
from vergabe.cpv.plain import PlainSearch
from vergabe.cpv.reading import Published
from vergabe.cpv.table import Example
from vergabe.cpv.texts import weights_of_notice, words
from vergabe.cpv.training import label_examples, table_of

PARTS: Final = 5
FIVE: Final = 5

Way = Callable[[Published], Sequence[str]]
"""Gives the classes suggested for a notice, best first."""


@dataclass(frozen=True)
class Hits:
    """Shares of notices, 0 to 1, for which the first or one of five suggestions was right.

    A suggestion is right if it is in the class of any code of the notice; *_main: of its main code.
    """

    way: str
    first: float
    five: float
    first_main: float
    five_main: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Measurement:
    """How many notices were learned from, how many asked about, and the hits of each way."""

    learned: int
    asked: int
    hits: tuple[Hits, ...]


def without_doubles(notices: Iterable[Published]) -> list[Published]:
    """Return the notices, of those with the same buyer, title and main code only the first."""
    found: dict[tuple[str, ...], Published] = {}
    for each in notices:
        found.setdefault((buyer_key(each), *words(each.title), each.codes[0]), each)
    return list(found.values())


def buyer_key(notice: Published) -> str:
    """Return the buyer's name for comparing."""
    return " ".join(words(notice.buyer))


def part_of(notice: Published) -> int:
    """Return in which of the parts a notice is: all of one buyer are in the same."""
    digest = hashlib.blake2b(buyer_key(notice).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % PARTS


def measure(notices: Sequence[Published], *, part: int = 0, with_plain: bool = True) -> Measurement:
    """Return the hits on one part of the buyers after learning from all others.

    with_plain: measure also the plain search by letter groups, over notices and over labels.
    """
    asked = [each for each in notices if part_of(each) == part]
    others = without_doubles(each for each in notices if part_of(each) != part)
    examples = [each.example for each in others]
    model = Model(table_of(examples))
    ways = [("model", of_model(model)), ("model_title", of_model(model, title_only=True))]
    if with_plain:
        ways += plain_ways(examples)
    return Measurement(len(others), len(asked), tuple(hits(name, way, asked) for name, way in ways))


def plain_ways(examples: Sequence[Example]) -> list[tuple[str, Way]]:
    """Return the two ways to compare with: similar titles, and similar labels."""
    return [
        ("plain_neighbours", _plain(PlainSearch(examples))),
        ("plain_labels", _plain(PlainSearch(label_examples()))),
    ]


def of_model(model: Model, *, title_only: bool = False) -> Way:
    """Return the way of a model."""

    def way(notice: Published) -> list[str]:
        weights = weights_of_notice(notice.title, "" if title_only else notice.description)
        found = suggesting.suggest_weighed(model, weights)
        return [each.code[:CLASS_DIGITS] for each in found]

    return way


def hits(name: str, way: Way, asked: Sequence[Published]) -> Hits:
    """Return how often a way was right."""
    counts = np.zeros(4)
    for notice in asked:
        found = list(way(notice))[:FIVE]
        classes = {code[:CLASS_DIGITS] for code in notice.codes}
        main = notice.codes[0][:CLASS_DIGITS]
        counts += (
            bool(classes.intersection(found[:1])),
            bool(classes.intersection(found)),
            main in found[:1],
            main in found,
        )
    return Hits(name, *(round(float(count) / max(len(asked), 1), 4) for count in counts))


def _plain(search: PlainSearch) -> Way:
    return lambda notice: search.classes(notice.title)
