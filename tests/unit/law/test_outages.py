"""What an outage of the platform means for a deadline: whether it matters, and how much longer."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.law import outages
from vergabe.law.outages import OutageFacts, Window
from vergabe.law.working_days import calendar_of
from vergabe.law.zone import BERLIN

HOUR = dt.timedelta(hours=1)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(dt.UTC)


# Wednesday, 9 December 2026, 10:00 in Berlin.
DEADLINE = local("2026-12-09T10:00")


def facts(
    deadline: dt.datetime = DEADLINE, questions: dt.datetime | None = None, rule_set: str = "VgV"
) -> OutageFacts:
    return OutageFacts(rule_set, dt.date(2026, 11, 1), deadline, questions, "NW", ("NW", "RP"))


@pytest.mark.parametrize(
    ("began", "ended", "touches"),
    [
        ("2026-12-09T09:00", "2026-12-09T09:30", True),
        ("2026-12-09T09:59", "2026-12-09T18:00", True),
        ("2026-12-09T10:00", "2026-12-09T18:00", False),
        ("2026-12-06T09:00", "2026-12-06T10:01", True),
        ("2026-12-06T09:00", "2026-12-06T10:00", False),
    ],
)
def test_only_the_last_hours_before_the_first_instant_too_late_matter(
    began: str, ended: str, touches: bool
) -> None:
    assert outages.is_touched(facts(), Window(local(began), local(ended))) is touches


@pytest.mark.parametrize(
    ("rule_set", "law"),
    [
        ("VgV", "§ 20 Abs. 3 VgV"),
        ("VOB/A-EU", "§ 12a EU"),
        ("UVgO", "§ 13 Abs. 4 UVgO"),
        ("NW-GO-75a", "Gleichbehandlung"),
        ("", "Gleichbehandlung"),
    ],
)
def test_every_rule_set_has_its_paragraph_and_says_what_is_open(rule_set: str, law: str) -> None:
    window = Window(DEADLINE - HOUR, DEADLINE + HOUR)
    found = outages.extension(facts(rule_set=rule_set), [window], now=DEADLINE - 2 * HOUR)
    assert law in found.law
    assert found.open_question
    assert str(found.evidence) == "P"


def test_an_hour_lost_before_the_end_gives_full_working_days_after_today() -> None:
    window = Window(local("2026-12-09T08:00"), local("2026-12-09T09:00"))
    found = outages.extension(facts(), [window], now=local("2026-12-09T09:10")).value
    assert found.lost == HOUR
    assert not found.needs_reopening
    assert not found.lies_inside
    # Thursday and Friday are whole; the weekend does not count.
    assert found.submission_deadline == local("2026-12-14T10:00")


def test_a_deadline_that_ended_within_is_opened_anew_with_more_room() -> None:
    window = Window(local("2026-12-09T08:00"), local("2026-12-09T15:00"))
    result = outages.extension(facts(), [window], now=local("2026-12-09T15:10"))
    assert result.value.lies_inside
    assert result.value.needs_reopening
    assert result.value.submission_deadline == local("2026-12-17T10:00")
    assert "neu eröffnet" in " ".join(result.steps)


def test_every_24_hours_begun_count_and_christmas_is_no_working_day() -> None:
    deadline = local("2026-12-23T12:00")
    window = Window(local("2026-12-21T11:00"), local("2026-12-22T12:00"))
    found = outages.extension(facts(deadline), [window], now=local("2026-12-22T13:00")).value
    assert found.lost == 25 * HOUR
    # 23 and 24 December are whole, 25 and 26 are holidays, then a weekend.
    assert found.submission_deadline == local("2026-12-28T12:00")


def test_questions_keep_their_distance_to_the_bids() -> None:
    questions = local("2026-12-01T10:00")
    window = Window(local("2026-12-01T09:00"), local("2026-12-01T11:00"))
    found = outages.extension(
        facts(questions=questions), [window], now=local("2026-12-01T12:00")
    ).value
    assert found.enquiries_deadline == local("2026-12-04T10:00")
    assert found.submission_deadline == local("2026-12-14T10:00")  # the 12th is a Saturday


def test_questions_that_ended_long_before_stay_ended() -> None:
    window = Window(DEADLINE - HOUR, DEADLINE + HOUR)
    early = facts(questions=DEADLINE - dt.timedelta(days=8))
    assert outages.extension(early, [window], now=DEADLINE + HOUR).value.enquiries_deadline is None


@given(
    began=st.integers(-71, 0),
    length=st.integers(1, 200),
    later=st.integers(0, 200),
    day=st.integers(0, 400),
)
def test_an_extension_is_never_shorter_than_what_was_lost_and_ends_on_a_working_day(
    began: int, length: int, later: int, day: int
) -> None:
    deadline = DEADLINE + dt.timedelta(days=day)
    window = Window(deadline + began * HOUR - HOUR, deadline + (began + length) * HOUR)
    now = window.ended_at + later * HOUR
    found = outages.extension(facts(deadline), [window], now=now).value
    new = found.submission_deadline
    assert new - deadline >= found.lost - HOUR  # local time: a clock change may take an hour
    assert new > now + dt.timedelta(days=1)
    assert all(calendar_of(x).is_working_day(new.astimezone(BERLIN).date()) for x in ("NW", "RP"))
    assert new.astimezone(BERLIN).time() == deadline.astimezone(BERLIN).time()
