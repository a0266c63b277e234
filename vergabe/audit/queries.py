"""Reading and verifying the record."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.audit import rules
from vergabe.audit.model import RecordChain, RecordEntry


def entries(session: Session, stream: str) -> list[RecordEntry]:
    """Return the entries of one chain in order."""
    return list(
        session.scalars(
            select(RecordEntry).where(RecordEntry.stream == stream).order_by(RecordEntry.sequence)
        )
    )


def entries_about(session: Session, subject_id: uuid.UUID) -> list[RecordEntry]:
    """Return the entries that concern one object, over all chains, in order of time."""
    return list(
        session.scalars(
            select(RecordEntry)
            .where(RecordEntry.subject_id == subject_id)
            .order_by(RecordEntry.at, RecordEntry.sequence)
        )
    )


def last_entry(session: Session, stream: str) -> RecordEntry | None:
    """Return the newest entry of one chain, None without any."""
    return session.scalars(
        select(RecordEntry)
        .where(RecordEntry.stream == stream)
        .order_by(RecordEntry.sequence.desc())
        .limit(1)
    ).first()


def last_entry_about(session: Session, subject_id: uuid.UUID) -> RecordEntry | None:
    """Return the newest entry that concerns one object, over all chains; None without any."""
    return session.scalars(
        select(RecordEntry)
        .where(RecordEntry.subject_id == subject_id)
        .order_by(RecordEntry.at.desc(), RecordEntry.sequence.desc())
        .limit(1)
    ).first()


def streams(session: Session) -> list[str]:
    """Return the names of all chains."""
    return list(session.scalars(select(RecordChain.stream).order_by(RecordChain.stream)))


def exported(session: Session, stream: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of a chain as plain data with their hashes, as the export writes them."""
    yield from (entry for entry, _head in _with_head(session, stream))


def _with_head(
    session: Session, stream: str
) -> Iterator[tuple[dict[str, Any], tuple[int | None, str | None]]]:
    """Yield each entry with number and hash that the head had when the entries were read.

    Both come by one statement: between two of them somebody may append.
    """
    rows = session.execute(
        select(RecordEntry, RecordChain.last_sequence, RecordChain.last_hash)
        .outerjoin(RecordChain, RecordChain.stream == RecordEntry.stream)
        .where(RecordEntry.stream == stream)
        .order_by(RecordEntry.sequence)
        .execution_options(yield_per=500, populate_existing=True)
    )
    yield from ((as_exported(row), (number, digest)) for row, number, digest in rows)


def as_exported(row: RecordEntry) -> dict[str, Any]:
    """Return an entry as the export writes it: the hashed fields and both hashes."""
    return rules.hashed_fields(
        stream=row.stream,
        sequence=row.sequence,
        at=row.at,
        actor_name=row.actor_name,
        actor_user_id=row.actor_user_id,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        action=row.action,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        summary=row.summary,
        reason=row.reason,
        details=row.details,
    ) | {"previous_hash": row.previous_hash, "entry_hash": row.entry_hash}


@dataclass(frozen=True)
class Verified:
    """A chain with the result of verifying it: instants of its ends, last hash, breaks in German.

    entry_count: entries that are there; last_hash: of the last of them, empty without any.
    """

    entry_count: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    last_hash: str
    breaks: Sequence[str]

    @property
    def holds(self) -> bool:
        return not self.breaks


def verified(
    session: Session, stream: str, *, noted: Callable[[int], None] = lambda _count: None
) -> Verified:
    """Verify a whole chain now, entry by entry; `noted` is told every now and then how far it is.

    Compares the end of the chain with its head as well, so that entries missing at the end show.
    """
    known = session.get(RecordChain, stream, populate_existing=True)
    head: tuple[int | None, str | None] = (None, None)
    if known is not None:
        head = known.last_sequence, known.last_hash
    first: dict[str, Any] = {}
    last: dict[str, Any] = {"sequence": 0, "entry_hash": rules.GENESIS}
    count = 0

    def watched() -> Iterator[dict[str, Any]]:
        nonlocal count, head
        for entry, then in _with_head(session, stream):
            count, head = count + 1, then
            if count % 500 == 0:
                noted(count)
            first.setdefault("at", entry["at"])
            last.update(entry)
            yield entry

    found = list(rules.breaks(watched()))
    if head != (last["sequence"], last["entry_hash"]):
        found.append("Das Ende der Kette stimmt nicht mit ihrem Kopf überein: Einträge fehlen.")
    return Verified(
        count,
        _instant(first.get("at")),
        _instant(last.get("at")),
        last["entry_hash"] if count else "",
        found,
    )


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def breaks(session: Session, stream: str) -> Sequence[str]:
    """Return a German sentence for each break in a chain; empty means that it holds."""
    return verified(session, stream).breaks


def length(session: Session, stream: str) -> int:
    """Return how many entries a chain should have, as its head says."""
    head = session.get(RecordChain, stream, populate_existing=True)
    return head.last_sequence if head else 0
