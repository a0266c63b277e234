"""Demands from published notices: flat records as derived from German contract notices.

Such a record says what a municipality asked the market for: id, buyer, municipality, title,
description, nature, cpv, quantities, value, published. Its quantities were found by pattern in the
text, so only those that plausibly are the demanded quantity become lines; sizes, durations and
whatever else was a number stay readable in the remarks.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import codes, demand_fields, german_dates, plain_text
from vergabe.exchange import demand_input as shape
from vergabe.exchange.demand_input import DemandInput

# By unit: the beginnings of CPV codes for which a number with this unit is what is demanded, and
# not the size of a vehicle, a hall or a contract. An empty text stands for every code.
_DEMANDED: Final[Mapping[str, tuple[str, ...]]] = {
    "H87": ("",),
    "C62": ("",),
    "SET": ("",),
    "KWH": ("",),
    "MWH": ("",),
    "GWH": ("",),
    "KGM": ("03", "14", "15", "24", "44", "90"),
    "TNE": ("03", "09", "14", "15", "24", "44", "90"),
    "MTQ": ("03", "09", "14", "44", "90"),
    "MTK": ("45", "50", "71", "77", "90"),
    "H18": ("77", "90"),
    "KMT": ("60", "71", "90"),
    "MTR": ("44", "71", "90"),
}
# Below, a number of metres or kilometres is the size of a thing or the way to a place.
_LENGTH_FLOOR: Final = {"MTR": Decimal(100), "KMT": Decimal(20), "MTK": Decimal(100)}
_MAX_LINES: Final = 50


@dataclass(frozen=True, slots=True)
class MunicipalityRef:
    """Which municipality a record belongs to.

    level: `gemeinde`, `verband` or `kreis`; key: AGS (8 digits), Verband key (9) or Kreis key (5).
    """

    level: str
    key: str
    name: str
    land: str | None = None
    nuts3: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeDemand:
    """A demand from a notice, the municipality it is of and the day the notice was published."""

    demand: DemandInput
    municipality: MunicipalityRef | None
    published_on: dt.date | None
    errors: tuple[Violation, ...]
    warnings: tuple[Violation, ...]


def is_notice_record(record: Mapping[str, Any]) -> bool:
    """Return whether an object is a record of a notice, not a demand in our own form."""
    return isinstance(record.get("municipality"), dict) and "cpv" in record


def demand_from_notice_record(record: Mapping[str, Any]) -> NoticeDemand:
    """Return the demand, the municipality and the day of publication of a notice record.

    The value counts as net, in euros (so the publisher defines it); a value of 0 is none. Unknown
    CPV codes are left out with a warning, a lone division such as `50` becomes 50000000; a
    description that repeats the title is kept. Values that cannot be read stand in `errors` and
    are absent; never raises.
    """
    municipality = _municipality(record.get("municipality"))
    main, additional, warnings = _cpv(record.get("cpv"))
    numbers = _numbers(record, main)
    value = record.get("value")
    amount = value.get("amount") if isinstance(value, dict) else value
    if amount == 0:
        message = "Der Wert 0 sagt nichts und wurde weggelassen."
        warnings.append(Violation("value_left_out", message, field="estimated_value_net_cents"))
    values: dict[str, object] = {
        "external_reference": record.get("id"),
        "title": record.get("title"),
        "description": record.get("description"),
        "cpv_main": main,
        "cpv_additional": additional,
        "nature": record.get("nature"),
        "estimated_value_net": None if amount == 0 else amount,
        "nuts": municipality.nuts3 if municipality else None,
    }
    parsed = demand_fields.parse_demand(values, numbers.lines)
    published_on, unread = _published(record.get("published"))
    demand = replace(parsed.demand, remarks=_remarks(record, published_on, numbers))
    errors = (*parsed.errors, *unread, *_currency_errors(value))
    return NoticeDemand(demand, municipality, published_on, errors, (*warnings, *parsed.warnings))


def _municipality(raw: object) -> MunicipalityRef | None:
    if not isinstance(raw, dict):
        return None
    level, key, name = (str(raw.get(part, "")).strip() for part in ("level", "key", "name"))
    if not (level and key and name):
        return None
    land, nuts3 = raw.get("land"), raw.get("nuts3")
    return MunicipalityRef(
        level, key, name, str(land) if land else None, str(nuts3) if nuts3 else None
    )


def _cpv(raw: object) -> tuple[str, list[str], list[Violation]]:
    """Return main code, additional codes and a warning for each that is unknown."""
    found: list[str] = []
    warnings = []
    for position, text in enumerate(raw if isinstance(raw, list) else [raw]):
        written = str(text or "").strip()
        if len(written) == 2 and codes.cpv(f"{written}000000"):
            written = f"{written}000000"
        try:
            code = codes.normalise_cpv(written)
        except InvalidInput as error:
            field = f"cpv_additional.{position - 1}" if position else "cpv_main"
            warnings.append(Violation("cpv_left_out", error.message, field=field))
            continue
        if code not in found:
            found.append(code)
    return (found[0] if found else ""), found[1 : shape.CPV_ADDITIONAL_MAX + 1], warnings


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of a text: lines of the demand, and as written: rough ones, others."""

    lines: list[dict[str, object]]
    rough: list[str]
    others: list[str]


