"""What a substitution may be: roles, days, states; pure."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.access.permissions import Role
from vergabe.cooperations import entries
from vergabe.errors import Violation
from vergabe.texts import lazy

# Who administers an organisation is never somebody from outside it.
SUBSTITUTED_ROLES: Final = frozenset(
    {
        Role.REQUESTER,
        Role.RELEASER,
        Role.PROCUREMENT_OFFICER,
        Role.OPENER,
        Role.AUDITOR,
        Role.COORDINATOR,
    }
)
LONGEST_DAYS: Final = 731
"""A substitute is not a permanent post."""


class State(StrEnum):
    """Where a substitution stands; time alone decides on its beginning and end."""

    OFFERED = "offered"
    DECLINED = "declined"
    COMING = "coming"
    RUNNING = "running"
    OVER = "over"


STATE_NAMES: Final = {
    State.OFFERED: lazy("angefragt"),
    State.DECLINED: lazy("abgelehnt"),
    State.COMING: lazy("beginnt später"),
    State.RUNNING: lazy("läuft"),
    State.OVER: lazy("beendet"),
}


@dataclass(frozen=True)
class TypedWish:
    """A substitution to offer as far as it could be read; None: not known.

    email: of the person; substitute_for: address of whom they stand in for, empty for the role.
    """

    email: str
    role: Role | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    reason: str
    substitute_for: str = ""


@dataclass(frozen=True)
class Wish(TypedWish):
    """A substitution to offer; days inclusive (Europe/Berlin)."""

    role: Role
    valid_from: dt.date
    valid_to: dt.date


def against_days(wish: TypedWish, today: dt.date) -> list[Violation]:
    """Return what is wrong with role and days of a wish; `today`: legal day in Europe/Berlin.

    Nothing is said of what is not known.
    """
    found = []
    if wish.role is not None and wish.role not in SUBSTITUTED_ROLES:
        message = "In dieser Rolle kann niemand aus einem anderen Mitglied vertreten."
        found.append(Violation("role_not_substituted", message, field="role"))
    days = (("valid_from", wish.valid_from), ("valid_to", wish.valid_to))
    impossible = [
        reason
        for field, day in days
        if day is not None
        for reason in entries.against_day(day, field)
    ]
    if impossible:
        return found + impossible
    if wish.valid_to is not None:
        found += _against_end(wish.valid_from, wish.valid_to, today)
    if wish.valid_from is not None and wish.valid_from < today:
        message = "Eine Vertretung beginnt frühestens heute; rückwirkend gibt es sie nicht."
        found.append(Violation("begins_in_past", message, field="valid_from"))
    return found


def _against_end(first: dt.date | None, last: dt.date, today: dt.date) -> Iterator[Violation]:
    if first is not None and last < first:
        message = "Das Ende liegt vor dem Beginn. Bitte prüfen Sie die Daten."
        yield Violation("days_out_of_order", message, field="valid_to")
    elif last < today:
        message = "Das Ende liegt in der Vergangenheit. Bitte prüfen Sie die Daten."
        yield Violation("days_in_past", message, field="valid_to")
    elif first is not None and (last - first).days >= LONGEST_DAYS:
        message = "Eine Vertretung dauert höchstens zwei Jahre. Wählen Sie ein früheres Ende."
        yield Violation("too_long", message, field="valid_to")
