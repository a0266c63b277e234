"""The rows of a list: keyset pages in both directions, and all rows for a file.

A page is two statements, whatever the number of rows: the keys of the page in order, then its rows.
Keys come from branches, each narrowed by the leading columns of an index ("the demands of this
organisation", "the messages to this person"), so that an order is a walk along an index and never
a sort of everything. Rows without a value stand at the end in both directions.
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, func, literal, literal_column, select, tuple_, union
from sqlalchemy.orm import Session

from vergabe.errors import InvalidInput
from vergabe.texts import gettext as _
from vergabe.web import paging
from vergabe.web.lists import AFTER, BEFORE, Asked, Conditions, Listing

Row = TypeVar("Row")

_WHOLE_MAX: Final = 2**63 - 1
_TEXT_MAX: Final = 2_000
_FILE_STEP: Final = 1_000


@dataclass(frozen=True)
class Shown(Generic[Row]):
    """A page of a list, with the addresses of its neighbours."""

    asked: Asked[Row]
    items: Sequence[Row]
    next_url: str | None = None
    previous_url: str | None = None
    first_url: str | None = None


@dataclass(frozen=True)
class _Key:
    """Where a row stands: rank 1 without a value, 0 else; the value; the id."""

    rank: int
    value: Any
    id: uuid.UUID


def show(session: Session, asked: Asked[Row]) -> Shown[Row]:
    """Return the page that is asked for.

    Raises InvalidInput for a paging address that is none, or that belongs to another order.
    """
    if asked.violations:
        return Shown(asked, [])
    size = asked.listing.page_size
    backwards = asked.before is not None and asked.after is None
    cursor = _decoded(asked, asked.before if backwards else asked.after)
    keys = _found(session, _keys(asked, cursor, backwards, size + 1))
    is_more = len(keys) > size
    if backwards and not is_more:
        # Going back has reached the beginning: that is the first page, and a whole one.
        return show(session, replace(asked, before=None))
    keys = keys[:size]
    if backwards:
        keys.reverse()
    has_next = bool(keys) and (backwards or is_more)
    has_previous = bool(keys) and cursor is not None
    return Shown(
        asked,
        _rows(session, asked.listing, keys),
        next_url=asked.address(**{AFTER: _encoded(asked, keys[-1])}) if has_next else None,
        previous_url=asked.address(**{BEFORE: _encoded(asked, keys[0])}) if has_previous else None,
        first_url=asked.first_url if cursor is not None else None,
    )


def every_row(session: Session, asked: Asked[Row], *, most: int) -> Iterator[Row]:
    """Yield all rows in order, up to `most`, page by page."""
    left = most
    cursor: _Key | None = None
    while left > 0:
        size = min(left, _FILE_STEP)
        keys = _found(session, _keys(asked, cursor, False, size))
        yield from _rows(session, asked.listing, keys)
        if len(keys) < size:
            return
        left -= size
        cursor = _Key(keys[-1].rank, keys[-1].value, keys[-1].id)


def is_longer_than(session: Session, asked: Asked[Any], count: int) -> bool:
    """Return whether the list has more rows; reads no more keys than needed to know."""
    return count_up_to(session, asked, count + 1) > count


def count_up_to(session: Session, asked: Asked[Any], most: int) -> int:
    """Return how many rows the list has, or `most` if it has more."""
    query = _keys(asked, None, False, most)
    if query is None:
        return 0
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _found(session: Session, query: Any) -> list[Any]:
    return [] if query is None else list(session.execute(query))


def _rows(session: Session, listing: Listing[Row], keys: Sequence[Any]) -> list[Row]:
    if not keys:
        return []
    found = {listing.row_id(row): row for row in listing.rows(session, [key.id for key in keys])}
    # A row deleted between the two statements is left out.
    return [found[key.id] for key in keys if key.id in found]


def _keys(asked: Asked[Any], cursor: _Key | None, backwards: bool, limit: int) -> Any:
    """Return the query for the keys of one page: id, rank and value, in walking order.

    None where there is nothing to walk along.
    """
    parts = [
        part
        for branch in asked.listing.branches
        for part in _segments(asked, branch, cursor, backwards, limit)
    ]
    if len(parts) < 2:
        return parts[0] if parts else None
    together = union(*(select(part.subquery()) for part in parts)).subquery()
    falls = asked.falls != backwards
    turned = [
        column.desc() if falls else column.asc() for column in (together.c.value, together.c.id)
    ]
    rank = together.c.rank.desc() if backwards else together.c.rank.asc()
    return select(together).order_by(rank, *turned).limit(limit)


def _segments(
    asked: Asked[Any], branch: Conditions, cursor: _Key | None, backwards: bool, limit: int
) -> Iterator[Any]:
    """Yield the queries of a branch: rows with a value, and those without where there may be some.

    What lies entirely on the wrong side of the cursor is left out.
    """
    listing, order = asked.listing, asked.order
    falls = asked.falls != backwards
    by: Any = listing.id if order.by is None else order.by
    base = listing.join(
        select(listing.id.label("id")).where(*branch, *asked.conditions).limit(limit)
    )
    for rank in (0, 1) if order.nullable else (0,):
        if cursor is not None and (rank > cursor.rank if backwards else rank < cursor.rank):
            continue
        query = base.add_columns(
            literal_column(str(rank)).label("rank"),
            by.label("value"),
        )
        if order.nullable:
            query = query.where(by.is_not(None) if rank == 0 else by.is_(None))
        if cursor is not None and rank == cursor.rank:
            query = query.where(
                _beyond(listing, by, cursor, falls=falls, is_by_id=order.by is None)
            )
        columns = (listing.id,) if order.by is None else (by, listing.id)
        yield query.order_by(*(each.desc() if falls else each.asc() for each in columns))


def _beyond(
    listing: Listing[Any], by: Any, cursor: _Key, *, falls: bool, is_by_id: bool
) -> ColumnElement[bool]:
    if is_by_id or cursor.rank == 1:
        condition: ColumnElement[bool] = listing.id < cursor.id if falls else listing.id > cursor.id
        return condition
    here = tuple_(literal(cursor.value, by.type), literal(cursor.id, listing.id.type))
    there = tuple_(by, listing.id)
    return there < here if falls else there > here


def _encoded(asked: Asked[Any], key: Any) -> str:
    value = None if asked.order.by is None or key.rank else key.value
    text = value.isoformat() if isinstance(value, dt.date) else value
    text = str(text) if isinstance(text, Decimal) else text
    return paging.encode(json.dumps([asked.order_name, key.rank, text, key.id.hex]))


def _decoded(asked: Asked[Any], cursor: str | None) -> _Key | None:
    """Return the key behind a cursor of this list in this order."""
    text = paging.decode(cursor)
    if text is None:
        return None
    try:
        name, rank, value, hex_id = json.loads(text)
        key = _Key(int(rank), value, uuid.UUID(hex_id))
        if name != asked.order_name or key.rank not in (0, 1):
            raise ValueError(name)
        if asked.order.by is None or key.rank == 1:
            return key
        return replace(key, value=_typed(asked.order.by.type.python_type, value))
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise InvalidInput(
            "cursor_invalid",
            _("Die Blätteradresse ist ungültig. Beginnen Sie wieder auf der ersten Seite."),
            field="cursor",
        ) from error


def _typed(kind: type, value: Any) -> Any:
    """Return a value of a cursor as its column has it; ValueError or TypeError if it cannot be."""
    if issubclass(kind, dt.datetime):
        instant = dt.datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return instant
    if issubclass(kind, dt.date):
        return dt.date.fromisoformat(value)
    if issubclass(kind, Decimal):
        return Decimal(value)
    if not isinstance(value, kind) or (isinstance(value, int) and abs(value) > _WHOLE_MAX):
        raise TypeError(kind.__name__)
    if isinstance(value, str) and ("\x00" in value or len(value) > _TEXT_MAX):
        raise ValueError("not a text of ours")
    return value
