"""How much a run tries: a fixed sample of the large products, or all with `VERGABE_TESTS=whole`.

In a sample everything still has its turn: each form, each operation and each bad value at least
once, only not each with each; of what takes seconds for each thing, a third every day. `make
nightly` takes the whole, and `VERGABE_TESTS_DAY` (printed at the head of each run) the same third
again.
"""

import itertools
import os
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from vergabe import clock

IS_WHOLE: Final = os.environ.get("VERGABE_TESTS") == "whole"
DAY: Final = int(os.environ.get("VERGABE_TESTS_DAY") or clock.berlin_day(clock.read()).toordinal())
PARTS: Final = 3

Thing = TypeVar("Thing")


def in_turn(things: Sequence[Thing], at_a_time: int) -> Iterator[Sequence[Thing]]:
    """Yield the next few things without end, round and round; all of them in a whole run."""
    if IS_WHOLE:
        yield from itertools.repeat(things)
    endless = itertools.cycle(things)
    while True:
        yield list(itertools.islice(endless, at_a_time))


def of_today(things: Sequence[Thing]) -> list[Thing]:
    """Return a third of the things, another one each day; all of them in a whole run."""
    return list(things) if IS_WHOLE else list(things[DAY % PARTS :: PARTS])
