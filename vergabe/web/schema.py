"""The base of all marshmallow classes: unknown fields refused, German messages, clean text."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate

from vergabe.errors import Violation
from vergabe.exchange.german_dates import EARLIEST_YEAR, LATEST_YEAR
from vergabe.web import loading, writing
from vergabe.web.loading import Loader, Unusual
from vergabe.web.writing import Writer

_GERMAN: Final[dict[type[fields.Field[Any]], dict[str, str]]] = {
    fields.Field: {
        "required": "Diese Angabe fehlt.",
        "null": "Diese Angabe darf nicht leer sein.",
        "validator_failed": "Dieser Wert ist ungültig.",
    },
    fields.Nested: {"type": "Hier wird ein Objekt erwartet."},
    fields.List: {"invalid": "Hier wird eine Liste erwartet."},
    fields.String: {
        "invalid": "Hier wird Text erwartet.",
        "invalid_utf8": "Der Text ist nicht in UTF-8.",
    },
    fields.UUID: {"invalid_uuid": "Das ist keine gültige Kennung (UUID)."},
    fields.Integer: {
        "invalid": "Hier wird eine ganze Zahl erwartet.",
        "too_large": "Die Zahl ist zu groß.",
    },
    fields.Decimal: {
        "invalid": 'Hier wird eine Zahl erwartet, als Text mit Punkt, zum Beispiel "12.5".',
        "special": "Hier wird eine gewöhnliche Zahl erwartet.",
        "too_large": "Die Zahl ist zu groß.",
    },
    fields.Boolean: {"invalid": "Hier wird true oder false erwartet."},
    fields.DateTime: {
        "invalid": "Hier wird ein Zeitpunkt nach ISO 8601 mit Zeitzone erwartet.",
        "format": "Hier wird ein Zeitpunkt nach ISO 8601 mit Zeitzone erwartet.",
    },
    fields.AwareDateTime: {"invalid_awareness": "Dem Zeitpunkt fehlt die Zeitzone."},
    fields.Date: {
        "invalid": "Hier wird ein Tag in der Form JJJJ-MM-TT erwartet.",
        "format": "Hier wird ein Tag in der Form JJJJ-MM-TT erwartet.",
    },
    fields.Enum: {"unknown": "Möglich sind: {choices}."},
    fields.Mapping: {"invalid": "Hier wird ein Objekt erwartet."},
    fields.Email: {"invalid": "Das ist keine gültige E-Mail-Adresse."},
    fields.Url: {"invalid": "Das ist keine gültige Adresse (https://…)."},
}
for _field, _messages in _GERMAN.items():
    _field.default_error_messages = {**_field.default_error_messages, **_messages}


# The validators' own sentences, for fields that bring none (Range formats its own twice).
validate.Range.message_min = "Der Wert muss mindestens {{min}} sein."
validate.Range.message_max = "Der Wert darf höchstens {{max}} sein."
validate.Range.message_all = "Der Wert muss zwischen {{min}} und {{max}} liegen."
validate.Length.message_min = "Bitte mindestens {min} Angaben oder Zeichen."
validate.Length.message_max = "Bitte höchstens {max} Angaben oder Zeichen."
validate.Length.message_all = "Bitte {min} bis {max} Angaben oder Zeichen."
validate.Length.message_equal = "Bitte genau {equal} Angaben oder Zeichen."
validate.OneOf.default_message = "Möglich sind: {choices}."
validate.ContainsOnly.default_message = "Möglich sind: {choices}."
validate.Regexp.default_message = "Der Wert hat nicht die erwartete Form."
validate.Email.default_message = "Das ist keine gültige E-Mail-Adresse."
validate.URL.default_message = "Das ist keine gültige Adresse (https://…)."

_LARGEST_INTEGER: Final = 2**63 - 1
_NOT_TEXT: Final = re.compile("[\x00\ud800-\udfff]")
# All characters of Unicode's categories Cc and Cs but line feed and tab.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Schema(ma.Schema):
    """Base of the shapes of JSON in and out."""

    error_messages = {
        "unknown": "Dieses Feld gibt es hier nicht.",
        "type": "Hier wird ein Objekt erwartet.",
    }

    class Meta:
        unknown = ma.RAISE
        ordered = True

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self)

    def _serialize(self, obj: Any, *, many: bool = False) -> Any:
        """Return what is written of an object: of plain dictionaries, nearly all, the quick way."""
        if not many and type(obj) is dict:
            return self._writer.write(obj)
        return super()._serialize(obj, many=many)

    @cached_property
    def _loader(self) -> Loader:
        return Loader(self, _refuse_unstorable)

    def load(self, data: Any, **wanted: Any) -> Any:
        """Return what is meant by a body: of a plain one with nothing wrong in it, quickly.

        Raises ValidationError with every error, as the library finds them.
        """
        if type(data) is dict and all(value is None for value in wanted.values()):
            with suppress(Unusual):
                return self._loader.load(data)
        return super().load(data, **wanted)

    @ma.validates_schema
    def _is_storable(self, data: Any, **_: Any) -> None:
        """Refuse what no column could hold, at its field: whatever the field's own rule says."""
        _refuse_unstorable(data)


