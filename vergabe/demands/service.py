"""Commands that move a demand from stage to stage.

`drafts` has those that write it down, `releasing` those that release its budget.

Rivals: each command locks the demands it decides on and reads them afresh. A second click finds the
stage that the first one left and gets a refusal that says so; nothing happens twice.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from vergabe import outbox
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.demands import call_queries, queries, recording, rules, telling
from vergabe.demands.call_rules import CallState
from vergabe.demands.conversion import facts_of
from vergabe.demands.deciding import by_owner, raise_if_invalid, refuse_if, theirs
from vergabe.demands.drafts import brings_demands, why_not_in_area
from vergabe.demands.events import DemandSubmitted
from vergabe.demands.model import CallForDemands, Demand
from vergabe.demands.stages import NEXT_STAGE, Action, Stage
from vergabe.errors import Violation

# Whoever may release may refuse to and take it back; whoever writes demands may do the rest.
_PERMISSION: Final = {
    Action.REJECT: Permission.RELEASE_DEMANDS,
    Action.REVOKE_RELEASE: Permission.RELEASE_DEMANDS,
    Action.WITHDRAW: Permission.EDIT_DEMANDS,
    Action.REOPEN: Permission.EDIT_DEMANDS,
}
_DONE: Final = {
    Action.REJECT: "abgelehnt",
    Action.REVOKE_RELEASE: "zur Freigabe zurückgenommen",
    Action.WITHDRAW: "zurückgezogen",
    Action.REOPEN: "wieder als Entwurf geöffnet",
}
_RECORDED: Final = {
    Action.REJECT: "rejected",
    Action.REVOKE_RELEASE: "release_revoked",
    Action.WITHDRAW: "withdrawn",
    Action.REOPEN: "reopened",
}


def submit_demand(
    session: Session, actor: Actor, demand_id: uuid.UUID, *, now: dt.datetime
) -> Demand:
    """Submit a draft for release and return it; the releasers of the organisation are told.

    Raises NotFound, Forbidden, Refused.
    """
    return submit_demands(session, actor, [demand_id], now=now)[0]


def submit_demands(
    session: Session, actor: Actor, demand_ids: Sequence[uuid.UUID], *, now: dt.datetime
) -> list[Demand]:
    """Submit drafts for release, all or none; return them in the given order."""
    demands = theirs(session, actor, demand_ids, Permission.EDIT_DEMANDS)
    reasons = [
        reason
        for demand in demands
        for reason in _reasons_against_submitting(session, demand, now=now)
    ]
    refuse_if(reasons, "demand_not_submittable")
    for demand in demands:
        demand.stage = Stage.SUBMITTED
        demand.submitted_at, demand.submitted_by_id = now, actor.user_id
        demand.stage_reason = None
    session.flush()
    recording.record(session, actor, demands, "submitted", "eingereicht", now=now)
    for group in by_owner(demands):
        _emit_submitted(session, group, now=now)
        telling.tell_releasers(
            session,
            group,
            cooperation_id=group[0].cooperation_id,
            organisation_id=group[0].organisation_id,
            now=now,
        )
    return demands


def _reasons_against_submitting(
    session: Session, demand: Demand, *, now: dt.datetime
) -> list[Violation]:
    call = session.get(CallForDemands, demand.call_id) if demand.call_id else None
    brings = brings_demands(session, demand.organisation_id, demand.area_id, now=now)
    return rules.reasons_against_submitting(
        facts_of(demand),
        not_in_area=None
        if brings
        else why_not_in_area(session, demand.organisation_id, demand.area, now=now),
        is_call_closed=call is not None and call_queries.state_of(call, now) is CallState.CLOSED,
    )


def reject_demand(
    session: Session, actor: Actor, demand_id: uuid.UUID, reason: str, *, now: dt.datetime
) -> Demand:
    """Reject a submitted demand with a reason, which the requester is told; return it."""
    return _move(session, actor, demand_id, Action.REJECT, reason, now=now)


def reject_demands(
    session: Session,
    actor: Actor,
    demand_ids: Sequence[uuid.UUID],
    reason: str,
    *,
    now: dt.datetime,
) -> list[Demand]:
    """Reject submitted demands with one reason, all or none; each requester is told.

    Raises NotFound, Forbidden, InvalidInput without a choice or a reason, Refused.
    """
    demands = theirs(session, actor, demand_ids, Permission.RELEASE_DEMANDS)
    reasons = [
        found
        for demand in demands
        for found in rules.reasons_against_ending(facts_of(demand), Action.REJECT, reason)
    ]
    raise_if_invalid(list(dict.fromkeys(reasons)))
    refuse_if(reasons, f"{Action.REJECT}_refused")
    return [reject_demand(session, actor, each.id, reason, now=now) for each in demands]


def revoke_release(
    session: Session, actor: Actor, demand_id: uuid.UUID, reason: str, *, now: dt.datetime
) -> Demand:
    """Take back the release of a demand that is in no pool yet; it waits again. Return it."""
    return _move(session, actor, demand_id, Action.REVOKE_RELEASE, reason, now=now)


def withdraw_demand(
    session: Session, actor: Actor, demand_id: uuid.UUID, reason: str, *, now: dt.datetime
) -> Demand:
    """Withdraw a demand that is in no pool, for good and with a reason; return it."""
    return _move(session, actor, demand_id, Action.WITHDRAW, reason, now=now)


def reopen_demand(
    session: Session, actor: Actor, demand_id: uuid.UUID, *, now: dt.datetime
) -> Demand:
    """Make a draft again of a submitted or rejected demand, to change it; return it."""
    return _move(session, actor, demand_id, Action.REOPEN, "", now=now)


def _move(
    session: Session,
    actor: Actor,
    demand_id: uuid.UUID,
    action: Action,
    reason: str,
    *,
    now: dt.datetime,
) -> Demand:
    (demand,) = theirs(session, actor, [demand_id], _PERMISSION[action])
    reasons = rules.reasons_against_ending(facts_of(demand), action, reason)
    raise_if_invalid(reasons)
    refuse_if(reasons, f"{action}_refused")
    demand.stage = NEXT_STAGE[Stage(demand.stage), action]
    demand.stage_reason = reason or None
    if action in (Action.REVOKE_RELEASE, Action.WITHDRAW):
        demand.released_at = demand.released_by_id = None
        demand.released_net_cents = demand.budget_line = None
    session.flush()
    done = _DONE[action]
    recording.record(
        session, actor, [demand], _RECORDED[action], done, now=now, reason=reason or None
    )
    if _PERMISSION[action] is Permission.RELEASE_DEMANDS:
        telling.tell_requester(session, demand, done, reason=reason, now=now)
    return demand


def mark_pooled(
    session: Session,
    actor: Actor,
    demand_ids: Sequence[uuid.UUID],
    pool_reference: str,
    *,
    now: dt.datetime,
) -> list[Demand]:
    """Note that released demands are in a pool now; return them in the order of their ids.

    Like all `mark_…` and `un…` commands here: part of a command of a later step, which has checked
    the rights of its actor; all or none; Refused with a reason for each demand whose stage does not
    allow it.
    """
    done = f"in die Bündelung {pool_reference} aufgenommen"
    return _step(session, actor, demand_ids, Action.POOL, "pooled", done, now=now)


def unpool(
    session: Session,
    actor: Actor,
    demand_ids: Sequence[uuid.UUID],
    pool_reference: str,
    *,
    reason: str = "",
    now: dt.datetime,
) -> list[Demand]:
    """Note that demands have left their pool; they are released and free again."""
    done = f"aus der Bündelung {pool_reference} genommen"
    return _step(
        session, actor, demand_ids, Action.UNPOOL, "unpooled", done, reason=reason, now=now
    )


def mark_tendered(
    session: Session,
    actor: Actor,
    demand_ids: Sequence[uuid.UUID],
    tender_reference: str,
    *,
    now: dt.datetime,
) -> list[Demand]:
    """Note that demands of a pool are in a tender now."""
    done = f"in das Vergabeverfahren {tender_reference} aufgenommen"
    return _step(session, actor, demand_ids, Action.TENDER, "tendered", done, now=now)


def untender(
    session: Session,
    actor: Actor,
    demand_ids: Sequence[uuid.UUID],
    tender_reference: str,
    *,
    reason: str = "",
    now: dt.datetime,
) -> list[Demand]:
    """Note that the tender of these demands has ended without them; they are pooled again."""
    done = f"aus dem Vergabeverfahren {tender_reference} genommen"
    return _step(
        session, actor, demand_ids, Action.UNTENDER, "untendered", done, reason=reason, now=now
    )


def mark_awarded(
    session: Session,
    actor: Actor,
    demand_ids: Sequence[uuid.UUID],
    tender_reference: str,
    *,
    now: dt.datetime,
) -> list[Demand]:
    """Note that the contract for these demands was awarded."""
    done = f"im Vergabeverfahren {tender_reference} beauftragt"
    return _step(session, actor, demand_ids, Action.AWARD, "awarded", done, now=now)


def mark_settled(
    session: Session, actor: Actor, demand_ids: Sequence[uuid.UUID], *, now: dt.datetime
) -> list[Demand]:
    """Note that the costs of these demands are shared out and paid."""
    return _step(session, actor, demand_ids, Action.SETTLE, "settled", "abgerechnet", now=now)


def _step(
    session: Session,
    actor: Actor,
    demand_ids: Sequence[uuid.UUID],
    action: Action,
    recorded: str,
    done: str,
    *,
    reason: str = "",
    now: dt.datetime,
) -> list[Demand]:
    demands = queries.locked_demands(session, demand_ids)
    refuse_if(
        [
            violation
            for demand in demands
            for violation in rules.reasons_against_stage(facts_of(demand), action)
        ],
        f"{action}_refused",
    )
    for demand in demands:
        demand.stage = NEXT_STAGE[Stage(demand.stage), action]
    session.flush()
    recording.record(session, actor, demands, recorded, done, now=now, reason=reason or None)
    return demands


def _emit_submitted(session: Session, demands: Sequence[Demand], *, now: dt.datetime) -> None:
    """Say that demands of one organisation in one cooperation were submitted."""
    first, demand_ids = demands[0], tuple(demand.id for demand in demands)
    outbox.emit(
        session,
        DemandSubmitted(demand_ids, first.cooperation_id, first.organisation_id, now),
        now=now,
    )
