"""Reading the posted form of a demand, and filling it: between texts as typed and the input."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from vergabe import money
from vergabe.demands import quantities
from vergabe.demands.conversion import NO_UNIT_GIVEN
from vergabe.demands.reading import demand_of
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import codes
from vergabe.exchange.demand_input import ITEMS_MAX, DemandInput, ItemInput
from vergabe.exchange.german import parse_money_cents
from vergabe.money import euros
from vergabe.texts import lazy

LABELS: Final = {
    "title": lazy("Was wird gebraucht?"),
    "description": lazy("Beschreibung"),
    "quantity": lazy("Wie viel?"),
    "cpv_main": lazy("CPV-Code oder Stichwort"),
    "cpv_additional": lazy("Weitere CPV-Codes"),
    "nature": lazy("Art der Leistung"),
    "estimated_value_net": lazy("Geschätzter Wert (netto)"),
    "needed_from": lazy("Benötigt ab"),
    "needed_until": lazy("Benötigt bis"),
    "nuts": lazy("Region (NUTS-Code)"),
    "place_street": lazy("Straße und Hausnummer"),
    "place_postcode": lazy("Postleitzahl"),
    "place_city": lazy("Ort"),
    "cost_centre": lazy("Kostenstelle"),
    "must_haves": lazy("Muss-Kriterien"),
    "contact": lazy("Ansprechperson"),
    "remarks": lazy("Bemerkungen"),
    "external_reference": lazy("Ihre eigene Nummer"),
    "estimated_value_net_cents": lazy("Geschätzter Wert in Cent (netto)"),
    "items": lazy("Positionen"),
}
FIELDS: Final = tuple(name for name in LABELS if name not in ("estimated_value_net_cents", "items"))
_FOLDS: Final = {
    "area": ("area_id", "call_id"),
    "items": ("items",),
    "place": ("place_street", "place_postcode", "place_city", "nuts"),
    "more": (
        "nature",
        "cpv_additional",
        "must_haves",
        "cost_centre",
        "contact",
        "external_reference",
        "remarks",
    ),
}
ITEM_FIELDS: Final = ("text", "quantity", "unit", "unit_price_net")
ROWS_AT_FIRST: Final = 3
ROWS_MORE: Final = 5
_ITEM_FIELD: Final = re.compile(r"items\.(\d+)(\.|$)")
_LOOKS_LIKE_CODE: Final = re.compile(r"[\d\s.\-]{2,}")


@dataclass(frozen=True)
class Suggestion:
    """A CPV code that may be meant: code with check digit, label, and the labels above it.

    example: what somebody bought under it, empty if unknown.
    """

    code: str
    label: str
    path: str
    example: str = ""


@dataclass(frozen=True)
class DemandEntry:
    """A form as it stands: texts as typed, by field; lines by row, blank rows included.

    area_id, call_id, version, form_key: what hidden and select fields sent; the key is the id of
    the demand that a blank form becomes, so that the same form sent twice is one demand.
    suggestions: codes to choose from, where somebody asked for them.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    items: tuple[Mapping[str, str], ...] = ()
    area_id: uuid.UUID | None = None
    call_id: uuid.UUID | None = None
    version: int | None = None
    form_key: uuid.UUID | None = None
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def has_items(self) -> bool:
        return any(_is_filled(row) for row in self.items)

    @property
    def quantity_read(self) -> str:
        """Return how the quantity is read, empty if there is none or it cannot be read."""
        return quantities.shown_back(self.values.get("quantity", ""))

    @property
    def value_read(self) -> str:
        """Return how the estimated value is read, empty if there is none or it cannot be."""
        try:
            cents = parse_money_cents(self.values.get("estimated_value_net", ""))
        except InvalidInput:
            return ""
        return money.german(cents)

    @property
    def cpv_words(self) -> str:
        """Return the words in the CPV field, empty if it holds a code or nothing."""
        typed = self.values.get("cpv_main", "").strip()
        return "" if _LOOKS_LIKE_CODE.fullmatch(typed) else typed

    @property
    def cpv_label(self) -> str:
        """Return the label of the code in the CPV field, empty if it holds none."""
        try:
            found = codes.cpv(codes.normalise_cpv(self.values.get("cpv_main", "")))
        except InvalidInput:
            return ""
        return found.label_de if found else ""


