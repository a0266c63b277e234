import datetime as dt
import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from vergabe.cooperations import agreement_rules, rules
from vergabe.cooperations.agreement_rules import AgreementFacts
from vergabe.cooperations.rules import Activity, LegalForm, Move, Part, Stage

TODAY = dt.date(2026, 11, 23)
COST_KEY = {"kind": "equal", "no_award": "key", "vat_clause": "Jede Kommune für ihren Anteil."}
DAYS = {
    Stage.RESOLVED: dt.date(2026, 3, 1),
    Stage.SIGNED: dt.date(2026, 4, 1),
    Stage.APPROVED: dt.date(2026, 5, 1),
    Stage.IN_FORCE: dt.date(2026, 6, 1),
    Stage.TERMINATED: dt.date(2026, 7, 1),
}

# Which activity each stage unlocks, written out: the table of design.md, section 2.
UNLOCKED: Mapping[str, str] = {
    "informal": "survey plan",
    "resolved": "survey plan join",
    "signed": "survey plan join",
    "approved": "survey plan join",
    "in_force": "survey plan join publish award settle",
    "terminated": "award settle",
}
NEXT: Mapping[tuple[str, str], str] = {
    ("informal", "resolve"): "resolved",
    ("informal", "terminate"): "terminated",
    ("resolved", "sign"): "signed",
    ("resolved", "terminate"): "terminated",
    ("signed", "approve"): "approved",
    ("signed", "bring_into_force"): "in_force",
    ("signed", "terminate"): "terminated",
    ("approved", "bring_into_force"): "in_force",
    ("approved", "terminate"): "terminated",
    ("in_force", "terminate"): "terminated",
}


def agreement(stage: Stage, **more: Any) -> AgreementFacts:
    reached = rules.STAGE_ORDER.index(stage)
    facts: dict[str, Any] = {
        "stage": stage,
        "legal_form": LegalForm.PUBLIC_LAW_AGREEMENT,
        "requires_approval": False,
        "cost_key": COST_KEY,
        "days": {s: d for s, d in DAYS.items() if rules.STAGE_ORDER.index(s) <= reached},
    }
    return AgreementFacts(**(facts | more))


def codes(stage: Stage, move: Move, on: dt.date = TODAY, **more: Any) -> list[str]:
    found = agreement_rules.reasons_against_move(agreement(stage, **more), move, on, TODAY)
    return [reason.code for reason in found]


@pytest.mark.parametrize(("stage", "activity"), list(itertools.product(Stage, Activity)))
def test_stage_unlocks_exactly_its_activities(stage: Stage, activity: Activity) -> None:
    assert (activity in rules.ALLOWS[stage]) == (activity in UNLOCKED[stage].split())


@pytest.mark.parametrize(("stage", "move"), list(itertools.product(Stage, Move)))
def test_every_move_from_every_stage(stage: Stage, move: Move) -> None:
    wanted = NEXT.get((stage.value, move.value))
    found = agreement_rules.NEXT_STAGE.get((stage, move))
    assert (found.value if found else None) == wanted
    assert codes(stage, move) == ([] if wanted else ["wrong_stage"])


def test_refused_move_says_what_is_possible_instead() -> None:
    (reason,) = agreement_rules.reasons_against_move(
        agreement(Stage.INFORMAL), Move.BRING_INTO_FORCE, TODAY, TODAY
    )
    assert "„Als beschlossen vermerken“" in reason.message


def test_agreement_that_needs_approval_comes_into_force_only_with_it() -> None:
    assert codes(Stage.SIGNED, Move.BRING_INTO_FORCE, requires_approval=True) == [
        "approval_missing"
    ]
    assert codes(Stage.APPROVED, Move.BRING_INTO_FORCE, requires_approval=True) == []
    (reason,) = agreement_rules.reasons_against_move(
        agreement(Stage.SIGNED, requires_approval=True), Move.BRING_INTO_FORCE, TODAY, TODAY
    )
    assert reason.law == "§§ 24, 29 GkG NRW"


