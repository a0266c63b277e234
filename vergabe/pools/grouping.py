"""Proposals for pools: released demands of several municipalities that ask for the same thing."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from statistics import fmean
from uuid import UUID

from vergabe.pools import describing
from vergabe.pools.facts import DemandFacts, GroupingSettings, Proposal, Window
from vergabe.pools.proximity import cpv_digits
from vergabe.pools.wording import Wording, compared_cpv, wording


def propose(
    demands: Sequence[DemandFacts], settings: GroupingSettings, cpv_label: Callable[[str], str]
) -> list[Proposal]:
    """Return proposals for pools, the widest and closest first; a demand is in at most one.

    The result does not depend on the order of `demands`. cpv_label: German label of an eight-digit
    code, empty for an unknown one; it is asked once per code. Raises ValueError if a demand is
    given twice. Memory does not grow with the square of a block (clustering.groups).
    """
    # numpy and scipy take half a second to load: only whoever groups pays for it.
    from vergabe.pools import linking

    ordered = _in_order(demands)
    if len(ordered) < 2:
        return []
    label = lru_cache(maxsize=None)(cpv_label)
    wordings, codes = _wordings(ordered, label)
    proposals = [
        _proposal([ordered[i] for i in rows], [wordings[i] for i in rows], table, label)
        for rows, table in linking.linked_groups(ordered, wordings, codes, settings)
    ]
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
    from vergabe.pools import linking

    ordered = _in_order(demands)
    if len({demand.organisation_id for demand in ordered}) < 2:
        raise ValueError("a pool has demands of at least two organisations")
    wordings, codes = _wordings(ordered, cpv_label)
    table = linking.table_of_closeness(ordered, wordings, codes, settings)
    return _proposal(ordered, wordings, table, cpv_label)


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
    ordered = sorted(demands, key=lambda demand: demand.id)
    if len({demand.id for demand in ordered}) < len(ordered):
        raise ValueError("each demand must be given once")
    return ordered


def _wordings(
    demands: Sequence[DemandFacts], cpv_label: Callable[[str], str]
) -> tuple[list[Wording], list[str]]:
    """Return the words of each demand and the CPV code under which it is compared."""
    wordings, codes = [], []
    for demand in demands:
        cpv = cpv_digits(demand.cpv)
        words = wording(
            organisation_name=demand.organisation_name,
            title=demand.title,
            description=demand.description,
            cpv=cpv,
            cpv_label=cpv_label(cpv),
        )
        wordings.append(words)
        codes.append(compared_cpv(cpv, words.subjects))
    return wordings, codes


def _proposal(
    demands: list[DemandFacts],
    wordings: list[Wording],
    table: describing.Table,
    cpv_label: Callable[[str], str],
) -> Proposal:
    """Return the proposal of one group; `table` holds the closeness of its demands."""
    mean = [fmean(_with_others(i, demands, table)) for i in range(len(demands))]
    order = sorted(range(len(demands)), key=lambda i: (-round(mean[i], 6), demands[i].id))
    pairs = [score for i in range(len(demands)) for score in _with_others(i, demands, table)]
    values = [demand.value_net_cents for demand in demands]
    cpv = describing.covering_cpv([cpv_digits(demand.cpv) for demand in demands], cpv_label)
    return Proposal(
        key=pool_key([demand.id for demand in demands]),
        title=describing.title(demands, wordings, cpv_label(cpv)),
        cpv=cpv,
        demand_ids=tuple(demands[i].id for i in order),
        organisation_ids=tuple(dict.fromkeys(demands[i].organisation_id for i in order)),
        total_net_cents=sum(value for value in values if value is not None),
        unvalued_count=values.count(None),
        window=window_of(demands),
        similarity=round(fmean(pairs), 4),
        links=tuple(describing.link(i, demands, wordings, table) for i in order),
    )


def _with_others(position: int, demands: list[DemandFacts], table: describing.Table) -> list[float]:
    """Return the closeness of one demand to those of other organisations."""
    own = demands[position].organisation_id
    return [
        score
        for other, score in zip(demands, table[position], strict=True)
        if other.organisation_id != own
    ]
