"""A cooperation as its page and the API show it to one member."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission
from vergabe.cooperations import agreement_rules, mandates, papers, queries, rules
from vergabe.cooperations.gates import Gate, overview_gates
from vergabe.cooperations.model import (
    Agreement,
    Cooperation,
    Mandate,
    Member,
    Resolution,
    ResolutionPaper,
    TaskArea,
)
from vergabe.cooperations.readiness import MemberViolation
from vergabe.cooperations.rules import Activity, Depth, Move, Stage
from vergabe.errors import NotFound, Violation

_OF_MEMBERS: Final = ("mandates", "resolutions")
"""Gates that each member opens by itself."""


@dataclass(frozen=True)
class MandateView:
    """A mandate; `is_open`: limit, wording and document are open to the reader."""

    mandate: Mandate
    is_valid: bool
    is_open: bool
    is_own: bool


@dataclass(frozen=True)
class ResolutionView:
    """A resolution; `is_open`: wording, conditions, votes and limit are open to the reader.

    papers: those that the reader may open.
    """

    resolution: Resolution
    is_standing: bool
    is_open: bool
    is_own: bool
    papers: Sequence[ResolutionPaper]


@dataclass(frozen=True)
class Checkpoint:
    """What one gate wants of one member; if not needed, nothing (no mandate of the lead)."""

    gate: Gate
    reasons: Sequence[Violation]
    is_needed: bool


@dataclass(frozen=True)
class Checklist:
    """What one member still has to supply, gate by gate."""

    organisation: Organisation
    checkpoints: Sequence[Checkpoint]

    @property
    def is_complete(self) -> bool:
        return not any(checkpoint.reasons for checkpoint in self.checkpoints)


@dataclass(frozen=True)
class Overview:
    """Everything that one member may see of a cooperation on a legal day."""

    cooperation: Cooperation
    day: dt.date
    members: Sequence[Member]
    areas: Sequence[TaskArea]
    depths: Mapping[tuple[uuid.UUID, uuid.UUID], Depth]
    agreement: Agreement | None
    stage: Stage | None
    allows: frozenset[Activity]
    area: TaskArea | None
    gates: Sequence[Gate]
    mandates: Sequence[MandateView]
    resolutions: Sequence[ResolutionView]
    successions: Sequence[str]
    """Sentences on members that have merged into another municipality."""
    may_edit: bool
    may_resolve: bool
    may_mandate: bool

    def depth(self, member: Member, area: TaskArea) -> Depth:
        return self.depths.get((member.organisation_id, area.id), Depth.NONE)

    @property
    def cost_key(self) -> Mapping[str, Any]:
        """Return the cost key that counts: the agreement's, else the file's."""
        agreed = self.agreement.cost_key if self.agreement is not None else None
        return agreed if agreed is not None else self.cooperation.cost_key

    @property
    def of_members(self) -> tuple[str, ...]:
        """Return the keys of the gates that each member opens by itself."""
        return _OF_MEMBERS

    @property
    def next_step(self) -> str:
        """Return the step of the agreement that comes next, in German; empty if none does."""
        if self.agreement is None:
            return ""
        moves = agreement_rules.allowed_moves(Stage(self.agreement.stage))
        if self.agreement.requires_approval and Move.APPROVE in moves:
            moves = [Move.APPROVE]
        wanted = [move for move in moves if move is not Move.TERMINATE]
        return rules.MOVE_NAMES[wanted[0]] if wanted else ""

    def checklists(self) -> list[Checklist]:
        """Return for each member that could take part what the gates want of it."""
        assert self.area is not None
        taking_part = [
            member.organisation
            for member in self.members
            if rules.Part.TENDER in rules.DEPTH_ALLOWS[self.depth(member, self.area)]
        ]
        own = [gate for gate in self.gates if gate.key in _OF_MEMBERS]
        return [
            Checklist(
                organisation,
                [
                    Checkpoint(
                        gate,
                        [reason for reason in gate.reasons if _is_about(reason, organisation)],
                        self._is_needed(gate, organisation),
                    )
                    for gate in own
                ],
            )
            for organisation in taking_part
        ]

    def _is_needed(self, gate: Gate, organisation: Organisation) -> bool:
        if gate.key == "mandates":
            return organisation.id != self.cooperation.lead_organisation_id
        return self.area is None or bool(self.area.required_resolutions)


def _is_about(reason: Violation, organisation: Organisation) -> bool:
    return isinstance(reason, MemberViolation) and reason.organisation_id == str(organisation.id)


def overview(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    *,
    area_key: str | None = None,
    now: dt.datetime,
) -> Overview:
    """Return what the actor may see; `cooperation` must be visible to them already.

    area_key: the area whose gates are shown, by default the first; NotFound if there is none such.
    """
    day = clock.berlin_day(now)
    areas = list(
        session.scalars(
            select(TaskArea)
            .where(TaskArea.cooperation_id == cooperation.id)
            .order_by(TaskArea.position)
        )
    )
    area = _chosen(areas, area_key)
    members = queries.members(session, cooperation.id, day)
    agreement = queries.current_agreement(session, cooperation.id, day)
    return Overview(
        cooperation=cooperation,
        day=day,
        members=members,
        areas=areas,
        depths=queries.depth_matrix(session, cooperation.id, day),
        agreement=agreement,
        stage=queries.stage_of(agreement, day) if agreement else None,
        allows=queries.allowed_activities(session, cooperation.id, day),
        area=area,
        gates=overview_gates(session, cooperation, area, day) if area else [],
        mandates=[
            mandate_view(actor, mandate, day)
            for mandate in _by_position(queries.mandates(session, cooperation.id), members)
        ],
        resolutions=[
            resolution_view(actor, resolution, day)
            for resolution in queries.resolutions(session, cooperation.id, with_papers=True)
        ],
        successions=_successions(session, cooperation),
        may_edit=actor.may(
            Permission.EDIT_COOPERATION,
            cooperation_id=cooperation.id,
            lead_organisation_id=cooperation.lead_organisation_id,
        ),
        may_resolve=actor.may(Permission.RECORD_RESOLUTION, cooperation_id=cooperation.id),
        may_mandate=may_mandate(session, actor, cooperation),
    )


def may_mandate(session: Session, actor: Actor, cooperation: Cooperation) -> bool:
    """Return whether the actor may grant a mandate; the lead has only providers to give one to."""
    return actor.may(Permission.GRANT_MANDATE, cooperation_id=cooperation.id) and (
        actor.organisation_id != cooperation.lead_organisation_id
        or bool(mandates.providers(session, cooperation))
    )


def _by_position(mandates: Iterable[Mandate], members: Sequence[Member]) -> list[Mandate]:
    """Return the mandates in the order of the members; who has left comes last."""
    positions = {member.organisation_id: member.position for member in members}
    return sorted(mandates, key=lambda each: positions.get(each.grantor_id, len(positions) + 1))


def _successions(session: Session, cooperation: Cooperation) -> list[str]:
    return [
        f"{old.name} ist am {old.succeeded_on:%d.%m.%Y} in {old.succeeded_by.name} "
        "aufgegangen; alle Rechte und Pflichten gingen über."
        for old in queries.succeeded_members(session, cooperation.id)
        if old.succeeded_by is not None
    ]


def _chosen(areas: Sequence[TaskArea], key: str | None) -> TaskArea | None:
    if not key:
        return areas[0] if areas else None
    for area in areas:
        if area.key == key:
            return area
    raise NotFound("Das Aufgabengebiet")


def mandate_view(actor: Actor, mandate: Mandate, day: dt.date) -> MandateView:
    """Return a mandate as the actor may see it on a legal day."""
    is_own = actor.organisation_id == mandate.grantor_id
    return MandateView(
        mandate=mandate,
        is_valid=rules.is_valid_on(
            day,
            valid_from=mandate.valid_from,
            valid_to=mandate.valid_to,
            revoked_on=mandate.revoked_on,
        ),
        is_open=actor.is_operator or is_own or actor.organisation_id == mandate.grantee_id,
        is_own=is_own,
    )


def resolution_view(actor: Actor, resolution: Resolution, day: dt.date) -> ResolutionView:
    """Return a resolution as the actor may see it on a legal day."""
    return ResolutionView(
        resolution=resolution,
        is_standing=resolution.revoked_on is None or day < resolution.revoked_on,
        is_open=queries.may_read_resolution(actor, resolution),
        is_own=actor.organisation_id == resolution.organisation_id,
        papers=papers.readable(actor, resolution),
    )
