"""Reads of questions and answers."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.enquiries import rules
from vergabe.enquiries.model import Answer, Enquiry
from vergabe.enquiries.similar import Earlier
from vergabe.errors import NotFound, Refused
from vergabe.suppliers.model import TenderRegistration
from vergabe.tenders.model import Tender
from vergabe.web.formatting import moment


def published_answers(session: Session, tender_id: uuid.UUID) -> Sequence[Answer]:
    """Return the answers to a tender in the order in which everybody got them."""
    return session.scalars(
        select(Answer).where(Answer.tender_id == tender_id).order_by(Answer.published_at, Answer.id)
    ).all()


def latest_answers(session: Session, tender_id: uuid.UUID, *, limit: int) -> Sequence[Answer]:
    """Return the latest answers to a tender, the newest first."""
    query = select(Answer).where(Answer.tender_id == tender_id)
    return session.scalars(
        query.order_by(Answer.published_at.desc(), Answer.id.desc()).limit(limit)
    ).all()


def waiting_enquiries(session: Session, tender_id: uuid.UUID, *, limit: int) -> Sequence[Enquiry]:
    """Return the questions without an answer that wait longest; for officers as `all_enquiries`."""
    return session.scalars(
        select(Enquiry)
        .where(Enquiry.tender_id == tender_id, Enquiry.answer_id.is_(None))
        .options(joinedload(Enquiry.organisation))
        .order_by(Enquiry.asked_at, Enquiry.id)
        .limit(limit)
    ).all()


def all_enquiries(session: Session, tender_id: uuid.UUID) -> Sequence[Enquiry]:
    """Return every question to a tender, the unanswered first, then in order of asking.

    For the lead's officers alone: it shows who asked.
    """
    return session.scalars(
        select(Enquiry)
        .where(Enquiry.tender_id == tender_id)
        .options(joinedload(Enquiry.organisation), joinedload(Enquiry.answer))
        .order_by(Enquiry.answer_id.is_not(None), Enquiry.asked_at, Enquiry.id)
    ).all()


def enquiries_of(
    session: Session, tender_id: uuid.UUID, enquiry_ids: Iterable[uuid.UUID]
) -> Sequence[Enquiry]:
    """Return those of the questions that belong to this tender."""
    return session.scalars(
        select(Enquiry)
        .where(Enquiry.tender_id == tender_id, Enquiry.id.in_(list(enquiry_ids)))
        .options(joinedload(Enquiry.organisation), joinedload(Enquiry.answer))
        .order_by(Enquiry.asked_at)
    ).all()


def came_in_time(tender: Tender, enquiry: Enquiry) -> bool:
    """Return whether a question to this tender counts as asked in time now."""
    return rules.counts_as_timely(
        enquiry.asked_at,
        was_timely=enquiry.is_timely,
        enquiries_deadline=tender.enquiries_deadline,
    )


def refuse_answered(found: Sequence[Enquiry]) -> None:
    """Raise Refused if one of these questions is answered; it says by whom and when."""
    for enquiry in found:
        if enquiry.answer is not None:
            raise Refused(
                "already_answered",
                f"Diese Frage ist schon beantwortet: von {enquiry.answer.answered_by_name} am "
                f"{moment(enquiry.answer.published_at, seconds=False)}. Ihr Text ist nicht "
                "veröffentlicht und steht noch hier.",
            )


def earlier_answers(
    session: Session, cooperation_id: uuid.UUID, *, limit: int = 300
) -> list[Earlier]:
    """Return what was answered in tenders of a cooperation, the newest first."""
    rows = session.execute(
        select(Tender.reference, Answer.question_text, Answer.text)
        .join(Tender, Tender.id == Answer.tender_id)
        .where(Tender.cooperation_id == cooperation_id)
        .order_by(Answer.published_at.desc(), Answer.id)
        .limit(limit)
    )
    return [Earlier(reference, question, text) for reference, question, text in rows]


def own_enquiries(
    session: Session, tender_id: uuid.UUID, organisation_id: uuid.UUID
) -> Sequence[Enquiry]:
    """Return a supplier's own questions to a tender."""
    return session.scalars(
        select(Enquiry)
        .where(Enquiry.tender_id == tender_id, Enquiry.organisation_id == organisation_id)
        .options(joinedload(Enquiry.answer))
        .order_by(Enquiry.asked_at)
    ).all()


def names_of_askers(session: Session, enquiries: Sequence[Enquiry]) -> list[str]:
    """Return the names that would show who asked: of the firms and of the people there."""
    found = names_by_firm(session, enquiries)
    return [name for firm_id in sorted(found) for name in found[firm_id]]


def names_by_firm(
    session: Session, enquiries: Sequence[Enquiry]
) -> Mapping[uuid.UUID, Sequence[str]]:
    """Return for each firm that asked its name and those of the people there."""
    firm_ids = {e.organisation_id for e in enquiries if e.organisation_id}
    rows = session.execute(
        select(Organisation.id, Organisation.name, User.full_name)
        .outerjoin(RoleAssignment, RoleAssignment.organisation_id == Organisation.id)
        .outerjoin(User, User.id == RoleAssignment.user_id)
        .where(Organisation.id.in_(firm_ids))
        .order_by(Organisation.name, User.full_name)
    )
    found: dict[uuid.UUID, list[str]] = {}
    for firm_id, firm, person in rows:
        names = found.setdefault(firm_id, [firm])
        if person is not None and person not in names:
            names.append(person)
    return found


def published_tender(session: Session, reference: str) -> Tender:
    """Return a tender that the public may see; NotFound before its publication."""
    query = select(Tender).where(
        Tender.reference == reference.strip().upper(), Tender.public_since.is_not(None)
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("Die Bekanntmachung")
    return found


def followed_tenders(session: Session, organisation_id: uuid.UUID) -> Sequence[Tender]:
    """Return the tenders that a firm is registered for, those due last first."""
    return session.scalars(
        select(Tender)
        .join(TenderRegistration, TenderRegistration.tender_id == Tender.id)
        .where(
            TenderRegistration.organisation_id == organisation_id,
            TenderRegistration.left_at.is_(None),
            Tender.public_since.is_not(None),
        )
        .order_by(Tender.submission_deadline.desc(), Tender.id)
        .options(joinedload(Tender.lead))
        .limit(200)
    ).all()
