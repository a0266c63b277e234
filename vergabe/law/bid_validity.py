"""Bid validity (Bindefrist): starts when the tender period ends, stated as a date."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from vergabe.errors import Violation
from vergabe.law import german
from vergabe.law.periods import Deadline, compute
from vergabe.law.results import Result
from vergabe.law.zone import last_day_before

_CAPS: Final[Mapping[str, str]] = {"VOB/A-EU": "VOBA-EU-10a-8", "VOB/A": "VOBA-10-4"}


def longest_without_reason(
    rule_set: str,
    submission_deadline_at: dt.datetime,
    land: str,
    *,
    started_on: dt.date | None = None,
) -> Result[Deadline] | None:
    """Return the last day of a bid validity that needs no special reason, or None.

    submission_deadline_at: aware end of the tender period. None where the law names no number
    (VgV, UVgO, NW-GO-75a): reasonable, stated as a date. Law: § 10a EU (8), § 10 (4) VOB/A.
    """
    rule = _CAPS.get(rule_set)
    if rule is None:
        return None
    return compute(rule, last_day_before(submission_deadline_at), land, started_on=started_on)


def reasons_against_validity(
    rule_set: str,
    submission_deadline_at: dt.datetime,
    valid_until: dt.date,
    land: str,
    *,
    reason: str = "",
    award_planned_on: dt.date | None = None,
    started_on: dt.date | None = None,
) -> list[Violation]:
    """Return why a bid validity ending on `valid_until` cannot stand; empty means it can.

    reason: why it is longer than usual. award_planned_on: planned day of the award.
    """
    found = []
    if valid_until <= last_day_before(submission_deadline_at):
        found.append(
            Violation(
                "validity_before_deadline",
                "Die Bindefrist endet nicht nach der Angebotsfrist.",
                field="valid_until",
            )
        )
    cap = longest_without_reason(rule_set, submission_deadline_at, land, started_on=started_on)
    if cap is not None and valid_until > cap.value.last_day and not reason.strip():
        found.append(
            Violation(
                "validity_needs_reason",
                f"Eine Bindefrist über den {german.date(cap.value.last_day)} hinaus "
                f"({cap.value.period.length} Kalendertage) braucht eine Begründung.",
                law=cap.law,
                field="reason",
            )
        )
    if award_planned_on is not None and award_planned_on > valid_until:
        found.append(
            Violation(
                "validity_before_award",
                f"Der geplante Zuschlag am {german.date(award_planned_on)} liegt nach dem Ende "
                f"der Bindefrist am {german.date(valid_until)}.",
                field="valid_until",
            )
        )
    return found
