"""Reads of plans, narrowed to what the actor may see."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from vergabe.access.actor import Actor
from vergabe.cooperations import queries as cooperations
from vergabe.errors import NotFound
from vergabe.plans.model import Milestone, TimetableWish
from vergabe.plans.subjects import Subject

MOST_ENDED: Final = 50
"""Milestones that are over, on the plan of a cooperation: the latest of many years."""

WHAT = "Der Meilenstein"


def saved_wish(session: Session, subject: Subject, *, lock: bool = False) -> TimetableWish | None:
    """Return the saved wishes of a pool or tender; a tender has those of its pool until it has own.

    lock: the own row of the subject alone, locked until the commit.
    """
    own = select(TimetableWish).where(
        TimetableWish.pool_id == subject.pool_id,
        TimetableWish.tender_id == subject.tender_id
        if subject.tender_id is not None
        else TimetableWish.tender_id.is_(None),
    )
    if lock:
        own = own.with_for_update().execution_options(populate_existing=True)
        return session.scalars(own).one_or_none()
    found = session.scalars(own).one_or_none()
    if found is not None or subject.tender_id is None:
        return found
    of_pool = select(TimetableWish).where(
        TimetableWish.pool_id == subject.pool_id, TimetableWish.tender_id.is_(None)
    )
    return session.scalars(of_pool).one_or_none()


def milestones(
    session: Session, cooperation_id: uuid.UUID, pool_id: uuid.UUID
) -> Sequence[Milestone]:
    """Return the milestones of a project in the order of their days."""
    query = _of(cooperation_id).where(Milestone.pool_id == pool_id)
    return sorted(session.scalars(query), key=_order)


def standing(session: Session, cooperation_id: uuid.UUID) -> tuple[Sequence[Milestone], bool]:
    """Return the milestones of a cooperation that are open and those that ended last.

    In the order of their days; with whether more have ended (the page of a project has its own).
    """
    is_open = Milestone.done_on.is_(None) & Milestone.dropped_at.is_(None)
    ended = _of(cooperation_id).where(~is_open).order_by(Milestone.id.desc()).limit(MOST_ENDED + 1)
    last = session.scalars(ended).all()
    found = [*session.scalars(_of(cooperation_id).where(is_open)), *last[:MOST_ENDED]]
    return sorted(found, key=_order), len(last) > MOST_ENDED


def _of(cooperation_id: uuid.UUID) -> Select[Milestone]:
    return (
        select(Milestone)
        .where(Milestone.cooperation_id == cooperation_id)
        .options(joinedload(Milestone.organisation), joinedload(Milestone.area))
    )


def _order(milestone: Milestone) -> tuple[dt.date, str, str]:
    day = milestone.done_on or milestone.agreed_on or milestone.wished_on
    assert day is not None, "a milestone has a day"
    return day, milestone.title, str(milestone.id)


def visible_milestone(
    session: Session,
    actor: Actor,
    key: str,
    milestone_id: uuid.UUID,
    *,
    now: dt.datetime,
    lock: bool = False,
) -> Milestone:
    """Return a milestone of the cooperation with this key; NotFound unless the actor may see it.

    lock: nobody else can change its row until the commit.
    """
    cooperation = cooperations.cooperation_by_key(session, actor, key, now=now)
    query = select(Milestone).where(
        Milestone.id == milestone_id, Milestone.cooperation_id == cooperation.id
    )
    if lock:
        query = query.with_for_update(of=Milestone).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(WHAT)
    return found
