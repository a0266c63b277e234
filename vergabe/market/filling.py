"""Entering procedures that the directory does not know yet, ours and those of others."""

import uuid
from collections.abc import Callable
from typing import Final

from flask import Flask

from vergabe import clock, stopping
from vergabe.db import reading, unit_of_work
from vergabe.market import relating
from vergabe.notices import listing

AT_ONCE: Final = 200

_SIDES: Final[tuple[tuple[Callable[..., list[uuid.UUID]], Callable[..., int]], ...]] = (
    (listing.missing_tenders, listing.enter_missing),
    (relating.missing_groups, relating.enter_missing),
)


def fill(app: Flask) -> int:
    """Enter what is missing, batch by batch, each a transaction; return how many procedures.

    What is published or read enters the directory by itself: there is work once, after the
    directory came into a house that had notices already.
    """
    with app.app_context():
        return sum(_fill(missing, enter) for missing, enter in _SIDES)


def _fill(missing: Callable[..., list[uuid.UUID]], enter: Callable[..., int]) -> int:
    done = 0
    while not stopping.is_asked():
        # Looked at first without writing: SQLite has one writer, and most ticks have nothing to do.
        with reading() as session:
            if not missing(session, limit=1):
                break
        with unit_of_work() as session:
            entered = enter(session, limit=AT_ONCE, now=clock.now())
        if not entered:
            break
        done += entered
    return done
