"""What waits around pools: proposals, consultation, joining, votes, joint tenders to begin."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from flask import url_for
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.cooperations.model import Cooperation
from vergabe.home.task import MOST_OF_ONE_KIND, Task, count, memberships, number
from vergabe.pools import queries as pools
from vergabe.pools.model import Joining, Pool
from vergabe.votes import queries as votes


def joinings(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    decided = exists().where(
        Joining.pool_id == Pool.id, Joining.organisation_id == actor.organisation_id
    )
    waiting = session.scalars(
        select(Pool)
        .where(
            Pool.stage == "joining",
            Pool.joining_deadline > now,
            pools.has_demands_of(actor.organisation_id),
            ~decided,
        )
        .order_by(Pool.joining_deadline)
        .limit(MOST_OF_ONE_KIND)
    )
    for pool in waiting:
        yield Task(
            f"Über den Beitritt zur Bündelung „{pool.title}“ ist zu entscheiden",
            "Entscheiden",
            url_for("pools.show", pool_id=pool.id),
            pool.joining_deadline,
            pool.id,
        )


def ballots(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    for vote in votes.open_votes_waiting_for(session, actor, now=now, limit=MOST_OF_ONE_KIND):
        yield Task(
            f"Über „{vote.pool.title}“ wird abgestimmt; die Stimme Ihrer Kommune fehlt",
            "Abstimmen",
            url_for("votes.show", pool_id=vote.pool_id),
            vote.deadline,
        )


def proposals(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    found = count(
        session,
        Pool.stage == "proposed",
        Pool.cooperation_id.in_(memberships(actor.organisation_id)),
        of=Pool,
    )
    if found:
        yield Task(
            f"{number(found, 'Vorschlag', 'Vorschläge')} für Bündelungen",
            "Ansehen",
            url_for("pools.index", stand="proposed"),
        )


def consultations(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    """Yield the pools whose members are being heard, for whoever then opens the joining."""
    for pool in _led(session, actor, Pool.stage == "consultation"):
        yield Task(
            f"Bündelung „{pool.title}“: Die Anhörung läuft; danach öffnen Sie den Beitritt",
            "Weiter",
            url_for("pools.show", pool_id=pool.id),
        )


def to_tender(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    """Yield binding pools of the lead that no tender was made of yet."""
    closed = (Pool.stage == "joining") & (Pool.joining_deadline <= now)
    for pool in _led(session, actor, closed | (Pool.stage == "binding")):
        yield Task(
            f"Bündelung „{pool.title}“ ist verbindlich; das Vergabeverfahren kann beginnen",
            "Verfahren anlegen",
            url_for("tenders.choose_lots", pool_id=pool.id),
        )


def _led(session: Session, actor: Actor, condition: Any) -> Iterator[Pool]:
    """Yield pools of the cooperations that the actor's organisation leads, oldest first."""
    led = select(Cooperation.id).where(Cooperation.lead_organisation_id == actor.organisation_id)
    query = select(Pool).where(Pool.cooperation_id.in_(led), condition)
    yield from session.scalars(query.order_by(Pool.id).limit(MOST_OF_ONE_KIND))
