"""What passes in running procedures: demands, joinings, withdrawals, buyers, shares, deadlines.

Quantities and values stay with their demands; only whose they are changes. Therefore every sum that
agreed before agrees afterwards, to the cent.
"""

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from vergabe.access.actor import Actor
from vergabe.deadlines.model import Deadline
from vergabe.demands import recording as demand_records
from vergabe.demands.model import CallAnswer, CallForDemands, Demand
from vergabe.demands.stages import Stage as DemandStage
from vergabe.plans.model import Milestone
from vergabe.pools import withdrawing
from vergabe.pools.deciding import entries_in, let_go
from vergabe.pools.model import Joining, LaterJoiner, Pool, PoolDemand, Withdrawal
from vergabe.pools.recording import record as record_pool
from vergabe.pools.stages import FINAL_STAGES, Stage
from vergabe.successions.facts import Succession
from vergabe.tenders.model import ItemShare, Lot, LotItem, Tender, TenderBuyer
from vergabe.tenders.recording import record as record_tender
from vergabe.tenders.rules import Stage as TenderStage

ENDED_DEMANDS: Final = (
    DemandStage.REJECTED,
    DemandStage.WITHDRAWN,
    DemandStage.AWARDED,
    DemandStage.SETTLED,
)
ENDED_TENDERS: Final = (TenderStage.AWARDED, TenderStage.COMPLETED, TenderStage.CANCELLED)


def lock_procedures(session: Session, old_id: uuid.UUID) -> None:
    """Lock the running tenders and pools in the order in which publishing takes its locks."""
    buying = select(TenderBuyer.tender_id).where(TenderBuyer.organisation_id == old_id)
    pools = select(PoolDemand.pool_id).where(_owned_by(old_id))
    for query in (
        select(Tender.id).where(Tender.id.in_(buying)).order_by(Tender.id),
        select(Pool.id).where(Pool.id.in_(pools)).order_by(Pool.id),
    ):
        session.execute(query.with_for_update())


def pass_demands(session: Session, actor: Actor, of: Succession) -> int:
    """Give the open demands to the successor; return how many. What has ended stays."""
    found = session.scalars(
        select(Demand)
        .where(Demand.organisation_id == of.old.id, Demand.stage.not_in(ENDED_DEMANDS))
        .order_by(Demand.id)
        .with_for_update()
    ).all()
    taken = set(
        session.scalars(
            select(Demand.external_reference).where(Demand.organisation_id == of.new.id)
        )
    )
    # Said in the chain of the old municipality before, and in the successor's afterwards.
    done = f"ging auf {of.new.name} über"
    demand_records.record(session, actor, found, "passed_on", done, now=of.now)
    for demand in found:
        demand.organisation = of.new
        if demand.external_reference is not None and demand.external_reference in taken:
            demand.external_reference = f"{of.old.name[:40]}/{demand.external_reference}"[:120]
    session.flush()
    done = f"von {of.old.name} übernommen"
    demand_records.record(session, actor, found, "taken_over", done, now=of.now)
    _pass_answers(session, of)
    return len(found)


def _pass_answers(session: Session, of: Succession) -> None:
    rows = session.scalars(
        select(CallAnswer)
        .join(CallForDemands, CallForDemands.id == CallAnswer.call_id)
        .where(
            CallForDemands.closes_at > of.now,
            CallAnswer.organisation_id.in_([of.old.id, of.new.id]),
        )
    ).all()
    answered = {row.call_id for row in rows if row.organisation_id == of.new.id}
    for row in rows:
        if row.organisation_id == of.old.id and row.call_id not in answered:
            row.organisation_id = of.new.id
    session.flush()


