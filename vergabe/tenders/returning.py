"""A tender whose first notice never became public goes back to where it can be mended.

notices.returning calls this in the transaction that notes what became of the notice.
"""

import datetime as dt

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.deadlines import service as deadlines
from vergabe.demands import service as demands
from vergabe.errors import Refused, Violation
from vergabe.tenders import queries, rules, timing
from vergabe.tenders.changing import require_stage
from vergabe.tenders.facts import chosen_of, period_facts
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import is_european
from vergabe.tenders.recording import record
from vergabe.tenders.rules import Action, Stage


def mark_returned(
    session: Session, actor: Actor, tender: Tender, reason: str, *, now: dt.datetime
) -> Tender:
    """Take a tender that was sent out but never public back to `ready`, and return it.

    Its deadlines are lifted and follow from law again unless somebody chose them; documents are as
    before the publication; demands are pooled again. The number of the version is not used twice:
    what was sent with it stays on file. The caller holds the tender's lock and has asked for the
    right. Raises Refused for a tender that is public.
    """
    require_stage(tender, Action.RETURN)
    if tender.public_since is not None:
        raise Refused(
            "already_public",
            "Das Verfahren ist bereits öffentlich. Es lässt sich nur noch ändern oder aufheben.",
        )
    assert tender.published_at is not None
    version, default_enquiries = tender.published_version, _default_enquiries(tender)
    if _was_proposed(session, tender):
        tender.submission_deadline = None
    if tender.enquiries_deadline == default_enquiries:
        tender.enquiries_deadline = None
    tender.stage, tender.published_at = rules.NEXT_STAGE[Stage.PUBLISHED, Action.RETURN], None
    for document in tender.documents:
        if document.published_in_version == version:
            document.published_in_version = None
    deadlines.lift(session, tender.id, None, reason, now=now)
    demand_ids = sorted({s.demand_id for lot in tender.lots for i in lot.items for s in i.shares})
    demands.untender(session, actor, demand_ids, tender.reference, reason=reason, now=now)
    record(
        session,
        actor,
        tender,
        "tender_returned",
        f"Das Verfahren {tender.reference} ist wieder bereit: Die Bekanntmachung der Fassung "
        f"{version} wurde nicht öffentlich.",
        now=now,
        reason=reason,
        version=version,
    )
    session.flush()
    return tender


def _was_proposed(session: Session, tender: Tender) -> bool:
    return queries.submission_source(session, tender.id) == "law"


def _default_enquiries(tender: Tender) -> dt.datetime:
    assert tender.submission_deadline is not None
    assert tender.published_at is not None
    return timing.default_enquiries_deadline(tender.submission_deadline, tender.published_at)


def reasons_against_sending_today(
    session: Session, tender: Tender, *, now: dt.datetime
) -> list[Violation]:
    """Return why a notice whose deadlines were set on an earlier day may not be sent now.

    Periods run from the day of dispatch (§ 15 (2), § 40 (1) VgV): a notice that waited for days
    may have become too short, and then nobody may send it.
    """
    assert tender.published_at is not None
    day = clock.berlin_day(now)
    if clock.berlin_day(tender.published_at) == day:
        return []
    facts = period_facts(session, tender, started_on=day)
    return timing.reasons_against(
        chosen_of(tender), facts, is_above_threshold=is_european(tender), now=now
    )
