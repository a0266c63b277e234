"""From what people typed to a demand: the one reading that form, API and import share.

`parse_demand` takes named raw values, German texts or typed ones, and returns the demand together
with every violation it met, never only the first. Paths in violations are those of `DemandInput`.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeVar

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import codes, german, german_dates, plain_text, regional_keys
from vergabe.exchange import demand_input as shape
from vergabe.exchange.demand_input import DemandInput, ItemInput

T = TypeVar("T")

_LINES: Final = ("description", "must_haves", "contact", "remarks")
_NATURE_WORDS: Final = {
    word: nature
    for nature, words in (
        ("supplies", "supplies lieferung lieferungen liefern lieferleistung ware waren l goods"),
        ("services", "services dienstleistung dienstleistungen dienst leistung d dl service"),
        ("works", "works bau bauleistung bauleistungen bauauftrag b work"),
    )
    for word in words.split()
}
_NEXT_CODE: Final = re.compile(r" (?=\d{8}(?:\D|$))")
_POSTCODE_AND_CITY: Final = re.compile(r"(?:D-)?(\d{5})\s+(\D.*)")


@dataclass(frozen=True, slots=True)
class ParsedDemand:
    """A demand as far as it could be read; what was wrong (then values are absent), what odd."""

    demand: DemandInput
    errors: tuple[Violation, ...]
    warnings: tuple[Violation, ...]


class _Reader:
    """Reads single values and collects what is wrong with them."""

    def __init__(self, values: Mapping[str, object], prefix: str = "") -> None:
        self.values = values
        self.prefix = prefix
        self.errors: list[Violation] = []
        self.warnings: list[Violation] = []

    def has(self, key: str) -> bool:
        value = self.values.get(key)
        return not (value is None or (isinstance(value, str) and not value.strip()))

    def read(self, key: str, parse: Callable[[object], T], field: str | None = None) -> T | None:
        """Return the parsed value, or None where it is absent or cannot be read."""
        if not self.has(key):
            return None
        try:
            return parse(self.values[key])
        except InvalidInput as error:
            self.errors.append(_at(error.violations[0], self.prefix + (field or key)))
            return None

    def warn(self, code: str, message: str, field: str) -> None:
        self.warnings.append(Violation(code, message, field=self.prefix + field))


def _at(violation: Violation, field: str) -> Violation:
    return Violation(violation.code, violation.message, violation.law, field, violation.who)


def parse_demand(
    values: Mapping[str, object], items: Sequence[Mapping[str, object]] = ()
) -> ParsedDemand:
    """Return the demand that raw values mean, with all errors and warnings of reading them.

    values: keys are the fields of `DemandInput` except `items`; the value may come as
        `estimated_value_net` (euros, as people write) or `estimated_value_net_cents` (int, net);
        `cpv_main` may list several codes, the first is the main one; `nature` may be German.
    items: one mapping per line with `text`, `quantity` (with or without unit), `unit` or
        `unit_code`, `unit_price_net` (euros) or `unit_price_net_cents` (int).
    Whether the demand as a whole makes sense is for `check_demand_input` and `demand_warnings`.
    """
    reader = _Reader(values)
    texts = {key: _text(reader, key) for key in shape.TEXT_LIMITS}
    main, additional = _cpv_codes(reader)
    lines = tuple(_item(raw, position, reader) for position, raw in enumerate(items))
    place = _place(reader, texts.pop("place_city"))
    demand = DemandInput(
        title=texts.pop("title") or "",
        cpv_main=main,
        cpv_additional=additional,
        nature=reader.read("nature", _nature),
        items=lines,
        estimated_value_net_cents=_amount(reader, "estimated_value_net", "thousands"),
        needed_from=_day(reader, "needed_from"),
        needed_until=_day(reader, "needed_until"),
        **place,
        **texts,
    )
    return ParsedDemand(demand, tuple(reader.errors), tuple(reader.warnings))


def _text(reader: _Reader, key: str) -> str | None:
    clean = plain_text.many_lines if key in _LINES else plain_text.one_line
    limit = shape.TEXT_LIMITS[key]
    return reader.read(key, lambda value: clean(as_text(value), max_length=limit)) or None


def as_text(value: object) -> object:
    """Return whole numbers of a sheet as their digits (a cost centre 4711), the rest as it is."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value).replace(".", ",")
    if isinstance(value, dt.date):
        return german_dates.format_date(value)
    return value


def _day(reader: _Reader, key: str) -> dt.date | None:
    return reader.read(key, german_dates.parse_date)


def _nature(value: object) -> str:
    word = re.sub(r"[^a-zäöüß]", "", str(value).casefold())
    if word in _NATURE_WORDS:
        return _NATURE_WORDS[word]
    raise codes.refusal(
        "nature_unknown",
        f"„{str(value).strip()[:40]}“ ist keine Art. Möglich sind Lieferung, "
        "Dienstleistung und Bau.",
    )


def _amount(reader: _Reader, key: str, lone_group: german.LoneGroup) -> int | None:
    """Return an amount in cents, from `key` in euros or from `key` + `_cents` as an integer."""
    field = f"{key}_cents"
    if reader.has(field):
        return reader.read(field, _whole_cents)
    return reader.read(
        key, lambda value: german.parse_money_cents(value, lone_group=lone_group), field
    )


