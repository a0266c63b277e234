"""Gates of publication: named checks, each with every reason that keeps it closed.

There is no other way to publish: notices.service asks here, in the publishing transaction.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.cooperations import gates as cooperation_gates
from vergabe.cooperations.gates import Gate, PublicationFacts
from vergabe.demands import queries as demands
from vergabe.demands.queries import ReleasedDemand
from vergabe.demands.stages import Stage as DemandStage
from vergabe.errors import Violation
from vergabe.money import german
from vergabe.pools.model import Joining
from vergabe.tenders import queries, rules
from vergabe.tenders.facts import tender_facts
from vergabe.tenders.model import ItemShare, Lot, LotItem, Tender

_RELEASED: Final = frozenset({DemandStage.RELEASED, DemandStage.POOLED, DemandStage.TENDERED})


def all_gates(
    session: Session, tender: Tender, *, now: dt.datetime, is_decision: bool = False
) -> list[Gate]:
    """Return every gate of a tender in the order in which people can open them.

    is_decision: set by the publishing command; locks what the gates look at until the commit.
    """
    totals = queries.totals_by_buyer(session, tender.id)
    participants = _participants(session, tender)
    facts = PublicationFacts(
        cooperation_id=tender.cooperation_id,
        area_id=tender.pool.area_id,
        pool_id=tender.pool_id,
        participant_ids=participants,
        total_net_cents=totals,
        day=clock.berlin_day(now),
    )
    return [
        *cooperation_gates.publication_gates(session, facts, is_decision=is_decision),
        *(Gate(key, title, check(session, tender)) for key, title, check in _CHECKS),
    ]


def reasons(gates: Sequence[Gate]) -> list[Violation]:
    """Return every reason of every closed gate."""
    return [reason for gate in gates for reason in gate.reasons]


def _participants(session: Session, tender: Tender) -> list[uuid.UUID]:
    """Return the buyers of a tender in their fixed order; a lead that buys nothing is left out."""
    return [buyer.organisation_id for buyer in tender.buyers if buyer.buys]


def _demands(session: Session, tender: Tender) -> list[ReleasedDemand]:
    ids = session.scalars(
        select(ItemShare.demand_id)
        .join(LotItem, LotItem.id == ItemShare.item_id)
        .join(Lot, Lot.id == LotItem.lot_id)
        .where(Lot.tender_id == tender.id)
        .distinct()
    )
    return demands.facts_of(session, ids)


def _demands_released(session: Session, tender: Tender) -> list[Violation]:
    found: list[Violation] = []
    for demand in _demands(session, tender):
        if demand.stage not in _RELEASED or demand.released_net_cents is None:
            found.append(
                Violation(
                    "demand_not_released",
                    f"{demand.organisation_name}: Der Bedarf {demand.reference} „{demand.title}“ "
                    "ist nicht freigegeben.",
                    law="§ 75 GO NRW (Haushaltswirtschaft)",
                    who=f"Kämmerei {demand.organisation_name}",
                )
            )
        elif demand.value_net_cents and demand.released_net_cents < demand.value_net_cents:
            found.append(
                Violation(
                    "budget_too_small",
                    f"{demand.organisation_name}: Für {demand.reference} sind "
                    f"{german(demand.released_net_cents)} freigegeben, geschätzt sind "
                    f"{german(demand.value_net_cents)}.",
                    who=f"Kämmerei {demand.organisation_name}",
                )
            )
    return found


def _joinings_recorded(session: Session, tender: Tender) -> list[Violation]:
    joined = set(
        session.scalars(
            select(Joining.organisation_id).where(
                Joining.pool_id == tender.pool_id, Joining.decision == "joined"
            )
        )
    )
    return [
        Violation(
            "joining_missing",
            f"{buyer.organisation.name} ist der Bündelung {tender.pool.reference} nicht "
            "verbindlich beigetreten.",
            law="§ 4 Abs. 1 VgV",
            who=f"Freigabe oder Koordination {buyer.organisation.name}",
        )
        for buyer in tender.buyers
        if buyer.buys and buyer.organisation_id not in joined
    ]


def _sums_agree(session: Session, tender: Tender) -> list[Violation]:
    """The arithmetic of design.md, section 3 (2), looked at once more before it becomes public."""
    found: list[Violation] = []
    for lot in tender.lots:
        found += [
            _wrong_sum(f"Los {lot.number}, Position {item.position}")
            for item in lot.items
            if sum(share.value_net_cents for share in item.shares) != item.value_net_cents
        ]
        if sum(item.value_net_cents for item in lot.items) != lot.estimated_value_net_cents:
            found.append(_wrong_sum(f"Los {lot.number}"))
    lots_total = sum(lot.estimated_value_net_cents for lot in tender.lots)
    if lots_total != tender.estimated_value_net_cents:
        found.append(_wrong_sum("Die Summe der Lose"))
    demanded = {d.id for d in _demands(session, tender)}
    pooled = {
        entry.demand_id
        for entry in tender.pool.entries
        if entry.removed_at is None
        and any(
            buyer.buys and buyer.organisation_id == entry.demand.organisation_id
            for buyer in tender.buyers
        )
    }
    if demanded != pooled:
        found.append(
            Violation(
                "demands_do_not_match",
                "Die Positionen des Verfahrens stimmen nicht mit den Bedarfen der Bündelung "
                "überein. Bilden Sie die Lose neu.",
            )
        )
    return found


def _wrong_sum(where: str) -> Violation:
    return Violation(
        "sum_wrong", f"{where} stimmt nicht mit den Anteilen der Kommunen überein.", field="lots"
    )


def _content_complete(_session: Session, tender: Tender) -> list[Violation]:
    return rules.reasons_against_ready(tender_facts(tender))


Check = Callable[[Session, Tender], list[Violation]]
_CHECKS: Final[tuple[tuple[str, str, Check], ...]] = (
    ("demands_released", "Jeder Bedarf ist freigegeben", _demands_released),
    ("joinings_recorded", "Jede Kommune ist verbindlich beigetreten", _joinings_recorded),
    ("sums_agree", "Mengen und Werte stimmen je Kommune", _sums_agree),
    ("content_complete", "Das Verfahren ist vollständig", _content_complete),
)
