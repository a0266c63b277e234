from typing import Any

import pytest

from vergabe.law.errors import ImpossibleInput
from vergabe.law.timetable_cases import evaluate

CASE: dict[str, Any] = {"id": "a", "rule_set": "VgV", "procedure": "open", "land": "NW"}


def answer(**more: Any) -> dict[str, Any]:
    return next(evaluate({"timetables": [CASE | more]}))


def test_forward_backward_and_both() -> None:
    forward = answer(begins_on="2026-11-23")
    assert forward["performance_on"] == "2027-04-06"
    assert forward["direction"] == "forward"
    assert forward["if_missed"] == []
    backward = answer(performance_on="2027-04-06")
    assert backward["begins_on"] == "2026-11-23"
    assert len(backward["if_missed"]) == 8
    both = answer(begins_on="2026-11-23", performance_on="2027-04-13")
    assert {step["key"]: step["slack_days"] for step in both["steps"]}["performance"] == 7


def test_choices_reach_the_plan() -> None:
    found = answer(
        begins_on="2026-11-23",
        joining_days=0,
        urgent=True,
        lands=["RP"],
        decision_days=["2027-02-04"],
        council_days={"Inden": "2027-01-01"},
        publish_after="2026-12-01",
        electronic_information=False,
        electronic_submission=True,
    )
    days = {step["key"]: step["ends_on"] for step in found["steps"]}
    assert "joined" not in days
    assert days["decided"] == "2027-02-04"
    assert any("Inden entscheidet erst" in text for text in found["warnings"])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "impossible_input"),
        ({"begins_on": "2027-02-31"}, "impossible_input"),
        ({"begins_on": "9999-01-01"}, "impossible_input"),
        ({"performance_on": "1800-01-01"}, "impossible_input"),
        ({"begins_on": "2027-01-01", "tender_days": 9999}, "impossible_input"),
        ({"begins_on": "2027-01-01", "tender_days": "x"}, "impossible_input"),
        ({"begins_on": "2027-01-01", "tender_days": True}, "impossible_input"),
        ({"begins_on": "2027-01-01", "urgent": "ja"}, "impossible_input"),
        ({"begins_on": "2027-01-01", "lands": "RP"}, "impossible_input"),
        ({"begins_on": "2027-01-01", "council_days": []}, "impossible_input"),
        ({"begins_on": "2027-01-01", "rule_set": 5}, "impossible_input"),
        ({"begins_on": "2027-01-01", "land": "XX"}, "impossible_input"),
        ({"begins_on": "2027-01-01", "mood": "good"}, "impossible_input"),
        ({"begins_on": "2027-01-01", "rule_set": "X"}, "unknown_rule"),
    ],
)
def test_a_bad_case_gets_an_error_of_its_own(more: dict[str, Any], code: str) -> None:
    found = list(evaluate({"timetables": [CASE | more, CASE | {"begins_on": "2027-01-04"}]}))
    assert found[0]["code"] == code, found[0]
    assert found[0]["error"]
    assert "steps" in found[1]


def test_what_is_no_case_gets_an_error_too() -> None:
    assert next(evaluate({"timetables": [5]}))["id"] is None


@pytest.mark.parametrize("content", [[], {}, {"timetables": {}}, None])
def test_another_form_is_refused(content: object) -> None:
    with pytest.raises(ImpossibleInput):
        list(evaluate(content))


def test_a_plan_both_ways_names_the_latest_day_of_each_step() -> None:
    both = answer(begins_on="2026-11-23", performance_on="2027-04-13")
    latest = {step["key"]: step["latest_on"] for step in both["steps"]}
    assert latest["performance"] == "2027-04-13"
    assert all(latest.values())
    forward = answer(begins_on="2026-11-23")
    assert {step["latest_on"] for step in forward["steps"]} == {None}
