"""Deadlines that end at midnight end with the day before, in whatever is said of them."""

import datetime as dt

import pytest

from vergabe import clock
from vergabe.tenders import timing
from vergabe.tenders.assessment import PeriodFacts
from vergabe.tenders.timing import Chosen

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=clock.BERLIN)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.BERLIN)


def facts(rule_set: str) -> PeriodFacts:
    return PeriodFacts(
        rule_set=rule_set,
        procurement_method="open",
        land="NW",
        lands=("NW",),
        started_on=NOW.date(),
        is_urgent=False,
        requested_publication_on=None,
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-12-17T12:00", "2027-01-19T12:00"),
        ("2026-12-17T12:00", "2027-01-20T00:00"),
        ("2026-12-18T00:00", "2027-01-19T23:59"),
    ],
)
def test_bids_bind_for_as_many_days_after_the_last_day_as_before(old: str, new: str) -> None:
    until = dt.date(2027, 1, 16)
    assert timing.moved_validity(until, at(old), at(new)) == dt.date(2027, 2, 18)


@pytest.mark.parametrize("end", ["2026-11-30T12:00", "2026-12-01T00:00"])
def test_days_that_are_left_are_counted_to_the_last_one(end: str) -> None:
    found = timing.warnings(Chosen(submission_deadline=at(end)), facts("UVgO"), now=NOW)
    assert any("bleiben 7 Tage" in each for each in found)


@pytest.mark.parametrize(
    ("enquiries", "is_late"),
    [("2027-01-11T23:59", False), ("2027-01-12T00:00", False), ("2027-01-12T00:01", True)],
)
def test_questions_until_the_end_of_the_last_day_for_answers_are_no_worry(
    enquiries: str, is_late: bool
) -> None:
    chosen = Chosen(submission_deadline=at("2027-01-18T12:00"), enquiries_deadline=at(enquiries))
    found = timing.warnings(chosen, facts("VgV"), now=NOW)
    assert any("Fragen sind aber noch" in each for each in found) is is_late
