"""A broken rule across fields, and what a function that looks for it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from vergabe.exchange.xvergabe.codes import ErrorCode


@dataclass(frozen=True)
class Breach:
    """One broken rule.

    rule: stable lower_snake_case name; path: where in the document, by element names; code: what a
    bidder's client is told; message and remedy: German sentences; law: the paragraph behind it.
    """

    rule: str
    path: str
    message: str
    remedy: str
    code: ErrorCode = ErrorCode.SCHEMA_INVALID
    law: str | None = None


# The part is of the class the check is registered for; the table guarantees it.
Check = Callable[[Any, str], Iterator[Breach]]
