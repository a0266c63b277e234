"""Reads of agreements: versions, parties, notices of termination, the law of their approval."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe.access.model import Organisation
from vergabe.cooperations.agreement_model import AgreementNotice, AgreementParty
from vergabe.cooperations.agreement_rules import AgreementFacts, PartyFacts
from vergabe.cooperations.model import Agreement, Cooperation
from vergabe.cooperations.rules import DAY_OF_STAGE, LegalForm, Stage
from vergabe.errors import NotFound
from vergabe.law import approval
from vergabe.law.approval import ApprovalFacts, ApprovalRow, Fiction
from vergabe.law.results import Result


def version(session: Session, cooperation_id: uuid.UUID, number: int) -> Agreement:
    """Return a version of the agreement as it is now; NotFound if there is none such."""
    found = session.scalars(
        select(Agreement)
        .where(Agreement.cooperation_id == cooperation_id, Agreement.number == number)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("Diese Fassung der Vereinbarung")
    return found


def versions(session: Session, cooperation_id: uuid.UUID) -> list[Agreement]:
    """Return all versions of the agreement, newest first."""
    query = select(Agreement).where(Agreement.cooperation_id == cooperation_id)
    return list(session.scalars(query.order_by(Agreement.number.desc())))


def parties(session: Session, agreement_id: uuid.UUID) -> list[AgreementParty]:
    """Return the parties of a version in their order, organisations loaded."""
    return list(
        session.scalars(
            select(AgreementParty)
            .where(AgreementParty.agreement_id == agreement_id)
            .options(selectinload(AgreementParty.organisation))
            .order_by(AgreementParty.position, AgreementParty.id)
        )
    )


def party_facts(rows: Sequence[AgreementParty]) -> list[PartyFacts]:
    """Return parties as rules see them."""
    return [
        PartyFacts(row.organisation.name, row.signed_on, str(row.organisation_id)) for row in rows
    ]


def notices(session: Session, agreement_ids: Sequence[uuid.UUID]) -> list[AgreementNotice]:
    """Return the notices of termination of these versions, withdrawn ones too, newest first."""
    return list(
        session.scalars(
            select(AgreementNotice)
            .where(AgreementNotice.agreement_id.in_(agreement_ids))
            .options(selectinload(AgreementNotice.organisation))
            .order_by(AgreementNotice.given_on.desc(), AgreementNotice.id.desc())
        )
    )


def approval_rule(session: Session, agreement: Agreement, day: dt.date) -> ApprovalRow | None:
    """Return the law of the approval of an agreement on a day, by the Land of the lead."""
    cooperation = session.get_one(Cooperation, agreement.cooperation_id)
    lead = session.get_one(Organisation, cooperation.lead_organisation_id)
    return approval.rule_for(lead.land, agreement.legal_form, day)


def silence(session: Session, agreement: Agreement) -> Result[Fiction] | None:
    """Return when the silence of the authority counts as approval, derived from the days on file.

    None if the law knows no such thing, or the agreement has not arrived at the authority. The row
    of law is that of the day of arrival.
    """
    received = agreement.approval_received_on
    if received is None or not agreement.requires_approval:
        return None
    row = approval_rule(session, agreement, received)
    if row is None:
        return None
    return approval.fiction(
        row,
        ApprovalFacts(
            received_on=received,
            objections_on=agreement.approval_objections_on,
            meeting_named_on=agreement.approval_meeting_named_on,
        ),
    )


def facts_of(session: Session, agreement: Agreement, day: dt.date) -> AgreementFacts:
    """Return a version of the agreement as rules see it on a legal day."""
    days = {stage: getattr(agreement, name) for stage, name in DAY_OF_STAGE.items()}
    row = approval_rule(session, agreement, day)
    cost_key = agreement.cost_key
    if cost_key is None:
        # Recorded before versions had a cost rule of their own: that of the cooperation counts.
        cost_key = session.get_one(Cooperation, agreement.cooperation_id).cost_key
    return AgreementFacts(
        stage=Stage(agreement.stage),
        legal_form=LegalForm(agreement.legal_form),
        requires_approval=agreement.requires_approval,
        days={stage: day for stage, day in days.items() if day is not None},
        cost_key=cost_key,
        parties=party_facts(parties(session, agreement.id)),
        is_published_first=agreement.requires_approval and row is not None and row.is_published,
        published_on=agreement.published_on,
    )
