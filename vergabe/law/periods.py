"""Periods (Fristen): which rule applies to a procedure and phase, and the day it ends.

The rows stand in `tables/periods.toml`. The row's version is chosen by the day the procedure began
(§ 187 (2) GWB). Source: procurement-rules.md, section 7.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.law import german, parameters, tables
from vergabe.law.counting import Counting, Period, count, with_deadline_shifted
from vergabe.law.errors import ImpossibleInput, UnknownRule
from vergabe.law.results import Explain, Result
from vergabe.law.tables import Row
from vergabe.law.wording import period_steps
from vergabe.law.working_days import Calendar, calendar_of
from vergabe.law.zone import local_day

# Rules under which the later publication day stated to the Publications Office starts a period.
_PUBLICATION_DAY: Final = "BT-738:"


class Kind(StrEnum):
    """What a period is for."""

    MINIMUM_PERIOD = "minimum_period"
    LATEST_ACT = "latest_act"
    STANDSTILL = "standstill"
    CAP = "cap"
    RETENTION = "retention"
    INFORMATION = "information"


@dataclass(frozen=True, kw_only=True)
class PeriodRow(Row):
    """One rule of the table `periods`; `length` is missing where the case gives it."""

    title: str
    rule_set: str
    procedures: tuple[str, ...]
    phase: str
    counting: str
    kind: str
    trigger: str
    length: int | None = None
    branches: tuple[str, ...] = ()
    notice_based: bool = False
    disputed_shift: bool = False


@dataclass(frozen=True, kw_only=True)
class AdditionRow(Row):
    """Days added to a minimum period in a special case (§ 41 (2), (3) VgV)."""

    title: str
    rule_set: str
    phase: str
    suffix: str
    flag: str
    days: int
    not_in_branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A computed end of a period, under a rule.

    period: counted as the statute says. shifted: the other reading, where a shift to the next
    working day is disputed and would move the end; None otherwise. Legal days are days in
    Europe/Berlin, instants aware UTC.
    """

    rule: str
    title: str
    kind: Kind
    trigger: str
    period: Period
    shifted: Period | None = None

    @property
    def last_day(self) -> dt.date:
        """Return the last day of the statutory period."""
        return self.period.last_day

    @property
    def deadline_at(self) -> dt.datetime:
        """Return the first instant after the statutory period."""
        return self.period.deadline_at

    @property
    def release_at(self) -> dt.datetime:
        """Return the first instant after the later of the two readings: act on this one."""
        return (self.shifted or self.period).deadline_at


def rows() -> tuple[PeriodRow, ...]:
    """Return all rows of the table."""
    return tables.rows("periods", PeriodRow)


def additions() -> tuple[AdditionRow, ...]:
    """Return all rows of the table of additions."""
    return tables.rows("period_additions", AdditionRow)


def rule(rule_id: str, on: dt.date) -> tuple[PeriodRow, AdditionRow | None]:
    """Return the row of a rule on a day and the addition its id names (`VgV-15-4+41`).

    Raises UnknownRule or NoRowInForce.
    """
    found = tables.versions("periods", PeriodRow, rule_id)
    addition = None
    if not found and "+" in rule_id:
        base, _, suffix = rule_id.rpartition("+")
        found = tables.versions("periods", PeriodRow, base)
        addition = _addition_named(found, f"+{suffix}", on)
        if addition is None:
            raise UnknownRule(rule_id)
    if not found:
        raise UnknownRule(rule_id)
    return tables.in_force(found, on, f"die Regel „{rule_id}“"), addition


def _addition_named(found: tuple[PeriodRow, ...], suffix: str, on: dt.date) -> AdditionRow | None:
    return next(
        (
            row
            for base in found
            for row in additions()
            if row.suffix == suffix and row.is_in_force(on) and _fits(base, row)
        ),
        None,
    )


def _fits(base: PeriodRow, addition: AdditionRow) -> bool:
    return (
        base.rule_set == addition.rule_set
        and base.phase == addition.phase
        and base.kind == Kind.MINIMUM_PERIOD
        and not set(base.branches) & set(addition.not_in_branches)
    )


def addition_for(base: PeriodRow, on: dt.date) -> AdditionRow | None:
    """Return the addition for documents that cannot be offered electronically, if one fits."""
    return next((row for row in additions() if row.is_in_force(on) and _fits(base, row)), None)


