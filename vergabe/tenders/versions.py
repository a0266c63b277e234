"""What publishing and amending have in common: documents, versions and deadlines of a tender."""

import datetime as dt
import functools

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.cooperations.task_rules import Step
from vergabe.deadlines import service as deadlines
from vergabe.law.periods import Deadline as LawDeadline
from vergabe.law.results import Result
from vergabe.tenders import duties
from vergabe.tenders.grounds import OutageGround
from vergabe.tenders.model import Tender, TenderVersion
from vergabe.tenders.snapshots import dropping_documents, pending_documents, snapshot

ENQUIRIES_LAW = "§ 20 Abs. 3 VgV"


def publish_documents(tender: Tender) -> None:
    """Let the public see, with the version just counted, what was uploaded since the last one."""
    for document in pending_documents(tender):
        document.published_in_version = tender.published_version


def postpone_documents(tender: Tender) -> None:
    """Leave documents that the next version was to drop to the one after it."""
    for document in dropping_documents(tender):
        document.removed_in_version = tender.published_version + 2


def store_version(
    session: Session, actor: Actor, tender: Tender, summary: str, *, now: dt.datetime
) -> None:
    """Keep what the public is told with this version; it never changes."""
    session.flush()
    session.add(
        TenderVersion(
            tender_id=tender.id,
            number=tender.published_version,
            snapshot=snapshot(tender),
            summary=summary.strip(),
            published_at=now,
            published_by_name=actor.name,
        )
    )
    session.flush()


def start_deadlines(
    session: Session,
    tender: Tender,
    *,
    source: str,
    minimum: Result[LawDeadline | None] | None,
    outage: OutageGround | None = None,
    now: dt.datetime,
) -> None:
    """Start the deadlines of a published tender, or set them anew.

    source: `law` or `person`, for the deadline for bids; minimum: the period that law asks for;
    outage: why they are longer now.
    """
    assert tender.submission_deadline is not None
    set_for_tender = functools.partial(
        deadlines.set_deadline,
        session,
        subject_kind="tender",
        subject_id=tender.id,
        subject_reference=tender.reference,
        cooperation_id=tender.cooperation_id,
        organisation_id=duties.performers(session, tender, Step.KEEP_DEADLINES, now=now)[0],
        responsible_id=tender.created_by_id,
        now=now,
    )
    law, calculation = ENQUIRIES_LAW, {}
    if outage is not None:
        law, calculation = outage.law, dict(outage.calculation)
    elif minimum is not None:
        law, calculation = minimum.law, minimum.as_dict()
    set_for_tender(
        kind="submission",
        title="Angebotsfrist",
        due_at=tender.submission_deadline,
        source=source,
        law=law,
        calculation=calculation,
    )
    if tender.enquiries_deadline is not None:
        set_for_tender(
            kind="enquiries",
            title="Frist für Bieterfragen",
            due_at=tender.enquiries_deadline,
            source="person",
            law=outage.law if outage else ENQUIRIES_LAW,
            calculation={},
        )


def iso(value: dt.datetime | None) -> str | None:
    """Return an instant for the record."""
    return value.isoformat() if value else None
