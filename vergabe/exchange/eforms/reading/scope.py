"""What is bought, read: the same fields of the whole procedure, of lots and of parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from vergabe.exchange.eforms.datatypes import Nature, Period, Place
from vergabe.exchange.eforms.reading.nodes import Found

_PLACES: Final[Mapping[str, str]] = {
    "Procedure": "ND-ProcedurePlacePerformanceAdditionalInformation",
    "Lot": "ND-LotPlacePerformance",
    "Part": "ND-PartPlacePerformance",
}


def read_scope(found: Found) -> dict[str, Any]:
    """Return what Procedure and Lot have in common, by the names of their fields."""
    return {
        "reference": found.string("BT-22"),
        "title": found.needed_text("BT-21"),
        "description": found.needed_text("BT-24"),
        "nature": cast(Nature, found.needed("BT-23")),
        "natures_additional": cast("tuple[Nature, ...]", found.strings("BT-531")),
        "cpv": found.needed("BT-262"),
        "cpv_additional": found.strings("BT-263"),
        "estimated_value": found.amount("BT-27"),
        "framework_maximum": found.amount("BT-271"),
        "places": tuple(_place(place) for place in found.every(_PLACES[found.suffix])),
    }


def read_period(found: Found) -> Period | None:
    """Return how long a contract runs, None if nothing is said."""
    period = Period(
        duration=found.duration("BT-36"),
        starts_on=found.day("BT-536"),
        ends_on=found.day("BT-537"),
        other=cast(Any, found.string("BT-538")),
    )
    return period if period.is_given else None


def _place(found: Found) -> Place:
    return Place(
        country=found.string("BT-5141"),
        nuts=found.string("BT-5071"),
        street=found.string("BT-5101(a)"),
        city=found.string("BT-5131"),
        postcode=found.string("BT-5121"),
        anywhere=found.string("BT-727"),
        further=found.text("BT-728"),
    )