def entry_from_form(form: MultiDict[str, str]) -> DemandEntry:
    """Return what was posted. A ticked suggestion replaces what stood in the CPV field."""
    values = {name: form.get(name, "") for name in FIELDS}
    if form.get("cpv_choice"):
        values["cpv_main"] = form["cpv_choice"]
    rows = min(_whole(form.get("item_rows")) or 0, ITEMS_MAX)
    items = tuple(
        {name: form.get(f"items.{row}.{name}", "") for name in ITEM_FIELDS} for row in range(rows)
    )
    return DemandEntry(
        values,
        items,
        _id(form.get("area_id")),
        _id(form.get("call_id")),
        _whole(form.get("version")),
        _form_key(form.get("form_key")),
    )


def with_rows(entry: DemandEntry, more: int = 0) -> DemandEntry:
    """Return the form with `more` further blank rows, and never fewer than it shows at first."""
    blank: dict[str, str] = dict.fromkeys(ITEM_FIELDS, "")
    wanted = min(max(len(entry.items) + more, ROWS_AT_FIRST), ITEMS_MAX)
    return replace(entry, items=entry.items + (blank,) * (wanted - len(entry.items)))


def entry_from_input(values: DemandInput, **more: Any) -> DemandEntry:
    """Return the filled form for a demand, with room for further lines."""
    typed = {name: _typed(getattr(values, name, None)) for name in FIELDS}
    typed["cpv_main"] = codes.cpv_with_check_digit(values.cpv_main)
    typed["cpv_additional"] = "; ".join(map(codes.cpv_with_check_digit, values.cpv_additional))
    typed["estimated_value_net"] = _amount(values.estimated_value_net_cents)
    single = _single(values)
    typed["quantity"] = _quantity_text(single) if single else ""
    items = tuple(
        {
            "text": item.text,
            "quantity": _number(item.quantity),
            "unit": unit_name(item.unit_code),
            "unit_price_net": _amount(item.unit_price_net_cents),
        }
        for item in values.items
        if single is None
    )
    return with_rows(DemandEntry(typed, items, **more), more=1 if items else 0)


def input_of(entry: DemandEntry, today: dt.date) -> DemandInput:
    """Return the demand that the form means; `today` is a day in Berlin.

    Raises InvalidInput with every wrong field under its name in the form; words in the CPV field
    are wrong there until a suggestion is ticked.
    """
    rows = [row for row, item in enumerate(entry.items) if _is_filled(item)]
    items = [quantities.with_meaning(entry.items[row]) for row in rows]
    has_quantity = bool(entry.values.get("quantity", "").strip())
    is_single = has_quantity and not rows
    found = [_TWICE] if has_quantity and rows else []
    try:
        demand = demand_of(entry.values, [_single_row(entry)] if is_single else items, today)
    except InvalidInput as error:
        found += [
            replace(violation, field="quantity")
            if is_single and (violation.field or "").startswith("items.")
            else _in_form(violation, rows, entry)
            for violation in error.violations
        ]
    else:
        if not found:
            return demand
    raise InvalidInput.of(found)


_TWICE: Final = Violation(
    "quantity_twice",
    "Geben Sie die Menge entweder hier an oder in den einzelnen Positionen.",
    field="quantity",
)


def _single_row(entry: DemandEntry) -> dict[str, str]:
    """Return the one line of a demand whose quantity stands in a field of its own."""
    values = entry.values
    title = " ".join(values.get("title", "").split()) or LABELS["title"]
    return {"text": title, "quantity": quantities.as_meant(values["quantity"], "")}


