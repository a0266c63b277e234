"""Commands on milestones, from their entry to their end."""

import datetime as dt
import uuid
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.gates import refuse_unless_allowed
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.rules import Activity
from vergabe.deadlines import service as deadlines
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, Violation
from vergabe.law import german
from vergabe.plans import queries, rules
from vergabe.plans.model import Milestone
from vergabe.plans.rules import MilestoneEntry
from vergabe.pools import queries as pools

DEADLINE_KIND: Final = "milestone"


def add_milestone(
    session: Session, actor: Actor, key: str, entry: MilestoneEntry, *, now: dt.datetime
) -> Milestone:
    """Add a milestone to a cooperation (or to one of its pools) and return it.

    The same entry again returns the open milestone that is there. Raises NotFound, Forbidden,
    Refused before the agreement allows to plan, InvalidInput.
    """
    cooperation = _editable(session, actor, key, now=now)
    cooperations.locked_cooperation(session, cooperation.id)
    refuse_unless_allowed(session, cooperation.id, Activity.PLAN, now=now)
    _check(session, actor, cooperation, entry, now=now)
    known = session.scalars(
        select(Milestone).filter_by(
            cooperation_id=cooperation.id, done_on=None, dropped_at=None, **_columns(entry)
        )
    ).first()
    if known is not None:
        return known
    milestone = Milestone(
        id=ids.new_id(),
        cooperation_id=cooperation.id,
        created_at=now,
        created_by_name=actor.name,
        **_columns(entry),
    )
    session.add(milestone)
    session.flush()
    _keep_deadline(session, cooperation, milestone, now=now)
    _record(session, actor, milestone, "add_milestone", "geplant", now=now)
    return milestone


def change_milestone(
    session: Session,
    actor: Actor,
    key: str,
    milestone_id: uuid.UUID,
    entry: MilestoneEntry,
    *,
    version: int,
    now: dt.datetime,
) -> Milestone:
    """Change an open milestone and return it. Raises as `add_milestone`, and Stale."""
    cooperation = _editable(session, actor, key, now=now)
    milestone = queries.visible_milestone(session, actor, key, milestone_id, now=now, lock=True)
    columns = _columns(entry)
    if all(getattr(milestone, name) == value for name, value in columns.items()):
        return milestone
    _refuse_if_ended(milestone, now)
    if milestone.version != version:
        raise Stale("Der Meilenstein")
    _check(session, actor, cooperation, entry, now=now)
    before = _days(milestone)
    for name, value in columns.items():
        setattr(milestone, name, value)
    session.flush()
    _keep_deadline(session, cooperation, milestone, now=now)
    _record(session, actor, milestone, "change_milestone", "geändert", now=now, before=before)
    return milestone


def complete_milestone(
    session: Session,
    actor: Actor,
    key: str,
    milestone_id: uuid.UUID,
    *,
    done_on: dt.date,
    now: dt.datetime,
) -> Milestone:
    """Note the day on which a milestone was done and return it; the same day again is harmless.

    The responsible organisation may do it, and who keeps the plan. Raises NotFound, Forbidden,
    InvalidInput, Refused.
    """
    milestone = queries.visible_milestone(session, actor, key, milestone_id, now=now, lock=True)
    cooperation = session.get_one(Cooperation, milestone.cooperation_id)
    if not may_edit(actor, cooperation):
        actor.require(
            Permission.REPORT_MILESTONES,
            organisation_id=milestone.organisation_id,
            cooperation_id=milestone.cooperation_id,
        )
    if milestone.done_on == done_on:
        return milestone
    reasons = rules.reasons_against_done(
        _state(milestone, now),
        done_on,
        created_on=clock.berlin_day(milestone.created_at),
        today=clock.berlin_day(now),
    )
    if reasons and reasons[0].field:
        raise InvalidInput.of(reasons)
    if reasons:
        raise Refused.because("milestone_ended", reasons[0].message, reasons)
    milestone.done_on = done_on
    session.flush()
    deadlines.meet(session, milestone.id, DEADLINE_KIND, now=now)
    _record(session, actor, milestone, "complete_milestone", "erledigt", now=now)
    return milestone


def drop_milestone(
    session: Session,
    actor: Actor,
    key: str,
    milestone_id: uuid.UUID,
    *,
    reason: str,
    now: dt.datetime,
) -> Milestone:
    """Drop an open milestone with a reason and return it; dropping it again is harmless."""
    _editable(session, actor, key, now=now)
    milestone = queries.visible_milestone(session, actor, key, milestone_id, now=now, lock=True)
    if milestone.dropped_at is not None:
        return milestone
    _refuse_if_ended(milestone, now)
    if not reason:
        message = "Bitte sagen Sie, warum der Meilenstein gestrichen wird."
        raise InvalidInput.of([Violation("reason_missing", message, field="reason")])
    if len(reason) > rules.REASON_LENGTH:
        message = f"Bitte höchstens {rules.REASON_LENGTH} Zeichen."
        raise InvalidInput.of([Violation("text_too_long", message, field="reason")])
    milestone.dropped_at, milestone.dropped_reason = now, reason
    session.flush()
    deadlines.lift(session, milestone.id, DEADLINE_KIND, reason, now=now)
    _record(session, actor, milestone, "drop_milestone", "gestrichen", now=now, reason=reason)
    return milestone


