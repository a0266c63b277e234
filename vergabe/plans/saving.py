"""Saving what people wish of a timetable."""

import datetime as dt

from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.cooperations import queries as cooperations
from vergabe.errors import Refused, Stale
from vergabe.plans import planning, queries, timetables
from vergabe.plans.model import TimetableWish
from vergabe.plans.service import require_edit
from vergabe.plans.subjects import Subject
from vergabe.plans.wishes import Wishes


def save_wishes(
    session: Session,
    actor: Actor,
    subject: Subject,
    wishes: Wishes,
    *,
    version: int,
    now: dt.datetime,
) -> TimetableWish:
    """Save the wishes of a pool's or tender's timetable and return the row.

    version: of the row that the person saw, 0 if there was none. The same wishes again change
    nothing. Raises Forbidden, Stale, InvalidInput for wishes that cannot be planned for, Refused
    when nothing is planned any more.
    """
    cooperation = cooperations.locked_cooperation(session, subject.cooperation_id)
    require_edit(actor, cooperation)
    if subject.is_over:
        raise Refused("plan_over", "Hier gibt es nichts mehr zu planen.")
    planning.check(wishes, clock.berlin_day(now))
    timetables.timetable_of(session, subject, wishes, now=now)
    row = queries.saved_wish(session, subject, lock=True)
    if row is not None and row.choices == wishes.as_dict():
        return row
    if version != (row.version if row else 0):
        raise Stale("Der Zeitplan")
    if row is None:
        row = TimetableWish(
            id=ids.new_id(), pool_id=subject.pool_id, tender_id=subject.tender_id, choices={}
        )
        session.add(row)
    before = dict(row.choices)
    row.choices = wishes.as_dict()
    row.saved_at, row.saved_by_name = now, actor.name
    session.flush()
    audit.append(
        session,
        audit.stream_of(subject.kind, subject.id),
        actor,
        Act(
            "save_timetable",
            subject.kind,
            subject.id,
            f"Wünsche zum Zeitplan von {subject.reference} gespeichert.",
            details={"before": before, "after": dict(row.choices)},
        ),
        now=now,
    )
    return row
