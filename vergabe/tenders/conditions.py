"""What later steps of the flow ask for before a tender is published; this step knows none of them.

The registry names the gates, as with the conditions of joining. Without them nothing opens: a gate
that nobody has set up must not stand open.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.cooperations.gates import Gate
from vergabe.errors import Violation
from vergabe.tenders.model import Tender

Condition = Callable[[Session, Tender, dt.datetime], Sequence[Violation]]


@dataclass(frozen=True)
class LaterGate:
    """A gate that a later step keeps: key, German title, and what closes it."""

    key: str
    title: str
    reasons: Condition


_gates: list[LaterGate] = []
_is_set: list[bool] = []


def set_gates(gates: Sequence[LaterGate]) -> None:
    """Set the gates of later steps, in order (done once by the registry)."""
    _gates[:] = gates
    _is_set[:] = [True]


def later_gates(session: Session, tender: Tender, now: dt.datetime, *, is_due: bool) -> list[Gate]:
    """Return the gates of later steps; LookupError if the registry has set none up.

    is_due: what comes before them is in order. Before that they say nothing: the officer would read
    the same thing twice.
    """
    if not _is_set:
        raise LookupError("the gates of later steps have not been set")
    return [
        Gate(gate.key, gate.title, list(gate.reasons(session, tender, now)) if is_due else [])
        for gate in _gates
    ]