def _refuse_unstorable(data: Any) -> None:
    if isinstance(data, Mapping):
        sentences = {name: _unstorable(value) for name, value in data.items()}
        found = {name: [sentence] for name, sentence in sentences.items() if sentence is not None}
        if found:
            raise ma.ValidationError(found)


def _unstorable(value: object) -> str | None:
    """Return a sentence for a value that no column can hold, None for any other."""
    if isinstance(value, list | tuple):
        return next(filter(None, map(_unstorable, value)), None)
    if isinstance(value, str) and _NOT_TEXT.search(value):
        return "Der Text enthält Zeichen, die sich nicht speichern lassen."
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        return "Die Zahl ist zu groß."
    if isinstance(value, dt.date) and not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        return (
            f"Das Jahr {value.year} ist unplausibel. "
            f"Möglich sind {EARLIEST_YEAR} bis {LATEST_YEAR}."
        )
    return None


class Text(fields.String):
    """Text as people write it: NFC, no NUL or other control characters but line feed and tab."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return clean(text) if isinstance(text, str) else text


loading.know(Text)


def clean(text: str) -> str:
    """Return text in NFC with unified line ends and without surrounding blanks.

    Raises ValidationError for control characters: they come from damaged files, and silently
    dropping them would change what was meant.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _CONTROL.search(text):
        raise ma.ValidationError(
            "Der Text enthält ein unsichtbares Steuerzeichen. "
            "Bitte fügen Sie ihn als reinen Text neu ein."
        )
    return text


def text(maximum: int, *, minimum: int = 0, required: bool = False, **more: Any) -> Text:
    """Return a text field with limits that its German message names."""
    rule = validate.Length(
        min=minimum or None,
        max=maximum,
        error=f"Bitte höchstens {maximum} Zeichen"
        + (f" und mindestens {minimum}." if minimum else "."),
    )
    return Text(required=required, validate=rule, **more)


class MoneySchema(Schema):
    """An amount, net of VAT unless its field says otherwise."""

    amount_cents = fields.Integer(required=True, strict=True)
    currency = fields.String(
        required=True, validate=validate.OneOf(["EUR"], error="Nur EUR wird angenommen.")
    )


class Instant(fields.AwareDateTime):
    """An instant, ISO 8601 with zone; written in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", default_timezone=None, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else instant_text(value)


def instant_text(instant: dt.datetime) -> str:
    """Return an instant as the API writes it: `2026-08-05T10:00:00Z`."""
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


loading.know(Instant)
writing.know(Instant)


def violations_of_request(messages: Mapping[str, Any]) -> list[Violation]:
    """Return webargs' messages as violations; its outermost level says where, not what."""
    return [found for each in messages.values() for found in violations_in(each)]


def violations_in(messages: Any, path: str = "") -> list[Violation]:
    """Return marshmallow's nested messages as violations with dotted field paths."""
    if isinstance(messages, Mapping):
        found: list[Violation] = []
        for key, value in messages.items():
            part = "" if key == "_schema" else str(key)
            found += violations_in(value, ".".join(filter(None, (path, part))))
        return found
    if isinstance(messages, list | tuple):
        return [violation for message in messages for violation in violations_in(message, path)]
    return [Violation("invalid_field", str(messages), field=path or None)]
