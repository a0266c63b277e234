"""The lawful part of publishing, amending and cancelling: stages, gates, deadlines, versions.

notices.service calls these in the transaction that also builds and stores the notice; nothing else
may, for a tender that is published without its notice would be a secret one.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.deadlines import service as deadlines
from vergabe.demands import service as demands
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.law.periods import Deadline as LawDeadline
from vergabe.law.results import Result
from vergabe.tenders import assessment, gates, queries, rules
from vergabe.tenders.assessment import Need, PeriodFacts, assess
from vergabe.tenders.drafting import law_result
from vergabe.tenders.facts import period_facts
from vergabe.tenders.model import Tender, TenderVersion
from vergabe.tenders.recording import record
from vergabe.tenders.rules import Action, Stage
from vergabe.tenders.snapshots import snapshot

# Questions in time leave a week for the answer: § 20 (3) VgV asks for six days before the end.
ENQUIRY_DAYS_BEFORE = 8


@dataclass(frozen=True)
class Amendment:
    """What an amendment changes; None leaves it. Instants aware UTC, the first that is too late."""

    summary: str
    title: str | None = None
    description: str | None = None
    selection_criteria: str | None = None
    submission_deadline: dt.datetime | None = None
    enquiries_deadline: dt.datetime | None = None


def mark_published(
    session: Session, actor: Actor, tender_id: uuid.UUID, *, now: dt.datetime
) -> Tender:
    """Publish the first version of a ready tender: every gate open, every deadline lawful.

    Raises Refused with all reasons (stage, gates, deadlines); a tender that is published already is
    refused as well, so that the second click never publishes twice.
    """
    tender = _own_tender(session, actor, tender_id, Permission.PUBLISH_TENDERS)
    _require_stage(tender, Action.PUBLISH)
    sent_on = clock.berlin_day(now)
    _assess_again(session, tender, sent_on)
    _refuse_closed_gates(session, tender, now=now)
    facts = period_facts(session, tender, started_on=sent_on)
    _settle_deadlines(tender, facts, sent_on, now=now)
    tender.stage = rules.NEXT_STAGE[Stage(tender.stage), Action.PUBLISH]
    tender.published_at, tender.published_version = now, 1
    for document in tender.documents:
        if document.removed_in_version is None:
            document.published_in_version = 1
    _store_version(session, actor, tender, "", now=now)
    _start_deadlines(session, tender, assessment.minimum(facts, sent_on), now=now)
    demands.mark_tendered(session, actor, _demand_ids(tender), tender.reference, now=now)
    minimum = assessment.minimum(facts, sent_on)
    record(
        session,
        actor,
        tender,
        "tender_published",
        f"Das Verfahren {tender.reference} wurde veröffentlicht.",
        now=now,
        version=1,
        submission_deadline=_iso(tender.submission_deadline),
        enquiries_deadline=_iso(tender.enquiries_deadline),
        law=minimum.as_dict(),
        law_facts=tender.law_result["explained"],
    )
    return tender


def mark_amended(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    amendment: Amendment,
    *,
    now: dt.datetime,
) -> tuple[Tender, list[str]]:
    """Publish a new version of a published tender; return it with what changed, in sentences.

    Documents uploaded or removed since the last version become public with it. Raises Refused after
    the deadline, for a deadline brought forward, and when too little time is left for the change.
    """
    tender = _own_tender(session, actor, tender_id, Permission.PUBLISH_TENDERS)
    _require_stage(tender, Action.AMEND)
    assert tender.submission_deadline is not None
    against = rules.reasons_against_amending(
        summary=amendment.summary, submission_deadline=tender.submission_deadline, now=now
    )
    against += _about_new_deadline(tender, amendment, now=now)
    if against:
        raise Refused.because("amendment_refused", "So lässt sich nichts ändern.", against)
    changes = _apply(tender, amendment)
    if not changes:
        raise InvalidInput(
            "nothing_changed",
            "Es hat sich nichts geändert. Ändern Sie eine Angabe, eine Frist oder ein Dokument.",
            field="summary",
        )
    tender.published_version += 1
    _publish_documents(tender)
    _store_version(session, actor, tender, amendment.summary, now=now)
    _start_deadlines(session, tender, None, now=now)
    record(
        session,
        actor,
        tender,
        "tender_amended",
        f"Fassung {tender.published_version} wurde veröffentlicht: {amendment.summary}",
        now=now,
        version=tender.published_version,
        changes=changes,
        submission_deadline=_iso(tender.submission_deadline),
    )
    return tender, changes


def mark_cancelled(
    session: Session, actor: Actor, tender_id: uuid.UUID, reason: str, *, now: dt.datetime
) -> Tender:
    """Cancel a tender (Aufhebung, § 63 VgV) with its reason; running deadlines are lifted."""
    tender = _own_tender(session, actor, tender_id, Permission.PUBLISH_TENDERS)
    _require_stage(tender, Action.CANCEL)
    against = rules.reasons_against_cancelling(reason)
    if against:
        raise InvalidInput.of(against)
    was_published = tender.published_version > 0
    tender.stage = Stage.CANCELLED
    tender.cancelled_at, tender.cancellation_reason = now, reason.strip()
    deadlines.lift(session, tender.id, None, "Verfahren aufgehoben", now=now)
    if was_published:
        demands.untender(
            session,
            actor,
            _demand_ids(tender),
            tender.reference,
            reason="Verfahren aufgehoben",
            now=now,
        )
    record(
        session,
        actor,
        tender,
        "tender_cancelled",
        f"Das Verfahren {tender.reference} wurde aufgehoben.",
        now=now,
        reason=reason.strip(),
        law="§ 63 VgV",
    )
    return tender


def reasons_against_publishing(
    session: Session, tender: Tender, *, now: dt.datetime
) -> list[Violation]:
    """Return everything that stands against publishing now: gates and deadlines; for preview."""
    sent_on = clock.berlin_day(now)
    reasons = gates.reasons(gates.all_gates(session, tender, now=now))
    if tender.submission_deadline is not None:
        facts = period_facts(session, tender, started_on=sent_on)
        reasons += assessment.reasons_against_submission_deadline(
            facts, sent_on, tender.submission_deadline
        )
    return reasons


def _demand_ids(tender: Tender) -> list[uuid.UUID]:
    return sorted({s.demand_id for lot in tender.lots for i in lot.items for s in i.shares})


def _own_tender(
    session: Session, actor: Actor, tender_id: uuid.UUID, permission: Permission
) -> Tender:
    tender = queries.locked_tender(session, actor, tender_id)
    actor.require(
        permission,
        cooperation_id=tender.cooperation_id,
        lead_organisation_id=tender.lead_organisation_id,
    )
    return tender


def _require_stage(tender: Tender, action: Action) -> None:
    against = rules.reasons_against_stage(Stage(tender.stage), action)
    if against:
        raise Refused.because("wrong_stage", against[0].message, against)


def _refuse_closed_gates(session: Session, tender: Tender, *, now: dt.datetime) -> None:
    reasons = gates.reasons(gates.all_gates(session, tender, now=now, is_decision=True))
    if reasons:
        raise Refused.because(
            "gates_closed",
            f"Das Verfahren kann noch nicht veröffentlicht werden; es fehlen {len(reasons)} Dinge."
            if len(reasons) > 1
            else "Das Verfahren kann noch nicht veröffentlicht werden; eines fehlt.",
            reasons,
        )


def _assess_again(session: Session, tender: Tender, on: dt.date) -> None:
    """Assess on the day of dispatch, which selects the rows of law (§ 3 (3) VgV)."""
    totals = queries.totals_by_buyer(session, tender.id)
    needs = [
        Need(b.organisation.name, b.organisation.land or "NW", totals.get(b.organisation_id, 0))
        for b in tender.buyers
        if b.buys
    ]
    found = assess(needs, tender.nature, on)
    method = tender.procurement_method
    if method not in (*found.free_methods, *found.conditional_methods):
        raise Refused(
            "method_not_permitted",
            f"Am {on:%d.%m.%Y} gilt {found.regime_name}; die gewählte Verfahrensart ist dann nicht "
            "zulässig. Wählen Sie eine andere.",
            field="procurement_method",
        )
    tender.regime, tender.law_result, tender.initiated_on = found.regime, law_result(found), on


def _settle_deadlines(
    tender: Tender, facts: PeriodFacts, sent_on: dt.date, *, now: dt.datetime
) -> None:
    if tender.submission_deadline is None:
        tender.submission_deadline = assessment.proposed_deadline(facts, sent_on)
    against = assessment.reasons_against_submission_deadline(
        facts, sent_on, tender.submission_deadline
    )
    if tender.submission_deadline <= now:
        against.append(
            Violation(
                "deadline_in_past",
                "Die Angebotsfrist liegt in der Vergangenheit. Setzen Sie eine spätere.",
                field="submission_deadline",
            )
        )
    if tender.enquiries_deadline is None:
        tender.enquiries_deadline = default_enquiries_deadline(tender.submission_deadline, now)
    if not now < tender.enquiries_deadline <= tender.submission_deadline:
        against.append(
            Violation(
                "enquiries_deadline_out_of_range",
                "Die Frist für Fragen muss zwischen jetzt und der Angebotsfrist liegen.",
                field="enquiries_deadline",
            )
        )
    if against:
        raise Refused.because("deadline_unlawful", against[0].message, against)


def default_enquiries_deadline(submission_deadline: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return when questions are due unless somebody says otherwise: the start of the eighth day
    before the submission deadline, but never in the past.
    """
    day = clock.berlin_day(submission_deadline) - dt.timedelta(days=ENQUIRY_DAYS_BEFORE)
    wanted = clock.start_of_day(day)
    return wanted if wanted > now else submission_deadline


