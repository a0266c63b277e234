"""Commands on what the granting authority decides: early start, notice, rejection; settling."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.cooperations import documents
from vergabe.cooperations.documents import Upload
from vergabe.deadlines import service as deadlines
from vergabe.funding import queries, rules
from vergabe.funding.entries import (
    REFERENCE_LENGTH,
    Checks,
    DecisionEntry,
    checked_decision,
    checked_reason,
)
from vergabe.funding.keeping import locked_case, record, refuse, tell_partners
from vergabe.funding.model import FundingCase
from vergabe.funding.proving import proof_of
from vergabe.funding.rules import Action, Stage
from vergabe.money import german


def permit_early_start(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    begins_on: dt.date,
    reference: str,
    upload: Upload | None = None,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> FundingCase:
    """Record the consent to begin before the notice (vorzeitiger Maßnahmenbeginn).

    begins_on: legal day from which it counts; reference: of the letter. It opens the gate only
    with the letter on file: handed in now or later (`attach_early_start`).
    """
    case = locked_case(session, actor, pool_id, version)
    checks = Checks()
    reference = checks.line(
        reference,
        "early_start_reference",
        REFERENCE_LENGTH,
        missing="Nennen Sie das Schreiben, zum Beispiel Aktenzeichen und Datum.",
    )
    checks.done()
    today = clock.berlin_day(now)
    refuse(rules.reasons_against_early_start(queries.facts_of(case), begins_on, today))
    case.early_start_on, case.early_start_reference = begins_on, reference
    if upload is not None:
        _attach(session, case, upload, now)
    session.flush()
    sentence = f"Vorzeitiger Maßnahmenbeginn ab {begins_on:%d.%m.%Y} zugelassen ({reference})."
    record(
        session,
        actor,
        case,
        "funding_early_start",
        sentence,
        now=now,
        begins_on=begins_on.isoformat(),
        file_sha256=case.early_start_sha256,
    )
    tell_partners(session, case, "Vorzeitiger Beginn zugelassen", sentence, now=now)
    return case


def attach_early_start(
    session: Session, actor: Actor, pool_id: uuid.UUID, upload: Upload, *, now: dt.datetime
) -> FundingCase:
    """Hand in the letter of an early start that was recorded before."""
    case = locked_case(session, actor, pool_id, None)
    refuse(rules.reasons_against_stage(queries.facts_of(case), Action.PERMIT_EARLY_START))
    checks = Checks()
    if case.early_start_on is None:
        checks.add(
            "early_start_missing",
            "Tragen Sie zuerst ein, ab wann der vorzeitige Maßnahmenbeginn zugelassen ist.",
            "document",
        )
    checks.done()
    _attach(session, case, upload, now)
    session.flush()
    summary = "Das Schreiben zum vorzeitigen Maßnahmenbeginn ist hinterlegt."
    sha256 = case.early_start_sha256
    record(session, actor, case, "funding_letter_kept", summary, now=now, file_sha256=sha256)
    return case


def _attach(session: Session, case: FundingCase, upload: Upload, now: dt.datetime) -> None:
    sha256, name = documents.keep(session, upload, now=now)
    case.early_start_sha256, case.early_start_file_name = sha256, name


def grant(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    entry: DecisionEntry,
    upload: Upload | None = None,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> FundingCase:
    """Record the notice: amount, period, what it demands of the award; partners are told."""
    case = locked_case(session, actor, pool_id, version)
    entry = checked_decision(entry)
    facts, today = queries.facts_of(case), clock.berlin_day(now)
    reasons = rules.reasons_against_deciding(facts, Action.GRANT, entry.decided_on, today)
    reasons += rules.reasons_against_amount(entry.granted_gross_cents, facts.eligible_gross_cents)
    refuse(reasons)
    case.stage, case.decided_on = Stage.GRANTED.value, entry.decided_on
    case.granted_gross_cents = entry.granted_gross_cents
    case.file_reference = entry.file_reference or case.file_reference
    case.quota_basis_points = entry.quota_basis_points or case.quota_basis_points
    case.award_rules = list(entry.award_rules)
    case.conditions = entry.conditions or case.conditions
    case.period_from = entry.period_from or case.period_from
    case.period_until = entry.period_until or case.period_until
    if upload is not None:
        case.decision_sha256, case.decision_file_name = documents.keep(session, upload, now=now)
    session.flush()
    amount = german(entry.granted_gross_cents)
    demanded = f" Er verlangt {' und '.join(entry.award_rules)}." if entry.award_rules else ""
    sentence = f"Bescheid vom {entry.decided_on:%d.%m.%Y}: {amount} bewilligt.{demanded}"
    record(
        session,
        actor,
        case,
        "funding_granted",
        sentence,
        now=now,
        granted_gross_cents=entry.granted_gross_cents,
        award_rules=list(entry.award_rules),
        file_sha256=case.decision_sha256,
    )
    body = (
        f"{sentence}\n\nBitte beachten Sie: Fehler im Vergabeverfahren können die Zuwendung ganz "
        "oder zum Teil kosten."
    )
    tell_partners(session, case, "Förderung bewilligt", body, now=now)
    return case


def reject(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    decided_on: dt.date,
    reason: str,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> FundingCase:
    """Record that the application was rejected on a legal day: the own share is all there is."""
    case = locked_case(session, actor, pool_id, version)
    reason = checked_reason(reason)
    facts, today = queries.facts_of(case), clock.berlin_day(now)
    refuse(rules.reasons_against_deciding(facts, Action.REJECT, decided_on, today))
    case.stage, case.decided_on = Stage.REJECTED.value, decided_on
    case.decision_reason = reason
    for milestone in case.milestones:
        deadlines.lift(session, milestone.id, None, "Förderung abgelehnt", now=now)
    session.flush()
    sentence = f"Der Förderantrag ist am {decided_on:%d.%m.%Y} abgelehnt worden."
    record(session, actor, case, "funding_rejected", sentence, now=now, reason=reason)
    body = f"{sentence}\n\nGrund: {reason}\n\nDas Vorhaben ist ohne Zuwendung zu finanzieren."
    tell_partners(session, case, "Förderung abgelehnt", body, now=now)
    return case


def settle(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    settled_on: dt.date,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> FundingCase:
    """Close the proof of use (Verwendungsnachweis) on a legal day; nothing changes afterwards."""
    case = locked_case(session, actor, pool_id, version)
    found = proof_of(session, case, now=now)
    count = sum(line.expense_count for line in found.lines) if found else 0
    today = clock.berlin_day(now)
    facts = queries.facts_of(case)
    refuse(rules.reasons_against_settling(facts, settled_on, today, expense_count=count))
    assert found is not None
    case.stage, case.settled_on = Stage.SETTLED.value, settled_on
    case.final_gross_cents = found.final_cents
    session.flush()
    sentence = (
        f"Verwendungsnachweis vom {settled_on:%d.%m.%Y}: ausgegeben {german(found.spent_cents)}, "
        f"Zuwendung {german(found.final_cents)}."
    )
    record(
        session,
        actor,
        case,
        "funding_settled",
        sentence,
        now=now,
        steps=list(found.steps),
        spent_gross_cents=found.spent_cents,
        final_gross_cents=found.final_cents,
        to_repay_gross_cents=found.to_repay_cents,
    )
    tell_partners(session, case, "Förderung abgerechnet", sentence, now=now)
    return case
