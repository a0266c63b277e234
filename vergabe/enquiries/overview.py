"""The questions to a tender as its officers see them: due when, begun by whom, answered before."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from vergabe.enquiries import drafts, queries, rules, service
from vergabe.enquiries.model import Answer, AnswerDraft, Enquiry
from vergabe.enquiries.similar import Earlier, similar
from vergabe.tenders.model import Tender

_SOON = dt.timedelta(days=2)
WAITING_SHOWN: Final = 50
ANSWERS_SHOWN: Final = 20
"""The list of all questions has the others."""


@dataclass(frozen=True)
class Waiting:
    """A question without an answer.

    is_in_time: as law counts it now; traces: what in its words shows who asked; earlier: answers to
    similar questions; draft: begun.
    """

    enquiry: Enquiry
    is_in_time: bool
    traces: Sequence[str]
    earlier: Sequence[Earlier]
    draft: AnswerDraft | None

    @property
    def asked_by(self) -> str:
        firm = self.enquiry.organisation
        return firm.name if firm else self.enquiry.address or ""


@dataclass(frozen=True)
class Overview:
    """What is to do for one tender; due_at: until when answers should be out (first too late).

    waiting: the questions that wait longest, has_more: there are others; answers: the latest.
    """

    waiting: Sequence[Waiting]
    has_more: bool
    answers: Sequence[Answer]
    drafts: Sequence[AnswerDraft]
    due_at: dt.datetime | None
    state: str
    """Of the due time: `overdue`, `soon` or `open`."""
    warnings: Sequence[str]


def overview(session: Session, tender: Tender, *, now: dt.datetime) -> Overview:
    """Return the questions of a tender, unanswered ones with all that helps to answer them."""
    found = queries.waiting_enquiries(session, tender.id, limit=WAITING_SHOWN + 1)
    open_ones = found[:WAITING_SHOWN]
    names = queries.names_by_firm(session, open_ones)
    begun = drafts.drafts_of(session, tender.id)
    earlier = queries.earlier_answers(session, tender.cooperation_id) if open_ones else []
    due_at = service.answer_due(session, tender)
    return Overview(
        waiting=[_waiting(tender, enquiry, names, begun, earlier) for enquiry in open_ones],
        has_more=len(found) > WAITING_SHOWN,
        answers=queries.latest_answers(session, tender.id, limit=ANSWERS_SHOWN),
        drafts=begun,
        due_at=due_at,
        state=_state(due_at, now),
        warnings=service.warnings_about_answering(session, tender, open_ones, now=now),
    )


def _state(due_at: dt.datetime | None, now: dt.datetime) -> str:
    if due_at is None or now < due_at - _SOON:
        return "open"
    return "soon" if now < due_at else "overdue"


def _waiting(
    tender: Tender,
    enquiry: Enquiry,
    names: Mapping[uuid.UUID, Sequence[str]],
    begun: Sequence[AnswerDraft],
    earlier: Sequence[Earlier],
) -> Waiting:
    firm = names.get(enquiry.organisation_id, ()) if enquiry.organisation_id else ()
    address = [enquiry.address] if enquiry.address else []
    traces = rules.traces_of_asker(enquiry.text, names=firm, addresses=address)
    own = [draft for draft in begun if str(enquiry.id) in draft.enquiry_ids]
    return Waiting(
        enquiry,
        queries.came_in_time(tender, enquiry),
        [trace.message for trace in traces],
        similar(enquiry.text, earlier),
        next(iter(own), None),
    )


def entry_of(
    found: Overview, draft: AnswerDraft | None, chosen: Sequence[str]
) -> Mapping[str, Any]:
    """Return what the form of an answer shows at first: a draft, or the one question that waits.

    chosen: ids of questions that the address names.
    """
    if draft is not None:
        return drafts.entry_of(draft)
    ids = [one for one in chosen if one in {str(w.enquiry.id) for w in found.waiting}]
    if not ids and len(found.waiting) == 1:
        ids = [str(found.waiting[0].enquiry.id)]
    texts = [w.enquiry.text for w in found.waiting if str(w.enquiry.id) in ids]
    return {"enquiry_ids": ids, "question_text": "\n\n".join(texts), "text": ""}


def draft_asked_for(found: Overview, text: str) -> AnswerDraft | None:
    """Return the draft that an address names by its id, None if there is none like it."""
    try:
        wanted = uuid.UUID(text)
    except ValueError:
        return None
    return next((draft for draft in found.drafts if draft.id == wanted), None)
