"""A notice of another contracting authority, as far as a search and its page need it.

Whatever portal or version it comes from, it has this one shape; what cannot be read is absent, and
codes that nobody knows stay as they are.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from vergabe.exchange.findings import Finding

DeadlineKind = Literal["bids", "requests", "answers"]
Origin = Literal["xml", "record"]

TITLE_MAX: Final = 400
SUMMARY_MAX: Final = 6000
NAME_MAX: Final = 400
CODE_MAX: Final = 40
ID_MAX: Final = 80
URL_MAX: Final = 600
MOST_LOTS: Final = 300
MOST_CODES: Final = 100
MOST_PARTIES: Final = 60

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Party:
    """An organisation with its place; is_lead: of several buyers it leads."""

    name: str
    town: str | None = None
    postcode: str | None = None
    nuts: str | None = None
    country: str | None = None
    is_lead: bool = False


@dataclass(frozen=True, kw_only=True)
class Money:
    """An amount net of VAT in cents of its currency, as the notice says it."""

    cents: int
    currency: str = "EUR"


@dataclass(frozen=True, kw_only=True)
class ForeignLot:
    """A lot or part; deadline: aware instant, the first that is too late."""

    number: str
    title: str
    description: str = ""
    reference: str | None = None
    cpv: tuple[str, ...] = ()
    nuts: tuple[str, ...] = ()
    value: Money | None = None
    deadline: dt.datetime | None = None
    runs: str | None = None
    """How long the contract runs, in German words."""


@dataclass(frozen=True, kw_only=True)
class Award:
    """Result of a lot: outcome code (`selec-w`, `clos-nw`, `open-nw`, or whatever stood there)."""

    lot: str | None = None
    outcome: str | None = None
    reason: str | None = None
    winners: tuple[Party, ...] = ()
    value: Money | None = None
    concluded_on: dt.date | None = None
    bids_count: int | None = None


@dataclass(frozen=True, kw_only=True)
class ForeignNotice:
    """One notice of somebody else.

    source: key of where it was published (`ted`, `doe`, `cosinex:nrw`; `eforms` for a file that
    does not say); source_id: its id there, without leading zeros; version: 1 where the source
    counts none; notice_id, procedure_id: lower-case UUIDs where they are UUIDs;
    deadline: aware instant, the latest of all lots; deadline_is_day: only the day is known;
    deadline_kind: of what; dispatched_on, published_on: legal days; seen_on: when a portal's
    record was taken, says nothing about the notice itself;
    changed_notice: the notice that this one changes; previous_notices: earlier ones it names;
    origin: an XML document says more than a record of a portal.
    """

    source: str
    source_id: str
    origin: Origin
    version: int = 1
    notice_id: str | None = None
    procedure_id: str | None = None
    profile: str | None = None
    subtype: str | None = None
    notice_type: str | None = None
    form_type: str | None = None
    procedure_type: str | None = None
    legal_basis: str | None = None
    reference: str | None = None
    title: str
    summary: str = ""
    buyers: tuple[Party, ...] = ()
    cpv: tuple[str, ...] = ()
    nuts: tuple[str, ...] = ()
    nature: str | None = None
    value: Money | None = None
    deadline: dt.datetime | None = None
    deadline_is_day: bool = False
    deadline_kind: DeadlineKind | None = None
    dispatched_on: dt.date | None = None
    published_on: dt.date | None = None
    seen_on: dt.date | None = None
    lots: tuple[ForeignLot, ...] = ()
    awards: tuple[Award, ...] = ()
    total: Money | None = None
    documents: tuple[str, ...] = ()
    url: str | None = None
    changed_notice: str | None = None
    previous_notices: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def told_on(self) -> dt.date | None:
        """Return the day that stands for the notice in lists."""
        return self.published_on or self.dispatched_on or self.seen_on

    @property
    def is_result(self) -> bool:
        """Return whether it tells how a procedure ended, or that a contract changed."""
        return bool(self.awards) or self.form_type in ("result", "cont-modif", "completion")

    @property
    def is_planning(self) -> bool:
        """Return whether it only announces or asks the market: nobody can bid yet."""
        return self.form_type in ("planning", "consultation")

    def as_dict(self) -> dict[str, Any]:
        """Return the notice as JSON can hold it; absent values are left out."""
        found = _plain(self)
        assert isinstance(found, dict)
        return found

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ForeignNotice:
        """Return the notice that `as_dict` wrote; what later versions dropped is ignored."""
        return _built(cls, values)


@dataclass(frozen=True)
class ForeignReading:
    """What reading gave: the notice, or None where there is none; and what was found wrong."""

    notice: ForeignNotice | None
    findings: tuple[Finding, ...] = ()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        pairs = ((f.name, getattr(value, f.name), f.default) for f in dataclasses.fields(value))
        return {name: _plain(item) for name, item, usual in pairs if item != usual}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def _built(kind: type[T], values: Mapping[str, Any]) -> T:
    return kind(
        **{
            name: value if read is None or value is None else read(value)
            for name, read in _readers(kind)  # type: ignore[arg-type]  # every class is hashable
            if (value := values.get(name, _ABSENT)) is not _ABSENT
        }
    )


_ABSENT: Final = object()
_Read = Callable[[Any], Any]


@functools.cache
def _readers(kind: type[Any]) -> list[tuple[str, _Read | None]]:
    """Return the fields of a class, each with what makes it of JSON; None: it stays as it is."""
    return [(name, _reader(hint)) for name, hint in typing.get_type_hints(kind).items()]


def _reader(hint: Any) -> _Read | None:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        hint = next(part for part in typing.get_args(hint) if part is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        return _tuple_of(_reader(typing.get_args(hint)[0]))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return functools.partial(_built, hint)
    return hint.fromisoformat if hint in (dt.datetime, dt.date) else None


def _tuple_of(read: _Read | None) -> _Read:
    if read is None:
        return tuple
    return lambda items: tuple(None if item is None else read(item) for item in items)
