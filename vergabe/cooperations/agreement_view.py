"""An agreement with its versions as page and API show it to one member."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import agreement_queries, agreement_rules, queries
from vergabe.cooperations.agreement_checklist import ChecklistFacts, ItemState, states
from vergabe.cooperations.agreement_model import AgreementNotice, AgreementParty
from vergabe.cooperations.model import Agreement, Cooperation
from vergabe.cooperations.rules import Activity, LegalForm, Move, Stage
from vergabe.errors import NotFound, Violation
from vergabe.law.approval import ApprovalRow, Fiction
from vergabe.law.results import Result


@dataclass(frozen=True)
class VersionRow:
    """A version of the agreement in the list of all; `counts`: it is the one of today."""

    agreement: Agreement
    stage: Stage
    counts: bool
    is_superseded: bool


@dataclass(frozen=True)
class AgreementView:
    """One version of the agreement, on a legal day, and what the reader may do with it."""

    cooperation: Cooperation
    day: dt.date
    agreement: Agreement
    stage: Stage
    versions: Sequence[VersionRow]
    parties: Sequence[AgreementParty]
    notices: Sequence[AgreementNotice]
    checklist: Sequence[ItemState]
    cost_rule: Sequence[Violation]
    approval_rule: ApprovalRow | None
    silence: Result[Fiction] | None
    moves: Sequence[Move]
    allows: frozenset[Activity]
    hints: Sequence[str]
    may_edit: bool
    may_give_notice: bool

    @property
    def may_be_confirmed(self) -> bool:
        """Return whether the silence of the authority can be confirmed today."""
        deemed_from = self.silence.value.deemed_from if self.silence else None
        return (
            self.agreement.stage == Stage.SIGNED
            and deemed_from is not None
            and deemed_from <= self.day
        )

    @property
    def missing(self) -> Sequence[ItemState]:
        return [item for item in self.checklist if not item.is_complete]

    @property
    def is_informal(self) -> bool:
        return self.agreement.legal_form == LegalForm.INFORMAL_ARRANGEMENT


def agreement_view(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    number: int | None = None,
    *,
    now: dt.datetime,
) -> AgreementView:
    """Return a version of the agreement, by default the one that counts today.

    `cooperation` must be visible to the actor already. Raises NotFound without any version.
    """
    day = clock.berlin_day(now)
    current = queries.current_agreement(session, cooperation.id, day)
    if current is None:
        raise NotFound("Die Vereinbarung")
    agreement = (
        current if number is None else agreement_queries.version(session, cooperation.id, number)
    )
    everything = agreement_queries.versions(session, cooperation.id)
    parties = agreement_queries.parties(session, agreement.id)
    facts = agreement_queries.facts_of(session, agreement, day)
    return AgreementView(
        cooperation=cooperation,
        day=day,
        agreement=agreement,
        stage=queries.stage_of(agreement, day),
        versions=[_version_row(each, current, day) for each in everything],
        parties=parties,
        notices=agreement_queries.notices(session, [each.id for each in everything]),
        checklist=states(
            ChecklistFacts(
                subject=agreement.subject,
                lead_name=cooperation.lead.name,
                parties=facts.parties,
                quantities={
                    row.organisation.name: row.maximum_quantity or str(row.maximum_net_cents or "")
                    for row in parties
                },
                answers=agreement.checklist or {},
                cost_key=facts.cost_key,
            )
        ),
        cost_rule=agreement_rules.reasons_against_cost_rule(facts.cost_key),
        approval_rule=agreement_queries.approval_rule(session, agreement, day),
        silence=agreement_queries.silence(session, agreement),
        moves=agreement_rules.allowed_moves(Stage(agreement.stage)),
        allows=queries.allowed_activities(session, cooperation.id, day),
        hints=list(_hints(agreement, parties)),
        may_edit=actor.may(
            Permission.EDIT_COOPERATION,
            cooperation_id=cooperation.id,
            lead_organisation_id=cooperation.lead_organisation_id,
        ),
        may_give_notice=agreement.stage != Stage.TERMINATED
        and actor.organisation_id is not None
        and actor.may(Permission.GIVE_NOTICE, cooperation_id=cooperation.id),
    )


def _version_row(agreement: Agreement, current: Agreement, day: dt.date) -> VersionRow:
    stage = queries.stage_of(agreement, day)
    return VersionRow(
        agreement,
        stage,
        counts=agreement.id == current.id,
        is_superseded=stage is Stage.IN_FORCE and agreement.number < current.number,
    )


def _hints(agreement: Agreement, parties: Sequence[AgreementParty]) -> list[str]:
    """Return what else to mind: a county is told when its towns look beyond its border."""
    if agreement.legal_form != LegalForm.PUBLIC_LAW_AGREEMENT or agreement.in_force_on:
        return []
    counties = {(row.organisation.ags or "")[:5] for row in parties if row.organisation.ags}
    if len(counties) < 2 or not any(key.startswith("05") for key in counties):
        return []
    return [
        "Beteiligte aus mehreren Kreisen verhandeln miteinander: Jede Kommune unterrichtet ihren "
        "Kreis; für die Genehmigung ist voraussichtlich die Bezirksregierung zuständig (zu prüfen)."
    ]
