"""Demands as JSON objects: our own form, one object with nested `items`."""

from collections.abc import Mapping
from typing import Any, Final

from vergabe.errors import Violation
from vergabe.exchange.demand_columns import DEMAND_COLUMNS, ITEM_COLUMNS, fold_header
from vergabe.exchange.demand_fields import ParsedDemand, parse_demand

_AMOUNTS: Final = ("estimated_value_net", "unit_price_net")
_CENTS: Final = {fold_header(f"{name}_cents"): f"{name}_cents" for name in _AMOUNTS}


def demand_from_record(record: Mapping[str, Any]) -> ParsedDemand:
    """Return the demand that a JSON object means, with all errors and warnings.

    Keys are our field names or the column names of the sheet; `items` is a list of objects. An
    amount is a number or text in euros, `…_cents` as an integer, or an object with `amount_cents`
    and `currency` (EUR). Unknown keys are warned of, absent ones and null mean nothing was said.
    """
    errors: list[Violation] = []
    warnings: list[Violation] = []
    raw_items = record.get("items")
    items = raw_items if isinstance(raw_items, list) else []
    if raw_items is not None and not isinstance(raw_items, list):
        errors.append(_wrong_type("items", "eine Liste von Positionen"))
    lines = []
    for position, item in enumerate(items):
        path = f"items.{position}"
        if isinstance(item, dict):
            lines.append(_named(item, ITEM_COLUMNS, f"{path}.", errors, warnings))
        else:
            lines.append({})  # keeps the positions of the others
            errors.append(_wrong_type(path, "ein Objekt mit text, quantity und unit"))
    fields = {key: value for key, value in record.items() if key != "items"}
    values = _named(fields, DEMAND_COLUMNS, "", errors, warnings)
    parsed = parse_demand(values, lines)
    return ParsedDemand(parsed.demand, (*errors, *parsed.errors), (*warnings, *parsed.warnings))


def _named(
    raw: Mapping[str, Any],
    known: Mapping[str, str],
    prefix: str,
    errors: list[Violation],
    warnings: list[Violation],
) -> dict[str, object]:
    """Return values by our field names."""
    values: dict[str, object] = {}
    for key, value in raw.items():
        folded = fold_header(key)
        field = known.get(folded) or _CENTS.get(folded)
        if field is None:
            message = f"Das Feld „{key[:60]}“ ist nicht bekannt und wird nicht übernommen."
            warnings.append(Violation("field_unknown", message, field=f"{prefix}{key[:60]}"))
        elif field in values:
            message = f"Die Angabe {field} steht zweimal im Datensatz. Bitte behalten Sie nur eine."
            errors.append(Violation("field_twice", message, field=prefix + field))
        elif isinstance(value, dict) and field in _AMOUNTS:
            _take_amount(value, field, values, prefix, errors)
        else:
            values[field] = value
    return values


def _take_amount(
    value: Mapping[str, Any],
    field: str,
    values: dict[str, object],
    prefix: str,
    errors: list[Violation],
) -> None:
    if value.get("currency", "EUR") != "EUR":
        message = "Beträge werden nur in Euro angenommen (currency: EUR)."
        errors.append(Violation("currency_not_eur", message, field=f"{prefix}{field}_cents"))
        return
    values[f"{field}_cents"] = value.get("amount_cents")


def _wrong_type(field: str, expected: str) -> Violation:
    return Violation("wrong_type", f"Hier wird {expected} erwartet.", field=field)
