"""Days and numbers of by-laws."""

import datetime as dt
from typing import Any

import pytest

from tests.factories.bylaws import entry
from vergabe.bylaws import entries
from vergabe.bylaws.rules import Span, reasons_against_days, reasons_against_ending
from vergabe.errors import InvalidInput

TODAY = dt.date(2026, 11, 23)
YEAR = Span(1, dt.date(2026, 1, 1), dt.date(2026, 12, 31))
OPEN = Span(2, dt.date(2026, 1, 1), None)


@pytest.mark.parametrize(
    ("span", "valid_from", "valid_to", "overlaps"),
    [
        (YEAR, dt.date(2027, 1, 1), None, False),
        (YEAR, dt.date(2026, 12, 31), None, True),
        (YEAR, dt.date(2025, 1, 1), dt.date(2025, 12, 31), False),
        (YEAR, dt.date(2025, 1, 1), dt.date(2026, 1, 1), True),
        (YEAR, dt.date(2025, 1, 1), None, True),
        (OPEN, dt.date(2040, 1, 1), dt.date(2040, 1, 1), True),
        (OPEN, dt.date(2025, 1, 1), dt.date(2025, 12, 31), False),
    ],
)
def test_on_no_day_do_two_versions_hold(
    span: Span, valid_from: dt.date, valid_to: dt.date | None, overlaps: bool
) -> None:
    assert bool(reasons_against_days([span], valid_from, valid_to)) is overlaps


def test_the_refusal_names_the_version_that_is_in_the_way() -> None:
    (reason,) = reasons_against_days([OPEN], dt.date(2027, 1, 1), None)
    assert "Fassung 2 gilt ab 01.01.2026, ohne Ende" in reason.message


def test_a_version_ends_once_and_not_before_it_begins() -> None:
    begins = dt.date(2026, 2, 1)
    assert reasons_against_ending(begins, None, begins) == []
    (early,) = reasons_against_ending(begins, None, dt.date(2026, 1, 31))
    assert early.code == "days_out_of_order"
    (again,) = reasons_against_ending(begins, dt.date(2026, 6, 30), dt.date(2026, 7, 31))
    assert again.code == "bylaw_already_ended"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "S" * 600}, "title"),
        ({"title": "Satzung\0"}, "title"),
        ({"note": "\x07"}, "note"),
        ({"adopted_on": dt.date(2026, 11, 24), "valid_from": dt.date(2026, 12, 1)}, "adopted_on"),
        ({"valid_from": dt.date(2026, 1, 14)}, "valid_from"),
        ({"valid_to": dt.date(2026, 1, 31)}, "valid_to"),
        ({"valid_to": dt.date(9999, 1, 1)}, "valid_to"),
        ({"direct_max_net_cents": -1}, "direct_max_net_cents"),
        ({"ex_post_from_net_cents": 10**15}, "ex_post_from_net_cents"),
        ({"minimum_tender_days": 0}, "minimum_tender_days"),
        ({"minimum_participation_days": 366}, "minimum_participation_days"),
        ({"required_quotes": 51}, "required_quotes"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        entries.checked(entry(**change), TODAY)
    assert [violation.field for violation in raised.value.violations] == [field]


def test_a_limit_of_nothing_and_texts_with_markup_are_fine() -> None:
    found = entries.checked(
        entry(direct_max_net_cents=0, title=" Satzung  <b>&amp;amp;</b> Jülich "), TODAY
    )
    assert found.title == "Satzung <b>&amp;amp;</b> Jülich"