def may_edit(actor: Actor, cooperation: Cooperation) -> bool:
    """Return whether the actor keeps the plans of a cooperation."""
    return actor.may(
        Permission.EDIT_PLANS,
        cooperation_id=cooperation.id,
        lead_organisation_id=cooperation.lead_organisation_id,
    )


def require_edit(actor: Actor, cooperation: Cooperation) -> None:
    """Raise Forbidden unless the actor keeps the plans of a cooperation."""
    actor.require(
        Permission.EDIT_PLANS,
        cooperation_id=cooperation.id,
        lead_organisation_id=cooperation.lead_organisation_id,
    )


def _editable(session: Session, actor: Actor, key: str, *, now: dt.datetime) -> Cooperation:
    cooperation = cooperations.cooperation_by_key(session, actor, key, now=now)
    require_edit(actor, cooperation)
    return cooperation


def _check(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    entry: MilestoneEntry,
    *,
    now: dt.datetime,
) -> None:
    reasons = rules.reasons_against_entry(
        entry,
        member_ids=cooperations.member_ids(session, cooperation.id, now),
        area_ids=[area.id for area in cooperation.areas],
        today=clock.berlin_day(now),
    )
    if entry.pool_id is not None and not _is_own_pool(session, actor, cooperation, entry.pool_id):
        message = "Dieses Vorhaben gibt es in dieser Zusammenarbeit nicht."
        reasons.append(Violation("pool_unknown", message, field="pool_id"))
    if reasons:
        raise InvalidInput.of(reasons)


def _is_own_pool(
    session: Session, actor: Actor, cooperation: Cooperation, pool_id: uuid.UUID
) -> bool:
    try:
        return pools.visible_pool(session, actor, pool_id).cooperation_id == cooperation.id
    except NotFound:
        return False


def _columns(entry: MilestoneEntry) -> dict[str, Any]:
    return {
        "pool_id": entry.pool_id,
        "area_id": entry.area_id,
        "organisation_id": entry.organisation_id,
        "kind": str(entry.kind),
        "title": entry.title,
        "note": entry.note,
        "before_step": entry.before_step,
        "wished_on": entry.wished_on,
        "agreed_on": entry.agreed_on,
    }


def _state(milestone: Milestone, now: dt.datetime) -> rules.State:
    return rules.state(
        agreed_on=milestone.agreed_on,
        done_on=milestone.done_on,
        is_dropped=milestone.dropped_at is not None,
        today=clock.berlin_day(now),
    )


def _refuse_if_ended(milestone: Milestone, now: dt.datetime) -> None:
    reasons = rules.reasons_against_change(_state(milestone, now))
    if reasons:
        raise Refused.because("milestone_ended", reasons[0].message, reasons)


def _keep_deadline(
    session: Session, cooperation: Cooperation, milestone: Milestone, *, now: dt.datetime
) -> None:
    """Keep the deadline, and with it reminders and calendar entries, as agreed."""
    if milestone.agreed_on is None:
        deadlines.lift(session, milestone.id, DEADLINE_KIND, "kein Tag mehr vereinbart", now=now)
        return
    due_at = clock.start_of_day(milestone.agreed_on + dt.timedelta(days=1))
    deadline = deadlines.set_deadline(
        session,
        subject_kind="milestone",
        subject_id=milestone.id,
        subject_reference=f"Plan {cooperation.reference_prefix}",
        cooperation_id=cooperation.id,
        kind=DEADLINE_KIND,
        title=milestone.title,
        due_at=due_at,
        source="person",
        law=None,
        calculation={"steps": [f"Vereinbart ist der {german.long_date(milestone.agreed_on)}."]},
        organisation_id=milestone.organisation_id,
        now=now,
    )
    deadline.title, deadline.organisation_id = milestone.title, milestone.organisation_id
    session.flush()


def _days(milestone: Milestone) -> dict[str, str | None]:
    days = {name: getattr(milestone, name) for name in ("wished_on", "agreed_on", "done_on")}
    return {name: day.isoformat() if day else None for name, day in days.items()}


def _record(
    session: Session,
    actor: Actor,
    milestone: Milestone,
    action: str,
    verb: str,
    *,
    now: dt.datetime,
    reason: str | None = None,
    before: dict[str, str | None] | None = None,
) -> None:
    stream = (
        audit.stream_of("pool", milestone.pool_id)
        if milestone.pool_id is not None
        else audit.stream_of("cooperation", milestone.cooperation_id)
    )
    details: dict[str, Any] = {
        **_days(milestone),
        "kind": milestone.kind,
        "before_step": milestone.before_step,
        "organisation_id": str(milestone.organisation_id),
    }
    if before is not None:
        details["before"] = before
    audit.append(
        session,
        stream,
        actor,
        Act(
            action,
            "milestone",
            milestone.id,
            f"Meilenstein „{milestone.title}“ {verb}.",
            reason,
            details,
        ),
        now=now,
    )