def _single(values: DemandInput) -> ItemInput | None:
    """Return the line that the field for the quantity shows; None where lines are needed."""
    item = values.items[0] if len(values.items) == 1 else None
    if item is None or item.text != values.title or item.quantity is None:
        return None
    return item if item.unit_price_net_cents is None else None


def _quantity_text(item: ItemInput) -> str:
    # Without a unit it is counted in pieces („Einheit“), which nobody typed.
    unit = "" if item.unit_code == NO_UNIT_GIVEN else unit_name(item.unit_code)
    return f"{_number(item.quantity)} {unit}".strip()


def rewritten(entry: DemandEntry, today: dt.date) -> DemandEntry:
    """Return the entry as the form would show it once stored: amounts and days in one way."""
    try:
        return entry_from_input(input_of(entry, today))
    except InvalidInput:
        return entry


def comparable(entry: DemandEntry) -> dict[str, str]:
    """Return the texts of an entry by field; its lines as one text, a line each."""
    rows = [" · ".join(row[name] for name in ITEM_FIELDS if row.get(name)) for row in entry.items]
    return {**entry.values, "items": "\n".join(row for row in rows if row)}


def folds_to_open(entry: DemandEntry, violations: Sequence[Violation]) -> set[str]:
    """Return the folded parts of the form that hold lines or something wrong."""
    wrong = {(violation.field or "").split(".")[0] for violation in violations}
    found = {fold for fold, names in _FOLDS.items() if wrong.intersection(names)}
    return found | {"items"} if entry.has_items else found


def unit_name(unit_code: str | None) -> str:
    """Return the German name of a unit, its code if it has none, empty for None."""
    found = codes.unit(unit_code) if unit_code else None
    return found.name if found else unit_code or ""


def _in_form(violation: Violation, rows: list[int], entry: DemandEntry) -> Violation:
    """Return a violation with the row of the form in place of the line of the demand."""
    path = violation.field or ""
    if path == "cpv_main":
        return _about_words(entry) or violation
    match = _ITEM_FIELD.match(path)
    if match is None:
        # Single additional codes share one field.
        return replace(violation, field=path.split(".")[0] or None)
    named = path.replace("unit_code", "unit")
    return replace(violation, field=f"items.{rows[int(match[1])]}{named[match.end(1) :]}")


def _about_words(entry: DemandEntry) -> Violation | None:
    """Return what to do next where the CPV field holds no code; None where the error says it."""
    words = entry.cpv_words
    if entry.suggestions:
        message = "Bitte wählen Sie einen der vorgeschlagenen CPV-Codes."
        return Violation("cpv_choice_missing", message, field="cpv_choice")
    if not words:
        return None
    return not_found(words, "cpv_main")


def not_found(words: str, field: str) -> Violation:
    """Return what to do next where a description leads to no code."""
    message = (
        f"Zu „{words[:60]}“ wurde kein CPV-Code gefunden. Versuchen Sie ein allgemeineres Wort, "
        "zum Beispiel Möbel, oder geben Sie die 8 Ziffern ein."
    )
    return Violation("cpv_not_found", message, field=field)


def _is_filled(item: Mapping[str, str]) -> bool:
    return any(item[name].strip() for name in ("text", "quantity", "unit_price_net"))


def _typed(value: object) -> str:
    if value is None or isinstance(value, tuple):
        return ""
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _number(number: Decimal | None) -> str:
    """Return a number without groups: „1.000“ could be read as one or as a thousand."""
    return "" if number is None else f"{number:f}".replace(".", ",")


def _amount(cents: int | None) -> str:
    return "" if cents is None else _number(euros(cents))


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _form_key(text: str | None) -> uuid.UUID | None:
    # Only ids as ours are: lists are sorted by them.
    key = _id(text)
    return key if key is not None and key.version == 7 else None


def _id(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
