"""Questions of a firm, and answers of an officer, as the services take them."""

from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import access, tenders
from vergabe import clock, worker
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.enquiries import service
from vergabe.enquiries.model import Answer, Enquiry
from vergabe.enquiries.service import Asker
from vergabe.tenders.model import Tender

QUESTION = "Gehört die Beladung nach DIN 14530-11 zum Lieferumfang?"
ANSWER = "Ja, die Normbeladung gehört dazu, siehe Leistungsbeschreibung Seite 4."


def lead(session: Session, tender: Tender) -> Organisation:
    return session.get_one(Organisation, tender.lead_organisation_id)


def officer(session: Session, tender: Tender) -> User:
    return access.person(session, lead(session, tender), Role.PROCUREMENT_OFFICER)


def ask(session: Session, tender: Tender, firm: Organisation, text: str = QUESTION) -> Enquiry:
    asker = Asker(organisation_id=firm.id)
    found = service.ask(session, tender, asker, text, now=clock.now())
    session.commit()
    return found


def answer(session: Session, tender: Tender, *enquiries: Enquiry, **changes: Any) -> Answer:
    facts = {"question_text": QUESTION, "text": ANSWER, "now": clock.now()} | changes
    actor = facts.pop("actor", None) or tenders.officer(session, tender)
    return service.answer(session, actor, tender.id, [e.id for e in enquiries], **facts)


def drain(app: Flask) -> None:
    for _ in range(10):
        if not worker.deliver_events(app):
            return
