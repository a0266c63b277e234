"""Between a demand as it is typed, as it is stored, and as the rules see it."""

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

from vergabe.demands import queries, recording, rules
from vergabe.demands.model import Demand
from vergabe.demands.stages import Stage
from vergabe.exchange.demand_input import DemandInput, ItemInput

# Where the column is called otherwise than the field of the input.
_COLUMNS: Final = {
    "cpv_main": "cpv",
    "place_street": "street",
    "place_postcode": "postcode",
    "place_city": "city",
}
_NEVER_NULL: Final = frozenset({"description", "must_haves", "remarks"})
# UN/ECE Rec. 20 "one": a number of things of which nobody said the unit.
NO_UNIT_GIVEN: Final = "C62"


def column_values(values: DemandInput) -> dict[str, Any]:
    """Return the columns of a demand that come from the input, the lines left out."""
    columns: dict[str, Any] = {}
    for field in fields(values):
        if field.name == "items":
            continue
        value = getattr(values, field.name)
        if field.name in _NEVER_NULL:
            value = value or ""
        columns[_COLUMNS.get(field.name, field.name)] = value
    columns["cpv_additional"] = list(values.cpv_additional)
    # Zero is what programs write where nobody gave a value.
    columns["estimated_value_net_cents"] = values.estimated_value_net_cents or None
    columns["value_net_cents"] = rules.value_net_cents(values)
    columns["search_text"] = queries.search_text(
        values.title, values.external_reference, values.cost_centre, values.description
    )
    return columns


def line_values(position: int, item: ItemInput) -> dict[str, Any]:
    """Return the columns of a line; a quantity without a unit is counted in `C62` (Einheit)."""
    unit_code = item.unit_code
    if item.quantity is not None and unit_code is None:
        unit_code = NO_UNIT_GIVEN
    return {
        "position": position,
        "text": item.text,
        "quantity": item.quantity,
        "unit_code": unit_code,
        "unit_price_net_cents": item.unit_price_net_cents,
    }


def stored_form(values: DemandInput) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what would be stored of an input, to compare two of them by."""
    lines = [line_values(position, item) for position, item in enumerate(values.items, start=1)]
    return column_values(values), lines


def as_input(demand: Demand) -> DemandInput:
    """Return a stored demand in the shape in which it is typed."""
    plain = {
        field.name: getattr(demand, _COLUMNS.get(field.name, field.name)) or None
        for field in fields(DemandInput)
        if field.name not in ("items", "title", "cpv_main", "cpv_additional")
    }
    return DemandInput(
        title=demand.title,
        cpv_main=demand.cpv,
        cpv_additional=tuple(demand.cpv_additional),
        items=tuple(
            ItemInput(line.text, line.quantity, line.unit_code, line.unit_price_net_cents)
            for line in demand.items
        ),
        **plain,
    )


def facts_of(demand: Demand) -> rules.DemandFacts:
    """Return what the rules need to know of a stored demand."""
    return rules.DemandFacts(
        reference=demand.reference,
        stage=Stage(demand.stage),
        value_net_cents=demand.value_net_cents,
        created_by_id=demand.created_by_id,
        submitted_by_id=demand.submitted_by_id,
    )


def changed_fields(before: DemandInput, after: DemandInput) -> list[list[str]]:
    """Return name, old and new text of each field that differs, for the record."""
    return [
        [field.name, _shown(old), _shown(new)]
        for field in fields(before)
        if (old := getattr(before, field.name)) != (new := getattr(after, field.name))
    ]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return recording.shortened("; ".join(_line_text(part) for part in value))
    return recording.shortened("" if value is None else str(value))


def _line_text(part: object) -> str:
    if not isinstance(part, ItemInput):
        return str(part)
    parts: Sequence[str | Decimal | int | None] = (
        part.text,
        part.quantity,
        part.unit_code,
        part.unit_price_net_cents,
    )
    return " ".join(str(piece) for piece in parts if piece is not None)
