"""Commands: ask a question, answer one or several for everybody."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, ids, outbox
from vergabe.access.actor import Actor
from vergabe.cooperations.task_rules import Step
from vergabe.enquiries import drafts, queries, rules
from vergabe.enquiries.events import AnswerPublished, EnquiryReceived
from vergabe.enquiries.model import Answer, Enquiry
from vergabe.errors import InvalidInput, NotFound, Refused, Violation, gather
from vergabe.exchange.plain_text import many_lines
from vergabe.law.answers import extension_for_late_answer, last_safe_answer_day
from vergabe.tenders import duties
from vergabe.tenders import queries as tenders
from vergabe.tenders.facts import period_facts
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import record
from vergabe.tenders.rules import Stage

WITHOUT_NUMBER: Final = dt.timedelta(days=6)
_READ: Final = 2 * rules.LONGEST
"""So much of a text is read: that it is too long the rules say, in the words of whoever asks."""


@dataclass(frozen=True)
class Asker:
    """Who asks: a supplier organisation, or the confirmed address of a registration."""

    organisation_id: uuid.UUID | None = None
    address: str | None = None


def ask(session: Session, tender: Tender, asker: Asker, text: str, *, now: dt.datetime) -> Enquiry:
    """Take a question to a published tender and return it; the same one again is not taken twice.

    The record notes that a question came, not who asked: it is open to all members. Raises
    InvalidInput for a missing or too long text, Refused after the submission deadline.
    """
    text = many_lines(text, max_length=_READ, field="text")
    # The same question twice at once would not find itself, nor one the end of its tender.
    session.refresh(tender, with_for_update={"key_share": True})
    against = rules.reasons_against_asking(
        text,
        submission_deadline=tender.submission_deadline,
        is_published=tender.stage == Stage.PUBLISHED and tender.public_since is not None,
        now=now,
    )
    _raise(against)
    known = session.scalars(
        select(Enquiry).where(
            Enquiry.tender_id == tender.id,
            Enquiry.organisation_id == asker.organisation_id,
            Enquiry.address == asker.address,
            Enquiry.text == text,
        )
    ).first()
    if known is not None:
        return known
    enquiry = Enquiry(
        id=ids.new_id(),
        tender_id=tender.id,
        organisation_id=asker.organisation_id,
        address=asker.address,
        text=text,
        asked_at=now,
        is_timely=rules.is_timely(tender.enquiries_deadline, now),
    )
    session.add(enquiry)
    session.flush()
    record(
        session,
        Actor(name="Bieterseite"),
        tender,
        "enquiry_received",
        "Eine Bieterfrage ist eingegangen."
        if enquiry.is_timely
        else "Eine Bieterfrage ist nach der Frist für Fragen eingegangen.",
        now=now,
        enquiry_id=str(enquiry.id),
        is_timely=enquiry.is_timely,
    )
    outbox.emit(session, EnquiryReceived(enquiry.id, tender.id), now=now)
    return enquiry


def answer(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    enquiry_ids: Sequence[uuid.UUID],
    *,
    question_text: str,
    text: str,
    accept_traces: bool = False,
    now: dt.datetime,
) -> Answer:
    """Publish one answer to one or several questions, for everybody in the same words.

    Drafts of it are dropped. Raises NotFound for questions of another tender, Refused when one is
    answered already (by whom and when), and InvalidInput when the public question could show who
    asked, unless `accept_traces`.
    """
    tender = tenders.locked_tender(session, actor, tender_id)
    duties.require(session, actor, tender, Step.ANSWER_ENQUIRIES, now=now)
    found = _unanswered(session, tender_id, enquiry_ids)
    question_text, text = _checked(tender, question_text, text)
    if not accept_traces:
        _raise(traces_in(session, found, f"{question_text}\n{text}"))
    published = Answer(
        id=ids.new_id(),
        tender_id=tender_id,
        question_text=question_text,
        text=text,
        published_at=now,
        answered_by_name=actor.name,
        warnings=warnings_about_answering(session, tender, found, now=now),
    )
    _publish(session, actor, tender, published, found, now=now)
    return published


def _checked(tender: Tender, question_text: str, text: str) -> tuple[str, str]:
    """Return question and answer cleaned; InvalidInput or Refused with all that is wrong."""
    against: list[Violation] = []
    asked, said = (
        gather(against, partial(many_lines, given, max_length=_READ, field=field)) or ""
        for field, given in (("question_text", question_text), ("text", text))
    )
    named = {violation.field for violation in against}
    is_published = tender.stage == Stage.PUBLISHED and tender.public_since is not None
    found = rules.reasons_against_answering(asked, said, is_published=is_published)
    _raise(against + [violation for violation in found if violation.field not in named])
    return asked, said


def _unanswered(
    session: Session, tender_id: uuid.UUID, enquiry_ids: Sequence[uuid.UUID]
) -> Sequence[Enquiry]:
    found = queries.enquiries_of(session, tender_id, enquiry_ids)
    if len(found) < len(set(enquiry_ids)) or not found:
        raise NotFound("Die Frage")
    queries.refuse_answered(found)
    return found


def _publish(
    session: Session,
    actor: Actor,
    tender: Tender,
    published: Answer,
    found: Sequence[Enquiry],
    *,
    now: dt.datetime,
) -> None:
    """Store an answer with its questions, note it and tell everybody."""
    session.add(published)
    session.flush()
    for enquiry in found:
        enquiry.answer = published
    session.flush()
    drafts.drop_drafts(session, tender.id, [enquiry.id for enquiry in found])
    record(
        session,
        actor,
        tender,
        "enquiry_answered",
        "Eine Antwort auf Bieterfragen wurde an alle veröffentlicht.",
        now=now,
        answer_id=str(published.id),
        enquiry_ids=[str(enquiry.id) for enquiry in found],
        warnings=published.warnings,
    )
    outbox.emit(session, AnswerPublished(published.id, tender.id), now=now)


def answer_due(session: Session, tender: Tender) -> dt.datetime | None:
    """Return until when answers should be out (aware UTC, the first instant that is too late).

    The last day that leaves bidders the days of § 20 (3) VgV; where law names no number as long
    before the end of the tender period; None before there is one.
    """
    if tender.submission_deadline is None:
        return None
    facts = period_facts(session, tender, started_on=tender.initiated_on)
    safe = last_safe_answer_day(
        facts.rule_set,
        tender.submission_deadline,
        facts.land,
        urgent=facts.is_urgent,
        started_on=facts.started_on,
    )
    if safe is None:
        return tender.submission_deadline - WITHOUT_NUMBER
    return clock.start_of_day(safe.value.last_day + dt.timedelta(days=1))


def traces_in(session: Session, found: Sequence[Enquiry], text: str) -> list[Violation]:
    """Return what in a public text could show who asked one of these questions."""
    return rules.traces_of_asker(
        text,
        names=queries.names_of_askers(session, found),
        addresses=[e.address for e in found if e.address],
    )


def warnings_about_answering(
    session: Session, tender: Tender, found: Sequence[Enquiry], *, now: dt.datetime
) -> list[str]:
    """Return what law says about answering now: perhaps the deadline must be extended.

    Where law names no number of days, only answers in the last six days (those of § 20 (3) VgV, as
    a measure) are worth a warning. Once the tender period is over nothing can be extended.
    """
    if tender.submission_deadline is None or now >= tender.submission_deadline:
        return []
    facts = period_facts(session, tender, started_on=tender.initiated_on)
    extension = extension_for_late_answer(
        facts.rule_set,
        tender.submission_deadline,
        now,
        facts.land,
        requested_in_time=any(queries.came_in_time(tender, enquiry) for enquiry in found),
        is_relevant=True,
        urgent=facts.is_urgent,
        started_on=facts.started_on,
    )
    has_number = extension.value.proposed_deadline_at is not None
    is_late = has_number or tender.submission_deadline - now < WITHOUT_NUMBER
    return list(extension.steps) if extension.value.is_needed and is_late else []


def _raise(against: Sequence[Violation]) -> None:
    fields = [violation for violation in against if violation.field]
    if fields:
        raise InvalidInput.of(fields)
    if against:
        raise Refused.because(against[0].code, against[0].message, against)
