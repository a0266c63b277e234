"""The advisor's hints: what to look out for, each as one German sentence."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from vergabe.errors import Violation
from vergabe.law import german, thresholds
from vergabe.law.advice import Advice, AdvisorFacts, Hint
from vergabe.law.deadline_checks import (
    holiday_warnings,
    holidays_in_period,
    reasons_against_deadline,
)
from vergabe.law.errors import LawError
from vergabe.law.framework import reasons_against_term
from vergabe.law.lots import reasons_against_joining
from vergabe.law.procedures import Option
from vergabe.law.publication import reasons_against_requested_day
from vergabe.law.standstill import standstill
from vergabe.law.thresholds import ContractType
from vergabe.law.timetable import missed_by
from vergabe.law.vat import old_law_possible
from vergabe.law.working_days import LAND_NAMES, calendar_of
from vergabe.law.zone import last_day_before, midnight
from vergabe.money import german as euro

# A pool this close below the threshold is worth a second look (product convention).
_NEAR_PERCENT: Final = 10
_AHEAD: Final = dt.timedelta(days=60)


def collect(facts: AdvisorFacts, advice: Advice) -> Iterator[Hint]:
    """Yield all hints in the order of the procedure."""
    yield from _value(advice, facts)
    yield from _decisive_members(facts, advice)
    yield from _threshold_change(facts, advice)
    yield from _regime(facts, advice)
    yield from _procedure(facts, advice)
    yield from _lots_and_term(facts, advice)
    yield from _deadlines(facts, advice)
    yield from _holidays(facts, advice)
    yield from _plan(facts, advice)


def _warn(code: str, sentence: str, law: str | None = None, who: str | None = None) -> Hint:
    return Hint(code, "warning", sentence, law, who)


def _info(code: str, sentence: str, law: str | None = None, who: str | None = None) -> Hint:
    return Hint(code, "info", sentence, law, who)


def _of(violation: Violation) -> Hint:
    return _warn(violation.code, violation.message, violation.law, violation.who)


def _value(advice: Advice, facts: AdvisorFacts) -> Iterator[Hint]:
    value = advice.situation.estimate.value
    total, limit = euro(value.total_net_cents), euro(value.threshold_net_cents)
    pooled = "Der gebündelte Wert" if len(facts.members) > 1 else "Der geschätzte Wert"
    if value.total_net_cents == 0:
        yield _warn("value_zero", "Der geschätzte Auftragswert ist 0 €.", "§ 3 VgV")
    elif value.reaches_threshold:
        yield _warn(
            "threshold_reached",
            f"{pooled} von {total} erreicht den EU-Schwellenwert von {limit}{_so(advice)}.",
            "§ 106 GWB, § 3 VgV",
        )
    elif -value.distance_net_cents * 100 <= _NEAR_PERCENT * value.threshold_net_cents:
        yield _warn(
            "threshold_near",
            f"{pooled} von {total} liegt nur {euro(-value.distance_net_cents)} unter dem "
            f"EU-Schwellenwert von {limit}; Optionen, Verlängerungen und eigener Bedarf der "
            "Beteiligten zählen mit.",
            "§ 3 VgV",
        )
    if value.small_lots is not None and not value.small_lots.applies:
        yield _warn("small_lots", advice.situation.estimate.steps[-1], "§ 3 Abs. 9 VgV")


def _so(advice: Advice) -> str:
    names = {"tender": "die Angebotsfrist", "participation": "die Teilnahmefrist"}
    for phase, name in names.items():
        found = advice.periods.get(phase)
        if found is not None and found.value is not None:
            days = german.count(found.value.period.length, "Tag", "Tage")
            return f"; {name} beträgt deshalb mindestens {days}"
    return ""


def _decisive_members(facts: AdvisorFacts, advice: Advice) -> Iterator[Hint]:
    value = advice.situation.estimate.value
    if not value.reaches_threshold or len(facts.members) < 2:
        return
    decisive = [
        other for other in advice.without if 0 < other.total_net_cents < value.threshold_net_cents
    ]
    if len(decisive) > 2:
        values = [f"ohne {other.name} {euro(other.total_net_cents)}" for other in decisive]
        yield _warn(
            "member_crosses_threshold",
            "Den EU-Schwellenwert erreicht der Wert nur gemeinsam; darunter läge er "
            f"{german.join(values, 'oder')}.",
            "§ 3 VgV",
        )
        return
    for other in decisive:
        yield _warn(
            "member_crosses_threshold",
            f"Erst mit {other.name} erreicht der Wert den EU-Schwellenwert; ohne {other.name} "
            f"läge er bei {euro(other.total_net_cents)}.",
            "§ 3 VgV",
            other.name,
        )


def _threshold_change(facts: AdvisorFacts, advice: Advice) -> Iterator[Hint]:
    row = advice.situation.estimate.row
    if row is None or row.in_force_to is None or row.in_force_to > facts.on + _AHEAD:
        return
    following = thresholds.next_change(ContractType(facts.contract_type), facts.on)
    end = german.date(row.in_force_to)
    if following is None:
        yield _warn(
            "threshold_ends",
            f"Der Schwellenwert gilt nur bis {end}; für danach ist noch keiner hinterlegt.",
            row.law,
        )
        return
    total = advice.situation.estimate.value.total_net_cents
    reaches_then = total >= following.net_eur * 100
    if reaches_then != advice.situation.estimate.value.reaches_threshold:
        verb = "erreicht" if reaches_then else "nicht mehr erreicht"
        yield _warn(
            "threshold_changes",
            f"Wird das Verfahren erst nach dem {end} eingeleitet, gilt ein Schwellenwert von "
            f"{euro(following.net_eur * 100)}; er wird dann {verb}.",
            "§ 3 Abs. 3 VgV",
        )


def _regime(facts: AdvisorFacts, advice: Advice) -> Iterator[Hint]:
    situation = advice.situation
    if situation.problem is not None:
        yield _warn("rules_missing", situation.problem)
    if situation.regime is None:
        return
    regime = situation.regime
    lands = [LAND_NAMES[land] for land in regime.value.lands]
    if len(lands) > 1:
        yield _info(
            "several_lands",
            f"Die Mitglieder liegen in {german.join(lands)}; für Fristen zählen die Feiertage am "
            f"Sitz der Federführung ({LAND_NAMES[calendar_of(facts.lead_land).land]}).",
            "Art. 2 Abs. 1 VO (EWG, Euratom) 1182/71",
        )
    questions = [regime.open_question]
    if situation.procedures is not None:
        questions.append(situation.procedures.open_question)
    for question in dict.fromkeys(questions):
        if question:
            yield _info("open_question", question, regime.law)


def _procedure(facts: AdvisorFacts, advice: Advice) -> Iterator[Hint]:
    if advice.situation.procedures is None:
        return
    options = advice.situation.procedures.value
    for option in options.excluded:
        if option.condition and "Satzung" in option.condition:
            yield _info("bylaw_excludes", f"{option.name}: {option.condition}", option.law)
    if facts.procedure is None:
        return
    if facts.procedure in options.conditional_codes:
        option = _named(options.conditional, facts.procedure)
        yield _warn("ground_needed", f"{option.name}: {option.condition}", option.law)
    elif facts.procedure not in (*options.free_codes, "dps"):
        known = {option.code: option for option in options.excluded}
        reason = known[facts.procedure].condition if facts.procedure in known else None
        name = advice.recommendation.name if advice.recommendation else facts.procedure
        yield _warn(
            "procedure_not_permitted",
            f"{name} ist hier nicht möglich. {reason or 'Bitte ein anderes Verfahren wählen.'}",
        )


def _named(options: tuple[Option, ...], code: str) -> Option:
    return next(option for option in options if option.code == code)


def _lots_and_term(facts: AdvisorFacts, advice: Advice) -> Iterator[Hint]:
    value = advice.situation.estimate.value
    if facts.joining is not None:
        for violation in reasons_against_joining(
            facts.joining,
            value_net_cents=value.total_net_cents,
            contract_type=facts.contract_type,
            on=facts.on,
            above_threshold=value.reaches_threshold,
        ):
            yield _of(violation)
    if facts.framework_months is not None and value.reaches_threshold:
        social = facts.contract_type is ContractType.SOCIAL_SERVICES
        for violation in reasons_against_term(facts.framework_months, facts.on, social=social):
            yield _of(violation)


def _deadlines(facts: AdvisorFacts, advice: Advice) -> Iterator[Hint]:
    if facts.requested_publication_on is not None:
        for violation in reasons_against_requested_day(facts.on, facts.requested_publication_on):
            yield _of(violation)
    if advice.procedure_facts is None:
        return
    chosen = {"participation": facts.participation_deadline_at}
    # The tender period of a two-stage procedure starts with the invitation, whose day is open.
    if "participation" not in advice.periods:
        chosen["tender"] = facts.submission_deadline_at
    for phase, deadline_at in chosen.items():
        if deadline_at is None or phase not in advice.periods:
            continue
        for violation in reasons_against_deadline(
            advice.procedure_facts, phase, facts.on, deadline_at
        ):
            yield _of(violation)
        yield from _exactly_minimal(facts, advice, phase, deadline_at)


def _exactly_minimal(
    facts: AdvisorFacts, advice: Advice, phase: str, deadline_at: dt.datetime
) -> Iterator[Hint]:
    """Yield a remark if a deadline is just the minimum although holidays lie in it."""
    minimum = advice.periods[phase].value
    if minimum is None or last_day_before(deadline_at) > minimum.last_day + dt.timedelta(days=1):
        return
    found = holidays_in_period(facts.on, minimum.last_day, facts.lead_land)
    names = [f"{name} ({german.date(day)})" for day, name in found]
    if any(
        facts.on <= dt.date(year, 12, 25) <= minimum.last_day
        for year in {facts.on.year, minimum.last_day.year}
    ):
        names.append("die Weihnachtszeit")
    if names and deadline_at >= minimum.deadline_at:
        yield _warn(
            "minimum_with_holidays",
            "Die Frist ist genau die Mindestfrist, obwohl Feiertage darin liegen: "
            f"{german.join(names)}. Angemessen kann mehr sein.",
            "§ 20 Abs. 1 VgV",
        )


def _holidays(facts: AdvisorFacts, advice: Advice) -> Iterator[Hint]:
    instants = [facts.participation_deadline_at, facts.submission_deadline_at]
    if not any(instants) and advice.timetable is not None:
        instants = [midnight(advice.timetable.day("submission"))]
    for deadline_at in instants:
        if deadline_at is not None:
            for sentence in holiday_warnings(deadline_at, facts.lead_land, facts.lands):
                yield _warn("deadline_on_holiday", sentence)


def _plan(facts: AdvisorFacts, advice: Advice) -> Iterator[Hint]:
    plan = advice.timetable
    if plan is None:
        return
    for sentence in plan.warnings:
        yield _warn("council_too_late", sentence)
    start = plan.performance_on
    for member in facts.members:
        late = 0 if member.needed_on is None else missed_by(start, member.needed_on)
        if member.needed_on is not None and late:
            yield _warn(
                "need_date_missed",
                f"Der Bedarfstermin von {member.name} ({german.date(member.needed_on)}) würde um "
                f"{german.count(late, 'Tag', 'Tage')} verfehlt; frühester Leistungsbeginn ist der "
                f"{german.date(start)}.",
                None,
                member.name,
            )
    if "released" in plan.days and advice.situation.estimate.value.reaches_threshold:
        informed = plan.day("decided")
        for sentence in _standstill_sentences(informed, facts.lead_land):
            yield _info("standstill", sentence, "§ 134 Abs. 2 GWB")
    if len(facts.members) > 1 and not old_law_possible(start):
        yield _info(
            "vat_2b",
            "Verrechnungen zwischen den Kommunen fallen ab 01.01.2027 unter § 2b UStG; jede "
            "braucht einen Umsatzsteuerstatus mit Grund.",
            "§ 2b, § 27 Abs. 22a UStG",
        )


def _standstill_sentences(informed: dt.date, land: str) -> tuple[str, ...]:
    try:
        return standstill(informed, land).value.warnings
    except LawError:
        return ()
