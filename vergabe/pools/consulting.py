"""Comments of members during consultation, and their answers."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import ids, outbox
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission
from vergabe.errors import NotFound, Refused, Violation
from vergabe.pools import queries
from vergabe.pools.deciding import clean_text, coordinated_pool
from vergabe.pools.events import CommentWritten
from vergabe.pools.model import Pool, PoolComment
from vergabe.pools.recording import record
from vergabe.pools.stages import STAGE_NAMES, Stage, effective_stage

COMMENT_LENGTH: Final = 4_000
# Questions from the consultation can still be answered while members decide on joining.
_ANSWERED_IN: Final = frozenset({Stage.CONSULTATION, Stage.JOINING})


def comment(
    session: Session, actor: Actor, pool_id: uuid.UUID, text: str, *, now: dt.datetime
) -> PoolComment:
    """Write a comment of the actor's organisation on a pool in consultation and return it.

    The same words of the same organisation again return the comment that is there. Raises NotFound,
    Forbidden, InvalidInput, Refused.
    """
    pool = queries.locked_pool(session, actor, pool_id)
    actor.require(Permission.COMMENT_POOLS, cooperation_id=pool.cooperation_id)
    if actor.organisation_id is None:
        raise Refused("no_organisation", "Stellung nehmen kann nur eine Organisation.")
    text = clean_text(
        text, "text", missing="Bitte schreiben Sie, was Sie anmerken.", max_length=COMMENT_LENGTH
    )
    _require_stage(pool, frozenset({Stage.CONSULTATION}), "Stellung nehmen", now)
    known = session.scalars(
        select(PoolComment).where(
            PoolComment.pool_id == pool.id,
            PoolComment.organisation_id == actor.organisation_id,
            PoolComment.text == text,
        )
    ).first()
    if known is not None:
        return known
    found = PoolComment(
        id=ids.new_id(),
        pool_id=pool.id,
        organisation_id=actor.organisation_id,
        author_id=actor.user_id,
        author_name=actor.name,
        text=text,
        at=now,
    )
    session.add(found)
    session.flush()
    summary = f"{actor.organisation_name} hat zu {pool.reference} Stellung genommen."
    record(session, actor, pool, "commented", summary, now=now, text=text)
    outbox.emit(session, CommentWritten(pool.id, found.id, is_answer=False, at=now), now=now)
    return found


def answer(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    comment_id: uuid.UUID,
    text: str,
    *,
    now: dt.datetime,
) -> PoolComment:
    """Answer a comment and return it; each is answered once. Raises as `comment`."""
    pool = coordinated_pool(session, actor, pool_id)
    found = session.scalars(
        select(PoolComment)
        .where(PoolComment.id == comment_id, PoolComment.pool_id == pool.id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("Die Stellungnahme")
    text = clean_text(
        text, "answer", missing="Bitte die Antwort eingeben.", max_length=COMMENT_LENGTH
    )
    if found.answer == text:
        return found
    _require_stage(pool, _ANSWERED_IN, "Antworten", now)
    if found.answer is not None:
        message = "Diese Stellungnahme ist schon beantwortet."
        raise Refused.because("already_answered", message, [Violation("already_answered", message)])
    found.answer, found.answered_by_name, found.answered_at = text, actor.name, now
    session.flush()
    summary = f"Die Stellungnahme von {found.organisation.name} wurde beantwortet."
    record(session, actor, pool, "comment_answered", summary, now=now, answer=text)
    outbox.emit(session, CommentWritten(pool.id, found.id, is_answer=True, at=now), now=now)
    return found


def unanswered_by(session: Session, pool: Pool) -> list[str]:
    """Return the names of the members whose comments have no answer, one for each comment."""
    query = (
        select(Organisation.name)
        .join(PoolComment, PoolComment.organisation_id == Organisation.id)
        .where(PoolComment.pool_id == pool.id, PoolComment.answer.is_(None))
        .order_by(PoolComment.at, PoolComment.id)
    )
    return list(session.scalars(query))


def _require_stage(pool: Pool, allowed: frozenset[Stage], what: str, now: dt.datetime) -> None:
    stage = effective_stage(Stage(pool.stage), pool.joining_deadline, now)
    if stage not in allowed:
        message = f"{what} geht nicht, solange die Bündelung „{STAGE_NAMES[stage]}“ ist."
        raise Refused.because("wrong_stage", message, [Violation("wrong_stage", message)])
