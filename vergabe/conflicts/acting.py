"""The question that every command in a procedure asks: may this person act here (§ 6 VgV)?"""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.conflicts import queries, rules
from vergabe.errors import Refused, Violation
from vergabe.pools.model import Pool


def reasons_against(
    session: Session, actor: Actor, *, pool_id: uuid.UUID, cooperation_id: uuid.UUID
) -> list[Violation]:
    """Return why the actor may not act in the procedure of a pool; the operator always may."""
    if actor.user_id is None:
        return []
    return rules.reasons_against_acting(
        queries.state_of(session, pool_id, actor.user_id),
        is_substitute=actor.is_substitute(cooperation_id),
    )


def require_free(
    session: Session, actor: Actor, *, pool_id: uuid.UUID, cooperation_id: uuid.UUID
) -> None:
    """Raise Refused if the actor has a conflict of interest, or is an undeclared substitute.

    Until the commit nobody declares anything: a declaration at the same instant comes before the
    act and forbids it, or after it.
    """
    session.execute(select(Pool.id).where(Pool.id == pool_id).with_for_update(read=True))
    reasons = reasons_against(session, actor, pool_id=pool_id, cooperation_id=cooperation_id)
    if reasons:
        raise Refused.because(reasons[0].code, reasons[0].message, reasons)