def test_informal_arrangement_needs_a_legal_form_to_be_resolved() -> None:
    informal = LegalForm.INFORMAL_ARRANGEMENT
    assert codes(Stage.INFORMAL, Move.RESOLVE, legal_form=informal) == ["no_legal_form"]
    assert codes(Stage.INFORMAL, Move.TERMINATE, legal_form=informal) == []


@pytest.mark.parametrize(
    ("stage", "move", "may_lie_ahead"),
    [
        (Stage.INFORMAL, Move.RESOLVE, False),
        (Stage.RESOLVED, Move.SIGN, False),
        (Stage.SIGNED, Move.APPROVE, False),
        (Stage.APPROVED, Move.BRING_INTO_FORCE, True),
        (Stage.IN_FORCE, Move.TERMINATE, True),
    ],
)
def test_only_beginning_and_end_may_lie_ahead(
    stage: Stage, move: Move, may_lie_ahead: bool
) -> None:
    tomorrow = TODAY + dt.timedelta(days=1)
    assert codes(stage, move, tomorrow) == ([] if may_lie_ahead else ["day_in_future"])


def test_step_cannot_lie_before_the_step_before_it() -> None:
    last = DAYS[Stage.RESOLVED]
    assert codes(Stage.RESOLVED, Move.SIGN, last - dt.timedelta(days=1)) == [
        "day_before_previous_step"
    ]
    assert codes(Stage.RESOLVED, Move.SIGN, last) == []


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        (dt.date(2026, 5, 31), Stage.APPROVED),
        (dt.date(2026, 6, 1), Stage.IN_FORCE),
        (dt.date(2026, 6, 30), Stage.IN_FORCE),
        (dt.date(2026, 7, 1), Stage.TERMINATED),
    ],
)
def test_stage_of_a_day_follows_from_the_days_alone(day: dt.date, stage: Stage) -> None:
    found = rules.effective_stage(
        Stage.TERMINATED,
        day,
        in_force_on=DAYS[Stage.IN_FORCE],
        terminated_on=DAYS[Stage.TERMINATED],
    )
    assert found is stage


def test_agreement_ended_before_it_was_in_force_only_allows_to_plan_until_then() -> None:
    found = rules.effective_stage(
        Stage.TERMINATED, TODAY, in_force_on=None, terminated_on=TODAY + dt.timedelta(days=1)
    )
    assert found is Stage.INFORMAL


@pytest.mark.parametrize(
    ("depth", "parts"),
    [
        ("none", ""),
        ("information", "read"),
        ("demand", "read submit tender"),
        ("mandate", "read submit tender mandate"),
        ("full", "read submit tender mandate service"),
    ],
)
def test_depth_allows_its_parts(depth: str, parts: str) -> None:
    allowed = rules.DEPTH_ALLOWS[rules.Depth(depth)]
    assert {part for part in Part if part in allowed} == {Part(part) for part in parts.split()}


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (dt.date(2026, 1, 31), False),
        (dt.date(2026, 2, 1), True),
        (dt.date(2026, 2, 28), True),
        (dt.date(2026, 3, 1), False),
    ],
)
def test_first_and_last_day_count(day: dt.date, counts: bool) -> None:
    first, last = dt.date(2026, 2, 1), dt.date(2026, 2, 28)
    assert rules.is_valid_on(day, valid_from=first, valid_to=last, revoked_on=None) is counts


def test_day_of_revocation_does_not_count_any_more() -> None:
    first, revoked = dt.date(2026, 2, 1), dt.date(2026, 2, 10)
    before = revoked - dt.timedelta(days=1)
    assert rules.is_valid_on(before, valid_from=first, valid_to=None, revoked_on=revoked)
    assert not rules.is_valid_on(revoked, valid_from=first, valid_to=None, revoked_on=revoked)


def test_every_word_has_a_german_name() -> None:
    for words, names in (
        (Stage, rules.STAGE_NAMES),
        (rules.Depth, rules.DEPTH_NAMES),
        (rules.Scope, rules.SCOPE_NAMES),
        (rules.Subject, rules.SUBJECT_NAMES),
        (LegalForm, rules.LEGAL_FORM_NAMES),
        (Move, rules.MOVE_NAMES),
    ):
        assert set(names) == set(words)
