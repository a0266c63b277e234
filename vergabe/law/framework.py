"""Framework agreements (Rahmenvereinbarung): how long they may run."""

import datetime as dt

from vergabe.errors import Violation
from vergabe.law import german, parameters
from vergabe.law.results import Result, of_row


def longest_term(on: dt.date, *, social: bool = False) -> Result[int]:
    """Return the longest term in months without a special reason.

    on: day the procedure began. Four years; social services eight (until 30 June 2026: six).
    Law: §§ 21 (6), 65 (2) VgV.
    """
    row = parameters.parameter("VgV-65-2" if social else "VgV-21-6", on)
    return of_row(
        row.number,
        row,
        inputs={"on": on, "social": social},
        explain=lambda: (f"{row.title}: {row.number} Monate ({row.law}).",),
    )


def reasons_against_term(
    months: int, on: dt.date, *, social: bool = False, special_reason: str = ""
) -> list[Violation]:
    """Return why a framework agreement may not run that long; empty means it may."""
    longest = longest_term(on, social=social)
    if months <= longest.value or special_reason.strip():
        return []
    return [
        Violation(
            "framework_too_long",
            f"Eine Laufzeit von {german.count(months, 'Monat', 'Monaten')} ist länger als "
            f"{longest.value} Monate; das braucht einen Sonderfall mit Begründung.",
            law=longest.law,
            field="months",
        )
    ]
