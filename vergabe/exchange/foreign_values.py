"""Values of other people's notices: read where it can be done, else absent; never an error."""

import datetime as dt
import math
import re
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

from vergabe import clock, money
from vergabe.exchange import plain_text
from vergabe.exchange.foreign_notice import (
    CODE_MAX,
    ID_MAX,
    MOST_CODES,
    NAME_MAX,
    SUMMARY_MAX,
    TITLE_MAX,
    URL_MAX,
    Money,
)

_CPV: Final = re.compile(r"\s*(\d{2,8})(?:-\d)?\s*")
_NUTS: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})?")
_EARLIEST: Final = 1990
_LATEST: Final = 2100


def title(value: object) -> str:
    """Return a title on one line; empty if there is none."""
    return plain_text.forgiving(value, max_length=TITLE_MAX) if isinstance(value, str) else ""


def summary(value: object) -> str:
    """Return a description with its line breaks; empty if there is none."""
    if not isinstance(value, str):
        return ""
    return plain_text.forgiving(value, max_length=SUMMARY_MAX, lines=True)


def name(value: object) -> str | None:
    """Return a name on one line."""
    text = plain_text.forgiving(value, max_length=NAME_MAX) if isinstance(value, str) else ""
    return text or None


def code(value: object) -> str | None:
    """Return a code as it stands, known or not."""
    text = plain_text.forgiving(value, max_length=CODE_MAX) if isinstance(value, str) else ""
    return text or None


def identifier(value: object) -> str | None:
    """Return an id; a UUID in lower case."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        value = str(value) if value < 10**ID_MAX else None
    text = plain_text.forgiving(value, max_length=ID_MAX) if isinstance(value, str) else ""
    try:
        return str(uuid.UUID(text)) if len(text) == 36 else text or None
    except ValueError:
        return text


def source_id(value: object) -> str | None:
    """Return the id at a source: padding zeros of numbers are dropped, UUIDs stay whole."""
    found = identifier(value)
    return found if found is None or len(found) == 36 else found.lstrip("0") or found


def version(value: object) -> int:
    """Return a version between 1 and 99; 1 where none is readable."""
    text = str(value).strip() if isinstance(value, str | int) else ""
    found = int(text) if len(text) <= 4 and text.isascii() and text.isdecimal() else 0
    return found if 0 < found < 100 else 1


def url(value: object) -> str | None:
    """Return a web address that may stand behind a link: http or https with a host, else None."""
    if not isinstance(value, str) or len(value) > URL_MAX:
        return None
    text = value.strip()
    if "://" not in text and text.startswith("www."):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        is_web = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return text if is_web and plain_text.forgiving(text, max_length=URL_MAX) == text else None


def cpv(values: object) -> tuple[str, ...]:
    """Return CPV codes without check digit, each once, in their order; also short ones (`45`)."""
    return _codes(values, lambda text: match[1] if (match := _CPV.fullmatch(text)) else None)


def nuts(values: object) -> tuple[str, ...]:
    """Return NUTS codes in capitals, each once; a bare country says nothing and is left out."""

    def read(text: str) -> str | None:
        found = text.strip().upper()
        return found if len(found) > 2 and _NUTS.fullmatch(found) else None

    return _codes(values, read)


def _codes(values: object, read: Any) -> tuple[str, ...]:
    listed = values if isinstance(values, list | tuple) else [values]
    found = (read(value) for value in listed[: 10 * MOST_CODES] if isinstance(value, str))
    return tuple(dict.fromkeys(value for value in found if value))[:MOST_CODES]


def amount(value: object, currency: object = "EUR") -> Money | None:
    """Return an amount in cents; None for nothing, zero, negative or absurd ones.

    Amounts of up to one unit (`1.00`) are what people type who must not leave the field empty.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    try:
        found = Decimal(str(value).strip()[:40])
    except (InvalidOperation, ValueError):
        return None
    # Compared first: written out, `1E999990` would take half a minute.
    if not found.is_finite() or not 0 < found <= money.MAX_CENTS:
        return None
    whole = int((found * 100).to_integral_value())
    known = str(currency).strip().upper()
    if not 100 < whole <= money.MAX_CENTS:
        return None
    return Money(cents=whole, currency=known if _CURRENCY.fullmatch(known) else "EUR")


def day(value: object) -> dt.date | None:
    """Return the day of `2026-08-07`, of `2026-08-07+02:00` or of an instant (in Berlin)."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    match = _DAY.fullmatch(text)
    try:
        found = dt.date.fromisoformat(match[1]) if match else _legal_day(text)
    except (ValueError, OverflowError):
        return None
    return found if _EARLIEST <= found.year <= _LATEST else None


def _legal_day(text: str) -> dt.date:
    found = dt.datetime.fromisoformat(text)
    return found.date() if found.tzinfo is None else clock.berlin_day(found)


def deadline(day_text: object, time_text: object = None) -> tuple[dt.datetime | None, bool]:
    """Return an aware instant (UTC), the first that is too late, and whether only a day was said.

    day_text: a day with or without zone, or an instant; time_text: a time with or without zone.
    Without zone it is German time. A bare day ends with its last second; so does midnight, with
    which portals fill a time that they do not know.
    """
    found = day(day_text)
    if found is None or not isinstance(day_text, str):
        return None, False
    try:
        at = _moment(day_text.strip(), time_text if isinstance(time_text, str) else "", found)
    except (ValueError, OverflowError):
        at = None
    if at is None:
        return clock.start_of_day(found + dt.timedelta(days=1)), True
    return at, False


def _moment(day_text: str, time_text: str, found: dt.date) -> dt.datetime | None:
    if _DAY.fullmatch(day_text) is None:
        at = dt.datetime.fromisoformat(day_text)
        if at.tzinfo is not None:
            return at.astimezone(dt.UTC)
        time, zone = at.time(), None
    elif time_text.strip():
        parsed = dt.time.fromisoformat(time_text.strip())
        time, zone = parsed.replace(tzinfo=None), parsed.tzinfo
    else:
        return None
    if zone is not None:
        return dt.datetime.combine(found, time, tzinfo=zone).astimezone(dt.UTC)
    return clock.berlin_instant(found, time) if time != dt.time() else None
