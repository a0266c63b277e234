"""Declarations in their order: where a person stands, and whether they may act."""

import pytest

from vergabe.conflicts.rules import (
    KEPT_OUT,
    STATE_NAMES,
    Kind,
    State,
    reasons_against_acting,
    reasons_against_declaring,
    state_of,
)

N, C, M, E, R, A = (
    Kind.NONE,
    Kind.CONFLICT,
    Kind.MEASURES,
    Kind.EXCLUDED,
    Kind.READMITTED,
    Kind.RENEWAL,
)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], State.MISSING),
        ([A], State.MISSING),
        ([N], State.CLEAR),
        ([C], State.CONFLICT),
        ([N, C], State.CONFLICT),
        ([C, N], State.CLEAR),
        ([C, M], State.MEASURES),
        ([M], State.MISSING),
        ([N, M], State.CLEAR),
        ([N, A], State.OUTDATED),
        ([N, A, N], State.CLEAR),
        ([C, A], State.CONFLICT),
        ([C, M, A], State.OUTDATED),
        ([E], State.EXCLUDED),
        ([N, E], State.EXCLUDED),
        ([E, N], State.EXCLUDED),
        ([E, R], State.MISSING),
        ([N, E, R], State.CLEAR),
        ([C, E, R], State.CONFLICT),
        ([N, E, A, R], State.OUTDATED),
    ],
)
def test_the_entries_in_their_order_say_where_a_person_stands(
    kinds: list[Kind], expected: State
) -> None:
    assert state_of(kinds) is expected


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("is_substitute", [False, True])
def test_who_may_act(state: State, is_substitute: bool) -> None:
    reasons = reasons_against_acting(state, is_substitute=is_substitute)
    undeclared = state in (State.MISSING, State.OUTDATED)
    assert bool(reasons) == (state in KEPT_OUT or (is_substitute and undeclared))
    assert all(reason.law == "§ 6 VgV" for reason in reasons)


def test_every_state_has_a_name() -> None:
    assert set(STATE_NAMES) == set(State)


def test_a_conflict_is_described_and_taken_back_only_with_a_reason() -> None:
    def against(state: State, kinds: list[Kind], has_conflict: bool, text: str) -> int:
        return len(reasons_against_declaring(state, kinds, has_conflict=has_conflict, text=text))

    assert against(State.MISSING, [], True, "") == 1
    assert against(State.MISSING, [], True, "Bruder bietet") == 0
    assert against(State.MISSING, [], False, "") == 0
    assert against(State.CONFLICT, [C], False, "") == 1
    assert against(State.CONFLICT, [C], False, "Bruder bietet nicht mehr") == 0
