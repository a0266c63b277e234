"""A member announced in the notice joins a published tender (§ 21 (2) VgV)."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import gates as cooperation_gates
from vergabe.cooperations.gates import PublicationFacts
from vergabe.errors import InvalidInput, Violation
from vergabe.pools import announcing
from vergabe.pools import service as pools
from vergabe.pools.announcing import LaterJoiningEntry
from vergabe.pools.model import LaterJoiner
from vergabe.tenders import later, queries
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import record
from vergabe.tenders.rules import Stage


def announced_for(session: Session, tender: Tender, actor: Actor) -> LaterJoiner | None:
    """Return what the notice announces for the actor's organisation, None if nothing."""
    return session.scalars(
        select(LaterJoiner).where(
            LaterJoiner.pool_id == tender.pool_id,
            LaterJoiner.organisation_id == actor.organisation_id,
        )
    ).one_or_none()


def join_later(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    entry: LaterJoiningEntry,
    *,
    organisation_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> LaterJoiner:
    """Bind a member to a published tender as its notice announces; return what was announced.

    Only a named member, within its maximum and until its last day; everybody else is refused. What
    every participant needs (participation, mandate, resolutions) it needs as well.
    organisation_id: the member, default the actor's; only the operator joins for another. Raises
    NotFound, Forbidden, InvalidInput, Refused.
    """
    tender = queries.locked_tender(session, actor, tender_id)
    pool = pools.locked_pool(session, actor, tender.pool_id)
    member_id = organisation_id or actor.organisation_id
    if member_id is None:
        raise InvalidInput(
            "organisation_missing", "Bitte sagen, für welche Kommune.", field="organisation_id"
        )
    actor.require(
        Permission.JOIN_POOLS, organisation_id=member_id, cooperation_id=tender.cooperation_id
    )
    row = announcing.later_joiner(session, pool, member_id)
    has_joined = row is not None and row.joined_at is not None
    joined = announcing.join_later(
        session,
        actor,
        pool,
        row,
        entry,
        is_published=is_published(tender),
        further=_reasons_against(session, tender, row, now=now) if row and not has_joined else (),
        now=now,
    )
    if has_joined:
        return joined
    record(
        session,
        actor,
        tender,
        "member_joined_later",
        f"{joined.organisation.name} ist dem Verfahren {tender.reference} wie bekannt gemacht "
        "später beigetreten.",
        now=now,
        organisation_id=str(member_id),
        quantities=joined.joined_quantities,
        mandate=joined.mandate_reference,
        law=later.law_of(tender),
    )
    return joined


def is_published(tender: Tender) -> bool:
    """Return whether the notice of a tender is public and not taken back."""
    return tender.public_since is not None and tender.stage != Stage.CANCELLED


def _reasons_against(
    session: Session, tender: Tender, row: LaterJoiner, *, now: dt.datetime
) -> list[Violation]:
    """Return what the member still needs, as every participant did before the publication."""
    facts = PublicationFacts(
        cooperation_id=tender.cooperation_id,
        area_id=tender.pool.area_id,
        pool_id=tender.pool_id,
        participant_ids=[row.organisation_id],
        total_net_cents={row.organisation_id: row.maximum_net_cents},
        day=clock.berlin_day(now),
    )
    found = cooperation_gates.publication_gates(session, facts, is_decision=True)
    return [reason for gate in found for reason in gate.reasons]
