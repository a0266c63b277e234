"""From a binding pool to a draft tender: lots, shares, estimate, regime, method."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.bylaws import facts as bylaws
from vergabe.conflicts import acting
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations import tasks
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.demands.queries import ReleasedDemand
from vergabe.demands.references import next_reference
from vergabe.errors import Refused, Violation
from vergabe.exchange.plain_text import one_line
from vergabe.funding import queries as funding
from vergabe.pools import queries as pool_queries
from vergabe.pools import service as pools
from vergabe.pools.model import Pool
from vergabe.tenders import later, lotting, review, rules
from vergabe.tenders.assessment import Assessment, Need, assess, law_result
from vergabe.tenders.changing import tender_to_change, touch
from vergabe.tenders.lot_writing import cut, insert_lots, lines_of, value_of, write_lots
from vergabe.tenders.lotting import LotDraft, Split
from vergabe.tenders.model import AwardCriterion, Tender, TenderBuyer
from vergabe.tenders.recording import record

_ONLY_PRICE: Final = {
    "position": 1,
    "kind": "price",
    "name": "Preis",
    "description": "Gesamtpreis je Los, netto",
    "weight_basis_points": rules.FULL_WEIGHT,
}


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
    _require_preparing(session, actor, pool, now=now)
    existing = session.scalars(
        select(Tender).where(Tender.pool_id == pool_id, Tender.stage != rules.Stage.CANCELLED)
    ).first()
    if existing is not None:
        return existing
    bound = pools.start_tendering(session, actor, pool, now=now)
    needed = _somebody([entry.as_demand() for entry in bound])
    buyers = _organisations(session, cooperation, needed)
    assessment = _assess(session, pool, needed, buyers, clock.berlin_day(now))
    drafts = cut(lines_of(needed), split)
    tender = _new_tender(session, actor, pool, buyers, needed, assessment, now=now)
    tender.title = one_line(title or "", max_length=400, field="title") or pool.title
    tender.estimated_value_net_cents = value_of(drafts)
    session.add(tender)
    session.flush()
    _insert_buyers(session, tender, cooperation, needed, now=now)
    insert_lots(session, tender, drafts, split)
    session.execute(
        insert(cast(Table, AwardCriterion.__table__)),
        _ONLY_PRICE | {"id": ids.new_id(), "tender_id": tender.id},
    )
    session.expire(tender, ["buyers", "criteria"])
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


def lots_to_choose(
    session: Session, actor: Actor, pool_id: uuid.UUID
) -> tuple[Pool, dict[Split, list[LotDraft]]]:
    """Return a visible pool and the lots it would give, by each principle; nothing is written."""
    pool = pool_queries.visible_pool(session, actor, pool_id)
    lines = lines_of(_needed(session, pool))
    return pool, {split: cut(lines, split) for split in Split}


def needed_by(session: Session, pool_id: uuid.UUID) -> list[ReleasedDemand]:
    """Return the demands of the members that joined, with the quantities they are bound to."""
    return [bound.as_demand() for bound in pool_queries.bound_demands(session, pool_id)]


def _require_preparing(session: Session, actor: Actor, pool: Pool, *, now: dt.datetime) -> None:
    where = Governed(pool.cooperation, pool.area_id)
    tasks.require(session, actor, Step.PREPARE_TENDER, where, now=now)
    acting.require_free(session, actor, pool_id=pool.id, cooperation_id=pool.cooperation_id)


def _needed(session: Session, pool: Pool) -> list[ReleasedDemand]:
    return _somebody(needed_by(session, pool.id))


def _somebody(needed: list[ReleasedDemand]) -> list[ReleasedDemand]:
    if not needed:
        raise Refused.because(
            "nobody_joined",
            "Keine Kommune mit Bedarf ist der Bündelung beigetreten.",
            [Violation("nobody_joined", "Kein Beitritt liegt vor.", law="§ 4 Abs. 1 VgV")],
        )
    return needed


def _organisations(
    session: Session, cooperation: Cooperation, needed: Iterable[ReleasedDemand]
) -> dict[uuid.UUID, Organisation]:
    """Return those that need something, and the lead, by their ids: read once for all."""
    wanted = {d.organisation_id for d in needed} | {cooperation.lead_organisation_id}
    found = session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))
    return {organisation.id: organisation for organisation in found}


def _assess(
    session: Session,
    pool: Pool,
    needed: Sequence[ReleasedDemand],
    organisations: Mapping[uuid.UUID, Organisation],
    on: dt.date,
) -> Assessment:
    needs = [Need(d.organisation_name, d.land or "NW", d.value_net_cents or 0) for d in needed]
    needs += [
        Need(later.name_in_estimate(row), row.organisation.land or "NW", row.maximum_net_cents)
        for row in pool.later_joiners
    ]
    owners = [organisations[each] for each in {d.organisation_id for d in needed}]
    rules = bylaws.gathered(session, owners, on)
    demanded = funding.award_rules(session, pool.id)
    found = assess(needs, nature_of(needed), on, funding_rules=demanded, rule_sets=rules.rule_sets)
    return replace(found, bylaws=rules.versions)


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


def _new_tender(
    session: Session,
    actor: Actor,
    pool: Pool,
    organisations: Mapping[uuid.UUID, Organisation],
    needed: Sequence[ReleasedDemand],
    assessment: Assessment,
    *,
    now: dt.datetime,
) -> Tender:
    cooperation = pool.cooperation
    lead = organisations[cooperation.lead_organisation_id]
    today = clock.berlin_day(now)
    number = next_reference(session, cooperation.reference_prefix, today.year)
    codes_ = sorted({d.cpv for d in needed} | {c for d in needed for c in d.cpv_additional})
    main = pool.cpv
    agreement = tasks.governing_agreement(session, cooperation.id, today)
    return Tender(
        id=ids.new_id(),
        reference=f"{cooperation.reference_prefix}-{today.year}-{number:04d}",
        procedure_uuid=uuid.uuid4(),
        cooperation_id=cooperation.id,
        pool_id=pool.id,
        pool=pool,
        lead_organisation_id=cooperation.lead_organisation_id,
        agreement_id=agreement.id if agreement else None,
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
        initiated_on=today,
        contact=dict(cooperation.contact),
        review_body=review.body_for(cooperation, lead, organisations.values(), assessment, today),
        lots_joining={},
        selection_criteria="",
        urgency_reason="",
        created_at=now,
        created_by_id=actor.user_id,
    )


def _insert_buyers(
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
    rows = [
        {
            "id": ids.new_id(),
            "tender_id": tender.id,
            "organisation_id": organisation_id,
            "is_lead": organisation_id == lead,
            "buys": organisation_id in buying,
            "position": position,
        }
        for position, organisation_id in enumerate(order, start=1)
        if organisation_id in buying or organisation_id == lead
    ]
    session.execute(insert(cast(Table, TenderBuyer.__table__)), rows)


def recut(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    split: Split,
    *,
    now: dt.datetime,
    version: int | None = None,
) -> Tender:
    """Cut the lots of a draft anew by another principle; what was typed into the old ones is lost.

    version: the one the person saw; Stale if the tender has changed since.
    """
    tender = tender_to_change(session, actor, tender_id, version=version)
    old = [lot.title for lot in tender.lots]
    write_lots(session, tender, lines_of(_needed(session, tender.pool)), split)
    touch(session, tender)
    record(
        session,
        actor,
        tender,
        "lots_cut",
        f"Die Lose wurden neu gebildet: {lotting.SPLIT_NAMES[split]}.",
        now=now,
        old=old,
        new=[lot.title for lot in tender.lots],
    )
    return tender
