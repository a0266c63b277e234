"""The lawful part of amending a published tender: deadlines, texts, versions.

notices.service calls this in the transaction that also builds and stores the change notice.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.cooperations.rules import Scope
from vergabe.cooperations.task_rules import Step
from vergabe.errors import DomainError, InvalidInput, Refused, Violation
from vergabe.exchange.plain_text import many_lines, one_line
from vergabe.tenders import duties, mandate_watch, rules, timing
from vergabe.tenders.changing import tender_to_change
from vergabe.tenders.facts import period_facts
from vergabe.tenders.grounds import OutageGround
from vergabe.tenders.limits import DESCRIPTION_MAX, REASON_MAX, TEXT_MAX, TITLE_MAX
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import record
from vergabe.tenders.rules import Action
from vergabe.tenders.snapshots import dropping_documents, pending_documents
from vergabe.tenders.versions import (
    iso,
    postpone_documents,
    publish_documents,
    start_deadlines,
    store_version,
)


@dataclass(frozen=True)
class Amendment:
    """What an amendment changes; None leaves it. Instants aware UTC, the first that is too late.

    is_substantial: it matters for preparing a bid (§ 20 (3) VgV), so that bidders need time for it.
    """

    summary: str
    title: str | None = None
    description: str | None = None
    selection_criteria: str | None = None
    submission_deadline: dt.datetime | None = None
    enquiries_deadline: dt.datetime | None = None
    is_substantial: bool = True
    outage: OutageGround | None = None
    """Given after an outage of the platform: then deadlines alone change."""


def mark_amended(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    amendment: Amendment,
    *,
    now: dt.datetime,
    version: int | None = None,
) -> tuple[Tender, list[str]]:
    """Publish a new version of a published tender; return it with what changed, in sentences.

    Documents uploaded or removed since the last version become public with it. version: the one the
    person saw. Raises InvalidInput (texts, nothing changed), Stale, and Refused after the deadline,
    for a deadline brought forward, and when too little time is left for the change.
    """
    tender = tender_to_change(
        session,
        actor,
        tender_id,
        version=version,
        action=Action.AMEND,
        step=None,
    )
    for step in steps_of(tender, amendment):
        duties.require(session, actor, tender, step, now=now)
    mandate_watch.refuse_without(session, tender, Scope.TENDER, now=now)
    amendment = cleaned(amendment)
    against = reasons_against_amendment(session, tender, amendment, now=now)
    if against:
        raise Refused.because("amendment_refused", "So lässt sich nichts ändern.", against)
    changes = _apply(tender, amendment)
    if not changes:
        raise InvalidInput(
            "nothing_changed",
            "Es hat sich nichts geändert. Ändern Sie eine Angabe, eine Frist oder ein Dokument.",
            field="summary",
        )
    if amendment.outage is not None:
        postpone_documents(tender)
    tender.published_version += 1
    if amendment.outage is None:
        publish_documents(tender)
    store_version(session, actor, tender, amendment.summary, now=now)
    start_deadlines(
        session, tender, source="person", minimum=None, outage=amendment.outage, now=now
    )
    record(
        session,
        actor,
        tender,
        "tender_amended",
        f"Fassung {tender.published_version} wurde veröffentlicht: {amendment.summary}",
        now=now,
        version=tender.published_version,
        changes=changes,
        is_substantial=amendment.is_substantial,
        submission_deadline=iso(tender.submission_deadline),
        **_recorded(amendment.outage),
    )
    return tender, changes


def _recorded(outage: OutageGround | None) -> dict[str, Any]:
    """Return what the record keeps of an outage: its time, its evidence and the calculation."""
    if outage is None:
        return {}
    return {
        "outage": {
            "began_at": iso(outage.began_at),
            "ended_at": iso(outage.ended_at),
            "law": outage.law,
            "calculation": dict(outage.calculation),
            "evidence": dict(outage.evidence),
            "reason_for_reopening": outage.reason,
        }
    }


def steps_of(tender: Tender, amendment: Amendment) -> list[Step]:
    """Return what an amendment is in the task matrix: extending, changing anything else, or both.

    Forms send every field: only those that differ count. A change of documents is an amendment.
    """

    def differs(name: str) -> bool:
        wanted = getattr(amendment, name)
        return wanted is not None and wanted != getattr(tender, name)

    extends = differs("submission_deadline") or differs("enquiries_deadline")
    if amendment.outage is not None:
        return [Step.EXTEND]
    texts = ("title", "description", "selection_criteria")
    changes = any(map(differs, texts)) or bool(pending_documents(tender))
    changes = changes or bool(dropping_documents(tender)) or not extends
    return [Step.AMEND] * changes + [Step.EXTEND] * extends


def cleaned(amendment: Amendment) -> Amendment:
    """Return an amendment with clean texts; InvalidInput names every field that is wrong."""
    limits = (
        ("summary", many_lines, REASON_MAX),
        ("title", one_line, TITLE_MAX),
        ("description", many_lines, DESCRIPTION_MAX),
        ("selection_criteria", many_lines, TEXT_MAX),
    )
    texts: dict[str, Any] = {}
    wrong: list[Violation] = []
    for name, clean, maximum in limits:
        value = getattr(amendment, name)
        if value is None:
            continue
        try:
            texts[name] = clean(value, max_length=maximum, field=name)
        except DomainError as error:
            wrong += error.violations
    for name, shortest in (("title", 1), ("description", rules.SHORTEST_REASON)):
        if name in texts and len(texts[name]) < shortest:
            message = "Diese Angabe darf nicht leer sein."
            if shortest > 1:
                message = f"Die Beschreibung braucht mindestens {shortest} Zeichen."
            wrong.append(Violation("text_missing", message, field=name))
    if wrong:
        raise InvalidInput.of(wrong)
    return replace(amendment, **texts)


def reasons_against_amendment(
    session: Session, tender: Tender, amendment: Amendment, *, now: dt.datetime
) -> list[Violation]:
    """Return why a published tender may not be amended like this now; for preview as well."""
    assert tender.submission_deadline is not None
    reasons = rules.reasons_against_before_public(is_public=tender.public_since is not None)
    reasons += rules.reasons_against_amending(
        summary=amendment.summary,
        submission_deadline=tender.submission_deadline,
        now=now,
        reopens=amendment.outage is not None and amendment.outage.reason is not None,
    )
    new = amendment.submission_deadline or tender.submission_deadline
    if new < tender.submission_deadline:
        reasons.append(
            Violation(
                "deadline_brought_forward",
                "Die Angebotsfrist darf nach der Veröffentlichung nicht verkürzt werden.",
                law="§ 20 VgV",
                field="submission_deadline",
            )
        )
    elif now < new and amendment.is_substantial and _changes_content(tender, amendment):
        facts = period_facts(session, tender, started_on=tender.initiated_on)
        reasons += timing.reasons_against_late_change(facts, new, now=now)
    if amendment.enquiries_deadline not in (None, tender.enquiries_deadline):
        assert amendment.enquiries_deadline is not None
        reasons += timing.reasons_against_enquiries(amendment.enquiries_deadline, new, now=now)
    return reasons


def _changes_content(tender: Tender, amendment: Amendment) -> bool:
    """Return whether more than deadlines would change: those only get longer."""
    texts = ("title", "description", "selection_criteria")
    return any(
        getattr(amendment, name) not in (None, getattr(tender, name)) for name in texts
    ) or bool(pending_documents(tender) or dropping_documents(tender))


def _apply(tender: Tender, amendment: Amendment) -> list[str]:
    changes: list[str] = []
    due_before = tender.submission_deadline
    for name, sentence in (
        ("title", "Der Titel wurde geändert."),
        ("description", "Die Beschreibung wurde geändert."),
        ("selection_criteria", "Die Eignungskriterien wurden geändert."),
    ):
        wanted = getattr(amendment, name)
        if wanted is not None and wanted != getattr(tender, name):
            setattr(tender, name, wanted)
            changes.append(sentence)
    for name, label in (
        ("submission_deadline", "Die Angebotsfrist"),
        ("enquiries_deadline", "Die Frist für Fragen"),
    ):
        wanted = getattr(amendment, name)
        if wanted is not None and wanted != getattr(tender, name):
            setattr(tender, name, wanted)
            local = wanted.astimezone(clock.BERLIN)
            changes.append(f"{label} endet jetzt am {local:%d.%m.%Y um %H:%M} Uhr.")
    until = timing.moved_validity(tender.bid_validity_until, due_before, tender.submission_deadline)
    if until is not None and until != tender.bid_validity_until:
        tender.bid_validity_until = until
        changes.append(f"Die Bindefrist endet jetzt am {until:%d.%m.%Y}.")
    return changes if amendment.outage is not None else changes + _document_changes(tender)


def _document_changes(tender: Tender) -> list[str]:
    new = pending_documents(tender)
    gone = dropping_documents(tender)
    replaced = {document.document_key for document in new} & {d.document_key for d in gone}
    changes = []
    for document in new:
        verb, now = ("Ersetzt", "jetzt ") if document.document_key in replaced else ("Neu", "")
        changes.append(
            f"{verb}: {document.title} ({now}Fassung {document.document_version}, "
            f"{document.file_name})."
        )
    changes += [
        f"Entfallen: {document.title} (Fassung {document.document_version})."
        for document in gone
        if document.document_key not in replaced
    ]
    return changes
