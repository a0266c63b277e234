"""What deadlines must know of cooperations: a later step answers, the registry brings it in.

Without it nothing is shown: a narrowing that nobody has set up must not stand open.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Groups:
    """The answers.

    memberships: the ids of the cooperations of which one of the organisations is a member on a
    legal day, as a query; names: id and name of these cooperations, in German order.
    """

    memberships: Callable[[Sequence[uuid.UUID | None], dt.date], Select[uuid.UUID]]
    names: Callable[[Session, Sequence[uuid.UUID]], Sequence[tuple[uuid.UUID, str]]]


_set: list[Groups] = []


def set_groups(groups: Groups) -> None:
    """Set who answers (done once by the registry)."""
    _set[:] = [groups]


def groups() -> Groups:
    """Return who answers; LookupError if the registry has set nobody up."""
    if not _set:
        raise LookupError("nobody has been set up who knows the cooperations of deadlines")
    return _set[0]
