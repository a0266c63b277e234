"""The record of a tender, narrowed to what the actor may see.

Members of the cooperation see the chains of the procedure and of its pool; the chain of demands is
shown to the municipality whose demands they are. The operator sees all.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import queries as audit
from vergabe.audit import service as streams
from vergabe.audit.model import RecordChain, RecordEntry
from vergabe.audit.queries import Verified
from vergabe.demands import recording as demand_records
from vergabe.pools.model import PoolDemand
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender


@dataclass(frozen=True)
class ChainRef:
    """A chain that belongs to a tender's record.

    kind: `tender`, `pool`, `demands`; slug: names its file; only_about: ids of the objects whose
    entries are shown, None for all (verified is always the whole chain).
    """

    stream: str
    kind: str
    title: str
    slug: str
    only_about: frozenset[uuid.UUID] | None = None


@dataclass(frozen=True)
class CheckedChain:
    """A chain with what its head says of it, and the result of verifying it.

    entry_count, last_hash: as the head has them, empty without one.
    """

    ref: ChainRef
    entry_count: int
    last_hash: str
    verified: Verified

    @property
    def breaks(self) -> Sequence[str]:
        """Return the breaks as German sentences."""
        return self.verified.breaks

    @property
    def holds(self) -> bool:
        return not self.breaks


@dataclass(frozen=True)
class TenderRecord:
    """A tender with its chains, and the entries of all of them in order of time."""

    tender: Tender
    chains: Sequence[CheckedChain]
    entries: Sequence[tuple[ChainRef, RecordEntry]]

    @property
    def holds(self) -> bool:
        return all(chain.holds for chain in self.chains)


def tender_for_record(session: Session, actor: Actor, tender_id: uuid.UUID) -> Tender:
    """Return a tender whose record the actor may read; NotFound or Forbidden otherwise."""
    tender = tenders.visible_tender(session, actor, tender_id)
    actor.require(Permission.VIEW_RECORD, cooperation_id=tender.cooperation_id)
    return tender


def chains_of(session: Session, actor: Actor, tender: Tender) -> list[ChainRef]:
    """Return the chains of a tender's record that the actor may read, in a fixed order."""
    wanted = [
        ChainRef(streams.stream_of("tender", tender.id), "tender", "Verfahren", "verfahren"),
        ChainRef(streams.stream_of("pool", tender.pool_id), "pool", "Bündelung", "buendelung"),
    ]
    demand_ids = _demand_ids(session, tender.pool_id)
    wanted += [
        ChainRef(
            demand_records.stream_of(tender.cooperation_id, buyer.organisation_id),
            "demands",
            f"Bedarfe {buyer.organisation.name}",
            f"bedarfe-{buyer.position}",
            demand_ids,
        )
        for buyer in tender.buyers
        if actor.is_operator or buyer.organisation_id == actor.organisation_id
    ]
    known = set(
        session.scalars(
            select(RecordChain.stream).where(RecordChain.stream.in_([r.stream for r in wanted]))
        )
    )
    # The chain of the procedure is listed even when it is missing: that is a break, not a blank.
    return [ref for ref in wanted if ref.kind == "tender" or ref.stream in known]


def _demand_ids(session: Session, pool_id: uuid.UUID) -> frozenset[uuid.UUID]:
    rows = session.scalars(select(PoolDemand.demand_id).where(PoolDemand.pool_id == pool_id))
    return frozenset(rows)


def record_of(session: Session, actor: Actor, tender_id: uuid.UUID) -> TenderRecord:
    """Return the record of a tender with the result of verifying each chain.

    Raises NotFound for whoever may not know the tender, Forbidden without the right to its record.
    """
    tender = tender_for_record(session, actor, tender_id)
    refs = chains_of(session, actor, tender)
    entries = [(ref, entry) for ref in refs for entry in _entries(session, ref)]
    order = {ref.stream: position for position, ref in enumerate(refs)}
    entries.sort(key=lambda pair: (pair[1].at, order[pair[0].stream], pair[1].sequence))
    return TenderRecord(tender, [checked(session, ref) for ref in refs], entries)


def checked(
    session: Session, ref: ChainRef, *, noted: Callable[[int], None] = lambda _count: None
) -> CheckedChain:
    """Return a chain with the result of verifying it now; `noted` is told how far it is."""
    head = session.get(RecordChain, ref.stream, populate_existing=True)
    return CheckedChain(
        ref,
        head.last_sequence if head else 0,
        head.last_hash if head else "",
        audit.verified(session, ref.stream, noted=noted),
    )


def _entries(session: Session, ref: ChainRef) -> Sequence[RecordEntry]:
    query = select(RecordEntry).where(RecordEntry.stream == ref.stream)
    if ref.only_about is not None:
        query = query.where(RecordEntry.subject_id.in_(ref.only_about))
    return session.scalars(query.order_by(RecordEntry.sequence)).all()
