"""Reads of council papers: a member finds its own, nobody else's."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations.project_defaults import paper_defaults
from vergabe.council_papers import gathering
from vergabe.council_papers.model import MemberTexts, ProjectTexts
from vergabe.council_papers.writing import PaperFacts
from vergabe.errors import NotFound
from vergabe.funding.sharing import partners
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool

WHAT = "Die Vorlage"


def project_texts(session: Session, pool_id: uuid.UUID) -> ProjectTexts | None:
    """Return what was added for all members of a pool."""
    return session.get(ProjectTexts, pool_id, populate_existing=True)


def member_texts(
    session: Session, pool_id: uuid.UUID, organisation_id: uuid.UUID
) -> MemberTexts | None:
    """Return what a member added to its paper."""
    return session.scalars(
        select(MemberTexts)
        .where(MemberTexts.pool_id == pool_id, MemberTexts.organisation_id == organisation_id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def own_organisation(
    session: Session, actor: Actor, pool: Pool, *, now: dt.datetime
) -> Organisation | None:
    """Return the municipality of the actor if it takes part in the pool."""
    for partner in partners(session, pool, None, now=now):
        if partner.id == actor.organisation_id:
            return partner.organisation
    return None


def own_facts(
    session: Session, actor: Actor, pool_id: uuid.UUID, *, now: dt.datetime
) -> PaperFacts:
    """Return the facts of the actor's own paper, made anew; NotFound to who takes no part."""
    pool = pools.visible_pool(session, actor, pool_id)
    organisation = own_organisation(session, actor, pool, now=now)
    if organisation is None:
        raise NotFound(WHAT)
    own = member_texts(session, pool.id, organisation.id)
    project = project_texts(session, pool.id)
    return gathering.paper_facts(
        session,
        actor,
        pool,
        organisation,
        project if project is not None else default_project(session, pool),
        own,
        is_public=own.is_public if own is not None else is_public_by_default(session, pool),
        now=now,
    )


def default_project(session: Session, pool: Pool) -> ProjectTexts:
    """Return texts that the file of the cooperation gives; not stored."""
    given = paper_defaults(session, pool.cooperation_id)
    return ProjectTexts(
        pool_id=pool.id,
        facts="",
        strategy=given.get("strategy", ""),
        inclusion=given.get("inclusion", ""),
        annexes="",
    )


def is_public_by_default(session: Session, pool: Pool) -> bool:
    """Return whether papers of this cooperation are public unless a member says otherwise."""
    return bool(paper_defaults(session, pool.cooperation_id).get("is_public", True))
