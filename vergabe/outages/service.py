"""Signing off: the extension after an outage becomes a change notice, or is refused with a reason.

Both are recorded in the procedure's record with the evidence of the outage.
"""

import datetime as dt
import uuid
from dataclasses import replace

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.cooperations.task_rules import Step
from vergabe.errors import InvalidInput, NotFound, Refused, Violation
from vergabe.exchange.plain_text import many_lines
from vergabe.files.store import FileStore
from vergabe.notices import service as notices
from vergabe.notices.model import Notice
from vergabe.outages import queries, rules
from vergabe.outages.model import OutageCase
from vergabe.outages.proposing import Proposal, proposal_for
from vergabe.tenders import duties
from vergabe.tenders import queries as tenders
from vergabe.tenders.amending import Amendment
from vergabe.tenders.grounds import OutageGround
from vergabe.tenders.limits import REASON_MAX
from vergabe.tenders.outlet import OWN_ONLY, Outlet
from vergabe.tenders.recording import record


def extend(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
    outlet: Outlet = OWN_ONLY,
    version: int | None = None,
    submission_deadline: dt.datetime | None = None,
    is_unopened: bool = False,
    reason: str = "",
) -> Notice:
    """Publish the extension that law proposes for a tender, and return its change notice.

    submission_deadline: the end that the person saw, or a later one; is_unopened, reason: asked for
    where the deadline is over and is opened anew. The same click again gives the same notice.
    Raises NotFound (nothing to decide), Forbidden, Stale, and Refused with every reason.
    """
    tender = tenders.locked_tender(session, actor, tender_id)
    proposal = proposal_for(session, tender, now=now)
    if proposal is None:
        return _earlier_notice(session, tender_id)
    duties.require(session, actor, tender, Step.EXTEND, now=now)
    reason = many_lines(reason, max_length=REASON_MAX, field="reason")
    against = [
        *proposal.against,
        *rules.reasons_against_day(submission_deadline, proposal.extension),
    ]
    if against:
        raise Refused.because("extension_refused", against[0].message, against)
    if proposal.extension.needs_reopening:
        missing = rules.reasons_against_reopening(is_confirmed=is_unopened, reason=reason)
        if missing:
            raise InvalidInput.of(missing)
    notice = notices.publish_amendment(
        session,
        actor,
        tender_id,
        _amendment(proposal, submission_deadline, reason),
        now=now,
        store=store,
        base_url=base_url,
        version=version,
        outlet=outlet,
    )
    for case in proposal.cases:
        _decide(case, "extended", actor, reason or None, now=now)
        case.notice_id = notice.id
    session.flush()
    return notice


def _earlier_notice(session: Session, tender_id: uuid.UUID) -> Notice:
    """Return the notice with which the last extension was signed off."""
    done = [case for case in queries.cases_of(session, tender_id) if case.notice_id is not None]
    if not done:
        raise NotFound("Ein offener Ausfall zu diesem Verfahren")
    return session.get_one(Notice, done[-1].notice_id)


def _amendment(proposal: Proposal, wanted: dt.datetime | None, reason: str) -> Amendment:
    found = proposal.extension
    submission = wanted or found.submission_deadline
    summary = rules.summary(proposal.windows, replace(found, submission_deadline=submission))
    return Amendment(
        summary=summary,
        submission_deadline=submission,
        enquiries_deadline=found.enquiries_deadline,
        is_substantial=False,
        outage=OutageGround(
            began_at=proposal.windows[0].began_at,
            ended_at=proposal.windows[-1].ended_at,
            law=proposal.result.law,
            calculation=proposal.result.as_dict() | {"value": None},
            evidence={
                str(case.outage_id): {
                    "cause": case.outage.cause,
                    "began_at": case.outage.began_at.isoformat(),
                    "ended_at": case.outage.ended_at.isoformat() if case.outage.ended_at else None,
                    "recorded_by": case.outage.recorded_by_name,
                    "evidence": dict(case.outage.evidence),
                }
                for case in proposal.cases
            },
            reason=reason if found.needs_reopening else None,
        ),
    )


def keep(
    session: Session, actor: Actor, tender_id: uuid.UUID, reason: str, *, now: dt.datetime
) -> list[OutageCase]:
    """Decide that nothing is extended, with the reason that the record keeps.

    Twice is once. Raises NotFound, Forbidden and InvalidInput (reason).
    """
    tender = tenders.locked_tender(session, actor, tender_id)
    cases = queries.open_cases_of(session, tender_id)
    if not cases:
        done = queries.cases_of(session, tender_id)
        if not done:
            raise NotFound("Ein offener Ausfall zu diesem Verfahren")
        return list(done)
    duties.require(session, actor, tender, Step.EXTEND, now=now)
    reason = many_lines(reason, max_length=REASON_MAX, field="reason")
    if len(reason) < rules.SHORTEST_REASON:
        raise InvalidInput.of(
            [
                Violation(
                    "reason_missing",
                    "Begründen Sie, warum der Ausfall die Fristen nicht berührt (mindestens 20 "
                    "Zeichen). Der Text steht in der Vergabeakte.",
                    law="§ 8 VgV",
                    field="reason",
                )
            ]
        )
    for case in cases:
        _decide(case, "kept", actor, reason, now=now)
    record(
        session,
        actor,
        tender,
        "outage_without_extension",
        "Nach dem Ausfall der Plattform wurden die Fristen nicht verlängert.",
        now=now,
        reason=reason,
        outages=[str(case.outage_id) for case in cases],
    )
    session.flush()
    return list(cases)


def _decide(
    case: OutageCase, state: str, actor: Actor, reason: str | None, *, now: dt.datetime
) -> None:
    case.state, case.decided_at, case.decided_by_name = state, now, actor.name
    case.reason = reason
