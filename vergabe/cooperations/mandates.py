"""Commands on mandates (Vollmachten) of members for the lead."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, money
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission
from vergabe.audit.service import Act
from vergabe.cooperations import documents, entries, filing, queries, rules
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.entries import MandateEntry
from vergabe.cooperations.model import Agreement, Cooperation, Mandate, Member
from vergabe.cooperations.task_model import TaskAssignment
from vergabe.cooperations.task_rules import Performer
from vergabe.errors import InvalidInput, Refused, Violation


def grant_mandate(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    entry: MandateEntry,
    *,
    organisation_id: uuid.UUID | None = None,
    upload: Upload | None = None,
    now: dt.datetime,
) -> Mandate:
    """Put a mandate of a member for the lead, or for a service provider, on file and return it.

    organisation_id: the member, by default the organisation acted for. Raises NotFound for another
    member, InvalidInput for wrong fields and for somebody without a task, Refused for the lead
    itself and for the same one again.
    """
    cooperation, member = filing.own_membership(
        session, actor, Permission.GRANT_MANDATE, cooperation_id, organisation_id, now=now
    )
    entry = entries.checked_mandate(entry)
    grantee_id = entry.grantee_id or cooperation.lead_organisation_id
    if grantee_id != cooperation.lead_organisation_id:
        _refuse_unknown_provider(session, cooperation, grantee_id)
    elif member.organisation_id == cooperation.lead_organisation_id:
        raise Refused(
            "lead_needs_no_mandate",
            f"{member.organisation.name} ist selbst federführend und braucht keine Vollmacht.",
        )
    mandate = Mandate(
        cooperation_id=cooperation.id,
        grantor_id=member.organisation_id,
        grantee_id=grantee_id,
        scope=[scope.value for scope in rules.Scope if scope in entry.scope],
        wording=entry.wording,
        limit_net_cents=entry.limit_net_cents,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        recorded_at=now,
    )
    for other in queries.mandates(session, cooperation.id, [member.organisation_id]):
        if other.revoked_on is None and _contents(other) == _contents(mandate):
            raise Refused(
                "mandate_already_granted", "Eine Vollmacht mit diesem Inhalt liegt schon vor."
            )
    if upload is not None:
        mandate.file_sha256, mandate.file_name = documents.keep(session, upload, now=now)
    session.add(mandate)
    filing.touch(cooperation)
    session.flush()
    filing.record(session, actor, cooperation, _granted(cooperation, member, mandate), now=now)
    return mandate


def providers(session: Session, cooperation: Cooperation) -> list[Organisation]:
    """Return the service providers of the task matrix, of any version of the agreement."""
    query = (
        select(Organisation)
        .where(
            Organisation.id.in_(
                select(TaskAssignment.organisation_id)
                .join(Agreement, Agreement.id == TaskAssignment.agreement_id)
                .where(
                    Agreement.cooperation_id == cooperation.id,
                    TaskAssignment.performer == Performer.SERVICE_PROVIDER,
                )
            )
        )
        .order_by(Organisation.name)
    )
    return list(session.scalars(query))


def _refuse_unknown_provider(
    session: Session, cooperation: Cooperation, grantee_id: uuid.UUID
) -> None:
    if grantee_id not in {provider.id for provider in providers(session, cooperation)}:
        message = (
            "Bevollmächtigt werden die Federführung und Dienstleister, die in der "
            "Aufgabenverteilung stehen."
        )
        raise InvalidInput.of([Violation("grantee_unknown", message, field="grantee_id")])


def _contents(mandate: Mandate) -> tuple[object, ...]:
    return (
        mandate.grantee_id,
        mandate.scope,
        mandate.wording,
        mandate.limit_net_cents,
        mandate.valid_from,
        mandate.valid_to,
    )


def _granted(cooperation: Cooperation, member: Member, mandate: Mandate) -> Act:
    until = f" bis {mandate.valid_to:%d.%m.%Y}" if mandate.valid_to else ""
    limit = (
        f", höchstens {money.german(mandate.limit_net_cents)} netto"
        if mandate.limit_net_cents
        else ""
    )
    return Act(
        "mandate_granted",
        "mandate",
        mandate.id,
        f"{member.organisation.name} bevollmächtigte {mandate.grantee.name} ab "
        f"{mandate.valid_from:%d.%m.%Y}{until}{limit}.",
        details={
            "grantor_id": str(mandate.grantor_id),
            "grantee_id": str(mandate.grantee_id),
            "scope": mandate.scope,
            "wording": mandate.wording,
            "limit_net_cents": mandate.limit_net_cents,
            "valid_from": mandate.valid_from.isoformat(),
            "valid_to": mandate.valid_to.isoformat() if mandate.valid_to else None,
            "file_sha256": mandate.file_sha256,
        },
    )


def revoke_mandate(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    mandate_id: uuid.UUID,
    *,
    revoked_on: dt.date,
    reason: str,
    now: dt.datetime,
) -> Mandate:
    """Record that a mandate ends; from the legal day `revoked_on` (also one to come) on it is void.

    Raises NotFound for another member's, InvalidInput for a day before its beginning, Refused if it
    is revoked or has run out already. The lead is told.
    """
    cooperation, mandate = filing.own_row(
        session, actor, Permission.GRANT_MANDATE, Mandate, cooperation_id, mandate_id, now
    )
    reason = entries.checked_reason(reason)
    if mandate.revoked_on is not None:
        raise Refused(
            "mandate_already_revoked",
            f"Die Vollmacht ist schon zum {mandate.revoked_on:%d.%m.%Y} widerrufen.",
        )
    if mandate.valid_to is not None and mandate.valid_to < min(revoked_on, clock.berlin_day(now)):
        raise Refused(
            "mandate_expired", f"Die Vollmacht ist am {mandate.valid_to:%d.%m.%Y} abgelaufen."
        )
    wrong = list(entries.against_day(revoked_on, "revoked_on"))
    if not wrong and revoked_on < mandate.valid_from:
        wrong.append(
            Violation(
                "revocation_day",
                "Der Widerruf kann frühestens mit dem Beginn der Vollmacht am "
                f"{mandate.valid_from:%d.%m.%Y} wirken. Bitte prüfen Sie das Datum.",
                field="revoked_on",
            )
        )
    if wrong:
        raise InvalidInput.of(wrong)
    mandate.revoked_on = revoked_on
    sentence = (
        f"{mandate.grantor.name} hat die Vollmacht für {mandate.grantee.name} zum "
        f"{revoked_on:%d.%m.%Y} widerrufen."
    )
    filing.touch(cooperation)
    session.flush()
    details = {"revoked_on": revoked_on.isoformat()}
    act = Act("mandate_revoked", "mandate", mandate.id, sentence, reason=reason, details=details)
    filing.record(session, actor, cooperation, act, now=now)
    filing.tell_lead_of_revocation(session, cooperation, mandate, sentence, now=now)
    return mandate


def attach_to_mandate(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    mandate_id: uuid.UUID,
    upload: Upload,
    *,
    now: dt.datetime,
) -> Mandate:
    """Hand in the document of a mandate later, or a better scan; both hashes are recorded."""
    cooperation, mandate = filing.own_row(
        session, actor, Permission.GRANT_MANDATE, Mandate, cooperation_id, mandate_id, now
    )
    filing.attach_later(session, actor, cooperation, mandate, upload, now=now)
    return mandate
