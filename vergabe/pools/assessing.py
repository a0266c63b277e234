"""What law says about buying demands together, and about each member buying alone."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from vergabe.access.lands import USUAL_LAND
from vergabe.law.common_rules import CommonRules
from vergabe.law.errors import LawError
from vergabe.law.estimate import Position, estimate
from vergabe.law.legs import PlanFacts
from vergabe.law.minimum_periods import ProcedureFacts, minimum_period
from vergabe.law.reconciling import reconcile
from vergabe.law.regime import resolve
from vergabe.law.results import Result
from vergabe.law.rule_sets import RuleSet
from vergabe.law.thresholds import ContractType
from vergabe.law.timetable import plan_forward
from vergabe.pools.facts import DemandFacts

UNKNOWN_REGIME: Final = "noch zu klären"
_WORKS, _FIRST_SERVICES = 45, 49


@dataclass(frozen=True)
class LawFacts:
    """The outcome for one need, alone or together; amounts in cents, net.

    method: `open` or `nat-open`, the procedures anybody may choose; minimum_days: shortest period
    for bids, None where law names no number; awarded_on: earliest day of contract if the joining
    window opens on the day asked about; warnings: German sentences; explained: the law results with
    rule, row and steps, as plain data.
    """

    contract_type: ContractType
    value_net_cents: int
    threshold_net_cents: int
    reaches_threshold: bool
    regime: str
    regime_name: str
    method: str
    minimum_days: int | None
    minimum_law: str | None
    awarded_on: dt.date | None
    warnings: tuple[str, ...]
    explained: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as JSON values, for the pool's row and the record."""
        return {
            "contract_type": str(self.contract_type),
            "value_net_cents": self.value_net_cents,
            "threshold_net_cents": self.threshold_net_cents,
            "reaches_threshold": self.reaches_threshold,
            "regime": self.regime,
            "regime_name": self.regime_name,
            "method": self.method,
            "minimum_days": self.minimum_days,
            "minimum_law": self.minimum_law,
            "awarded_on": self.awarded_on.isoformat() if self.awarded_on else None,
            "warnings": list(self.warnings),
            "explained": self.explained,
        }


def nature_of(demand: DemandFacts) -> ContractType:
    """Return what kind of contract a demand asks for; guessed from the CPV if it does not say."""
    if demand.nature is not None:
        return ContractType(demand.nature)
    division = int(demand.cpv[:2])
    if division == _WORKS:
        return ContractType.WORKS
    is_service = division >= _FIRST_SERVICES
    return ContractType.SERVICES if is_service else ContractType.SUPPLIES


def contract_type_of(demands: Sequence[DemandFacts]) -> ContractType:
    """Return the kind of contract that governs a mixed need: of the greatest value (§ 110 GWB).

    A demand without a value counts one cent, so that a pool without any value has a kind too.
    """
    values: dict[ContractType, int] = {}
    for demand in demands:
        nature = nature_of(demand)
        values[nature] = values.get(nature, 0) + (demand.value_net_cents or 1)
    return max(sorted(values), key=lambda nature: values[nature])


def law_facts(
    demands: Sequence[DemandFacts],
    *,
    lead_land: str | None,
    joining_days: int,
    on: dt.date,
    rule_sets: Mapping[UUID, RuleSet] = MappingProxyType({}),
) -> LawFacts:
    """Return what law says about buying these demands in one procedure begun on a legal day.

    lead_land: `NW` …; joining_days: length of the joining window that comes first, 0 for a member
    that buys alone; rule_sets: organisation id → its rules on that day, at least of the owners of
    the demands: their by-laws count for periods. Where the rules below the threshold are not known
    for a Land, `warnings` say so and the periods are left open.
    """
    kind = contract_type_of(demands)
    estimated = estimate([_position(demand) for demand in demands], kind, on)
    lands = tuple(sorted({demand.land or USUAL_LAND for demand in demands}))
    open_to_all = LawFacts(
        contract_type=kind,
        value_net_cents=estimated.value.total_net_cents,
        threshold_net_cents=estimated.value.threshold_net_cents,
        reaches_threshold=estimated.value.reaches_threshold,
        regime="",
        regime_name=UNKNOWN_REGIME,
        method="open" if estimated.value.reaches_threshold else "nat-open",
        minimum_days=None,
        minimum_law=None,
        awarded_on=None,
        warnings=(),
        explained={"estimate": estimated.as_dict()},
    )
    try:
        joint = _reconciled(demands, rule_sets, open_to_all.value_net_cents, kind, on)
        return _ruled(open_to_all, lands, lead_land or lands[0], joining_days, joint, on)
    except LawError as error:
        return replace(open_to_all, warnings=(error.message,))


