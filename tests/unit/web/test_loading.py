"""What the quick way takes from a body is what the library takes; its errors are the library's."""

import enum
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import fields, validate

from vergabe.demands.schema import DemandInSchema
from vergabe.web.loading import Loader, Unusual
from vergabe.web.schema import Instant, MoneySchema, Schema
from vergabe.web.schema import text as text_field


class Colour(enum.Enum):
    RED = "rot"


class Line(Schema):
    text = text_field(8, minimum=1, required=True)
    quantity = fields.Decimal(allow_none=True)
    price = fields.Nested(MoneySchema, allow_none=True)


class Everything(Schema):
    id = fields.UUID(required=True)
    plain = fields.String(validate=validate.OneOf(["a", "b"]))
    number = fields.Integer(strict=True, load_default=7)
    free_number = fields.Integer()
    is_so = fields.Boolean()
    day = fields.Date(allow_none=True)
    at = Instant(load_default=None)
    colour = fields.Enum(Colour, by_value=True)
    table = fields.Dict()
    raw = fields.Raw(load_default=list)
    renamed = fields.String(attribute="below", data_key="above")
    lines = fields.List(fields.Nested(Line), validate=validate.Length(max=2))
    shown = fields.String(dump_only=True)


class WithLast(Everything):
    """A schema with a step of its own at the end."""

    @ma.post_load
    def count(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        return body | {"count": len(body)}


def outcome(load: Any, data: Any) -> Any:
    """Return what is loaded, or every error by field."""
    try:
        return load(data)
    except ma.ValidationError as error:
        return error.messages


_TEXTS = st.text(max_size=9) | st.sampled_from(["a", " b ", "x\x00", "e\u0301", "\ud800", "12.5"])
_NUMBERS = st.integers() | st.booleans() | st.floats() | st.just(2**70)
_DAYS = st.dates().map(str) | st.sampled_from(["2027-04-01", "0001-01-01", "2027-02-30"])
_MONEY = st.fixed_dictionaries(
    {"amount_cents": _NUMBERS}, optional={"currency": st.sampled_from(["EUR", "USD"])}
)
_LINES = st.fixed_dictionaries(
    {},
    optional={
        "text": _TEXTS | st.none(),
        "quantity": _NUMBERS | _TEXTS | st.none(),
        "price": _MONEY | st.none() | _TEXTS,
        "more": st.just(1),
    },
)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "id": st.uuids().map(str) | _TEXTS,
    "plain": _TEXTS,
    "number": _NUMBERS | _TEXTS,
    "free_number": _NUMBERS | _TEXTS,
    "is_so": _NUMBERS | _TEXTS,
    "day": _DAYS,
    "at": st.datetimes().map(lambda at: f"{at.isoformat()}Z") | _DAYS,
    "colour": st.sampled_from(["rot", "blau"]),
    "table": st.dictionaries(_TEXTS, _NUMBERS, max_size=1),
    "raw": _TEXTS | _NUMBERS,
    "above": _TEXTS,
    "lines": st.lists(_LINES, max_size=3) | _TEXTS,
    "shown": _TEXTS,
    "unknown": _TEXTS,
}
_BODIES = st.fixed_dictionaries(
    {}, optional={name: st.none() | values for name, values in _VALUES.items()}
)


def library(schema: Schema) -> Any:
    """Return the library's own way of loading, as if there were no other."""

    def load(data: Any) -> Any:
        return schema._do_load(data, postprocess=True)

    return load


@pytest.mark.parametrize("kind", [Everything, WithLast])
@settings(max_examples=300)
@given(data=_BODIES)
def test_a_body_means_the_same_both_ways(kind: type[Schema], data: dict[str, Any]) -> None:
    schema = kind()
    assert repr(outcome(schema.load, data)) == repr(outcome(library(schema), data))


@settings(max_examples=300)
@given(data=_LINES)
def test_so_does_what_lies_within(data: dict[str, Any]) -> None:
    schema = Line()
    assert repr(outcome(schema.load, data)) == repr(outcome(library(schema), data))


def test_a_sound_body_goes_the_quick_way() -> None:
    schema = DemandInSchema()
    data = {
        "cooperation_id": "019a2c5e-0000-7000-8000-000000000001",
        "area_id": "019a2c5e-0000-7000-8000-000000000002",
        "title": "  Papier\r\nund Stifte ",
        "cpv_main": "30197630-1",
        "needed_from": "2027-04-01",
        "items": [
            {
                "text": "Format A4",
                "quantity": 100,
                "unit_price_net": {"amount_cents": 450, "currency": "EUR"},
            }
        ],
    }
    quick = Loader(schema, lambda _body: None).load(data)
    assert quick == library(schema)(data)
    assert quick["title"] == "Papier\nund Stifte"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": "no id"},
        {"id": "019a2c5e-0000-7000-8000-000000000001", "other": 1},
        {"id": "019a2c5e-0000-7000-8000-000000000001", "plain": "c"},
        {"id": "019a2c5e-0000-7000-8000-000000000001", "lines": [{}]},
    ],
)
def test_what_is_wrong_is_left_to_the_library(data: dict[str, Any]) -> None:
    with pytest.raises(Unusual):
        Loader(Everything(), lambda _body: None).load(data)
