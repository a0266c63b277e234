"""Stages of a funding case, what may start before a decision, and what cannot be recorded."""

import datetime as dt
import itertools

import pytest

from vergabe.funding import rules
from vergabe.funding.rules import NEXT_STAGE, Action, CaseFacts, Stage

TODAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(("stage", "action"), list(itertools.product(Stage, Action)))
def test_every_stage_and_action_is_decided_by_the_table(stage: Stage, action: Action) -> None:
    reasons = rules.reasons_against_stage(CaseFacts(stage), action)
    assert bool(reasons) == ((stage, action) not in NEXT_STAGE)
    assert (action in rules.actions_in(stage)) == ((stage, action) in NEXT_STAGE)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (CaseFacts(Stage.DRAFT), "funding_not_applied"),
        (CaseFacts(Stage.APPLIED), "funding_undecided"),
        (CaseFacts(Stage.APPLIED, early_start_on=TODAY), "early_start_letter_missing"),
        (
            CaseFacts(Stage.APPLIED, early_start_on=TODAY + DAY, has_early_start_letter=True),
            "early_start_later",
        ),
        (CaseFacts(Stage.APPLIED, early_start_on=TODAY, has_early_start_letter=True), None),
        (CaseFacts(Stage.GRANTED), None),
        (CaseFacts(Stage.SETTLED), None),
        (CaseFacts(Stage.REJECTED), None),
        (CaseFacts(Stage.WITHDRAWN), None),
    ],
)
def test_a_project_starts_only_after_the_decision_or_with_the_consent_on_file(
    facts: CaseFacts, code: str | None
) -> None:
    reasons = rules.reasons_against_starting(facts, TODAY, "Ein Zuschlag")
    assert [reason.code for reason in reasons] == ([code] if code else [])
    assert all("Ein Zuschlag vor dem Bescheid" in reason.message for reason in reasons)


def test_an_application_needs_lines_and_a_day_that_has_come() -> None:
    facts = CaseFacts(Stage.DRAFT, line_count=1, eligible_gross_cents=100)
    assert not rules.reasons_against_applying(facts, TODAY, TODAY, [])
    late = rules.reasons_against_applying(facts, TODAY + DAY, TODAY, [])
    assert [reason.code for reason in late] == ["day_in_future"]
    empty = CaseFacts(Stage.DRAFT, line_count=1)
    codes = [r.code for r in rules.reasons_against_applying(empty, TODAY, TODAY, [])]
    assert codes == ["lines_missing"]


def test_a_decision_comes_after_the_application_and_not_tomorrow() -> None:
    facts = CaseFacts(Stage.APPLIED, applied_on=TODAY - DAY)
    assert not rules.reasons_against_deciding(facts, Action.GRANT, TODAY - DAY, TODAY)
    early = rules.reasons_against_deciding(facts, Action.GRANT, TODAY - 2 * DAY, TODAY)
    assert [reason.code for reason in early] == ["days_out_of_order"]
    assert rules.reasons_against_deciding(facts, Action.REJECT, TODAY + DAY, TODAY)


@pytest.mark.parametrize(("granted", "is_fine"), [(0, False), (1, True), (50, True), (51, False)])
def test_at_most_the_eligible_cost_is_granted(granted: int, is_fine: bool) -> None:
    assert (not rules.reasons_against_amount(granted, 50)) is is_fine


def test_an_expense_outside_the_period_counts_for_nothing() -> None:
    facts = CaseFacts(Stage.GRANTED, period_from=TODAY - DAY, period_until=TODAY)
    for day, is_fine in ((TODAY - 2 * DAY, False), (TODAY - DAY, True), (TODAY, True)):
        reasons = rules.reasons_against_expense(facts, day, TODAY, is_eligible=True)
        assert (not reasons) is is_fine
        assert not rules.reasons_against_expense(facts, day, TODAY, is_eligible=False)


def test_nothing_is_settled_without_expenses() -> None:
    facts = CaseFacts(Stage.GRANTED, decided_on=TODAY - DAY)
    none = rules.reasons_against_settling(facts, TODAY, TODAY, expense_count=0)
    assert [reason.code for reason in none] == ["expenses_missing"]
    assert not rules.reasons_against_settling(facts, TODAY, TODAY, expense_count=1)
    early = rules.reasons_against_settling(facts, TODAY - 2 * DAY, TODAY, expense_count=1)
    assert [reason.code for reason in early] == ["days_out_of_order"]