def _position(demand: DemandFacts) -> Position:
    return Position(
        municipality=demand.organisation_name,
        land=demand.land or USUAL_LAND,
        amount_cents=demand.value_net_cents or 0,
    )


def _ruled(
    facts: LawFacts,
    lands: tuple[str, ...],
    lead_land: str,
    joining_days: int,
    joint: Result[CommonRules] | None,
    on: dt.date,
) -> LawFacts:
    """Return the facts with regime, periods and day of contract; LawError where law is unknown."""
    regime = resolve(facts.contract_type, facts.value_net_cents, lands, on)
    procedure = ProcedureFacts(
        rule_set=regime.value.rule_set,
        procedure=facts.method,
        land=lead_land,
        started_on=on,
        bylaw_days=joint.value.bylaw_tender_days if joint is not None else None,
    )
    minimum = minimum_period(procedure, "tender", on)
    wanted = PlanFacts(
        procedure_facts=procedure,
        lands=lands,
        value_net_cents=facts.value_net_cents,
        joining_days=joining_days,
    )
    return replace(
        facts,
        regime=regime.value.code,
        regime_name=regime.value.name,
        minimum_days=minimum.value.period.length if minimum.value else None,
        minimum_law=minimum.law if minimum.value else None,
        awarded_on=plan_forward(wanted, on).day("awarded"),
        explained=facts.explained
        | {
            "regime": regime.as_dict(),
            "minimum_period": minimum.as_dict(),
            "bylaws": joint.value.as_record() if joint is not None else None,
        },
    )


def _reconciled(
    demands: Sequence[DemandFacts],
    rule_sets: Mapping[UUID, RuleSet],
    value_net_cents: int,
    kind: ContractType,
    on: dt.date,
) -> Result[CommonRules] | None:
    """Return the common rules of the owners of these demands; None if none of them is known."""
    owners = {demand.organisation_id for demand in demands}
    own = [rule_sets[owner] for owner in owners if owner in rule_sets]
    return reconcile(own, value_net_cents, kind, on) if own else None


@dataclass(frozen=True)
class Alone:
    """What one member would buy alone; unvalued_count: its demands that state no value."""

    organisation_id: UUID
    organisation_name: str
    law: LawFacts
    unvalued_count: int


def each_alone(
    demands: Sequence[DemandFacts],
    *,
    on: dt.date,
    rule_sets: Mapping[UUID, RuleSet] = MappingProxyType({}),
) -> list[Alone]:
    """Return, per member in the order of names, what law says if it buys its demands alone.

    rule_sets: as in `law_facts`.
    """
    owned: dict[UUID, list[DemandFacts]] = {}
    for demand in sorted(demands, key=lambda demand: (demand.organisation_name, demand.id)):
        owned.setdefault(demand.organisation_id, []).append(demand)
    return [
        Alone(
            organisation_id=organisation_id,
            organisation_name=own[0].organisation_name,
            law=law_facts(own, lead_land=own[0].land, joining_days=0, on=on, rule_sets=rule_sets),
            unvalued_count=sum(demand.value_net_cents is None for demand in own),
        )
        for organisation_id, own in owned.items()
    ]
