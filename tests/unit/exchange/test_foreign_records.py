"""Records of portals as notices: real files, and records that say nonsense."""

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.market import record
from vergabe.exchange import foreign_values as values
from vergabe.exchange.foreign_notice import ForeignNotice
from vergabe.exchange.foreign_records import read_record


@pytest.mark.parametrize(
    ("name", "count", "source"),
    [
        ("notices_crossportal_2026-08", 115, None),
        ("notices_de_full_2025-12-06", 267, "doe"),
        ("notices_ted_eforms", 470, "ted"),
        ("notices_ted_legacy", 419, "ted"),
    ],
)
def test_every_real_record_is_read(shared: Path, name: str, count: int, source: str | None) -> None:
    with gzip.open(shared / "data" / "notices" / f"{name}.jsonl.gz") as file:
        notices = [read_record(json.loads(line)).notice for line in file]

    assert len(notices) == count
    for notice in notices:
        assert notice is not None
        assert notice.title
        assert source in (None, notice.source)
        assert ForeignNotice.from_dict(json.loads(json.dumps(notice.as_dict()))) == notice


def test_flat_portal_facts_become_a_notice() -> None:
    notice = read_record(record()).notice

    assert notice is not None
    assert (notice.source, notice.source_id) == ("cosinex:nrw", "1126661")
    assert notice.deadline == dt.datetime(2026, 9, 18, 10, 0, tzinfo=dt.UTC)
    assert notice.published_on == dt.date(2026, 8, 11)
    assert notice.buyers[0].name == "Stadt Hennef (Sieg)"


def test_padded_numbers_of_ted_are_one_id_and_uuids_keep_their_zeros() -> None:
    one, other = (
        read_record(record(portal="ted", portal_id=i)).notice
        for i in ("00029870-2025", "29870-2025")
    )
    whole = read_record(
        record(portal="doe", portal_id="0df78c4b-09fd-43b4-8fa4-f23f4c2ade56")
    ).notice

    assert one is not None
    assert other is not None
    assert whole is not None
    assert one.source_id == other.source_id == "29870-2025"
    assert whole.source_id == whole.notice_id == "0df78c4b-09fd-43b4-8fa4-f23f4c2ade56"


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        (
            {"deadline": "2026-09-18T00:00:00"},
            "deadline",
            dt.datetime(2026, 9, 18, 22, tzinfo=dt.UTC),
        ),
        ({"deadline": "demnächst"}, "deadline", None),
        ({"deadline": "9999-12-31T23:59:59"}, "deadline", None),
        ({"published": "2026-02-30"}, "published_on", None),
        ({"value_eur": 1.0}, "value", None),
        ({"value_eur": -5}, "value", None),
        ({"value_eur": 1e300}, "value", None),
        ({"value_eur": "9E999999"}, "value", None),
        ({"value_eur": "1E999990"}, "value", None),
        ({"value_eur": "1E-999999"}, "value", None),
        ({"value_eur": float("nan")}, "value", None),
        ({"cpv": ["31127000-2", "45", "x", None, 7]}, "cpv", ("31127000", "45")),
        ({"cpv": "31127000"}, "cpv", ("31127000",)),
        ({"nuts": "DE"}, "nuts", ()),
        ({"nuts": "dea2c"}, "nuts", ("DEA2C",)),
        ({"url": "javascript:alert(1)"}, "url", None),
        ({"url": "https://[broken"}, "url", None),
        ({"description": "a\x00b\u200bc\r\nd"}, "summary", "abc\nd"),
        ({"title": "x" * 600}, "title", "x" * 399 + "…"),
        ({"buyer": None}, "buyers", ()),
    ],
)
def test_nonsense_in_a_member_leaves_it_out(
    changes: dict[str, Any], field: str, expected: object
) -> None:
    notice = read_record(record(**changes)).notice

    assert notice is not None
    assert getattr(notice, field) == expected


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({}, "record_unknown"),
        ({"source": "elsewhere", "id": 1}, "record_unknown"),
        ({"source": ["ted-eforms"]}, "record_unknown"),
        ({"portal": "x", "portal_id": ""}, "record_incomplete"),
        ({"portal": "x", "portal_id": "1", "title": "\u200b "}, "record_incomplete"),
        ({"source": "ted-eforms", "id": {"a": 1}, "title": []}, "record_incomplete"),
        ({"source": "doe-csv", "id": "1", "purpose": "text"}, "record_incomplete"),
    ],
)
def test_a_record_that_is_none_gives_one_finding_with_its_place(
    broken: dict[str, Any], rule: str
) -> None:
    reading = read_record(broken, place="Zeile 7")

    assert reading.notice is None
    (finding,) = reading.findings
    assert (finding.rule, finding.location) == (rule, "Zeile 7")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
MEMBERS = [
    "portal",
    "portal_id",
    "source",
    "id",
    "title",
    "description",
    "buyer",
    "buyers",
    "lots",
    "awards",
    "cpv",
    "cpv_main",
    "nuts",
    "place",
    "deadline",
    "published",
    "purpose",
    "organisations",
    "classification",
    "placeOfPerformance",
    "lotResults",
    "changes",
    "receivedSubmissions",
    "version",
    "procedure",
    "estimated_value",
    "total_value",
    "changes_notice",
    "value_eur",
    "url",
]


@given(
    st.sampled_from(("ted-eforms", "ted-legacy", "doe-csv", "doe-export")),
    st.dictionaries(st.sampled_from(MEMBERS), json_values, max_size=12),
)
def test_no_json_object_whatever_crashes(source: str, members: dict[str, Any]) -> None:
    for told in (members | {"source": source, "id": "1", "title": "t"}, members):
        reading = read_record(told)
        if reading.notice is not None:
            assert ForeignNotice.from_dict(reading.notice.as_dict()) == reading.notice


@pytest.mark.parametrize(
    ("said", "version"), [("07", 7), ("100", 1), ("0001234", 1), ("0001" + "0" * 5000, 1)]
)
def test_a_version_that_is_none_counts_as_the_first(said: str, version: int) -> None:
    assert values.version(said) == version


@given(st.text(max_size=60), st.text(max_size=30))
def test_no_text_crashes_the_reading_of_values(text: str, other: str) -> None:
    values.deadline(text, other)
    values.day(text)
    values.amount(text, other)
    values.url(text)
    values.identifier(text)
    values.version(text)
    assert values.cpv([text, other]) == values.cpv((text, other))


def test_a_time_that_clock_change_skips_or_doubles_is_read() -> None:
    skipped, _ = values.deadline("2027-03-28T02:30:00")
    doubled, _ = values.deadline("2026-10-25T02:30:00")

    assert skipped == dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC)
    assert doubled == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
