"""Official rules on a draft's notice: asked for on the page, answered by the worker."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.errors import Refused
from vergabe.exchange.eforms.notice import Notice
from vergabe.jobs import service as jobs
from vergabe.notice_facts import queries as facts
from vergabe.notices import checking, eforms_documents
from vergabe.notices.checking import CheckingHouse
from vergabe.notices.draft_check_model import DraftCheck
from vergabe.tenders.changing import tender_to_change
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import Stage

JOB_KIND: Final = "notices.official_check"


@dataclass(frozen=True)
class Work:
    """A check that is waiting, with the notice to look at; nothing of it needs the database."""

    check_id: uuid.UUID
    notice: Notice
    seen: str
    leaves_house: bool


def ask(session: Session, actor: Actor, tender_id: uuid.UUID, *, now: dt.datetime) -> DraftCheck:
    """Ask for the official rules on a draft's notice and return the check; one waits at a time.

    A second click finds the first. Raises NotFound, Forbidden, Refused (no draft any more,
    conflict of interest).
    """
    tender = tender_to_change(session, actor, tender_id, version=None, action=None)
    if tender.stage not in (Stage.DRAFT, Stage.READY):
        raise Refused(
            "no_draft", "Das Verfahren ist kein Entwurf mehr; seine Bekanntmachung steht fest."
        )
    waiting = session.scalars(
        select(DraftCheck).where(DraftCheck.tender_id == tender.id, DraftCheck.state == "waiting")
    ).first()
    if waiting is not None:
        _start(session, actor, tender, waiting, now=now)
        return waiting
    found = DraftCheck(
        id=ids.new_id(),
        tender_id=tender.id,
        asked_at=now,
        asked_by_name=actor.name,
        findings=[],
        unchecked=[],
    )
    session.add(found)
    session.flush()
    _start(session, actor, tender, found, now=now)
    return found


def _start(
    session: Session, actor: Actor, tender: Tender, found: DraftCheck, *, now: dt.datetime
) -> None:
    jobs.start(
        session,
        actor,
        JOB_KIND,
        title=f"Amtliche Prüfung: {tender.reference}",
        arguments={"check_id": str(found.id), "tender_id": str(tender.id)},
        key=str(found.id),
        now=now,
    )


def newest(session: Session, tender_id: uuid.UUID) -> DraftCheck | None:
    """Return the check of a tender that was asked for last; None if there was none."""
    return session.scalars(
        select(DraftCheck)
        .where(DraftCheck.tender_id == tender_id)
        .order_by(DraftCheck.asked_at.desc(), DraftCheck.id.desc())
    ).first()


def seen_now(session: Session, tender: Tender) -> str:
    """Return which versions of tender and facts a check would look at now."""
    return f"{tender.version}/{facts.version_of(facts.row_of(session, tender.id))}"


def work_of(
    session: Session, check_id: uuid.UUID, house: CheckingHouse, *, now: dt.datetime
) -> Work | None:
    """Return a check that is waiting, ready to be worked on; None if it is done."""
    found = session.get(DraftCheck, check_id)
    if found is None or found.state != "waiting":
        return None
    tender = session.get_one(Tender, found.tender_id)
    notice = eforms_documents.preview_data(session, tender, now=now, base_url=house.base_url)
    seen = seen_now(session, tender)
    return Work(found.id, notice, seen, house.is_left_by(tender))


def answer(work: Work, house: CheckingHouse) -> checking.Checked:
    """Return what all checks say; takes seconds: call it with no transaction open."""
    return checking.checked(work.notice, house.sdk, leaves_house=work.leaves_house, with_rules=True)


def keep(session: Session, work: Work, found: checking.Checked, *, now: dt.datetime) -> None:
    """Store an answer, unless another worker was quicker: both have found the same."""
    session.execute(
        update(DraftCheck)
        .where(DraftCheck.id == work.check_id, DraftCheck.state == "waiting")
        .values(
            state="done",
            seen=work.seen,
            checked_at=now,
            sdk_version=found.sdk_version,
            findings=[finding.to_dict() for finding in found.findings],
            unchecked=list(found.unchecked),
        )
    )
