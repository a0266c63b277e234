"""Kinds of bodies, and what a calendar of meetings must obey: pure functions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What kind of body it is."""

    COUNCIL = "council"
    COMMITTEE = "committee"
    OFFICE = "office"  # one person decides: mayor, district administrator
    OTHER = "other"


KIND_NAMES: Final[Mapping[Kind, str]] = {
    Kind.COUNCIL: "Rat, Kreistag oder Versammlung",
    Kind.COMMITTEE: "Ausschuss",
    Kind.OFFICE: "Leitung der Verwaltung",
    Kind.OTHER: "Anderes Gremium",
}
