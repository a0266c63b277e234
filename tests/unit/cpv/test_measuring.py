"""Floors on a fixed sample of real notices: learned from some buyers, asked about others."""

import gzip
import itertools
import json
from pathlib import Path

import pytest

from vergabe.cpv.measuring import Measurement, buyer_key, measure, part_of
from vergabe.cpv.reading import Published, of_record, reasons_against

FILE = Path(__file__).parents[4] / "shared" / "data" / "notices" / "notices_de_2026.jsonl.gz"
SAMPLE = 2500
FLOORS = (0.41, 0.69)
"""Of first and of five suggestions; with all notices instead of a sample it is far more."""


def sample() -> list[Published]:
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        read = [of_record(json.loads(line)) for line in itertools.islice(lines, 0, None, 4)]
    return [notice for notice in read if not reasons_against(notice)][:SAMPLE]


@pytest.fixture(scope="module")
def measured() -> Measurement:
    return measure(sample())


def test_parts_share_no_buyer() -> None:
    parts: dict[str, set[int]] = {}
    for notice in sample():
        assert not reasons_against(notice)
        parts.setdefault(buyer_key(notice), set()).add(part_of(notice))
    assert {len(found) for found in parts.values()} == {1}


def test_suggestions_hit_as_often_as_they_did(measured: Measurement) -> None:
    hits = {each.way: each for each in measured.hits}
    assert measured.asked > 300
    assert hits["model"].first >= FLOORS[0]
    assert hits["model"].five >= FLOORS[1]


def test_suggestions_are_better_than_the_plain_ways(measured: Measurement) -> None:
    hits = {each.way: each for each in measured.hits}
    for plain in ("plain_neighbours", "plain_labels"):
        assert hits["model"].first > hits[plain].first + 0.02
        assert hits["model"].five > hits[plain].five + 0.03
