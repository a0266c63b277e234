"""Reads of cooperations, narrowed to what the actor may see.

An organisation sees a cooperation while it is a member (first and last day included); what is not
visible does not exist: NotFound. `now` may be left out where a request or job has fixed the clock.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.collation import german
from vergabe.cooperations import agreement_rules, area_queries, rules, task_queries
from vergabe.cooperations.model import (
    Agreement,
    Cooperation,
    Mandate,
    Member,
    Participation,
    Resolution,
    TaskArea,
)
from vergabe.cooperations.rules import Activity, Depth, Scope, Stage
from vergabe.db import Base
from vergabe.errors import NotFound, Violation
from vergabe.web.paging import Page, newest_first

WHAT = "Die Zusammenarbeit"


def memberships(organisation_ids: Sequence[uuid.UUID | None], day: dt.date) -> Select[uuid.UUID]:
    """Return the ids of the cooperations of which one of these is a member on a legal day."""
    known = [each for each in organisation_ids if each is not None]
    return select(Member.cooperation_id).where(
        Member.organisation_id.in_(known), Member.counts_on(day)
    )


def names(session: Session, cooperation_ids: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    """Return id and name of cooperations in German order."""
    query = select(Cooperation.id, Cooperation.name).where(Cooperation.id.in_(cooperation_ids))
    rows = session.execute(query.order_by(german(Cooperation.name), Cooperation.id))
    return [(found, name) for found, name in rows]


def visible(actor: Actor, now: dt.datetime | None) -> Select[Cooperation]:
    query = select(Cooperation)
    if actor.is_operator:
        return query
    return query.where(is_open_to(actor.organisation_id, clock.berlin_day(now or clock.now())))


# A condition is as dear to make as to ask the database; it is the same all day.
@lru_cache(maxsize=512)
def is_open_to(organisation_id: uuid.UUID | None, today: dt.date) -> ColumnElement[bool]:
    """Return who sees a cooperation on a legal day: members, and a service provider where it works.

    None sees nothing.
    """
    member_of = select(Member.cooperation_id).where(
        Member.organisation_id == organisation_id, Member.counts_on(today)
    )
    # A service provider sees a cooperation for which it does something that all share.
    serves = task_queries.served_cooperations(organisation_id, today)
    return Cooperation.id.in_(member_of) | Cooperation.id.in_(serves)


def visible_cooperation(
    session: Session, actor: Actor, cooperation_id: uuid.UUID, *, now: dt.datetime | None = None
) -> Cooperation:
    """Return the cooperation; NotFound unless the actor's organisation is a member today."""
    found = session.scalars(visible(actor, now).where(Cooperation.id == cooperation_id))
    return _one(found.one_or_none())


def cooperation_by_key(
    session: Session, actor: Actor, key: str, *, now: dt.datetime | None = None
) -> Cooperation:
    """Return the cooperation with this key (`dlz`); NotFound unless the actor may see it."""
    found = session.scalars(visible(actor, now).where(Cooperation.key == key))
    return _one(found.one_or_none())


def _one(found: Cooperation | None) -> Cooperation:
    if found is None:
        raise NotFound(WHAT)
    return found


def cooperations_of(
    session: Session, actor: Actor, *, now: dt.datetime | None = None
) -> list[Cooperation]:
    """Return the cooperations of which the actor's organisation is a member today, by name.

    The operator gets all.
    """
    query = visible(actor, now).options(selectinload(Cooperation.lead))
    return list(session.scalars(query.order_by(Cooperation.name, Cooperation.id)))


def cooperations_page(
    session: Session, actor: Actor, *, cursor: str | None, limit: int | None, now: dt.datetime
) -> Page[Cooperation]:
    """Return a page of the cooperations that the actor may see, newest first."""
    query = visible(actor, now).options(selectinload(Cooperation.lead))
    return newest_first(session, query, Cooperation.id, cursor=cursor, limit=limit)


