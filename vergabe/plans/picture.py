"""The picture of a timetable: from computed days to the plain data of a drawing."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from vergabe.charts.timeline import (
    Bar,
    BarKind,
    DayLine,
    Mark,
    MarkKind,
    Row,
    Timeline,
)
from vergabe.law import german
from vergabe.law.timetable import Direction, Step
from vergabe.law.working_days import calendar_of
from vergabe.plans import rules
from vergabe.plans.decision_lines import DecisionLine
from vergabe.plans.timetables import MilestoneLine, StepLine, TimetableView

_ONE_DAY: Final = dt.timedelta(days=1)
_KNOWN_YEARS: Final = range(1991, 2100)


def timeline_of(view: TimetableView) -> Timeline | None:
    """Return the picture of a timetable; None if there is nothing to draw."""
    planned = view.planned
    if planned is None:
        return None
    is_forward = planned.direction is Direction.FORWARD
    rows = [_step_row(line, is_forward=is_forward) for line in view.steps]
    rows += decision_rows(view.decisions)
    rows += milestone_rows(view.milestones)
    lines = [DayLine(view.today, f"heute, {german.date(view.today)}")]
    if planned.wished_on is not None:
        label = f"gewünschter Beginn, {german.date(planned.wished_on)}"
        lines.append(DayLine(planned.wished_on, label, "wish"))
    way = "vorwärts ab dem" if is_forward else "rückwärts bis zum"
    begins_on, ends_on = planned.shown.begins_on, planned.shown.performance_on
    return Timeline(
        title=f"Zeitplan {view.subject.reference}",
        description=(
            f"{len(view.steps)} Schritte, gerechnet {way} {german.date(begins_on)}, Beginn der "
            f"Leistung am {german.date(ends_on)}. Dieselben Tage stehen in der Tabelle darunter."
        ),
        rows=tuple(rows),
        lines=tuple(lines),
        holidays=holidays(view.subject.land, begins_on, ends_on),
    )


def holidays(land: str, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Return the public holidays of a Land in the years of two days."""
    years = (year for year in range(first.year - 1, last.year + 2) if year in _KNOWN_YEARS)
    return tuple(day for year in years for day in calendar_of(land).holidays(year))


def _step_row(line: StepLine, *, is_forward: bool) -> Row:
    step = line.step
    bars = [Bar(step.begins_on, step.ends_on, _kind(step), step.reason)]
    marks: list[Mark] = []
    if is_forward and line.latest_on is not None and not step.is_known:
        marks.append(
            Mark(line.latest_on, MarkKind.LATEST, f"spätestens {german.date(line.latest_on)}")
        )
        if line.latest_on > step.ends_on:
            bars.append(Bar(step.ends_on + _ONE_DAY, line.latest_on, BarKind.SLACK))
        elif line.latest_on < step.ends_on:
            # Behind the bar itself, which covers it where the two meet.
            bars.insert(0, Bar(line.latest_on + _ONE_DAY, step.ends_on, BarKind.LATE))
    return Row(step.title, _subtitle(step, line, is_forward), tuple(bars), tuple(marks))


def _kind(step: Step) -> BarKind:
    if step.is_known:
        return BarKind.DONE
    return BarKind.STATUTORY if step.is_statutory else BarKind.CHOSEN


def _subtitle(step: Step, line: StepLine, is_forward: bool) -> str:
    if step.ends_at is not None:
        return german.instant(step.ends_at) if not is_forward else _short_instant(step.ends_at)
    if is_forward and line.latest_on is not None and not step.is_known:
        return f"{german.date(step.ends_on)}, spätestens {german.date(line.latest_on)}"
    return german.long_date(step.ends_on)


def _short_instant(at: dt.datetime) -> str:
    return german.instant(at).split(", ", 1)[1]


def decision_rows(lines: Sequence[DecisionLine]) -> Iterator[Row]:
    """Yield a heading and a row for each member whose bodies still decide."""
    names = dict.fromkeys(line.organisation for line in lines if line.decided_on is None)
    rows = [_member_row(name, [ln for ln in lines if ln.organisation == name]) for name in names]
    rows = [row for row in rows if row.marks]
    if rows:
        yield Row("Beschlüsse vor der Bekanntmachung", is_heading=True)
        yield from rows


def _member_row(name: str, lines: Sequence[DecisionLine]) -> Row:
    days = {}
    for line in lines:
        day = line.latest_on or line.earliest_on
        if day is not None and line.decided_on is None:
            days[day, line.body] = line
    marks = tuple(
        Mark(day, MarkKind.COUNCIL, f"{body}, {german.date(day)}") for day, body in sorted(days)
    )
    dates = [german.date(day) for day in sorted({day for day, _ in days})]
    return Row(name, german.join(dates), marks=marks)


def milestone_rows(lines: Sequence[MilestoneLine]) -> Iterator[Row]:
    """Yield a heading and a row for each milestone that was not dropped."""
    rows = [_milestone_row(line) for line in lines if line.state is not rules.State.DROPPED]
    if rows:
        yield Row("Eigene Meilensteine", is_heading=True)
        yield from rows


def _milestone_row(line: MilestoneLine) -> Row:
    milestone = line.milestone
    day = milestone.done_on or milestone.agreed_on or milestone.wished_on
    assert day is not None, "a milestone has a day"
    is_done = line.state is rules.State.DONE
    kind = MarkKind.REACHED if is_done else MarkKind.MILESTONE
    state = rules.STATE_NAMES[line.state]
    marks = [Mark(day, kind, f"{state}: {german.date(day)}")]
    if line.latest_on is not None and not is_done:
        marks.append(
            Mark(line.latest_on, MarkKind.LATEST, f"spätestens {german.date(line.latest_on)}")
        )
    return Row(milestone.title, f"{state}: {german.date(day)}", marks=tuple(marks))
