"""How long a login waits after wrong passwords. Pure functions.

A lock must not be a weapon: who guesses at a stranger's account slows down only themselves. So
there are three counts. A browser that has logged in to this account before is counted by itself.
Everybody else is counted per account and address, which a whole town hall may share without harm;
and, for a guesser with many addresses, per account with far more patience. Setting a new password
ends it all.
"""

import datetime as dt
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """What failures are counted by."""

    DEVICE = "device"  # a browser that is known at this account
    ADDRESS = "address"  # any other at one address
    ACCOUNT = "account"  # all others together


FREE: Final = {Scope.DEVICE: 10, Scope.ADDRESS: 5, Scope.ACCOUNT: 50}
"""Failures without any wait."""
FIRST_WAIT: Final = dt.timedelta(seconds=30)
LONGEST_WAIT: Final = dt.timedelta(minutes=15)
FORGOTTEN_AFTER: Final = dt.timedelta(hours=24)
TOLD_AGAIN_AFTER: Final = dt.timedelta(hours=24)


def waits_until(scope: Scope, failures: int, last_at: dt.datetime) -> dt.datetime:
    """Return from which instant the next attempt is looked at: 30 s, doubled up to 15 minutes."""
    beyond = failures - FREE[scope]
    if beyond < 0:
        return last_at
    doubled: int = 2 ** min(beyond, 10)
    return last_at + min(FIRST_WAIT * doubled, LONGEST_WAIT)


def is_forgotten(last_at: dt.datetime, now: dt.datetime) -> bool:
    """Return whether failures lie so far back that they do not count any more."""
    return now - last_at >= FORGOTTEN_AFTER


def begins_to_wait(scope: Scope, failures: int) -> bool:
    """Return whether this failure is the one after which there is a wait."""
    return failures == FREE[scope]
