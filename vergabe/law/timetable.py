"""Timetable (Zeitplan): forward from a day, or back from a wished start of performance.

A plan is a chain of milestones; between two of them lies a leg, statutory (counted from the tables)
or chosen by a person. Forward gives the earliest day of each milestone, backward the latest. Days
are legal days in Europe/Berlin. Source: procurement-rules.md, sections 7 and 8.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from vergabe.law import german
from vergabe.law.deadline_checks import holidays_in_period
from vergabe.law.errors import ImpossibleInput
from vergabe.law.legs import Leg, PlanFacts, begun, legs
from vergabe.law.working_days import calendar_of

_ONE_DAY: Final = dt.timedelta(days=1)
# No leg is longer than this; a search beyond it means that the facts cannot be met.
_LONGEST_LEG: Final = 1_500


class Direction(StrEnum):
    """Which way a plan was counted."""

    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True)
class Step:
    """One leg of a plan with its days.

    key and title name the milestone it ends with. law: paragraph of a statutory leg, None if
    chosen. reason: German sentence. holidays: weekdays in it that are public holidays at the lead's
    seat. latest_end: filled where a plan is compared with a wished start.
    """

    key: str
    title: str
    begins_on: dt.date
    ends_on: dt.date
    is_statutory: bool
    law: str | None
    reason: str
    holidays: tuple[tuple[dt.date, str], ...]
    latest_end: dt.date | None = None

    @property
    def slack_days(self) -> int | None:
        """Return how many days the step may slip; negative if it is too late already."""
        return None if self.latest_end is None else (self.latest_end - self.ends_on).days


@dataclass(frozen=True)
class Timetable:
    """A plan in the order of time.

    performance_on: start of performance it leads to. warnings: German sentences.
    """

    direction: Direction
    steps: tuple[Step, ...]
    begins_on: dt.date
    performance_on: dt.date
    warnings: tuple[str, ...] = ()
    days: Mapping[str, dt.date] = field(default_factory=dict)

    def day(self, key: str) -> dt.date:
        """Return the day of a milestone (`published`, `submission`, `awarded` …); KeyError."""
        return self.days[key]


def plan_forward(facts: PlanFacts, begins_on: dt.date) -> Timetable:
    """Return the earliest plan that begins on a day.

    Raises LawError where a rule is missing for the days it reaches.
    """
    days = _earliest_days(facts, begins_on)
    return _timetable(Direction.FORWARD, begun(facts, days["published"]), days)


def plan_backward(facts: PlanFacts, performance_on: dt.date) -> Timetable:
    """Return the latest plan that still reaches a wished start of performance.

    Raises ImpossibleInput if no day in the last years before would do, LawError as `plan_forward`.
    """
    latest = _latest_days(facts, performance_on)
    return _timetable(Direction.BACKWARD, begun(facts, latest["published"]), latest)


def compare(facts: PlanFacts, begins_on: dt.date, performance_on: dt.date) -> Timetable:
    """Return the forward plan with the latest end of each step for a wished start of performance.

    A warning says by how many days the wish is missed. Raises as the two others.
    """
    forward = plan_forward(facts, begins_on)
    latest = _latest_days(facts, performance_on)
    steps = tuple(
        Step(
            key=step.key,
            title=step.title,
            begins_on=step.begins_on,
            ends_on=step.ends_on,
            is_statutory=step.is_statutory,
            law=step.law,
            reason=step.reason,
            holidays=step.holidays,
            latest_end=latest[step.key],
        )
        for step in forward.steps
    )
    missed = missed_by(forward.performance_on, performance_on)
    warnings = list(forward.warnings)
    if missed:
        begin = latest["begin"]
        warnings.append(
            f"Der gewünschte Leistungsbeginn {german.date(performance_on)} würde um "
            f"{german.count(missed, 'Tag', 'Tage')} verfehlt; dafür hätte das Verfahren am "
            f"{german.date(begin)} beginnen müssen."
        )
    return Timetable(
        forward.direction,
        steps,
        forward.begins_on,
        forward.performance_on,
        tuple(warnings),
        forward.days,
    )


def missed_by(earliest: dt.date, needed_on: dt.date) -> int:
    """Return by how many days a needed day is missed; 0 if it is met."""
    return max((earliest - needed_on).days, 0)


def _earliest_days(facts: PlanFacts, begins_on: dt.date) -> dict[str, dt.date]:
    day = calendar_of(facts.land).next_working_day(begins_on)
    days = {"begin": day}
    for leg in legs(facts):
        day = leg.advance(day)
        days[leg.key] = day
        if leg.key == "published":
            break
    # From here on the law of the day of publication applies to every leg (§ 187 (2) GWB).
    rest = legs(begun(facts, day))
    for leg in rest[[leg.key for leg in rest].index("published") + 1 :]:
        day = leg.advance(day)
        days[leg.key] = day
    return days


def _latest_days(facts: PlanFacts, performance_on: dt.date) -> dict[str, dt.date]:
    days = _backwards(facts, performance_on)
    # The first pass finds the day of publication, the second applies the law of that day.
    return _backwards(begun(facts, days["published"]), performance_on)


def _backwards(facts: PlanFacts, performance_on: dt.date) -> dict[str, dt.date]:
    day = performance_on
    days: dict[str, dt.date] = {}
    for leg in reversed(legs(facts)):
        days[leg.key] = day
        day = _latest_start(leg, day, facts.land)
    days["begin"] = day
    return days


def _latest_start(leg: Leg, target: dt.date, land: str) -> dt.date:
    """Return the latest working day from which a leg still ends by `target`."""
    calendar = calendar_of(land)
    for back in range(_LONGEST_LEG):
        day = target - back * _ONE_DAY
        if calendar.is_working_day(day) and leg.advance(day) <= target:
            return day
    raise ImpossibleInput(f"Der Schritt „{leg.title}“ lässt sich nicht einplanen.")


def _timetable(direction: Direction, facts: PlanFacts, days: dict[str, dt.date]) -> Timetable:
    chain = legs(facts)
    steps = []
    begin = days["begin"]
    for leg in chain:
        end = days[leg.key]
        steps.append(
            Step(
                key=leg.key,
                title=leg.title,
                begins_on=begin,
                ends_on=end,
                is_statutory=leg.law is not None,
                law=leg.law,
                reason=leg.reason(begin),
                holidays=holidays_in_period(begin, end, facts.land),
            )
        )
        begin = end
    return Timetable(
        direction,
        tuple(steps),
        days["begin"],
        days[chain[-1].key],
        tuple(_council_warnings(facts, days)),
        dict(sorted(days.items(), key=lambda item: item[1])),
    )


def _council_warnings(facts: PlanFacts, days: Mapping[str, dt.date]) -> list[str]:
    """Return a sentence for each council that meets after the planned day of publication."""
    published = days["published"]
    return [
        f"{name} entscheidet erst am {german.date(day)}, veröffentlicht werden soll am "
        f"{german.date(published)}."
        for name, day in facts.council_days.items()
        if day >= published
    ]
