import datetime as dt
import uuid

import pytest

from vergabe import clock
from vergabe.deadlines import rules
from vergabe.deadlines.rules import DeadlineFacts, State

DUE = dt.datetime(2026, 12, 23, 11, 0, tzinfo=dt.UTC)
MICRO = dt.timedelta(microseconds=1)
A, B = uuid.UUID(int=1), uuid.UUID(int=2)


def berlin(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.BERLIN)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(DUE - MICRO, State.RUNNING), (DUE, State.MISSED), (DUE + MICRO, State.MISSED)],
)
def test_deadline_is_the_first_instant_that_is_too_late(now: dt.datetime, expected: State) -> None:
    assert rules.state(DeadlineFacts(DUE, None, None), now) is expected


def test_met_and_lifted_stay_what_they_are_when_time_passes() -> None:
    later = DUE + dt.timedelta(days=400)
    assert rules.state(DeadlineFacts(DUE, DUE - MICRO, None), later) is State.MET
    assert rules.state(DeadlineFacts(DUE, None, DUE - MICRO), later) is State.LIFTED


def test_reminders_come_at_eight_in_the_morning_in_berlin() -> None:
    found = rules.reminder_instants(DUE, (1, 7, 3, 3), now=DUE - dt.timedelta(days=30))
    assert found == [
        (7, berlin("2026-12-16T08:00")),
        (3, berlin("2026-12-20T08:00")),
        (1, berlin("2026-12-22T08:00")),
    ]


def test_reminders_of_an_end_at_midnight_count_from_the_day_that_ends_there() -> None:
    midnight = berlin("2026-12-23T00:00")
    found = rules.reminder_instants(midnight, (1, 0), now=midnight - dt.timedelta(days=30))
    assert found == [(1, berlin("2026-12-21T08:00")), (0, berlin("2026-12-22T08:00"))]


@pytest.mark.parametrize(
    ("due", "first_utc_hour", "last_utc_hour"),
    [
        # Clocks go back on 25 October 2026 and forward on 28 March 2027.
        ("2026-10-26T12:00", 6, 7),
        ("2027-03-29T12:00", 7, 6),
    ],
)
def test_reminders_keep_their_hour_over_the_clock_change(
    due: str, first_utc_hour: int, last_utc_hour: int
) -> None:
    due_at = berlin(due)
    found = rules.reminder_instants(due_at, (7, 1), now=due_at - dt.timedelta(days=30))
    hours = [at.astimezone(dt.UTC).hour for _, at in found]
    assert hours == [first_utc_hour, last_utc_hour]


def test_deadline_in_the_hour_that_occurs_twice_is_one_instant() -> None:
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)  # 02:30 for the first time
    second = first + dt.timedelta(hours=1)  # 02:30 again
    assert rules.state(DeadlineFacts(second, None, None), first) is State.RUNNING
    assert rules.time_left(second, first) == "noch 1 Stunde"


def test_reminder_that_would_come_now_or_after_the_deadline_is_left_out() -> None:
    due_at = berlin("2026-12-23T07:00")
    now = berlin("2026-12-20T08:00")
    assert [days for days, _ in rules.reminder_instants(due_at, (7, 3, 1, 0), now=now)] == [1]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (dt.timedelta(days=2, hours=3, minutes=4), "noch 2 Tage, 3 Stunden und 4 Minuten"),
        (dt.timedelta(days=1, minutes=1), "noch 1 Tag und 1 Minute"),
        (dt.timedelta(minutes=1), "noch 1 Minute"),
        (dt.timedelta(minutes=2) - MICRO, "noch 1 Minute"),
        (MICRO, "noch weniger als eine Minute"),
        (dt.timedelta(0), "seit weniger als einer Minute"),
        (-dt.timedelta(days=3), "seit 3 Tagen"),
    ],
)
def test_time_left_is_told_to_the_minute(left: dt.timedelta, words: str) -> None:
    assert rules.time_left(DUE, DUE - left) == words


@pytest.mark.parametrize(
    ("responsible", "substitute", "codes"),
    [
        (None, None, []),
        (A, None, []),
        (A, B, []),
        (A, A, ["substitute_is_responsible"]),
        (None, A, ["substitute_alone"]),
        (uuid.UUID(int=3), B, ["person_unknown"]),
        (A, uuid.UUID(int=3), ["person_unknown"]),
    ],
)
def test_people_in_charge(
    responsible: uuid.UUID | None, substitute: uuid.UUID | None, codes: list[str]
) -> None:
    found = rules.reasons_against_people(responsible, substitute, {A, B})
    assert [reason.code for reason in found] == codes
