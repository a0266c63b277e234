"""Mandates that end while a procedure runs: it goes on, but acts that need one are refused.

Members and lead are warned before the end and told when it has come; nothing depends on the
warning, for each act asks anew.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.cooperations import mandate_gates
from vergabe.cooperations.mandate_gates import WARNING_DAYS, Ending
from vergabe.cooperations.model import Mandate
from vergabe.cooperations.rules import SCOPE_NAMES, Scope
from vergabe.errors import Refused, Violation
from vergabe.messages import service as messages
from vergabe.messages.model import Message
from vergabe.messages.service import Reader
from vergabe.tenders.model import Tender, TenderBuyer
from vergabe.tenders.rules import Stage

# From the publication to the award, members are represented by whom they empowered.
RUNNING: Final = (Stage.PUBLISHED, Stage.OPENED, Stage.EVALUATED, Stage.DECIDED)


def reasons_against(
    session: Session, tender: Tender, scope: Scope, *, now: dt.datetime
) -> list[Violation]:
    """Return which buying members have not empowered the lead for an act today."""
    return mandate_gates.mandate_reasons(
        session, tender.cooperation_id, scope, _buying(tender), None, clock.berlin_day(now)
    )


def refuse_without(session: Session, tender: Tender, scope: Scope, *, now: dt.datetime) -> None:
    """Raise Refused unless every buying member has empowered the lead for an act today."""
    reasons = reasons_against(session, tender, scope, now=now)
    if reasons:
        raise Refused.because(
            "mandate_missing",
            f"Dafür fehlt die Vollmacht „{SCOPE_NAMES[scope]}“ von {len(reasons)} "
            f"{'Kommune' if len(reasons) == 1 else 'Kommunen'}.",
            reasons,
        )


def warnings(session: Session, tender: Tender, *, now: dt.datetime) -> list[str]:
    """Return a sentence for each mandate that ends soon, or has ended, in a running procedure."""
    if tender.stage not in RUNNING:
        return []
    today = clock.berlin_day(now)
    return [ending.sentence(today) for ending in _endings(session, tender, today)]


def _buying(tender: Tender) -> list[uuid.UUID]:
    return [buyer.organisation_id for buyer in tender.buyers if buyer.buys]


def _endings(session: Session, tender: Tender, day: dt.date) -> list[Ending]:
    return mandate_gates.endings(
        session,
        tender.cooperation_id,
        _buying(tender),
        day,
        grantee_id=tender.lead_organisation_id,
    )


def _touched(day: dt.date) -> ColumnElement[bool]:
    """Running tenders with a mandate of a buyer that ends around the day; the rest is not read."""
    until = day + dt.timedelta(days=WARNING_DAYS)
    return (
        select(Mandate.id)
        .join(TenderBuyer, TenderBuyer.organisation_id == Mandate.grantor_id)
        .where(
            TenderBuyer.tender_id == Tender.id,
            Mandate.cooperation_id == Tender.cooperation_id,
            or_(Mandate.valid_to <= until, Mandate.revoked_on.is_not(None)),
        )
        .exists()
    )


def _running(session: Session, day: dt.date) -> Sequence[Tender]:
    query = select(Tender).where(Tender.stage.in_(RUNNING), _touched(day)).order_by(Tender.id)
    return session.scalars(query).all()


def has_due_warnings(session: Session, *, now: dt.datetime) -> bool:
    """Return whether somebody has to be told of a mandate that ends or has ended (read only)."""
    day = clock.berlin_day(now)
    return any(
        not session.scalar(
            select(exists().where(Message.dedupe_key.startswith(_cause(tender, ending, day))))
        )
        for tender in _running(session, day)
        for ending in _endings(session, tender, day)
    )


def _cause(tender: Tender, ending: Ending, day: dt.date) -> str:
    """Return what makes a warning the same: said once before the end, and once after it."""
    when = "ended" if ending.last_day < day else "ends"
    return f"mandate-{when}:{ending.mandate_id}:{ending.last_day}:{tender.id}"


def send_warnings(session: Session, *, now: dt.datetime) -> int:
    """Tell members and leads of mandates that end soon, and of those that have ended; how many.

    Each is told once before and once after the end of a mandate for each tender; later runs say
    nothing, also when they come a day late.
    """
    today = clock.berlin_day(now)
    told = 0
    for tender in _running(session, today):
        for ending in _endings(session, tender, today):
            verb = "endete" if ending.last_day < today else "endet"
            told += messages.send_many(
                session,
                [
                    Reader(organisation_id=ending.grantor_id),
                    Reader(organisation_id=tender.lead_organisation_id),
                ],
                cause=_cause(tender, ending, today),
                kind="mandate",
                subject=f"Vollmacht von {ending.grantor_name} zu {tender.reference} {verb} am "
                f"{ending.last_day:%d.%m.%Y}",
                body=f"Verfahren „{tender.title}“\n\n{ending.sentence(today)}",
                now=now,
                tender_id=tender.id,
                link=f"/vergabeverfahren/{tender.id}",
            )
    return told
