"""Reads of outages and maintenance; what concerns everybody, everybody who is logged in reads."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from vergabe.access.actor import Actor
from vergabe.deadlines import queries as deadlines
from vergabe.errors import NotFound
from vergabe.uptime.model import FaultMinute, Heartbeat, MaintenanceWindow, Outage
from vergabe.uptime.rules import ANNOUNCED_BEFORE, NO_MAINTENANCE, NearDeadline

WHAT: Final = "Der Ausfall"
PROCEDURES: Final = ("tender", "pool", "call")
"""Subjects whose deadlines others keep on this platform; a milestone of a plan is no such thing."""


def current_window(session: Session) -> MaintenanceWindow | None:
    """Return the maintenance that is on."""
    return session.scalars(
        select(MaintenanceWindow)
        .where(
            MaintenanceWindow.ended_at.is_(None),
            MaintenanceWindow.called_off_at.is_(None),
            MaintenanceWindow.began_at.is_not(None),
        )
        .order_by(MaintenanceWindow.planned_from)
        .limit(1)
    ).first()


def announced_windows(session: Session, *, now: dt.datetime) -> Sequence[MaintenanceWindow]:
    """Return what is announced and neither begun, called off nor over, in order of time."""
    return session.scalars(
        select(MaintenanceWindow)
        .where(
            MaintenanceWindow.ended_at.is_(None),
            MaintenanceWindow.called_off_at.is_(None),
            MaintenanceWindow.began_at.is_(None),
            MaintenanceWindow.planned_until > now,
        )
        .order_by(MaintenanceWindow.planned_from)
    ).all()


def coming_window(session: Session, *, now: dt.datetime) -> MaintenanceWindow | None:
    """Return the announced maintenance that pages tell of: the next one within two weeks."""
    found = announced_windows(session, now=now)
    return found[0] if found and found[0].planned_from - now <= ANNOUNCED_BEFORE else None


def windows_between(
    session: Session, began_at: dt.datetime, ended_at: dt.datetime
) -> Sequence[MaintenanceWindow]:
    """Return the maintenance that really was (or is) within a time."""
    return session.scalars(
        select(MaintenanceWindow)
        .where(
            MaintenanceWindow.began_at < ended_at,
            or_(MaintenanceWindow.ended_at.is_(None), MaintenanceWindow.ended_at > began_at),
        )
        .order_by(MaintenanceWindow.began_at)
    ).all()


def deadlines_near(
    session: Session, planned_until: dt.datetime, *, now: dt.datetime
) -> list[NearDeadline]:
    """Return the running deadlines of procedures that end before 24 hours after an instant."""
    found = deadlines.ending_before(session, now, planned_until + NO_MAINTENANCE)
    return [
        NearDeadline(deadline.title, deadline.subject_reference, deadline.due_at)
        for deadline in found
        if deadline.subject_kind in PROCEDURES
    ]


def _is_visible(actor: Actor) -> ColumnElement[bool]:
    if actor.is_operator:
        return true()
    return Outage.organisation_id.is_(None) | (Outage.organisation_id == actor.organisation_id)


def outages(session: Session, actor: Actor, *, limit: int = 100) -> Sequence[Outage]:
    """Return the outages of everybody and those the own organisation recorded, the latest first."""
    return session.scalars(
        select(Outage)
        .where(_is_visible(actor))
        .options(joinedload(Outage.organisation))
        .order_by(Outage.began_at.desc())
        .limit(limit)
    ).all()


def visible_outage(session: Session, actor: Actor, outage_id: uuid.UUID) -> Outage:
    """Return an outage; NotFound if another organisation recorded it for itself."""
    found = session.scalars(
        select(Outage).where(Outage.id == outage_id, _is_visible(actor))
    ).one_or_none()
    if found is None:
        raise NotFound(WHAT)
    return found


def ongoing_count() -> Select[int]:
    """Return the count of outages that go on, maintenance left out."""
    return select(func.count(Outage.id)).where(
        Outage.ended_at.is_(None),
        Outage.withdrawn_at.is_(None),
        Outage.cause != "maintenance",
    )


def current_count() -> Select[int]:
    """Return the count of maintenance that is on: 0 or 1."""
    return select(func.count(MaintenanceWindow.id)).where(
        MaintenanceWindow.began_at.is_not(None), MaintenanceWindow.ended_at.is_(None)
    )


def last_minute(session: Session, kind: str) -> int | None:
    """Return the last minute that a kind of process signed."""
    return session.scalar(select(func.max(Heartbeat.minute)).where(Heartbeat.kind == kind))


def fault_minutes(session: Session, first: int, last: int) -> Sequence[FaultMinute]:
    """Return what processes saw fail between two minutes, in order."""
    return session.scalars(
        select(FaultMinute)
        .where(FaultMinute.minute.between(first, last))
        .order_by(FaultMinute.minute, FaultMinute.id)
    ).all()
