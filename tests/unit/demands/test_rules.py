import datetime as dt
import itertools
import uuid
from decimal import Decimal
from typing import Any

import pytest

from vergabe.demands import rules
from vergabe.demands.rules import DemandFacts
from vergabe.demands.stages import (
    ACTION_NAMES,
    NEXT_STAGE,
    STAGE_NAMES,
    Action,
    Stage,
    actions_in,
    next_stage,
)
from vergabe.exchange.demand_input import DemandInput, ItemInput, check_demand_input

TODAY = dt.date(2026, 11, 23)
ME, OTHER = uuid.uuid4(), uuid.uuid4()

# The table once more, from the point of view of each stage: what leads out of it, and where to.
WAYS_OUT = {
    Stage.DRAFT: {
        Action.EDIT: Stage.DRAFT,
        Action.SUBMIT: Stage.SUBMITTED,
        Action.WITHDRAW: Stage.WITHDRAWN,
    },
    Stage.SUBMITTED: {
        Action.EDIT: Stage.SUBMITTED,
        Action.RELEASE: Stage.RELEASED,
        Action.REJECT: Stage.REJECTED,
        Action.REOPEN: Stage.DRAFT,
        Action.WITHDRAW: Stage.WITHDRAWN,
    },
    Stage.RELEASED: {
        Action.REVOKE_RELEASE: Stage.SUBMITTED,
        Action.WITHDRAW: Stage.WITHDRAWN,
        Action.POOL: Stage.POOLED,
    },
    Stage.POOLED: {Action.UNPOOL: Stage.RELEASED, Action.TENDER: Stage.TENDERED},
    Stage.TENDERED: {Action.UNTENDER: Stage.POOLED, Action.AWARD: Stage.AWARDED},
    Stage.AWARDED: {Action.SETTLE: Stage.SETTLED},
    Stage.SETTLED: {},
    Stage.REJECTED: {Action.REOPEN: Stage.DRAFT, Action.WITHDRAW: Stage.WITHDRAWN},
    Stage.WITHDRAWN: {},
}


def facts(stage: Stage = Stage.SUBMITTED, **more: Any) -> DemandFacts:
    known: dict[str, Any] = {"reference": "B-DLZ-2026-00001", "value_net_cents": 100_00}
    return DemandFacts(stage=stage, **(known | more))


def demand(*items: ItemInput, value: int | None = None) -> DemandInput:
    return DemandInput("Feuerwehrhelme", "35113410", items=items, estimated_value_net_cents=value)


def line(quantity: str | None, price: int | None) -> ItemInput:
    return ItemInput("Helm", None if quantity is None else Decimal(quantity), "H87", price)


@pytest.mark.parametrize(("stage", "action"), list(itertools.product(Stage, Action)))
def test_each_pair_of_stage_and_action_leads_where_it_should(stage: Stage, action: Action) -> None:
    expected = WAYS_OUT[stage].get(action)
    assert next_stage(stage, action) == expected
    reasons = rules.reasons_against_stage(facts(stage), action)
    assert [reason.code for reason in reasons] == ([] if expected else ["wrong_stage"])


def test_table_names_every_stage_and_action_in_german() -> None:
    assert set(STAGE_NAMES) == set(Stage)
    assert set(ACTION_NAMES) == set(Action)
    assert {action for _stage, action in NEXT_STAGE} == set(Action)


def test_people_are_offered_only_what_the_stage_allows() -> None:
    assert actions_in(Stage.RELEASED) == (Action.REVOKE_RELEASE, Action.WITHDRAW)
    assert actions_in(Stage.TENDERED) == ()


@pytest.mark.parametrize(
    ("case", "counts"),
    [
        (demand(value=500_00), 500_00),
        (demand(line("2", 100_00)), 200_00),
        (demand(line("2", 100_00), value=500_00), 500_00),
        (demand(line("2", 100_00), value=1_00), 200_00),
        (demand(value=1_00), None),
        (demand(value=0), None),
        (demand(line("2", None), line(None, 5_00)), None),
        (demand(line("2", 0)), None),
        (demand(line("2.5", 3)), 8),
        (demand(), None),
    ],
    ids=[
        "estimate",
        "lines",
        "estimate before lines",
        "lines before a placeholder",
        "placeholder alone",
        "zero",
        "no line with quantity and price",
        "lines for nothing",
        "half a cent up",
        "nothing",
    ],
)
def test_value_that_counts(case: DemandInput, counts: int | None) -> None:
    assert rules.value_net_cents(case) == counts


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (demand(value=1_00), "placeholder_value"),
        (demand(line("2", 100_00), value=500_00), "value_differs_from_lines"),
        (demand(line("2", 100_00), line("1", None)), "lines_without_price"),
    ],
)
def test_odd_values_are_warned_of_once(case: DemandInput, code: str) -> None:
    assert [warning.code for warning in rules.input_warnings(case, TODAY)] == [code]


