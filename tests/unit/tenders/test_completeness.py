"""What a tender lacks before it is ready: each thing alone, with its paragraph."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from vergabe.law.lots import JoiningFacts, JoiningReason
from vergabe.tenders import completeness
from vergabe.tenders.completeness import CriterionFacts, LotFacts, TenderFacts

REASON = "Ein Grund mit mehr als zwanzig Zeichen."
COMPLETE = TenderFacts(
    title="Löschfahrzeuge",
    description="Drei Löschfahrzeuge nach DIN 14530.",
    method_reason="",
    is_method_free=True,
    is_method_permitted=True,
    lots=[LotFacts(1, "Los 1", "34144210", "DEA26", 100, 1, frozenset({"a", "b"}))],
    criteria=[CriterionFacts("price", "Preis", 10_000)],
    document_count=1,
    is_joined=True,
    joining=JoiningFacts(
        ground=JoiningReason.TECHNICAL, facts="a", alternatives="b", weighing="c", decision="d"
    ),
    nature="supplies",
    initiated_on=dt.date(2026, 11, 23),
    is_framework=False,
    framework_maximum_net_cents=None,
    duration_months=None,
    duration_reason="",
    total_net_cents=100,
    max_lots_per_bid=None,
    max_lots_per_winner=None,
    is_urgent=False,
    urgency_reason="",
    has_contact=True,
    has_review_body=True,
    is_above_threshold=True,
    selection_criteria="Eigenerklärung",
)


def codes(**change: Any) -> list[str]:
    found = completeness.reasons_against_ready(replace(COMPLETE, **change))
    assert all(reason.message and reason.field for reason in found)
    return [reason.code for reason in found]


def test_a_complete_tender_lacks_nothing() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"description": "zu kurz"}, ["description_missing"]),
        ({"has_contact": False}, ["contact_missing"]),
        ({"has_region": False}, ["region_missing"]),
        ({"document_count": 0}, ["documents_missing"]),
        ({"lots": []}, ["lots_missing"]),
        ({"lots": [replace(COMPLETE.lots[0], item_count=0)]}, ["lot_empty"]),
        ({"criteria": []}, ["criteria_missing"]),
        ({"criteria": [CriterionFacts("price", "Preis", 9_999)]}, ["weights_do_not_add_up"]),
        ({"criteria": [CriterionFacts("quality", "Güte", 10_000)]}, ["price_missing"]),
        (
            {
                "criteria": [
                    CriterionFacts("price", "Preis", 5_000),
                    CriterionFacts("quality", "PREIS", 5_000),
                ]
            },
            ["criteria_twice"],
        ),
        ({"is_method_permitted": False}, ["method_not_permitted"]),
        ({"is_method_free": False}, ["method_reason_missing"]),
        ({"is_method_free": False, "method_reason": REASON}, []),
        ({"is_urgent": True}, ["urgency_reason_missing"]),
        ({"is_urgent": True, "urgency_reason": REASON}, []),
        ({"is_framework": True}, ["framework_maximum_missing", "duration_missing"]),
        (
            {"is_framework": True, "framework_maximum_net_cents": 99, "duration_months": 48},
            ["framework_maximum_missing"],
        ),
        (
            {"is_framework": True, "framework_maximum_net_cents": 100, "duration_months": 49},
            ["framework_too_long"],
        ),
        (
            {
                "is_framework": True,
                "framework_maximum_net_cents": 100,
                "duration_months": 49,
                "duration_reason": REASON,
            },
            [],
        ),
        ({"has_review_body": False}, ["review_body_missing"]),
        ({"has_review_body": False, "is_above_threshold": False}, []),
        ({"selection_criteria": " "}, ["selection_criteria_missing"]),
        ({"selection_criteria": " ", "is_above_threshold": False}, []),
        ({"max_lots_per_bid": 2}, ["lot_limit_out_of_range"]),
        ({"max_lots_per_bid": 0}, ["lot_limit_out_of_range"]),
        ({"max_lots_per_winner": 2}, ["award_limit_out_of_range"]),
        ({"max_lots_per_bid": 1, "max_lots_per_winner": 1}, []),
        ({"joining": JoiningFacts(ground=None), "is_joined": False}, []),
    ],
)
def test_each_thing_that_may_be_missing(change: dict[str, Any], expected: list[str]) -> None:
    assert codes(**change) == expected


def test_joining_needs_ground_and_all_four_texts() -> None:
    assert codes(joining=JoiningFacts(ground=None)) == [
        "joining_ground_missing",
        *["joining_reason_incomplete"] * 4,
    ]
    without_weighing = replace(COMPLETE.joining, weighing="  ")
    found = completeness.reasons_against_ready(replace(COMPLETE, joining=without_weighing))
    assert [reason.field for reason in found] == ["lots_joining.weighing"]


def test_below_the_threshold_the_texts_are_enough() -> None:
    assert codes(joining=replace(COMPLETE.joining, ground=None), is_above_threshold=False) == []


def test_reasons_of_time_do_not_join_fire_engines() -> None:
    hasty = replace(COMPLETE.joining, ground=JoiningReason.TIME)
    assert codes(joining=hasty) == ["time_reasons_not_enough"]
