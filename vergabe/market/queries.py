"""Reads of other authorities' notices: public, without any actor."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.catalogue import queries as catalogue
from vergabe.catalogue.wishes import Wish, cpv_prefixes
from vergabe.errors import NotFound
from vergabe.market.model import ProcedureGroup, StoredNotice
from vergabe.web import paging
from vergabe.web.paging import Page

STATES: Final = ("open", "awarded", "planned")
_STATES_OF: Final = {"open": ("offen",), "awarded": ("vergeben",), "planned": ("geplant",)}


@dataclass(frozen=True)
class Search:
    """What somebody looks for; empty fields do not narrow.

    text: words, see `catalogue`; cpv, nuts: code prefixes;
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
    wish = Wish(
        text=wanted.text,
        cpv=cpv_prefixes(wanted.cpv),
        regions=(wanted.nuts.upper(),) if wanted.nuts else (),
        states=_STATES_OF.get(wanted.state, ()),
        origins=("other",),
        sort="neu",
    )
    found, cursor = catalogue.subjects(session, wish, now=now, cursor=cursor, limit=limit)
    rows = session.scalars(select(ProcedureGroup).where(ProcedureGroup.id.in_(found)))
    by_id = {row.id: row for row in rows}
    return Page([by_id[group_id] for group_id in found if group_id in by_id], cursor)


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
