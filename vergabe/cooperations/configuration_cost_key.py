"""The cost key in a cooperation's TOML file."""

import datetime as dt
from typing import Any, Final

import marshmallow as ma

from vergabe.cooperations.configuration_fields import Choice, Day, Euro, whole
from vergabe.web.schema import Schema, text

COST_KEYS: Final = (
    "equal",
    "inhabitants",
    "demand_value",
    "usage",
    "base_plus_variable",
    "mixed",
)


class CostKeySchema(Schema):
    kind = Choice(COST_KEYS, required=True)
    inhabitants_on = Day()
    base_euro = Euro()
    equal_basis_points = whole(0, 10_000)
    inhabitants_basis_points = whole(0, 10_000)
    demand_value_basis_points = whole(0, 10_000)
    note = text(2000)

    @ma.post_load
    def _as_json(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "base_euro" in data:
            data["base_cents"] = data.pop("base_euro")
        return {
            key: value.isoformat() if isinstance(value, dt.date) else value
            for key, value in sorted(data.items())
        }
