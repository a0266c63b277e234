"""Telling suppliers of a new notice that fits their profile."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.messages import rules as message_rules
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.suppliers.fitting import Subject
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
    nature: str | None = None
    value_net_cents: int | None = None
    """What the notice says of it, in euros; a value that is kept secret tells nobody anything."""

    @property
    def subject(self) -> Subject:
        """Return what a profile is compared with."""
        return Subject(
            self.cpv_codes,
            self.nuts_codes,
            f"{self.title}\n{self.text}",
            self.nature,
            self.value_net_cents,
        )


def invite_matching(session: Session, notice: NoticeFacts, *, cause: str, now: dt.datetime) -> int:
    """Tell each supplier whose profile fits, once per cause; return how many messages are new."""
    subject = notice.subject
    firms = matching_suppliers(
        session,
        cpv_codes=subject.cpv_codes,
        nuts_codes=subject.nuts_codes,
        text=subject.text,
        nature=subject.nature,
        value_net_cents=subject.value_net_cents,
    )
    return messages.send_many(
        session,
        [Reader(organisation_id=firm_id) for firm_id in firms],
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
