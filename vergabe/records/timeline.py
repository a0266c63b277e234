"""The record of a tender as a timeline: by day, in plain sentences, filtered, page by page."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.audit.model import RecordEntry
from vergabe.errors import InvalidInput
from vergabe.records.queries import ChainRef
from vergabe.tenders import editing
from vergabe.texts import lazy
from vergabe.web import paging
from vergabe.web.paging import Page

PAGE: Final = 50
_TEXT_MAX: Final = 300
_UUID: Final = re.compile(r" ?\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


@dataclass(frozen=True)
class Topic:
    """What entries can be filtered by: kind of chain, and how the names of its acts begin."""

    label: str
    chain: str
    actions: tuple[str, ...] = ()


TOPICS: Final[Mapping[str, Topic]] = {
    "vorbereitung": Topic(
        "Vorbereitung", "tender", ("tender_drafted", "tender_edited", "tender_ready", "tender_t")
    ),
    "lose": Topic("Lose und Mengen", "tender", ("lot", "item_", "quantities_")),
    "kriterien": Topic("Zuschlagskriterien", "tender", ("criteria_",)),
    "unterlagen": Topic("Unterlagen", "tender", ("document_",)),
    "bekanntmachung": Topic(
        "Bekanntmachung", "tender", ("notice_", "tender_published", "tender_amended", "tender_canc")
    ),
    "fragen": Topic("Fragen der Bieter", "tender", ("enquiry_",)),
    "buendelung": Topic("Bündelung", "pool"),
    "bedarfe": Topic("Bedarfe", "demands"),
}
"""Key in the address → topic."""


@dataclass(frozen=True)
class Told:
    """An entry with the title of its chain, its topic, and its details in plain words."""

    entry: RecordEntry
    chain: ChainRef
    topic: str | None
    details: Sequence[str]

    @property
    def summary(self) -> str:
        """What happened, without the ids that only machines read."""
        return _UUID.sub("", self.entry.summary)


@dataclass(frozen=True)
class DayOfRecord:
    """All entries of one legal day."""

    day: dt.date
    entries: Sequence[Told]


def page_of(
    session: Session,
    refs: Sequence[ChainRef],
    *,
    topic: str | None = None,
    cursor: str | None = None,
    newest_first: bool = True,
    limit: int = PAGE,
) -> Page[Told]:
    """Return a page of the entries of these chains by time; topic: key of TOPICS, None for all.

    Raises InvalidInput for a cursor that is not one of ours.
    """
    about = TOPICS.get(topic or "")
    wanted = [ref for ref in refs if about is None or about.chain == ref.kind]
    if not wanted:
        return Page([], None)
    query = select(RecordEntry).where(or_(*map(_of_chain, wanted)))
    if about is not None and about.actions:
        begins = [RecordEntry.action.startswith(a, autoescape=True) for a in about.actions]
        query = query.where(or_(*begins))
    after = _key(cursor)
    if after is not None:
        query = query.where(_behind(after, newest_first=newest_first))
    keys = (RecordEntry.at, RecordEntry.stream, RecordEntry.sequence)
    order = [key.desc() for key in keys] if newest_first else list(keys)
    rows = list(session.scalars(query.order_by(*order).limit(limit + 1)))
    by_stream = {ref.stream: ref for ref in refs}
    told = [_told(entry, by_stream[entry.stream]) for entry in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    next_cursor = (
        paging.encode(f"{last.at.isoformat()}|{last.stream}|{last.sequence}") if last else None
    )
    return Page(told, next_cursor)


def _of_chain(ref: ChainRef) -> ColumnElement[bool]:
    here = RecordEntry.stream == ref.stream
    if ref.only_about is None:
        return here
    return and_(here, RecordEntry.subject_id.in_(ref.only_about))


def _key(cursor: str | None) -> tuple[dt.datetime, str, int] | None:
    text = paging.decode(cursor)
    if text is None:
        return None
    at, _, rest = text.partition("|")
    stream, _, sequence = rest.rpartition("|")
    try:
        instant = dt.datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError(at)
        return instant, stream, int(sequence)
    except ValueError as error:
        message = "Die Blätteradresse ist ungültig. Beginnen Sie wieder auf der ersten Seite."
        raise InvalidInput("cursor_invalid", message, field="ab") from error


def _behind(key: tuple[dt.datetime, str, int], *, newest_first: bool) -> ColumnElement[bool]:
    at, stream, sequence = key
    row = RecordEntry
    if newest_first:
        return or_(
            row.at < at,
            and_(row.at == at, row.stream < stream),
            and_(row.at == at, row.stream == stream, row.sequence < sequence),
        )
    return or_(
        row.at > at,
        and_(row.at == at, row.stream > stream),
        and_(row.at == at, row.stream == stream, row.sequence > sequence),
    )


def days_of(told: Sequence[Told]) -> list[DayOfRecord]:
    """Return entries in their order, grouped by legal day."""
    return [
        DayOfRecord(day, list(group))
        for day, group in groupby(told, lambda one: clock.berlin_day(one.entry.at))
    ]


def _told(entry: RecordEntry, ref: ChainRef) -> Told:
    return Told(entry, ref, topic_of(entry, ref), list(_details(entry.details)))


def topic_of(entry: RecordEntry, ref: ChainRef) -> str | None:
    """Return the key of the topic of an entry, None where it has none of its own."""
    for key, topic in TOPICS.items():
        if topic.chain == ref.kind and (
            not topic.actions or entry.action.startswith(topic.actions)
        ):
            return key
    return None


_CODES: Final = frozenset({"economic", "technical", "time"})
_LABELS: Final = {
    **editing.LABELS,
    "starts_on": lazy("Leistung ab"),
    "ends_on": lazy("Leistung bis"),
    "file_name": lazy("Datei"),
    "budget_line": lazy("Haushaltsstelle"),
}


def _details(details: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a person wants to know of the details; the rest stays in the raw data."""
    yield from _changes(details.get("changes"))
    for name in ("submission_deadline", "file_name", "budget_line"):
        if isinstance(details.get(name), str):
            yield f"{_LABELS[name]}: {_words(details[name])}."
    warnings = details.get("warnings")
    if isinstance(warnings, list):
        yield from map(str, warnings)


