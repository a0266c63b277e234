"""A demand (Bedarf) as it comes in by form, API or import, and whether its shape is right.

Plain values only: cleaned texts, codes of the code lists, net amounts in cents, days in
Europe/Berlin. Field paths in violations (`title`, `items.0.quantity`) are the names of the
dataclasses, so that form, API and import can show each sentence where it belongs.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from vergabe import money
from vergabe.errors import Violation
from vergabe.exchange import codes
from vergabe.exchange.german import format_decimal
from vergabe.exchange.german_dates import format_date

# The longest real title has 376 characters, the longest real description 15,539.
TITLE_MAX: Final = 400
DESCRIPTION_MAX: Final = 20_000
MUST_HAVES_MAX: Final = 10_000
REMARKS_MAX: Final = 10_000
CONTACT_MAX: Final = 500
REFERENCE_MAX: Final = 120
COST_CENTRE_MAX: Final = 60
STREET_MAX: Final = 200
CITY_MAX: Final = 120
ITEM_TEXT_MAX: Final = 1_000
ITEMS_MAX: Final = 1_000
CPV_ADDITIONAL_MAX: Final = 25
# A thousand million: more than any town buys of anything; energy is given in MWh or GWh.
QUANTITY_MAX: Final = Decimal(10**9)
# Three decimals, as bills of quantities have (GAEB DA XML).
QUANTITY_DECIMALS: Final = 3
# Buyers write 1 EUR where they do not want to tell the value.
PLACEHOLDER_CENTS: Final = 1_00

NATURES: Final = ("supplies", "services", "works")


@dataclass(frozen=True, slots=True)
class ItemInput:
    """One line of what is needed; the unit price is net, in cents, for one `unit_code`."""

    text: str
    quantity: Decimal | None = None
    unit_code: str | None = None
    unit_price_net_cents: int | None = None


@dataclass(frozen=True, slots=True)
class DemandInput:
    """One demand. Absent values are None; title and cpv_main are empty where they are missing.

    cpv_main, cpv_additional: 8 digits; nature: one of NATURES; needed_from, needed_until: first and
    last day of the need; nuts: place of performance.
    """

    title: str
    cpv_main: str
    external_reference: str | None = None
    description: str | None = None
    cpv_additional: tuple[str, ...] = ()
    nature: str | None = None
    items: tuple[ItemInput, ...] = ()
    estimated_value_net_cents: int | None = None
    needed_from: dt.date | None = None
    needed_until: dt.date | None = None
    nuts: str | None = None
    place_street: str | None = None
    place_postcode: str | None = None
    place_city: str | None = None
    cost_centre: str | None = None
    must_haves: str | None = None
    contact: str | None = None
    remarks: str | None = None


TEXT_LIMITS: Final = {
    "title": TITLE_MAX,
    "description": DESCRIPTION_MAX,
    "external_reference": REFERENCE_MAX,
    "place_street": STREET_MAX,
    "place_city": CITY_MAX,
    "cost_centre": COST_CENTRE_MAX,
    "must_haves": MUST_HAVES_MAX,
    "contact": CONTACT_MAX,
    "remarks": REMARKS_MAX,
}


def is_placeholder_value(value_net_cents: int) -> bool:
    """Return whether an estimated value says nothing: up to one euro."""
    return value_net_cents <= PLACEHOLDER_CENTS


def check_demand_input(demand: DemandInput, today: dt.date) -> list[Violation]:
    """Return everything that is wrong with a demand; empty means it may be stored.

    `today` (Europe/Berlin) bounds how far ahead a need may lie. What is merely odd stands in
    `demand_warnings`.
    """
    in_lines = [
        violation
        for position, item in enumerate(demand.items)
        for violation in _item_violations(item, f"items.{position}")
    ]
    return [
        *_text_violations(demand),
        *_code_violations(demand),
        *_value_violations(demand),
        *_period_violations(demand, today),
        *(in_lines or _sum_violations(demand)),
    ]


def _sum_violations(demand: DemandInput) -> list[Violation]:
    if lines_total_net_cents(demand) <= money.MAX_CENTS:
        return []
    message = (
        f"Die Positionen ergeben mehr als {money.german(money.MAX_CENTS)}. Bitte prüfen Sie Mengen "
        "und Einzelpreise."
    )
    return [Violation("lines_too_large", message, field="items")]


def _text_violations(demand: DemandInput) -> list[Violation]:
    found = []
    if not demand.title:
        message = "Der Bedarf braucht einen Titel, zum Beispiel „40 Notebooks für das Rathaus“."
        found.append(Violation("title_missing", message, field="title"))
    for field, limit in TEXT_LIMITS.items():
        length = len(getattr(demand, field) or "")
        if length > limit:
            message = f"Der Text hat {length} Zeichen, erlaubt sind {limit}. Bitte kürzen Sie ihn."
            found.append(Violation("too_long", message, field=field))
    return found


def _code_violations(demand: DemandInput) -> list[Violation]:
    found = []
    if not demand.cpv_main:
        message = (
            "Der CPV-Code fehlt. Geben Sie 8 Ziffern an, zum Beispiel 34144210 für "
            "Feuerwehrfahrzeuge; ein allgemeiner Code wie 34000000 genügt."
        )
        found.append(Violation("cpv_missing", message, field="cpv_main"))
    elif codes.cpv(demand.cpv_main) is None:
        found.append(_unknown("cpv_main", "Den CPV-Code", demand.cpv_main))
    for position, code in enumerate(demand.cpv_additional):
        if codes.cpv(code) is None:
            found.append(_unknown(f"cpv_additional.{position}", "Den CPV-Code", code))
    if len(demand.cpv_additional) > CPV_ADDITIONAL_MAX:
        message = f"Höchstens {CPV_ADDITIONAL_MAX} weitere CPV-Codes sind möglich."
        found.append(Violation("too_many_cpv", message, field="cpv_additional"))
    if demand.nature is not None and demand.nature not in NATURES:
        message = "Die Art ist Lieferung, Dienstleistung oder Bau."
        found.append(Violation("nature_unknown", message, field="nature"))
    if demand.nuts is not None and codes.nuts(demand.nuts) is None:
        found.append(_unknown("nuts", "Den NUTS-Code", demand.nuts))
    return found


def _unknown(field: str, what: str, code: str) -> Violation:
    message = f"{what} {code[:20]} gibt es nicht. Bitte wählen Sie einen Code aus der Liste."
    return Violation("code_unknown", message, field=field)


def _value_violations(demand: DemandInput) -> list[Violation]:
    value = demand.estimated_value_net_cents
    found = []
    if value is not None and value < 0:
        message = "Der geschätzte Wert darf nicht negativ sein."
        found.append(Violation("negative_amount", message, field="estimated_value_net_cents"))
    if value is not None and value > money.MAX_CENTS:
        message = (
            f"Der geschätzte Wert ist höher als {money.german(money.MAX_CENTS)}. Bitte prüfen."
        )
        found.append(Violation("amount_too_large", message, field="estimated_value_net_cents"))
    if len(demand.items) > ITEMS_MAX:
        message = (
            f"Ein Bedarf hat höchstens {ITEMS_MAX} Positionen. Bitte teilen Sie ihn auf oder "
            "legen Sie das Leistungsverzeichnis als Dokument bei."
        )
        found.append(Violation("too_many_items", message, field="items"))
    return found


def _period_violations(demand: DemandInput, today: dt.date) -> list[Violation]:
    found = []
    first, last = demand.needed_from, demand.needed_until
    if first is not None and last is not None and last < first:
        message = (
            f"Das Ende des Bedarfs ({format_date(last)}) liegt vor seinem Beginn "
            f"({format_date(first)}). Bitte berichtigen Sie eines der beiden Daten."
        )
        found.append(Violation("period_reversed", message, field="needed_until"))
    for field, day in (("needed_from", first), ("needed_until", last)):
        if day is not None and day.year > today.year + 50:
            message = (
                f"{format_date(day)} liegt mehr als 50 Jahre voraus. Bitte prüfen Sie das Jahr."
            )
            found.append(Violation("too_far_ahead", message, field=field))
    return found


def _item_violations(item: ItemInput, path: str) -> list[Violation]:
    found = []
    if not item.text:
        message = "Die Position braucht eine Bezeichnung."
        found.append(Violation("item_text_missing", message, field=f"{path}.text"))
    if len(item.text) > ITEM_TEXT_MAX:
        message = f"Die Bezeichnung hat {len(item.text)} Zeichen, erlaubt sind {ITEM_TEXT_MAX}."
        found.append(Violation("too_long", message, field=f"{path}.text"))
    if item.quantity is not None:
        found += _quantity_violations(item.quantity, f"{path}.quantity")
    if item.unit_code is not None and codes.unit(item.unit_code) is None:
        message = (
            f"Die Einheit {item.unit_code[:20]} ist nicht bekannt. Bitte aus der Liste wählen."
        )
        found.append(Violation("unit_unknown", message, field=f"{path}.unit_code"))
    price = item.unit_price_net_cents
    if price is not None and not 0 <= price <= money.MAX_CENTS:
        message = "Der Einzelpreis darf nicht negativ und nicht unplausibel hoch sein."
        found.append(Violation("price_out_of_range", message, field=f"{path}.unit_price_net_cents"))
    return found


def _quantity_violations(quantity: Decimal, path: str) -> list[Violation]:
    if not quantity.is_finite() or quantity <= 0:
        message = "Die Menge muss größer als 0 sein. Lassen Sie sie leer, wenn sie noch offen ist."
        return [Violation("quantity_not_positive", message, field=path)]
    if quantity > QUANTITY_MAX:
        message = (
            f"Die Menge {format_decimal(quantity)} ist unplausibel hoch. Höchstens "
            f"{format_decimal(QUANTITY_MAX)} sind möglich; wählen Sie sonst eine größere Einheit."
        )
        return [Violation("quantity_too_large", message, field=path)]
    if quantity != round(quantity, QUANTITY_DECIMALS):
        message = f"Die Menge hat mehr als {QUANTITY_DECIMALS} Nachkommastellen. Bitte runden Sie."
        return [Violation("quantity_too_fine", message, field=path)]
    return []


def demand_warnings(demand: DemandInput, today: dt.date) -> list[Violation]:
    """Return what is odd about a demand but no reason to refuse it.

    A value that is a placeholder, days before `today` (Europe/Berlin), lines that add up to more
    than the value, a main CPV code named again as an additional one.
    """
    found = []
    value = demand.estimated_value_net_cents
    if value is not None and value >= 0 and is_placeholder_value(value):
        message = (
            f"Der geschätzte Wert {money.german(value)} sieht nach einem Platzhalter aus. "
            "Bitte schätzen Sie den Wert (netto) oder lassen Sie das Feld leer."
        )
        found.append(Violation("placeholder_value", message, field="estimated_value_net_cents"))
    for field, day in (("needed_from", demand.needed_from), ("needed_until", demand.needed_until)):
        if day is not None and day < today:
            message = f"Der {format_date(day)} ist schon vergangen. Ist das Jahr richtig?"
            found.append(Violation("date_past", message, field=field))
    if demand.cpv_main in demand.cpv_additional:
        message = f"Der CPV-Code {demand.cpv_main} ist schon der Hauptcode."
        found.append(Violation("cpv_repeated", message, field="cpv_additional"))
    lines = lines_total_net_cents(demand)
    if value is not None and not is_placeholder_value(value) and lines > value:
        message = (
            f"Die Positionen ergeben zusammen {money.german(lines)}, mehr als der geschätzte Wert "
            f"von {money.german(value)}. Bitte prüfen Sie, ob beide Angaben netto sind."
        )
        found.append(Violation("lines_above_value", message, field="estimated_value_net_cents"))
    return found


def lines_total_net_cents(demand: DemandInput) -> int:
    """Return what the lines with quantity and unit price add up to, net, in cents.

    A line with a figure that `check_demand_input` refuses counts nothing.
    """
    return sum(
        money.line_total_cents(item.quantity, item.unit_price_net_cents)
        for item in demand.items
        if item.quantity is not None
        and item.unit_price_net_cents is not None
        and not _quantity_violations(item.quantity, "")
        and 0 <= item.unit_price_net_cents <= money.MAX_CENTS
    )
