"""Finding and counting in the directory in memory. Pure: a snapshot and a wish in, hits out."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vergabe import clock
from vergabe.catalogue import arrays
from vergabe.catalogue.arrays import Flags, Ints, Pairs
from vergabe.catalogue.reading import Snapshot
from vergabe.catalogue.vocabulary import INSIDE
from vergabe.catalogue.wishes import DUE, FACETS, STATES, VALUES, Sort, Wish
from vergabe.catalogue.words import in_order, stem, words

MOST_WORDS: Final = 8
_TITLE_COUNTS: Final = 4
# Keys of the orders are one whole number each: group, instant or score, day, and last the number.
_NUMBER_BITS: Final = 28
_DAY_BITS: Final = 21
_FAR: Final = 2**33 - 1
# Words that stand in every other title tell nothing where others are asked for as well.
_NOISE: Final = frozenset(
    words("der die das des den dem ein eine und oder von vom im in am an für zu zur zum bei mit")
)
_STATE_CODES: Final = {state: number for number, state in enumerate(STATES)}


@dataclass(frozen=True)
class Hits:
    """Numbers of the entries of one page, how many there are in all, and counts by facet.

    next_key: the key of the last entry of this page, None where nothing follows; counts: value →
    how many there were if only this value of the facet were chosen; unknown: words of the wish
    that stand nowhere.
    """

    numbers: list[int]
    total: int
    next_key: int | None
    counts: Mapping[str, Mapping[str, int]]
    unknown: tuple[str, ...]


class Search:
    """One question to one snapshot at one instant."""

    def __init__(self, found: Snapshot, wish: Wish, *, now: dt.datetime) -> None:
        self._names, self._words = found.names, found.words
        self._rows, self._wish, self._now = found.rows, wish, now
        self._single, self._many = found.rows.single, found.rows.many
        self.unknown: list[str] = []
        self._scores = np.ones(self._rows.size, np.int32)
        self._base = self._rows.alive & self._by_text() & self._by_days() & self._by_origin()
        self._state_codes = self._states()
        self._masks = {
            facet: getattr(self, f"_by_{facet}")(getattr(wish, facet))
            for facet in FACETS
            if getattr(wish, facet)
        }

    def hits(self, *, after: int | None, limit: int, with_counts: bool = True) -> Hits:
        """Return the entries that follow a key in the order of the wish."""
        matching = self._without(None)
        places = np.flatnonzero(matching)
        total = len(places)
        keys = self._keys(self._wish.order, places)
        if after is not None:
            behind = keys > after
            places, keys = places[behind], keys[behind]
        if len(keys) > limit:
            first = np.argpartition(keys, limit)[: limit + 1]
            places, keys = places[first], keys[first]
        order = np.argsort(keys)
        places, keys = places[order], keys[order]
        has_more = len(places) > limit
        return Hits(
            self._single["number"][places[:limit]].tolist(),
            total,
            int(keys[limit - 1]) if has_more else None,
            self.counts() if with_counts else {},
            tuple(self.unknown),
        )

    def valid_until(self) -> dt.datetime:
        """Return the first instant at which time alone may change what was found.

        The next deadline of any procedure, or the next day in Berlin.
        """
        tomorrow = clock.start_of_day(clock.berlin_day(self._now) + dt.timedelta(days=1))
        due = self._single["deadline"]
        later = due[due > self._now.timestamp()]
        if not len(later):
            return tomorrow
        return min(tomorrow, dt.datetime.fromtimestamp(int(later.min()), dt.UTC))

    def _without(self, facet: str | None) -> Flags:
        """Return the rows that all wishes but those of one facet leave."""
        others = (mask for name, mask in self._masks.items() if name != facet)
        return reduce(np.logical_and, others, self._base)

    def _keys(self, order: Sort, places: Ints) -> Ints:
        numbers: Ints = self._single["number"][places]
        days: Ints = self._single["day"][places].astype(np.int64)
        newest: Ints = (days << _NUMBER_BITS) | numbers
        if order == "relevanz":
            scores: Ints = self._scores[places].astype(np.int64)
            return -((scores << (_DAY_BITS + _NUMBER_BITS)) | newest)
        if order == "frist":
            due: Ints = self._single["deadline"][places]
            is_open: Flags = due > self._now.timestamp()
            within: Ints = np.where(is_open, due, _FAR - days)
            group: Ints = (~is_open).astype(np.int64) << (33 + _NUMBER_BITS)
            return group | (within << _NUMBER_BITS) | numbers
        return -newest

    # -- what narrows ---------------------------------------------------------------------------

    def _by_text(self) -> Flags:
        wanted = in_order(self._wish.text)[:MOST_WORDS]
        telling = [word for word in wanted if word not in _NOISE] or wanted
        found = np.ones(self._rows.size, np.bool_)
        for word in telling:
            scores = self._score(word)
            if not scores.any():
                self.unknown.append(word)
            found &= scores > 0
            self._scores += scores
        return found

    def _score(self, word: str) -> npt.NDArray[np.int32]:
        """Return by row how well it fits a word: in the title more than elsewhere."""
        scores = self._plain_score(word)
        for first, second in self._words.parts_of(word):
            # `feuerwehrfahrzeug` is also what speaks of `feuerwehr` and of `loeschfahrzeug`.
            both = (self._plain_score(first) > 0) & (self._plain_score(stem(second)) > 0)
            scores = np.maximum(scores, both.astype(np.int32) * INSIDE)
        return scores

    def _plain_score(self, word: str) -> npt.NDArray[np.int32]:
        weights = self._words.weights(word)
        scores = np.zeros(self._rows.size, np.int32)
        for column, factor in (("other_word", 1), ("title_word", _TITLE_COUNTS)):
            pairs = self._many[column]
            found = weights[pairs.value]
            some = np.flatnonzero(found)
            np.maximum.at(scores, pairs.place[some], found[some].astype(np.int32) * factor)
        return scores

    def _by_origin(self) -> Flags:
        if not self._wish.origins:
            return self._rows.alive
        return np.isin(self._single["is_own"], [one == "own" for one in self._wish.origins])

    def _by_days(self) -> Flags:
        due = self._single["deadline"]
        found = np.ones(self._rows.size, np.bool_)
        if self._wish.due_from is not None:
            found &= due >= self._wish.due_from.timestamp()
        if self._wish.due_until is not None:
            found &= (due < self._wish.due_until.timestamp()) & (due != arrays.NO_DEADLINE)
        return found

    def _states(self) -> npt.NDArray[np.int8]:
        stage, due = self._single["stage"], self._single["deadline"]
        has_due, is_open = due != arrays.NO_DEADLINE, due > self._now.timestamp()
        running = np.where(
            is_open,
            _STATE_CODES["offen"],
            np.where(has_due, _STATE_CODES["abgelaufen"], _STATE_CODES["ohne-frist"]),
        )
        planned, awarded, cancelled = (
            stage == arrays.STAGES.index(name) for name in ("planned", "awarded", "cancelled")
        )
        codes = np.select(
            [planned & ~is_open, awarded, cancelled],
            [_STATE_CODES["geplant"], _STATE_CODES["vergeben"], _STATE_CODES["beendet"]],
            running,
        )
        return codes.astype(np.int8)

    def _by_states(self, wanted: tuple[str, ...]) -> Flags:
        return np.isin(self._state_codes, [_STATE_CODES[state] for state in wanted])

    def _by_due(self, wanted: tuple[str, ...]) -> Flags:
        return self._any(self._due(value) for value in wanted)

    def _due(self, value: str) -> Flags:
        """Return what is open and ends within the days of a value, last day included."""
        days = DUE[value]
        last = max(days for days in DUE.values() if days is not None)
        end = clock.start_of_day(
            clock.berlin_day(self._now) + dt.timedelta(days=(days or last) + 1)
        ).timestamp()
        due = self._single["deadline"]
        is_open = self._state_codes == _STATE_CODES["offen"]
        found: Flags = is_open & ((due > end) if days is None else (due <= end))
        return found

    def _by_cpv(self, wanted: tuple[str, ...]) -> Flags:
        pairs = self._many["code"]
        found = np.zeros(len(pairs.value), np.bool_)
        for prefix in wanted:
            step = 10 ** (8 - len(prefix))
            low = int(prefix) * step
            found |= (pairs.value >= low) & (pairs.value < low + step)
        return self._of(pairs, found)

    def _by_regions(self, wanted: tuple[str, ...]) -> Flags:
        regions = self._names["region"]
        lands = {n for n in map(regions.known, wanted) if n is not None}
        below = set(regions.numbers_where(lambda code: code.startswith(wanted)))
        masks = [
            self._of(pairs, np.isin(pairs.value, list(numbers)))
            for pairs, numbers in ((self._many["land"], lands), (self._many["county"], below))
        ]
        return masks[0] | masks[1]

    def _by_natures(self, wanted: tuple[str, ...]) -> Flags:
        return self._is_one_of("nature", wanted)

    def _by_methods(self, wanted: tuple[str, ...]) -> Flags:
        return self._is_one_of("method", wanted)

    def _is_one_of(self, column: str, wanted: tuple[str, ...]) -> Flags:
        numbers = [self._names[column].known("" if t == "unbekannt" else t) for t in wanted]
        return np.isin(self._single[column], [n for n in numbers if n is not None])

    def _by_values(self, wanted: tuple[str, ...]) -> Flags:
        return self._any(self._within(value) for value in wanted)

    def _within(self, value: str) -> Flags:
        low, below = VALUES[value]
        found: Flags = (self._single["value"] >= low) & (self._single["value"] < below)
        return found

    def _by_joint(self, wanted: tuple[str, ...]) -> Flags:
        return np.isin(self._single["is_joint"], [value == "ja" for value in wanted])

    def _by_sources(self, wanted: tuple[str, ...]) -> Flags:
        return self._has_one_of("source", wanted)

    def _by_buyers(self, wanted: tuple[str, ...]) -> Flags:
        return self._has_one_of("buyer", wanted)

    def _has_one_of(self, column: str, wanted: tuple[str, ...]) -> Flags:
        numbers = [self._names[column].known(text) for text in wanted]
        pairs = self._many[column]
        return self._of(pairs, np.isin(pairs.value, [n for n in numbers if n is not None]))

    def _of(self, pairs: Pairs, chosen: Flags) -> Flags:
        found = np.zeros(self._rows.size, np.bool_)
        found[pairs.place[chosen]] = True
        return found

    def _any(self, masks: Iterable[Flags]) -> Flags:
        return reduce(np.logical_or, masks, np.zeros(self._rows.size, np.bool_))

    # -- what is counted ------------------------------------------------------------------------

    def counts(self) -> dict[str, dict[str, int]]:
        """Return by facet and value how many entries the other wishes leave of it. Exact."""
        states = self._without("states")
        due, values, joint = (self._without(name) for name in ("due", "values", "joint"))
        return {
            "states": _by_number(STATES, np.bincount(self._state_codes[states], minlength=6)),
            "due": {value: _count(due & self._due(value)) for value in DUE},
            "values": {value: _count(values & self._within(value)) for value in VALUES},
            "joint": {
                "ja": _count(joint & self._single["is_joint"]),
                "nein": _count(joint & ~self._single["is_joint"]),
            },
            "natures": self._one_each("natures", "nature"),
            "methods": self._one_each("methods", "method"),
            "sources": self._many_each("sources", "source"),
            "buyers": self._most_frequent("buyers", "buyer"),
            "cpv": self._cpv_counts(),
            "regions": self._many_each("regions", "land", "region")
            | self._many_each("regions", "county", "region"),
        }

    def _one_each(self, facet: str, column: str) -> dict[str, int]:
        found = np.bincount(self._single[column][self._without(facet)])
        texts = self._names[column].texts
        return {texts[n] or "unbekannt": int(found[n]) for n in np.flatnonzero(found)}

    def _many_each(self, facet: str, column: str, names: str | None = None) -> dict[str, int]:
        found = self._of_values(facet, column)
        texts = self._names[names or column].texts
        return {texts[n]: int(found[n]) for n in np.flatnonzero(found)}

    def _most_frequent(self, facet: str, column: str, most: int = 15) -> dict[str, int]:
        found = self._of_values(facet, column)
        texts = self._names[column].texts
        some = np.flatnonzero(found)
        if len(some) > most:
            some = some[np.argpartition(-found[some], most)[:most]]
        pairs = sorted(((texts[n], int(found[n])) for n in some), key=lambda p: (-p[1], p[0]))
        chosen = {
            text: int(found[number]) if number < len(found) else 0
            for text in getattr(self._wish, facet)
            if (number := self._names[column].known(text)) is not None
        }
        return chosen | dict(pairs)

    def _cpv_counts(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for column, digits in (("division", 2), ("cpv_group", 3), ("cpv_class", 4)):
            found = self._of_values("cpv", column)
            counted |= {f"{n:0{digits}d}": int(found[n]) for n in np.flatnonzero(found)}
        return counted

    def _of_values(self, facet: str, column: str) -> npt.NDArray[Any]:
        pairs, left = self._many[column], self._without(facet)
        return np.bincount(pairs.value[left[pairs.place]])


def _count(mask: Flags) -> int:
    return int(np.count_nonzero(mask))


def _by_number(texts: Iterable[str], found: npt.NDArray[Any]) -> dict[str, int]:
    return {text: int(count) for text, count in zip(texts, found, strict=True)}
