"""The advisor: from the facts of a pool or tender to regime, procedure, periods and duties.

Pure: nothing here reads a clock or a database; the same facts give the same advice.
Source: procurement-rules.md, sections 1 to 8.
"""

import datetime as dt
from dataclasses import replace
from typing import Final

from vergabe.law import german, hints
from vergabe.law.advice import (
    Advice,
    AdvisorFacts,
    Recommendation,
    Situation,
    WithoutMember,
)
from vergabe.law.bylaws import strictest_days
from vergabe.law.duty_list import Duty, DutyFacts, applicable
from vergabe.law.errors import ImpossibleInput, LawError
from vergabe.law.estimate import estimate
from vergabe.law.legs import PlanFacts
from vergabe.law.minimum_periods import ProcedureFacts, minimum_period
from vergabe.law.periods import Deadline
from vergabe.law.procedures import Option, permitted, procedure_name
from vergabe.law.regime import Regime, resolve
from vergabe.law.results import Result
from vergabe.law.timetable import Timetable, plan_forward
from vergabe.law.working_days import land_code
from vergabe.law.zone import local_day
from vergabe.money import german as euro

_TWO_STAGE: Final = ("restricted", "neg-w-call", "comp-dial", "innovation", "dps")
_NATIONAL_TWO_STAGE: Final = ("nat-restricted-w-call", "nat-neg-w-call")
# What is recommended first where several procedures are free: the widest competition at the least
# effort (product convention). Above the threshold the open procedure, below it the most formal
# public one is always lawful.
_PREFERRED: Final = ("open", "nat-open")
_SIMPLER: Final = ("nat-direct", "nat-neg-wo-call", "nat-freehand", "nat-restricted-wo-call")


def advise(facts: AdvisorFacts) -> Advice:
    """Return what applies to a pool or tender, what to do by when, and what to look out for.

    Raises ImpossibleInput for facts that cannot be (no members, a lead or a position outside them)
    and NoRowInForce if the tables do not reach the day of initiation.
    """
    _check(facts)
    situation = assess(facts)
    recommendation = recommend(facts, situation)
    procedure_facts = _procedure_facts(facts, situation, recommendation)
    periods: dict[str, Result[Deadline | None]] = {}
    timetable = None
    duties: tuple[Duty, ...] = ()
    if situation.regime is not None and procedure_facts is not None:
        periods = _periods(procedure_facts, facts.on)
        timetable = _timetable(facts, situation, procedure_facts)
        duties = _duties(facts, situation.regime.value, procedure_facts, timetable)
    without = tuple(_without(facts, situation, member.name) for member in facts.members)
    advice = Advice(
        situation, recommendation, procedure_facts, periods, timetable, duties, (), without
    )
    return replace(advice, hints=tuple(hints.collect(facts, advice)))


def _check(facts: AdvisorFacts) -> None:
    names = [member.name for member in facts.members]
    if not names:
        raise ImpossibleInput("Es fehlt mindestens ein Mitglied.", field="members")
    if len(set(names)) != len(names):
        raise ImpossibleInput("Ein Mitglied ist doppelt genannt.", field="members")
    if facts.lead not in names:
        raise ImpossibleInput("Die Federführung ist kein Mitglied.", field="lead")
    strangers = {position.municipality for position in facts.positions} - set(names)
    if strangers:
        raise ImpossibleInput(
            f"Positionen ohne Mitglied: {german.join(sorted(strangers))}.", field="positions"
        )
    for member in facts.members:
        land_code(member.land)


def assess(facts: AdvisorFacts) -> Situation:
    """Return value, regime and procedures of a pool; `problem` says why the latter are missing."""
    estimated = estimate(
        facts.positions,
        facts.contract_type,
        facts.on,
        evaluate_group=facts.evaluate_group,
        designated_small_lots=facts.designated_small_lots,
    )
    try:
        regime = resolve(
            facts.contract_type,
            estimated.value.total_net_cents,
            facts.buying_lands,
            facts.on,
            exemption=facts.exemption,
            funding_rules=facts.funding_rules,
        )
        options = permitted(
            regime.value,
            facts.contract_type,
            facts.on,
            bylaws=facts.bylaws,
            public_housing=facts.public_housing,
        )
    except LawError as error:
        return Situation(estimated, None, None, error.message)
    return Situation(estimated, regime, options)


def recommend(facts: AdvisorFacts, situation: Situation) -> Recommendation | None:
    """Return the procedure to proceed from: the chosen one, else the preferred free one."""
    if situation.procedures is None:
        return None
    options = situation.procedures.value
    works = facts.contract_type.is_works
    if facts.procedure is not None:
        return Recommendation(
            facts.procedure,
            procedure_name(facts.procedure, works=works),
            "Gewählt.",
            is_chosen=True,
        )
    first: Option | None = next(
        (option for option in options.free if option.code in _PREFERRED),
        options.free[-1] if options.free else None,
    )
    if first is None:
        return None
    reason = f"Frei wählbar, größter Wettbewerb, am wenigsten angreifbar ({first.law})."
    simpler = [option.name for option in options.free if option.code in _SIMPLER]
    if simpler:
        reason += f" Einfacher und hier ebenfalls frei: {german.join(simpler)}."
    return Recommendation(first.code, first.name, reason, is_chosen=False)


