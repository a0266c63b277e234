import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.pool_facts import DEADLINE, NOW, pool
from vergabe.pools import rules
from vergabe.pools.stages import (
    ACTION_NAMES,
    FINAL_STAGES,
    NEXT_STAGE,
    STAGE_NAMES,
    Action,
    Stage,
    actions_in,
    effective_stage,
)

SECOND = dt.timedelta(seconds=1)

ALLOWED = {
    Stage.PROPOSED: "start_consultation split merge reject",
    Stage.CONSULTATION: "split merge reject open_joining",
    Stage.JOINING: "extend_joining join decline leave dissolve",
    Stage.BINDING: "ask_to_withdraw consent withdraw dissolve start_tender",
    Stage.TENDERING: "return_from_tender conclude",
    Stage.CONCLUDED: "",
    Stage.DISSOLVED: "",
    Stage.REJECTED: "",
}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("action", Action)
def test_every_stage_allows_its_actions_and_no_other(stage: Stage, action: Action) -> None:
    facts = pool(stage)
    reasons = rules.reasons_against_stage(facts, action, NOW)
    if action in ALLOWED[stage].split():
        assert reasons == []
        assert rules.stage_after(facts, action, NOW) is NEXT_STAGE[stage, action]
        assert action in rules.allowed_actions(facts, NOW)
    else:
        assert len(reasons) == 1
        assert reasons[0].message.endswith(".")
        assert action not in rules.allowed_actions(facts, NOW)
        with pytest.raises(KeyError):
            rules.stage_after(facts, action, NOW)


@pytest.mark.parametrize("action", Action)
def test_joining_whose_deadline_has_come_allows_what_binding_allows(action: Action) -> None:
    closed = pool(Stage.JOINING)
    allowed = rules.reasons_against_stage(closed, action, DEADLINE) == []
    assert allowed == ((Stage.BINDING, action) in NEXT_STAGE)


def test_joining_is_open_one_second_before_its_deadline_and_binding_from_it_on() -> None:
    stages = [
        effective_stage(Stage.JOINING, DEADLINE, DEADLINE + shift)
        for shift in (-SECOND, dt.timedelta(0), SECOND)
    ]
    assert stages == [Stage.JOINING, Stage.BINDING, Stage.BINDING]


@given(
    stage=st.sampled_from([stage for stage in Stage if stage is not Stage.JOINING]),
    now=st.datetimes(timezones=st.just(dt.UTC)),
)
def test_time_changes_no_other_stage(stage: Stage, now: dt.datetime) -> None:
    assert effective_stage(stage, DEADLINE, now) is stage


def test_joining_without_a_deadline_is_a_fault_of_the_data() -> None:
    with pytest.raises(ValueError, match="deadline"):
        effective_stage(Stage.JOINING, None, NOW)


def test_no_action_leads_from_joining_to_binding() -> None:
    assert all(NEXT_STAGE.get((Stage.JOINING, action)) is not Stage.BINDING for action in Action)


def test_final_stages_are_those_without_a_way_out() -> None:
    assert {stage for stage in Stage if not actions_in(stage)} == FINAL_STAGES


def test_every_stage_but_the_first_can_be_reached() -> None:
    # Binding is reached by time from joining.
    assert set(NEXT_STAGE.values()) | {Stage.PROPOSED, Stage.BINDING} == set(Stage)


def test_stages_and_actions_have_german_names() -> None:
    assert set(STAGE_NAMES) == set(Stage)
    assert set(ACTION_NAMES) == set(Action)
