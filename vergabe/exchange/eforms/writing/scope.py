"""What is bought: the same fields for the whole procedure, for lots and for parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from vergabe.exchange.eforms.datatypes import Period, Place
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.procedure import Procedure
from vergabe.exchange.eforms.writing.branches import Branch

Division = Literal["Lot", "Part"]

CPV: Final = "cpv"
_PLACES: Final[Mapping[str, str]] = {
    "Procedure": "ND-ProcedurePlacePerformanceAdditionalInformation",
    "Lot": "ND-LotPlacePerformance",
    "Part": "ND-PartPlacePerformance",
}


def lot_id(lot_number: int, division: Division = "Lot") -> str:
    """Return the technical id of a lot (LOT-0001) or part (PAR-0001)."""
    return f"{'LOT' if division == 'Lot' else 'PAR'}-{lot_number:04d}"


def write_scope(branch: Branch, scope: Procedure | Lot) -> None:
    """Write what procedure, lot and part have in common (BT-21 to BT-27, BT-262, places)."""
    branch.put("BT-22", scope.reference)
    branch.put("BT-21", scope.title)
    branch.put("BT-24", scope.description)
    branch.put("BT-23", scope.nature)
    branch.put_each("BT-531", scope.natures_additional)
    branch.put("BT-262", scope.cpv, CPV)
    branch.put_each("BT-263", scope.cpv_additional, CPV)
    branch.put("BT-27", scope.estimated_value)
    branch.put("BT-271", scope.framework_maximum)
    _write_places(branch, scope.places)


def write_period(branch: Branch, period: Period) -> None:
    """Write how long a contract runs (BT-36, BT-536 to BT-538)."""
    branch.put("BT-36", period.duration)
    branch.put("BT-536", period.starts_on)
    branch.put("BT-537", period.ends_on)
    branch.put("BT-538", period.other)


def _write_places(branch: Branch, places: Iterable[Place]) -> None:
    for place in places:
        below = branch.add(_PLACES[branch.suffix])
        below.put("BT-5071", place.nuts)
        below.put("BT-5141", place.country)
        below.put("BT-5101(a)", place.street)
        below.put("BT-5131", place.city)
        below.put("BT-5121", place.postcode)
        below.put("BT-727", place.anywhere)
        below.put("BT-728", place.further)
