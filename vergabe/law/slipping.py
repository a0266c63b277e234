"""What slips when a step of a plan is missed: the plan is computed anew from the day it is reached.

Pure; days are legal days in Europe/Berlin.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vergabe.law import german
from vergabe.law.legs import PlanFacts, begun, legs
from vergabe.law.timetable import latest_days, onward
from vergabe.law.working_days import calendar_of

_ONE_DAY: Final = dt.timedelta(days=1)
BEGIN_TITLE: Final = "Beginn der Vorbereitung"


@dataclass(frozen=True)
class Slip:
    """What a missed step costs.

    latest_on: last day on which reaching the step still meets the wish; missed_on: the first day
    after it on which it can be reached; performance_on: start of performance that follows.
    """

    key: str
    title: str
    latest_on: dt.date
    missed_on: dt.date
    performance_on: dt.date
    wished_on: dt.date

    @property
    def days(self) -> int:
        """Return by how many days the start of performance moves."""
        return (self.performance_on - self.wished_on).days

    @property
    def sentence(self) -> str:
        """Return in German what happens."""
        return self.sentence_for(self.title)

    def sentence_for(self, title: str) -> str:
        """Return the sentence for something else that has to be done by the same day."""
        return slip_sentence(title, self.latest_on, self.performance_on, self.wished_on)


def slip_sentence(
    title: str, latest_on: dt.date, performance_on: dt.date, wished_on: dt.date
) -> str:
    """Return the German sentence on a step that is not reached by its latest day."""
    days = (performance_on - wished_on).days
    return (
        f"Wird „{title}“ bis {german.long_date(latest_on)}, nicht erreicht, verschiebt sich der "
        f"Leistungsbeginn auf {german.long_date(performance_on)} "
        f"({german.count(days, 'Tag', 'Tage')} später)."
    )


def slips(
    facts: PlanFacts, performance_on: dt.date, *, latest: Mapping[str, dt.date] | None = None
) -> tuple[Slip, ...]:
    """Return what each step costs if it is missed by one working day, in the order of the steps.

    performance_on: the wished start of performance, met by the latest plan; latest: what
    `latest_days` gave, if it is known already. The start of performance itself is left out.
    Raises LawError, ImpossibleInput as the plan.
    """
    latest = latest or latest_days(facts, performance_on)
    titles = {"begin": BEGIN_TITLE} | {leg.key: leg.title for leg in legs(facts)}
    return tuple(
        _slip(facts, key, title, latest, performance_on)
        for key, title in titles.items()
        if key != "performance"
    )


def performance_after(
    facts: PlanFacts, key: str, reached_on: dt.date, *, published_on: dt.date | None = None
) -> dt.date:
    """Return the start of performance if a step is reached on a day and no later one is known yet.

    published_on: day of publication where the step comes after it (it selects the rows of law).
    """
    order = ["begin", *(leg.key for leg in legs(facts))]
    if order.index(key) > order.index("published") and published_on is not None:
        facts = begun(facts, published_on)
    return onward(facts, key, reached_on)["performance"]


def _slip(
    facts: PlanFacts,
    key: str,
    title: str,
    latest: Mapping[str, dt.date],
    performance_on: dt.date,
) -> Slip:
    missed_on = _next_chance(facts, key, latest[key])
    reached = performance_after(facts, key, missed_on, published_on=latest["published"])
    return Slip(key, title, latest[key], missed_on, reached, performance_on)


def _next_chance(facts: PlanFacts, key: str, day: dt.date) -> dt.date:
    """Return the first day after `day` on which a step can be reached."""
    if key == "decided":
        later = [meeting for meeting in sorted(facts.decision_days) if meeting > day]
        if later:
            return later[0]
    calendars = [calendar_of(land) for land in facts.all_lands]
    day += _ONE_DAY
    while not all(calendar.is_working_day(day) for calendar in calendars):
        day += _ONE_DAY
    return day
