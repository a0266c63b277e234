"""Proposals for pools: released demands of several municipalities that ask for the same thing."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from uuid import UUID

from vergabe.pools.facts import DemandFacts, GroupingSettings, Proposal, Window


def propose(
    demands: Sequence[DemandFacts], settings: GroupingSettings, cpv_label: Callable[[str], str]
) -> list[Proposal]:
    """Return proposals for pools, the widest and closest first; a demand is in at most one.

    The result does not depend on the order of `demands`. cpv_label: German label of an eight-digit
    code, empty for an unknown one; it is asked once per code. Raises ValueError if a demand is
    given twice. Memory does not grow with the square of a block (clustering.groups).
    """
    # numpy and scipy take half a second to load: only whoever groups pays for it.
    from vergabe.pools import describing, linking, summing_up

    ordered = _in_order(demands)
    if len(ordered) < 2:
        return []
    basis = summing_up.basis(ordered, lru_cache(maxsize=None)(cpv_label))
    groups = linking.linked_groups(
        ordered, basis.reading, basis.cpv_codes, basis.organisations, settings
    )
    proposals = summing_up.proposals(basis, list(groups))
    proposals.sort(key=lambda p: (-len(p.organisation_ids), -p.similarity, p.key))
    return describing.numbered(proposals)


def describe(
    demands: Sequence[DemandFacts], settings: GroupingSettings, cpv_label: Callable[[str], str]
) -> Proposal:
    """Return the proposal that exactly these demands make, for a pool that people put together.

    Its words are weighed within these demands alone, so similarity and scores can differ a little
    from those of `propose`; demands that may not meet count as 0. Raises ValueError if a demand is
    given twice or all are of one organisation.
    """
    from vergabe.pools import linking, summing_up

    ordered = _in_order(demands)
    if len({demand.organisation_id for demand in ordered}) < 2:
        raise ValueError("a pool has demands of at least two organisations")
    basis = summing_up.basis(ordered, cpv_label)
    group = linking.one_group(ordered, basis.reading, basis.cpv_codes, settings)
    (found,) = summing_up.proposals(basis, [group])
    return found


def fitting(
    groups: Sequence[Sequence[DemandFacts]],
    settings: GroupingSettings,
    cpv_label: Callable[[str], str],
) -> dict[UUID, dict[int, float]]:
    """Return to which other groups each demand is close enough to be in them (mean closeness).

    Groups by their place in `groups`. Raises ValueError if a demand is given twice.
    """
    from vergabe.pools import linking, summing_up

    group_of = {demand.id: number for number, group in enumerate(groups) for demand in group}
    ordered = _in_order([demand for group in groups for demand in group])
    if not ordered:
        return {}
    basis = summing_up.basis(ordered, cpv_label)
    table = linking.closeness_to_groups(
        ordered,
        basis.reading,
        basis.cpv_codes,
        summing_up.numbers([group_of[demand.id] for demand in ordered]),
        settings,
    ).tolist()
    return {
        demand.id: {
            number: score
            for number, score in enumerate(scores)
            if score >= settings.min_score and number != group_of[demand.id]
        }
        for demand, scores in zip(ordered, table, strict=True)
    }


def pool_key(demand_ids: Sequence[UUID]) -> str:
    """Return the key of a proposal: the same for the same demands, whatever their order."""
    text = "\n".join(sorted(str(demand_id) for demand_id in demand_ids))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def window_of(demands: Sequence[DemandFacts]) -> Window:
    """Return when all demands can be met at once: latest beginning to earliest end."""
    begins_on = max((d.needed_from for d in demands if d.needed_from), default=None)
    ends_on = min((d.needed_until for d in demands if d.needed_until), default=None)
    late = [d.id for d in demands if _ends_before(d, begins_on)]
    return Window(begins_on, ends_on, tuple(sorted(late)))


def _ends_before(demand: DemandFacts, day: dt.date | None) -> bool:
    return day is not None and demand.needed_until is not None and demand.needed_until < day


def _in_order(demands: Sequence[DemandFacts]) -> list[DemandFacts]:
    ordered = sorted(demands, key=lambda demand: demand.id.int)
    if len({demand.id.int for demand in ordered}) < len(ordered):
        raise ValueError("each demand must be given once")
    return ordered
