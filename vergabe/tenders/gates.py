"""Gates of publication: named checks, each with every reason that keeps it closed.

There is no other way to publish: notices.service asks here, in the publishing transaction.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.conflicts import gates as conflicts
from vergabe.cooperations import gates as cooperation_gates
from vergabe.cooperations import tasks
from vergabe.cooperations.gates import Gate, PublicationFacts
from vergabe.cooperations.mandate_gates import mandate_reasons
from vergabe.cooperations.readiness import MemberViolation
from vergabe.cooperations.rules import Scope
from vergabe.cooperations.task_rules import Step
from vergabe.demands import queries as demands
from vergabe.demands.queries import ReleasedDemand
from vergabe.demands.stages import Stage as DemandStage
from vergabe.errors import Violation
from vergabe.funding import gates as funding
from vergabe.in_house import gates as in_house
from vergabe.law.errors import LawError
from vergabe.money import german
from vergabe.pools import queries as pools
from vergabe.pools.model import Joining
from vergabe.tenders import (
    assessment,
    bylaw_changes,
    completeness,
    conditions,
    duties,
    queries,
    timing,
)
from vergabe.tenders.assessment import Assessment
from vergabe.tenders.facts import chosen_of, current_assessment, period_facts, tender_facts
from vergabe.tenders.model import LotItem, Tender
from vergabe.tenders.rules import Stage
from vergabe.votes import gates as votes

_RELEASED: Final = frozenset({DemandStage.RELEASED, DemandStage.POOLED, DemandStage.TENDERED})
# Gates that the officer opens alone, in the sections of the draft; one that a later step keeps for
# the officer says nothing before they are open.
OFFICERS_GATES: Final = ("content_complete", "method_permitted", "deadlines_lawful")
# Methods whose first public step is a notice with a deadline for bids.
PUBLISHABLE_METHODS: Final = frozenset({"open", "nat-open"})


@dataclass(frozen=True)
class _Case:
    """A tender as the gates look at it at one instant."""

    session: Session
    tender: Tender
    now: dt.datetime
    demands: Mapping[uuid.UUID, ReleasedDemand]
    assessment: Assessment | None
    """None where law cannot be worked out; the method gate then says why."""


def all_gates(
    session: Session, tender: Tender, *, now: dt.datetime, is_decision: bool = False
) -> list[Gate]:
    """Return every gate of a tender in the order in which people can open them.

    is_decision: set by the publishing command; locks what the gates look at until the commit.
    """
    facts = PublicationFacts(
        cooperation_id=tender.cooperation_id,
        area_id=tender.pool.area_id,
        pool_id=tender.pool_id,
        participant_ids=[buyer.organisation_id for buyer in tender.buyers if buyer.buys],
        total_net_cents=queries.totals_by_buyer(session, tender.id),
        day=clock.berlin_day(now),
    )
    common = cooperation_gates.publication_gates(session, facts, is_decision=is_decision)
    case = _case(session, tender, now)
    by_provider = _provider_mandated(case)
    common = [
        replace(gate, reasons=[*gate.reasons, *by_provider]) if gate.key == "mandates" else gate
        for gate in common
    ]
    own = [Gate(key, title, check(case)) for key, title, check in _CHECKS]
    is_due = all(gate.is_open for gate in own if gate.key in OFFICERS_GATES)
    return [*common, *own, *conditions.later_gates(session, tender, now, is_due=is_due)]


def reasons(gates: Sequence[Gate]) -> list[Violation]:
    """Return every reason of every closed gate."""
    return [reason for gate in gates for reason in gate.reasons]


def _case(session: Session, tender: Tender, now: dt.datetime) -> _Case:
    wanted = {s.demand_id for lot in tender.lots for item in lot.items for s in item.shares}
    try:
        found = current_assessment(session, tender, clock.berlin_day(now))
    except LawError:
        found = None
    return _Case(
        session=session,
        tender=tender,
        now=now,
        demands={demand.id: demand for demand in demands.facts_of(session, wanted)},
        assessment=found,
    )


def _demands_released(case: _Case) -> list[Violation]:
    values: dict[uuid.UUID, int] = {}
    for lot in case.tender.lots:
        for item in lot.items:
            for share in item.shares:
                values[share.demand_id] = values.get(share.demand_id, 0) + share.value_net_cents
    found: list[Violation] = []
    for demand_id, demand in case.demands.items():
        released = demand.released_net_cents
        name = f"{demand.organisation_name}: "
        if demand.stage not in _RELEASED or released is None:
            code = "demand_not_released"
            message = f"{name}Der Bedarf {demand.reference} „{demand.title}“ ist nicht freigegeben."
        elif released < values[demand_id]:
            code = "budget_too_small"
            message = (
                f"{name}Für {demand.reference} sind {german(released)} freigegeben, geschätzt sind "
                f"{german(values[demand_id])}."
            )
        else:
            continue
        found.append(
            MemberViolation(
                code,
                message,
                who=f"Kämmerei {demand.organisation_name}",
                organisation_id=str(demand.organisation_id),
            )
        )
    return found


def _joinings_recorded(case: _Case) -> list[Violation]:
    joined = set(
        case.session.scalars(
            select(Joining.organisation_id).where(
                Joining.pool_id == case.tender.pool_id, Joining.decision == "joined"
            )
        )
    )
    return [
        MemberViolation(
            "joining_missing",
            f"{buyer.organisation.name} ist der Bündelung {case.tender.pool.reference} nicht "
            "verbindlich beigetreten.",
            law="§ 4 Abs. 1 VgV",
            who=f"Freigabe oder Koordination {buyer.organisation.name}",
            organisation_id=str(buyer.organisation_id),
        )
        for buyer in case.tender.buyers
        if buyer.buys and buyer.organisation_id not in joined
    ]


def _vote_adopted(case: _Case) -> list[Violation]:
    return votes.reasons_against_publication(case.session, case.tender.pool, case.now)


def _sums_agree(case: _Case) -> list[Violation]:
    """The arithmetic of design.md, section 3 (2), looked at once more before it becomes public."""
    tender = case.tender
    found: list[Violation] = []
    for lot in tender.lots:
        found += [
            _wrong_sum(f"Los {lot.number}, Position {item.position}")
            for item in lot.items
            if sum(share.value_net_cents for share in item.shares) != item.value_net_cents
            or _quantity_of(item) != item.quantity
        ]
        if sum(item.value_net_cents for item in lot.items) != lot.estimated_value_net_cents:
            found.append(_wrong_sum(f"Los {lot.number}"))
    lots_total = sum(lot.estimated_value_net_cents for lot in tender.lots)
    if lots_total != tender.estimated_value_net_cents:
        found.append(_wrong_sum("Die Summe der Lose"))
    if not _lots_hold_what_is_bound(case):
        found.append(
            Violation(
                "demands_do_not_match",
                "Die Positionen des Verfahrens stimmen nicht mit den Bedarfen der Bündelung "
                "überein. Bilden Sie die Lose neu.",
                field="lots",
            )
        )
    return found


def _quantity_of(item: LotItem) -> Decimal | None:
    known = [share.quantity for share in item.shares if share.quantity is not None]
    return sum(known, Decimal(0)) if len(known) == len(item.shares) else None


_LineKey = tuple[uuid.UUID, uuid.UUID, uuid.UUID | None]
"""Member, demand and line of the demand."""


def _lots_hold_what_is_bound(case: _Case) -> bool:
    """Return whether the shares are what the members joined with: whose, how much, what value."""
    tender = case.tender
    shares = [share for lot in tender.lots for item in lot.items for share in item.shares]
    bound = pools.bound_demands(case.session, tender.pool_id)
    values: dict[uuid.UUID, int] = {}
    for share in shares:
        values[share.demand_id] = values.get(share.demand_id, 0) + share.value_net_cents
    wanted = {entry.demand.id: entry.value_net_cents for entry in bound}
    if values.keys() != wanted.keys() or any(
        value is not None and value != values[demand_id] for demand_id, value in wanted.items()
    ):
        return False
    if {s.organisation_id for s in shares} != {b.organisation_id for b in tender.buyers if b.buys}:
        return False
    in_lots = _added_up(
        ((s.organisation_id, s.demand_id, s.demand_item_id), s.quantity) for s in shares
    )
    joined_with = _added_up(
        ((entry.demand.organisation_id, entry.demand.id, line_id), quantity)
        for entry in bound
        for line_id, quantity in _lines_of(entry.demand)
    )
    return in_lots == joined_with


def _added_up(
    parts: Iterable[tuple[_LineKey, Decimal | None]],
) -> dict[_LineKey, tuple[Decimal, int]]:
    """Return for each line of a demand its quantity over all lots, and how often it has none."""
    found: dict[_LineKey, tuple[Decimal, int]] = {}
    for key, quantity in parts:
        known, unknown = found.get(key, (Decimal(0), 0))
        found[key] = (known + (quantity or 0), unknown + (quantity is None))
    return found


def _lines_of(
    demand: ReleasedDemand,
) -> list[tuple[uuid.UUID | None, Decimal | None]]:
    """Return the lines of a demand with their quantities; one without lines is one itself."""
    return [(line.id, line.quantity) for line in demand.lines] or [(None, None)]


def _provider_mandated(case: _Case) -> list[Violation]:
    """A service provider that publishes needs the word of every buyer, the lead's as well."""
    tender = case.tender
    facts = queries.totals_by_buyer(case.session, tender.id)
    where = duties.governed(case.session, tender)
    return [
        reason
        for provider_id in tasks.providers(case.session, Step.PUBLISH, where, now=case.now)
        for reason in mandate_reasons(
            case.session,
            tender.cooperation_id,
            Scope.TENDER,
            [buyer.organisation_id for buyer in tender.buyers],
            facts,
            clock.berlin_day(case.now),
            grantee_id=provider_id,
        )
    ]


