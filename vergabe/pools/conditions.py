"""What later steps of the flow ask for before a pool goes on, without this step knowing them.

The registry names the conditions, as with navigation and sections. Without them nothing opens: a
gate that nobody has set up must not stand open.
"""

import datetime as dt
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from vergabe.errors import Violation
from vergabe.pools.model import Pool

Condition = Callable[[Session, Pool, dt.datetime], Sequence[Violation]]

_before_joining: list[Condition] = []
_is_set: list[bool] = []


def set_conditions(before_joining: Sequence[Condition]) -> None:
    """Set what must hold before a joining window opens (done once by the registry)."""
    _before_joining[:] = before_joining
    _is_set[:] = [True]


def reasons_against_opening_joining(
    session: Session, pool: Pool, now: dt.datetime
) -> list[Violation]:
    """Return every reason of every later step; LookupError if the registry has set none up."""
    if not _is_set:
        raise LookupError("the conditions of joining have not been set")
    return [reason for check in _before_joining for reason in check(session, pool, now)]
