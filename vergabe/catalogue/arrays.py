"""Columns of the directory in memory: what can be found and counted without asking the database.

A row has a place; pairs say which values a row has, where it may have several. Nothing here is ever
changed: a new state is made of the old one and what came to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vergabe.engines import read_json

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

NO_DEADLINE: Final = -1
NO_VALUE: Final = -1
STAGES: Final = ("planned", "running", "awarded", "cancelled")

_SINGLE: Final = {
    "number": np.int64,
    "sequence": np.int64,
    "is_own": np.bool_,
    "day": np.int32,
    "deadline": np.int64,
    "stage": np.int8,
    "nature": np.int32,
    "method": np.int32,
    "value": np.int64,
    "is_joint": np.bool_,
}
_CPV: Final = ("division", "cpv_group", "cpv_class", "code")
_PACKED: Final = ("title_word", "other_word")
_MANY: Final = (*_CPV, "land", "county", "source", "buyer", *_PACKED)


class Names:
    """Texts and the small numbers that stand for them; only ever grows."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text; a new text gets the next one."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found

    def known(self, text: str) -> int | None:
        return self._numbers.get(text)

    def numbers_where(self, test: Callable[[str], bool]) -> list[int]:
        return [number for number, text in enumerate(self.texts) if test(text)]


@dataclass(frozen=True)
class Pairs:
    """Values of rows that may have several: `place` of the row, `value`; each pair once."""

    place: Small
    value: Small

    def extended(self, other: Pairs, offset: int) -> Pairs:
        return Pairs(
            np.concatenate([self.place, other.place + np.int32(offset)]),
            np.concatenate([self.value, other.value]),
        )


@dataclass(frozen=True)
class Arrays:
    """All rows: `single` by column, `many` by column, and which rows still count."""

    single: Mapping[str, npt.NDArray[Any]]
    many: Mapping[str, Pairs]
    alive: Flags

    @property
    def size(self) -> int:
        return len(self.alive)

    @property
    def alive_count(self) -> int:
        return int(np.count_nonzero(self.alive))

    def with_rows(self, fresh: Arrays, replaced: Iterable[int]) -> Arrays:
        """Return these rows and fresh ones; rows with the replaced numbers no longer count."""
        gone = np.isin(self.single["number"], np.fromiter(replaced, np.int64))
        return Arrays(
            {k: np.concatenate([v, fresh.single[k]]) for k, v in self.single.items()},
            {k: v.extended(fresh.many[k], self.size) for k, v in self.many.items()},
            np.concatenate([self.alive & ~gone, fresh.alive]),
        )


def joined(parts: Sequence[Arrays]) -> Arrays:
    """Return the rows of all parts, one part after the other."""
    offsets = np.cumsum([0, *(part.size for part in parts)])
    return Arrays(
        {name: np.concatenate([part.single[name] for part in parts]) for name in _SINGLE},
        {
            name: Pairs(
                np.concatenate(
                    [
                        part.many[name].place + np.int32(offset)
                        for part, offset in zip(parts, offsets, strict=False)
                    ]
                ),
                np.concatenate([part.many[name].value for part in parts]),
            )
            for name in _MANY
        },
        np.concatenate([part.alive for part in parts]),
    )


def of_rows(rows: Sequence[Any], names: Mapping[str, Names]) -> Arrays:
    """Return the columns of database rows (`reading.COLUMNS`); texts get their numbers in names."""
    single: dict[str, list[Any]] = {name: [] for name in _SINGLE}
    many: dict[str, list[Sequence[int]]] = {name: [] for name in _MANY}
    # Most rows share their texts with others: those of regions, sources and buyers above all.
    numbered = {name: _Numbered(names[name]) for name in ("region", "source", "buyer")}
    for row in rows:
        _add_single(single, row, names)
        for column, codes in zip(_CPV, _codes(row.cpv), strict=True):
            many[column].append(codes)
        lands, counties = numbered["region"].regions(row.nuts)
        many["land"].append(lands)
        many["county"].append(counties)
        many["source"].append(numbered["source"].texts(row.sources))
        many["buyer"].append(numbered["buyer"].texts(row.buyer_names))
    pairs = {name: _pairs(found) for name, found in many.items() if name not in _PACKED}
    for column in _PACKED:
        pairs[column] = _unpacked([getattr(row, f"{column}s") for row in rows])
    return Arrays(
        {name: np.array(single[name], kind) for name, kind in _SINGLE.items()},
        pairs,
        np.array([row.is_listed for row in rows], np.bool_),
    )


@lru_cache(maxsize=20_000)
def _codes(cpv: str) -> tuple[tuple[int, ...], ...]:
    """Return the numbers of a JSON list of codes, by `_CPV`."""
    codes = sorted({int(c) for c in read_json(cpv) if len(c) == 8 and c.isdecimal()})
    return (
        tuple({code // 10**6 for code in codes}),
        # A code of a division alone says nothing about groups below it.
        tuple({c // 10**5 for c in codes if c // 10**5 % 10}),
        tuple({c // 10**4 for c in codes if c // 10**4 % 10}),
        tuple(codes),
    )


class _Numbered:
    """The numbers of the texts in JSON lists; each list is taken apart once."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.texts = lru_cache(maxsize=None)(self._texts)
        self.regions = lru_cache(maxsize=None)(self._regions)

    def _texts(self, listed: str) -> Sequence[int]:
        return tuple({self._names.number(text) for text in read_json(listed)})

    def _regions(self, listed: str) -> tuple[Sequence[int], Sequence[int]]:
        """Return the numbers of the Länder and of the counties."""
        codes = read_json(listed)
        return (
            tuple({self._names.number(code[:3]) for code in codes if len(code) > 2}),
            tuple({self._names.number(code) for code in codes if len(code) == 5}),
        )


def _add_single(single: dict[str, list[Any]], row: Any, names: Mapping[str, Names]) -> None:
    single["number"].append(row.number)
    single["sequence"].append(row.sequence)
    single["is_own"].append(row.origin == "own")
    single["day"].append(row.shown_on.toordinal())
    single["deadline"].append(seconds(row.deadline))
    single["stage"].append(STAGES.index(row.stage))
    single["nature"].append(names["nature"].number(row.nature))
    single["method"].append(names["method"].number(row.method))
    value = row.value_net_cents
    single["value"].append(NO_VALUE if value is None else min(value, 2**62))
    single["is_joint"].append(row.is_joint)


def _pairs(found: Sequence[Sequence[int]]) -> Pairs:
    """Return the pairs of the values of each row, row by row."""
    lengths = np.fromiter(map(len, found), np.int64, len(found))
    values = np.fromiter(chain.from_iterable(found), np.int32, int(lengths.sum()))
    return Pairs(np.repeat(np.arange(len(found), dtype=np.int32), lengths), values)


def _unpacked(packed: Sequence[bytes]) -> Pairs:
    """Return the pairs of numbers that are packed as `CatalogueEntry.title_words` has them."""
    lengths = np.fromiter((len(each) // 4 for each in packed), np.int64, len(packed))
    values = np.frombuffer(b"".join(packed), "<i4").astype(np.int32)
    return Pairs(np.repeat(np.arange(len(packed), dtype=np.int32), lengths), values)


def seconds(instant: dt.datetime | None) -> int:
    """Return an instant as whole seconds since 1970, NO_DEADLINE for none.

    An instant with a fraction counts as the next second: who compares never closes too early.
    """
    if instant is None:
        return NO_DEADLINE
    whole = int(instant.timestamp())
    return max(0, whole + (1 if instant.microsecond else 0))