def _declarations_made(case: _Case) -> list[Violation]:
    return conflicts.reasons_against_publishing(case.session, case.tender.pool, now=case.now)


def _wrong_sum(where: str) -> Violation:
    return Violation(
        "sum_wrong", f"{where} stimmt nicht mit den Anteilen der Kommunen überein.", field="lots"
    )


def _content_complete(case: _Case) -> list[Violation]:
    return completeness.reasons_against_ready(
        tender_facts(case.session, case.tender, case.assessment, clock.berlin_day(case.now))
    )


def _method_permitted(case: _Case) -> list[Violation]:
    tender, found = case.tender, case.assessment
    if found is None:
        return [
            Violation(
                "law_unknown",
                "Für den heutigen Tag ist das geltende Recht nicht hinterlegt. Ohne Schwellenwert "
                "und Verfahrensarten lässt sich nicht veröffentlichen.",
                who="Betrieb der Plattform (Rechtstabellen)",
            )
        ]
    label = assessment.method_label(tender.procurement_method, tender.nature)
    if tender.procurement_method not in (*found.free_methods, *found.conditional_methods):
        return [
            Violation(
                "method_not_permitted",
                f"Am {clock.berlin_day(case.now):%d.%m.%Y} gilt {found.regime_name}; die "
                f"Verfahrensart „{label}“ ist dann nicht zulässig. Wählen Sie eine andere.",
                field="procurement_method",
            )
        ]
    if tender.procurement_method not in PUBLISHABLE_METHODS:
        return [
            Violation(
                "method_without_public_notice",
                f"„{label}“ beginnt nicht mit einer öffentlichen Aufforderung zum Angebot. "
                "Veröffentlichen lassen sich hier offene Verfahren und öffentliche "
                "Ausschreibungen.",
                field="procurement_method",
            )
        ]
    return []