def _whole_cents(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise codes.refusal("not_cents", "Hier wird eine ganze Zahl in Cent erwartet.")


def _cpv_codes(reader: _Reader) -> tuple[str, tuple[str, ...]]:
    """Return the main code, empty if it is missing or wrong, and the additional ones."""
    first, *others = _code_list(reader, "cpv_main") or [(None, "cpv_main")]
    main = _cpv(reader, *first) if first[0] is not None else None
    found = [_cpv(reader, *raw) for raw in [*others, *_code_list(reader, "cpv_additional")]]
    additional = tuple(dict.fromkeys(code for code in found if code and code != main))
    return main or "", additional


def _code_list(reader: _Reader, key: str) -> list[tuple[object, str]]:
    """Return raw codes of a cell or list, each with its field path."""
    if not reader.has(key):
        return []
    value = reader.values[key]
    if isinstance(value, list | tuple):
        raw = [entry for entry in value if entry is not None]
    else:
        listed = re.split(r"[;,|\n]", str(as_text(value)))
        raw = [code for part in listed for code in _NEXT_CODE.split(" ".join(part.split())) if code]
    if len(raw) > 2 * shape.CPV_ADDITIONAL_MAX:
        message = f"Höchstens {shape.CPV_ADDITIONAL_MAX} weitere CPV-Codes sind möglich."
        reader.errors.append(Violation("too_many_cpv", message, field=key))
        return []
    if key == "cpv_main":
        return [(entry, key) for entry in raw]
    return [(entry, f"{key}.{position}") for position, entry in enumerate(raw)]


def _cpv(reader: _Reader, raw: object, field: str) -> str | None:
    try:
        return codes.normalise_cpv(str(as_text(raw)))
    except InvalidInput as error:
        reader.errors.append(_at(error.violations[0], field))
        return None


def _place(reader: _Reader, city: str | None) -> dict[str, str | None]:
    """Return NUTS code, postcode and city; a place in words is read as postcode and city."""
    raw = str(reader.values.get("nuts") or "").strip()
    postcode = reader.read("place_postcode", regional_keys.parse_postcode)
    if raw and not re.fullmatch(r"[A-Za-z]{2}[A-Za-z0-9]{0,3}", raw.replace(" ", "")):
        words = reader.read("nuts", lambda value: _city(value))
        match = _POSTCODE_AND_CITY.fullmatch(words or "")
        named, code = (match[2], match[1]) if match else (words, None)
        return {"nuts": None, "place_postcode": postcode or code, "place_city": city or named}
    if raw and city is None and codes.nuts(raw.upper()) is None and not raw.isupper():
        # Five letters that are no region: a short name such as Inden or Kall.
        return {"nuts": None, "place_postcode": postcode, "place_city": raw}
    nuts = reader.read("nuts", lambda value: codes.normalise_nuts(str(value)))
    return {"nuts": nuts, "place_postcode": postcode, "place_city": city}


def _city(value: object) -> str:
    return plain_text.one_line(as_text(value), max_length=shape.CITY_MAX)


def _item(raw: Mapping[str, object], position: int, parent: _Reader) -> ItemInput:
    reader = _Reader(raw, f"items.{position}.")
    text = reader.read(
        "text", lambda value: plain_text.one_line(as_text(value), max_length=shape.ITEM_TEXT_MAX)
    )
    quantity = reader.read("quantity", german.parse_quantity)
    unit_key = "unit_code" if reader.has("unit_code") else "unit"
    unit = reader.read(unit_key, lambda value: codes.normalise_unit(str(value)), "unit_code")
    hint = codes.unit_hint(str(raw[unit_key])) if unit else None
    if quantity is not None:
        unit = _agreed_unit(reader, quantity, unit)
        hint = hint or quantity.hint
    if hint:
        reader.warn("unit_per_year", hint, "unit_code")
    item = ItemInput(
        text or "",
        quantity.value if quantity else None,
        unit,
        _amount(reader, "unit_price_net", "refuse"),
    )
    parent.errors += reader.errors
    parent.warnings += reader.warnings
    return item


def _agreed_unit(reader: _Reader, quantity: german.Quantity, unit: str | None) -> str | None:
    if quantity.is_approximate:
        message = "Die Menge wird als feste Zahl übernommen, „ca.“ oder „bis zu“ geht verloren."
        reader.warn("quantity_approximate", message, "quantity")
    if quantity.is_product:
        message = f"Die Menge wird ausgerechnet: {german.format_decimal(quantity.value)}."
        reader.warn("quantity_product", message, "quantity")
    if unit and quantity.unit_code and unit != quantity.unit_code:
        message = (
            f"Bei der Menge steht die Einheit {quantity.unit_code}, in der Spalte Einheit {unit}. "
            "Bitte geben Sie nur eine an."
        )
        path = f"{reader.prefix}unit_code"
        reader.errors.append(Violation("units_differ", message, field=path))
    return unit or quantity.unit_code
