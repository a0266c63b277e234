"""What a profile would bring: the tenders that run now, and how many there were in a year.

Works on a wish that nobody has saved. The tenders that run are compared one by one, exactly as an
invitation is; the year is counted by the directory of the search, which knows titles and summaries
but not every lot, so there are at least as many.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from vergabe import clock
from vergabe.catalogue import reading
from vergabe.catalogue.model import CatalogueEntry
from vergabe.catalogue.reading import Snapshot
from vergabe.catalogue.search import Search
from vergabe.catalogue.wishes import Wish as Looked
from vergabe.exchange import codes
from vergabe.notices.model import Notice
from vergabe.suppliers import fitting
from vergabe.suppliers.fitting import CPV, Wish
from vergabe.tenders import invitations
from vergabe.tenders.model import Tender, TenderBuyer
from vergabe.texts import gettext as _
from vergabe.texts import language

MOST_COMPARED: Final = 200
MOST_NAMED: Final = 1_000
"""Running tenders that fit a keyword or a code; the first to end are compared first."""
MOST_COUNTED: Final = 20_000
MOST_WORDS: Final = 20
_ANYWHERE: Final = Looked()
YEAR: Final = dt.timedelta(days=365)


@dataclass(frozen=True)
class Fitting:
    """A running tender that fits, and why, in words."""

    tender: Tender
    reasons: Sequence[str]


@dataclass(frozen=True)
class Preview:
    """What a wish would bring. running: the first to end first; is_cut: there may be more."""

    running: Sequence[Fitting] = ()
    is_cut: bool = False
    own_in_year: int = 0
    elsewhere_in_year: int = 0
    says_something: bool = True

    @property
    def in_year(self) -> int:
        return self.own_in_year + self.elsewhere_in_year


def preview(session: Session, wish: Wish, *, now: dt.datetime) -> Preview:
    """Return what a wish would bring now and would have brought in the last twelve months."""
    if not wish.says_something:
        return Preview(says_something=False)
    running, is_cut = running_for(session, wish, now=now)
    return Preview(running, is_cut, *_in_year(session, wish, now))


def running_for(
    session: Session, wish: Wish, *, now: dt.datetime, published_after: dt.datetime | None = None
) -> tuple[list[Fitting], bool]:
    """Return the running tenders that fit a wish, the first to end first, and whether it is cut.

    published_after: only those that became public since then.
    """
    if not wish.says_something:
        return [], False
    tenders = _candidates(session, wish, now, published_after)
    found = []
    for tender in tenders[:MOST_COMPARED]:
        hits = fitting.hits(wish, invitations.facts_of(tender).subject)
        if hits:
            found.append(Fitting(tender, [reason(kind, term) for kind, term in hits]))
    return found, len(tenders) > MOST_COMPARED


def reason(kind: str, term: str) -> str:
    """Return why a tender fits, in words: the range of codes with its name, or the keyword."""
    if kind != CPV:
        return _("Stichwort „%(word)s“", word=term)
    return _("CPV %(digits)s %(label)s", digits=term, label=cpv_label(term)).strip()


def cpv_label(prefix: str) -> str:
    """Return the name of a CPV code or range in the current language; empty if there is none."""
    entry = codes.cpv(prefix.ljust(8, "0"))
    if entry is None:
        return ""
    return entry.label_en if language() == "en" else entry.label_de


def _candidates(
    session: Session, wish: Wish, now: dt.datetime, published_after: dt.datetime | None
) -> Sequence[Tender]:
    """Return the tenders to compare, one more than are compared if there are too many.

    Where few run all are taken, because an index knows less than the text of a tender.
    """
    query = (
        select(Tender)
        .join(Notice, Notice.tender_id == Tender.id)
        .where(
            Notice.is_current,
            Notice.stage == "published",
            Notice.kind != "cancellation_notice",
            Notice.submission_deadline > now,
        )
        .order_by(Notice.submission_deadline, Tender.id)
        .options(
            joinedload(Tender.lead),
            selectinload(Tender.lots),
            selectinload(Tender.buyers).selectinload(TenderBuyer.organisation),
        )
        .limit(MOST_COMPARED + 1)
    )
    if published_after is not None:
        query = query.where(Tender.public_since > published_after)
    found = session.scalars(query).all()
    if len(found) <= MOST_COMPARED:
        return found
    running = Looked(states=("offen",), origins=("own",), sort="frist")
    numbers = _numbers(reading.snapshot(session), wish, now, among=running, limit=MOST_NAMED)
    fits = select(CatalogueEntry.subject_id).where(CatalogueEntry.number.in_(numbers))
    return session.scalars(query.where(Tender.id.in_(fits))).all()


def _in_year(session: Session, wish: Wish, now: dt.datetime) -> tuple[int, int]:
    """Return how many procedures of the last twelve months fit: on this platform, and elsewhere."""
    found = reading.snapshot(session)
    numbers = _numbers(found, wish, now)
    rows = found.rows
    since = clock.berlin_day(now - YEAR).toordinal()
    fits = rows.alive & np.isin(rows.single["number"], numbers) & (rows.single["day"] >= since)
    own = int(np.count_nonzero(fits & rows.single["is_own"]))
    return own, int(np.count_nonzero(fits)) - own


def _numbers(
    found: Snapshot,
    wish: Wish,
    now: dt.datetime,
    *,
    among: Looked = _ANYWHERE,
    limit: int = MOST_COUNTED,
) -> list[int]:
    """Return the numbers of the entries that fit by codes, or by a keyword.

    among: what they are looked for in; limit: so many for each keyword, first in its order.
    """
    there = replace(among, regions=tuple(wish.nuts_prefixes), natures=tuple(wish.natures))
    asked = [replace(there, text=word) for word in wish.keywords[:MOST_WORDS]]
    if wish.cpv_prefixes:
        asked.append(replace(there, cpv=tuple(wish.cpv_prefixes)))
    numbers: set[int] = set()
    for each in asked:
        search = Search(found, each, now=now)
        numbers.update(search.hits(after=None, limit=limit, with_counts=False).numbers)
    return sorted(numbers)
