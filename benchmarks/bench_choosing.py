"""Choosing among pools that overlap: how good, and how long.

python -m benchmarks.bench_choosing [--demands 2000] [--pools 100] [--seconds 15]

Every demand fits eight pools and saves something else in each, a pool has room for some thirty of
them and its procedure costs what ten save: far more could be run than pays. Ours against the greedy
choice and against the linear bound, which lets pools be run in part and nobody can reach. One made
up task a round; the solver is cut off after --seconds.
"""

import random
import statistics
import sys
import time
from typing import Final

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

from benchmarks import frame
from benchmarks.frame import Report, at_least, at_most
from vergabe.pools.choosing import Candidate, Wish, best, greedy

FITS: Final = 8
ROOM: Final = 450
MOST_S: Final = 30


def task(demands: int, pools: int, seed: int) -> tuple[list[Candidate], list[Wish]]:
    """Return pools with what they cost, and demands with what they save in each."""
    rng = random.Random(seed)
    keys = [f"{number:04}" for number in range(pools)]
    candidates = [Candidate(key, rng.randrange(200_00, 900_00), ROOM) for key in keys]
    wishes = [
        Wish(
            f"{number:06}",
            rng.randrange(1, 30),
            {key: rng.randrange(5_00, 100_00) for key in rng.sample(keys, min(FITS, pools))},
        )
        for number in range(demands)
    ]
    return candidates, wishes


def linear_bound_cents(candidates: list[Candidate], wishes: list[Wish]) -> float:
    """Return what could be saved if pools could be run, and demands divided, in any shares."""
    number = {pool.key: place for place, pool in enumerate(candidates)}
    places = [
        (i, number[key], saving)
        for i, wish in enumerate(wishes)
        for key, saving in wish.savings_cents.items()
    ]
    demand, pool, saving = np.array(places).T
    each, one = np.arange(len(places)), np.ones(len(places))
    run = len(places) + np.arange(len(candidates))
    width = len(places) + len(candidates)
    volumes = np.array([wish.volume for wish in wishes], float)[demand]
    room = np.array([candidate.capacity for candidate in candidates], float)
    once = csr_matrix((one, (demand, each)), shape=(len(wishes), width))
    within = csr_matrix(
        (np.r_[volumes, -room], (np.r_[pool, np.arange(len(room))], np.r_[each, run])),
        shape=(len(room), width),
    )
    only_run = csr_matrix(
        (np.r_[one, -one], (np.r_[each, each], np.r_[each, len(places) + pool])),
        shape=(len(places), width),
    )
    costs = np.array([candidate.cost_cents for candidate in candidates], float)
    found = linprog(
        np.r_[-saving.astype(float), costs],
        A_ub=vstack([once, within, only_run]),
        b_ub=np.r_[np.ones(len(wishes)), np.zeros(len(room) + len(places))],
        bounds=(0, 1),
        method="highs",
    )
    return -float(found.fun)


def main() -> int:
    parser = frame.parser(__doc__)
    parser.add_argument("--demands", type=int, default=2_000)
    parser.add_argument("--pools", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=15)
    wanted = parser.parse_args()
    report = Report("choosing", wanted)
    euro: dict[str, list[float]] = {"ours": [], "greedy": [], "bound": []}
    took: dict[str, list[float]] = {"ours": [], "greedy": []}
    for seed in range(wanted.rounds):
        candidates, wishes = task(wanted.demands, wanted.pools, seed)
        begun = time.perf_counter()
        quick = greedy(candidates, wishes)
        took["greedy"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        found = best(candidates, wishes, seconds=wanted.seconds)
        took["ours"].append(time.perf_counter() - begun)
        euro["ours"].append(found.total_cents / 100)
        euro["greedy"].append(quick.total_cents / 100)
        euro["bound"].append(linear_bound_cents(candidates, wishes) / 100)
    name = f"choose among {wanted.pools} pools for {wanted.demands:,} demands"
    told(report, f"{name}: saved", euro, "greedy", at_least(1))
    told(report, f"{name}: saved", euro, "bound", at_least(0.97))
    seconds = max(took["ours"])
    report.row(f"{name}: longest", seconds, "s", against=("limit", MOST_S), goal=at_most(1))
    report.figures["greedy_s"] = round(statistics.median(took["greedy"]), 3)
    return report.finish()


def told(
    report: Report, name: str, euro: dict[str, list[float]], against: str, goal: frame.Goal
) -> None:
    """Add a row with the worst of the ratios within the rounds."""
    ratio = min(mine / other for mine, other in zip(euro["ours"], euro[against], strict=True))
    ours, other = statistics.median(euro["ours"]), statistics.median(euro[against])
    label = "greedy" if against == "greedy" else "linear bound"
    report.row(name, ours, "EUR", against=(label, other), ratio=ratio, goal=goal)


if __name__ == "__main__":
    sys.exit(frame.run(main))
