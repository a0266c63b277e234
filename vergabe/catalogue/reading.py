"""The directory in memory, one for each database of this process, never older than the question.

Every question first reads how far the directory has come (one small statement) and then only rows
that changed since. All of it is read once in the life of a process: by the first question, or by a
web server beside its first answers (`serving`).
"""

import threading
import uuid
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from vergabe.catalogue import arrays
from vergabe.catalogue.answers import Answers
from vergabe.catalogue.arrays import Arrays, Names
from vergabe.catalogue.model import CatalogueEntry, CatalogueState, CatalogueWord
from vergabe.catalogue.vocabulary import Vocabulary

COLUMNS: Final = (
    CatalogueEntry.number,
    CatalogueEntry.sequence,
    CatalogueEntry.origin,
    CatalogueEntry.is_listed,
    CatalogueEntry.shown_on,
    CatalogueEntry.deadline,
    CatalogueEntry.stage,
    CatalogueEntry.nature,
    CatalogueEntry.method,
    CatalogueEntry.value_net_cents,
    CatalogueEntry.is_joint,
    *(
        # Whoever reads so many knows most of these texts already: they are taken apart there.
        cast(each, Text).label(each.key)
        for each in (
            CatalogueEntry.cpv,
            CatalogueEntry.nuts,
            CatalogueEntry.sources,
            CatalogueEntry.buyer_names,
        )
    ),
    CatalogueEntry.title_words,
    CatalogueEntry.other_words,
)
_NAMES: Final = ("region", "source", "buyer", "nature", "method")
_VARIABLES: Final = 500
_STEP: Final = 5_000
_FAR: Final = 20_000

State = Mapping[str, tuple[uuid.UUID, int]]


@dataclass(frozen=True)
class Snapshot:
    """All that a question needs; state: how far each origin had come."""

    state: State
    rows: Arrays
    names: Mapping[str, Names]
    words: Vocabulary
    answers: Answers = field(default_factory=Answers, compare=False)


class _Keeper:
    """The latest snapshot of one database, and the lock of whoever makes the next."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.latest: Snapshot | None = None


_keepers: "weakref.WeakKeyDictionary[Any, _Keeper]" = weakref.WeakKeyDictionary()
_all_keepers: Final = threading.Lock()


def snapshot(session: Session) -> Snapshot:
    """Return the directory as this transaction sees it."""
    with _all_keepers:
        keeper = _keepers.setdefault(session.get_bind(), _Keeper())
    state, latest = _state(session), keeper.latest
    if latest is not None and latest.state == state:
        return latest
    with keeper.lock:
        # While waiting, another thread may have read what this one came for, or even more.
        state = _state(session)
        if keeper.latest is None or not _includes(keeper.latest.state, state):
            keeper.latest = _brought_up(session, keeper.latest, state)
        return keeper.latest


def _state(session: Session) -> State:
    rows = session.execute(
        select(CatalogueState.origin, CatalogueState.life, CatalogueState.last_sequence)
    )
    return {origin: (life, last) for origin, life, last in rows}


def _brought_up(session: Session, old: Snapshot | None, state: State) -> Snapshot:
    if (
        old is None
        or not _goes_on(old.state, state)
        or _is_mostly_dead(old.rows)
        or _is_far_behind(old.state, state)
    ):
        names = {name: Names() for name in _NAMES}
        rows = _every_row(session, names)
        return Snapshot(state, rows, names, _with_words(session, Vocabulary(), rows))
    changed = session.execute(
        select(*COLUMNS).where(
            or_(
                *(
                    (CatalogueEntry.origin == origin)
                    & (CatalogueEntry.sequence > old.state.get(origin, (None, 0))[1])
                    for origin in state
                )
            )
        )
    ).all()
    fresh = arrays.of_rows(changed, old.names)
    rows = old.rows.with_rows(fresh, (row.number for row in changed))
    return Snapshot(state, rows, old.names, _with_words(session, old.words, fresh))


def _every_row(session: Session, names: Mapping[str, Names]) -> Arrays:
    """Return all rows, read in short statements so that never all of them are in memory as such.

    What is written meanwhile has a later sequence than the state, and is read again next time.
    """
    parts: list[Arrays] = []
    after = 0
    while True:
        found = session.execute(
            select(*COLUMNS)
            .where(CatalogueEntry.number > after)
            .order_by(CatalogueEntry.number)
            .limit(_STEP)
        ).all()
        parts.append(arrays.of_rows(found, names))
        if len(found) < _STEP:
            return arrays.joined(parts)
        after = found[-1].number


def _goes_on(old: State, new: State) -> bool:
    """Return whether the database is still the one that was read, and has not gone back."""
    return all(
        origin in new and new[origin][0] == life and new[origin][1] >= last
        for origin, (life, last) in old.items()
    )


def _is_far_behind(old: State, new: State) -> bool:
    """Return whether so much may have changed that it is read in steps, as at first."""
    return sum(last - old.get(origin, (None, 0))[1] for origin, (_, last) in new.items()) > _FAR


def _includes(known: State, asked: State) -> bool:
    return known.keys() == asked.keys() and _goes_on(asked, known)


def _is_mostly_dead(rows: Arrays) -> bool:
    return rows.size > 1000 and rows.alive_count < rows.size * 3 // 4


def _with_words(session: Session, known: Vocabulary, rows: Arrays) -> Vocabulary:
    columns = [rows.many[name].value for name in ("title_word", "other_word")]
    missing = known.missing(np.flatnonzero(np.bincount(np.concatenate(columns))).tolist())
    if not missing:
        return known
    return known.extended(_words(session, missing))


def _words(session: Session, numbers: Sequence[int]) -> Iterable[tuple[str, int]]:
    query = select(CatalogueWord.word, CatalogueWord.number)
    if len(numbers) > 20 * _VARIABLES:
        return [(word, number) for word, number in session.execute(query)]
    found: list[tuple[str, int]] = []
    for start in range(0, len(numbers), _VARIABLES):
        part = numbers[start : start + _VARIABLES]
        rows = session.execute(query.where(CatalogueWord.number.in_(part)))
        found += [(word, number) for word, number in rows]
    return found
