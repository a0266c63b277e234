"""Gates: what must be on file before a joint tender may be published, as cooperations know it."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.cooperations import (
    agreement_queries,
    area_queries,
    queries,
    readiness,
    resolution_queries,
    rules,
)
from vergabe.cooperations.area_model import AreaExclusion
from vergabe.cooperations.chain_reasons import Naming
from vergabe.cooperations.chains import ResolutionFacts
from vergabe.cooperations.mandate_gates import mandate_facts
from vergabe.cooperations.model import Agreement, Cooperation, Resolution, TaskArea
from vergabe.cooperations.readiness import (
    CHECKS,
    ParticipantFacts,
    Situation,
)
from vergabe.cooperations.rules import (
    DEPTH_ALLOWS,
    Activity,
    Depth,
    LegalForm,
    Part,
    ResolutionKind,
    Subject,
)
from vergabe.errors import Refused, Violation

_DEPTH_ORDER = list(Depth)


@dataclass(frozen=True)
class Gate:
    """A named check and every reason that keeps it closed; no reason: it is open.

    notes: German sentences on what to mind although the gate is open (conditions of resolutions).
    """

    key: str
    title: str
    reasons: list[Violation]
    notes: list[str] = field(default_factory=list)
    short_title: str = ""
    """What it is about, in a word: the head of a column."""

    @property
    def is_open(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class PublicationFacts:
    """What is to be published: whose demands, for how much each, on which legal day (Berlin).

    total_net_cents: organisation id → its share of the estimated value, net.
    """

    cooperation_id: uuid.UUID
    area_id: uuid.UUID
    pool_id: uuid.UUID | None
    participant_ids: Sequence[uuid.UUID]
    total_net_cents: Mapping[uuid.UUID, int]
    day: dt.date


def publication_gates(
    session: Session, facts: PublicationFacts, *, is_decision: bool = False
) -> list[Gate]:
    """Return the gates that cooperations keep, in the order of readiness.CHECKS.

    is_decision: set by who publishes: locks the cooperation until the commit, so that no resolution
    or mandate is revoked between the check and the publication.
    """
    if is_decision:
        cooperation = queries.locked_cooperation(session, facts.cooperation_id)
    else:
        cooperation = session.get_one(Cooperation, facts.cooperation_id)
    area = session.get_one(TaskArea, facts.area_id)
    subjects = frozenset(Subject(subject) for subject in area.required_resolutions)
    situation = _situation(
        session,
        cooperation,
        area,
        participant_ids=facts.participant_ids,
        totals=facts.total_net_cents,
        required=subjects,
        pool_id=facts.pool_id,
        day=facts.day,
        is_overview=False,
    )
    return _run(situation)


def refuse_unless_allowed(
    session: Session, cooperation_id: uuid.UUID, activity: Activity, *, now: dt.datetime
) -> None:
    """Raise Refused unless the stage of the agreement lets the members do this together today.

    For what comes before a publication: surveys, plans, binding joining.
    """
    day = clock.berlin_day(now)
    if activity in queries.allowed_activities(session, cooperation_id, day):
        return
    agreement = queries.current_agreement(session, cooperation_id, day)
    stage = queries.stage_of(agreement, day) if agreement else None
    against = rules.reasons_against_activity(stage, activity)
    if against:
        raise Refused.because("agreement_stage", against[0].message, against)


def overview_gates(
    session: Session, cooperation: Cooperation, area: TaskArea, day: dt.date
) -> list[Gate]:
    """Return the gates for everybody who could take part in a joint tender of an area on a day.

    Without a pool: limits and resolutions on single tenders are not looked at.
    """
    depths = queries.depths(session, area.id, day)
    situation = _situation(
        session,
        cooperation,
        area,
        participant_ids=[
            organisation_id
            for organisation_id, depth in depths.items()
            if Part.TENDER in DEPTH_ALLOWS[depth]
        ],
        totals={},
        required=frozenset(map(Subject, area.required_resolutions)) - {Subject.TENDER},
        pool_id=None,
        day=day,
        is_overview=True,
    )
    return _run(situation)


def _run(situation: Situation) -> list[Gate]:
    return [
        Gate(
            check.key,
            check.title,
            check.reasons(situation),
            check.notes(situation),
            check.short_title,
        )
        for check in CHECKS
    ]


def _situation(
    session: Session,
    cooperation: Cooperation,
    area: TaskArea,
    *,
    participant_ids: Sequence[uuid.UUID],
    totals: Mapping[uuid.UUID, int],
    required: frozenset[Subject],
    pool_id: uuid.UUID | None,
    day: dt.date,
    is_overview: bool,
) -> Situation:
    agreement = queries.current_agreement(session, cooperation.id, day)
    parties = agreement_queries.parties(session, agreement.id) if agreement else []
    return Situation(
        day=day,
        area_name=area.name,
        stage=queries.stage_of(agreement, day) if agreement else None,
        legal_form=LegalForm(agreement.legal_form) if agreement else None,
        lead_id=cooperation.lead_organisation_id,
        lead_name=cooperation.lead.name,
        required=required,
        pool_id=pool_id,
        participants=participants(
            session, cooperation, area, participant_ids, totals, day, pool_id=pool_id
        ),
        is_overview=is_overview,
        naming=naming_of(agreement) if area.same_form_and_subject else None,
        others=_others_of_area(session, cooperation, area, participant_ids, day),
        cost_rule=queries.cost_rule_reasons(agreement) if agreement else (),
        # With participants each one's own reason says so.
        exclusion=""
        if participant_ids
        else _exclusion(area, area_queries.excluded_on(session, cooperation.id, day), None),
        # Nobody on file as party: recorded before parties were kept, so nobody is asked.
        parties={row.organisation_id: row.signed_on for row in parties} or None,
    )


def naming_of(agreement: Agreement | None) -> Naming:
    """Return what resolutions must name: the form and the subject of the agreement."""
    if agreement is None:
        return Naming(None, None)
    form = LegalForm(agreement.legal_form)
    return Naming(None if form is LegalForm.INFORMAL_ARRANGEMENT else form, agreement.subject)


def _others_of_area(
    session: Session,
    cooperation: Cooperation,
    area: TaskArea,
    participant_ids: Sequence[uuid.UUID],
    day: dt.date,
) -> list[ParticipantFacts]:
    """Return who else must have decided before anybody's resolution takes effect."""
    if not area.effective_together:
        return []
    others = [
        organisation_id
        for organisation_id, depth in queries.depths(session, area.id, day).items()
        if Part.TENDER in DEPTH_ALLOWS[depth] and organisation_id not in participant_ids
    ]
    return participants(session, cooperation, area, others, {}, day)


