"""What there is to audit: everything with a record, by stage, with the way to its record."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.audit import service as streams
from vergabe.audit.model import RecordChain, RecordEntry
from vergabe.cooperations import queries as cooperations
from vergabe.demands import recording as demand_records
from vergabe.pools import presenting
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.pools.stages import STAGE_NAMES as POOL_STAGES
from vergabe.pools.stages import Stage as PoolStage
from vergabe.tenders import queries as tenders
from vergabe.tenders.listing import shown_stage
from vergabe.tenders.model import Tender
from vergabe.tenders.presenting import stage_kind
from vergabe.tenders.rules import RUNNING_STAGES, Stage
from vergabe.web import paging

MOST: Final = 50
"""So many running procedures and pools are named; the lists have all."""


@dataclass(frozen=True)
class Audited:
    """Something with a record: entries so far, and when the last one was made (aware UTC)."""

    title: str
    url: str | None
    record_url: str
    stage: str = ""
    kind: str = "neutral"
    entry_count: int = 0
    last_at: dt.datetime | None = None


@dataclass(frozen=True)
class Overview:
    """tenders, pools: those that run, in the order of their stages; standing: what goes on."""

    tenders: Sequence[Audited]
    pools: Sequence[Audited]
    standing: Sequence[Audited]


def overview(session: Session, actor: Actor, *, now: dt.datetime) -> Overview:
    """Return what the actor can audit; the number of statements does not grow with it."""
    return Overview(
        list(_tenders(session, actor, now)),
        list(_pools(session, actor, now)),
        list(_standing(session, actor)),
    )


def _tenders(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Audited]:
    parts = tenders.visible_parts(session, actor, now)
    found: Sequence[Tender] = paging.newest_of(
        session, select(Tender), Tender.id, parts, Tender.stage.in_(RUNNING_STAGES), limit=MOST
    ).items
    heads = _heads(session, (streams.stream_of("tender", each.id) for each in found))
    order = list(Stage)
    for tender in sorted(found, key=lambda each: order.index(Stage(each.stage))):
        count, last_at = heads.get(streams.stream_of("tender", tender.id), (0, None))
        yield Audited(
            f"{tender.reference} {tender.title}",
            url_for("tenders.show", tender_id=tender.id),
            url_for("records.show_tender", tender_id=tender.id),
            shown_stage(tender, now),
            stage_kind(tender),
            count,
            last_at,
        )


def _pools(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Audited]:
    parts = pools.visible_parts(session, actor, now)
    found: Sequence[Pool] = paging.newest_of(
        session, select(Pool), Pool.id, parts, pools.in_stage(None, now), limit=MOST
    ).items
    heads = _heads(session, (streams.stream_of("pool", each.id) for each in found))
    stages = {each.id: presenting.stage_of(each, now) for each in found}
    order = list(PoolStage)
    for pool in sorted(found, key=lambda each: order.index(stages[each.id])):
        stage = stages[pool.id]
        count, last_at = heads.get(streams.stream_of("pool", pool.id), (0, None))
        yield Audited(
            f"{pool.reference} {pool.title}",
            url_for("pools.show", pool_id=pool.id),
            url_for("chains.pool", pool_id=pool.id),
            POOL_STAGES[stage],
            presenting.STAGE_KINDS[stage],
            count,
            last_at,
        )


def _standing(session: Session, actor: Actor) -> Iterator[Audited]:
    if actor.organisation_id is None:
        return
    rows: list[tuple[str, str | None, str, str]] = []
    for each in cooperations.cooperations_of(session, actor):
        rows.append(
            (
                f"Zusammenarbeit {each.name}",
                url_for("cooperations.show", key=each.key),
                url_for("chains.cooperation", key=each.key),
                streams.stream_of("cooperation", each.id),
            )
        )
        rows.append(
            (
                f"Bedarfe Ihrer Kommune in {each.name}",
                url_for("demands.index"),
                url_for("chains.demands", key=each.key),
                demand_records.stream_of(each.id, actor.organisation_id),
            )
        )
    own = streams.stream_of("organisation", actor.organisation_id)
    rows.append((actor.organisation_name, None, url_for("chains.organisation"), own))
    heads = _heads(session, (row[3] for row in rows))
    for title, url, record_url, stream in rows:
        count, last_at = heads.get(stream, (0, None))
        yield Audited(title, url, record_url, entry_count=count, last_at=last_at)


def _heads(session: Session, wanted: Iterable[str]) -> Mapping[str, tuple[int, dt.datetime | None]]:
    """Return chain → its length and the instant of its last entry, in one statement."""
    rows = session.execute(
        select(RecordChain.stream, RecordChain.last_sequence, RecordEntry.at)
        .outerjoin(
            RecordEntry,
            (RecordEntry.stream == RecordChain.stream)
            & (RecordEntry.sequence == RecordChain.last_sequence),
        )
        .where(RecordChain.stream.in_(list(wanted)))
    )
    return {stream: (count, last_at) for stream, count, last_at in rows}
