"""Pages of the directory: public, without any actor."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.catalogue import reading
from vergabe.catalogue.model import PART, CatalogueEntry, CataloguePart
from vergabe.catalogue.search import Hits, Search
from vergabe.catalogue.wishes import SORTS, Wish
from vergabe.errors import InvalidInput
from vergabe.web import paging

_LETTERS: Final = {sort: sort[0] for sort in SORTS}


@dataclass(frozen=True)
class Found:
    """A page of entries in the order of the wish, and what `Hits` says of all of them."""

    items: Sequence[CatalogueEntry]
    total: int
    next_cursor: str | None
    counts: Mapping[str, Mapping[str, int]]
    unknown: tuple[str, ...]
    first_number: int | None = None


def search(
    session: Session,
    wish: Wish,
    *,
    now: dt.datetime,
    cursor: str | None = None,
    limit: int | None = None,
    with_counts: bool = True,
) -> Found:
    """Return a page of procedures that match; InvalidInput for a cursor of another order."""
    after = _key(cursor, wish)
    found = reading.snapshot(session)
    size = paging.clamp(limit)

    def work_out() -> tuple[Hits, dt.datetime]:
        asked = Search(found, wish, now=now)
        return asked.hits(after=after, limit=size, with_counts=with_counts), asked.valid_until()

    hits: Hits = found.answers.of((wish, after, size, with_counts), now, work_out)
    following = (
        paging.encode(f"{_LETTERS[wish.order]}{hits.next_key}")
        if hits.next_key is not None
        else None
    )
    return Found(_entries(session, hits), hits.total, following, hits.counts, hits.unknown)


def subjects(
    session: Session,
    wish: Wish,
    *,
    now: dt.datetime,
    cursor: str | None = None,
    limit: int | None = None,
) -> tuple[list[uuid.UUID], str | None]:
    """Return the subjects of a page of the search and the cursor of the next one."""
    found = search(session, wish, now=now, cursor=cursor, limit=limit, with_counts=False)
    return [entry.subject_id for entry in found.items], found.next_cursor


def _entries(session: Session, hits: Hits) -> list[CatalogueEntry]:
    if not hits.numbers:
        return []
    rows = session.scalars(
        select(CatalogueEntry)
        .where(CatalogueEntry.number.in_(hits.numbers))
        .execution_options(populate_existing=True)
    )
    by_number = {row.number: row for row in rows}
    return [by_number[number] for number in hits.numbers if number in by_number]


def _key(cursor: str | None, wish: Wish) -> int | None:
    key = paging.decode(cursor)
    if key is None:
        return None
    digits = key[1:].removeprefix("-")
    if key[:1] != _LETTERS[wish.order] or not digits.isdecimal() or len(digits) > 19:
        raise InvalidInput(
            "cursor_invalid",
            "Die Blätteradresse ist ungültig. Beginnen Sie wieder auf der ersten Seite.",
            field="cursor",
        )
    return max(-(2**63), min(int(key[1:]), 2**63 - 1))


def by_reference(session: Session, text: str) -> CatalogueEntry | None:
    """Return the procedure that somebody typed the reference of; one of ours before others'."""
    wanted = text.strip().upper()
    if not 3 < len(wanted) <= 100:
        return None
    return session.scalars(
        select(CatalogueEntry)
        .where(CatalogueEntry.reference == wanted, CatalogueEntry.is_listed)
        .order_by(CatalogueEntry.origin.desc(), CatalogueEntry.number.desc())
        .limit(1)
    ).one_or_none()


def running_own(session: Session, *, now: dt.datetime, limit: int) -> Sequence[CatalogueEntry]:
    """Return running procedures of this platform, the one that ends first on top."""
    wish = Wish(states=("offen",), sources=("own",), sort="frist")
    return search(session, wish, now=now, limit=limit, with_counts=False).items


def parts(session: Session) -> list[tuple[int, dt.datetime]]:
    """Return the parts of the site map, each with its latest change."""
    rows = session.execute(
        select(CataloguePart.number, CataloguePart.changed_at).order_by(CataloguePart.number)
    )
    return [(number, changed_at) for number, changed_at in rows]


def part(session: Session, number: int) -> list[tuple[str, dt.datetime]]:
    """Return paths and latest changes of the entries of one part, in their order."""
    first = number * PART
    rows = session.execute(
        select(CatalogueEntry.path, CatalogueEntry.changed_at)
        .where(
            CatalogueEntry.number >= first,
            CatalogueEntry.number < first + PART,
            CatalogueEntry.is_listed,
        )
        .order_by(CatalogueEntry.number)
    )
    return [(path, changed_at) for path, changed_at in rows]