def event_day(
    row: PeriodRow,
    event: dt.date | dt.datetime,
    *,
    started_on: dt.date,
    requested_publication_on: dt.date | None,
) -> dt.date | dt.datetime:
    """Return what starts the period: the event, or the later publication day (BT-738).

    Only for periods that run from a notice, and only for procedures begun since 1 July 2026.
    Law: § 40 (1) sentence 2 VgV, § 23 (4) KonzVgV, § 40 (4) sentence 2 SektVO.
    """
    if (
        requested_publication_on is None
        or not row.notice_based
        or requested_publication_on <= local_day(event)
        or not parameters.is_in_force(_PUBLICATION_DAY + row.rule_set, started_on)
    ):
        return event
    return requested_publication_on


def publication_day_law(row: PeriodRow, started_on: dt.date) -> str:
    """Return the paragraph that makes the stated publication day the event day."""
    return parameters.parameter(_PUBLICATION_DAY + row.rule_set, started_on).law


def compute(
    rule_id: str,
    event: dt.date | dt.datetime,
    land: str,
    *,
    started_on: dt.date | None = None,
    requested_publication_on: dt.date | None = None,
    length: int | None = None,
    contract_end: dt.date | None = None,
) -> Result[Deadline]:
    """Return the end of the period a rule sets, counted from an event.

    event: a legal day or an aware instant. land: whose holidays count. started_on: day the
    procedure began, which picks the version of the law; None takes the event's day. length: only
    for rules without a length of their own. contract_end: retention only.
    Raises UnknownRule, NoRowInForce, ImpossibleInput.
    """
    begun = started_on or local_day(event)
    row, addition = rule(rule_id, begun)
    return compute_row(
        row,
        addition,
        event,
        calendar_of(land),
        started_on=begun,
        requested_publication_on=requested_publication_on,
        length=length,
        contract_end=contract_end,
    )


def compute_row(
    row: PeriodRow,
    addition: AdditionRow | None,
    event: dt.date | dt.datetime,
    calendar: Calendar,
    *,
    started_on: dt.date,
    requested_publication_on: dt.date | None = None,
    length: int | None = None,
    contract_end: dt.date | None = None,
) -> Result[Deadline]:
    """Return the end of the period of a row already chosen; see `compute`."""
    days = row.length if row.length is not None else length
    if days is None:
        raise ImpossibleInput(f"Zur Regel „{row.id}“ fehlt die Länge der Frist.", field="length")
    rule_id = row.id
    if addition is not None:
        days += addition.days
        rule_id += addition.suffix
    start = event_day(
        row, event, started_on=started_on, requested_publication_on=requested_publication_on
    )
    period = count(
        Counting(row.counting), start, days, calendar.is_working_day, contract_end=contract_end
    )
    shifted = None
    if row.disputed_shift and not calendar.is_working_day(period.last_day):
        shifted = with_deadline_shifted(period, calendar.is_working_day)
    return Result(
        value=Deadline(rule_id, row.title, Kind(row.kind), row.trigger, period, shifted),
        rule=rule_id,
        law=row.law if addition is None else f"{row.law}; {addition.law}",
        evidence=row.evidence,
        row=row,
        inputs={
            "event": event,
            "land": calendar.land,
            "started_on": started_on,
            "requested_publication_on": requested_publication_on,
        },
        open_question=row.open_question,
        explain=_explainer(row, addition, event, started_on, period, shifted, calendar),
    )


def _explainer(
    row: PeriodRow,
    addition: AdditionRow | None,
    event: dt.date | dt.datetime,
    started_on: dt.date,
    period: Period,
    shifted: Period | None,
    calendar: Calendar,
) -> Explain:
    def explain() -> list[str]:
        steps = [f"{row.title}: {row.law}, Auslöser: {row.trigger}."]
        if addition is not None:
            steps.append(f"{row.length} + {addition.days} = {period.length} Tage ({addition.law}).")
        if local_day(event) != period.event_day:
            steps.append(
                f"Statt der Absendung am {german.date(local_day(event))} zählt der genannte "
                f"spätere Tag der Veröffentlichung, der {german.date(period.event_day)} "
                f"({publication_day_law(row, started_on)}, Verfahren ab 01.07.2026)."
            )
        steps.extend(period_steps(period, calendar))
        if shifted is not None:
            steps.append(
                "Streitig ist, ob sich das Ende verschiebt. Mit Verschiebung wäre es "
                f"{german.long_date(shifted.last_day)}; maßgeblich für das Produkt ist der spätere "
                f"Zeitpunkt, {german.instant(shifted.deadline_at)}."
            )
        return steps

    return explain
