"""Chambers and standard texts of notices: which row counts, and that each says where it is from."""

import datetime as dt

import pytest

from vergabe.law import notice_texts, review_bodies, special_cpv
from vergabe.law.notice_texts import TextKind, standard_text

DAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("land", "key", "expected"),
    [
        ("NW", "05358040", "NW-Rheinland"),
        ("NW", "05111000", "NW-Rheinland"),
        ("NW", "05515000", "NW-Westfalen"),
        ("NW", "05711000", "NW-Westfalen"),
        ("NW", "", None),
        ("RP", "07135", "RP"),
        ("BY", "09162000", "BY-Süd"),
        ("BY", "09564000", "BY-Nord"),
        ("HH", "02000000", None),
    ],
)
def test_the_chamber_of_a_buyer(land: str, key: str, expected: str | None) -> None:
    found = review_bodies.competent(land, key, DAY)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Vergabekammer Rheinland bei der Bezirksregierung Köln", "NW-Rheinland"),
        ("vergabekammer rheinland", "NW-Rheinland"),
        ("Vergabekammer Rheinland-Pfalz", "RP"),
        ("Vergabekammer Rheinland-Pfalz beim Ministerium", "RP"),
        ("Vergabekammer Musterland", None),
        ("", None),
    ],
)
def test_a_chamber_that_somebody_named(name: str, expected: str | None) -> None:
    found = review_bodies.named(name, DAY)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("kind", "rule_set", "land", "day", "row", "says"),
    [
        ("legal_basis", "VgV", "NW", DAY, "basis-VgV", "VgV"),
        ("legal_basis", "NW-GO-75a", "NW", DAY, "basis-NW-GO-75a", "§ 75a"),
        ("legal_basis", "NW-GO-75a", "NW", dt.date(2025, 6, 1), "basis-other", "Haushaltsrecht"),
        ("review_deadlines", "VgV", "NW", DAY, "review-above", "Nr. 5"),
        ("review_deadlines", "VgV", "NW", dt.date(2026, 6, 30), "review-above", "§ 160 Abs. 3"),
        ("review_deadlines", "UVgO", "RP", DAY, "review-below-RP", "Vergabeprüfstelle"),
        ("review_deadlines", "UVgO", "NW", DAY, "review-below", "Kommunalaufsicht"),
        ("conditions", "VgV", "NW", DAY, "conditions-NW", "TVgG NRW"),
        ("conditions", "VgV", "HE", DAY, "conditions-other", "Mindestlohn"),
        ("late_documents", "VgV", "NW", DAY, "late-VgV", "§ 56 Abs. 2 VgV"),
        ("opening", "VOB/A", "NW", DAY, "opening-VOB", "VOB"),
    ],
)
def test_the_text_that_fits_best(
    kind: str, rule_set: str, land: str, day: dt.date, row: str, says: str
) -> None:
    found = standard_text(TextKind(kind), rule_set=rule_set, land=land, on=day)
    assert found is not None
    assert found.id == row
    assert says in found.text or says in found.law


def test_the_abuse_of_a_review_stands_there_since_july_2026() -> None:
    old, new = (
        standard_text(TextKind.REVIEW_DEADLINES, rule_set="VgV", land="NW", on=day)
        for day in (dt.date(2026, 6, 30), dt.date(2026, 7, 1))
    )
    assert old is not None
    assert new is not None
    assert "Nr. 5" not in old.text
    assert "Nr. 5" in new.text


def test_texts_fit_their_fields() -> None:
    for row in notice_texts.rows():
        assert row.kind in set(TextKind), row.id
        assert len(row.text.strip()) <= 6_000, row.id
    for land in ("NW", "RP", "HE"):
        parts = [
            standard_text(kind, rule_set="VgV", land=land, on=DAY)
            for kind in (TextKind.CONDITIONS, TextKind.SANCTIONS)
        ]
        assert sum(len(row.text) for row in parts if row) < 1_000


@pytest.mark.parametrize(
    ("cpv", "is_social"),
    [("80500000", True), ("85311000", True), ("79700000", True), ("72000000", False)],
)
def test_social_services(cpv: str, is_social: bool) -> None:
    assert special_cpv.is_social_service(cpv) is is_social


@pytest.mark.parametrize(
    ("cpv", "is_asked", "is_exempt"),
    [
        ("34121000", True, False),
        ("34144210", True, True),
        ("34144213", True, True),
        ("34114100", True, True),
        ("34144220", True, False),
        ("90511000", True, False),
        ("30213200", False, False),
    ],
)
def test_clean_vehicles_are_asked_about(cpv: str, is_asked: bool, is_exempt: bool) -> None:
    assert special_cpv.may_be_clean_vehicle(cpv) is is_asked
    assert special_cpv.is_exempt_vehicle(cpv) is is_exempt
