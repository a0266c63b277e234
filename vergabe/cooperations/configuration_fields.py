"""Fields that a cooperation's TOML file is made of; messages are German."""

import datetime as dt
import re
from enum import StrEnum
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from vergabe.accounts.service import clean_email
from vergabe.errors import InvalidInput
from vergabe.exchange import german
from vergabe.exchange.german_dates import EARLIEST_YEAR, LATEST_YEAR


class Day(fields.Field[dt.date]):
    """A day as TOML writes it, without quotes: 2026-12-31."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise ma.ValidationError(
                "Hier wird ein Tag erwartet, ohne Anführungszeichen: 2026-12-31."
            )
        if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
            raise ma.ValidationError(
                f"Das Jahr {value.year} ist unplausibel. Möglich sind {EARLIEST_YEAR} bis "
                f"{LATEST_YEAR}."
            )
        return value


class YesNo(fields.Field[bool]):
    """true or false, nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ma.ValidationError("Hier wird true oder false erwartet.")
        return value


class Choice(fields.Field[Any]):
    """One of a few words."""

    def __init__(self, words: type[StrEnum] | tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._words = words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        known = [str(word) for word in self._words]
        if not isinstance(value, str) or value not in known:
            raise ma.ValidationError(f"Möglich sind: {', '.join(known)}.")
        return value if isinstance(self._words, tuple) else self._words(value)


class Euro(fields.Field[int]):
    """An amount in euros (50000, 1250.50 or "1.250,50"), net; becomes cents."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            return german.parse_money_cents(value)
        except InvalidInput as error:
            raise ma.ValidationError(error.message) from None


class Email(fields.Field[str]):
    """An e-mail address, in lower case."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return clean_email(value if isinstance(value, str) else "")
        except InvalidInput as error:
            raise ma.ValidationError(error.message) from None


def whole(minimum: int, maximum: int, **more: Any) -> fields.Integer:
    """Return a field for a whole number between two bounds."""
    error = f"Hier wird eine ganze Zahl von {minimum} bis {maximum} erwartet."
    return fields.Integer(
        strict=True, validate=validate.Range(minimum, maximum, error=error), **more
    )


def matching(pattern: str, sentence: str, **more: Any) -> fields.String:
    """Return a field for a text that matches a pattern; else the sentence is the message."""
    return fields.String(
        validate=validate.Regexp(re.compile(rf"(?:{pattern})\Z", re.ASCII), error=sentence),
        error_messages={"invalid": sentence},
        **more,
    )


def several(inner: fields.Field[Any], **more: Any) -> fields.List[Any]:
    """Return a field for a list of a sane length."""
    return fields.List(
        inner, validate=validate.Length(max=1000, error="Das sind zu viele."), **more
    )
