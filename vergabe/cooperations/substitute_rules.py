"""What a substitution may be: roles, days, states; pure."""

import datetime as dt
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
class Wish:
    """A substitution to offer; days inclusive (Europe/Berlin).

    email: of the person; substitute_for: address of whom they stand in for, empty for the role.
    """

    email: str
    role: Role
    valid_from: dt.date
    valid_to: dt.date
    reason: str
    substitute_for: str = ""


def against_days(wish: Wish, today: dt.date) -> list[Violation]:
    """Return what is wrong with role and days of a wish; `today`: legal day in Europe/Berlin."""
    found = [
        *entries.against_day(wish.valid_from, "valid_from"),
        *entries.against_day(wish.valid_to, "valid_to"),
    ]
    if found:
        return found
    if wish.role not in SUBSTITUTED_ROLES:
        message = "In dieser Rolle kann niemand aus einem anderen Mitglied vertreten."
        found.append(Violation("role_not_substituted", message, field="role"))
    if wish.valid_to < wish.valid_from:
        message = "Das Ende liegt vor dem Beginn. Bitte prüfen Sie die Daten."
        found.append(Violation("days_out_of_order", message, field="valid_to"))
    elif wish.valid_to < today:
        message = "Das Ende liegt in der Vergangenheit. Bitte prüfen Sie die Daten."
        found.append(Violation("days_in_past", message, field="valid_to"))
    elif (wish.valid_to - wish.valid_from).days >= LONGEST_DAYS:
        message = "Eine Vertretung dauert höchstens zwei Jahre. Wählen Sie ein früheres Ende."
        found.append(Violation("too_long", message, field="valid_to"))
    if wish.valid_from < today:
        message = "Eine Vertretung beginnt frühestens heute; rückwirkend gibt es sie nicht."
        found.append(Violation("begins_in_past", message, field="valid_from"))
    return found
