"""A schema writes the same, by its table of functions and the library's way."""

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import fields

from vergabe.web.schema import Instant, MoneySchema, Schema, Text


class Colour(enum.Enum):
    RED = "rot"


class Kind(enum.StrEnum):
    LEAD = "lead"


class Doubled(fields.String):
    """A kind of ours that writes in its own way, which the table must not pass over."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return f"{value}{value}"


class Inner(Schema):
    text = fields.String()
    amount = fields.Nested(MoneySchema, allow_none=True)


class Everything(Schema):
    id = fields.UUID()
    text = fields.String()
    cleaned = Text()
    number = fields.Integer()
    number_as_text = fields.Integer(as_string=True)
    share = fields.Float()
    quantity = fields.Decimal(as_string=True)
    is_so = fields.Boolean()
    day = fields.Date()
    german_day = fields.Date(format="%d.%m.%Y")
    at = Instant()
    moment = fields.DateTime()
    raw = fields.Raw()
    table = fields.Dict()
    lengths = fields.Dict(keys=fields.String(), values=fields.Integer())
    colour = fields.Enum(Colour, by_value=True)
    renamed = fields.String(attribute="below", data_key="above")
    usual = fields.String(dump_default="wie immer")
    doubled = Doubled()
    doubles = fields.List(Doubled())
    made = fields.Function(lambda found: len(found))
    one = fields.Nested(Inner)
    several = fields.Nested(Inner, many=True)
    listed = fields.List(fields.Nested(Inner))
    words = fields.List(fields.String())
    kept = fields.String(load_only=True)


class Wrapped(Schema):
    """A schema that does more than writing its fields."""

    text = fields.String()

    @ma.post_dump
    def wrap(self, found: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"wrapped": found}


class WithWrapped(Schema):
    one = fields.Nested(Wrapped)
    itself = fields.Nested(lambda: WithWrapped())


def as_the_library_writes(schema: ma.Schema, found: Any) -> Any:
    """Return what marshmallow makes of an object when it takes every field by itself."""
    written: dict[str, Any] = {}
    for name, field in schema.dump_fields.items():
        value = field.serialize(name, found, accessor=schema.get_attribute)
        if value is not ma.missing:
            written[field.data_key or name] = value
    return written


_INNER = st.fixed_dictionaries(
    {},
    optional={
        "text": st.none() | st.text(max_size=5),
        "amount": st.none()
        | st.fixed_dictionaries({"amount_cents": st.integers(), "currency": st.just("EUR")}),
        "unknown": st.just(1),
    },
)
_ZONES = (dt.UTC, dt.timezone(dt.timedelta(hours=2)))
_INSTANTS = st.datetimes(timezones=st.sampled_from(_ZONES)).filter(lambda at: 1 < at.year < 9999)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "id": st.uuids() | st.text(max_size=3),
    "text": st.text(max_size=5) | st.integers() | st.sampled_from(Kind) | st.just(b"Bytes"),
    "cleaned": st.text(max_size=5),
    "number": st.integers() | st.booleans() | st.just("12"),
    "number_as_text": st.integers(),
    "share": st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    "quantity": st.decimals(allow_nan=False, allow_infinity=False, places=4),
    "is_so": st.booleans(),
    "day": st.dates() | _INSTANTS,
    "german_day": st.dates(),
    "at": _INSTANTS,
    "moment": _INSTANTS,
    "raw": st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    "table": st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    "lengths": st.dictionaries(st.integers(), st.integers(), max_size=2),
    "colour": st.sampled_from(Colour),
    "below": st.text(max_size=5),
    "usual": st.text(max_size=5),
    "doubled": st.text(max_size=5),
    "doubles": st.lists(st.text(max_size=5), max_size=2),
    "one": _INNER,
    "several": st.lists(_INNER, max_size=2),
    "listed": st.lists(_INNER, max_size=2),
    "words": st.lists(st.none() | st.text(max_size=3), max_size=2),
    "kept": st.text(max_size=5),
}
_OBJECTS = st.fixed_dictionaries(
    {}, optional={name: st.none() | values for name, values in _VALUES.items()}
)


@settings(max_examples=300)
@given(_OBJECTS)
def test_a_dictionary_is_written_as_the_library_would(found: dict[str, Any]) -> None:
    schema = Everything()
    assert schema.dump(found) == as_the_library_writes(schema, found)


@given(st.lists(_OBJECTS, max_size=3))
def test_so_are_many(found: list[dict[str, Any]]) -> None:
    schema = Everything()
    expected = [as_the_library_writes(schema, each) for each in found]
    assert schema.dump(found, many=True) == expected


def test_an_object_that_is_no_dictionary_is_written_from_its_attributes() -> None:
    class Amount:
        amount_cents = 5
        currency = "EUR"

    assert MoneySchema().dump(Amount()) == {"amount_cents": 5, "currency": "EUR"}
    listed = Inner().dump({"text": "x", "amount": Amount()})
    assert listed == {"text": "x", "amount": {"amount_cents": 5, "currency": "EUR"}}


def test_a_schema_that_does_more_is_asked_wherever_it_lies() -> None:
    found = {"one": {"text": "a"}, "itself": {"one": None, "itself": {"one": {"text": "b"}}}}
    assert WithWrapped().dump(found) == {
        "one": {"wrapped": {"text": "a"}},
        "itself": {"one": None, "itself": {"one": {"wrapped": {"text": "b"}}}},
    }


@pytest.mark.parametrize("value", [Decimal("12.50"), 7])
def test_what_is_written_is_of_plain_kinds(value: Any) -> None:
    found = {"id": uuid.UUID(int=1), "quantity": value, "text": Kind.LEAD}
    written = Everything(only=("id", "quantity", "text")).dump(found)
    assert [type(each) for each in written.values()] == [str, str, str]
