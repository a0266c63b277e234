"""Keyset paging: a page starts behind a key, never at an offset; nothing is counted."""

import base64
import binascii
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from vergabe.errors import InvalidInput

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200

T = TypeVar("T")
_Key = InstrumentedAttribute[uuid.UUID] | ColumnElement[uuid.UUID]
"""A column of ids, of an entity or of its table alone."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of rows; `next_cursor` is None on the last one."""

    items: Sequence[T]
    next_cursor: str | None


def encode(key: object) -> str:
    """Return the cursor that stands for a key."""
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def decode(cursor: str | None) -> str | None:
    """Return the key behind a cursor; InvalidInput if it is not one of ours."""
    if not cursor:
        return None
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise InvalidInput(
            "cursor_invalid",
            "Die Blätteradresse ist ungültig. Beginnen Sie wieder auf der ersten Seite.",
            field="cursor",
        ) from error


def decode_id(cursor: str | None) -> uuid.UUID | None:
    """Return the id behind a cursor of a list ordered by id."""
    key = decode(cursor)
    if key is None:
        return None
    try:
        return uuid.UUID(key)
    except ValueError as error:
        raise InvalidInput(
            "cursor_invalid",
            "Die Blätteradresse ist ungültig. Beginnen Sie wieder auf der ersten Seite.",
            field="cursor",
        ) from error


def clamp(limit: int | None) -> int:
    """Return a page size between 1 and MAX_LIMIT."""
    return max(1, min(limit or DEFAULT_LIMIT, MAX_LIMIT))


def newest_first(
    session: Session,
    query: Select[Any],
    key: _Key,
    *,
    cursor: str | None,
    limit: int | None = None,
) -> Page[Any]:
    """Return a page of a query ordered by a time-ordered id, newest first.

    query: selects one entity or one row per result and has no order yet; key: its unique id column.
    """
    size = clamp(limit)
    after = decode_id(cursor)
    if after is not None:
        condition: ColumnElement[bool] = key < after
        query = query.where(condition)
    ordered = query.add_columns(key.label("paging_key")).order_by(key.desc()).limit(size + 1)
    rows = list(session.execute(ordered))
    items = [row[0] if len(row) == 2 else row for row in rows[:size]]
    next_cursor = encode(rows[size - 1].paging_key) if len(rows) > size else None
    return Page(items, next_cursor)


Branches = Sequence[Sequence[ColumnElement[bool]]]
"""Conditions of the parts that a list is made of, each of which an index serves."""


def newest_ids(
    key: _Key,
    branches: Branches,
    *conditions: ColumnElement[bool],
    limit: int,
) -> Select[uuid.UUID]:
    """Return the query for the newest ids of all branches, each of which is walked on its own.

    One condition with OR over all of them would make the database read and sort what is visible.
    """
    parts = [
        select(key.label("id")).where(*branch, *conditions).order_by(key.desc()).limit(limit)
        for branch in branches
    ]
    if not parts:
        return select(key).where(key.is_(None))
    if len(parts) == 1:
        return parts[0]
    together = union(*(select(part.subquery()) for part in parts)).subquery()
    return select(together.c.id).order_by(together.c.id.desc()).limit(limit)


def newest_of(
    session: Session,
    query: Select[Any],
    key: _Key,
    branches: Branches,
    *conditions: ColumnElement[bool],
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Any]:
    """Return a page as `newest_first` does, of a list that is made of branches.

    query: selects one entity or one row per id; what narrows the list stands in `conditions`.
    """
    if len(branches) == 1:
        narrowed = query.where(*branches[0], *conditions)
        return newest_first(session, narrowed, key, cursor=cursor, limit=limit)
    size = clamp(limit)
    after = decode_id(cursor)
    behind: list[ColumnElement[bool]] = [] if after is None else [key < after]
    wanted = newest_ids(key, branches, *conditions, *behind, limit=size + 1)
    ids = list(session.scalars(wanted))
    rows = session.execute(query.where(key.in_(ids[:size])).order_by(key.desc()))
    items = [row[0] if len(row) == 1 else row for row in rows]
    return Page(items, encode(ids[size - 1]) if len(ids) > size else None)
