"""All questions to a tender and their answers as a list, for the officers of the lead alone."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from vergabe.access.model import Organisation
from vergabe.collation import folded, german
from vergabe.enquiries.model import Answer, Enquiry
from vergabe.enquiries.queries import came_in_time
from vergabe.tenders.model import Tender
from vergabe.texts import _
from vergabe.web import lists
from vergabe.web.list_filters import Days, OneOf, TextFilter, Yes
from vergabe.web.lists import Column, Listing


def enquiry_list(tender: Tender) -> Listing[Enquiry]:
    """Return the list of all questions to a tender; it shows who asked, so whoever calls has asked
    whether the actor may answer them.
    """
    return Listing(
        key="enquiries",
        title=_("Fragen %(reference)s", reference=tender.reference),
        id=Enquiry.id,
        columns=(
            Column("frage", _("Frage"), lambda e: e.text),
            Column("von", _("Von"), asked_by),
            Column("gefragt", _("Gefragt"), lambda e: e.asked_at),
            Column("antwort", _("Antwort"), lambda e: e.answer.text if e.answer else None),
            Column("stand", _("Stand"), lambda e: "beantwortet" if e.answer else "offen"),
            Column("wortlaut", _("Frage, wie alle sie lesen"), _as_told, on_page=False),
            Column(
                "beantwortet",
                _("Beantwortet"),
                lambda e: e.answer.published_at if e.answer else None,
                on_page=False,
            ),
            Column(
                "rechtzeitig", _("Rechtzeitig"), lambda e: came_in_time(tender, e), on_page=False
            ),
        ),
        orders=(lists.by_day("gefragt", _("Gefragt"), Enquiry.asked_at),),
        rows=_enquiries,
        branches=[[Enquiry.tender_id == tender.id]],
        filters=(
            TextFilter(
                "q",
                _("Suchbegriff"),
                _matches,
                hint=_("Aus Frage oder Antwort, oder wer gefragt hat"),
            ),
            OneOf(
                "stand",
                _("Stand"),
                [("offen", _("offen")), ("beantwortet", _("beantwortet"))],
                lambda state: (
                    Enquiry.answer_id.is_(None)
                    if state == "offen"
                    else Enquiry.answer_id.is_not(None)
                ),
            ),
            Yes("spaet", _("Nur nach der Frist für Fragen"), lambda: _came_late(tender)),
            Days("gefragt", _("Gefragt"), Enquiry.asked_at),
        ),
    )


def _came_late(tender: Tender) -> ColumnElement[bool]:
    """Return the SQL twin of the opposite of `came_in_time`."""
    late = Enquiry.is_timely.is_(False)
    deadline = tender.enquiries_deadline
    return late if deadline is None else late & (Enquiry.asked_at >= deadline)


def asked_by(enquiry: Enquiry) -> str:
    """Return who asked: the firm, or the address."""
    return enquiry.organisation.name if enquiry.organisation else enquiry.address or ""


def _as_told(enquiry: Enquiry) -> str | None:
    return enquiry.answer.question_text if enquiry.answer else None


def _enquiries(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Enquiry]:
    query = select(Enquiry).where(Enquiry.id.in_(ids))
    return session.scalars(
        query.options(joinedload(Enquiry.organisation), joinedload(Enquiry.answer))
    ).all()


def _matches(word: str) -> ColumnElement[bool]:
    plain = folded(word)
    named = german(Organisation.name).contains(plain, autoescape=True)
    told = german(Answer.text).contains(plain, autoescape=True)
    return or_(
        german(Enquiry.text).contains(plain, autoescape=True),
        Enquiry.address.icontains(word, autoescape=True),
        Enquiry.organisation_id.in_(select(Organisation.id).where(named)),
        Enquiry.answer_id.in_(select(Answer.id).where(told)),
    )
