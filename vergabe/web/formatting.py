"""How pages write amounts, days and instants: in the reader's language, in Europe/Berlin."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Final

from flask import Flask

from vergabe import clock, money
from vergabe.texts import Language, language
from vergabe.web import time_words

WEEKDAYS: Final = (
    "Montag",
    "Dienstag",
    "Mittwoch",
    "Donnerstag",
    "Freitag",
    "Samstag",
    "Sonntag",
)
_WEEKDAYS: Final[dict[Language, tuple[str, ...]]] = {
    "de": WEEKDAYS,
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
# Words, because 4/5/2026 is another day in London than in New York.
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day(value: dt.date | None) -> str:
    """Return a legal day as `31.12.2026` or `31 December 2026`; empty for None."""
    if value is None:
        return ""
    if language() == "en":
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value.day:02}.{value.month:02}.{value.year}"


def moment(value: dt.datetime | None, *, seconds: bool = True) -> str:
    """Return an aware instant as `31.12.2026, 12:00:00 Uhr` in Europe/Berlin; empty for None.

    English names the zone: who reads it may sit in another (`31 December 2026, 12:00:00 CET`).
    """
    if value is None:
        return ""
    local = value.astimezone(clock.BERLIN)
    time = f"{local.hour:02}:{local.minute:02}"
    if seconds:
        time += f":{local.second:02}"
    return f"{day(local.date())}, {_oclock(time, local)}"


def _oclock(time: str, local: dt.datetime) -> str:
    return f"{time} {local.tzname() if language() == 'en' else 'Uhr'}"


def weekday(value: dt.date) -> str:
    """Return the name of the day of the week."""
    return _WEEKDAYS[language()][value.weekday()]


def weekday_moment(value: dt.datetime | None) -> str:
    """Return the end of a period with its weekday: `Donnerstag, 31.12.2026, 12:00 Uhr`.

    An end at midnight is written as 24:00 of the day before: `bis Mittwoch, 0 Uhr` would be read as
    if Wednesday still counted.
    """
    if value is None:
        return ""
    local = value.astimezone(clock.BERLIN)
    if local.time() == dt.time():
        last = local.date() - dt.timedelta(days=1)
        return f"{weekday(last)}, {day(last)}, {_oclock('24:00', local)}"
    return f"{weekday(local)}, {moment(value, seconds=False)}"


def euro(value: int | None, currency: str = money.EUR) -> str:
    """Return cents as `1.234,50 €` or `€1,234.50`; a dash for None."""
    if value is None:
        return "–"
    return (money.english if language() == "en" else money.german)(value, currency)


def quantity(value: Decimal | None) -> str:
    """Return a quantity as people write it, without trailing zeros; empty for None."""
    if value is None:
        return ""
    whole, _, fraction = f"{value:,f}".partition(".")
    fraction = fraction.rstrip("0")
    if language() == "en":
        return whole + (f".{fraction}" if fraction else "")
    return whole.replace(",", ".") + (f",{fraction}" if fraction else "")


def percent(basis_points: int) -> str:
    """Return basis points as a percentage: 3050 → `30,5 %`."""
    gap = "" if language() == "en" else "\N{NO-BREAK SPACE}"
    return f"{quantity(Decimal(basis_points) / 100)}{gap}%"


def file_size(size_bytes: int) -> str:
    """Return a file size in whole or tenths of kB, MB (1,000-based as people read it)."""
    if size_bytes < 1000:
        return f"{size_bytes} {'bytes' if language() == 'en' else 'Byte'}"
    for unit, factor in (("kB", 1000), ("MB", 1000**2)):
        if size_bytes < factor * 1000:
            return _decimal(f"{size_bytes / factor:.1f} {unit}")
    return _decimal(f"{size_bytes / 1000**3:.1f} GB")


def _decimal(text: str) -> str:
    return text if language() == "en" else text.replace(".", ",")


def whole(value: int) -> str:
    """Return a count with its thousands set apart: `12.345` or `12,345`."""
    return f"{value:,}" if language() == "en" else f"{value:,}".replace(",", ".")


def short_id(value: uuid.UUID) -> str:
    return str(value)[-8:]


def init_app(app: Flask) -> None:
    """Register the filters that templates use."""
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        weekday=weekday,
        weekday_moment=weekday_moment,
        euro=euro,
        quantity=quantity,
        percent=percent,
        file_size=file_size,
        whole=whole,
        short_id=short_id,
        until=time_words.until,
        exact_moment=time_words.exact,
        long_day=time_words.long_day,
        months=time_words.months,
    )
