"""Keyset paging: a page starts behind a key, never at an offset; nothing is counted."""

import base64
import binascii
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from vergabe.errors import InvalidInput

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200

T = TypeVar("T")


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
    key: InstrumentedAttribute[uuid.UUID],
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
