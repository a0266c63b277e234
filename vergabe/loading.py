"""Loading the program without looking for garbage meanwhile, nor among it afterwards.

Nothing that is loaded becomes garbage, and there is a lot of it: Python's collector would go
through all of it again and again, for a fifth of the time that a start takes.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

THRESHOLDS: Final = (20_000, 10, 10)
"""New objects after which garbage is looked for: a request makes some ten thousand."""


@contextmanager
def without_collecting() -> Iterator[None]:
    """Do what stands inside without the collector of garbage; afterwards it is as it was.

    What was made inside counts as old from then on, or the next few new objects would have all of
    it looked at.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                # What thaws is among the oldest.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def keep_still() -> None:
    """Let the collector of garbage leave alone what is there now: it stays until the end.

    For servers and workers: looking at all of it again and again costs time, and memory too, since
    pages that processes share would be written to. Nothing is collected first: what little is
    garbage by then is not worth a fifth of the time that a start takes.
    """
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
