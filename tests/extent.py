"""How much a run tries: a fixed sample of the large products, or all with `VERGABE_TESTS=whole`.

In a sample everything still has its turn: each form, each operation and each bad value at least
once, only not each with each. `make nightly` takes the whole.
"""

import itertools
import os
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

IS_WHOLE: Final = os.environ.get("VERGABE_TESTS") == "whole"

Thing = TypeVar("Thing")


def in_turn(things: Sequence[Thing], at_a_time: int) -> Iterator[Sequence[Thing]]:
    """Yield the next few things without end, round and round; all of them in a whole run."""
    if IS_WHOLE:
        yield from itertools.repeat(things)
    endless = itertools.cycle(things)
    while True:
        yield list(itertools.islice(endless, at_a_time))
