"""Which demands belong together: blocks by CPV, closeness inside a block, groups by closeness."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from vergabe.pools import clustering
from vergabe.pools.facts import DemandFacts, GroupingSettings
from vergabe.pools.similarity import Block, block, closeness
from vergabe.pools.traits import FloatArray, IntArray
from vergabe.pools.wording import Wording

LARGEST_BLOCK: Final = 4_000
CLASS_DIGITS: Final = 4


def linked_groups(
    demands: Sequence[DemandFacts],
    wordings: Sequence[Wording],
    cpv_codes: Sequence[str],
    settings: GroupingSettings,
) -> Iterator[tuple[list[int], list[list[float]]]]:
    """Yield groups of rows of `demands` from enough organisations, with their table of closeness.

    cpv_codes: under which code each demand is compared. A row is in at most one group.
    """
    everything = block(demands, wordings, cpv_codes, settings)
    buyers = {key: i for i, key in enumerate(sorted({d.organisation_id for d in demands}))}
    organisations = np.array([buyers[demand.organisation_id] for demand in demands])
    limits = clustering.Limits(settings.min_score, settings.max_organisations, settings.max_demands)
    for rows in _blocks(cpv_codes, wordings, settings.min_cpv_digits):
        part = everything.take(rows)

        def compare(left: IntArray, right: IntArray, part: Block = part) -> FloatArray:
            return closeness(part.take(left), part.take(right), settings)

        for group in clustering.groups(len(part), compare, organisations[rows], limits):
            members = rows[group]
            if len(np.unique(organisations[members])) >= settings.min_organisations:
                table = compare(np.array(group), np.array(group))
                yield members.tolist(), table.astype(np.float64).tolist()


def table_of_closeness(
    demands: Sequence[DemandFacts],
    wordings: Sequence[Wording],
    cpv_codes: Sequence[str],
    settings: GroupingSettings,
) -> list[list[float]]:
    """Return the closeness of all demands to each other; 0 where two may not meet."""
    everything = block(demands, wordings, cpv_codes, settings)
    table: list[list[float]] = np.maximum(
        closeness(everything, everything, settings).astype(np.float64), 0
    ).tolist()
    return table


def _blocks(cpv_codes: Sequence[str], wordings: Sequence[Wording], digits: int) -> list[IntArray]:
    """Return the rows that are compared with each other, as blocks of ascending rows.

    A block shares the leading digits that every pair of a proposal must share. One that is too
    large for comparing all with all is divided by what its demands name, or by CPV class if they
    name nothing known.
    """
    blocks: dict[str, list[int]] = defaultdict(list)
    for row, code in enumerate(cpv_codes):
        blocks[code[:digits]].append(row)
    for key in [key for key, rows in blocks.items() if len(rows) > LARGEST_BLOCK]:
        for row in blocks.pop(key):
            named = wordings[row].subjects
            main = min(named, key=lambda subject: (-named[subject], subject), default="")
            blocks[f"{key} {main or cpv_codes[row][:CLASS_DIGITS]}"].append(row)
    return [np.array(blocks[key]) for key in sorted(blocks) if len(blocks[key]) > 1]
