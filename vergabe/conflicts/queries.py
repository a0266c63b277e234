"""Who must declare in a procedure, who has, and where each person stands."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.conflicts import rules
from vergabe.conflicts.model import ConflictEntry
from vergabe.conflicts.rules import Kind, State
from vergabe.cooperations import tasks
from vergabe.cooperations.task_rules import TENDER_STEPS, Performer, Step
from vergabe.cooperations.tasks import Governed
from vergabe.db import Base
from vergabe.demands.model import Demand
from vergabe.pools.model import Pool, PoolDemand

# Who prepares, publishes, answers, opens and evaluates.
ACTING_ROLES: Final = frozenset({Role.PROCUREMENT_OFFICER, Role.OPENER})


@dataclass(frozen=True)
class Declarant:
    """A person who takes part in a procedure for an organisation, and where they stand.

    user_id None: the operator of the platform. entry: the last one about them.
    """

    user_id: uuid.UUID | None
    name: str
    organisation_id: uuid.UUID | None
    organisation_name: str
    is_substitute: bool
    state: State
    entry: ConflictEntry | None

    @property
    def has_declared(self) -> bool:
        return self.state in rules.SETTLED


def entries(session: Session, pool_id: uuid.UUID) -> list[ConflictEntry]:
    """Return all entries of a procedure in their order."""
    query = select(ConflictEntry).where(ConflictEntry.pool_id == pool_id)
    return list(session.scalars(query.order_by(ConflictEntry.id)))


def about(
    found: Sequence[ConflictEntry], user_id: uuid.UUID | None
) -> tuple[list[Kind], ConflictEntry | None]:
    """Return the kinds that count for a person (None: the operator), and the last own entry."""
    counting = [each for each in found if each.kind == Kind.RENEWAL or each.user_id == user_id]
    own = [each for each in counting if each.kind != Kind.RENEWAL]
    return [Kind(each.kind) for each in counting], own[-1] if own else None


def state_of(session: Session, pool_id: uuid.UUID, user_id: uuid.UUID | None) -> State:
    """Return where a person stands in a procedure."""
    kinds, _ = about(entries(session, pool_id), user_id)
    return rules.state_of(kinds)


def governed(session: Session, pool: Pool) -> Governed:
    """Return under which version of the agreement the procedure of a pool runs.

    Tenders belong to a later step of the flow: the table is read by its name.
    """
    tender = Base.metadata.tables["tender"]
    agreement_id = session.scalars(
        select(tender.c.agreement_id).where(
            tender.c.pool_id == pool.id, tender.c.stage != "cancelled"
        )
    ).first()
    return Governed(pool.cooperation, pool.area_id, agreement_id)


def declarants(session: Session, pool: Pool, *, now: dt.datetime) -> list[Declarant]:
    """Return everybody who must declare, the operator last.

    Officers and openers of the lead, of each municipality with a demand in the pool and of service
    providers that work on it, and all substitutes there. Who declared and lost the role stays out.
    """
    found = entries(session, pool.id)
    declared: list[Declarant] = []
    for user, organisation, is_substitute in _acting(session, pool, now=now):
        kinds, last = about(found, user.id)
        declared.append(
            Declarant(
                user.id,
                user.full_name,
                organisation.id,
                organisation.name,
                is_substitute,
                rules.state_of(kinds),
                last,
            )
        )
    kinds, last = about(found, None)
    operator = last.person_name if last else "Betrieb der Plattform"
    state = rules.state_of(kinds)
    declared.append(Declarant(None, operator, None, "Betrieb der Plattform", False, state, last))
    return declared


def _acting(
    session: Session, pool: Pool, *, now: dt.datetime
) -> list[tuple[User, Organisation, bool]]:
    day = clock.berlin_day(now)
    assignments = session.scalars(
        select(RoleAssignment)
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            RoleAssignment.organisation_id.in_(taking_part(session, pool, now=now)),
            RoleAssignment.valid_from <= day,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= day),
            or_(
                RoleAssignment.cooperation_id.is_(None),
                RoleAssignment.cooperation_id == pool.cooperation_id,
            ),
            or_(
                RoleAssignment.role.in_(ACTING_ROLES),
                RoleAssignment.home_organisation_id.is_not(None),
            ),
            User.active,
        )
        .options(joinedload(RoleAssignment.user), joinedload(RoleAssignment.organisation))
        .order_by(User.full_name, RoleAssignment.id)
    )
    by_person: dict[tuple[uuid.UUID, uuid.UUID], tuple[User, Organisation, bool]] = {}
    for row in assignments:
        key = (row.user_id, row.organisation_id)
        is_substitute = row.is_substitute and (key not in by_person or by_person[key][2])
        by_person[key] = (row.user, row.organisation, is_substitute)
    return sorted(by_person.values(), key=lambda row: (row[1].name, row[0].full_name))


def taking_part(session: Session, pool: Pool, *, now: dt.datetime) -> list[uuid.UUID]:
    """Return the lead, the municipalities with a demand in the pool, and its service providers."""
    with_demand = session.scalars(
        select(Demand.organisation_id)
        .join(PoolDemand, PoolDemand.demand_id == Demand.id)
        .where(PoolDemand.pool_id == pool.id, PoolDemand.removed_at.is_(None))
        .distinct()
        .order_by(Demand.organisation_id)
    )
    where = governed(session, pool)
    working = [
        line.organisation_id
        for line in tasks.counting_tasks(session, where, clock.berlin_day(now))
        if line.performer is Performer.SERVICE_PROVIDER
        and line.step in TENDER_STEPS
        and line.area_id in (None, pool.area_id)
        and line.organisation_id is not None
    ]
    return list(dict.fromkeys([pool.cooperation.lead_organisation_id, *with_demand, *working]))


def runs(session: Session, actor: Actor, pool: Pool, *, now: dt.datetime) -> bool:
    """Return whether the actor runs the procedure: sees all declarations and decides on them."""
    return tasks.may(session, actor, Step.PREPARE_TENDER, governed(session, pool), now=now)


def requires_declarations(pool: Pool) -> bool:
    """Return whether the cooperation asks for declarations before anything is published."""
    return pool.cooperation.declarations_required
