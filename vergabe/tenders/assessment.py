"""What law says about a tender: estimate, threshold, regime, methods, minimum period."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from vergabe.errors import Violation
from vergabe.law.common_rules import CommonRules
from vergabe.law.deadline_checks import (
    at_recommended_hour,
    reasons_against_deadline,
    recommended_deadline,
)
from vergabe.law.errors import LawError
from vergabe.law.estimate import Position, estimate
from vergabe.law.minimum_periods import ProcedureFacts, minimum_period
from vergabe.law.periods import Deadline
from vergabe.law.procedures import permitted, procedure_name
from vergabe.law.reconciling import reconcile
from vergabe.law.regime import resolve
from vergabe.law.results import Result
from vergabe.law.rule_sets import RuleSet
from vergabe.law.thresholds import ContractType, eu_threshold
from vergabe.law.working_days import calendar_of

UNKNOWN_REGIME: Final = "offen"


@dataclass(frozen=True)
class Need:
    """What one member needs, for the estimate: its Land (`NW`) and the value, net in cents."""

    organisation_name: str
    land: str
    value_net_cents: int


@dataclass(frozen=True)
class Assessment:
    """The outcome for a pooled need.

    value and threshold net in cents; methods as codes of procurement-rules.md, section 6;
    explained: the full results with rule, row and steps, as plain data for page and record;
    common_rules: whose by-law decides what, as plain data; bylaw_days: the longest tender period
    that a by-law asks for, bylaw_deciders: whose. None where law is not known. bylaws: which
    version counts for whom (bylaws.facts).
    """

    regime: str
    regime_name: str
    rule_set: str
    value_net_cents: int
    threshold_net_cents: int
    reaches_threshold: bool
    free_methods: tuple[str, ...]
    conditional_methods: tuple[str, ...]
    recommended_method: str
    warnings: tuple[str, ...]
    explained: dict[str, Any]
    common_rules: dict[str, Any] | None = None
    bylaw_days: int | None = None
    bylaw_deciders: tuple[str, ...] = ()
    bylaws: tuple[dict[str, Any], ...] = ()


def assess(
    needs: Sequence[Need],
    nature: str,
    on: dt.date,
    *,
    funding_rules: tuple[str, ...] = (),
    rule_sets: Sequence[RuleSet] = (),
) -> Assessment:
    """Return what law says about buying these needs together in a procedure begun on a legal day.

    nature: supplies, services, works; funding_rules: what a funding notice demands below the
    threshold whatever the regime (`UVgO`, `VOB/A`); rule_sets: of everybody who buys, with the
    by-laws in force on that day: reconciled, they decide on methods and periods below the
    threshold. Where the rules below the threshold are not known for a Land, the outcome says so and
    offers only the open procedure, the cautious choice.
    """
    contract_type = ContractType(nature)
    estimated = estimate([_position(need) for need in needs], contract_type, on)
    threshold = eu_threshold(contract_type, on)
    value = estimated.value.total_net_cents
    explained: dict[str, Any] = {
        "estimate": estimated.as_dict(),
        "threshold": threshold.as_dict(),
    }
    lands = tuple(sorted({need.land for need in needs}))
    reaches = value >= threshold.value
    try:
        regime = resolve(contract_type, value, lands, on, funding_rules=funding_rules)
        common = (
            reconcile(rule_sets, value, contract_type, on, funding_rules=funding_rules)
            if rule_sets
            else None
        )
        bylaws = [rules.bylaw for rules in rule_sets if rules.bylaw is not None]
        methods = permitted(regime.value, contract_type, on, bylaws=bylaws)
    except LawError as error:
        return _unknown(error.message, explained, value, threshold.value)
    explained |= {"regime": regime.as_dict(), "methods": methods.as_dict()}
    if common is not None:
        explained["bylaws"] = common.as_dict() | {"value": None, "inputs": None}
    rules = common.value if common is not None else None
    free = methods.value.free_codes
    return Assessment(
        regime=regime.value.code,
        regime_name=regime.value.name,
        rule_set=regime.value.rule_set,
        free_methods=free,
        conditional_methods=methods.value.conditional_codes,
        recommended_method="open" if "open" in free else "nat-open",
        warnings=(),
        explained=explained,
        value_net_cents=value,
        threshold_net_cents=threshold.value,
        reaches_threshold=reaches,
        common_rules=rules.as_record() if rules is not None else None,
        bylaw_days=rules.bylaw_tender_days if rules is not None else None,
        bylaw_deciders=_deciders(rules),
    )


def _position(need: Need) -> Position:
    return Position(
        municipality=need.organisation_name, land=need.land, amount_cents=need.value_net_cents
    )


def _unknown(
    why: str, explained: dict[str, Any], value_net_cents: int, threshold_net_cents: int
) -> Assessment:
    """Return the cautious outcome where the rules below the threshold are not known."""
    return Assessment(
        regime=UNKNOWN_REGIME,
        regime_name="noch zu klären",
        rule_set="UVgO",
        free_methods=("nat-open",),
        conditional_methods=(),
        recommended_method="nat-open",
        warnings=(why,),
        explained=explained,
        value_net_cents=value_net_cents,
        threshold_net_cents=threshold_net_cents,
        reaches_threshold=value_net_cents >= threshold_net_cents,
    )


def _deciders(rules: CommonRules | None) -> tuple[str, ...]:
    """Return whose by-laws ask for the longest tender period."""
    if rules is None or rules.bylaw_tender_days is None:
        return ()
    return tuple(
        member.member
        for member in rules.members
        if member.bylaw is not None and member.bylaw.minimum_tender_days == rules.bylaw_tender_days
    )


def law_result(assessment: Assessment) -> dict[str, object]:
    """Return what a tender keeps of its assessment."""
    return {
        "regime_name": assessment.regime_name,
        "rule_set": assessment.rule_set,
        "value_net_cents": assessment.value_net_cents,
        "threshold_net_cents": assessment.threshold_net_cents,
        "reaches_threshold": assessment.reaches_threshold,
        "free_methods": list(assessment.free_methods),
        "conditional_methods": list(assessment.conditional_methods),
        "warnings": list(assessment.warnings),
        "explained": assessment.explained,
        "common_rules": assessment.common_rules,
        "bylaw_days": assessment.bylaw_days,
        "bylaw_deciders": list(assessment.bylaw_deciders),
        "bylaws": list(assessment.bylaws),
    }


def method_label(code: str, nature: str) -> str:
    """Return the German name of a procurement method."""
    return procedure_name(code, works=nature == "works")


@dataclass(frozen=True)
class PeriodFacts:
    """What the minimum period of a tender depends on; days are legal days in Europe/Berlin."""

    rule_set: str
    procurement_method: str
    land: str
    lands: tuple[str, ...]
    """Of the lead first, then of all members."""
    started_on: dt.date
    is_urgent: bool
    requested_publication_on: dt.date | None
    bylaw_days: int | None = None
    """The longest period that the by-law of a buyer asks for."""
    bylaw_deciders: tuple[str, ...] = ()

    def procedure_facts(self) -> ProcedureFacts:
        return ProcedureFacts(
            rule_set=self.rule_set,
            procedure=self.procurement_method,
            land=self.land,
            started_on=self.started_on,
            urgent=self.is_urgent,
            requested_publication_on=self.requested_publication_on,
            bylaw_days=self.bylaw_days,
            bylaw_deciders=self.bylaw_deciders,
        )


# Where law names no number (§ 75a GO NRW, UVgO: "reasonable"), bids get at least this long unless
# somebody sets another day: product convention.
REASONABLE_DAYS: Final = 14


def minimum(facts: PeriodFacts, sent_on: dt.date) -> Result[Deadline | None]:
    """Return the minimum period for bids when the notice is sent on `sent_on`."""
    return minimum_period(facts.procedure_facts(), "tender", sent_on)


def proposed_deadline(facts: PeriodFacts, sent_on: dt.date) -> dt.datetime:
    """Return the deadline to propose (aware UTC).

    10:00 on the first day after the minimum that is a working day in every participating Land.
    """
    found = minimum(facts, sent_on).value
    if found is not None:
        return recommended_deadline(found, facts.lands)
    from_day = sent_on + dt.timedelta(days=REASONABLE_DAYS)
    return _working_morning(from_day, facts.lands)


def _working_morning(day: dt.date, lands: tuple[str, ...]) -> dt.datetime:
    calendars = [calendar_of(land) for land in lands]
    while not all(calendar.is_working_day(day) for calendar in calendars):
        day += dt.timedelta(days=1)
    return at_recommended_hour(day)


def reasons_against_submission_deadline(
    facts: PeriodFacts, sent_on: dt.date, deadline: dt.datetime
) -> list[Violation]:
    """Return why bids may not be due at this instant (the first that is too late, aware UTC)."""
    return reasons_against_deadline(
        facts.procedure_facts(), "tender", sent_on, deadline, field="submission_deadline"
    )
