import datetime as dt

import pytest

from vergabe import texts
from vergabe.web import time_words

NOW = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)  # Monday, 12:00 in Berlin


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (dt.timedelta(days=3, hours=4, minutes=59), "in 3 Tagen und 4 Stunden"),
        (dt.timedelta(days=1), "in 1 Tag"),
        (dt.timedelta(days=1, minutes=59), "in 1 Tag"),
        (dt.timedelta(hours=1, minutes=1), "in 1 Stunde und 1 Minute"),
        (dt.timedelta(hours=2), "in 2 Stunden"),
        (dt.timedelta(seconds=61), "in 1 Minute"),
        (dt.timedelta(seconds=59), "in weniger als einer Minute"),
        (dt.timedelta(0), "gerade abgelaufen"),
        (-dt.timedelta(days=2), "seit 2 Tagen abgelaufen"),
    ],
)
def test_time_left_is_said_in_two_units_and_never_too_long(left: dt.timedelta, words: str) -> None:
    assert time_words.until(NOW + left, NOW) == words


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        ("2026-11-27T09:00:00+00:00", "Freitag, 27. November 2026, 10:00:00 Uhr (deutsche Zeit)"),
        ("2026-11-27T23:00:00+00:00", "Freitag, 27. November 2026, 24:00:00 Uhr (deutsche Zeit)"),
        ("2026-07-01T10:00:00+00:00", "Mittwoch, 1. Juli 2026, 12:00:00 Uhr (deutsche Zeit)"),
    ],
)
def test_instant_is_written_to_the_second_in_german_time(instant: str, words: str) -> None:
    assert time_words.exact(dt.datetime.fromisoformat(instant)) == words


def test_instant_is_written_in_english() -> None:
    with texts.in_language("en"):
        assert time_words.exact(NOW) == "Monday, 23 November 2026, 12:00:00 (German time)"
        assert time_words.until(NOW + dt.timedelta(days=2), NOW) == "in 2 days"


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 Monate"), (1, "1 Monat"), (48, "48 Monate"), (None, "")]
)
def test_one_month_is_said_in_the_singular(count: int | None, words: str) -> None:
    assert time_words.months(count) == words
    with texts.in_language("en"):
        assert time_words.months(1) == "1 month"