def pass_pools(session: Session, actor: Actor, of: Succession) -> int:
    """Let the successor stand in running pools where the old one did; return how many.

    Call it before `pass_demands`: whose demands are whose says what each had joined with.
    """
    joined = select(Joining.pool_id).where(Joining.organisation_id == of.old.id)
    announced = select(LaterJoiner.pool_id).where(LaterJoiner.organisation_id == of.old.id)
    with_demand = select(Pool.id).where(Pool.entries.any(_owned_by(of.old.id)))
    pools = session.scalars(
        select(Pool)
        .where(
            Pool.stage.not_in(FINAL_STAGES),
            Pool.id.in_(joined) | Pool.id.in_(announced) | Pool.id.in_(with_demand),
        )
        .order_by(Pool.id)
        .with_for_update(of=Pool)
    ).all()
    for pool in pools:
        _pass_joining(session, actor, pool, of)
        _pass_announcement(session, pool, of)
        _pass_withdrawals(session, pool, of)
        flag_modified(pool, "title")
        session.flush()
        record_pool(session, actor, pool, "member_succeeded", of.sentence, now=of.now)
    return len(pools)


def _owned_by(organisation_id: uuid.UUID) -> ColumnElement[bool]:
    return PoolDemand.removed_at.is_(None) & PoolDemand.demand.has(
        Demand.organisation_id == organisation_id
    )


def _pass_joining(session: Session, actor: Actor, pool: Pool, of: Succession) -> None:
    """Make one decision of two: what either joined with is bound, and nothing else."""
    rows = {
        row.organisation_id: row
        for row in session.scalars(
            select(Joining).where(
                Joining.pool_id == pool.id, Joining.organisation_id.in_([of.old.id, of.new.id])
            )
        )
    }
    old, new = rows.get(of.old.id), rows.get(of.new.id)
    bound = [side for side in (old, new) if side is not None and side.decision == "joined"]
    for organisation_id, side in ((of.old.id, old), (of.new.id, new)):
        if bound and (side is None or side.decision != "joined"):
            _leave_unbound(session, actor, pool, organisation_id, of)
    if old is None:
        return
    if new is None:
        old.organisation = of.new
    else:
        winner, other = (new, old) if new.decision == "joined" or not bound else (old, new)
        if len(bound) == 2:
            winner.quantities = [*winner.quantities, *other.quantities]
            winner.mandate_reference = "; ".join(
                dict.fromkeys(filter(None, [winner.mandate_reference, other.mandate_reference]))
            )[:400]
            winner.may_call_off_later = winner.may_call_off_later or other.may_call_off_later
        session.delete(other)
        session.flush()
        winner.organisation = of.new
    session.flush()
    session.expire(pool, ["joinings"])


def _leave_unbound(
    session: Session, actor: Actor, pool: Pool, organisation_id: uuid.UUID, of: Succession
) -> None:
    """Take out the demands of the side that had not joined: the other's word does not bind them.

    They are the successor's free demands again; in an open window it may ask for them to be taken
    in by the coordination, else in the next pool.
    """
    entries = [
        entry
        for entry in entries_in(session, pool.id)
        if entry.demand.organisation_id == organisation_id
    ]
    if entries and pool.stage not in (Stage.TENDERING,):
        reason = f"{of.sentence} Dieser Bedarf war nicht verbindlich beigetreten."
        let_go(session, actor, pool, entries, reason, are_pooled=True, now=of.now)


def _pass_announcement(session: Session, pool: Pool, of: Succession) -> None:
    rows = {
        row.organisation_id: row
        for row in session.scalars(
            select(LaterJoiner).where(
                LaterJoiner.pool_id == pool.id,
                LaterJoiner.organisation_id.in_([of.old.id, of.new.id]),
            )
        )
    }
    if of.old.id in rows and of.new.id not in rows:
        rows[of.old.id].organisation_id = of.new.id
        session.flush()


def _pass_withdrawals(session: Session, pool: Pool, of: Succession) -> None:
    rows = session.scalars(
        select(Withdrawal).where(
            Withdrawal.pool_id == pool.id,
            Withdrawal.effective_at.is_(None),
            Withdrawal.refused_at.is_(None),
        )
    ).all()
    own = any(row.organisation_id == of.new.id for row in rows)
    for row in rows:
        if row.organisation_id == of.old.id:
            if own:
                row.refused_at = of.now
            else:
                row.organisation_id = of.new.id
        elif row.organisation_id != of.new.id:
            _pass_consent(session, row, of)
    session.flush()


