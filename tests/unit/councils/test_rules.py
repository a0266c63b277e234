import datetime as dt

import pytest

from vergabe.councils import rules
from vergabe.councils.rules import BodyEntry, MeetingEntry
from vergabe.errors import InvalidInput

MARCH = dt.date(2027, 3, 18)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18.03.2027", [MeetingEntry(MARCH)]),
        ("2027-03-18", [MeetingEntry(MARCH)]),
        ("Donnerstag, 18. März 2027, 18:00 Uhr, Ratssaal", [MeetingEntry(MARCH)]),
        ("Do 18.3.2027, Vorlagen bis 04.03.2027", [MeetingEntry(MARCH, dt.date(2027, 3, 4))]),
        (
            "\n 18.03.2027 \r\n\n2027-04-22\n",
            [MeetingEntry(MARCH), MeetingEntry(dt.date(2027, 4, 22))],
        ),
        ("", []),
    ],
)
def test_pasted_list_is_read_line_by_line(text: str, expected: list[MeetingEntry]) -> None:
    assert rules.meetings_in(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("18.03.2027\nbald", "Zeile 2: „bald“ ist kein Datum"),
        ("31.02.2027", "gibt es im Kalender nicht"),
        ("18.03.27", "zwei Ziffern"),
        ("18.03.2027, 22.04.2027, 20.05.2027", "mehr als zwei Tage"),
        ("18.03.1027", "unplausibel"),
    ],
)
def test_line_that_says_no_day_is_named(text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        rules.meetings_in(text)
    assert words in caught.value.violations[0].message
    assert caught.value.violations[0].field == "days"


@pytest.mark.parametrize(
    ("entries", "codes"),
    [
        ([], ["days_missing"]),
        ([MeetingEntry(MARCH)] * 201, ["too_many_days"]),
        ([MeetingEntry(MARCH, MARCH)], []),
        ([MeetingEntry(MARCH, dt.date(2027, 3, 19))], ["papers_after_meeting"]),
        ([MeetingEntry(dt.date(2026, 12, 31))], ["body_not_active"]),
        ([MeetingEntry(dt.date(2027, 1, 1)), MeetingEntry(dt.date(2027, 12, 31))], []),
        ([MeetingEntry(dt.date(2028, 1, 1))], ["body_not_active"]),
    ],
)
def test_meetings_must_fit_the_body(entries: list[MeetingEntry], codes: list[str]) -> None:
    first, last = dt.date(2027, 1, 1), dt.date(2027, 12, 31)
    found = rules.reasons_against_meetings(entries, first, last)
    assert [reason.code for reason in found] == codes


def test_body_ends_no_earlier_than_it_begins() -> None:
    backwards = BodyEntry("Rat", active_from=MARCH, active_to=dt.date(2027, 3, 17))
    assert [r.code for r in rules.reasons_against_body(backwards)] == ["days_out_of_order"]
    assert [r.code for r in rules.reasons_against_body(BodyEntry(""))] == ["name_missing"]
