"""Which demands belong together: blocks by CPV, closeness inside a block, groups by closeness."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from vergabe.pools import clustering
from vergabe.pools.clustering import Group
from vergabe.pools.facts import DemandFacts, GroupingSettings
from vergabe.pools.reading import Reading
from vergabe.pools.similarity import Block, block, closeness
from vergabe.pools.traits import FloatArray, IntArray

# Comparing all with all costs the square: more demands than this are divided by further keys.
LARGEST_BLOCK: Final = 1_000
# Four times as many as a proposal may hold: neighbours find each other within.
NEIGHBOURHOOD: Final = 240
CLASS_DIGITS: Final = 4


def linked_groups(
    demands: Sequence[DemandFacts],
    reading: Reading,
    cpv_codes: Sequence[str],
    organisations: IntArray,
    settings: GroupingSettings,
) -> Iterator[Group]:
    """Yield groups of rows of `demands` from enough organisations, with their table of closeness.

    cpv_codes: under which code each demand is compared; organisations: one number per demand. A row
    is in at most one group.
    """
    everything = block(demands, reading, cpv_codes, settings)
    limits = clustering.Limits(settings.min_score, settings.max_organisations, settings.max_demands)
    places = everything.traits.nuts[:, 1]
    parts = _parts(
        everything, _blocks(cpv_codes, reading, places, settings.min_cpv_digits), settings
    )
    for group in clustering.groups(parts, organisations, limits):
        if len(set(organisations[group.rows].tolist())) >= settings.min_organisations:
            yield group


def _parts(
    everything: Block, blocks: Sequence[IntArray], settings: GroupingSettings
) -> Iterator[Group]:
    """Yield what may belong together in each block."""
    for rows in blocks:
        part = everything.take(rows)

        def compare(left: IntArray, right: IntArray, part: Block = part) -> FloatArray:
            own = _taken(part, left)
            return closeness(own, own if left is right else _taken(part, right), settings)

        for found in clustering.parts(len(part), compare, settings.min_score):
            yield Group(rows[found.rows], found.table)


def _taken(part: Block, rows: IntArray) -> Block:
    """Return the block of some rows, ascending: as many as there are, they are all of them."""
    return part if len(rows) == len(part) else part.take(rows)


def closeness_to_groups(
    demands: Sequence[DemandFacts],
    reading: Reading,
    cpv_codes: Sequence[str],
    groups: IntArray,
    settings: GroupingSettings,
) -> FloatArray:
    """Return how close each demand is to each group in the mean; -inf if it may not meet one of it.

    groups: the number of the group of each demand, from 0 without gaps.
    """
    everything = block(demands, reading, cpv_codes, settings)
    order = np.argsort(groups, kind="stable")
    counts = np.bincount(groups)
    starts = np.cumsum(counts) - counts
    rows = np.arange(len(groups))
    step = max(1, clustering.SLICE_CELLS // len(rows))
    found = [
        np.add.reduceat(closeness(everything.take(part), everything, settings)[:, order], starts, 1)
        for begin in range(0, len(rows), step)
        for part in [rows[begin : begin + step]]
    ]
    return np.asarray(np.concatenate(found) / counts, dtype=np.float32)


def one_group(
    demands: Sequence[DemandFacts],
    reading: Reading,
    cpv_codes: Sequence[str],
    settings: GroupingSettings,
) -> Group:
    """Return all demands as one group; the closeness of two that may not meet is 0."""
    everything = block(demands, reading, cpv_codes, settings)
    table = np.maximum(closeness(everything, everything, settings), 0)
    return Group(np.arange(len(table)), table)


def _blocks(
    cpv_codes: Sequence[str], reading: Reading, places: IntArray, digits: int
) -> list[IntArray]:
    """Return the rows that are compared with each other, as blocks of ascending rows.

    A block shares the leading digits that every pair of a proposal must share. One that is too
    large for comparing all with all is divided by what its demands name, or by CPV class if they
    name nothing known; what is too large even then, by neighbourhood.
    """
    by_code: dict[str, list[int]] = defaultdict(list)
    for row, code in enumerate(cpv_codes):
        by_code[code[:digits]].append(row)
    mains = [min(kind.subjects, default="") for kind in reading.kinds]
    found = []
    for key in sorted(by_code):
        if len(by_code[key]) <= LARGEST_BLOCK:
            found.append(np.array(by_code[key]))
            continue
        named: dict[str, list[int]] = defaultdict(list)
        for row in by_code[key]:
            named[mains[reading.kind[row]] or cpv_codes[row][:CLASS_DIGITS]].append(row)
        for subject in sorted(named):
            rows = np.array(named[subject])
            found.extend(_neighbourhoods(rows, places[rows]))
    return [rows for rows in found if len(rows) > 1]


def _neighbourhoods(rows: IntArray, places: IntArray) -> list[IntArray]:
    """Return demands for one thing, if there are many, in parts that lie next to each other.

    places: numbers in the order of NUTS codes, in which districts of one region follow each other.
    A place is never divided.
    """
    if len(rows) < 2 * NEIGHBOURHOOD:
        return [rows]
    order = np.argsort(places, kind="stable")
    borders = np.flatnonzero(np.diff(places[order])) + 1
    cuts, last = [], 0
    for border in borders.tolist():
        if border - last >= NEIGHBOURHOOD and len(rows) - border >= NEIGHBOURHOOD:
            cuts.append(border)
            last = border
    return [np.sort(rows[part]) for part in np.split(order, cuts)]