def _procedure_facts(
    facts: AdvisorFacts, situation: Situation, recommendation: Recommendation | None
) -> ProcedureFacts | None:
    if situation.regime is None or recommendation is None:
        return None
    regime = situation.regime.value
    own = () if regime.reaches_threshold else facts.bylaws
    days = strictest_days(own, "tender", facts.on)
    return ProcedureFacts(
        rule_set=regime.rule_set,
        procedure=recommendation.code,
        land=facts.lead_land,
        started_on=facts.on,
        electronic_submission=facts.electronic_submission,
        pin_published=facts.pin_published,
        urgent=facts.urgent,
        agreement_failed=facts.agreement_failed,
        documents_not_electronic=facts.documents_not_electronic,
        requested_publication_on=facts.requested_publication_on,
        bylaw_days=days,
        bylaw_deciders=tuple(
            bylaw.municipality
            for bylaw in own
            if days is not None and strictest_days((bylaw,), "tender", facts.on) == days
        ),
    )


def _periods(facts: ProcedureFacts, sent_on: dt.date) -> dict[str, Result[Deadline | None]]:
    """Return the minimum periods by phase, counted from the day of dispatch.

    The tender phase of a two-stage procedure is counted from the day after the participation
    period, the first on which invitations could go out.
    """
    found: dict[str, Result[Deadline | None]] = {}
    event = sent_on
    phases = ["tender"]
    if facts.procedure in _TWO_STAGE + _NATIONAL_TWO_STAGE:
        phases.insert(0, "participation")
    if facts.procedure == "nat-direct":
        return found
    for phase in phases:
        try:
            result = minimum_period(facts, phase, event)
        except LawError:
            continue
        found[phase] = result
        if result.value is not None:
            event = local_day(result.value.deadline_at)
    return found


def _timetable(
    facts: AdvisorFacts, situation: Situation, procedure_facts: ProcedureFacts
) -> Timetable | None:
    """Return the forward plan from the day of initiation, which is the day of publication."""
    if procedure_facts.procedure == "nat-direct":
        return None
    plan = PlanFacts(
        procedure_facts=procedure_facts,
        lands=facts.lands,
        value_net_cents=situation.estimate.value.total_net_cents,
        joining_days=0,
        preparation_working_days=0,
        evaluation_working_days=facts.evaluation_working_days,
        decision_working_days=facts.decision_working_days,
        lead_time_days=facts.lead_time_days,
        council_days={
            member.name: member.council_on
            for member in facts.members
            if member.council_on is not None
        },
    )
    try:
        return plan_forward(plan, facts.on)
    except LawError:
        return None


def _duties(
    facts: AdvisorFacts,
    regime: Regime,
    procedure_facts: ProcedureFacts,
    timetable: Timetable | None,
) -> tuple[Duty, ...]:
    days: dict[str, dt.date] = {"sent": facts.on}
    if timetable is not None:
        days["deadline"] = timetable.day("submission")
        days["informed"] = timetable.day("decided")
        days["awarded"] = timetable.day("awarded")
    if facts.submission_deadline_at is not None:
        days["deadline"] = local_day(facts.submission_deadline_at)
    return applicable(
        DutyFacts(
            rule_set=regime.rule_set,
            procedure=procedure_facts.procedure,
            land=facts.lead_land,
            lands=tuple(land_code(land) for land in facts.lands),
            started_on=facts.on,
            estimated_net_cents=regime.value_net_cents,
            contract_type=facts.contract_type,
            is_joint=len(facts.members) > 1,
            days=days,
        )
    )


def _without(facts: AdvisorFacts, situation: Situation, name: str) -> WithoutMember:
    """Return what changes if a member leaves; without the lead another one would have to lead."""
    rest = tuple(member for member in facts.members if member.name != name)
    positions = tuple(item for item in facts.positions if item.municipality != name)
    group = situation.estimate.value.group
    if not rest or not any(position.group == group for position in positions):
        return WithoutMember(name, 0, None, True, f"Ohne {name} bleibt nichts zu vergeben.")
    lots = {position.lot for position in positions}
    smaller = replace(
        facts,
        members=rest,
        positions=positions,
        lead=facts.lead if name != facts.lead else rest[0].name,
        evaluate_group=group,
        designated_small_lots=tuple(lot for lot in facts.designated_small_lots if lot in lots),
    )
    other = assess(smaller)
    total = other.estimate.value.total_net_cents
    code = other.regime.value.code if other.regime else None
    sentences = [f"Ohne {name} läge der Wert bei {euro(total)}."]
    sentences += _differences(situation, other)
    if name == facts.lead:
        sentences.append(f"{name} führt das Verfahren; ein anderes Mitglied müsste führen.")
    return WithoutMember(name, total, code, len(sentences) > 1, " ".join(sentences))


def _differences(now: Situation, other: Situation) -> list[str]:
    if other.regime is None or other.procedures is None:
        return [other.problem or ""] if now.regime is not None else []
    if (
        now.regime is None
        or now.procedures is None
        or now.regime.value.code != other.regime.value.code
    ):
        return [f"Dann gälte: {other.regime.value.name}."]
    before, after = now.procedures.value.free_codes, other.procedures.value.free_codes
    found = []
    gained = [option.name for option in other.procedures.value.free if option.code not in before]
    lost = [option.name for option in now.procedures.value.free if option.code not in after]
    if gained:
        found.append(f"Zusätzlich frei wählbar: {german.join(gained)}.")
    if lost:
        found.append(f"Nicht mehr frei wählbar: {german.join(lost)}.")
    return found
