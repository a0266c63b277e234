"""From a binding pool to a draft tender: lots, shares, estimate, regime, method."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation
from vergabe.demands.queries import ReleasedDemand
from vergabe.demands.references import next_reference
from vergabe.errors import Refused, Violation
from vergabe.exchange import codes
from vergabe.money import line_total_cents
from vergabe.pools import queries as pool_queries
from vergabe.pools import service as pools
from vergabe.pools.model import Pool
from vergabe.tenders import lotting, queries, rules
from vergabe.tenders.assessment import Assessment, Need, assess
from vergabe.tenders.lotting import Line, LotDraft, Split
from vergabe.tenders.model import (
    AwardCriterion,
    ItemShare,
    Lot,
    LotItem,
    Tender,
    TenderBuyer,
)
from vergabe.tenders.recording import record


def draft_tender(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    *,
    now: dt.datetime,
    split: Split = Split.TRADE,
    title: str | None = None,
) -> Tender:
    """Turn a binding pool into a draft tender with lots, and return it.

    Only members that joined take part. A second call for the same pool returns the tender that is
    there. Raises NotFound for a pool that is not visible, Refused when the pool is not binding.
    """
    pool = pools.locked_pool(session, actor, pool_id)
    cooperation = session.get_one(Cooperation, pool.cooperation_id)
    actor.require(
        Permission.EDIT_TENDERS,
        cooperation_id=cooperation.id,
        lead_organisation_id=cooperation.lead_organisation_id,
    )
    existing = session.scalars(
        select(Tender).where(Tender.pool_id == pool_id, Tender.stage != rules.Stage.CANCELLED)
    ).first()
    if existing is not None:
        return existing
    pools.start_tendering(session, actor, pool, now=now)
    needed = _needed(session, pool)
    today = clock.berlin_day(now)
    assessment = _assess(session, needed, today)
    tender = _new_tender(session, actor, pool, cooperation, needed, assessment, now=now)
    if title:
        tender.title = title
    session.add(tender)
    session.flush()
    _set_buyers(session, tender, cooperation, needed, now=now)
    write_lots(session, tender, lines_of(session, needed), split)
    tender.criteria = [
        AwardCriterion(
            position=1,
            kind="price",
            name="Preis",
            description="Gesamtpreis je Los, netto",
            weight_basis_points=rules.FULL_WEIGHT,
        )
    ]
    session.flush()
    record(
        session,
        actor,
        tender,
        "tender_drafted",
        f"Das Verfahren {tender.reference} wurde aus der Bündelung {pool.reference} angelegt.",
        now=now,
        pool_id=str(pool.id),
        demands=[demand.reference for demand in needed],
        split=split,
        law=assessment.explained,
        estimated_value_net_cents=tender.estimated_value_net_cents,
    )
    return tender


def _needed(session: Session, pool: Pool) -> list[ReleasedDemand]:
    """Return the demands of those who joined, with quantities and value they are bound to."""
    needed = [
        replace(bound.demand, value_net_cents=bound.value_net_cents)
        for bound in pool_queries.bound_demands(session, pool.id)
    ]
    if not needed:
        raise Refused.because(
            "nobody_joined",
            "Keine Kommune mit Bedarf ist der Bündelung beigetreten.",
            [Violation("nobody_joined", "Kein Beitritt liegt vor.", law="§ 4 Abs. 1 VgV")],
        )
    return needed


def _assess(session: Session, needed: Sequence[ReleasedDemand], on: dt.date) -> Assessment:
    needs = [Need(d.organisation_name, d.land or "NW", d.value_net_cents or 0) for d in needed]
    return assess(needs, nature_of(needed), on)


def nature_of(needed: Sequence[ReleasedDemand]) -> str:
    """Return the main nature: that of the greatest value (§ 110 GWB), else guessed from the CPV.

    CPV divisions: 45 works; 03 to 44 and 48 supplies; 49 to 98 services.
    """
    values: dict[str, int] = {}
    for demand in needed:
        division = int(demand.cpv[:2])
        guessed = "works" if division == 45 else "services" if division >= 49 else "supplies"
        nature = demand.nature or guessed
        # One cent more, so that demands without a value count as well.
        values[nature] = values.get(nature, 0) + (demand.value_net_cents or 0) + 1
    return max(sorted(values), key=lambda nature: values[nature])


def lines_of(session: Session, needed: Sequence[ReleasedDemand]) -> list[Line]:
    """Return the lines of demands, each with its value; a demand without lines is one itself."""
    lines: list[Line] = []
    for demand in needed:
        region = _region_name(demand.nuts)
        prices = [
            line_total_cents(line.quantity, line.unit_price_net_cents)
            if line.quantity is not None and line.unit_price_net_cents is not None
            else None
            for line in demand.lines
        ]
        parts = [(line.id, line.text, line.quantity, line.unit_code) for line in demand.lines]
        if not parts:
            lines.append(
                _line(demand, region, None, demand.title, None, None, demand.value_net_cents)
            )
            continue
        values = lotting.line_values(prices, demand.value_net_cents)
        lines += [
            _line(demand, region, item_id, text, quantity, unit, value)
            for (item_id, text, quantity, unit), value in zip(parts, values, strict=True)
        ]
    return lines


def _region_name(nuts: str | None) -> str:
    known = codes.nuts(nuts) if nuts else None
    return known.name if known else ""


def cpv_label(code: str) -> str:
    """Return the German name of a CPV code; the code itself where there is none."""
    known = codes.cpv(code)
    return known.label_de if known else code


def _line(
    demand: ReleasedDemand,
    region: str,
    item_id: uuid.UUID | None,
    text: str,
    quantity: Decimal | None,
    unit_code: str | None,
    value: int | None,
) -> Line:
    return Line(
        demand_id=demand.id,
        demand_item_id=item_id,
        organisation_id=demand.organisation_id,
        organisation_name=demand.organisation_name,
        cpv=demand.cpv,
        nuts=demand.nuts,
        region_name=region,
        text=text,
        quantity=quantity,
        unit_code=unit_code,
        value_net_cents=value or 0,
    )


def _new_tender(
    session: Session,
    actor: Actor,
    pool: Pool,
    cooperation: Cooperation,
    needed: Sequence[ReleasedDemand],
    assessment: Assessment,
    *,
    now: dt.datetime,
) -> Tender:
    year = clock.berlin_day(now).year
    number = next_reference(session, cooperation.reference_prefix, year)
    codes_ = sorted({d.cpv for d in needed} | {c for d in needed for c in d.cpv_additional})
    main = pool.cpv
    return Tender(
        id=ids.new_id(),
        reference=f"{cooperation.reference_prefix}-{year}-{number:04d}",
        procedure_uuid=uuid.uuid4(),
        cooperation_id=cooperation.id,
        pool_id=pool.id,
        pool=pool,
        lead_organisation_id=cooperation.lead_organisation_id,
        stage=rules.Stage.DRAFT,
        title=pool.title,
        description="",
        nature=nature_of(needed),
        cpv=main,
        cpv_additional=[code for code in codes_ if code != main][:19],
        procurement_method=assessment.recommended_method,
        method_reason="",
        regime=assessment.regime,
        law_result=law_result(assessment),
        initiated_on=clock.berlin_day(now),
        estimated_value_net_cents=0,
        contact=dict(cooperation.contact),
        review_body=dict(cooperation.review_body),
        joined_lots_reason="",
        selection_criteria="",
        urgency_reason="",
        created_at=now,
        created_by_id=actor.user_id,
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
    }


def _set_buyers(
    session: Session,
    tender: Tender,
    cooperation: Cooperation,
    needed: Sequence[ReleasedDemand],
    *,
    now: dt.datetime,
) -> None:
    buying = {demand.organisation_id for demand in needed}
    order = cooperations.member_ids(session, cooperation.id, now)
    order += sorted(buying - set(order))
    lead = cooperation.lead_organisation_id
    tender.buyers = [
        TenderBuyer(
            organisation=session.get_one(Organisation, organisation_id),
            is_lead=organisation_id == lead,
            buys=organisation_id in buying,
            position=position,
        )
        for position, organisation_id in enumerate(order, start=1)
        if organisation_id in buying or organisation_id == lead
    ]
    session.flush()


def write_lots(session: Session, tender: Tender, lines: Sequence[Line], split: Split) -> None:
    """Replace the lots of a draft by those cut from `lines`, and add everything up."""
    for lot in list(tender.lots):
        session.execute(delete(ItemShare).where(ItemShare.item_id.in_([i.id for i in lot.items])))
        session.execute(delete(LotItem).where(LotItem.lot_id == lot.id))
        session.execute(delete(Lot).where(Lot.id == lot.id))
    session.expire(tender, ["lots"])
    drafts = lotting.cut(lines, split, cpv_label=cpv_label)
    kind = Split.SINGLE if len(drafts) == 1 else split
    tender.lots = [_lot(number, kind, draft) for number, draft in enumerate(drafts, start=1)]
    tender.estimated_value_net_cents = sum(draft.value_net_cents for draft in drafts)
    session.flush()


def _lot(number: int, kind: Split, draft: LotDraft) -> Lot:
    return Lot(
        id=ids.new_id(),
        number=number,
        kind=kind,
        title=draft.title[:400],
        description="",
        cpv=draft.cpv,
        nuts=draft.nuts,
        estimated_value_net_cents=draft.value_net_cents,
        items=[
            LotItem(
                id=ids.new_id(),
                position=position,
                text=item.text,
                quantity=item.quantity,
                unit_code=item.unit_code,
                value_net_cents=item.value_net_cents,
                shares=[
                    ItemShare(
                        organisation_id=share.line.organisation_id,
                        demand_id=share.line.demand_id,
                        demand_item_id=share.line.demand_item_id,
                        position=rank,
                        quantity=share.quantity,
                        value_net_cents=share.value_net_cents,
                    )
                    for rank, share in enumerate(item.shares, start=1)
                ],
            )
            for position, item in enumerate(draft.items, start=1)
        ],
    )


def recut(
    session: Session, actor: Actor, tender_id: uuid.UUID, split: Split, *, now: dt.datetime
) -> Tender:
    """Cut the lots of a draft anew by another principle."""
    tender = queries.locked_tender(session, actor, tender_id)
    actor.require(
        Permission.EDIT_TENDERS,
        cooperation_id=tender.cooperation_id,
        lead_organisation_id=tender.lead_organisation_id,
    )
    against = rules.reasons_against_stage(rules.Stage(tender.stage), rules.Action.EDIT)
    if against:
        raise Refused.because("not_a_draft", "Die Lose stehen fest.", against)
    write_lots(session, tender, lines_of(session, _needed(session, tender.pool)), split)
    record(
        session,
        actor,
        tender,
        "lots_cut",
        f"Die Lose wurden neu gebildet: {lotting.SPLIT_NAMES[split]}.",
        now=now,
        lots=[lot.title for lot in tender.lots],
    )
    return tender
