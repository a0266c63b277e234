"""How pages write amounts, days and instants: German, in Europe/Berlin."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Final

from flask import Flask

from vergabe import clock, money

WEEKDAYS: Final = (
    "Montag",
    "Dienstag",
    "Mittwoch",
    "Donnerstag",
    "Freitag",
    "Samstag",
    "Sonntag",
)


def day(value: dt.date | None) -> str:
    """Return a legal day as `31.12.2026`; empty for None."""
    return value.strftime("%d.%m.%Y") if value else ""


def moment(value: dt.datetime | None, *, seconds: bool = True) -> str:
    """Return an aware instant as `31.12.2026, 12:00:00 Uhr` in Europe/Berlin; empty for None."""
    if value is None:
        return ""
    local = value.astimezone(clock.BERLIN)
    return local.strftime("%d.%m.%Y, %H:%M:%S Uhr" if seconds else "%d.%m.%Y, %H:%M Uhr")


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
        return f"{WEEKDAYS[last.weekday()]}, {day(last)}, 24:00 Uhr"
    return f"{WEEKDAYS[local.weekday()]}, {moment(value, seconds=False)}"


def euro(value: int | None, currency: str = money.EUR) -> str:
    """Return cents as `1.234,50 €`; a dash for None."""
    return "–" if value is None else money.german(value, currency)


def quantity(value: Decimal | None) -> str:
    """Return a quantity as Germans write it, without trailing zeros; empty for None."""
    if value is None:
        return ""
    text = f"{value:,f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return whole.replace(",", ".") + (f",{fraction}" if fraction else "")


def percent(basis_points: int) -> str:
    """Return basis points as a percentage: 3050 → `30,5 %`."""
    return f"{quantity(Decimal(basis_points) / 100)}\N{NO-BREAK SPACE}%"


def file_size(size_bytes: int) -> str:
    """Return a file size in whole or tenths of kB, MB (1,000-based as people read it)."""
    if size_bytes < 1000:
        return f"{size_bytes} Byte"
    for unit, factor in (("kB", 1000), ("MB", 1000**2)):
        if size_bytes < factor * 1000:
            return f"{size_bytes / factor:.1f} {unit}".replace(".", ",")
    return f"{size_bytes / 1000**3:.1f} GB".replace(".", ",")


def short_id(value: uuid.UUID) -> str:
    return str(value)[-8:]


def init_app(app: Flask) -> None:
    """Register the filters that templates use."""
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        weekday_moment=weekday_moment,
        euro=euro,
        quantity=quantity,
        percent=percent,
        file_size=file_size,
        short_id=short_id,
    )
