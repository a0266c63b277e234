"""Loading the program without looking for garbage meanwhile.

Nothing that is loaded becomes garbage, and there is a lot of it: Python's collector would go
through all of it again and again, for a fifth of the time that a start takes.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Do what stands inside without the collector of garbage; afterwards it is as it was."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
