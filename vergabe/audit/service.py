"""Appending to the record, in the transaction of the command that it describes."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, insert, select, update
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
    # The acts stand in the record after what they changed: as the database is told of both.
    session.flush()
    sequence, last_hash = _locked_head(session, stream)
    rows: list[dict[str, Any]] = []
    for act in acts:
        rules.refuse_floats(act.details)
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
    _write(session, {"chain": stream, "head_sequence": sequence, "head_hash": last_hash}, rows)


_CHAIN: Final = cast(Table, RecordChain.__table__)
_ENTRY: Final = cast(Table, RecordEntry.__table__)
_INSERT: Final = insert(_ENTRY)
_HEAD: Final = (
    select(_CHAIN.c.last_sequence, _CHAIN.c.last_hash)
    .where(_CHAIN.c.stream == bindparam("chain"))
    .with_for_update()
)
_MOVE_HEAD: Final = (
    update(_CHAIN)
    .where(_CHAIN.c.stream == bindparam("chain"))
    .values(last_sequence=bindparam("head_sequence"), last_hash=bindparam("head_hash"))
)
# Its values have names of their own: by those of the columns they would change the head as well.
_MOVE_HEAD_AND_INSERT: Final = _INSERT.values(
    {each.name: bindparam(f"entry_{each.name}") for each in _ENTRY.columns}
).add_cte(_MOVE_HEAD.cte("moved"))


def _write(session: Session, head: dict[str, Any], rows: Sequence[dict[str, Any]]) -> None:
    """Move the locked head of a chain and insert its new entries.

    Nearly every command adds a single act while rivals wait for the head: PostgreSQL does both in
    one statement, SQLite knows none that writes two tables.
    """
    if len(rows) == 1 and session.get_bind().dialect.name == "postgresql":
        entry = {f"entry_{name}": value for name, value in rows[0].items()}
        session.execute(_MOVE_HEAD_AND_INSERT, head | entry)
        return
    session.execute(_MOVE_HEAD, head)
    session.execute(_INSERT, rows)


def _locked_head(session: Session, stream: str) -> tuple[int, str]:
    """Return number and hash of a chain's last entry; its head is locked until the commit."""
    head = session.execute(_HEAD, {"chain": stream}).one_or_none()
    if head is None:
        # Two commands may open the same chain at once: insert-or-nothing, then lock. Who has
        # inserted holds the row already.
        first = {"stream": stream, "last_sequence": 0, "last_hash": rules.GENESIS}
        if insert_unless_there(session, RecordChain, first):
            return 0, rules.GENESIS
        head = session.execute(_HEAD, {"chain": stream}).one()
    return head.last_sequence, head.last_hash
