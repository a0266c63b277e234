"""Reads of other authorities' notices: public, without any actor."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from vergabe.errors import InvalidInput, NotFound
from vergabe.market.model import GroupCode, GroupTerm, ProcedureGroup, StoredNotice
from vergabe.notices.word_index import WordIndex
from vergabe.web import paging
from vergabe.web.paging import Page

STATES: Final = ("open", "awarded", "planned")
_INDEX: Final = WordIndex(
    GroupTerm.term, GroupTerm.group_id, GroupCode.scheme, GroupCode.code, GroupCode.group_id
)


@dataclass(frozen=True)
class Search:
    """What somebody looks for; empty fields do not narrow.

    text: words, each must be the beginning of a word of the notices; cpv, nuts: code prefixes;
    state: `open` (something can still be handed in), `awarded` or `planned`.
    """

    text: str = ""
    cpv: str = ""
    nuts: str = ""
    state: str = ""


def search(
    session: Session,
    wanted: Search,
    *,
    now: dt.datetime,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[ProcedureGroup]:
    """Return a page of procedures that match, the latest published first."""
    query = _INDEX.narrowed(
        select(ProcedureGroup).where(ProcedureGroup.notice_count > 0),
        ProcedureGroup.id,
        text=wanted.text,
        cpv=wanted.cpv,
        nuts=wanted.nuts,
    )
    if wanted.state == "open":
        query = query.where(ProcedureGroup.deadline > now, ProcedureGroup.is_awarded.is_(False))
    elif wanted.state == "awarded":
        query = query.where(ProcedureGroup.is_awarded)
    elif wanted.state == "planned":
        query = query.where(ProcedureGroup.is_planning)
    size = paging.clamp(limit)
    after = _place(cursor)
    if after is not None:
        day, group_id = after
        query = query.where(
            or_(
                ProcedureGroup.shown_on < day,
                and_(ProcedureGroup.shown_on == day, ProcedureGroup.id < group_id),
            )
        )
    ordered = query.order_by(ProcedureGroup.shown_on.desc(), ProcedureGroup.id.desc())
    rows = list(session.scalars(ordered.limit(size + 1)))
    if len(rows) <= size:
        return Page(rows, None)
    last = rows[size - 1]
    return Page(rows[:size], paging.encode(f"{last.shown_on.isoformat()}|{last.id}"))


def _place(cursor: str | None) -> tuple[dt.date, uuid.UUID] | None:
    key = paging.decode(cursor)
    if key is None:
        return None
    day, _, group_id = key.partition("|")
    try:
        return dt.date.fromisoformat(day), uuid.UUID(group_id)
    except ValueError as error:
        raise InvalidInput(
            "cursor_invalid",
            "Die Blätteradresse ist ungültig. Beginnen Sie wieder auf der ersten Seite.",
            field="cursor",
        ) from error


def notice(session: Session, notice_id: uuid.UUID) -> StoredNotice:
    """Return one notice in one version; NotFound if there is none."""
    found = session.get(StoredNotice, notice_id)
    if found is None:
        raise NotFound("Die Bekanntmachung")
    return found


def notices_of(session: Session, group_id: uuid.UUID) -> list[StoredNotice]:
    """Return all notices of a procedure, older versions too, the latest first."""
    found: Any = session.scalars(
        select(StoredNotice)
        .where(StoredNotice.group_id == group_id)
        .order_by(StoredNotice.published_on.desc(), StoredNotice.id.desc())
        .limit(paging.MAX_LIMIT)
    )
    return list(found)
