"""Maintenance: announce, begin, end; never within 24 hours before a deadline without a reason."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.db import insert_unless_there
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.exchange.plain_text import many_lines, one_line
from vergabe.jobs.model import Job
from vergabe.outbox import OutboxRow
from vergabe.uptime import queries, recording, rules
from vergabe.uptime.model import MaintenanceWindow, Outage, UptimeState
from vergabe.uptime.rules import NearDeadline, minute_of

DEFAULT_LENGTH: Final = dt.timedelta(hours=1)
_UNPLANNED: Final = "Unaufschiebbare Wartung"


def plan(
    session: Session,
    actor: Actor,
    planned_from: dt.datetime,
    planned_until: dt.datetime,
    reason: str,
    *,
    now: dt.datetime,
) -> MaintenanceWindow:
    """Announce maintenance; the same time again changes its reason.

    Raises InvalidInput, and Refused naming every deadline of a procedure that is too near.
    """
    _require_operator(actor)
    _lock(session, now)
    reason = one_line(reason, max_length=400, field="reason")
    wrong = rules.reasons_against_window(planned_from, planned_until, reason, now=now)
    if planned_from <= now:
        raise InvalidInput(
            "window_begun",
            "Der Beginn liegt in der Vergangenheit. Sofort beginnt „vergabe maintenance on“.",
            field="from",
        )
    if wrong:
        raise InvalidInput.of(wrong)
    _refuse_near_deadlines(session, planned_from, planned_until, now=now)
    for window in queries.announced_windows(session, now=now):
        if (window.planned_from, window.planned_until) == (planned_from, planned_until):
            window.reason = reason
            session.flush()
            return window
    return _announce(session, actor, planned_from, planned_until, reason, now=now)


def _announce(
    session: Session,
    actor: Actor,
    planned_from: dt.datetime,
    planned_until: dt.datetime,
    reason: str,
    *,
    now: dt.datetime,
) -> MaintenanceWindow:
    window = MaintenanceWindow(
        id=ids.new_id(),
        planned_from=planned_from,
        planned_until=planned_until,
        reason=reason,
        announced_at=now,
        announced_by_name=actor.name,
    )
    session.add(window)
    session.flush()
    recording.record_act(
        session,
        actor,
        "maintenance_announced",
        f"Wartung angekündigt, {recording.spoken(planned_from, planned_until)}.",
        subject_id=window.id,
        now=now,
        reason=reason,
        planned_from=planned_from.isoformat(),
        planned_until=planned_until.isoformat(),
    )
    return window


def call_off(
    session: Session, actor: Actor, window_id: uuid.UUID, *, now: dt.datetime
) -> MaintenanceWindow:
    """Call off maintenance that was announced and has not begun; twice is once."""
    _require_operator(actor)
    _lock(session, now)
    window = session.get(MaintenanceWindow, window_id)
    if window is None:
        raise NotFound("Die Wartung")
    if window.began_at is not None:
        raise Refused("maintenance_begun", "Diese Wartung hat schon begonnen; beenden Sie sie.")
    if window.called_off_at is None:
        window.called_off_at = now
        recording.record_act(
            session,
            actor,
            "maintenance_called_off",
            f"Wartung abgesagt, {recording.spoken(window.planned_from, window.planned_until)}.",
            subject_id=window.id,
            now=now,
        )
    return window


def begin(
    session: Session,
    actor: Actor,
    *,
    now: dt.datetime,
    until: dt.datetime | None = None,
    reason: str = "",
    although: str | None = None,
) -> MaintenanceWindow:
    """Close the service for maintenance; if it is closed already, nothing changes.

    What was announced for now begins; else it is unplanned, until `until` (an hour by default).
    although: why it cannot wait although a deadline is near; recorded. Raises Refused naming the
    deadlines, and InvalidInput.
    """
    _require_operator(actor)
    _lock(session, now)
    current = queries.current_window(session)
    if current is not None:
        return current
    due = [w for w in queries.announced_windows(session, now=now) if w.planned_from <= now]
    planned_until = until or (due[0].planned_until if due else now + DEFAULT_LENGTH)
    reason = one_line(reason, max_length=400, field="reason")
    reason = reason or (due[0].reason if due else _UNPLANNED)
    wrong = rules.reasons_against_window(now, planned_until, reason, now=now)
    if wrong:
        raise InvalidInput.of(wrong)
    although = _emergency(although)
    near = _near(session, now, planned_until, now=now)
    if although is None:
        _refuse_near_deadlines(session, now, planned_until, now=now)
    window = due[0] if due else _announce(session, actor, now, planned_until, reason, now=now)
    window.planned_until, window.reason, window.began_at = planned_until, reason, now
    window.although = although
    session.add(
        Outage(
            id=ids.new_id(),
            key=_key(window),
            cause="maintenance",
            began_at=now,
            note=reason,
            evidence={"window": str(window.id), "planned_until": planned_until.isoformat()},
            recorded_at=now,
            recorded_by_name=actor.name,
        )
    )
    session.flush()
    recording.record_act(
        session,
        actor,
        "maintenance_begun",
        f"Wartung begonnen, geplant {recording.spoken(now, planned_until)}.",
        subject_id=window.id,
        now=now,
        reason=although or reason,
        in_spite_of=[deadline.reference for deadline in near] if although else [],
    )
    return window


def _emergency(although: str | None) -> str | None:
    if although is None:
        return None
    text = many_lines(although, max_length=recording.MOST_TEXT, field="although")
    if len(text) < rules.SHORTEST_EVIDENCE:
        raise InvalidInput(
            "emergency_unexplained",
            "Sagen Sie, warum es nicht warten kann (mindestens 20 Zeichen). Der Grund steht in der "
            "Akte.",
            field="although",
        )
    return text


def end(session: Session, actor: Actor, *, now: dt.datetime) -> MaintenanceWindow | None:
    """Open the service again; its time counts as a planned outage. None if it was open."""
    _require_operator(actor)
    _lock(session, now)
    window = queries.current_window(session)
    if window is None:
        return None
    window.ended_at = now
    outage = session.scalars(select(Outage).where(Outage.key == _key(window))).one()
    outage.ended_at, outage.examined_at = max(now, outage.began_at + rules.MINUTE), None
    session.flush()
    recording.record_act(
        session,
        actor,
        "maintenance_ended",
        f"Wartung beendet, {recording.spoken(outage.began_at, outage.ended_at)}.",
        subject_id=window.id,
        now=now,
    )
    return window


def unfinished_work(session: Session, *, now: dt.datetime) -> int:
    """Return how many jobs and messages workers have in hand at this moment."""
    jobs = session.scalar(
        select(func.count()).where(Job.state == "running", Job.leased_until > now)
    )
    rows = session.scalar(
        select(func.count()).where(OutboxRow.state == "waiting", OutboxRow.leased_until > now)
    )
    return (jobs or 0) + (rows or 0)


def _key(window: MaintenanceWindow) -> str:
    return f"maintenance:{window.id.hex}"


def _near(
    session: Session, planned_from: dt.datetime, planned_until: dt.datetime, *, now: dt.datetime
) -> Sequence[NearDeadline]:
    found = queries.deadlines_near(session, planned_until, now=now)
    return [deadline for deadline in found if deadline.due_at > planned_from]


def _refuse_near_deadlines(
    session: Session, planned_from: dt.datetime, planned_until: dt.datetime, *, now: dt.datetime
) -> None:
    near = _near(session, planned_from, planned_until, now=now)
    against = rules.reasons_against_maintenance(planned_from, planned_until, near)
    if against:
        raise Refused.because(
            "deadline_near",
            "In den 24 Stunden vor dem Ende einer Frist wird nicht gewartet. Ist es "
            "unaufschiebbar, beginnen Sie mit „vergabe maintenance on --although GRUND“.",
            against,
        )


def _require_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden("forbidden", "Wartung ist Sache des Betriebs der Plattform.")


def _lock(session: Session, now: dt.datetime) -> None:
    """Let one at a time change maintenance: the row of the uptime state is the lock."""
    insert_unless_there(session, UptimeState, {"id": 1, "examined_minute": minute_of(now)})
    session.scalars(select(UptimeState).with_for_update()).one()


def local_time(at: dt.datetime) -> str:
    """Return an instant as the command line prints it."""
    return f"{at.astimezone(clock.BERLIN):%d.%m.%Y, %H:%M} Uhr"
