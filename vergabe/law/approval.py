"""Approval of agreements between municipalities: its fiction, its publication, what follows.

The rows stand in `tables/approvals.toml`, by Land and legal form. Nothing here is set by a job: the
fiction is worked out when asked, and a person confirms it. Source: procurement-rules.md, section
11, from an older version of § 24 GkG NRW: evidence "to be checked", and cautious where it is open.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from vergabe.law import german, tables
from vergabe.law.counting import Counting, count
from vergabe.law.results import Result, of_row
from vergabe.law.tables import Row
from vergabe.law.working_days import is_working_day

_ONE_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class ApprovalRow(Row):
    """How a kind of agreement is approved; objection_days None: silence approves nothing."""

    title: str
    land: str
    legal_form: str
    authority: str
    counting: str
    is_published: bool
    is_termination_notified: bool
    objection_days: int | None = None
    meeting_days: int = 0


@dataclass(frozen=True, kw_only=True)
class ApprovalFacts:
    """What happened at the supervisory authority; legal days in Europe/Berlin.

    received_on: the agreement arrived there. objections_on: it notified objections.
    meeting_named_on: it named the day of a meeting.
    """

    received_on: dt.date
    objections_on: dt.date | None = None
    meeting_named_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Fiction:
    """When silence counts as approval; last days inclusive.

    deemed_from: first day on which the agreement counts as approved; None if it cannot, then
    `obstacle` says why (German sentence).
    """

    objections_until: dt.date
    meeting_until: dt.date
    deemed_from: dt.date | None
    obstacle: str | None = None


def rows() -> tuple[ApprovalRow, ...]:
    """Return all rows of the table."""
    return tables.rows("approvals", ApprovalRow)


def rule_for(land: str | None, legal_form: str, on: dt.date) -> ApprovalRow | None:
    """Return how this kind of agreement is approved on a day, None if the tables know nothing."""
    fitting = [
        row
        for row in rows()
        if (row.land, row.legal_form) == (land, legal_form) and row.is_in_force(on)
    ]
    return max(fitting, key=lambda row: row.in_force_from, default=None)


def fiction(row: ApprovalRow, facts: ApprovalFacts) -> Result[Fiction] | None:
    """Return when silence of the authority counts as approval; None if the row knows no fiction.

    Cautious: both periods run one after the other; objections in the first, or a meeting named in
    either, leave only the approval itself. Raises ImpossibleInput for days outside the calendar.
    """
    if row.objection_days is None:
        return None
    working = is_working_day(row.land)
    counting = Counting(row.counting)
    first = count(counting, facts.received_on, row.objection_days, working)
    second = (
        count(counting, first.last_day, row.meeting_days, working) if row.meeting_days else first
    )
    obstacle = _obstacle(facts, first.last_day, second.last_day)
    found = Fiction(
        objections_until=first.last_day,
        meeting_until=second.last_day,
        deemed_from=None if obstacle else second.last_day + _ONE_DAY,
        obstacle=obstacle,
    )
    return of_row(
        found,
        row,
        inputs={
            "received_on": facts.received_on,
            "objections_on": facts.objections_on,
            "meeting_named_on": facts.meeting_named_on,
        },
        explain=lambda: _steps(row, facts, found),
    )


def _obstacle(facts: ApprovalFacts, first: dt.date, second: dt.date) -> str | None:
    if facts.objections_on is not None and facts.objections_on <= first:
        return (
            f"Die Aufsicht hat am {german.date(facts.objections_on)} Bedenken mitgeteilt. Es zählt "
            "nur noch die erteilte Genehmigung."
        )
    if facts.meeting_named_on is not None and facts.meeting_named_on <= second:
        return (
            f"Die Aufsicht hat am {german.date(facts.meeting_named_on)} einen Termin genannt. Es "
            "zählt nur noch die erteilte Genehmigung."
        )
    return None


def _steps(row: ApprovalRow, facts: ApprovalFacts, found: Fiction) -> list[str]:
    steps = [
        f"Eingang bei der Aufsicht: {german.long_date(facts.received_on)}. Der Tag zählt nicht "
        "mit.",
        f"{row.objection_days} Tage für Bedenken: bis {german.long_date(found.objections_until)}.",
    ]
    if row.meeting_days:
        steps.append(
            f"Weitere {row.meeting_days} Tage für einen Termin zur Erörterung: bis "
            f"{german.long_date(found.meeting_until)}."
        )
    if found.deemed_from is not None:
        steps.append(
            f"Schweigt die Aufsicht bis dahin, gilt die Genehmigung ab "
            f"{german.long_date(found.deemed_from)} als erteilt."
        )
    return [*steps, *filter(None, [found.obstacle])]


def first_day_in_force(row: ApprovalRow, published_on: dt.date) -> Result[dt.date]:
    """Return the first day on which a published agreement may count: the day after publication."""
    day = published_on + _ONE_DAY
    return of_row(
        day,
        row,
        inputs={"published_on": published_on},
        explain=lambda: [
            f"Bekannt gemacht am {german.long_date(published_on)}, wirksam ab dem Tag danach: "
            f"{german.long_date(day)}."
        ],
    )