def _pass_consent(session: Session, withdrawal: Withdrawal, of: Succession) -> None:
    rows = {row.organisation_id: row for row in withdrawal.consents}
    if of.old.id in rows and of.new.id not in rows:
        rows[of.old.id].organisation_id = of.new.id
        session.flush()


def let_go_who_may(session: Session, actor: Actor, of: Succession) -> None:
    """Let those go whose withdrawal waited for the old municipality alone.

    Call it after `pass_demands`; the pools are locked since `pass_pools`.
    """
    joined = select(Joining.pool_id).where(Joining.organisation_id == of.new.id)
    waiting = select(Withdrawal.pool_id).where(
        Withdrawal.pool_id.in_(joined),
        Withdrawal.effective_at.is_(None),
        Withdrawal.refused_at.is_(None),
    )
    query = select(Pool).where(Pool.id.in_(waiting), Pool.stage.not_in(FINAL_STAGES))
    for pool in session.scalars(query.order_by(Pool.id).with_for_update(of=Pool)).all():
        withdrawing.let_go_who_may(session, actor, pool, now=of.now)


def pass_tenders(session: Session, actor: Actor, of: Succession) -> int:
    """Let the successor buy, or lead, in running tenders; return how many.

    What was published keeps its words: versions and notices are never changed. The next version of
    a running tender names the successor.
    """
    buying = select(TenderBuyer.tender_id).where(TenderBuyer.organisation_id == of.old.id)
    tenders = session.scalars(
        select(Tender)
        .where(Tender.stage.not_in(ENDED_TENDERS), Tender.id.in_(buying))
        .order_by(Tender.id)
        .with_for_update(of=Tender)
        .execution_options(populate_existing=True)
    ).all()
    for tender in tenders:
        _pass_buyer(session, tender, of)
        _pass_shares(session, tender, of)
        if tender.lead_organisation_id == of.old.id:
            tender.lead = of.new
        flag_modified(tender, "title")
        session.flush()
        session.expire(tender, ["buyers", "lots"])
        record_tender(session, actor, tender, "buyer_succeeded", of.sentence, now=of.now)
    return len(tenders)


def _pass_buyer(session: Session, tender: Tender, of: Succession) -> None:
    rows: dict[uuid.UUID, TenderBuyer] = {
        row.organisation_id: row
        for row in session.scalars(
            select(TenderBuyer).where(
                TenderBuyer.tender_id == tender.id,
                TenderBuyer.organisation_id.in_([of.old.id, of.new.id]),
            )
        )
    }
    old, new = rows[of.old.id], rows.get(of.new.id)
    if new is None:
        old.organisation = of.new
    else:
        new.is_lead, new.buys = new.is_lead or old.is_lead, new.buys or old.buys
        session.delete(old)
    session.flush()


def _pass_shares(session: Session, tender: Tender, of: Succession) -> None:
    items: Sequence[uuid.UUID] = session.scalars(
        select(LotItem.id).join(Lot, Lot.id == LotItem.lot_id).where(Lot.tender_id == tender.id)
    ).all()
    session.execute(
        update(ItemShare)
        .where(ItemShare.item_id.in_(items), ItemShare.organisation_id == of.old.id)
        .values(organisation_id=of.new.id)
        .execution_options(synchronize_session="fetch")
    )


def pass_deadlines(session: Session, of: Succession) -> None:
    """Let running deadlines and open milestones be the successor's to keep."""
    session.execute(
        update(Deadline)
        .where(
            Deadline.organisation_id == of.old.id,
            Deadline.met_at.is_(None),
            Deadline.lifted_at.is_(None),
            Deadline.due_at > of.now,
        )
        .values(organisation_id=of.new.id)
    )
    session.execute(
        update(Milestone)
        .where(
            Milestone.organisation_id == of.old.id,
            Milestone.done_on.is_(None),
            Milestone.dropped_at.is_(None),
        )
        .values(organisation_id=of.new.id)
    )
