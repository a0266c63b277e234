"""Proposals for pools: time and memory beside other ways, and how sensible they are.

python -m benchmarks.bench_pool_proposals [--demands 100000]

All 1,423 real demands at once, then as many as wanted made of them: ours against the least that
could group them (keys, then TF-IDF of words within a CPV class and region) and against comparing
titles with rapidfuzz within a CPV group, of which a sample is measured and the rest reckoned up.
Processor time, in a process that leaves its heap alone as the worker does. Then quality in the
three Länder whose demands were judged by hand, and in small cooperations of 6, 15 and 40
organisations drawn from them.
"""

import importlib.util
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Final

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks import frame, real_demands
from benchmarks.bench_cpv import memory_mb
from benchmarks.frame import Report, Sample, at_most
from benchmarks.pool_quality import Quality, quality
from vergabe import loading
from vergabe.pools.facts import DemandFacts, GroupingSettings, Proposal
from vergabe.pools.grouping import propose
from vergabe.pools.sparse import matrix, tf_idf

JUDGED: Final = ("NW", "HE", "NI")
SMALL: Final = (6, 15, 40)
DRAWN: Final = 60
MOST_S: Final = 10
SAMPLED_BLOCKS: Final = 20
SAMPLED_ROWS: Final = 300
_SLICE: Final = 2_000


def grouped(demands: Sequence[DemandFacts]) -> list[Proposal]:
    return propose(demands, GroupingSettings(), real_demands.cpv_label)


def by_keys_and_words(demands: Sequence[DemandFacts]) -> int:
    """Group by CPV class and region, then by likeness of words; return how many groups."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for row, demand in enumerate(demands):
        blocks[f"{demand.cpv[:4]} {(demand.nuts or '')[:4]}"].append(row)
    words = tf_idf(matrix(_words(demand) for demand in demands))
    left, right = [], []
    for rows in (np.array(rows) for rows in blocks.values() if len(rows) > 1):
        own = words[rows]
        for start in range(0, len(rows), _SLICE):
            near = (own[start : start + _SLICE] @ own.T).tocoo()
            is_near = near.data >= GroupingSettings().min_score
            left.append(rows[near.row[is_near] + start])
            right.append(rows[near.col[is_near]])
    i, j = np.concatenate(left), np.concatenate(right)
    size = len(demands)
    graph = coo_matrix((np.ones(len(i), bool), (i, j)), shape=(size, size))
    return int(connected_components(graph, directed=False)[0])


def _words(demand: DemandFacts) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for word in f"{demand.title} {demand.description}".lower().split():
        found[word] += 1
    return found


def by_rapidfuzz_s(demands: Sequence[DemandFacts], seed: int) -> float:
    """Return the processor seconds that all pairs of titles of a CPV group would take."""
    from rapidfuzz import fuzz, process

    blocks: dict[str, list[str]] = defaultdict(list)
    for demand in demands:
        blocks[demand.cpv[:3]].append(demand.title)
    rng, compared = random.Random(seed), 0
    begun = time.process_time()
    for block in rng.choices(list(blocks.values()), [*map(len, blocks.values())], k=SAMPLED_BLOCKS):
        titles = rng.sample(block, min(SAMPLED_ROWS, len(block)))
        process.cdist(titles, titles, scorer=fuzz.token_set_ratio, score_cutoff=60, dtype=np.uint8)
        compared += len(titles) ** 2
    return (
        (time.process_time() - begun) / compared * sum(len(each) ** 2 for each in blocks.values())
    )


def regrouped(report: Report, demands: Sequence[DemandFacts], rounds: int) -> None:
    """Compare ways to group very many demands."""
    name = f"group {len(demands):,} demands"
    before = memory_mb()
    parts: dict[str, Callable[[], object]] = {
        "ours": lambda: grouped(demands),
        "floor": lambda: by_keys_and_words(demands),
    }
    found = frame.interleaved(parts, rounds=rounds, warm=0, timer=time.process_time)
    report.figures["more_memory_mb"] = memory_mb() - before
    floor, goal = found["floor"], at_most(1.5)
    report.compare(name, found["ours"], "keys and TF-IDF", floor, goal)
    if importlib.util.find_spec("rapidfuzz") is None:
        print("rapidfuzz is not installed: not compared")
        return
    fuzzy = Sample([by_rapidfuzz_s(demands, seed) for seed in range(rounds)])
    report.compare(name, found["ours"], "rapidfuzz (reckoned)", fuzzy, at_most(0.1))


def tell_quality(report: Report, name: str, found: Sequence[Quality]) -> None:
    precision = fmean(each.pair_precision for each in found)
    recall = fmean(each.pair_recall for each in found)
    report.row(f"{name}: pairs that belong together, of those proposed", precision, "")
    report.row(f"{name}: pairs proposed, of those that belong together", recall, "")


def per_land(report: Report, demands: Sequence[DemandFacts]) -> None:
    judged = real_demands.themes()
    for land in JUDGED:
        own = [demand for demand in demands if demand.land == land]
        tell_quality(report, f"all of {land}", [quality(grouped(own), own, judged)])


def small_cooperations(report: Report, demands: Sequence[DemandFacts], size: int) -> None:
    """Tell the quality when few take part: word weights then rest on few texts."""
    judged = real_demands.themes()
    rng = random.Random(5)
    found = []
    for _ in range(DRAWN):
        land = rng.choice(JUDGED)
        own = [demand for demand in demands if demand.land == land]
        members = sorted({demand.organisation_id for demand in own})
        chosen = set(rng.sample(members, min(size, len(members))))
        own = [demand for demand in own if demand.organisation_id in chosen]
        found.append(quality(grouped(own), own, judged))
    tell_quality(report, f"{DRAWN} cooperations of {size}", found)


def main() -> int:
    parser = frame.parser(__doc__)
    parser.add_argument("--demands", type=int, default=100_000)
    wanted = parser.parse_args()
    loading.keep_still()
    demands = real_demands.load()
    report = Report("pool_proposals", wanted)
    found = frame.interleaved(
        {"ours": lambda: grouped(demands)}, rounds=wanted.rounds, timer=time.process_time
    )
    seconds = found["ours"].median_s
    limit, goal = ("limit", MOST_S), at_most(1)
    report.row(f"group {len(demands):,} real demands", seconds, "s", against=limit, goal=goal)
    regrouped(report, list(real_demands.many(demands, wanted.demands)), wanted.rounds)
    per_land(report, demands)
    for size in SMALL:
        small_cooperations(report, demands, size)
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
