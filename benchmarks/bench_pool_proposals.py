"""Proposals for pools: time, memory and how sensible they are.

python -m benchmarks.bench_pool_proposals [--large]

Prints JSON lines: all 1,423 real demands at once and per Land, 10,000 demands made of them (with
--large also 100,000), quality in the three Länder whose demands were judged by hand, and in 60
small cooperations of 6, 15 and 40 organisations drawn from them. Each size runs in a process of
its own; `extra_mb` is what the run needs above the demands themselves, libraries included.
"""

import argparse
import json
import multiprocessing
import random
import resource
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from statistics import fmean
from typing import Any, Final

from benchmarks import real_demands
from benchmarks.pool_quality import quality
from vergabe.pools.facts import DemandFacts, GroupingSettings, Proposal
from vergabe.pools.grouping import propose

JUDGED: Final = ("NW", "HE", "NI")
SMALL: Final = (6, 15, 40)
ROUNDS: Final = 60


def say(**figures: object) -> None:
    print(json.dumps(figures, ensure_ascii=False), flush=True)


def grouped(demands: Sequence[DemandFacts]) -> list[Proposal]:
    return propose(demands, GroupingSettings(), real_demands.cpv_label)


def measured(count: int | None) -> dict[str, Any]:
    demands = real_demands.load()
    if count is not None:
        demands = list(real_demands.many(demands, count))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, busy = time.perf_counter(), time.process_time()
    proposals = grouped(demands)
    first, first_cpu = time.perf_counter() - started, time.process_time() - busy
    started = time.perf_counter()
    grouped(demands)
    again = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sizes = Counter(len(proposal.organisation_ids) for proposal in proposals)
    return {
        "demands": len(demands),
        "proposals": len(proposals),
        "demands_in_proposals": sum(len(p.demand_ids) for p in proposals),
        "seconds": round(first, 2),
        "cpu_seconds": round(first_cpu, 2),
        "seconds_again": round(again, 2),
        "extra_mb": round((peak - before) / 1024),
        "proposals_by_organisations": dict(sorted(sizes.items())),
    }


def in_own_process(count: int | None) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as executor:
        return executor.submit(measured, count).result()


def per_land(demands: Sequence[DemandFacts]) -> None:
    judged = real_demands.themes()
    started = time.perf_counter()
    total = 0
    for land in sorted({demand.land or "" for demand in demands}):
        own = [demand for demand in demands if demand.land == land]
        proposals = grouped(own)
        total += len(proposals)
        figures = asdict(quality(proposals, own, judged)) if land in JUDGED else {}
        say(
            op="one cooperation",
            land=land,
            demands=len(own),
            **(figures | {"proposals": len(proposals)}),
        )
    say(op="all Länder", proposals=total, seconds=round(time.perf_counter() - started, 2))


def small_cooperations(demands: Sequence[DemandFacts], size: int) -> None:
    """Quality when few take part: word weights then rest on few texts."""
    judged = real_demands.themes()
    rng = random.Random(5)
    found = []
    for _ in range(ROUNDS):
        land = rng.choice(JUDGED)
        own = [demand for demand in demands if demand.land == land]
        members = sorted({demand.organisation_id for demand in own})
        chosen = set(rng.sample(members, min(size, len(members))))
        own = [demand for demand in own if demand.organisation_id in chosen]
        found.append(quality(grouped(own), own, judged))
    say(
        op="small cooperations",
        organisations=size,
        rounds=ROUNDS,
        proposals=sum(figures.proposals for figures in found),
        pair_precision=round(fmean(figures.pair_precision for figures in found), 3),
        pair_recall=round(fmean(figures.pair_recall for figures in found), 3),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="100,000 demands as well")
    large = parser.parse_args().large
    for count in (None, 10_000, *([100_000] if large else [])):
        say(op="propose", **in_own_process(count))
    demands = real_demands.load()
    per_land(demands)
    for size in SMALL:
        small_cooperations(demands, size)


if __name__ == "__main__":
    main()
