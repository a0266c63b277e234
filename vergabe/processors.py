"""On which of the machine's processors a process runs.

Threads of one Python process take turns. Handed from one processor to another, a turn costs more
than many a statement of the database: a process that keeps to one processor answers up to twice as
many requests (docs/serving.md has the figures). Only where the system lets a process choose.
"""

import os
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

_at_first: Final[set[int]] = set()
"""Where this process could run before it kept to one processor; empty: it never did."""


def choose(taken: Iterable[int | None]) -> int | None:
    """Return a processor for one process more, beside others that keep to those that are taken.

    None where this system lets nobody choose.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    return least_taken(sorted(os.sched_getaffinity(0)), taken)


def least_taken(processors: list[int], taken: Iterable[int | None]) -> int:
    """Return the processor that the fewest keep to; of several any.

    Not always the first: another service may run on this machine, and choose as we do.
    """
    uses = Counter(taken)
    fewest = min(uses[processor] for processor in processors)
    return secrets.choice([each for each in processors if uses[each] == fewest])


def keep_to(processor: int) -> None:
    """Let this thread, and all that it starts, run on one processor alone."""
    _at_first.update(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processor})


@contextmanager
def anywhere() -> Iterator[None]:
    """Let this thread, and what it starts inside, run wherever the process could at first.

    For what works beside the other threads and not in turn with them: another process, or long
    work of a library that lets the others go on.
    """
    if not _at_first:
        yield
        return
    kept = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _at_first)
    try:
        yield
    finally:
        os.sched_setaffinity(0, kept)
