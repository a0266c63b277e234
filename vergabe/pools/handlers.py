"""Who is told what about pools: reactions to their events, each safe to run twice."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission
from vergabe.cooperations import tasks
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.demands.model import Demand
from vergabe.demands.recording import shortened
from vergabe.demands.telling import readers
from vergabe.messages import service as messages
from vergabe.money import german
from vergabe.pools.events import (
    CommentWritten,
    ConsultationStarted,
    JoiningOpened,
    LaterJoinerJoined,
    LaterJoinerNamed,
    MemberJoined,
    MemberStayedOut,
    PoolEnded,
    PoolReshaped,
    WithdrawalAsked,
    WithdrawalDecided,
)
from vergabe.pools.model import (
    Joining,
    LaterJoiner,
    Pool,
    PoolComment,
    PoolDemand,
    Withdrawal,
)
from vergabe.pools.rules import moment

_KIND: Final = "pool"


def tell_of_consultation(
    session: Session, event: ConsultationStarted, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Ask the people of every member with a demand in the pool for their comments."""
    pool = session.get_one(Pool, event.pool_id)
    body = (
        f"Für die gemeinsame Beschaffung „{pool.title}“ ({pool.reference}) sind Bedarfe Ihrer "
        "Kommune vorgesehen. Bitte prüfen Sie den Vorschlag und nehmen Sie Stellung."
    )
    if pool.consultation_text:
        body += f"\n\nDie Koordination schreibt:\n{pool.consultation_text}"
    _tell(session, pool, _members(session, pool), "Anhörung", body, event_id=event_id, now=now)