def _numbers(record: Mapping[str, Any], cpv_main: str) -> _Numbers:
    found = _Numbers([], [], [])
    seen: set[tuple[Decimal, str, str]] = set()
    raw_quantities = record.get("quantities")
    for raw in raw_quantities if isinstance(raw_quantities, list) else []:
        if not isinstance(raw, dict):
            continue
        value, unit = _number(raw.get("value")), str(raw.get("unit_code", ""))
        written = str(raw.get("raw", "")).strip()
        if value is None or not _is_demanded(raw, value, unit, cpv_main):
            found.others.append(written)
            continue
        if raw.get("approx"):
            found.rough.append(written)
        # The same number is often told in title and text, in another case: Drucker, Druckern.
        key = (value, unit, str(raw.get("unit_raw"))[:5].casefold())
        if key not in seen and len(found.lines) < _MAX_LINES:
            seen.add(key)
            text = _line_text(record, raw)
            found.lines.append({"text": text, "quantity": value, "unit_code": unit})
    return found


def _number(raw: object) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    value = Decimal(str(raw))
    return value if value.is_finite() and 0 < value <= shape.QUANTITY_MAX else None


def _is_demanded(raw: Mapping[str, Any], value: Decimal, unit: str, cpv_main: str) -> bool:
    """Return whether a number in the text plausibly is the demanded quantity."""
    written = str(raw.get("raw", "")).casefold()
    # Without its own words a number stands nowhere in the context.
    before = str(raw.get("context", "")).casefold().partition(written)[0] if written else ""
    if "option" in written or "option" in before or "bis zu" in written:
        return False
    if raw.get("kind") == "counted noun":
        return unit == "H87"
    prefixes = _DEMANDED.get(unit, ())
    is_large_enough = value >= _LENGTH_FLOOR.get(unit, Decimal(0))
    return is_large_enough and any(cpv_main.startswith(prefix) for prefix in prefixes)


def _line_text(record: Mapping[str, Any], raw: Mapping[str, Any]) -> str:
    """Return the counted thing (`iPads`) where one was counted, else the title."""
    noun = str(raw.get("unit_raw") or "")
    text = noun if raw.get("kind") == "counted noun" and noun else str(record.get("title") or "")
    return text[: shape.ITEM_TEXT_MAX]


def _published(raw: object) -> tuple[dt.date | None, list[Violation]]:
    if raw is None:
        return None, []
    try:
        return german_dates.parse_date(raw), []
    except InvalidInput as error:
        return None, [Violation(error.code, error.message, field="published")]


def _currency_errors(value: object) -> list[Violation]:
    if not isinstance(value, dict) or value.get("currency", "EUR") == "EUR":
        return []
    message = "Der Wert steht nicht in Euro. Bitte rechnen Sie ihn in Euro um."
    return [Violation("currency_not_eur", message, field="estimated_value_net_cents")]


def _remarks(
    record: Mapping[str, Any], published_on: dt.date | None, numbers: _Numbers
) -> str | None:
    """Return where the demand comes from and what its text says about numbers beyond the lines."""
    source = (
        f"Aus einer Bekanntmachung übernommen, Auftraggeber: {record.get('buyer', 'unbekannt')}"
    )
    if published_on is not None:
        source += f", veröffentlicht am {german_dates.format_date(published_on)}"
    parts = [f"{source}."]
    for name, written in (("Ungefähre Mengen", numbers.rough), ("Weitere Zahlen", numbers.others)):
        known = [text for text in dict.fromkeys(written) if text]
        if known:
            parts.append(f"{name} im Text: {'; '.join(known)}.")
    try:
        return plain_text.many_lines("\n".join(parts), max_length=shape.REMARKS_MAX) or None
    except InvalidInput:
        return None