def _deadlines_lawful(case: _Case) -> list[Violation]:
    if case.assessment is None or case.tender.procurement_method not in PUBLISHABLE_METHODS:
        return []  # the gate before this one says what to do first
    if case.tender.stage not in (Stage.DRAFT, Stage.READY):
        return []
    facts = period_facts(
        case.session,
        case.tender,
        started_on=clock.berlin_day(case.now),
        newest=case.assessment,
    )
    return timing.reasons_against(
        chosen_of(case.tender),
        facts,
        is_above_threshold=case.assessment.reaches_threshold,
        now=case.now,
    )


def _in_house_checked(case: _Case) -> list[Violation]:
    """Below or above the threshold: where an own provider is named, it is asked first."""
    today = clock.berlin_day(case.now)
    return in_house.publication_reasons(case.session, case.tender.pool, today)


def _bylaws_settled(case: _Case) -> list[Violation]:
    """A by-law that changed between the declaration and the publication must be noticed."""
    if case.tender.stage != Stage.READY or case.assessment is None:
        return []  # a draft is assessed anew when it is declared ready
    return bylaw_changes.reasons_against_publishing(case.tender, case.assessment)


def _funding_decided(case: _Case) -> list[Violation]:
    today = clock.berlin_day(case.now)
    return funding.publication_reasons(case.session, case.tender.pool_id, today)


Check = Callable[[_Case], list[Violation]]
_CHECKS: Final[tuple[tuple[str, str, Check], ...]] = (
    ("funding", "Die Förderung steht dem Beginn nicht entgegen", _funding_decided),
    ("demands_released", "Jeder Bedarf ist freigegeben", _demands_released),
    ("joinings_recorded", "Jede Kommune ist verbindlich beigetreten", _joinings_recorded),
    ("vote", "Das Vorhaben ist in der Abstimmung angenommen", _vote_adopted),
    ("declarations", "Erklärungen zu Interessenkonflikten liegen vor", _declarations_made),
    ("in_house", "Eigene Anbieter sind geprüft", _in_house_checked),
    ("sums_agree", "Mengen und Werte stimmen je Kommune", _sums_agree),
    ("content_complete", "Das Verfahren ist vollständig", _content_complete),
    ("method_permitted", "Die Verfahrensart ist zulässig", _method_permitted),
    ("bylaws_settled", "Die Satzungen sind dieselben wie bei der Vorbereitung", _bylaws_settled),
    ("deadlines_lawful", "Die Fristen sind lang genug", _deadlines_lawful),
)
