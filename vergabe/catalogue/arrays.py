"""Columns of the directory in memory: what can be found and counted without asking the database.

A row has a place; pairs say which values a row has, where it may have several. Nothing here is ever
changed: a new state is made of the old one and what came to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

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
_MANY: Final = (
    "division",
    "cpv_group",
    "cpv_class",
    "code",
    "land",
    "county",
    "source",
    "buyer",
    "title_word",
    "other_word",
)


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


def of_rows(rows: Sequence[Any], names: Mapping[str, Names]) -> Arrays:
    """Return the columns of database rows (`reading.COLUMNS`); texts get their numbers in names."""
    single: dict[str, list[Any]] = {name: [] for name in _SINGLE}
    places: dict[str, list[int]] = {name: [] for name in _MANY}
    values: dict[str, list[int]] = {name: [] for name in _MANY}

    def many(column: str, place: int, found: Iterable[int]) -> None:
        before = len(values[column])
        values[column].extend(found)
        places[column].extend([place] * (len(values[column]) - before))

    packed: dict[str, list[npt.NDArray[Any]]] = {"title_word": [], "other_word": []}
    for place, row in enumerate(rows):
        _add_single(single, row, names)
        codes = {int(code) for code in row.cpv if len(code) == 8 and code.isdecimal()}
        many("code", place, sorted(codes))
        many("division", place, sorted({code // 10**6 for code in codes}))
        # A code of a division alone says nothing about groups below it.
        many("cpv_group", place, sorted({c // 10**5 for c in codes if c // 10**5 % 10}))
        many("cpv_class", place, sorted({c // 10**4 for c in codes if c // 10**4 % 10}))
        many("land", place, {names["region"].number(c[:3]) for c in row.nuts if len(c) > 2})
        many("county", place, {names["region"].number(c) for c in row.nuts if len(c) == 5})
        many("source", place, {names["source"].number(text) for text in row.sources})
        many("buyer", place, {names["buyer"].number(text) for text in row.buyer_names})
        for column, content in (("title_word", row.title_words), ("other_word", row.other_words)):
            packed[column].append(np.frombuffer(content, "<i4"))
    pairs = {name: _pairs(places[name], values[name]) for name in _MANY if name not in packed}
    for column, parts in packed.items():
        joined = np.concatenate(parts) if parts else np.empty(0, np.int32)
        lengths = [len(part) for part in parts]
        rows_of = np.repeat(np.arange(len(parts), dtype=np.int32), lengths)
        pairs[column] = Pairs(rows_of, joined.astype(np.int32))
    return Arrays(
        {name: np.array(single[name], kind) for name, kind in _SINGLE.items()},
        pairs,
        np.array([row.is_listed for row in rows], np.bool_),
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


def _pairs(places: list[int], values: list[int]) -> Pairs:
    return Pairs(np.array(places, np.int32), np.array(values, np.int32))


def seconds(instant: dt.datetime | None) -> int:
    """Return an instant as whole seconds since 1970, NO_DEADLINE for none.

    An instant with a fraction counts as the next second: who compares never closes too early.
    """
    if instant is None:
        return NO_DEADLINE
    whole = int(instant.timestamp())
    return max(0, whole + (1 if instant.microsecond else 0))
