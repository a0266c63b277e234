"""The eForms document of a notice: mapped, written, its bytes.

Which kind a notice is, what it changes and which one came before is read from our own rows, so
that the same document can be written again at the moment of sending (BT-05).
"""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.exchange.eforms import notice as eforms
from vergabe.exchange.eforms import writing
from vergabe.exchange.eforms.tailoring import EU, Tailoring
from vergabe.notice_facts import queries as facts
from vergabe.notices import eforms_changes
from vergabe.notices.eforms_mapping import (
    Case,
    ChangeFacts,
    Stamp,
    cancellation_notice,
    change_notice,
    contract_notice,
    planning_notice,
)
from vergabe.notices.model import Notice
from vergabe.tenders import explaining
from vergabe.tenders.model import Tender
from vergabe.tenders.timing import Timing

# A tender that was called off before codes for it were kept.
_UNKNOWN_REASON: Final = "other"


def render(
    session: Session,
    tender: Tender,
    notice: Notice,
    *,
    issued_at: dt.datetime,
    base_url: str,
    tailoring: Tailoring = EU,
) -> bytes:
    """Return the eForms XML of a notice as it reads when it is issued (aware instant, BT-05)."""
    data = notice_data(session, tender, notice, issued_at=issued_at, base_url=base_url)
    return writing.build(data, tailoring)


def notice_data(
    session: Session,
    tender: Tender,
    notice: Notice,
    *,
    issued_at: dt.datetime,
    base_url: str,
) -> eforms.Notice:
    """Return the plain data of a notice of ours, whatever its kind.

    One that had to wait says what it said when it was published here, whatever came after it: that
    stands in the notices behind it. Only a corrected version takes what holds now.
    """
    told = tender
    if notice.tender_version < tender.published_version and notice.version_number == 1:
        told = eforms_changes.as_told(session, tender, notice.tender_version)
    case = case_of(session, told, now=issued_at)
    stamp = Stamp(
        notice_uuid=notice.notice_uuid,
        version=notice.version_number,
        issued_at=issued_at,
        base_url=base_url,
    )
    if notice.kind == "change_notice":
        return change_notice(case, stamp, _change(session, tender, notice, issued_at))
    if notice.kind == "cancellation_notice":
        return cancellation_notice(
            case,
            stamp,
            reason=tender.cancellation_code or _UNKNOWN_REASON,
            previous=_reference(session, notice),
        )
    return contract_notice(case, stamp)


def preview_data(
    session: Session, tender: Tender, *, now: dt.datetime, base_url: str
) -> eforms.Notice:
    """Return the contract notice that would be sent now; its id is made up."""
    stamp = Stamp(notice_uuid=uuid.uuid4(), version=1, issued_at=now, base_url=base_url)
    return contract_notice(case_of(session, tender, now=now), stamp)


def planning_data(
    session: Session, tender: Tender, subtype: str, *, now: dt.datetime, base_url: str
) -> eforms.Notice:
    """Return a planning notice of a draft (4, 7, E1, E2); its id is made up."""
    stamp = Stamp(notice_uuid=uuid.uuid4(), version=1, issued_at=now, base_url=base_url)
    return planning_notice(case_of(session, tender, now=now), stamp, subtype)


def case_of(session: Session, tender: Tender, *, now: dt.datetime) -> Case:
    """Return a tender with its facts and the deadlines that it has or would have now."""
    if tender.submission_deadline is not None and tender.enquiries_deadline is not None:
        timing: Timing | None = Timing(
            tender.submission_deadline, tender.enquiries_deadline, is_proposed=False
        )
    else:
        timing = explaining.timing_of(session, tender, now=now)
    known = facts.known_of(session, tender, now=now)
    return Case(tender, facts.facts_of(session, tender, now=now), known, timing)


def _change(
    session: Session, tender: Tender, notice: Notice, issued_at: dt.datetime
) -> ChangeFacts:
    found = eforms_changes.of_version(session, tender, notice.tender_version)
    return ChangeFacts(
        changed_notice=_reference(session, notice),
        summary=found.summary,
        changes=found.changes,
        documents_changed_on=clock.berlin_day(issued_at) if found.has_new_documents else None,
    )


def _reference(session: Session, notice: Notice) -> str:
    """Return how a notice refers to the one before it: `uuid-version`."""
    before = session.get_one(Notice, notice.previous_id)
    return f"{before.notice_uuid}-{before.version_number:02d}"
