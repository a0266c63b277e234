"""Minimum periods (Mindestfristen): which one applies to a procedure and phase.

Order of evaluation and additions: procurement-rules.md, section 7. A by-law of the participants
can ask for more; where the law names no number of days, the result says what it says instead.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from vergabe.law import german, tables
from vergabe.law.counting import bgb_days
from vergabe.law.errors import UnknownRule
from vergabe.law.periods import (
    Deadline,
    Kind,
    PeriodRow,
    addition_for,
    compute_row,
    rows,
)
from vergabe.law.results import Explain, Result
from vergabe.law.tables import Row
from vergabe.law.wording import period_steps
from vergabe.law.working_days import Calendar, calendar_of
from vergabe.law.zone import local_day

# Order in which the cases of a minimum period are examined (procurement-rules.md, 7.1): reductions
# do not add up.
BRANCHES: Final = ("urgent", "pin", "agreement_failed", "electronic", "base")


@dataclass(frozen=True, kw_only=True)
class NoMinimumRow(Row):
    """Where the law names no number of days, and what it says instead."""

    rule_set: str
    procedures: tuple[str, ...]
    phases: tuple[str, ...]
    text: str


@dataclass(frozen=True, kw_only=True)
class ProcedureFacts:
    """What the choice of a minimum period depends on.

    rule_set: `VgV`, `VgV-social`, `VOB/A-EU`, `KonzVgV`, `UVgO`, `VOB/A`, `NW-GO-75a` …, as
    `regime.Regime.rule_set` gives it; procedure: code of procurement-rules.md, section 6;
    land: seat of the lead; started_on: day of initiation, None for the day of the event;
    requested_publication_on: the later day stated to the Publications Office (BT-738);
    bylaw_days: the strictest minimum period of the participants' by-laws, in calendar days;
    bylaw_deciders: whose by-laws ask for it.
    """

    rule_set: str
    procedure: str
    land: str
    started_on: dt.date | None = None
    electronic_submission: bool = True
    pin_published: bool = False
    urgent: bool = False
    agreement_failed: bool = False
    documents_not_electronic: bool = False
    requested_publication_on: dt.date | None = None
    bylaw_days: int | None = None
    bylaw_deciders: tuple[str, ...] = ()


def no_minimum_rows() -> tuple[NoMinimumRow, ...]:
    """Return all rows that say where there is no minimum."""
    return tables.rows("no_minimum", NoMinimumRow)


def select_minimum(facts: ProcedureFacts, phase: str, on: dt.date) -> PeriodRow | None:
    """Return the row of the minimum period that applies, or None if the law names no number.

    Order: urgent, prior information, failed agreement, electronic, base.
    """
    candidates = [
        row
        for row in rows()
        if row.rule_set == facts.rule_set
        and row.phase == phase
        and facts.procedure in row.procedures
        and row.kind == Kind.MINIMUM_PERIOD
        and row.is_in_force(on)
    ]
    holds: Mapping[str, bool] = {
        "urgent": facts.urgent,
        "pin": facts.pin_published,
        "agreement_failed": facts.agreement_failed,
        "electronic": facts.electronic_submission,
        "base": True,
    }
    for branch in BRANCHES:
        for row in candidates:
            if holds[branch] and branch in row.branches:
                return row
    return None


def minimum_period(
    facts: ProcedureFacts, phase: str, event: dt.date | dt.datetime
) -> Result[Deadline | None]:
    """Return the minimum period of a phase (`participation`, `tender`, `interest-confirmation`).

    event: dispatch of the contract notice, or of the invitation in later phases. The value is None
    where the law only asks for a reasonable period; the steps then say so. A by-law's minimum
    counts where it ends later. Raises UnknownRule if nothing at all is known about the procedure.
    """
    on = facts.started_on or local_day(event)
    row = select_minimum(facts, phase, on)
    statutory: Result[Deadline] | None = None
    if row is not None:
        addition = addition_for(row, on) if facts.documents_not_electronic else None
        statutory = compute_row(
            row,
            addition,
            event,
            calendar_of(facts.land),
            started_on=on,
            requested_publication_on=facts.requested_publication_on,
        )
    if facts.bylaw_days is not None:
        bylaw = _bylaw_period(
            facts.bylaw_days, facts.bylaw_deciders, phase, event, calendar_of(facts.land)
        )
        if statutory is None or bylaw.value.deadline_at > statutory.value.deadline_at:
            return _widened(bylaw)
    return _widened(statutory) if statutory is not None else _no_minimum(facts, phase, on)


def _widened(result: Result[Deadline]) -> Result[Deadline | None]:
    values: dict[str, Any] = {item.name: getattr(result, item.name) for item in fields(result)}
    return Result[Deadline | None](**values)


def _bylaw_period(
    days: int,
    deciders: tuple[str, ...],
    phase: str,
    event: dt.date | dt.datetime,
    calendar: Calendar,
) -> Result[Deadline]:
    period = bgb_days(event, days)
    title = "Mindestfrist aus der Satzung der Beteiligten"
    whose = f" ({german.join(deciders)})" if deciders else ""
    return Result(
        value=Deadline("bylaw", title, Kind.MINIMUM_PERIOD, phase, period),
        rule="bylaw",
        law="§ 75a Abs. 2 GO NRW in Verbindung mit der Satzung",
        evidence=tables.Evidence.CONVENTION,
        inputs={"event": event, "days": days, "land": calendar.land},
        explain=lambda: (
            f"Die strengste Satzung der Beteiligten{whose} verlangt mindestens {days} "
            "Kalendertage.",
            *period_steps(period, calendar),
        ),
    )


def _no_minimum(facts: ProcedureFacts, phase: str, on: dt.date) -> Result[Deadline | None]:
    for row in no_minimum_rows():
        if (
            row.rule_set == facts.rule_set
            and phase in row.phases
            and (facts.procedure in row.procedures or "any" in row.procedures)
            and row.is_in_force(on)
        ):
            return Result(
                value=None,
                rule=row.id,
                law=row.law,
                evidence=row.evidence,
                row=row,
                inputs={"procedure": facts.procedure, "phase": phase, "started_on": on},
                open_question=row.open_question,
                explain=_saying(row.text),
            )
    raise UnknownRule(f"{facts.rule_set}, {facts.procedure}, {phase}")


def _saying(text: str) -> Explain:
    return lambda: (text,)