def participants(
    session: Session,
    cooperation: Cooperation,
    area: TaskArea,
    participant_ids: Sequence[uuid.UUID],
    totals: Mapping[uuid.UUID, int],
    day: dt.date,
    *,
    pool_id: uuid.UUID | None = None,
) -> list[ParticipantFacts]:
    """Return these organisations as the checks see them on a legal day.

    totals: organisation id → its share of the estimated value (net cents), where it is known.
    """
    names = {
        organisation.id: organisation.name
        for organisation in session.scalars(
            select(Organisation).where(Organisation.id.in_(participant_ids))
        )
    }
    depths = queries.depths(session, area.id, day)
    bound = _bound_depths(session, area, pool_id, day)
    excluded = area_queries.excluded_on(session, cooperation.id, day)
    mandates = queries.mandates(session, cooperation.id, participant_ids)
    resolutions = queries.resolutions(session, cooperation.id, participant_ids)
    decides = resolution_queries.deciding_bodies(session, cooperation.id)
    return [
        ParticipantFacts(
            organisation_id=organisation_id,
            name=names[organisation_id],
            depth=max(
                depths.get(organisation_id, Depth.NONE),
                bound.get(organisation_id, Depth.NONE),
                key=_DEPTH_ORDER.index,
            ),
            exclusion=_exclusion(area, excluded, organisation_id),
            is_member=organisation_id in depths,
            total_net_cents=totals.get(organisation_id),
            mandates=[
                mandate_facts(mandate)
                for mandate in mandates
                if mandate.grantor_id == organisation_id
            ],
            # Newest first in the query; rules want the order of deciding.
            resolutions=[
                resolution_facts(resolution)
                for resolution in reversed(resolutions)
                if resolution.organisation_id == organisation_id
            ],
            decides=decides.get(organisation_id, ()),
        )
        for organisation_id in participant_ids
    ]


def _bound_depths(
    session: Session, area: TaskArea, pool_id: uuid.UUID | None, day: dt.date
) -> Mapping[uuid.UUID, Depth]:
    """Return the depths of the day on which a pool became binding: what is bound is completed.

    Neither a shallower depth nor an exclusion of the area that began later releases anybody.
    """
    if pool_id is None:
        return {}
    bound_on = area_queries.bound_on(session, pool_id, day)
    return queries.depths(session, area.id, bound_on) if bound_on is not None else {}


def _exclusion(
    area: TaskArea,
    excluded: Mapping[tuple[uuid.UUID | None, uuid.UUID], AreaExclusion],
    organisation_id: uuid.UUID | None,
) -> str:
    for whose in (None, organisation_id):
        row = excluded.get((whose, area.id))
        if row is not None:
            return area_queries.excluded_sentence(area.name, row, is_for_all=whose is None)
    return ""


def resolution_facts(resolution: Resolution) -> ResolutionFacts:
    """Return a resolution as the checks see it."""
    return ResolutionFacts(
        subject=Subject(resolution.subject),
        is_adopted=resolution.result == "adopted",
        body=resolution.body,
        decided_on=resolution.decided_on,
        pool_id=resolution.pool_id,
        revoked_on=resolution.revoked_on,
        limit_net_cents=resolution.limit_net_cents,
        conditions=resolution.conditions,
        is_public=resolution.is_public,
        kind=ResolutionKind(resolution.kind),
        basis=resolution.basis,
        legal_form=LegalForm(resolution.legal_form) if resolution.legal_form else None,
        matter=resolution.matter,
        resolution_id=resolution.id,
    )


def by_member(gates: Sequence[Gate], organisation_id: uuid.UUID) -> list[tuple[Gate, list[str]]]:
    """Return each gate with the sentences that concern one member (its own and those for all)."""
    return [
        (
            gate,
            [
                reason.message
                for reason in gate.reasons
                if not isinstance(reason, readiness.MemberViolation)
                or reason.organisation_id in (None, str(organisation_id))
            ],
        )
        for gate in gates
    ]
