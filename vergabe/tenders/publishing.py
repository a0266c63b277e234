"""The lawful part of publishing, amending and cancelling: stages, gates, deadlines, versions.

notices.service calls these in the transaction that also builds and stores the notice; nothing else
may, for a tender that is published without its notice would be a secret one.
"""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.cooperations.rules import Scope
from vergabe.cooperations.task_rules import Step
from vergabe.deadlines import service as deadlines
from vergabe.demands import service as demands
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.exchange.plain_text import many_lines
from vergabe.law import paragraphs
from vergabe.pools import service as pools
from vergabe.pools.stages import Stage as PoolStage
from vergabe.tenders import assessment, bylaw_changes, gates, mandate_watch, rules, timing
from vergabe.tenders.amending import Amendment, mark_amended
from vergabe.tenders.changing import tender_to_change
from vergabe.tenders.facts import chosen_of, current_assessment, period_facts, store_assessment
from vergabe.tenders.limits import REASON_MAX
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import OWN_ONLY, Outlet
from vergabe.tenders.recording import record
from vergabe.tenders.rules import Action, Stage
from vergabe.tenders.versions import iso, publish_documents, start_deadlines, store_version

# Amending is a module of its own; whoever publishes finds all three acts here.
__all__ = [
    "Amendment",
    "mark_amended",
    "mark_cancelled",
    "mark_published",
    "reasons_against_publishing",
]


def mark_published(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    *,
    now: dt.datetime,
    version: int | None = None,
    outlet: Outlet = OWN_ONLY,
) -> Tender:
    """Publish a ready tender: every gate open, every deadline lawful.

    version: the one the person saw; outlet: where its notice goes; if that means waiting (§ 40 (3)
    VgV), the tender is given out but not public. Raises Stale, and Refused with all reasons (stage,
    gates, deadlines); a tender that is published already is refused as well, so that the second
    click never publishes twice.
    """
    tender = _own_tender(session, actor, tender_id, Action.PUBLISH, Step.PUBLISH, version=version)
    sent_on = clock.berlin_day(now)
    _refuse_closed_gates(session, tender, now=now)
    store_assessment(tender, current_assessment(session, tender, sent_on), sent_on)
    facts = period_facts(session, tender, started_on=sent_on)
    settled = timing.planned(chosen_of(tender), facts, now=now)
    tender.submission_deadline = settled.submission_deadline
    tender.enquiries_deadline = settled.enquiries_deadline
    tender.stage = rules.NEXT_STAGE[Stage(tender.stage), Action.PUBLISH]
    tender.published_at, tender.published_version = now, tender.published_version + 1
    is_held = outlet.must_wait(tender)
    tender.public_since = None if is_held else now
    publish_documents(tender)
    store_version(session, actor, tender, "", now=now)
    minimum = assessment.minimum(facts, sent_on)
    start_deadlines(
        session, tender, source="law" if settled.is_proposed else "person", minimum=minimum, now=now
    )
    demands.mark_tendered(session, actor, _demand_ids(tender), tender.reference, now=now)
    record(
        session,
        actor,
        tender,
        "tender_published",
        f"Das Verfahren {tender.reference} wurde "
        + ("zur Veröffentlichung in der EU gegeben." if is_held else "veröffentlicht."),
        now=now,
        version=tender.published_version,
        submission_deadline=iso(tender.submission_deadline),
        enquiries_deadline=iso(tender.enquiries_deadline),
        law=minimum.as_dict(),
        law_facts=tender.law_result["explained"],
        **bylaw_changes.for_record(tender),
    )
    return tender


def mark_cancelled(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    reason: str,
    *,
    now: dt.datetime,
    version: int | None = None,
    code: str = "other",
) -> Tender:
    """Cancel a tender (Aufhebung, § 63 VgV) with its reason; running deadlines are lifted.

    The pool binds on and its demands are free for another procedure. version: as in
    `mark_published`; code: of rules.CANCELLATION_CODES (BT-144).
    """
    tender = _own_tender(session, actor, tender_id, Action.CANCEL, Step.CANCEL, version=version)
    reason = many_lines(reason, max_length=REASON_MAX, field="reason")
    law = paragraphs.cancellation(str(tender.law_result.get("rule_set")))
    against = rules.reasons_against_cancelling(reason, code, law=law)
    if against:
        raise InvalidInput.of(against)
    if tender.stage == Stage.PUBLISHED:
        waiting = rules.reasons_against_before_public(is_public=tender.public_since is not None)
        if waiting:
            raise Refused.because(waiting[0].code, waiting[0].message, waiting)
    was_public = tender.public_since is not None
    if was_public:
        # A draft is given up within the house; what bidders have seen is cancelled for all members.
        mandate_watch.refuse_without(session, tender, Scope.CANCELLATION, now=now)
    tender.stage = Stage.CANCELLED
    tender.cancelled_at, tender.cancellation_reason = now, reason
    tender.cancellation_code = code
    deadlines.lift(session, tender.id, None, "Verfahren aufgehoben", now=now)
    if was_public:
        demands.untender(
            session,
            actor,
            _demand_ids(tender),
            tender.reference,
            reason="Verfahren aufgehoben",
            now=now,
        )
    pool = pools.locked_pool(session, Actor.operator(actor.name), tender.pool_id)
    if pool.stage == PoolStage.TENDERING:
        pools.return_from_tender(session, actor, pool, reason, now=now)
    record(
        session,
        actor,
        tender,
        "tender_cancelled",
        f"Das Verfahren {tender.reference} wurde aufgehoben.",
        now=now,
        reason=reason,
        code=code,
        law=law,
    )
    return tender


def reasons_against_publishing(
    session: Session, tender: Tender, *, now: dt.datetime
) -> list[Violation]:
    """Return everything that stands against publishing now: stage and gates; for preview."""
    found = gates.reasons(gates.all_gates(session, tender, now=now))
    if tender.stage == Stage.DRAFT:
        return [*found, _NOT_READY]
    return rules.reasons_against_stage(Stage(tender.stage), Action.PUBLISH) + found


def _demand_ids(tender: Tender) -> list[uuid.UUID]:
    return sorted({s.demand_id for lot in tender.lots for i in lot.items for s in i.shares})


def _own_tender(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    action: Action,
    step: Step,
    *,
    version: int | None = None,
) -> Tender:
    return tender_to_change(
        session,
        actor,
        tender_id,
        version=version,
        action=action,
        step=step,
    )


_NOT_READY = Violation("not_ready", "Das Verfahren ist noch nicht bereit erklärt.")
# When one kind of thing alone is missing, its own code says more than the general one.
_ONLY_CLOSED = {
    "deadlines_lawful": "deadline_unlawful",
    "method_permitted": "method_not_permitted",
}


def _refuse_closed_gates(session: Session, tender: Tender, *, now: dt.datetime) -> None:
    found = gates.all_gates(session, tender, now=now, is_decision=True)
    reasons = gates.reasons(found)
    if not reasons:
        return
    closed = [gate.key for gate in found if not gate.is_open]
    code = _ONLY_CLOSED.get(closed[0]) if len(closed) == 1 else None
    raise Refused.because(
        code or "gates_closed",
        f"Das Verfahren kann noch nicht veröffentlicht werden; es fehlen {len(reasons)} Dinge."
        if len(reasons) > 1
        else f"Das Verfahren kann noch nicht veröffentlicht werden: {reasons[0].message}",
        reasons,
    )
