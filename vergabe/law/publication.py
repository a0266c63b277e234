"""Publishing notices: the wished day in the OJ (BT-738) and national publication (§ 40 VgV)."""

import datetime as dt
from typing import Final

from vergabe.errors import Violation
from vergabe.law import german, parameters
from vergabe.law.periods import Deadline, compute
from vergabe.law.results import Result

_RULES: Final = {"KonzVgV": "KonzVgV-23-3"}


def national_publication(
    confirmed_at: dt.datetime,
    land: str,
    *,
    rule_set: str = "VgV",
    published_in_oj_at: dt.datetime | None = None,
) -> tuple[dt.datetime, Result[Deadline]]:
    """Return the first instant of a national publication, and how the 48 hours were counted.

    confirmed_at: confirmation of receipt (concessions: of publication) by the Publications Office.
    published_in_oj_at: an earlier publication in the OJ releases the national one at once, except
    for concessions. All instants aware. Law: § 40 (3) VgV, § 23 (3) KonzVgV.
    """
    found = compute(_RULES.get(rule_set, "VgV-40-3"), confirmed_at, land)
    earliest = found.value.deadline_at
    if published_in_oj_at is not None and rule_set not in _RULES:
        earliest = min(earliest, published_in_oj_at)
    return earliest, found


def reasons_against_requested_day(sent_on: dt.date, requested_on: dt.date) -> list[Violation]:
    """Return why the wished day of publication (BT-738) does not fit the day of dispatch (BT-05).

    Less than two days ahead the field is dropped, more than sixty days are not possible.
    """
    days = (requested_on - sent_on).days
    earliest = parameters.parameter("BT-738-earliest", sent_on)
    latest = parameters.parameter("BT-738-latest", sent_on)
    if earliest.is_met_by(days) and latest.is_met_by(days):
        return []
    first = sent_on + dt.timedelta(days=earliest.number)
    last = sent_on + dt.timedelta(days=latest.number)
    return [
        Violation(
            "requested_publication_day",
            f"Der gewünschte Tag der Veröffentlichung muss zwischen {german.date(first)} und "
            f"{german.date(last)} liegen.",
            law=earliest.law,
            field="requested_publication_on",
        )
    ]
