"""Telling suppliers of a new notice that fits their profile."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.messages import rules as message_rules
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.suppliers.matching import matching_suppliers
from vergabe.web.formatting import weekday_moment


@dataclass(frozen=True)
class NoticeFacts:
    """What suppliers are told of a notice and matched by; link: path of its public page.

    cpv_codes: 8 digits; nuts_codes: none means no place is known; submission_deadline: aware UTC.
    """

    tender_id: uuid.UUID
    reference: str
    title: str
    text: str
    buyer_names: Sequence[str]
    cpv_codes: Sequence[str]
    nuts_codes: Sequence[str]
    submission_deadline: dt.datetime | None
    link: str


def invite_matching(session: Session, notice: NoticeFacts, *, cause: str, now: dt.datetime) -> int:
    """Tell each supplier whose profile fits, once per cause; return how many messages are new."""
    matches = matching_suppliers(
        session,
        cpv_codes=notice.cpv_codes,
        nuts_codes=notice.nuts_codes,
        text=f"{notice.title}\n{notice.text}",
    )
    return messages.send_many(
        session,
        [Reader(organisation_id=match.organisation_id) for match in matches],
        cause=cause,
        kind=message_rules.INVITATION,
        subject=f"Neue Bekanntmachung: {notice.title}",
        body=_body(notice),
        now=now,
        tender_id=notice.tender_id,
        link=notice.link,
    )


def _body(notice: NoticeFacts) -> str:
    deadline = (
        f"Angebote bis: {weekday_moment(notice.submission_deadline)}\n"
        if notice.submission_deadline
        else ""
    )
    return (
        "Guten Tag,\n\nzu Ihrem Profil passt eine neue Bekanntmachung:\n\n"
        f"{notice.title}\n"
        f"Auftraggeber: {', '.join(notice.buyer_names)}\n"
        f"Aktenzeichen: {notice.reference}\n"
        f"{deadline}\n"
        "Die Vergabeunterlagen laden Sie frei und ohne Anmeldung. Registrieren Sie sich für das "
        "Verfahren, um von Änderungen und Antworten zu erfahren."
    )
