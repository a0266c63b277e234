"""Resolutions of all members side by side: who has decided what, when it takes effect, what lacks.

One table for each subject: members by bodies. `proof` is the check that a grant asks for: all
members have decided, naming the same form and the same subject.
"""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.cooperations import (
    chains,
    gates,
    overview,
    planning,
    queries,
    readiness,
    resolution_queries,
    rules,
)
from vergabe.cooperations.chain_reasons import Naming
from vergabe.cooperations.chains import Chain, State
from vergabe.cooperations.model import Cooperation, PlannedDecision, TaskArea
from vergabe.cooperations.overview import ResolutionView
from vergabe.cooperations.readiness import MemberViolation, ParticipantFacts, Situation
from vergabe.cooperations.resolution_queries import PoolName
from vergabe.cooperations.rules import DEPTH_ALLOWS, Part, Subject
from vergabe.errors import NotFound, Violation


@dataclass(frozen=True)
class Cell:
    """A body of a member: what it decided, or when it is to decide; has_last_word: it decides."""

    body: str
    has_last_word: bool
    view: ResolutionView | None
    planned_on: dt.date | None


@dataclass(frozen=True)
class Row:
    """A member's chain; effective_on: the day from which it takes effect, None: not yet."""

    organisation_id: uuid.UUID
    name: str
    chain: Chain
    cells: Sequence[Cell]
    reasons: Sequence[Violation]
    effective_on: dt.date | None

    @property
    def is_under_reserve(self) -> bool:
        """Return whether the member has decided and waits for the others."""
        return self.chain.state is State.DECIDED and self.effective_on is None


@dataclass(frozen=True)
class SubjectTable:
    """All members on one subject; effective_on: the day on which the last of them had decided.

    naming: what the resolutions must name, None where that is not asked on this subject.
    """

    subject: Subject
    pool: PoolName | None
    is_required: bool
    effective_together: bool
    naming: Naming | None
    rows: Sequence[Row]
    reasons: Sequence[Violation]
    effective_on: dt.date | None

    @property
    def title(self) -> str:
        name = rules.SUBJECT_NAMES[self.subject]
        return f"{name}, {self.pool.label}" if self.pool else name

    @property
    def is_complete(self) -> bool:
        return bool(self.rows) and not self.reasons

    @property
    def shown_rows(self) -> Sequence[Row]:
        """Return all members, or those alone that have decided or will where nobody must."""
        return [row for row in self.rows if self.is_required or row.cells]

    @property
    def undecided(self) -> list[str]:
        """Return the names of the members of which nothing is on file."""
        return [row.name for row in self.rows if row.chain.state is State.MISSING]

    @property
    def other_reasons(self) -> list[Violation]:
        """Return what is missing beside resolutions that nobody has taken yet."""
        silent = {str(row.organisation_id) for row in self.rows if row.chain.state is State.MISSING}
        return [r for r in self.reasons if getattr(r, "organisation_id", None) not in silent]

    @property
    def most_cells(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)


class _Case:
    """What all tables of an area need, read once."""

    def __init__(
        self, session: Session, actor: Actor, cooperation: Cooperation, area: TaskArea, day: dt.date
    ) -> None:
        self.area = area
        self.day = day
        self.situation = _situation(session, cooperation, area, day)
        agreement = queries.current_agreement(session, cooperation.id, day)
        self.naming = gates.naming_of(agreement)
        self.pools = resolution_queries.pool_names(session, cooperation.id)
        self.plans = planning.planned_decisions(session, cooperation.id)
        self.views = {
            found.id: overview.resolution_view(actor, found, day)
            for found in queries.resolutions(session, cooperation.id, with_papers=True)
        }


def _situation(
    session: Session, cooperation: Cooperation, area: TaskArea, day: dt.date
) -> Situation:
    depths = queries.depths(session, area.id, day)
    members = [each for each, depth in depths.items() if Part.TENDER in DEPTH_ALLOWS[depth]]
    return Situation(
        day=day,
        area_name=area.name,
        stage=None,
        legal_form=None,
        lead_id=cooperation.lead_organisation_id,
        lead_name=cooperation.lead.name,
        required=frozenset(),
        pool_id=None,
        participants=gates.participants(session, cooperation, area, members, {}, day),
        is_overview=True,
    )


def tables(
    session: Session, actor: Actor, cooperation: Cooperation, area: TaskArea, *, day: dt.date
) -> list[SubjectTable]:
    """Return a table for each subject that the area requires or that somebody decided on.

    `cooperation` must be visible to the actor already; what they may not read is not in it.
    """
    case = _Case(session, actor, cooperation, area, day)
    must_name = area.same_form_and_subject
    return [
        _table(case, subject, pool, must_name=must_name and subject in area.required_resolutions)
        for subject, pool in _subjects(case)
    ]


