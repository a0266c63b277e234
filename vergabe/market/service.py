"""Storing notices of others: each once per version, each procedure as one group."""

import datetime as dt
import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.db import insert_unless_there
from vergabe.exchange.foreign_notice import ForeignNotice
from vergabe.files import service as files
from vergabe.files.store import FileStore
from vergabe.market import relating
from vergabe.market.model import ComparisonKey, StoredNotice
from vergabe.notices.model import FeedCounter

Outcome = Literal["new", "changed", "unchanged", "older"]

BATCH: Final = 200
"""Notices stored in one transaction: whole or not at all, and never much memory."""
_LOCK: Final = "market"


@dataclass(frozen=True)
class Incoming:
    """A notice that was read, and the XML it stood in (none for records)."""

    notice: ForeignNotice
    xml: bytes | None = None


def store(
    session: Session, kept: FileStore, incoming: Sequence[Incoming], *, now: dt.datetime
) -> Counter[Outcome]:
    """Store notices and put them into the groups of their procedures; return what became of each.

    The same notice in the same version changes nothing, unless a document now stands where only a
    record of a portal was, or such a record says something else. A higher version takes the place
    of the lower one in the search; a lower one that comes late is only kept.
    """
    _lock(session)
    counted: Counter[Outcome] = Counter()
    known = _versions(session, incoming)
    touched: dict[uuid.UUID, StoredNotice] = {}
    said: dict[uuid.UUID, ForeignNotice] = {}
    for one in incoming:
        versions = known.setdefault((one.notice.source, one.notice.source_id), [])
        outcome, row = _put(session, kept, one, versions, now=now)
        counted[outcome] += 1
        if row is not None and row.is_current:
            touched[row.id], said[row.id] = row, one.notice
    current = [row for row in touched.values() if row.is_current]
    if current:
        relating.relate(session, current, said, now=now)
    return counted


def _lock(session: Session) -> None:
    """Let one transaction at a time form groups: two must not make two of one procedure."""
    insert_unless_there(session, FeedCounter, {"feed": _LOCK, "last_sequence": 0})
    session.scalars(
        select(FeedCounter).where(FeedCounter.feed == _LOCK).with_for_update()
    ).one().last_sequence += 1


def _versions(
    session: Session, incoming: Iterable[Incoming]
) -> dict[tuple[str, str], list[StoredNotice]]:
    wanted: dict[str, set[str]] = {}
    for one in incoming:
        wanted.setdefault(one.notice.source, set()).add(one.notice.source_id)
    found: dict[tuple[str, str], list[StoredNotice]] = {}
    for source, ids_there in sorted(wanted.items()):
        for part in relating.parts(sorted(ids_there)):
            # The source leads the index: without it every notice there is would be read.
            query = select(StoredNotice).where(
                StoredNotice.source == source, StoredNotice.source_id.in_(part)
            )
            for row in session.scalars(query):
                found.setdefault((row.source, row.source_id), []).append(row)
    return found


def _put(
    session: Session,
    kept: FileStore,
    one: Incoming,
    versions: list[StoredNotice],
    *,
    now: dt.datetime,
) -> tuple[Outcome, StoredNotice | None]:
    notice = one.notice
    facts = notice.as_dict()
    # When a portal was looked at changes nothing about the notice.
    said = {name: value for name, value in facts.items() if name != "seen_on"}
    digest = hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
    same = next((row for row in versions if row.version == notice.version), None)
    if same is not None and not _says_more(notice, same, digest):
        return "unchanged", None
    values: dict[str, Any] = {
        "origin": notice.origin,
        "facts": facts,
        "facts_sha256": digest,
        "file_sha256": _kept(session, kept, one.xml, now=now),
        "title": notice.title,
        "published_on": notice.published_on,
        "read_at": now,
    }
    if same is not None:
        for name, value in values.items():
            setattr(same, name, value)
        return "changed", same
    latest = max(versions, key=lambda row: row.version, default=None)
    is_current = latest is None or notice.version > latest.version
    group_id = latest.group_id if latest is not None else _new_group(session, notice)
    row = StoredNotice(
        id=ids.new_id(),
        group_id=group_id,
        source=notice.source,
        source_id=notice.source_id,
        version=notice.version,
        is_current=is_current,
        **values,
    )
    session.add(row)
    if is_current:
        for older in versions:
            _retire(session, older)
    versions.append(row)
    return ("older" if not is_current else "changed" if latest else "new"), row


def _says_more(notice: ForeignNotice, row: StoredNotice, digest: str) -> bool:
    if row.origin == notice.origin:
        return notice.origin == "record" and row.facts_sha256 != digest
    return notice.origin == "xml"


def _kept(session: Session, kept: FileStore, xml: bytes | None, *, now: dt.datetime) -> str | None:
    return None if xml is None else files.keep_bytes(session, kept, xml, now=now).sha256


def _new_group(session: Session, notice: ForeignNotice) -> uuid.UUID:
    group = relating.new_group(notice.title)
    session.add(group)
    return group.id


def _retire(session: Session, row: StoredNotice) -> None:
    if row.is_current:
        row.is_current = False
        session.flush()
        session.execute(delete(ComparisonKey).where(ComparisonKey.notice_id == row.id))