def test_agreeing_value_and_lines_need_no_warning() -> None:
    assert rules.input_warnings(demand(line("2", 100_00), value=200_00), TODAY) == []


def test_quantity_without_unit_is_warned_of() -> None:
    case = demand(ItemInput("Helm", Decimal(2)))
    (found,) = rules.input_warnings(case, TODAY)
    assert (found.code, found.field) == ("unit_assumed", "items.0.unit_code")


def test_lines_beyond_every_budget_are_refused() -> None:
    case = demand(line("1000000", 9_000_000_000))
    assert [found.code for found in check_demand_input(case, TODAY)] == ["lines_too_large"]


def codes_against_releasing(
    case: DemandFacts, person: uuid.UUID | None = ME, amount: int | None = None, other: bool = True
) -> list[str]:
    reasons = rules.reasons_against_releasing(
        case, person, released_net_cents=amount, has_other_releaser=other
    )
    return [reason.code for reason in reasons]


def test_another_person_releases_the_value_that_counts() -> None:
    assert codes_against_releasing(facts(submitted_by_id=OTHER)) == []


def test_who_submitted_does_not_release_while_another_could() -> None:
    assert codes_against_releasing(facts(submitted_by_id=ME)) == ["four_eyes"]


def test_only_releaser_may_release_what_they_submitted() -> None:
    assert codes_against_releasing(facts(submitted_by_id=ME), other=False) == []


def test_operator_is_nobody_who_submitted() -> None:
    assert codes_against_releasing(facts(submitted_by_id=None), person=None) == []


@pytest.mark.parametrize(
    ("value", "amount", "code"),
    [
        (None, None, "budget_missing"),
        (100_00, 99_99, "budget_below_value"),
        (100_00, 0, "budget_out_of_range"),
        (100_00, -1, "budget_out_of_range"),
        (None, 10**16, "budget_out_of_range"),
    ],
)
def test_budget_covers_the_value(value: int | None, amount: int | None, code: str) -> None:
    assert codes_against_releasing(facts(value_net_cents=value), amount=amount) == [code]


def test_budget_may_be_the_value_to_the_cent_or_more() -> None:
    assert codes_against_releasing(facts(), amount=100_00) == []
    assert codes_against_releasing(facts(), amount=100_01) == []
    assert codes_against_releasing(facts(value_net_cents=None), amount=1) == []


def test_submitted_demand_is_changed_by_whoever_wrote_or_submitted_it_only() -> None:
    assert rules.reasons_against_editing(facts(created_by_id=ME), ME) == []
    assert rules.reasons_against_editing(facts(submitted_by_id=ME), ME) == []
    (reason,) = rules.reasons_against_editing(facts(created_by_id=OTHER), ME)
    assert reason.code == "submitted_by_another"
    assert rules.reasons_against_editing(facts(Stage.DRAFT, created_by_id=OTHER), ME) == []


@pytest.mark.parametrize("action", [Action.REJECT, Action.WITHDRAW])
def test_ending_a_demand_needs_a_reason(action: Action) -> None:
    assert rules.reasons_against_ending(facts(), action, "Haushaltssperre") == []
    (reason,) = rules.reasons_against_ending(facts(), action, "")
    assert (reason.code, reason.field) == ("reason_missing", "reason")
    (reason,) = rules.reasons_against_ending(facts(), action, "x" * 2001)
    assert reason.code == "too_long"


def test_submitting_asks_for_the_area_and_an_open_call() -> None:
    draft = facts(Stage.DRAFT)
    ok = rules.reasons_against_submitting(draft)
    assert ok == []
    reasons = rules.reasons_against_submitting(
        draft, not_in_area=rules.not_in_area("Beschaffung"), is_call_closed=True
    )
    assert [reason.code for reason in reasons] == ["not_in_area", "call_closed"]
