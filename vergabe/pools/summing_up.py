"""Groups of demands as proposals: title, sums, window, and why each demand is in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vergabe.pools import describing
from vergabe.pools.clustering import Group
from vergabe.pools.facts import DemandFacts, Link, Proposal
from vergabe.pools.grouping import pool_key, window_of
from vergabe.pools.proximity import cpv_digits, cpv_relation
from vergabe.pools.reading import Reading, read
from vergabe.pools.traits import BoolArray, FloatArray, IntArray
from vergabe.pools.wording import compared_cpv


@dataclass(frozen=True)
class Basis:
    """Demands as they are grouped: their words, codes and owners, a row each.

    own_codes: eight digits; cpv_codes: under which code each is compared; organisations: one number
    per owner.
    """

    demands: Sequence[DemandFacts]
    reading: Reading
    own_codes: Sequence[str]
    cpv_codes: Sequence[str]
    organisations: IntArray
    cpv_label: Callable[[str], str]


def basis(demands: Sequence[DemandFacts], cpv_label: Callable[[str], str]) -> Basis:
    """Return demands, in order of their ids, ready to be grouped."""
    codes = [cpv_digits(demand.cpv) for demand in demands]
    reading = read(demands, codes, cpv_label)
    compared = [
        compared_cpv(code, reading.kinds[kind].subjects)
        for code, kind in zip(codes, reading.kind.tolist(), strict=True)
    ]
    numbers: dict[int, int] = {}
    owners = [numbers.setdefault(d.organisation_id.int, len(numbers)) for d in demands]
    return Basis(demands, reading, codes, compared, np.array(owners, np.int64), cpv_label)


def numbers(values: Sequence[int]) -> IntArray:
    """Return numbers as an array."""
    return np.array(values, np.int64)


def proposals(basis: Basis, groups: Sequence[Group]) -> list[Proposal]:
    """Return a proposal for each group, in their order."""
    if not groups:
        return []
    titles = describing.common_words(
        [group.rows for group in groups], basis.organisations, basis.reading
    )
    foreign = [_foreign(basis.organisations[group.rows]) for group in groups]
    closest = [_closest(*each) for each in zip(groups, foreign, strict=True)]
    rows = np.concatenate([group.rows for group in groups])
    partners = np.concatenate([group.rows[own] for group, own in zip(groups, closest, strict=True)])
    shared = describing.shared_words(rows, partners, basis.reading)
    found, begin = [], 0
    for group, others, common, own in zip(groups, foreign, titles, closest, strict=True):
        end = begin + len(group.rows)
        found.append(_proposal(basis, group, others, common, own, shared[begin:end]))
        begin = end
    return found


def _foreign(organisations: IntArray) -> BoolArray:
    return np.asarray(organisations[:, None] != organisations[None, :])


def _closest(group: Group, foreign: BoolArray) -> IntArray:
    """Return for each demand which of its group is closest, of those of other organisations."""
    return np.asarray(np.where(foreign, group.table, -np.inf).argmax(axis=1))


def _proposal(
    basis: Basis,
    group: Group,
    foreign: BoolArray,
    common: Sequence[tuple[str, str]],
    closest: IntArray,
    shared: Sequence[tuple[str, ...]],
) -> Proposal:
    rows = group.rows.tolist()
    demands = [basis.demands[row] for row in rows]
    codes = [basis.own_codes[row] for row in rows]
    order, similarity = _ranked(group.table, foreign)
    owners = basis.organisations[group.rows].tolist()
    first: dict[int, int] = {}
    for i in order:
        first.setdefault(owners[i], i)
    cpv = describing.covering_cpv(codes, basis.cpv_label)
    values = [demand.value_net_cents for demand in demands]
    named = basis.reading.named(group.rows)
    scores = group.table[np.arange(len(rows)), closest].astype(np.float64).tolist()
    others = closest.tolist()
    return Proposal(
        key=pool_key([demand.id for demand in demands]),
        title=describing.title(named, common, basis.cpv_label(cpv), demands[0].title),
        cpv=cpv,
        demand_ids=tuple(demands[i].id for i in order),
        organisation_ids=tuple(demands[i].organisation_id for i in first.values()),
        total_net_cents=sum(value for value in values if value is not None),
        unvalued_count=values.count(None),
        window=window_of(demands),
        similarity=similarity,
        links=tuple(
            Link(
                demand_id=demands[i].id,
                closest_id=demands[others[i]].id,
                score=round(scores[i], 4),
                cpv_relation=cpv_relation(codes[i], codes[others[i]]),
                shared_words=shared[i],
            )
            for i in order
        ),
    )


def _ranked(table: FloatArray, foreign: BoolArray) -> tuple[list[int], float]:
    """Return the demands, closest to those of others first, and the mean of all these pairs."""
    sums = np.where(foreign, table, 0).astype(np.float64).sum(axis=1)
    counts = foreign.sum(axis=1)
    means = np.round(sums / counts, 6).tolist()
    order = sorted(range(len(means)), key=lambda i: (-means[i], i))
    return order, round(float(sums.sum() / counts.sum()), 4)