def locked_cooperation(session: Session, cooperation_id: uuid.UUID) -> Cooperation:
    """Return the cooperation with its row locked until the commit, as it is now.

    Whoever changes what gates ask for, and whoever decides by them, takes this lock first: a
    revocation and a publication at the same instant come one after the other.
    """
    return session.scalars(
        select(Cooperation)
        .where(Cooperation.id == cooperation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def members(session: Session, cooperation_id: uuid.UUID, day: dt.date) -> list[Member]:
    """Return the members on a legal day in the fixed order, organisations loaded."""
    query = (
        select(Member)
        .where(Member.cooperation_id == cooperation_id, Member.counts_on(day))
        .options(selectinload(Member.organisation))
        .order_by(Member.position)
    )
    return list(session.scalars(query))


def member_ids(session: Session, cooperation_id: uuid.UUID, now: dt.datetime) -> list[uuid.UUID]:
    """Return the organisation ids of the members on the legal day of `now`, in the fixed order."""
    query = (
        select(Member.organisation_id)
        .where(Member.cooperation_id == cooperation_id, Member.counts_on(clock.berlin_day(now)))
        .order_by(Member.position)
    )
    return list(session.scalars(query))


def succeeded_members(session: Session, cooperation_id: uuid.UUID) -> list[Organisation]:
    """Return former members that have merged into another municipality, the latest first."""
    query = (
        select(Organisation)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.cooperation_id == cooperation_id, Organisation.succeeded_on.is_not(None))
        .order_by(Organisation.succeeded_on.desc(), Organisation.name)
    )
    return list(session.scalars(query))


def area_by_key(session: Session, cooperation_id: uuid.UUID, key: str) -> TaskArea:
    """Return a task area of a cooperation; NotFound if it has none with this key."""
    found = session.scalars(
        select(TaskArea).where(TaskArea.cooperation_id == cooperation_id, TaskArea.key == key)
    ).one_or_none()
    if found is None:
        raise NotFound("Das Aufgabengebiet")
    return found


def chosen_area(session: Session, cooperation_id: uuid.UUID, key: str | None) -> TaskArea:
    """Return the area with this key, without one the first; NotFound if there is none such."""
    query = select(TaskArea).where(TaskArea.cooperation_id == cooperation_id)
    if key:
        query = query.where(TaskArea.key == key)
    found = session.scalars(query.order_by(TaskArea.position).limit(1)).one_or_none()
    if found is None:
        raise NotFound("Das Aufgabengebiet")
    return found


def depths(session: Session, area_id: uuid.UUID, day: dt.date) -> dict[uuid.UUID, Depth]:
    """Return organisation id → depth on a legal day, for all members of that day.

    Where an area is excluded on that day, for one or for all, the depth is NONE.
    """
    area = session.get(TaskArea, area_id)
    excluded = area_queries.excluded_on(session, area.cooperation_id, day) if area else {}
    rows = session.execute(
        select(Member.organisation_id, Participation.depth)
        .select_from(TaskArea)
        .join(Member, Member.cooperation_id == TaskArea.cooperation_id)
        .outerjoin(
            Participation,
            (Participation.member_id == Member.id)
            & (Participation.area_id == TaskArea.id)
            & (Participation.valid_from <= day)
            & or_(Participation.valid_to.is_(None), Participation.valid_to >= day),
        )
        .where(TaskArea.id == area_id, Member.counts_on(day))
        .order_by(Member.position)
    )
    return {
        organisation_id: Depth(depth or Depth.NONE)
        if not {(None, area_id), (organisation_id, area_id)} & excluded.keys()
        else Depth.NONE
        for organisation_id, depth in rows
    }


def depth_matrix(
    session: Session, cooperation_id: uuid.UUID, day: dt.date
) -> dict[tuple[uuid.UUID, uuid.UUID], Depth]:
    """Return (organisation id, area id) → depth on a legal day; who takes no part is left out."""
    rows = session.execute(
        select(Member.organisation_id, Participation.area_id, Participation.depth)
        .join(Participation, Participation.member_id == Member.id)
        .where(
            Member.cooperation_id == cooperation_id,
            Member.counts_on(day),
            Participation.valid_from <= day,
            or_(Participation.valid_to.is_(None), Participation.valid_to >= day),
        )
    )
    excluded = area_queries.excluded_on(session, cooperation_id, day)
    return {
        (organisation_id, area_id): Depth(depth)
        for organisation_id, area_id, depth in rows
        if depth != Depth.NONE
        and not {(None, area_id), (organisation_id, area_id)} & excluded.keys()
    }


def depth(session: Session, organisation_id: uuid.UUID, area_id: uuid.UUID, day: dt.date) -> Depth:
    """Return how deep an organisation takes part in an area on a legal day (NONE if not at all).

    Where the area is excluded on that day, for it or for all, the depth is NONE.
    """
    asked = {"organisation": organisation_id, "area": area_id, "day": day}
    return Depth(session.scalars(area_queries.DEPTH, asked).first() or Depth.NONE)


def current_agreement(
    session: Session, cooperation_id: uuid.UUID, day: dt.date
) -> Agreement | None:
    """Return the agreement that counts on a legal day.

    The newest one in force then; else the newest one not terminated; else the newest.
    """
    query = (
        select(Agreement)
        .where(Agreement.cooperation_id == cooperation_id)
        .order_by(Agreement.number.desc())
    )
    found = list(session.scalars(query))
    for wanted in ({Stage.IN_FORCE}, set(Stage) - {Stage.TERMINATED}):
        for agreement in found:
            if stage_of(agreement, day) in wanted:
                return agreement
    return found[0] if found else None


def newest_agreement(session: Session, cooperation_id: uuid.UUID) -> Agreement | None:
    """Return the agreement with the highest number: the one that is worked on."""
    return session.scalars(
        select(Agreement)
        .where(Agreement.cooperation_id == cooperation_id)
        .order_by(Agreement.number.desc())
        .execution_options(populate_existing=True)
    ).first()


def stage_of(agreement: Agreement, day: dt.date) -> Stage:
    """Return the stage of an agreement that counts on a legal day.

    One whose cost rule is incomplete counts as resolved at most, whatever a file says of it; an
    agreement from before cost rules were kept with it (cost_key None) is not asked.
    """
    stage = rules.effective_stage(
        Stage(agreement.stage),
        day,
        in_force_on=agreement.in_force_on,
        terminated_on=agreement.terminated_on,
    )
    if stage in _NEEDS_COST_RULE and cost_rule_reasons(agreement):
        return Stage.RESOLVED
    return stage


_NEEDS_COST_RULE = frozenset({Stage.SIGNED, Stage.APPROVED, Stage.IN_FORCE})


def cost_rule_reasons(agreement: Agreement) -> list[Violation]:
    """Return what the cost rule of a version lacks; nothing for those from before it was kept."""
    if agreement.cost_key is None:
        return []
    return agreement_rules.reasons_against_cost_rule(agreement.cost_key)


def allowed_activities(
    session: Session, cooperation_id: uuid.UUID, day: dt.date
) -> frozenset[Activity]:
    """Return what the members may do together on a legal day.

    What the agreement that counts allows; and once a version has been in force, what was published
    under it is awarded and settled, whatever became of it since.
    """
    current = current_agreement(session, cooperation_id, day)
    if current is None:
        return frozenset()
    allowed = rules.ALLOWS[stage_of(current, day)]
    was_in_force = session.scalars(
        select(Agreement.id).where(
            Agreement.cooperation_id == cooperation_id, Agreement.in_force_on <= day
        )
    ).first()
    return allowed | rules.ALLOWS[Stage.TERMINATED] if was_in_force else allowed


def cost_key_of(session: Session, cooperation: Cooperation, day: dt.date) -> Mapping[str, Any]:
    """Return the cost key (as stored) that counts on a day: the agreement's, else the file's."""
    current = current_agreement(session, cooperation.id, day)
    if current is not None and current.cost_key is not None:
        return current.cost_key
    return cooperation.cost_key


def mandates(
    session: Session, cooperation_id: uuid.UUID, grantor_ids: Sequence[uuid.UUID] | None = None
) -> list[Mandate]:
    """Return all mandates on file (of these grantors), valid or not, newest first."""
    query = select(Mandate).where(Mandate.cooperation_id == cooperation_id)
    if grantor_ids is not None:
        query = query.where(Mandate.grantor_id.in_(grantor_ids))
    return list(session.scalars(query.order_by(Mandate.valid_from.desc(), Mandate.id.desc())))


def visible_mandate(
    session: Session, actor: Actor, cooperation_id: uuid.UUID, mandate_id: uuid.UUID
) -> Mandate:
    """Return a mandate to who gave it or holds it; NotFound to everybody else."""
    mandate = session.get(Mandate, mandate_id)
    if mandate is None or mandate.cooperation_id != cooperation_id:
        raise NotFound("Die Vollmacht")
    if not actor.is_operator and actor.organisation_id not in (
        mandate.grantor_id,
        mandate.grantee_id,
    ):
        raise NotFound("Die Vollmacht")
    return mandate


def visible_resolution(
    session: Session, actor: Actor, cooperation_id: uuid.UUID, resolution_id: uuid.UUID
) -> Resolution:
    """Return a resolution; one taken in closed session is not found by other members."""
    resolution = session.get(Resolution, resolution_id)
    if resolution is None or resolution.cooperation_id != cooperation_id:
        raise NotFound("Der Beschluss")
    if not may_read_resolution(actor, resolution):
        raise NotFound("Der Beschluss")
    return resolution


def may_read_resolution(actor: Actor, resolution: Resolution) -> bool:
    """Return whether wording, conditions, votes and limit are open to the actor."""
    return (
        actor.is_operator
        or resolution.is_public
        or resolution.organisation_id == actor.organisation_id
    )


PAST_POOLS = ("concluded", "dissolved", "rejected")


def pool_choices(session: Session, cooperation_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Return id → reference and title of the pools of a cooperation that are still under way.

    A resolution can be about a pool, but pools belong to a later step of the flow: the table is
    read by its name.
    """
    pool = Base.metadata.tables["pool"]
    rows = session.execute(
        select(pool.c.id, pool.c.reference, pool.c.title)
        .where(
            pool.c.cooperation_id == cooperation_id,
            pool.c.stage.not_in(PAST_POOLS),
        )
        .order_by(pool.c.id.desc())
    )
    return {pool_id: f"{reference}: {title}" for pool_id, reference, title in rows}


def valid_mandates(
    session: Session,
    cooperation_id: uuid.UUID,
    day: dt.date,
    *,
    grantee_id: uuid.UUID | None = None,
    scope: Scope = Scope.TENDER,
) -> list[Mandate]:
    """Return the mandates with this scope that count on a legal day, newest first.

    grantee_id: only those for this organisation (usually the lead).
    """
    return [
        mandate
        for mandate in mandates(session, cooperation_id)
        if scope in mandate.scope
        and grantee_id in (None, mandate.grantee_id)
        and rules.is_valid_on(
            day,
            valid_from=mandate.valid_from,
            valid_to=mandate.valid_to,
            revoked_on=mandate.revoked_on,
        )
    ]


def resolutions(
    session: Session,
    cooperation_id: uuid.UUID,
    organisation_ids: Sequence[uuid.UUID] | None = None,
    *,
    with_papers: bool = False,
) -> list[Resolution]:
    """Return all resolutions on file (of these members), revoked ones too, newest first.

    with_papers: their papers and organisations are read at once, for a list of all.
    """
    query = select(Resolution).where(Resolution.cooperation_id == cooperation_id)
    if with_papers:
        query = query.options(selectinload(Resolution.papers), joinedload(Resolution.organisation))
    if organisation_ids is not None:
        query = query.where(Resolution.organisation_id.in_(organisation_ids))
    return list(session.scalars(query.order_by(Resolution.decided_on.desc(), Resolution.id.desc())))
