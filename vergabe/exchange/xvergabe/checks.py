"""Rules across fields that XML Schema 1.0 cannot say, for every part of a document.

Which rules belong to which part stands in one table; a document is walked once.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from vergabe.errors import Violation
from vergabe.exchange.binding import Part, walk
from vergabe.exchange.xvergabe import checks_of_messages, checks_of_procedures
from vergabe.exchange.xvergabe.breach import Breach, Check

_CHECKS: Final[Mapping[type[Part], tuple[Check, ...]]] = {
    **checks_of_procedures.CHECKS,
    **checks_of_messages.CHECKS,
}


def breaches(part: Part) -> list[Breach]:
    """Return every rule the document breaks, in the document's order; empty means none."""
    found: list[Breach] = []
    for path, inner in walk(part):
        for cls in type(inner).__mro__:
            for check in _CHECKS.get(cls, ()):
                found.extend(check(inner, path))
    return found


def reasons_against(part: Part) -> list[Violation]:
    """Return the rules across fields that `part` breaks, with the codes of the bidder interface.

    Says nothing about lengths and forms of single fields: those are the schema's, which
    `codec.reasons_against` asks as well.
    """
    return as_violations(breaches(part))


def as_violations(found: Iterable[Breach]) -> list[Violation]:
    """Return breaches as reasons for people; `field` is the path in the document."""
    return [
        Violation(str(breach.code), f"{breach.message} {breach.remedy}", breach.law, breach.path)
        for breach in found
    ]
