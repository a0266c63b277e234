"""What is due after the award: notices, statistics, answers to bidders, keeping the file."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vergabe.law import german, parameters
from vergabe.law.counting import add_months
from vergabe.law.periods import Deadline, compute
from vergabe.law.results import Result
from vergabe.law.zone import local_day

_AWARD_NOTICES: Final[Mapping[str, str]] = {
    "VgV": "VgV-39-1",
    "VgV-social": "VgV-39-1",
    "VOB/A-EU": "VgV-39-1",
    "KonzVgV": "KonzVgV-21-1",
    "SektVO": "SektVO-38-1",
}
_QUARTERLY: Final[Mapping[str, str]] = {
    "dps": "VgV-39-4",
    "social": "VgV-66-3",
    "social_concession": "KonzVgV-22-2",
}


def award_notice(
    rule_set: str, awarded: dt.date | dt.datetime, land: str, *, started_on: dt.date | None = None
) -> Result[Deadline] | None:
    """Return the last day for the award notice, or None below the threshold (§ 39 (1) VgV)."""
    rule = _AWARD_NOTICES.get(rule_set)
    return None if rule is None else compute(rule, awarded, land, started_on=started_on)


def quarterly_award_notice(
    kind: str, awarded: dt.date | dt.datetime, land: str
) -> Result[Deadline]:
    """Return the last day of the bundled award notice of a quarter.

    kind: `dps`, `social` or `social_concession`. Law: §§ 39 (4), 66 (3) VgV, § 22 (2) KonzVgV.
    """
    return compute(_QUARTERLY[kind], quarter_end(local_day(awarded)), land)


def quarter_end(day: dt.date) -> dt.date:
    """Return the last day of the calendar quarter a day lies in."""
    first_month = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return add_months(first_month, 3) - dt.timedelta(days=1)


def modification_notice(changed: dt.date | dt.datetime, land: str) -> Result[Deadline]:
    """Return the last day to publish a modification under § 132 (2) nos. 2, 3 GWB.

    Raises NoRowInForce for changes before 1 July 2026: until then no number of days was set.
    Law: § 39 (5) VgV.
    """
    return compute("VgV-39-5", changed, land)


@dataclass(frozen=True)
class StatisticsReport:
    """When the award must be reported, and when to remind; days in Europe/Berlin."""

    deadline: Deadline
    remind_on: tuple[dt.date, dt.date]


def statistics_report(
    awarded: dt.date | dt.datetime, land: str, *, started_on: dt.date | None = None
) -> Result[StatisticsReport]:
    """Return the end of the 60 days of the procurement statistics and the days of reminders.

    No shift is relied on. Law: § 1 (2) VergStatVO.
    """
    found = compute("VergStatVO-1-2", awarded, land, started_on=started_on)
    day = local_day(awarded)
    first, second = (
        day + dt.timedelta(days=parameters.parameter(f"statistics-reminder-{which}", day).number)
        for which in ("first", "second")
    )
    return Result(
        value=StatisticsReport(found.value, (first, second)),
        rule=found.rule,
        law=found.law,
        evidence=found.evidence,
        row=found.row,
        inputs=found.inputs,
        open_question=found.open_question,
        explain=lambda: (
            *found.steps,
            f"Erinnert wird am {german.date(first)} und am {german.date(second)}.",
        ),
    )


def debrief(
    requested: dt.date | dt.datetime, land: str, *, rule_set: str = "VgV"
) -> Result[Deadline] | None:
    """Return the last day to give a bidder the reasons asked for; None where no rule says so.

    Without delay, at latest 15 days after receipt. Law: § 62 (2) VgV, § 46 (1) UVgO.
    """
    if rule_set in ("VgV", "VgV-social"):
        return compute("VgV-62-2", requested, land)
    return compute("UVgO-46-1", requested, land) if rule_set == "UVgO" else None


def retention(
    awarded: dt.date | dt.datetime,
    contract_end: dt.date | None,
    land: str,
    *,
    rule_set: str = "VgV",
) -> Result[Deadline]:
    """Return until when the file must be kept; deleting is allowed from `deadline_at`.

    contract_end: end of the contract or framework, None if not known yet: then the result is only
    the floor of three years. Law: § 8 (4) VgV, § 6 (2) UVgO.
    """
    rule = "UVgO-6-2" if rule_set in ("UVgO", "VOB/A", "NW-GO-75a", "NW-KVG") else "VgV-8-4"
    return compute(rule, awarded, land, contract_end=contract_end)


def register_answer_usable(
    answered: dt.date | dt.datetime, award_on: dt.date, land: str
) -> Result[Deadline] | None:
    """Return until when an answer of the competition register saves a new query.

    None if it is too old on the day of the award. Two months. Law: § 6 (1) sentence 5 WRegG.
    """
    found = compute("WRegG-6-1-reuse", answered, land)
    return found if local_day(answered) <= award_on <= found.value.last_day else None
