"""The chains that stand for themselves: of a pool, a cooperation, its demands, an organisation.

That of a tender is gathered from several (`queries`).
"""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as streams
from vergabe.cooperations import queries as cooperations
from vergabe.demands import recording as demand_records
from vergabe.errors import NotFound
from vergabe.pools import queries as pools
from vergabe.records.queries import ChainRef


@dataclass(frozen=True)
class Subject:
    """Something with a chain of its own; what: the words after "Akte"."""

    what: str
    reference: str
    chain: ChainRef


def of_pool(session: Session, actor: Actor, pool_id: uuid.UUID) -> Subject:
    """Return the chain of a pool; NotFound or Forbidden as for the pool and its record."""
    pool = pools.visible_pool(session, actor, pool_id)
    actor.require(Permission.VIEW_RECORD, cooperation_id=pool.cooperation_id)
    chain = ChainRef(streams.stream_of("pool", pool.id), "pool", "Bündelung", "buendelung")
    return Subject(f"der Bündelung {pool.reference}", pool.reference, chain)


def of_cooperation(session: Session, actor: Actor, key: str) -> Subject:
    """Return the chain of a cooperation."""
    found = cooperations.cooperation_by_key(session, actor, key)
    actor.require(Permission.VIEW_RECORD, cooperation_id=found.id)
    stream = streams.stream_of("cooperation", found.id)
    chain = ChainRef(stream, "cooperation", "Zusammenarbeit", "zusammenarbeit")
    return Subject(f"der Zusammenarbeit {found.name}", found.key, chain)


def of_demands(session: Session, actor: Actor, key: str) -> Subject:
    """Return the chain of the demands of the actor's own organisation in a cooperation."""
    found = cooperations.cooperation_by_key(session, actor, key)
    actor.require(Permission.VIEW_RECORD, cooperation_id=found.id)
    stream = demand_records.stream_of(found.id, _own(actor))
    chain = ChainRef(stream, "demands", "Bedarfe", "bedarfe")
    return Subject(
        f"der Bedarfe von {actor.organisation_name} in {found.name}", f"bedarfe-{found.key}", chain
    )


def of_organisation(actor: Actor) -> Subject:
    """Return the chain of the actor's own organisation: people, bodies, resolutions."""
    stream = streams.stream_of("organisation", _own(actor))
    chain = ChainRef(stream, "organisation", "Organisation", "organisation")
    return Subject(f"der Organisation {actor.organisation_name}", "organisation", chain)


def _own(actor: Actor) -> uuid.UUID:
    if actor.organisation_id is None:
        raise NotFound("Die Akte")
    return actor.organisation_id
