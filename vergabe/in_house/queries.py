"""Reads of checks, narrowed to pools that the actor may see."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe.access.actor import Actor
from vergabe.cooperations.provider_model import InHouseProvider
from vergabe.cooperations.provider_queries import providers_of
from vergabe.db import Base
from vergabe.errors import NotFound
from vergabe.in_house.entries import CheckEntry
from vergabe.in_house.model import InHouseCheck
from vergabe.in_house.rules import Alternative, CheckFacts
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool

WHAT = "Die Prüfung"


@dataclass(frozen=True)
class Asked:
    """A provider that is asked first, with its current check, if there is one."""

    provider: InHouseProvider
    check: InHouseCheck | None


def checks_of(session: Session, pool_id: uuid.UUID) -> list[InHouseCheck]:
    """Return all checks for a pool, replaced ones too, newest first."""
    return list(
        session.scalars(
            select(InHouseCheck)
            .where(InHouseCheck.pool_id == pool_id)
            .options(selectinload(InHouseCheck.provider))
            .order_by(InHouseCheck.created_at.desc(), InHouseCheck.number.desc())
        )
    )


def asked_first(session: Session, pool: Pool, day: dt.date) -> list[Asked]:
    """Return who is asked first for a pool on a legal day, by name, with the current checks."""
    providers = providers_of(session, pool.cooperation_id, pool.area.key, day)
    if not providers:
        return []
    current = {
        check.provider_id: check
        for check in checks_of(session, pool.id)
        if check.replaced_at is None
    }
    return [Asked(provider, current.get(provider.id)) for provider in providers]


def visible_check(session: Session, actor: Actor, check_id: uuid.UUID) -> InHouseCheck:
    """Return a check; NotFound unless its pool is visible."""
    found = session.scalars(
        select(InHouseCheck)
        .where(
            InHouseCheck.id == check_id,
            InHouseCheck.pool_id.in_(pools.visible(actor).with_only_columns(Pool.id)),
        )
        .options(selectinload(InHouseCheck.provider), selectinload(InHouseCheck.pool))
    ).one_or_none()
    if found is None:
        raise NotFound(WHAT)
    return found


def entry_of(check: InHouseCheck) -> CheckEntry:
    """Return what a check says."""
    names = [name for name in CheckEntry.__dataclass_fields__ if name != "alternatives"]
    return CheckEntry(
        **{name: getattr(check, name) for name in names},
        alternatives=tuple(Alternative(**one) for one in check.alternatives),
    )


def facts_of(check: InHouseCheck) -> CheckFacts:
    """Return a check as the rules see it."""
    entry = entry_of(check)
    return CheckFacts(**{name: getattr(entry, name) for name in CheckFacts.__dataclass_fields__})


def is_published(session: Session, pool_id: uuid.UUID) -> bool:
    """Return whether a tender of a pool was given out; tenders come later, read by their name."""
    tender = Base.metadata.tables["tender"]
    return (
        session.execute(
            select(tender.c.id)
            .where(
                tender.c.pool_id == pool_id,
                tender.c.published_at.is_not(None),
                tender.c.stage != "cancelled",
            )
            .limit(1)
        ).first()
        is not None
    )
