"""What somebody wants the facts to be: clean texts, known codes, sane numbers. Pure.

The same for form and API. Values go in as they are typed or sent, JSON values come out.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import codes
from vergabe.exchange.plain_text import many_lines, one_line
from vergabe.notice_facts.fields import Field

_REGION_LEVEL: Final = 3


def cleaned(edit: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return an edit with clean values; InvalidInput names every field that is wrong."""
    found: dict[str, Any] = {}
    wrong: list[Violation] = []
    for name, value in edit.items():
        field = fields.get(name)
        if field is None:
            wrong.append(Violation("field_unknown", "Dieses Feld gibt es nicht.", field=name))
            continue
        try:
            found[name] = _CLEANERS[field.kind](value, field)
        except InvalidInput as error:
            wrong += error.violations
    if wrong:
        raise InvalidInput.of(wrong)
    return found


def _wrong(code: str, message: str, field: Field) -> InvalidInput:
    return InvalidInput.of([Violation(code, message, law=field.law or None, field=field.name)])


def _line(value: Any, field: Field) -> str:
    return one_line(value or "", max_length=field.maximum, field=field.name)


def _region(value: Any, field: Field) -> str:
    code = one_line(value or "", max_length=field.maximum, field=field.name).upper()
    known = codes.nuts(code) if code else None
    if code and (known is None or known.level != _REGION_LEVEL):
        raise _wrong(
            "region_unknown",
            "Diese Region gibt es nicht. Ein NUTS-3-Code sieht so aus: DEA23.",
            field,
        )
    return code


def _text(value: Any, field: Field) -> str:
    return many_lines(value or "", max_length=field.maximum, field=field.name)


def _flag(value: Any, field: Field) -> bool:
    if not isinstance(value, bool):
        raise _wrong("not_yes_no", "Hier wird ja oder nein erwartet.", field)
    return value


def _choice(value: Any, field: Field) -> str:
    if not isinstance(value, str) or value not in (field.options or {}):
        raise _wrong("choice_unknown", f"{field.label}: Wählen Sie eine der Angaben.", field)
    return value


def _codes(value: Any, field: Field) -> list[str]:
    """Return codes in the order of the list, each once."""
    options = field.options or {}
    if not isinstance(value, list | tuple) or any(code not in options for code in map(str, value)):
        raise _wrong("choice_unknown", f"{field.label}: Diese Auswahl gibt es nicht.", field)
    return [code for code in options if code in value]


def _pieces(value: Any, field: Field) -> list[str]:
    options = field.options or {}
    if not isinstance(value, list | tuple) or any(code not in options for code in map(str, value)):
        raise _wrong("choice_unknown", "Wählen Sie für jedes Stück ein Kriterium.", field)
    return [str(code) for code in value]


def _number(value: Any, field: Field) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= field.maximum:
        message = f"{field.label}: Geben Sie eine ganze Zahl von 0 bis {field.maximum} an."
        raise _wrong("number_out_of_range", message, field)
    return value


def _day(value: Any, field: Field) -> str | None:
    if value is None:
        return None
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise _wrong("day_malformed", "Hier wird ein Tag erwartet.", field)
    return value.isoformat()


def _moment(value: Any, field: Field) -> str | None:
    if value is None:
        return None
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise _wrong("moment_malformed", "Hier werden Tag und Uhrzeit erwartet.", field)
    return value.astimezone(dt.UTC).isoformat()


_CLEANERS: Final[Mapping[str, Callable[[Any, Field], Any]]] = {
    "line": _line,
    "region": _region,
    "text": _text,
    "flag": _flag,
    "choice": _choice,
    "codes": _codes,
    "pieces": _pieces,
    "number": _number,
    "day": _day,
    "moment": _moment,
}
