"""What a schema writes, worked out once: the same values as marshmallow's own way, several times as
quick.

The library asks each field anew for each object: for its attribute, its default, its format. Nearly
all we write are plain dictionaries and fields of a few kinds. For those a schema becomes a table of
names and functions when it first writes; every other field, and whatever an object lacks, goes the
library's way. The schemas stay what the API's description is made of.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import marshmallow as ma
from marshmallow import fields

Write = Callable[[Any], Any]
"""From a value to what JSON holds."""


class _Entry(NamedTuple):
    """A field as it is written; write: None where it has to see the whole object."""

    name: str
    field_name: str
    key: str
    field: fields.Field[Any]
    write: Write | None


class Writer:
    """Writes dictionaries as one schema says."""

    def __init__(self, schema: ma.Schema) -> None:
        self._schema = schema
        self._entries = [_entry(name, field) for name, field in schema.dump_fields.items()]
        self._rows = [(each.name, each.key, each.write, each) for each in self._entries]

    def write(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return a dictionary as JSON holds it."""
        written: dict[str, Any] = {}
        for name, key, write, entry in self._rows:
            if write is not None and name in found:
                written[key] = write(found[name])
            else:
                self._write_patiently(entry, found, written)
        return written

    def _write_patiently(
        self, entry: _Entry, found: dict[str, Any], written: dict[str, Any]
    ) -> None:
        get = self._schema.get_attribute
        value = entry.field.serialize(entry.field_name, found, accessor=get)
        if value is not ma.missing:
            written[entry.key] = value


def _entry(field_name: str, field: fields.Field[Any]) -> _Entry:
    name = field_name if field.attribute is None else field.attribute
    key = field_name if field.data_key is None else field.data_key
    return _Entry(name, field_name, key, field, _write_of(field))


def _write_of(field: fields.Field[Any]) -> Write | None:
    """Return how a field writes a value, None where it looks at more than the value.

    A kind of our own that writes in its own way is none of those known here.
    """
    if isinstance(field, fields.List):
        return _list(field)
    if isinstance(field, fields.Nested):
        return _nested(field)
    make = _MAKERS.get(type(field)._serialize)
    return None if make is None else make(field)


def _patient(field: fields.Field[Any]) -> Write:
    """Return the library's way for a value of a kind that looks at nothing else."""
    return lambda value: field._serialize(value, None, None)


def _of_type(kind: type, quick: Write) -> Callable[[fields.Field[Any]], Write]:
    """Return the maker of a function that has a quick way for values of one type."""

    def make(field: fields.Field[Any]) -> Write:
        patient = _patient(field)

        def write(value: Any) -> Any:
            if type(value) is kind:
                return quick(value)
            return None if value is None else patient(value)

        return write

    return make


def _text(field: fields.Field[Any]) -> Write:
    patient = _patient(field)
    return lambda value: value if value is None or type(value) is str else patient(value)


def _whole(field: fields.Field[Any]) -> Write:
    patient = _patient(field)
    if isinstance(field, fields.Integer) and not field.as_string:
        return lambda value: value if value is None or type(value) is int else patient(value)
    return patient


def _day(field: fields.Field[Any]) -> Write:
    is_iso = isinstance(field, fields.Date) and field.format in (None, "iso")
    return _of_type(dt.date, dt.date.isoformat)(field) if is_iso else _patient(field)


def _list(field: fields.List[Any]) -> Write | None:
    inner = _write_of(field.inner)
    if inner is None or type(field)._serialize is not fields.List._serialize:
        return None
    return lambda values: None if values is None else [inner(value) for value in values]


def _nested(field: fields.Nested) -> Write | None:
    if type(field)._serialize is not fields.Nested._serialize:
        return None
    # Made when it first writes: a schema may lie within itself.
    ready: list[Write] = []

    def write(value: Any) -> Any:
        if value is None:
            return None
        if not ready:
            ready.append(_dump_of(field))
        return ready[0](value)

    return write


def _dump_of(field: fields.Nested) -> Write:
    schema = field.schema
    many = schema.many or field.many

    def dump(value: Any) -> Any:
        return schema.dump(value, many=many)

    if many or _has_own_way(schema):
        return dump
    write = Writer(schema).write
    return lambda value: write(value) if type(value) is dict else dump(value)


def _has_own_way(schema: ma.Schema) -> bool:
    """Return whether a schema does more than writing its fields into a dictionary."""
    hooks: Mapping[str, Any] = schema._hooks
    return bool(hooks["pre_dump"] or hooks["post_dump"]) or schema.dict_class is not dict


_MAKERS: Final[dict[Any, Callable[[fields.Field[Any]], Write]]] = {
    fields.String._serialize: _text,
    fields.UUID._serialize: _of_type(uuid.UUID, str),
    # Of all numbers, and of all days and instants, as the library has it.
    fields.Integer._serialize: _whole,
    fields.Date._serialize: _day,
    # Raw and Boolean: as it stands.
    fields.Field._serialize: lambda _field: lambda value: value,
    fields.Dict._serialize: _patient,
    fields.Enum._serialize: _patient,
}


def know(kind: type[fields.Field[Any]]) -> None:
    """Note that fields of a kind of our own look at nothing but their value."""
    _MAKERS[kind._serialize] = _patient
