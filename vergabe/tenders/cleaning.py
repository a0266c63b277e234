"""The shape of what somebody wants a draft to say: clean texts, known values, sane numbers.

Pure. The same for form and API; what law and stage say about it comes afterwards.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from vergabe import money
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange.plain_text import many_lines, one_line
from vergabe.law.lots import JoiningReason
from vergabe.tenders.limits import (
    DESCRIPTION_MAX,
    EMAIL_MAX,
    LINE_MAX,
    NAME_MAX,
    TEXT_MAX,
    TITLE_MAX,
    URL_MAX,
)

VARIANTS: Final[Mapping[str, str]] = {
    "not-allowed": "ausgeschlossen",
    "allowed": "zugelassen",
    "required": "vorgeschrieben",
}
LONGEST_MONTHS: Final = 600
MOST_LOTS: Final = 10_000
# As the schema of the notices wants them.
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL: Final = re.compile(r"https?://[^\s]+", re.IGNORECASE)

Cleaner = Callable[[Any, str], Any]


def _wrong(code: str, message: str, field: str) -> InvalidInput:
    return InvalidInput.of([Violation(code, message, field=field)])


def _line(maximum: int, *, required: bool = False) -> Cleaner:
    def clean(value: Any, field: str) -> str:
        text = one_line(value, max_length=maximum, field=field)
        if required and not text:
            raise _wrong("text_missing", "Diese Angabe darf nicht leer sein.", field)
        return text

    return clean


def _text(maximum: int) -> Cleaner:
    return lambda value, field: many_lines(value, max_length=maximum, field=field)


def _email(value: Any, field: str) -> str:
    text = one_line(value, max_length=EMAIL_MAX, field=field)
    if text and not _EMAIL.fullmatch(text):
        raise _wrong(
            "email_malformed",
            "Das ist keine E-Mail-Adresse. Sie sieht so aus: vergabe@gemeinde.de.",
            field,
        )
    return text


def _url(value: Any, field: str) -> str:
    text = one_line(value, max_length=URL_MAX, field=field)
    if text and not _URL.fullmatch(text):
        raise _wrong("url_malformed", "Eine Internetadresse beginnt mit https://.", field)
    return text


def _flag(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong("not_yes_no", "Hier wird ja oder nein erwartet.", field)
    return value


def _whole(maximum: int, message: str) -> Cleaner:
    def clean(value: Any, field: str) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= maximum:
            raise _wrong("number_out_of_range", message, field)
        return value

    return clean


def _choice(known: Mapping[str, str], message: str) -> Cleaner:
    def clean(value: Any, field: str) -> str:
        if value not in known:
            raise _wrong("choice_unknown", message, field)
        return str(value)

    return clean


def _ground(value: Any, field: str) -> str:
    if value and value not in {reason.value for reason in JoiningReason}:
        raise _wrong("choice_unknown", "Diesen Grund gibt es nicht. Wählen Sie einen.", field)
    return str(value or "")


def _as_given(value: Any, _field: str) -> Any:
    return value


def _mapping(parts: Mapping[str, tuple[Cleaner, Any]]) -> Cleaner:
    def clean(value: Any, field: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        wrong: list[Violation] = []
        for name, (cleaner, empty) in parts.items():
            try:
                found[name] = cleaner(value.get(name, empty), f"{field}.{name}")
            except InvalidInput as error:
                wrong += error.violations
        if wrong:
            raise InvalidInput.of(wrong)
        return found

    return clean


_CONTACT: Final = _mapping(
    {"name": (_line(NAME_MAX), ""), "email": (_email, ""), "phone": (_line(LINE_MAX), "")}
)
_REVIEW_BODY: Final = _mapping(
    {
        "name": (_line(NAME_MAX), ""),
        "street": (_line(LINE_MAX), ""),
        "postcode": (_line(20), ""),
        "city": (_line(LINE_MAX), ""),
        "email": (_email, ""),
        "phone": (_line(LINE_MAX), ""),
        "website": (_url, ""),
    }
)
JOINING_TEXTS: Final = ("facts", "alternatives", "weighing", "decision")
JOINING_FLAGS: Final = ("infrastructure", "special_fund", "listed_transport", "time_reasons")
_JOINING: Final = _mapping(
    {"ground": (_ground, "")}
    | {name: (_text(TEXT_MAX), "") for name in JOINING_TEXTS}
    | dict.fromkeys(JOINING_FLAGS, (_flag, False))
)
_MONTHS: Final = f"Geben Sie eine ganze Zahl von Monaten zwischen 1 und {LONGEST_MONTHS} an."
_LOTS: Final = "Geben Sie eine ganze Zahl ab 1 an, oder lassen Sie das Feld leer."
_FIELDS: Final[Mapping[str, Cleaner]] = {
    "title": _line(TITLE_MAX, required=True),
    "description": _text(DESCRIPTION_MAX),
    "selection_criteria": _text(TEXT_MAX),
    "procurement_method": _line(30, required=True),
    "method_reason": _text(TEXT_MAX),
    "is_urgent": _flag,
    "urgency_reason": _text(TEXT_MAX),
    "is_framework": _flag,
    "framework_maximum_net_cents": _whole(
        money.MAX_CENTS,
        "Geben Sie einen Betrag über 0 Euro an, höchstens 10 Milliarden.",
    ),
    "duration_months": _whole(LONGEST_MONTHS, _MONTHS),
    "duration_reason": _text(TEXT_MAX),
    "contact": _CONTACT,
    "review_body": _REVIEW_BODY,
    "variants": _choice(VARIANTS, "Wählen Sie aus, wie es mit Nebenangeboten ist."),
    "max_lots_per_bid": _whole(MOST_LOTS, _LOTS),
    "max_lots_per_winner": _whole(MOST_LOTS, _LOTS),
    "lots_joining": _JOINING,
    "requested_publication_on": _as_given,
    "enquiries_deadline": _as_given,
    "submission_deadline": _as_given,
    "bid_validity_until": _as_given,
    "bid_validity_reason": _text(TEXT_MAX),
}
# What people call a field where it is not named like its column.
_SHOWN_AS: Final = {"framework_maximum_net_cents": "framework_maximum"}


def cleaned(edit: Mapping[str, Any]) -> dict[str, Any]:
    """Return an edit with clean values; InvalidInput names every field that is wrong."""
    found: dict[str, Any] = {}
    wrong: list[Violation] = []
    for name, value in edit.items():
        try:
            found[name] = _FIELDS[name](value, _SHOWN_AS.get(name, name))
        except InvalidInput as error:
            wrong += error.violations
    if wrong:
        raise InvalidInput.of(wrong)
    return found
