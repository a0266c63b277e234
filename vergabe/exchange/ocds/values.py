"""Small JSON values of the standard: amounts, instants, quantities."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from vergabe.money import euros


def amount(cents: int | None, currency: str) -> dict[str, Any] | None:
    """Return a Value of an amount in cents; None where there is none."""
    return None if cents is None else {"amount": float(euros(cents)), "currency": currency}


def number(quantity: Decimal | None) -> float | int | None:
    """Return a quantity as a JSON number."""
    if quantity is None:
        return None
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def period(start: dt.datetime | None, end: dt.datetime | None) -> dict[str, Any] | None:
    """Return a Period; None where neither end is known."""
    ends = without_empty({"startDate": instant(start), "endDate": instant(end)})
    return ends or None


def instant(moment: dt.datetime | None) -> str | None:
    """Return an aware instant in UTC to the second, as the standard writes it."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that say something: the standard has no empty texts and lists."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}
