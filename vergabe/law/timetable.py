"""Timetable (Zeitplan): forward from a day, or back from a wished start of performance.

A plan is a chain of milestones; between two of them lies a leg, statutory (counted from the tables)
or chosen by a person. Forward gives the earliest day of each milestone, backward the latest. Days
are legal days in Europe/Berlin. Source: procurement-rules.md, sections 7 and 8.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from vergabe.law import german
from vergabe.law.deadline_checks import at_recommended_hour, holidays_in_period
from vergabe.law.errors import ImpossibleInput
from vergabe.law.legs import Leg, PlanFacts, begun, legs
from vergabe.law.working_days import calendar_of
from vergabe.law.zone import end_of

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
    seat. latest_end: filled where a plan is compared with a wished start. ends_at: of a deadline,
    the first instant that is too late. is_known: the day is fixed already.
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
    ends_at: dt.datetime | None = None
    is_known: bool = False

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
    latest = latest_days(facts, performance_on)
    return _timetable(Direction.BACKWARD, begun(facts, latest["published"]), latest)


def compare(
    facts: PlanFacts,
    begins_on: dt.date,
    performance_on: dt.date,
    *,
    latest: Mapping[str, dt.date] | None = None,
) -> Timetable:
    """Return the forward plan with the latest end of each step for a wished start of performance.

    latest: what `latest_days` gave, if it is known already. A warning says by how many days the
    wish is missed. Raises as the two others.
    """
    forward = plan_forward(facts, begins_on)
    latest = latest or latest_days(facts, performance_on)
    steps = tuple(replace(step, latest_end=latest[step.key]) for step in forward.steps)
    missed = missed_by(forward.performance_on, performance_on)
    warnings = list(forward.warnings)
    if missed:
        warnings.append(
            f"Der gewünschte Leistungsbeginn {german.date(performance_on)} würde um "
            f"{german.count(missed, 'Tag', 'Tage')} verfehlt; {_needed(steps, latest['begin'])}"
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


def _needed(steps: tuple[Step, ...], latest_begin: dt.date) -> str:
    """Return what would have had to happen by when, so that the wish could be met."""
    first = next((step for step in steps if not step.is_known), None)
    if first is None or first.latest_end is None or not any(step.is_known for step in steps):
        return f"dafür hätte das Verfahren am {german.date(latest_begin)} beginnen müssen."
    return (
        f"dafür müsste „{first.title}“ spätestens am {german.date(first.latest_end)} erreicht sein."
    )


def onward(
    facts: PlanFacts, key: str, day: dt.date, *, not_before: dt.date | None = None
) -> dict[str, dt.date]:
    """Return the earliest day of each milestone after one that is reached on `day`, and its own.

    key: of a milestone, or `begin`. not_before: no milestone that is still open ends earlier.
    From the day of publication on, the law of that day applies (§ 187 (2) GWB): facts that do not
    name the day the procedure began get it here. Raises LawError, KeyError for an unknown key.
    """
    floor = calendar_of(facts.land).next_working_day(not_before or day)
    days = {key: day}
    facts = begun(facts, day) if key == "published" else facts
    chain = legs(facts)
    for index in range(_after(chain, key), len(chain)):
        leg = chain[index]
        known = facts.known_day(leg.key)
        day = known if known is not None else max(leg.advance(day), floor)
        if leg.key == "published":
            if known is None and facts.publish_after is not None:
                day = max(day, _day_after(facts.publish_after, facts.land))
            chain = legs(begun(facts, day))
        days[leg.key] = day
    return days


def _after(chain: tuple[Leg, ...], key: str) -> int:
    if key == "begin":
        return 0
    keys = [leg.key for leg in chain]
    if key not in keys:
        raise KeyError(key)
    return keys.index(key) + 1


def _day_after(day: dt.date, land: str) -> dt.date:
    return calendar_of(land).next_working_day(day + _ONE_DAY)


def _earliest_days(facts: PlanFacts, begins_on: dt.date) -> dict[str, dt.date]:
    return onward(facts, "begin", calendar_of(facts.land).next_working_day(begins_on))


def latest_days(facts: PlanFacts, performance_on: dt.date) -> dict[str, dt.date]:
    """Return the latest day of each milestone, `begin` too, for a start of performance.

    What is known already does not count: these are the days by which it would have to be reached.
    Raises ImpossibleInput, LawError.
    """
    days = _backwards(facts, performance_on)
    if facts.procedure_facts.started_on is not None:
        return days
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
        is_known = direction is Direction.FORWARD and leg.key in facts.known
        begin = min(begin, end)
        steps.append(
            Step(
                key=leg.key,
                title=leg.title,
                begins_on=begin,
                ends_on=end,
                is_statutory=leg.law is not None,
                law=leg.law,
                reason="Steht fest." if is_known else leg.reason(begin),
                holidays=holidays_in_period(begin, end, facts.land),
                ends_at=_deadline_at(facts, leg.key, end, is_known=is_known),
                is_known=is_known,
            )
        )
        begin = end
    return Timetable(
        direction,
        tuple(steps),
        days["begin"],
        days[chain[-1].key],
        tuple(_council_warnings(facts, days, direction)),
        dict(sorted(days.items(), key=lambda item: item[1])),
    )


def _deadline_at(facts: PlanFacts, key: str, day: dt.date, *, is_known: bool) -> dt.datetime | None:
    """Return the first instant too late of a deadline: as fixed, else at the recommended hour."""
    if key not in ("submission", "participation"):
        return None
    known = facts.known.get(key)
    if is_known and known is not None:
        return known if isinstance(known, dt.datetime) else end_of(known)
    return at_recommended_hour(day)


def _council_warnings(
    facts: PlanFacts, days: Mapping[str, dt.date], direction: Direction
) -> list[str]:
    """Return a sentence for each council that meets after the planned day of publication."""
    published = german.date(days["published"])
    said = (
        f"veröffentlicht werden soll am {published}"
        if direction is Direction.FORWARD
        else f"bekannt gemacht sein müsste es spätestens am {published}"
    )
    return [
        f"{name} entscheidet erst am {german.date(day)}, {said}."
        for name, day in facts.council_days.items()
        if day >= days["published"]
    ]
