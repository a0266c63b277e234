import datetime as dt
from typing import Any

import pytest

from vergabe.demands import call_rules
from vergabe.demands.call_rules import AnswerKind, CallState

SECOND = dt.timedelta(seconds=1)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


OPENS = at("2026-10-01T08:00+02:00")
CLOSES = at("2026-10-30T12:00+01:00")  # after the clocks went back on 25 October
DAYS = (7, 3, 1)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (OPENS - SECOND, CallState.PLANNED),
        (OPENS, CallState.OPEN),
        (CLOSES - SECOND, CallState.OPEN),
        (CLOSES, CallState.CLOSED),
        (CLOSES + SECOND, CallState.CLOSED),
    ],
)
def test_call_is_open_by_time_alone(now: dt.datetime, state: CallState) -> None:
    assert call_rules.state_of(OPENS, CLOSES, now) is state


def test_reminder_comes_at_the_same_time_of_day_across_the_clock_change() -> None:
    assert call_rules.reminder_at(CLOSES, 7) == at("2026-10-23T12:00+02:00")


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-10-23T11:59:59+02:00", None),
        ("2026-10-23T12:00:00+02:00", 7),
        ("2026-10-27T12:00:00+01:00", 3),
        ("2026-10-29T12:00:00+01:00", 1),
        ("2026-10-30T11:59:59+01:00", 1),
        ("2026-10-30T12:00:00+01:00", None),
    ],
)
def test_latest_reminder_that_is_due_counts(now: str, days: int | None) -> None:
    assert call_rules.due_reminder(OPENS, CLOSES, DAYS, at(now)) == days


def test_no_reminder_lies_before_the_opening() -> None:
    opens = CLOSES - dt.timedelta(days=2)
    assert call_rules.due_reminder(opens, CLOSES, DAYS, opens + SECOND) is None
    assert call_rules.next_tick(opens, CLOSES, DAYS, opens) == at("2026-10-29T12:00+01:00")


def test_ticks_are_the_opening_and_each_reminder() -> None:
    ticks, now = [], OPENS - SECOND
    while (tick := call_rules.next_tick(OPENS, CLOSES, DAYS, now)) is not None:
        ticks.append(tick)
        now = tick
    assert ticks == [OPENS, *(call_rules.reminder_at(CLOSES, days) for days in DAYS)]


def test_rate_counts_no_demand_as_an_answer() -> None:
    rate = call_rules.rate([AnswerKind.DEMANDS, AnswerKind.NO_DEMAND, AnswerKind.NONE])
    assert (rate.asked, rate.answered, rate.basis_points) == (3, 2, 6666)
    assert call_rules.rate([]).basis_points == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 401}, "title"),
        ({"text": "x" * 20_001}, "text"),
        ({"opens_at": OPENS - dt.timedelta(minutes=6)}, "opens_at"),
        ({"closes_at": OPENS}, "closes_at"),
        ({"closes_at": OPENS + dt.timedelta(days=367)}, "closes_at"),
        ({"reminder_days": [0]}, "reminder_days"),
        ({"reminder_days": [61]}, "reminder_days"),
        ({"reminder_days": [1, 2, 3, 4, 5, 6, 7]}, "reminder_days"),
    ],
)
def test_wrong_call_is_refused_at_its_field(change: dict[str, Any], field: str) -> None:
    values = {
        "title": "Büromöbel",
        "text": "",
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "reminder_days": [7],
    } | change
    (found,) = call_rules.reasons_against_call(**values, now=OPENS)
    assert found.field == field


def test_no_demand_needs_an_open_call_that_asks_and_no_demands() -> None:
    assert not call_rules.reasons_against_no_demand(
        CallState.OPEN, is_asked=True, demand_count=0, note=""
    )
    reasons = call_rules.reasons_against_no_demand(
        CallState.CLOSED, is_asked=False, demand_count=2, note="x" * 2001
    )
    assert [reason.code for reason in reasons] == [
        "call_not_open",
        "not_asked",
        "has_demands",
        "too_long",
    ]