def _about_new_deadline(
    tender: Tender, amendment: Amendment, *, now: dt.datetime
) -> list[Violation]:
    assert tender.submission_deadline is not None
    new = amendment.submission_deadline or tender.submission_deadline
    reasons: list[Violation] = []
    if new < tender.submission_deadline:
        reasons.append(
            Violation(
                "deadline_brought_forward",
                "Die Angebotsfrist darf nach der Veröffentlichung nicht verkürzt werden.",
                law="§ 20 VgV",
                field="submission_deadline",
            )
        )
    days_needed = 4 if tender.is_urgent else 6
    if new - now < dt.timedelta(days=days_needed + 1):
        reasons.append(
            Violation(
                "too_little_time_left",
                f"Bis zur Angebotsfrist bleiben weniger als {days_needed} volle Tage. Wer die "
                "Unterlagen ändert, muss die Frist verlängern.",
                law="§ 20 Abs. 3 Satz 1 Nr. 2 VgV",
                field="submission_deadline",
            )
        )
    return reasons


def _apply(tender: Tender, amendment: Amendment) -> list[str]:
    changes: list[str] = []
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
    for document in tender.documents:
        if document.published_in_version is None and document.removed_in_version is None:
            version = f"Fassung {document.document_version}, {document.file_name}"
            changes.append(f"Neu: {document.title} ({version}).")
        elif document.removed_in_version == tender.published_version + 1:
            changes.append(f"Entfallen: {document.title} (Fassung {document.document_version}).")
    return changes