def tell_of_comment(
    session: Session, event: CommentWritten, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the coordinators of a comment, or the member that wrote it of the answer."""
    pool = session.get_one(Pool, event.pool_id)
    comment = session.get_one(PoolComment, event.comment_id)
    if event.is_answer:
        body = f"Ihre Stellungnahme wurde beantwortet:\n\n{comment.answer}"
        to, what, permission = [comment.organisation_id], "Antwort", Permission.COMMENT_POOLS
    else:
        body = f"{comment.organisation.name} schreibt:\n\n{comment.text}"
        where = Governed(pool.cooperation, pool.area_id)
        # Every member may answer by default; the lead hears of it, and who alone has the task.
        doing = tasks.performers(session, Step.OPEN_JOINING, where, now=now)
        to, what = doing[:1], "Stellungnahme"
        permission = Permission.EDIT_POOLS
    _tell(session, pool, to, what, body, permission=permission, event_id=event_id, now=now)


def tell_of_new_shape(
    session: Session, event: PoolReshaped, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the members whose demands moved where they are now."""
    pool = session.get_one(Pool, event.pool_id)
    other = session.get(Pool, event.other_pool_id) if event.other_pool_id else None
    if other is None:
        body = f"Bedarfe Ihrer Kommune sind nicht mehr Teil von „{pool.title}“ und wieder frei."
    else:
        body = (
            f"Bedarfe Ihrer Kommune wurden anders gebündelt. Beteiligt sind {pool.reference} "
            f"„{pool.title}“ und {other.reference} „{other.title}“."
        )
    _tell(session, pool, event.organisation_ids, "Neu geteilt", body, event_id=event_id, now=now)


def tell_of_joining_window(
    session: Session, event: JoiningOpened, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the people who may join for their member until when they can."""
    pool = session.get_one(Pool, event.pool_id)
    until = moment(event.deadline)
    what = f"Beitritt {'verlängert' if event.is_extension else 'möglich'} bis {until}"
    body = (
        f"Der Bündelung „{pool.title}“ ({pool.reference}) kann Ihre Kommune bis {until} "
        "verbindlich beitreten. Danach ist es zu spät.\n\nWer beitritt, bindet sich an die "
        "genannten Mengen; nach Ablauf der Frist geht ein Austritt nur mit Zustimmung aller."
    )
    _tell(
        session,
        pool,
        _members(session, pool),
        what,
        body,
        permission=Permission.JOIN_POOLS,
        event_id=event_id,
        now=now,
    )


def tell_of_joining(
    session: Session, event: MemberJoined, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the other members who has joined."""
    pool = session.get_one(Pool, event.pool_id)
    name = _name(session, event.organisation_id)
    body = f"{name} ist der Bündelung „{pool.title}“ ({pool.reference}) verbindlich beigetreten."
    others = _others(session, pool, event.organisation_id)
    _tell(session, pool, others, f"{name} ist beigetreten", body, event_id=event_id, now=now)


def tell_of_staying_out(
    session: Session, event: MemberStayedOut, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the other members who stays out, or has taken its joining back."""
    pool = session.get_one(Pool, event.pool_id)
    name = _name(session, event.organisation_id)
    done = "hat den Beitritt zurückgenommen" if event.had_joined else "tritt nicht bei"
    body = f"{name} {done}. Bündelung: „{pool.title}“ ({pool.reference})."
    others = _others(session, pool, event.organisation_id)
    _tell(session, pool, others, f"{name} {done}", body, event_id=event_id, now=now)


def tell_of_withdrawal(
    session: Session, event: WithdrawalAsked, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Ask the other bound members for their consent."""
    pool = session.get_one(Pool, event.pool_id)
    request = session.get_one(Withdrawal, event.withdrawal_id)
    name = _name(session, event.organisation_id)
    body = (
        f"{name} bittet darum, aus der Bündelung „{pool.title}“ ({pool.reference}) austreten zu "
        f"dürfen.\n\nGrund: {request.reason}\n\nDer Austritt wird nur wirksam, wenn alle anderen "
        "Beigetretenen zustimmen. Bitte stimmen Sie zu oder lehnen Sie ab."
    )
    _tell(
        session,
        pool,
        _bound(session, pool, event.organisation_id),
        f"{name} möchte austreten",
        body,
        permission=Permission.JOIN_POOLS,
        event_id=event_id,
        now=now,
    )


def tell_of_decided_withdrawal(
    session: Session, event: WithdrawalDecided, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell all members, the one that asked too, how a wish to leave ended."""
    pool = session.get_one(Pool, event.pool_id)
    name = _name(session, event.organisation_id)
    if event.is_effective:
        what = f"{name} ist ausgetreten"
        body = f"Alle Beigetretenen haben zugestimmt: {name} ist aus „{pool.title}“ ausgetreten."
    else:
        what = f"Austritt von {name} abgelehnt"
        body = (
            f"Der Austritt von {name} aus „{pool.title}“ wurde abgelehnt; {name} bleibt gebunden."
        )
    told = [*_bound(session, pool, event.organisation_id), event.organisation_id]
    _tell(session, pool, told, what, body, event_id=event_id, now=now)


def tell_of_later_joiner(
    session: Session, event: LaterJoinerNamed, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell a member that it is named as one that may join later, and on what terms."""
    pool = session.get_one(Pool, event.pool_id)
    row = _later_joiner(session, pool, event.organisation_id)
    if row is None:
        return  # taken off the list again before anybody was told
    body = (
        f"Ihre Kommune ist in der Bündelung „{pool.title}“ ({pool.reference}) als spätere "
        f"Beitretende vorgesehen: bis {row.latest_on:%d.%m.%Y}, höchstens "
        f"{german(row.maximum_net_cents)} netto. Beitreten können Sie nach der Bekanntmachung."
    )
    what = "Späterer Beitritt vorgesehen"
    _tell(session, pool, [event.organisation_id], what, body, event_id=event_id, now=now)


def tell_of_later_joining(
    session: Session, event: LaterJoinerJoined, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the members that were in before that an announced one has joined."""
    pool = session.get_one(Pool, event.pool_id)
    name = _name(session, event.organisation_id)
    body = (
        f"{name} ist „{pool.title}“ ({pool.reference}) wie in der Bekanntmachung angekündigt "
        "verbindlich beigetreten."
    )
    others = _others(session, pool, event.organisation_id)
    _tell(session, pool, others, f"{name} ist beigetreten", body, event_id=event_id, now=now)


def _later_joiner(session: Session, pool: Pool, organisation_id: uuid.UUID) -> LaterJoiner | None:
    return session.scalars(
        select(LaterJoiner).where(
            LaterJoiner.pool_id == pool.id, LaterJoiner.organisation_id == organisation_id
        )
    ).one_or_none()


def tell_of_end(
    session: Session, event: PoolEnded, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the members that a pool has ended, and why."""
    pool = session.get_one(Pool, event.pool_id)
    body = (
        f"Die Bündelung „{pool.title}“ ({pool.reference}) wird nicht weiter verfolgt. Die Bedarfe "
        f"sind wieder frei.\n\nGrund: {pool.stage_reason}"
    )
    _tell(session, pool, event.organisation_ids, "Beendet", body, event_id=event_id, now=now)


def _tell(
    session: Session,
    pool: Pool,
    organisation_ids: Iterable[uuid.UUID],
    what: str,
    body: str,
    *,
    event_id: uuid.UUID,
    now: dt.datetime,
    permission: Permission = Permission.COMMENT_POOLS,
) -> None:
    to = readers(session, permission, organisation_ids, cooperation_id=pool.cooperation_id, now=now)
    messages.send_many(
        session,
        to,
        cause=f"pool:{event_id}",
        kind=_KIND,
        subject=f"{what}: {shortened(pool.title)}",
        body=body,
        now=now,
        link=f"/buendelungen/{pool.id}",
    )


def _members(session: Session, pool: Pool) -> list[uuid.UUID]:
    """Return the organisations with a demand in a pool."""
    query = (
        select(Demand.organisation_id)
        .join(PoolDemand, PoolDemand.demand_id == Demand.id)
        .where(PoolDemand.pool_id == pool.id, PoolDemand.removed_at.is_(None))
        .order_by(PoolDemand.id)
    )
    return list(dict.fromkeys(session.scalars(query)))


def _others(session: Session, pool: Pool, organisation_id: uuid.UUID) -> list[uuid.UUID]:
    return [each for each in _members(session, pool) if each != organisation_id]


def _bound(session: Session, pool: Pool, but: uuid.UUID) -> list[uuid.UUID]:
    query = select(Joining.organisation_id).where(
        Joining.pool_id == pool.id, Joining.decision == "joined", Joining.organisation_id != but
    )
    return list(session.scalars(query.order_by(Joining.organisation_id)))


def _name(session: Session, organisation_id: uuid.UUID) -> str:
    return session.get_one(Organisation, organisation_id).name
