"""The shared test vectors, when the folder with them lies beside the project."""

import json
from pathlib import Path
from typing import Any

import pytest

from vergabe.law import vectors

FILE = Path(__file__).parents[4] / "shared" / "testdata" / "deadline_vectors.json"
CONTENT: dict[str, Any] = (
    json.loads(FILE.read_text(encoding="utf-8"))
    if FILE.is_file()
    else {"deadline_cases": [], "threshold_cases": []}
)


@pytest.mark.parametrize("case", CONTENT["deadline_cases"], ids=lambda case: case["id"])
def test_deadline_case_agrees(case: dict[str, Any]) -> None:
    answer = vectors.deadline(case)
    assert answer == {
        "id": case["id"],
        "last_day": case["expected_last_day"],
        "deadline_at": case["expected_deadline_at"],
    }


@pytest.mark.parametrize("case", CONTENT["threshold_cases"], ids=lambda case: case["id"])
def test_threshold_case_agrees(case: dict[str, Any]) -> None:
    assert vectors.threshold(case) == {"id": case["id"], "result": case["expected"]}
