"""The legs of a timetable: what lies between two milestones, and how long it takes.

Statutory legs are counted by the rules of the tables, chosen legs by a number of days.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from vergabe.law import german, standstill
from vergabe.law.deadline_checks import recommended_deadline
from vergabe.law.errors import ImpossibleInput
from vergabe.law.minimum_periods import ProcedureFacts, minimum_period
from vergabe.law.periods import Deadline
from vergabe.law.results import Result
from vergabe.law.working_days import calendar_of
from vergabe.law.zone import last_day_before, local_day

_ONE_DAY: Final = dt.timedelta(days=1)
_TWO_STAGE: Final = (
    "restricted",
    "neg-w-call",
    "comp-dial",
    "innovation",
    "nat-restricted-w-call",
    "nat-neg-w-call",
)
_ABOVE: Final = ("VgV", "VgV-social", "VOB/A-EU", "KonzVgV", "SektVO")


@dataclass(frozen=True, kw_only=True)
class PlanFacts:
    """What a timetable depends on.

    procedure_facts: regime, procedure, lead's Land and flags (started_on is set by the plan).
    lands: of all members. value_net_cents: estimated value. council_days: day of decision by
    member. The rest are chosen lengths: calendar days where the name says days, else working days.
    tender_days: chosen tender period, if longer than the minimum or where there is none.
    publish_after: a forward plan sends the notice on a later day only. decision_days: when the body
    meets that decides on the award; after the last of them any working day counts. known: what is
    fixed already, by key of the milestone: days, or instants for deadlines.
    """

    procedure_facts: ProcedureFacts
    lands: tuple[str, ...] = ()
    value_net_cents: int = 0
    joining_days: int = 21
    preparation_working_days: int = 10
    participation_days: int = 14
    request_evaluation_working_days: int = 10
    tender_days: int | None = None
    evaluation_working_days: int = 10
    decision_working_days: int = 10
    electronic_information: bool = True
    lead_time_days: int = 28
    council_days: Mapping[str, dt.date] = field(default_factory=dict)
    publish_after: dt.date | None = None
    decision_days: tuple[dt.date, ...] = ()
    known: Mapping[str, dt.date | dt.datetime] = field(default_factory=dict)

    @property
    def land(self) -> str:
        """Return the Land of the lead."""
        return self.procedure_facts.land

    @property
    def all_lands(self) -> tuple[str, ...]:
        """Return the Länder involved, that of the lead first."""
        return tuple(dict.fromkeys((self.land, *self.lands)))

    def known_day(self, key: str) -> dt.date | None:
        """Return the day of a milestone that is fixed already; of a deadline, its last day."""
        known = self.known.get(key)
        return last_day_before(known) if isinstance(known, dt.datetime) else known


@dataclass(frozen=True)
class Leg:
    """One leg: the milestone it ends with, the day it ends, the reason, the law if statutory."""

    key: str
    title: str
    advance: Callable[[dt.date], dt.date]
    reason: Callable[[dt.date], str]
    law: str | None = None


# Where the law names no number of days and nobody chose one (product convention).
_REASONABLE_DAYS: Final = 21


def legs(facts: PlanFacts) -> tuple[Leg, ...]:
    """Return the legs of a plan in order.

    Milestones: joined (if there is a window), published, [participation, invited,] submission,
    evaluated, decided, [released,] awarded, performance.
    """
    _check(facts)
    chain = []
    if facts.joining_days:
        chain.append(
            _calendar_leg(facts, "joined", "Beitrittsfenster geschlossen", facts.joining_days)
        )
    chain.append(
        _working_leg(
            facts, "published", "Bekanntmachung abgesendet", facts.preparation_working_days
        )
    )
    if facts.procedure_facts.procedure in _TWO_STAGE:
        chain += [
            _period_leg(facts, "participation", "Ende der Teilnahmefrist"),
            _working_leg(
                facts,
                "invited",
                "Aufforderung zur Angebotsabgabe",
                facts.request_evaluation_working_days,
            ),
        ]
    chain += [
        _period_leg(facts, "submission", "Ende der Angebotsfrist"),
        _working_leg(facts, "evaluated", "Angebote gewertet", facts.evaluation_working_days),
        _decision_leg(facts),
    ]
    waiting = _standstill_leg(facts)
    if waiting is not None:
        chain.append(waiting)
    chain.append(_working_leg(facts, "awarded", "Zuschlag", 0))
    chain.append(
        _calendar_leg(facts, "performance", "Beginn der Leistung", facts.lead_time_days, free=True)
    )
    return tuple(chain)


def _check(facts: PlanFacts) -> None:
    lengths = {
        "joining_days": facts.joining_days,
        "preparation_working_days": facts.preparation_working_days,
        "participation_days": facts.participation_days,
        "request_evaluation_working_days": facts.request_evaluation_working_days,
        "tender_days": facts.tender_days or 0,
        "evaluation_working_days": facts.evaluation_working_days,
        "decision_working_days": facts.decision_working_days,
        "lead_time_days": facts.lead_time_days,
    }
    for name, length in lengths.items():
        if not 0 <= length <= 730:
            raise ImpossibleInput("Eine Dauer liegt zwischen 0 und 730 Tagen.", field=name)


def _calendar_leg(facts: PlanFacts, key: str, title: str, days: int, *, free: bool = False) -> Leg:
    """Return a leg of calendar days; unless `free` it ends on a working day."""
    calendar = calendar_of(facts.land)

    def advance(day: dt.date) -> dt.date:
        end = day + days * _ONE_DAY
        return end if free else calendar.next_working_day(end)

    text = f"Gewählt: {german.count(days, 'Kalendertag', 'Kalendertage')}."
    return Leg(key, title, advance, lambda _: text)


def _working_leg(facts: PlanFacts, key: str, title: str, days: int) -> Leg:
    calendar = calendar_of(facts.land)

    def advance(day: dt.date) -> dt.date:
        end = calendar.next_working_day(day)
        for _ in range(days):
            end = calendar.next_working_day(end + _ONE_DAY)
        return end

    text = f"Gewählt: {german.count(days, 'Arbeitstag', 'Arbeitstage')}."
    if days == 0:
        text = "Am selben Tag, wenn er ein Arbeitstag ist, sonst am nächsten."
    return Leg(key, title, advance, lambda _: text)


def _decision_leg(facts: PlanFacts) -> Leg:
    """Return the leg to the decision on the award: on a day on which the body meets, if known."""
    plain = _working_leg(facts, "decided", "Entscheidung getroffen", facts.decision_working_days)
    if not facts.decision_days:
        return plain
    meetings = sorted(facts.decision_days)

    def advance(day: dt.date) -> dt.date:
        earliest = plain.advance(day)
        return next((meeting for meeting in meetings if meeting >= earliest), earliest)

    def reason(day: dt.date) -> str:
        if plain.advance(day) <= meetings[-1]:
            return f"{plain.reason(day)} Danach die nächste Sitzung des Gremiums."
        return f"{plain.reason(day)} Eine spätere Sitzung des Gremiums ist nicht hinterlegt."

    return Leg(plain.key, plain.title, advance, reason)


def _period_leg(facts: PlanFacts, key: str, title: str) -> Leg:
    """Return the leg of a participation or tender period: the longer of minimum and choice."""
    phase = "participation" if key == "participation" else "tender"
    chosen = facts.participation_days if phase == "participation" else facts.tender_days
    lands = facts.all_lands
    calendars = [calendar_of(land) for land in lands]

    def found(day: dt.date) -> Result[Deadline | None]:
        return minimum_of(facts, phase, day)

    def advance(day: dt.date) -> dt.date:
        minimum = found(day).value
        wished = day + (chosen or 0) * _ONE_DAY
        if minimum is None:
            if chosen is None:
                wished = day + _REASONABLE_DAYS * _ONE_DAY
            least = wished
        else:
            least = max(wished, local_day(recommended_deadline(minimum, lands)))
        while not all(calendar.is_working_day(least) for calendar in calendars):
            least += _ONE_DAY
        return least

    def reason(day: dt.date) -> str:
        minimum = found(day)
        if minimum.value is None:
            return minimum.steps[0]
        return (
            f"Mindestens {german.count(minimum.value.period.length, 'Tag', 'Tage')}, bis zum "
            f"Ablauf von {german.long_date(minimum.value.last_day)} ({minimum.law}); danach der "
            "erste Arbeitstag in allen beteiligten Ländern."
        )

    law = _law(facts, phase)
    return Leg(key, title, advance, reason, law)


def minimum_of(facts: PlanFacts, phase: str, day: dt.date) -> Result[Deadline | None]:
    """Return the minimum period of a phase (`tender`, `participation`) that begins on a day."""
    return minimum_period(begun(facts, day).procedure_facts, phase, day)


def begun(facts: PlanFacts, day: dt.date) -> PlanFacts:
    """Return the facts with the day the procedure begins, if it is not known already."""
    if facts.procedure_facts.started_on is not None:
        return facts
    return replace(facts, procedure_facts=replace(facts.procedure_facts, started_on=day))


def _law(facts: PlanFacts, phase: str) -> str | None:
    # The paragraph does not depend on the day within one version of the law; a plan whose start
    # is open shows that of the version in force since July 2026.
    day = facts.procedure_facts.started_on or dt.date(2026, 7, 1)
    found = minimum_period(begun(facts, day).procedure_facts, phase, day)
    return None if found.value is None else found.law


def _standstill_leg(facts: PlanFacts) -> Leg | None:
    if facts.procedure_facts.rule_set in _ABOVE:
        rule_law = "§ 134 Abs. 2 GWB"
    elif _below(facts, facts.procedure_facts.started_on or dt.date(2026, 7, 1)) is not None:
        rule_law = "Landesverordnung Rheinland-Pfalz vom 26. Februar 2021"
    else:
        return None

    def advance(day: dt.date) -> dt.date:
        found = waiting_after(facts, day)
        if found is None or found.contract_from is None:
            return day
        return calendar_of(facts.land).next_working_day(local_day(found.contract_from))

    def reason(day: dt.date) -> str:
        found = waiting_after(facts, day)
        if found is None or found.deadline is None:
            return "Keine Wartefrist."
        return (
            f"Information der Bieter am {german.date(day)}, "
            f"{found.deadline.period.length} Kalendertage bis zum Ablauf von "
            f"{german.long_date(found.deadline.last_day)}; Zuschlag frühestens "
            f"{german.instant(found.deadline.release_at)}."
        )

    return Leg("released", "Wartefrist abgelaufen", advance, reason, rule_law)


def waiting_after(facts: PlanFacts, day: dt.date) -> standstill.Standstill | None:
    """Return the waiting period if bidders are told of the decision on a day, None without one."""
    if facts.procedure_facts.rule_set in _ABOVE:
        return standstill.standstill(day, facts.land, electronic=facts.electronic_information).value
    found = _below(facts, day)
    return None if found is None else found.value


def _below(facts: PlanFacts, day: dt.date) -> Result[standstill.Standstill] | None:
    if facts.procedure_facts.rule_set not in ("UVgO", "VOB/A"):
        return None
    started = facts.procedure_facts.started_on or day
    return standstill.below_threshold(
        day, facts.land, facts.value_net_cents, started_on=started, lands=facts.lands
    )
