"""The base of all events: frozen facts that hold ids, days and instants, and travel as JSON."""

import datetime as dt
import types
import typing
import uuid
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

Plain = str | int | bool | None | list[Any]


@dataclass(frozen=True)
class Event:
    """Something that happened: subclasses are frozen dataclasses in the past tense.

    Allowed field types: UUID, datetime (aware UTC), date, str, int, bool, tuples of these, and
    optionals of these. `name` is the key in the outbox and must never change once released.
    """

    name: ClassVar[str]
    known: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        name = cls.__dict__.get("name")
        if name is None:
            raise TypeError(f"{cls.__name__} needs a name")
        if name in Event.known:
            raise TypeError(f"two events are named {name}")
        Event.known[name] = cls

    def payload(self) -> dict[str, Plain]:
        """Return the fields as JSON values."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """Return the event that `payload` was written from; KeyError if a field is missing."""
        hints = typing.get_type_hints(cls)
        return cls(**{f.name: _typed(payload[f.name], hints[f.name]) for f in fields(cls)})


def _plain(value: Any) -> Plain:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"an event cannot hold {type(value).__name__}")


def _typed(value: Any, hint: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return None
        hint = next(arg for arg in typing.get_args(hint) if arg is not type(None))
        return _typed(value, hint)
    if origin is tuple:
        inner = typing.get_args(hint)[0]
        return tuple(_typed(item, inner) for item in value)
    if hint is uuid.UUID:
        return uuid.UUID(value)
    if hint is dt.datetime:
        return dt.datetime.fromisoformat(value)
    if hint is dt.date:
        return dt.date.fromisoformat(value)
    return value