def _subjects(case: _Case) -> Iterator[tuple[Subject, PoolName | None]]:
    on_file = {(view.resolution.subject, view.resolution.pool_id) for view in case.views.values()}
    on_file |= {(plan.subject, plan.pool_id) for plan in case.plans}
    for subject in Subject:
        is_required = subject in case.area.required_resolutions
        if subject not in rules.POOL_NEEDED and (is_required or (subject, None) in on_file):
            yield subject, None
        for pool in case.pools.values():
            if pool.area_id != case.area.id:
                continue
            is_due = is_required and subject in rules.POOL_NEEDED and pool.is_running
            if is_due or (subject, pool.id) in on_file:
                yield subject, pool


def proof(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    area: TaskArea,
    subject: Subject,
    pool_id: uuid.UUID | None = None,
    *,
    day: dt.date,
) -> SubjectTable:
    """Return the check "all members, same form, same subject" on one subject on a legal day.

    Its reasons say of each member what is missing; for a pool, its participants are asked. Raises
    NotFound for a pool that is none of the area's, or a subject that needs one.
    """
    case = _Case(session, actor, cooperation, area, day)
    pool = None
    if pool_id is not None or subject in rules.POOL_NEEDED:
        pool = case.pools.get(pool_id) if pool_id else None
        if pool is None or pool.area_id != area.id or subject not in rules.POOL_POSSIBLE:
            raise NotFound("Die Bündelung")
    return _table(case, subject, pool, must_name=True)


def _table(
    case: _Case, subject: Subject, pool: PoolName | None, *, must_name: bool
) -> SubjectTable:
    situation = _narrowed(case, subject, pool, must_name and subject in rules.NAMES_FORM)
    members = situation.participants
    reasons = readiness.required_resolutions_are_recorded(situation)
    found = {each.organisation_id: readiness.chain_on(each, subject, situation) for each in members}
    together = case.area.effective_together and pool is None
    days = [chain.decided_on for chain in found.values()]
    decided = [day for day in days if day is not None]
    last = max(decided) if decided and len(decided) == len(days) else None
    return SubjectTable(
        subject=subject,
        pool=pool,
        is_required=subject in case.area.required_resolutions,
        effective_together=together,
        naming=situation.naming,
        rows=[
            Row(
                organisation_id=member.organisation_id,
                name=member.name,
                chain=found[member.organisation_id],
                cells=_cells(case, member, found[member.organisation_id], subject, pool),
                reasons=[r for r in reasons if _is_about(r, member)],
                effective_on=last if together else found[member.organisation_id].decided_on,
            )
            for member in members
        ],
        reasons=reasons,
        effective_on=last,
    )


def _narrowed(case: _Case, subject: Subject, pool: PoolName | None, must_name: bool) -> Situation:
    """Return the situation as far as one subject goes; of a pool its participants alone."""
    participants = [
        each
        for each in case.situation.participants
        if pool is None or each.organisation_id in pool.participants
    ]
    return dataclasses.replace(
        case.situation,
        required=frozenset({subject}),
        pool_id=pool.id if pool else None,
        participants=participants,
        naming=case.naming if must_name else None,
    )


def _is_about(reason: Violation, member: ParticipantFacts) -> bool:
    is_own = isinstance(reason, MemberViolation)
    return is_own and getattr(reason, "organisation_id", None) == str(member.organisation_id)


def _cells(
    case: _Case, member: ParticipantFacts, chain: Chain, subject: Subject, pool: PoolName | None
) -> list[Cell]:
    plans = [
        plan
        for plan in case.plans
        if plan.organisation_id == member.organisation_id
        and (plan.subject, plan.pool_id) == (subject, pool.id if pool else None)
    ]
    cells = []
    for place, step in enumerate(chain.steps, start=1):
        shown = step.resolution or _last_word_of(chain, step.body)
        cells.append(
            Cell(
                body=step.body,
                has_last_word=place == len(chain.steps),
                view=case.views.get(shown.resolution_id) if shown and shown.resolution_id else None,
                planned_on=_planned(plans, step.body),
            )
        )
    known = [cell.body for cell in cells]
    cells += [
        Cell(plan.body, False, None, plan.planned_on)
        for plan in plans
        if not any(chains.same_body(plan.body, body) for body in known)
    ]
    return cells


def _last_word_of(chain: Chain, body: str) -> chains.ResolutionFacts | None:
    """Return what a body said although it does not count: too late, or taken back."""
    for resolution in (chain.early, chain.last_revoked):
        if resolution is not None and chains.same_body(resolution.body, body):
            return resolution
    return None


def _planned(plans: Sequence[PlannedDecision], body: str) -> dt.date | None:
    for plan in plans:
        if chains.same_body(plan.body, body):
            return plan.planned_on
    return None
