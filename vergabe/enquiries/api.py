"""JSON API of bidder questions."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations.task_rules import Step
from vergabe.db import db
from vergabe.enquiries import drafts, queries, service
from vergabe.enquiries.listing import asked_by
from vergabe.enquiries.model import Answer, Enquiry
from vergabe.enquiries.schema import (
    AnswerInSchema,
    AnswerSchema,
    DraftInSchema,
    DraftListSchema,
    DraftSchema,
    EnquiryListSchema,
    QuestionInSchema,
    QuestionSchema,
)
from vergabe.enquiries.service import Asker
from vergabe.suppliers import following
from vergabe.tenders import duties
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("enquiries", __name__, description="Bieterfragen und Antworten")


@api.get("/tenders/<uuid:tender_id>/enquiries")
@requires(Permission.ANSWER_ENQUIRIES)
@api.response(200, EnquiryListSchema)
def enquiries(tender_id: uuid.UUID) -> Any:
    """Alle Fragen zu einem Verfahren, nur für die Vergabestelle der Federführung."""
    actor = current_actor()
    tender = tenders.visible_tender(db.session(), actor, tender_id)
    duties.require(db.session(), actor, tender, Step.ANSWER_ENQUIRIES)
    found = queries.all_enquiries(db.session(), tender_id)
    return {"items": [_as_json(tender, enquiry) for enquiry in found]}


def _as_json(tender: Tender, enquiry: Enquiry) -> dict[str, Any]:
    return {
        "id": enquiry.id,
        "text": enquiry.text,
        "asked_at": enquiry.asked_at,
        "is_timely": queries.came_in_time(tender, enquiry),
        "answer_id": enquiry.answer_id,
        "asked_by": asked_by(enquiry),
    }


@api.post("/tenders/<uuid:tender_id>/answers")
@requires(Permission.ANSWER_ENQUIRIES)
@commits
@api.arguments(AnswerInSchema)
@api.response(201, AnswerSchema)
def answer(body: dict[str, Any], tender_id: uuid.UUID) -> Answer:
    """Eine oder mehrere Fragen für alle beantworten."""
    return service.answer(
        db.session(),
        current_actor(),
        tender_id,
        body["enquiry_ids"],
        question_text=body["question_text"],
        text=body["text"],
        accept_traces=body["accept_traces"],
        now=clock.now(),
    )


@api.get("/tenders/<uuid:tender_id>/answer-drafts")
@requires(Permission.ANSWER_ENQUIRIES)
@api.response(200, DraftListSchema)
def answer_drafts(tender_id: uuid.UUID) -> Any:
    """Begonnene Antworten zu einem Verfahren."""
    actor = current_actor()
    tender = tenders.visible_tender(db.session(), actor, tender_id)
    duties.require(db.session(), actor, tender, Step.ANSWER_ENQUIRIES)
    return {"items": drafts.drafts_of(db.session(), tender_id)}


@api.post("/tenders/<uuid:tender_id>/answer-drafts")
@requires(Permission.ANSWER_ENQUIRIES)
@commits
@api.arguments(DraftInSchema)
@api.response(201, DraftSchema)
def save_answer_draft(body: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Eine Antwort als Entwurf speichern, ohne sie zu veröffentlichen."""
    return drafts.save_draft(db.session(), current_actor(), tender_id, now=clock.now(), **body)


@api.delete("/tenders/<uuid:tender_id>/answer-drafts/<uuid:draft_id>")
@requires(Permission.ANSWER_ENQUIRIES)
@commits
@api.response(204)
def drop_answer_draft(tender_id: uuid.UUID, draft_id: uuid.UUID) -> None:
    """Eine begonnene Antwort verwerfen."""
    drafts.drop_draft(db.session(), current_actor(), tender_id, draft_id, now=clock.now())


@api.post("/notices/<reference>/questions")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
@api.arguments(QuestionInSchema)
@api.response(201, QuestionSchema)
def ask(body: dict[str, Any], reference: str) -> Enquiry:
    """Als Unternehmen eine Frage stellen."""
    tender = queries.published_tender(db.session(), reference)
    asker = Asker(organisation_id=current_actor().organisation_id)
    enquiry = service.ask(db.session(), tender, asker, body["text"], now=clock.now())
    following.follow(db.session(), current_actor(), tender.id, now=clock.now())
    return enquiry


@api.put("/notices/<reference>/registration")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
@api.response(204)
def follow(reference: str) -> None:
    """Das eigene Unternehmen für Änderungen und Antworten registrieren."""
    session = db.session()
    tender = queries.published_tender(session, reference)
    following.follow(session, current_actor(), tender.id, now=clock.now())


@api.delete("/notices/<reference>/registration")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
@api.response(204)
def leave(reference: str) -> None:
    """Die Registrierung des eigenen Unternehmens beenden."""
    session = db.session()
    tender = queries.published_tender(session, reference)
    following.leave(session, current_actor(), tender.id, now=clock.now())
