"""What people wish of a timetable: days, lengths and circumstances, as plain data."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from vergabe.errors import Violation
from vergabe.law import german
from vergabe.texts import lazy

# Lengths by name: German label and unit. Names are those of law.legs.PlanFacts.
LENGTHS: Final[Mapping[str, tuple[str, str]]] = {
    "joining_days": (lazy("Beitrittsfenster"), lazy("Kalendertage")),
    "preparation_working_days": (lazy("Vorbereitung der Bekanntmachung"), lazy("Arbeitstage")),
    "participation_days": (
        lazy("Teilnahmefrist, falls länger als das Minimum"),
        lazy("Kalendertage"),
    ),
    "request_evaluation_working_days": (lazy("Prüfung der Teilnahmeanträge"), lazy("Arbeitstage")),
    "tender_days": (lazy("Angebotsfrist, falls länger als das Minimum"), lazy("Kalendertage")),
    "evaluation_working_days": (lazy("Wertung der Angebote"), lazy("Arbeitstage")),
    "decision_working_days": (lazy("Bis zur Entscheidung über den Zuschlag"), lazy("Arbeitstage")),
    "lead_time_days": (lazy("Vom Zuschlag bis zur Leistung"), lazy("Kalendertage")),
}
FLAGS: Final[Mapping[str, str]] = {
    "urgent": lazy("Hinreichend begründete Dringlichkeit"),
    "pin_published": lazy("Vorinformation wurde rechtzeitig veröffentlicht"),
    "by_post": lazy("Bieter werden per Post über die Entscheidung informiert"),
}
DAYS: Final[Mapping[str, str]] = {
    "performance_on": lazy("Gewünschter Beginn der Leistung"),
    "begins_on": lazy("Beginn der Vorbereitung"),
    "council_on": lazy("Letzte Gremiensitzung vor der Bekanntmachung"),
}
LONGEST_DAYS: Final = 730
FURTHEST_YEARS: Final = 20


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """Wishes of a timetable; None: nobody chose, the usual applies.

    performance_on: wished start of performance; begins_on: day on which work begins (else today);
    council_on: the notice goes out after it; procedure: code of a procedure; award_body: name of
    the lead's body that decides on the award. Lengths as in law.legs.PlanFacts.
    """

    performance_on: dt.date | None = None
    begins_on: dt.date | None = None
    council_on: dt.date | None = None
    procedure: str | None = None
    award_body: str | None = None
    joining_days: int | None = None
    preparation_working_days: int | None = None
    participation_days: int | None = None
    request_evaluation_working_days: int | None = None
    tender_days: int | None = None
    evaluation_working_days: int | None = None
    decision_working_days: int | None = None
    lead_time_days: int | None = None
    urgent: bool = False
    pin_published: bool = False
    by_post: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return what was chosen as JSON values; days as ISO texts, the usual left out."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in given.items()
            if value is not None and value is not False
        }

    def lengths(self) -> dict[str, int]:
        """Return the chosen lengths by name."""
        found = {name: getattr(self, name) for name in LENGTHS}
        return {name: value for name, value in found.items() if value is not None}


def from_dict(stored: Mapping[str, Any]) -> Wishes:
    """Return wishes from what `as_dict` gave; entries that are no longer known are left out."""
    known = {field.name for field in fields(Wishes)}
    values: dict[str, Any] = {
        name: dt.date.fromisoformat(value) if name in DAYS else value
        for name, value in stored.items()
        if name in known
    }
    return Wishes(**values)


def reasons_against(wishes: Wishes, today: dt.date) -> list[Violation]:
    """Return why these wishes cannot be planned on a legal day; empty means they can."""
    reasons = [
        Violation(
            "length_out_of_range",
            f"{label}: bitte 0 bis {LONGEST_DAYS} Tage angeben.",
            field=name,
        )
        for name, (label, _) in LENGTHS.items()
        if not 0 <= (getattr(wishes, name) or 0) <= LONGEST_DAYS
    ]
    for name, label in DAYS.items():
        day = getattr(wishes, name)
        if day is not None:
            reasons += _about_day(name, label, day, today)
    if wishes.performance_on and wishes.begins_on and wishes.performance_on < wishes.begins_on:
        reasons.append(
            Violation(
                "days_out_of_order",
                "Die Leistung kann nicht vor der Vorbereitung beginnen.",
                field="performance_on",
            )
        )
    return reasons


def _about_day(name: str, label: str, day: dt.date, today: dt.date) -> list[Violation]:
    if day < today:
        return [
            Violation(
                "day_in_past",
                f"{label}: Der {german.date(day)} liegt in der Vergangenheit. Bitte einen Tag ab "
                f"heute, {german.date(today)}, angeben.",
                field=name,
            )
        ]
    if day.year - today.year > FURTHEST_YEARS:
        return [
            Violation(
                "day_too_far",
                f"{label}: Der {german.date(day)} liegt mehr als {FURTHEST_YEARS} Jahre in der "
                "Zukunft.",
                field=name,
            )
        ]
    return []
