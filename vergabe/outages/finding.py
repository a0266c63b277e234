"""Finding the procedures that an outage touched, and closing cases that something overtook."""

import datetime as dt
import logging
import uuid
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from vergabe import ids, outbox
from vergabe.db import insert_unless_there
from vergabe.deadlines.model import Deadline
from vergabe.disturbances import disturbance_in
from vergabe.law import outages as law
from vergabe.law.outages import OutageFacts, Window
from vergabe.outages import rules
from vergabe.outages.events import ExaminationFailed
from vergabe.outages.model import OutageCase
from vergabe.tenders.facts import period_facts
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import record
from vergabe.uptime import recording
from vergabe.uptime.model import Outage

logger = logging.getLogger(__name__)


def has_news(session: Session) -> bool:
    """Return whether an outage waits to be looked at."""
    return session.scalars(_unexamined().limit(1)).first() is not None


def _unexamined() -> Select[Outage]:
    return select(Outage).where(
        Outage.examined_at.is_(None),
        Outage.ended_at.is_not(None) | Outage.withdrawn_at.is_not(None),
    )


def examine(session: Session, *, now: dt.datetime) -> int:
    """Make a case of each procedure near an outage that has ended; return how many are new.

    What was decided when the outage was known otherwise is to be decided again. A procedure that
    cannot be looked at is left to a reaction of its own. Safe to repeat, and for several workers:
    an outage is one worker's while it looks.
    """
    found = 0
    for outage in session.scalars(_unexamined().with_for_update(skip_locked=True)).all():
        if outage.withdrawn_at is None:
            found += _open_cases(session, outage, now=now)
        else:
            _close_cases(session, outage, "Der Ausfall wurde zurückgenommen.", now=now)
        outage.examined_at = now
    session.flush()
    return found


def window_of(outage: Outage, *, now: dt.datetime) -> Window:
    """Return the time of an outage; one that goes on lasts until now."""
    return Window(outage.began_at, outage.ended_at or max(now, outage.began_at))


def facts_of(session: Session, tender: Tender) -> OutageFacts:
    """Return what law asks about a published tender."""
    assert tender.submission_deadline is not None
    facts = period_facts(session, tender, started_on=tender.initiated_on)
    return OutageFacts(
        rule_set=facts.rule_set,
        started_on=tender.initiated_on,
        submission_deadline=tender.submission_deadline,
        enquiries_deadline=tender.enquiries_deadline,
        land=facts.land,
        lands=tuple(facts.lands),
    )


def _open_cases(session: Session, outage: Outage, *, now: dt.datetime) -> int:
    window = window_of(outage, now=now)
    return sum(
        _open_case_alone(session, outage, tender, now=now)
        for tender in _near(session, outage, window)
    )


def _open_case_alone(session: Session, outage: Outage, tender: Tender, *, now: dt.datetime) -> bool:
    try:
        with session.begin_nested():
            return _open_case_if_touched(session, outage, tender, now=now)
    except Exception as error:  # one procedure must not hold up the others, nor other outages
        if disturbance_in(error) is not None:
            raise
        logger.exception("procedure not examined", extra={"tender": tender.id})
    outbox.emit(session, ExaminationFailed(outage.id, tender.id, now), now=now)
    return False


def examine_again(
    session: Session, event: ExaminationFailed, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Look at one procedure alone, for as long as the outage stands as it was found."""
    outage = session.get_one(Outage, event.outage_id, with_for_update=True)
    if outage.examined_at != event.at or outage.withdrawn_at is not None:
        return
    near = _near(session, outage, window_of(outage, now=now))
    for tender in near:
        if tender.id == event.tender_id:
            _open_case_if_touched(session, outage, tender, now=now)


def _open_case_if_touched(
    session: Session, outage: Outage, tender: Tender, *, now: dt.datetime
) -> bool:
    is_touched = law.is_touched(facts_of(session, tender), window_of(outage, now=now))
    return is_touched and _open_case(session, outage, tender, now=now)


def _near(session: Session, outage: Outage, window: Window) -> Sequence[Tender]:
    """Return published tenders with a deadline within or shortly after an outage."""
    subjects = select(Deadline.subject_id).where(
        Deadline.subject_kind == "tender",
        Deadline.kind.in_(("submission", "enquiries")),
        Deadline.lifted_at.is_(None),
        Deadline.due_at > window.began_at,
        Deadline.due_at < window.ended_at + law.longest_reach(),
    )
    query = select(Tender).where(
        Tender.id.in_(subjects),
        Tender.stage.in_(("published", "opened")),
        Tender.public_since.is_not(None),
        # What happened before a procedure was public took nothing from its bidders.
        Tender.public_since < window.ended_at,
    )
    if outage.organisation_id is not None:
        query = query.where(Tender.lead_organisation_id == outage.organisation_id)
    return session.scalars(query.order_by(Tender.id)).all()


def _open_case(session: Session, outage: Outage, tender: Tender, *, now: dt.datetime) -> bool:
    values = {
        "id": ids.new_id(),
        "outage_id": outage.id,
        "tender_id": tender.id,
        "organisation_id": tender.lead_organisation_id,
        "submission_deadline": tender.submission_deadline,
        "enquiries_deadline": tender.enquiries_deadline,
        "state": "open",
        "created_at": now,
        "remind_at": now,
        "reminder_count": 0,
    }
    if not insert_unless_there(session, OutageCase, values) and not _reopen(
        session, outage, tender, now=now
    ):
        return False
    record(
        session,
        recording.WATCH,
        tender,
        "outage_found",
        f"Ein Ausfall der Plattform ({rules.spoken([window_of(outage, now=now)])}) berührt die "
        "Fristen dieses Verfahrens.",
        now=now,
        outage_id=str(outage.id),
        cause=outage.cause,
        began_at=outage.began_at.isoformat(),
        ended_at=outage.ended_at.isoformat() if outage.ended_at else None,
        evidence=dict(outage.evidence),
    )
    return True


def _reopen(session: Session, outage: Outage, tender: Tender, *, now: dt.datetime) -> bool:
    """Open a decided case again, for its outage is longer than was known; False: it is open."""
    case = session.scalars(
        select(OutageCase)
        .where(
            OutageCase.outage_id == outage.id,
            OutageCase.tender_id == tender.id,
            OutageCase.state != "open",
        )
        .with_for_update()
    ).one_or_none()
    if case is None:
        return False
    case.state, case.remind_at = "open", now
    case.decided_at = case.decided_by_name = case.reason = case.notice_id = None
    session.flush()
    return True


def _close_cases(session: Session, outage: Outage, reason: str, *, now: dt.datetime) -> None:
    for case in session.scalars(
        select(OutageCase).where(OutageCase.outage_id == outage.id, OutageCase.state == "open")
    ):
        supersede(case, reason, now=now)


def supersede(case: OutageCase, reason: str, *, now: dt.datetime) -> None:
    """Close a case that something else has settled."""
    case.state, case.reason, case.decided_at = "superseded", reason, now
    case.decided_by_name = recording.WATCH.name
