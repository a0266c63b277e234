"""Choosing pools by mixed integer programming: HiGHS, as scipy brings it along."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix, csr_matrix

from vergabe.pools.choosing import RELATIVE_GAP, WHOLE_UP_TO, Case, Placed
from vergabe.pools.sparse import SparseMatrix
from vergabe.pools.traits import IntArray

Floats = npt.NDArray[np.float64]


def solved(case: Case, seconds: float) -> tuple[Placed | None, int]:
    """Return the best placing found, None if there is none yet, and a bound in cents.

    Pools are run or not; where there are many places, a demand may be divided in the solver and is
    given to the pool that gets most of it here, if there is room.
    """
    model = _Model(case)
    result = model.run(seconds, is_whole=len(case.places) <= WHOLE_UP_TO)
    bound = model.bound(result)
    return (None if result.x is None else model.placed(result.x)), bound


class _Model:
    """Columns: the share of each place, then whether each pool is run."""

    def __init__(self, case: Case) -> None:
        self._case = case
        places = np.array(case.places, np.int64).reshape(-1, 3)
        self._demand, self._pool, saving = places.T
        costs = np.array([pool.cost_cents for pool in case.candidates], float)
        self._gains = np.concatenate([saving.astype(float), -costs])

    def run(self, seconds: float, *, is_whole: bool = False) -> Any:
        """Return the outcome of the solver."""
        places, pools = len(self._demand), len(self._case.candidates)
        kinds = np.r_[np.full(places, int(is_whole)), np.ones(pools, int)]
        return milp(
            -self._gains,
            integrality=kinds,
            bounds=Bounds(0, 1),
            constraints=[LinearConstraint(*rows) for rows in self._constraints()],
            options={"time_limit": seconds, "mip_rel_gap": 0 if is_whole else RELATIVE_GAP},
        )

    def _constraints(self) -> list[tuple[SparseMatrix, float, Floats | float]]:
        """Return the rows: a demand is placed once; a pool has room if it is run; how many are run.

        That only pools that are run take demands follows from their room. Saying so for every place
        would tighten the bound by a hundredth and make the solver ten times slower.
        """
        case, places, pools = self._case, len(self._demand), len(self._case.candidates)
        column, ones = np.arange(places), np.ones(places)
        volumes = np.array([wish.volume for wish in case.wishes], float)[self._demand]
        room = np.array([pool.capacity for pool in case.candidates], float)
        every = np.arange(pools)
        width = places + pools
        once = _table(ones, self._demand, column, (len(case.wishes), width))
        within = _table(
            np.r_[volumes, -room],
            np.r_[self._pool, every],
            np.r_[column, places + every],
            (pools, width),
        )
        number = _table(np.ones(pools), np.zeros(pools, np.int64), places + every, (1, width))
        return [
            (once, -np.inf, 1.0),
            (within, -np.inf, 0.0),
            (number, -np.inf, float(case.most)),
        ]

    def bound(self, result: Any) -> int:
        """Return what the solver proved; else that every demand saves its most at no cost."""
        found = getattr(result, "mip_dual_bound", None)
        if found is None and result.x is not None:
            found = result.fun
        if found is not None and math.isfinite(found):
            return math.floor(1e-3 - float(found))
        return sum(max(savings.values(), default=0) for savings in self._case.savings)

    def placed(self, shares: Floats) -> Placed:
        """Return demands in the pool that has most of them, as far as there is room."""
        case, found = self._case, Placed()
        room = [pool.capacity for pool in case.candidates]
        kept: IntArray = np.flatnonzero(shares[: len(self._demand)] > 1e-6)
        order = kept[np.lexsort((kept, -shares[kept].round(6)))]
        for i, j in zip(self._demand[order].tolist(), self._pool[order].tolist(), strict=True):
            if i not in found and case.wishes[i].volume <= room[j]:
                found[i] = j
                room[j] -= case.wishes[i].volume
        return found


def _table(
    values: Floats, rows: IntArray, columns: IntArray, shape: tuple[int, int]
) -> SparseMatrix:
    return csr_matrix(coo_matrix((values, (rows, columns)), shape=shape))
