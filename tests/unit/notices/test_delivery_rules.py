"""Where a delivered notice can go from where, pair by pair; and when the next attempt comes."""

import datetime as dt
import itertools

import pytest

from vergabe.notices import rules
from vergabe.notices.delivery_model import STATES
from vergabe.notices.rules import Heard, State

NOW = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
ENDS = {Heard.PUBLISHED: "published", Heard.REJECTED: "rejected", Heard.STOPPED: "stopped"}
AFTER: dict[State, dict[Heard, str]] = {
    State.SENDING: {
        Heard.HANDED_OVER: "sent",
        Heard.NOT_THERE: "waiting",
        Heard.ACCEPTED: "accepted",
        **ENDS,
    },
    State.SENT: {Heard.ACCEPTED: "accepted", **ENDS},
    State.ACCEPTED: ENDS,
    State.STOPPING: ENDS,
}


@pytest.mark.parametrize(("state", "heard"), list(itertools.product(State, Heard)))
def test_every_pair_of_state_and_answer(state: State, heard: Heard) -> None:
    assert rules.state_after(state, heard) == AFTER.get(state, {}).get(heard, state)


def test_the_table_of_the_database_knows_the_same_states() -> None:
    assert set(STATES) == set(State)
    assert set(rules.STATE_NAMES) == set(State)


def test_no_answer_leads_out_of_an_end() -> None:
    for state, heard in itertools.product(rules.FINAL, Heard):
        assert rules.state_after(state, heard) is state


def test_only_what_never_arrived_is_sent_again() -> None:
    back = {
        (state, heard)
        for state, heard in itertools.product(State, Heard)
        if state is not State.WAITING and rules.state_after(state, heard) is State.WAITING
    }
    assert back == {(State.SENDING, Heard.NOT_THERE)}


@pytest.mark.parametrize(
    ("attempts", "wanted", "seconds"),
    [
        (1, None, 15),
        (2, None, 30),
        (6, None, 480),
        (8, None, 1800),
        (500, None, 1800),
        (1, 120, 120),
        (1, 3, 15),
        (1, 10**7, 1800),
        (1, -5, 15),
    ],
)
def test_pauses_double_up_to_half_an_hour(attempts: int, wanted: int | None, seconds: int) -> None:
    assert rules.pause_after(attempts, wanted_seconds=wanted) == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(("hours", "minutes"), [(0, 5), (23.9, 5), (24, 30), (200, 30)])
def test_questions_are_asked_often_on_the_first_day(hours: float, minutes: int) -> None:
    sent_at = NOW - dt.timedelta(hours=hours)
    assert rules.next_question(sent_at, NOW) == NOW + dt.timedelta(minutes=minutes)


@pytest.mark.parametrize("state", list(State))
def test_reasons_against_each_step(state: State) -> None:
    is_final = state in rules.FINAL
    assert bool(rules.reasons_against_stopping(state, is_public=False)) is is_final
    assert rules.reasons_against_stopping(state, is_public=True)
    by_hand = rules.reasons_against_confirming(state, is_folder=True)
    assert (by_hand == []) is (state in rules.OUTSIDE)
    assert rules.reasons_against_confirming(state, is_folder=False)
    again = rules.reasons_against_sending_again(state, is_public=True)
    assert (again == []) is (state in rules.ENDED)
    assert rules.reasons_against_sending_again(state, is_public=False)
