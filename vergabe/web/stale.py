"""Two tabs, two people: whoever saves later is told what changed, and keeps what they typed.

A view that catches `Stale` compares what is stored now with what was typed, field by field, and
draws the same form again with the version of now: who sends it once more has read the difference.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """A field in which what is stored now differs from what was typed; both as the form has it."""

    field: str
    label: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class Overtaken:
    """Somebody else saved first: who and when (aware UTC) if that is known, and what differs."""

    who: str
    at: dt.datetime | None
    differences: tuple[Difference, ...]


def overtaken(
    labels: Mapping[str, str],
    theirs: Mapping[str, object],
    mine: Mapping[str, object],
    *,
    who: str = "",
    at: dt.datetime | None = None,
) -> Overtaken:
    """Return who was first and which fields of a form differ, in the order of `labels`.

    labels: field → label as on the page; theirs: the form's values of what is stored now; mine: as
    typed. Fields without a label are not compared; blanks at the ends do not count.
    """
    found = [
        Difference(field, label, _text(theirs.get(field)), _text(mine.get(field)))
        for field, label in labels.items()
    ]
    differing = tuple(each for each in found if each.theirs != each.mine)
    return Overtaken(who, at, differing)


def _text(value: object) -> str:
    return "" if value is None else "\n".join(str(value).split("\r\n")).strip()
