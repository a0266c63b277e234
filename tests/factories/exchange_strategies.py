"""Arbitrary documents of the profile, valid by schema, made from the classes themselves."""

import datetime as dt
import enum
import functools
import typing
from dataclasses import MISSING, Field, fields
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st

from tests.factories.exchange_messages import messages
from vergabe.exchange.binding import Binary, Part, Simple, peel
from vergabe.exchange.text import clean_line, clean_text
from vergabe.exchange.xvergabe import operations as op
from vergabe.exchange.xvergabe.datatypes import Attachment, Bidder, Consortium
from vergabe.exchange.xvergabe.documents import SubmissionDetails
from vergabe.exchange.xvergabe.messages import Message
from vergabe.exchange.xvergabe.procedure import SubmissionTerms
from vergabe.exchange.xvergabe.submissions import ContainerObject

_ANY: Final = st.characters(exclude_categories=("Cs", "Cc"))
_ANY_OR_BREAKS: Final = _ANY | st.sampled_from("\n\t <>&\"'")


def _text(limit: int, alphabet: st.SearchStrategy[str] = _ANY_OR_BREAKS) -> st.SearchStrategy[str]:
    drawn = st.text(alphabet, min_size=1, max_size=min(limit, 40))
    return drawn.map(clean_text).filter(lambda text: 0 < len(text) <= limit)


def _pattern(regex: str) -> st.SearchStrategy[str]:
    return st.from_regex(regex, fullmatch=True)


_LINE: Final = st.text(_ANY, min_size=1, max_size=30).map(clean_line).filter(bool)
_WORD: Final = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
_NOT_IN_FILE_NAMES: Final = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\")
_TEXTS: Final[dict[str, st.SearchStrategy[str]]] = {
    "String.255": _text(255),
    "String.1024": _text(1024),
    "String.4096": _text(4096),
    "Text": _text(100_000),
    "FileName": _text(255, _NOT_IN_FILE_NAMES),
    "Identifier": _LINE,
    "Language": _pattern("[a-z]{2}"),
    "ProfileVersion": _pattern("1[.][0-9]{1,3}"),
    "CPV": _pattern("(03|09|1[4-9]|[2-9][0-9])[0-9]{6}-[0-9]"),
    "NUTS": _pattern("[A-Z]{2}[0-9A-Z]{0,3}"),
    "Country": _pattern("[A-Z]{3}"),
    "Currency": _pattern("[A-Z]{3}"),
    "UnitCode": _pattern("[A-Z0-9]{1,4}"),
    "RegionalKey": _pattern("[0-9]{5}|[0-9]{8}|[0-9]{9}|[0-9]{12}"),
    "Email": st.tuples(_WORD, _WORD).map("@".join),
    "URL": _WORD.map("https://vergabe.example/{}".format),
    "MimeType": st.sampled_from(("application/pdf", "text/csv", "image/svg+xml")),
    "SHA256": _pattern("[0-9a-f]{64}"),
}
_NUMBERS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "Version": st.integers(1, 2**31 - 1),
    "BasisPoints": st.integers(0, 10_000),
    "Size": st.integers(0, 2**63 - 1),
    "Count": st.integers(0, 2**31 - 1),
    "CurrencyUnits": st.integers(-(10**15), 10**15),
    "Quantity": st.decimals(0, 10**13, places=6, allow_nan=False, allow_infinity=False),
}
_SIMPLE: Final[dict[str, st.SearchStrategy[Any]]] = {**_TEXTS, **_NUMBERS}
_INSTANTS: Final = st.datetimes(timezones=st.just(dt.UTC))
_PLAIN: Final[dict[type, st.SearchStrategy[Any]]] = {
    bool: st.booleans(),
    int: st.integers(1, 200),  # only the limit of a selector has no simple type of its own
    dt.datetime: _INSTANTS,
    dt.date: st.dates(dt.date(1, 1, 1)),
    UUID: st.uuids(),
    Decimal: _NUMBERS["Quantity"],
    Binary: st.binary(max_size=20).map(lambda data: Binary(data=data)),
}
# Parts in which exactly one of several fields is there.
_ONE_OF: Final[dict[type[Part], tuple[str, ...]]] = {
    Attachment: ("content", "object_reference"),
    Bidder: ("company", "consortium"),
    SubmissionDetails: ("electronical", "other"),
    ContainerObject: ("content", "object_reference", "upload_id"),
}


# Parts in which several fields are all there or none is.
_TOGETHER: Final[dict[type[Part], tuple[str, ...]]] = {
    op.SubscriptionResponse: (
        "subscription_id",
        "tender_id",
        "subscribed_at",
        "platform_capabilities",
    ),
    op.GetMessagesResponse: ("messages", "next_cursor", "has_more"),
    op.SendMessageResponse: ("message_id", "received_at", "status"),
}
# How many entries a list needs at least, where the class does not say it by having no default.
_LEAST: Final[dict[type[Part], int]] = {Consortium: 2, SubmissionTerms: 1}


@functools.cache
def part_of(cls: type[Part]) -> st.SearchStrategy[Any]:
    """Return arbitrary parts of `cls` that its schema accepts."""
    hints = typing.get_type_hints(cls, include_extras=True)
    drawn = {f.name: _field(f, hints[f.name], cls) for f in fields(cls)}
    choices, group = _ONE_OF.get(cls, ()), _TOGETHER.get(cls, ())
    rest = {name: value for name, value in drawn.items() if name not in (*choices, *group)}
    if choices:
        return st.one_of(*(st.builds(cls, **rest, **{one: _value(hints[one])}) for one in choices))
    if group:
        whole = {name: drawn[name].filter(lambda value: value is not None) for name in group}
        return st.builds(cls, **rest) | st.builds(cls, **rest, **whole)
    return st.builds(cls, **drawn)


def _field(described: "Field[Any]", hint: Any, cls: type[Part]) -> st.SearchStrategy[Any]:
    _, is_many, _ = peel(hint)
    is_needed = described.default is MISSING and described.default_factory is MISSING
    if is_many:
        least = _LEAST.get(cls, int(is_needed))
        return st.lists(_value(hint), min_size=least, max_size=max(2, least)).map(tuple)
    is_optional = type(None) in typing.get_args(_bare(hint))
    return st.none() | _value(hint) if is_optional else _value(hint)


def _bare(hint: Any) -> Any:
    while typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    return hint


def _value(hint: Any) -> st.SearchStrategy[Any]:
    kinds, _, notes = peel(hint)
    simple = next((note.name for note in notes if isinstance(note, Simple)), "")
    if simple in _SIMPLE:
        return _SIMPLE[simple]
    return st.one_of(*(_kind(kind) for kind in kinds))


def _kind(kind: Any) -> st.SearchStrategy[Any]:
    if issubclass(kind, enum.StrEnum):
        return st.sampled_from(kind)
    if issubclass(kind, Message):
        # Whole messages are large; what may be in them is varied on its own.
        return st.sampled_from(tuple(messages().values()))
    if issubclass(kind, Part):
        return part_of(kind)
    return _PLAIN[kind]
