"""Selection and award criteria with their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vergabe.exchange.eforms.lots import AwardCriterion, CriterionNumber, SelectionCriterion, Terms
from vergabe.exchange.eforms.writing.branches import Branch, number

EXACT_PERCENTAGE: Final = "per-exa"
# Group, field of the number and field of its kind, by list.
AWARD_NUMBERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "number-weight": (
        "ND-LotAwardWeightCriterionParameter",
        "BT-541-Lot-WeightNumber",
        "BT-5421-Lot",
    ),
    "number-fixed": (
        "ND-LotAwardFixedCriterionParameter",
        "BT-541-Lot-FixedNumber",
        "BT-5422-Lot",
    ),
    "number-threshold": (
        "ND-LotAwardThresholdCriterionParameter",
        "BT-541-Lot-ThresholdNumber",
        "BT-5423-Lot",
    ),
}
SELECTION_NUMBERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "number-weight": (
        "ND-SecondStageWeightCriterionParameter",
        "BT-752-Lot-WeightNumber",
        "BT-7531-Lot",
    ),
    "number-threshold": (
        "ND-SecondStageThresholdCriterionParameter",
        "BT-752-Lot-ThresholdNumber",
        "BT-7532-Lot",
    ),
}


def write_selection_criteria(branch: Branch, terms: Terms) -> None:
    """Write where the criteria stand and, if here, each of them."""
    branch.put("BT-821-Lot", terms.selection_source)
    for criterion in terms.selection_criteria:
        below = branch.add_if_known("ND-SelectionCriteria")
        if below is not None:
            _write_selection_criterion(below, criterion)


def write_award_criteria(branch: Branch, terms: Terms) -> None:
    """Write the award criteria, the formula and why they are only ranked."""
    for criterion in terms.award_criteria:
        below = branch.add_if_known("ND-LotAwardCriterion")
        if below is not None:
            _write_award_criterion(below, criterion)
    branch.put("BT-543-Lot", terms.formula)
    branch.put("BT-733-Lot", terms.order_reason)


def _write_selection_criterion(branch: Branch, criterion: SelectionCriterion) -> None:
    branch.put("BT-809-Lot", criterion.code)
    branch.put("BT-750-Lot", criterion.text)
    branch.put("BT-40-Lot", criterion.is_for_second_stage)
    for each in criterion.numbers:
        _write_number(branch, each, SELECTION_NUMBERS)


def _write_award_criterion(branch: Branch, criterion: AwardCriterion) -> None:
    branch.put("BT-539-Lot", criterion.kind)
    branch.put("BT-734-Lot", criterion.name)
    branch.put("BT-540-Lot", criterion.description)
    if criterion.weight_basis_points is not None:
        weight = CriterionNumber(
            list="number-weight", kind=EXACT_PERCENTAGE, hundredths=criterion.weight_basis_points
        )
        _write_number(branch, weight, AWARD_NUMBERS)
    for each in criterion.numbers:
        _write_number(branch, each, AWARD_NUMBERS)


def _write_number(
    branch: Branch, each: CriterionNumber, fields: Mapping[str, tuple[str, str, str]]
) -> None:
    group, number_field, kind_field = fields[each.list]
    below = branch.add(group)
    below.put(number_field, number(each.hundredths))
    below.put(kind_field, each.kind)