def _changes(changes: Any) -> Iterator[str]:
    if isinstance(changes, Mapping):
        for name, change in changes.items():
            if isinstance(change, Mapping) and {"old", "new"} <= change.keys():
                label = _LABELS.get(name, "Eine weitere Angabe")
                yield f"{label}: bisher {_words(change['old'])}, neu {_words(change['new'])}."
    elif isinstance(changes, list):
        for change in changes:
            if isinstance(change, str):
                yield change
            elif isinstance(change, Mapping) and {"lot", "item", "member"} <= change.keys():
                yield (
                    f"{change['member']}, „{change['item']}“ in Los {change['lot']}: bisher "
                    f"{change.get('old')}, neu {change.get('new')}."
                )


def _words(value: Any) -> str:
    """Return a stored value as people read it: instants and days in German, no codes of JSON."""
    if value is None or value in ("", {}, []):
        return "nichts"
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, Mapping):
        # Codes and yes or no are nobody's words: what people wrote is enough to see what changed.
        written = [str(part) for part in value.values() if part and part is not True]
        return f"„{_short(', '.join(part for part in written if part not in _CODES))}“"
    if isinstance(value, str):
        return _instant(value) or f"„{_short(value)}“"
    return str(value)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TEXT_MAX else f"{line[: _TEXT_MAX - 1]}…"


def _instant(text: str) -> str | None:
    try:
        if len(text) == 10:
            return f"{dt.date.fromisoformat(text):%d.%m.%Y}"
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.tzinfo is None:
        return None
    return f"{instant.astimezone(clock.BERLIN):%d.%m.%Y, %H:%M} Uhr"
