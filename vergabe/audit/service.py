"""Appending to the record, in the transaction of the command that it describes."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.audit import rules
from vergabe.audit.model import RecordChain, RecordEntry
from vergabe.db import insert_unless_there


@dataclass(frozen=True)
class Act:
    """What a command did: `action` in snake_case, `summary` a German sentence in the past tense.

    details: JSON values only (amounts as `_cents`, instants ISO 8601), enough to see what changed.
    """

    action: str
    subject_kind: str
    subject_id: uuid.UUID | None
    summary: str
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def stream_of(kind: str, *parts: uuid.UUID | str) -> str:
    """Return the name of a chain, e.g. `tender:<id>` or `demands:<cooperation>:<organisation>`."""
    return ":".join([kind, *(str(part) for part in parts)])


def append(session: Session, stream: str, actor: Actor, act: Act, *, now: dt.datetime) -> None:
    """Append one act to a chain."""
    append_many(session, stream, actor, [act], now=now)


def append_many(
    session: Session, stream: str, actor: Actor, acts: Sequence[Act], *, now: dt.datetime
) -> None:
    """Append acts to a chain in their order; the chain's head stays locked until the commit."""
    if not acts:
        return
    sequence, last_hash = _locked_head(session, stream)
    rows: list[dict[str, Any]] = []
    for act in acts:
        sequence += 1
        fields = rules.hashed_fields(
            stream=stream,
            sequence=sequence,
            at=now,
            actor_name=actor.name,
            actor_user_id=actor.user_id,
            organisation_id=actor.organisation_id,
            organisation_name=actor.organisation_name,
            action=act.action,
            subject_kind=act.subject_kind,
            subject_id=act.subject_id,
            summary=act.summary,
            reason=act.reason,
            details=act.details,
        )
        digest = rules.entry_hash(last_hash, fields)
        rows.append(
            fields
            | {
                "id": ids.new_id(),
                "at": now,
                "actor_user_id": actor.user_id,
                "organisation_id": actor.organisation_id,
                "subject_id": act.subject_id,
                "previous_hash": last_hash,
                "entry_hash": digest,
            }
        )
        last_hash = digest
    session.execute(
        update(RecordChain)
        .where(RecordChain.stream == stream)
        .values(last_sequence=sequence, last_hash=last_hash)
        .execution_options(synchronize_session=False)
    )
    session.execute(insert(RecordEntry), rows)


def _locked_head(session: Session, stream: str) -> tuple[int, str]:
    """Return number and hash of a chain's last entry; its head is locked until the commit."""
    wanted = (
        select(RecordChain.last_sequence, RecordChain.last_hash)
        .where(RecordChain.stream == stream)
        .with_for_update()
    )
    head = session.execute(wanted).one_or_none()
    if head is None:
        # Two commands may open the same chain at once: insert-or-nothing, then lock.
        insert_unless_there(
            session,
            RecordChain,
            {"stream": stream, "last_sequence": 0, "last_hash": rules.GENESIS},
        )
        head = session.execute(wanted).one()
    return head.last_sequence, head.last_hash
