"""An outage of the platform near a deadline: whether it matters, and the extension to propose.

No statute names this case. The rows of `tables/outages.toml` say what the proposal rests on and
carry the open question; every number is a cautious convention that a lawyer can change by data.
Source: procurement-rules.md, 7.1 (extension in proportion), 8.4 (holidays of all Länder), 10.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vergabe.law import german, tables
from vergabe.law.answers import moved_deadline
from vergabe.law.results import Result, of_row
from vergabe.law.tables import Row
from vergabe.law.working_days import calendar_of
from vergabe.law.zone import last_day_before, local_day

_ONE_DAY: Final = dt.timedelta(days=1)
REOPENING_QUESTION: Final = (
    "Ob eine abgelaufene Angebotsfrist neu eröffnet werden darf, regelt kein Gesetz ausdrücklich. "
    "Vertretbar erscheint es nur, solange kein Angebot geöffnet ist (§ 55 Abs. 1 VgV), alle "
    "Unternehmen es gleichzeitig erfahren, eingegangene Angebote geändert oder zurückgezogen "
    "werden können (§ 97 Abs. 1 und 2 GWB) und die Gründe in der Akte stehen (§ 8 VgV). Die "
    "Alternative ist, das Verfahren aufzuheben (§ 63 VgV) oder nur zu prüfen, wer eine Verspätung "
    "nicht zu vertreten hat (§ 57 Abs. 1 Nr. 1 VgV). Lassen Sie den Schritt vorher rechtlich "
    "prüfen."
)


@dataclass(frozen=True, kw_only=True)
class OutageRow(Row):
    """What an outage means for the procedures of some rule sets; no rule sets: all others."""

    title: str
    rule_sets: tuple[str, ...]
    hours_before: int
    clear_working_days: int
    reopening_working_days: int

    @property
    def reach(self) -> dt.timedelta:
        """Return how long before a deadline an outage still matters."""
        return dt.timedelta(hours=self.hours_before)


@dataclass(frozen=True)
class Window:
    """An outage: from the first instant that is not served to the first that is again (UTC)."""

    began_at: dt.datetime
    ended_at: dt.datetime

    def touches(self, deadline_at: dt.datetime, reach: dt.timedelta) -> bool:
        """Return whether the outage lies in the last `reach` before a deadline."""
        return self.began_at < deadline_at and self.ended_at > deadline_at - reach

    def holds(self, deadline_at: dt.datetime) -> bool:
        """Return whether the deadline ended while the platform was away."""
        return self.began_at < deadline_at <= self.ended_at

    def lost_before(self, deadline_at: dt.datetime, reach: dt.timedelta) -> dt.timedelta:
        """Return how much of the last `reach` before a deadline the outage took."""
        first = max(self.began_at, deadline_at - reach)
        return max(min(self.ended_at, deadline_at) - first, dt.timedelta(0))


@dataclass(frozen=True)
class OutageFacts:
    """A procedure whose deadlines an outage may touch; instants aware UTC.

    started_on selects the row; land: of the lead; lands: of all members.
    """

    rule_set: str
    started_on: dt.date
    submission_deadline: dt.datetime
    enquiries_deadline: dt.datetime | None
    land: str
    lands: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutageExtension:
    """What to propose after an outage.

    lost: time taken from the last hours before a deadline; lies_inside: the deadline for bids ended
    within the outage; needs_reopening: it is over now, so that extending means opening it anew.
    enquiries_deadline: None where it stays as it is.
    """

    lost: dt.timedelta
    lies_inside: bool
    needs_reopening: bool
    submission_deadline: dt.datetime
    enquiries_deadline: dt.datetime | None


def rows() -> tuple[OutageRow, ...]:
    """Return all rows of the table."""
    return tables.rows("outages", OutageRow)


def row_for(rule_set: str, on: dt.date) -> OutageRow:
    """Return the row for the procedures of a rule set begun on a day. Raises NoRowInForce."""
    named = [row for row in rows() if rule_set in row.rule_sets]
    others = [row for row in rows() if not row.rule_sets]
    return tables.in_force(named or others, on, "die Regeln zum Ausfall der Plattform")


def longest_reach() -> dt.timedelta:
    """Return the longest time before a deadline in which any row lets an outage matter."""
    return max(row.reach for row in rows())


def is_touched(facts: OutageFacts, window: Window) -> bool:
    """Return whether an outage lies near the deadline for bids or the one for questions."""
    reach = row_for(facts.rule_set, facts.started_on).reach
    return any(window.touches(deadline, reach) for deadline in _deadlines(facts))


def _deadlines(facts: OutageFacts) -> list[dt.datetime]:
    return [d for d in (facts.submission_deadline, facts.enquiries_deadline) if d is not None]


def extension(
    facts: OutageFacts, windows: Sequence[Window], *, now: dt.datetime
) -> Result[OutageExtension]:
    """Return the extension to propose if it is published now, with its steps.

    Both deadlines move by the same days, so that questions and answers keep their room: by every
    24 hours begun of what was lost, and so far that full working days remain after today. The
    new end keeps its local time and falls on a working day in every Land involved.
    windows: outages that touch a deadline, without overlap; at least one.
    """
    row = row_for(facts.rule_set, facts.started_on)
    needs_reopening = now >= facts.submission_deadline
    clear_days = row.reopening_working_days if needs_reopening else row.clear_working_days
    lands = tuple(dict.fromkeys((facts.land, *facts.lands)))
    earliest = _after_clear_days(local_day(now), clear_days, lands)
    touched = [
        deadline
        for deadline in _deadlines(facts)
        if any(window.touches(deadline, row.reach) for window in windows)
    ]
    lost = max(
        (_lost(windows, deadline, row.reach) for deadline in touched), default=dt.timedelta(0)
    )
    lost_days = max(-(-lost // _ONE_DAY), 1)
    shift = max(
        (
            (max(last_day_before(deadline) + lost_days * _ONE_DAY, earliest))
            - last_day_before(deadline)
        ).days
        for deadline in touched or [facts.submission_deadline]
    )
    submission = _moved(facts.submission_deadline, shift, lands)
    questions = facts.enquiries_deadline
    moves_questions = questions is not None and (questions in touched or questions > now)
    found = OutageExtension(
        lost=lost,
        lies_inside=any(window.holds(facts.submission_deadline) for window in windows),
        needs_reopening=needs_reopening,
        submission_deadline=submission,
        enquiries_deadline=min(_moved(questions, shift, lands), submission)
        if questions is not None and moves_questions
        else None,
    )
    return of_row(
        found,
        row,
        inputs={"deadline": facts.submission_deadline, "published_at": now},
        explain=lambda: _steps(facts, found, row, lost_days, clear_days),
    )


def _lost(windows: Sequence[Window], deadline_at: dt.datetime, reach: dt.timedelta) -> dt.timedelta:
    return sum((window.lost_before(deadline_at, reach) for window in windows), dt.timedelta(0))


def _after_clear_days(today: dt.date, clear_days: int, lands: Sequence[str]) -> dt.date:
    """Return the first working day on which so many full working days have passed since today."""
    day = today
    for _ in range(clear_days + 1):
        day = _working_day_everywhere(day + _ONE_DAY, lands)
    return day


def _working_day_everywhere(day: dt.date, lands: Sequence[str]) -> dt.date:
    calendars = [calendar_of(land) for land in lands]
    while not all(calendar.is_working_day(day) for calendar in calendars):
        day += _ONE_DAY
    return day


def _moved(deadline_at: dt.datetime, days: int, lands: Sequence[str]) -> dt.datetime:
    day = last_day_before(deadline_at) + days * _ONE_DAY
    return moved_deadline(deadline_at, _working_day_everywhere(day, lands), lands[0])


def _steps(
    facts: OutageFacts, found: OutageExtension, row: OutageRow, lost_days: int, clear_days: int
) -> tuple[str, ...]:
    minutes = -(-found.lost // dt.timedelta(minutes=1))
    days = german.count(lost_days, "Tag", "Tage")
    full = german.count(clear_days, "voller Arbeitstag", "volle Arbeitstage")
    return (
        f"Von den letzten {row.hours_before} Stunden vor dem Ende der Frist "
        f"({german.instant(facts.submission_deadline)} für Angebote) fehlten "
        f"{german.count(minutes, 'Minute', 'Minuten')}.",
        f"Angefangene 24 Stunden zählen ganz: mindestens {days} länger.",
        f"Nach der Bekanntmachung der neuen Frist bleiben mindestens {full}"
        + (", weil die Frist neu eröffnet wird." if found.needs_reopening else "."),
        f"Neues Ende der Angebotsfrist: {german.instant(found.submission_deadline)}, ein "
        "Arbeitstag in allen beteiligten Ländern.",
    )
