"""Everything demands are compared by apart from their wording, as arrays: a row per demand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from vergabe.pools.facts import DemandFacts, GroupingSettings
from vergabe.pools.proximity import FAR_FUTURE, FAR_PAST, need_interval, significant, unit_families

CPV_LEVELS: Final = (2, 3, 4, 5, 6, 7, 8)
# Closeness of two codes by the number of leading digits they share. The steps are large where CPV
# changes the kind of thing (division, group) and small where it only names a variant.
CPV_CLOSENESS: Final = {0: 0.0, 2: 0.2, 3: 0.4, 4: 0.6, 5: 0.8, 6: 0.9, 7: 0.95, 8: 1.0}
# A code that contains the other (34144000 and 34144210) does not contradict it: somebody chose the
# general code for the same thing. It gets this part of what is missing to the full closeness.
CONTAINED_BONUS: Final = 0.3

NATURES: Final = {"works": 1, "supplies": 2, "services": 3}

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Traits:
    """What a block of demands is compared by, one row each; see `traits`.

    kind: rows with the same number agree in CPV, nature, units and area.
    """

    kind: IntArray
    cpv: IntArray
    cpv_length: IntArray
    nature: IntArray
    first_day: IntArray
    last_day: IntArray
    units: IntArray
    area: IntArray
    nuts: IntArray

    def take(self, rows: IntArray) -> "Traits":
        """Return the traits of some rows."""
        return Traits(
            *(getattr(self, name)[rows] for name in Traits.__dataclass_fields__)  # in order
        )

    def as_column(self) -> "Traits":
        """Return the traits as the rows of a table, to be broadcast against columns."""
        return Traits(*(getattr(self, name)[:, None] for name in Traits.__dataclass_fields__))

    def as_row(self) -> "Traits":
        """Return the traits as the columns of a table, to be broadcast against rows."""
        return Traits(*(getattr(self, name)[None, :] for name in Traits.__dataclass_fields__))


def traits(
    demands: Sequence[DemandFacts], cpv_codes: Sequence[str], settings: GroupingSettings
) -> Traits:
    """Return the comparable traits of demands, row for row; `cpv_codes` are compared for them."""
    # One by one, not as lists: a tuple per demand that stays would be work for the collector.
    kinds, kind = numbered(
        (code, d.nature, d.unit_codes, d.area_key)
        for d, code in zip(demands, cpv_codes, strict=True)
    )
    digits = [significant(code) for code, _, _, _ in kinds]
    needs, need = numbered((d.needed_from, d.needed_until) for d in demands)
    days = np.array(
        [need_interval(begin, end, settings.open_window_days) for begin, end in needs], np.int64
    ).reshape(len(needs), 2)[need]
    places, place = numbered(d.nuts or "" for d in demands)
    areas = {key: i for i, key in enumerate(sorted({key for *_, key in kinds if key}), 1)}
    nuts_codes = sorted({code[:n] for code in places for n in (4, 5)})
    nuts = {code: i for i, code in enumerate(nuts_codes, 1)} | {"": 0}
    return Traits(
        kind=kind,
        cpv=np.array(
            [[int(code[:n]) if len(code) >= n else -1 for n in CPV_LEVELS] for code in digits],
            dtype=np.int64,
        ).reshape(len(kinds), len(CPV_LEVELS))[kind],
        cpv_length=np.array([len(code) for code in digits], np.int64)[kind],
        nature=np.array([NATURES.get(nature or "", 0) for _, nature, _, _ in kinds], np.int64)[
            kind
        ],
        first_day=days[:, 0],
        last_day=days[:, 1],
        units=np.array([unit_families(units) for _, _, units, _ in kinds], np.int64)[kind],
        area=np.array([areas.get(area or "", 0) for _, _, _, area in kinds], np.int64)[kind],
        nuts=np.array([[nuts[code[:n]] for n in (4, 5)] for code in places], np.int64).reshape(
            len(places), 2
        )[place],
    )


class Numbers(dict[Thing, int]):
    """Numbers things in the order in which they are first asked for."""

    def __missing__(self, thing: Thing) -> int:
        self[thing] = number = len(self)
        return number


def numbered(values: Iterable[Thing]) -> tuple[list[Thing], IntArray]:
    """Return the different values, and which of them stands in each place."""
    numbers: Numbers[Thing] = Numbers()
    found = np.fromiter(map(numbers.__getitem__, values), np.int64)
    return list(numbers), found


def cpv_closeness(a: Traits, b: Traits) -> tuple[FloatArray, IntArray]:
    """Return closeness (0 to 1) and shared digits of broadcast pairs of rows."""
    shared = np.zeros(np.broadcast_shapes(a.cpv_length.shape, b.cpv_length.shape), dtype=np.int64)
    for level, digits in enumerate(CPV_LEVELS):
        left, right = a.cpv[..., level], b.cpv[..., level]
        shared[(left == right) & (left >= 0)] = digits
    table = np.zeros(9, dtype=np.float32)
    for digits, value in CPV_CLOSENESS.items():
        table[digits] = value
    closeness = table[shared]
    contained = (shared > 0) & (shared == np.minimum(a.cpv_length, b.cpv_length))
    closeness = np.where(contained, closeness + (1 - closeness) * CONTAINED_BONUS, closeness)
    return closeness.astype(np.float32), shared


def may_meet(
    a: Traits, b: Traits, shared: IntArray, same_subject: BoolArray, settings: GroupingSettings
) -> BoolArray:
    """Return which broadcast pairs may stand in one proposal by CPV, nature and area."""
    allowed: BoolArray = shared >= settings.min_cpv_digits
    known = (a.nature > 0) & (b.nature > 0)
    differ = known & (a.nature != b.nature)
    if settings.mix_supplies_and_services:
        works = NATURES["works"]
        differ &= (a.nature == works) | (b.nature == works) | ~same_subject
    allowed &= ~differ
    allowed &= (a.area == b.area) | (a.area == 0) | (b.area == 0)
    return allowed


def windows_meet(a: Traits, b: Traits, settings: GroupingSettings) -> BoolArray:
    """Return which broadcast pairs are needed at nearly the same time."""
    latest = max(a.first_day.max(initial=FAR_PAST), b.first_day.max(initial=FAR_PAST))
    earliest = min(a.last_day.min(initial=FAR_FUTURE), b.last_day.min(initial=FAR_FUTURE))
    if latest - earliest <= settings.window_gap_days:
        # The worst of all pairs is near enough: mostly a block in which nobody states a day.
        shape = np.broadcast_shapes(a.first_day.shape, b.first_day.shape)
        return np.broadcast_to(np.True_, shape)
    gap = np.maximum(a.first_day, b.first_day) - np.minimum(a.last_day, b.last_day)
    return np.asarray(gap <= settings.window_gap_days)
