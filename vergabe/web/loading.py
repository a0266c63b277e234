"""What a schema takes from a body, the quick way: as long as nothing is wrong with it.

The library gathers every error of every field, and pays for it with each field of each line that
has none. Here a schema becomes a table of functions when it first loads; whatever is unusual
(an error, a kind of field not known here, a hook) is left to the library, which then says it all.
"""

import uuid
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import marshmallow as ma
from marshmallow import fields

Take = Callable[[Any], Any]
"""From a value of JSON to the one that is meant; raises ValidationError."""


class Unusual(Exception):
    """Something that only the library can judge."""


class _Entry(NamedTuple):
    """A field as it is taken: its key in the body, where it goes, and what becomes of a value."""

    key: str
    name: str
    take: Take
    field: fields.Field[Any]


class Loader:
    """Takes dictionaries as one schema says.

    check: what every schema of ours asks of the whole; one that asks more is unusual.
    """

    def __init__(self, schema: ma.Schema, check: Take) -> None:
        self._check = check
        self._entries = [_entry(name, field) for name, field in schema.load_fields.items()]
        self._keys = {entry.key for entry in self._entries}
        self._is_usual = _is_usual(schema) and not any("." in each.name for each in self._entries)

    def load(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what is meant by a body; raises Unusual unless nothing is wrong with it."""
        if not self._is_usual or not data.keys() <= self._keys:
            raise Unusual
        found: dict[str, Any] = {}
        try:
            for key, name, take, field in self._entries:
                value = take(data[key]) if key in data else _instead(field)
                if value is not ma.missing:
                    found[name] = value
            self._check(found)
        except ma.ValidationError as error:
            raise Unusual from error
        return found


def _is_usual(schema: ma.Schema) -> bool:
    """Return whether a schema only takes its fields and refuses all others."""
    hooks = schema._hooks
    checks = [name for name, *_rest in hooks["validates_schema"]]
    return (
        not any(hooks[each] for each in ("pre_load", "post_load", "validates"))
        and checks == ["_is_storable"]
        and schema.unknown == ma.RAISE
        and not schema.many
        and not schema.partial
        and schema.dict_class is dict
    )


def _instead(field: fields.Field[Any]) -> Any:
    """Return what a field that was left out stands for."""
    if field.required:
        raise Unusual
    default = field.load_default
    return default() if callable(default) else default


def _entry(field_name: str, field: fields.Field[Any]) -> _Entry:
    key = field_name if field.data_key is None else field.data_key
    return _Entry(key, field.attribute or field_name, _checked(key, field), field)


def _checked(key: str, field: fields.Field[Any]) -> Take:
    """Return what a field does with a value that is there, its validators at the end."""
    if field.pre_load or field.post_load:
        return _refuse
    take, validators, may_be_none = _take_of(key, field), field.validators, field.allow_none

    def checked(value: Any) -> Any:
        if value is None:
            if may_be_none:
                return None
            raise Unusual
        taken = take(value)
        for validate in validators:
            validate(taken)
        return taken

    return checked


def _refuse(_value: Any) -> Any:
    raise Unusual


def _take_of(key: str, field: fields.Field[Any]) -> Take:
    if isinstance(field, fields.Nested):
        return _nested(field)
    if isinstance(field, fields.List):
        return _list(key, field)
    quick = _QUICK.get(type(field)._deserialize)

    def patient(value: Any) -> Any:
        # With nothing beside it: who needs the whole body is none of the kinds known here.
        return field._deserialize(value, key, None)

    if quick is None:
        return patient if type(field)._deserialize in _BY_VALUE else _refuse
    kind, take = quick
    return lambda value: take(value) if type(value) is kind else patient(value)


def _nested(field: fields.Nested) -> Take:
    if type(field)._deserialize is not fields.Nested._deserialize or field.many or field.unknown:
        return _refuse
    return lambda value: field.schema.load(value)


def _list(key: str, field: fields.List[Any]) -> Take:
    if type(field)._deserialize is not fields.List._deserialize:
        return _refuse
    take = _checked(key, field.inner)

    def listed(values: Any) -> Any:
        if type(values) is not list:
            raise Unusual
        return [take(value) for value in values]

    return listed


def _uuid(value: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError as error:
        raise Unusual from error


_QUICK: Final[dict[Any, tuple[type, Take]]] = {
    fields.String._deserialize: (str, str),
    fields.UUID._deserialize: (str, _uuid),
}
_BY_VALUE: Final[set[Any]] = {
    fields.Integer._deserialize,
    fields.Boolean._deserialize,
    fields.DateTime._deserialize,
    fields.Enum._deserialize,
    fields.Field._deserialize,
}


def know(kind: type[fields.Field[Any]]) -> None:
    """Note that fields of a kind of our own look at nothing but their value."""
    _BY_VALUE.add(kind._deserialize)
