"""Entering procedures into the directory, within the transaction that makes or changes them."""

import datetime as dt
import html
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.catalogue.model import (
    PART,
    CatalogueEntry,
    CataloguePart,
    CatalogueState,
    CatalogueWord,
)
from vergabe.catalogue.words import words
from vergabe.db import insert_unless_there, upsert

Origin = Literal["own", "other"]

MOST_BUYERS: Final = 60
MOST_CODES: Final = 100
MOST_WORDS: Final = 400
_SUMMARY_SHOWN: Final = 400
_VARIABLES: Final = 500


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What the directory is told of a procedure; see CatalogueEntry for the fields.

    heads: texts whose words count most (title, reference); texts: others by which it is found.
    """

    subject_id: uuid.UUID
    path: str
    reference: str = ""
    feed_id: str
    title: str
    summary: str
    buyer_names: Sequence[str]
    sources: Sequence[str]
    cpv: Sequence[str]
    nuts: Sequence[str]
    nature: str | None
    method: str = ""
    value_net_cents: int | None = None
    deadline: dt.datetime | None
    deadline_is_day: bool = False
    stage: str
    is_joint: bool
    shown_on: dt.date
    heads: Sequence[str]
    texts: Sequence[str] = field(default=())


def enter(
    session: Session,
    origin: Origin,
    listed: Sequence[Listed],
    *,
    gone: Iterable[uuid.UUID] = (),
    now: dt.datetime,
) -> None:
    """Enter procedures, or write them anew, and take away those that are gone.

    gone: subjects that no longer exist. Locks the state of the origin until the commit, so that
    sequences become visible in their order.
    """
    state = _locked_state(session, origin)
    before = state.last_sequence
    texts = {one.subject_id: _words(one) for one in listed}
    numbers = _numbers(session, {word for pair in texts.values() for part in pair for word in part})
    known = _known(session, [one.subject_id for one in listed])
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for one in listed:
        state.last_sequence += 1
        row = _row(one, texts[one.subject_id], numbers) | {
            "origin": origin,
            "sequence": state.last_sequence,
            "changed_at": now,
        }
        if one.subject_id in known:
            changed.append(row | {"number": known[one.subject_id]})
        else:
            fresh.append(row)
    if fresh:
        session.execute(insert(CatalogueEntry), fresh)
    if changed:
        session.execute(update(CatalogueEntry), changed)
    for number in sorted(_known(session, list(gone)).values()):
        state.last_sequence += 1
        session.execute(
            update(CatalogueEntry)
            .where(CatalogueEntry.number == number)
            .values(is_listed=False, sequence=state.last_sequence, changed_at=now)
        )
    session.flush()
    _note_parts(session, origin, before, now)


def _note_parts(session: Session, origin: Origin, before: int, now: dt.datetime) -> None:
    """Note in the parts of the site map that entries with later sequences have changed."""
    written = session.scalars(
        select(CatalogueEntry.number).where(
            CatalogueEntry.origin == origin, CatalogueEntry.sequence > before
        )
    )
    for number in sorted({each // PART for each in written}):
        session.execute(
            upsert(session, CataloguePart)
            .values(number=number, changed_at=now)
            .on_conflict_do_update(index_elements=["number"], set_={"changed_at": now})
        )


def _words(one: Listed) -> tuple[list[str], list[str]]:
    """Return the words that count most, and the others; those of buyers are never left out."""
    heads, buyers = words(*one.heads), words(*one.buyer_names)
    known = set(heads)
    others = dict.fromkeys(w for w in (*buyers, *words(*one.texts)) if w not in known)
    return heads, list(others)[: max(MOST_WORDS, len(buyers))]


def _locked_state(session: Session, origin: Origin) -> CatalogueState:
    first = {"origin": origin, "life": ids.new_id(), "last_sequence": 0}
    insert_unless_there(session, CatalogueState, first)
    return session.scalars(
        select(CatalogueState)
        .where(CatalogueState.origin == origin)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _known(session: Session, subject_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    found: dict[uuid.UUID, int] = {}
    for part in _parts(sorted(subject_ids)):
        rows = session.execute(
            select(CatalogueEntry.subject_id, CatalogueEntry.number).where(
                CatalogueEntry.subject_id.in_(part)
            )
        )
        found |= {row.subject_id: row.number for row in rows}
    return found


def _numbers(session: Session, wanted: set[str]) -> dict[str, int]:
    """Return the numbers of words; new words get one.

    Two writers may meet a new word at once: whoever comes second takes the number of the first.
    """
    found: dict[str, int] = {}
    for _ in range(2):
        missing = sorted(wanted - found.keys())
        for part in _parts(missing):
            rows = session.execute(
                select(CatalogueWord.word, CatalogueWord.number).where(CatalogueWord.word.in_(part))
            )
            found |= {row.word: row.number for row in rows}
        for part in _parts(sorted(wanted - found.keys())):
            _insert_words(session, part)
    return found


def _insert_words(session: Session, new: Sequence[str]) -> None:
    statement = upsert(session, CatalogueWord).on_conflict_do_nothing()
    session.execute(statement, [{"word": word} for word in new])


def _row(
    one: Listed, texts: tuple[list[str], list[str]], numbers: Mapping[str, int]
) -> dict[str, Any]:
    heads, others = texts
    return {
        "subject_id": one.subject_id,
        "is_listed": True,
        "path": one.path,
        "reference": one.reference.strip().upper()[:100],
        "feed_id": one.feed_id,
        "title": plain(one.title)[:400],
        "summary": _shortened(plain(one.summary)),
        "buyer_names": [plain(name) for name in one.buyer_names][:MOST_BUYERS],
        "sources": list(one.sources),
        "cpv": list(dict.fromkeys(code[:8] for code in one.cpv))[:MOST_CODES],
        "nuts": list(dict.fromkeys(code[:5] for code in one.nuts))[:MOST_CODES],
        "nature": (one.nature or "")[:40],
        "method": one.method,
        "value_net_cents": one.value_net_cents,
        "deadline": one.deadline,
        "deadline_is_day": one.deadline_is_day,
        "stage": one.stage,
        "is_joint": one.is_joint,
        "shown_on": one.shown_on,
        "title_words": _packed(heads, numbers),
        "other_words": _packed(others, numbers),
    }


def plain(text: str) -> str:
    """Return a text of others without the marks of HTML that portals leave in it (`&amp;quot;`)."""
    return html.unescape(html.unescape(text)) if "&" in text else text


def _packed(found: Iterable[str], numbers: Mapping[str, int]) -> bytes:
    return np.array(sorted(numbers[word] for word in found), dtype="<i4").tobytes()


def _shortened(text: str) -> str:
    line = " ".join(text[: 2 * _SUMMARY_SHOWN].split())
    return line if len(line) <= _SUMMARY_SHOWN else line[: _SUMMARY_SHOWN - 1].rstrip() + "…"


def _parts(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), _VARIABLES):
        yield values[start : start + _VARIABLES]