def _publish_documents(tender: Tender) -> None:
    for document in tender.documents:
        if document.published_in_version is None and document.removed_in_version is None:
            document.published_in_version = tender.published_version


def _store_version(
    session: Session, actor: Actor, tender: Tender, summary: str, *, now: dt.datetime
) -> None:
    session.flush()
    session.add(
        TenderVersion(
            tender_id=tender.id,
            number=tender.published_version,
            snapshot=snapshot(tender),
            summary=summary.strip(),
            published_at=now,
            published_by_name=actor.name,
        )
    )
    session.flush()


def _start_deadlines(
    session: Session,
    tender: Tender,
    minimum: Result[LawDeadline | None] | None,
    *,
    now: dt.datetime,
) -> None:
    assert tender.submission_deadline is not None
    planned = [("submission", "Angebotsfrist", tender.submission_deadline)]
    if tender.enquiries_deadline is not None:
        planned.append(("enquiries", "Frist für Bieterfragen", tender.enquiries_deadline))
    for kind, title, due_at in planned:
        is_submission = kind == "submission"
        deadlines.set_deadline(
            session,
            subject_kind="tender",
            subject_id=tender.id,
            subject_reference=tender.reference,
            cooperation_id=tender.cooperation_id,
            kind=kind,
            title=title,
            due_at=due_at,
            source="law" if is_submission and minimum is not None else "person",
            law=minimum.law if is_submission and minimum is not None else "§ 20 Abs. 3 VgV",
            calculation=minimum.as_dict() if is_submission and minimum is not None else {},
            organisation_id=tender.lead_organisation_id,
            responsible_id=tender.created_by_id,
            now=now,
        )


def _iso(value: dt.datetime | None) -> str | None:
    return value.isoformat() if value else None
