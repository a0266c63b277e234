"""Selection and award criteria with their numbers, read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from vergabe.exchange.eforms.lots import AwardCriterion, CriterionNumber, SelectionCriterion
from vergabe.exchange.eforms.reading.nodes import Found
from vergabe.exchange.eforms.writing.criteria import (
    AWARD_NUMBERS,
    EXACT_PERCENTAGE,
    SELECTION_NUMBERS,
)


def read_selection_criteria(found: Found) -> tuple[SelectionCriterion, ...]:
    """Return the selection criteria of a lot."""
    return tuple(
        SelectionCriterion(
            code=criterion.needed("BT-809-Lot"),
            text=criterion.text("BT-750-Lot"),
            is_for_second_stage=criterion.flag("BT-40-Lot"),
            numbers=tuple(_numbers(criterion, SELECTION_NUMBERS)),
        )
        for criterion in found.every("ND-SelectionCriteria")
    )


def read_award_criteria(found: Found) -> tuple[AwardCriterion, ...]:
    """Return the award criteria of a lot; exact percentages are its weights."""
    return tuple(_award_criterion(criterion) for criterion in found.every("ND-LotAwardCriterion"))


def _award_criterion(found: Found) -> AwardCriterion:
    numbers = _numbers(found, AWARD_NUMBERS)
    weights = [each for each in numbers if _is_weight(each)]
    return AwardCriterion(
        kind=cast(Any, found.needed("BT-539-Lot")),
        name=found.text("BT-734-Lot"),
        description=found.text("BT-540-Lot"),
        weight_basis_points=weights[0].hundredths if weights else None,
        numbers=tuple(each for each in numbers if each not in weights[:1]),
    )


def _is_weight(each: CriterionNumber) -> bool:
    return each.list == "number-weight" and each.kind == EXACT_PERCENTAGE


def _numbers(found: Found, fields: Mapping[str, tuple[str, str, str]]) -> list[CriterionNumber]:
    """Return the numbers of a criterion of all lists, in the order of the document."""
    ordered = []
    for list_name, (group, number_field, kind_field) in fields.items():
        for each in found.every(group):
            hundredths = each.hundredths(number_field)
            if hundredths is not None:
                number = CriterionNumber(
                    list=cast(Any, list_name),
                    kind=each.needed(kind_field),
                    hundredths=hundredths,
                )
                ordered.append((each.place, number))
    return [number for _, number in sorted(ordered, key=lambda pair: pair[0])]
