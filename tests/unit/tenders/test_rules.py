"""Stages and actions, pair by pair; and what time alone decides."""

import datetime as dt
import itertools

import pytest

from vergabe.errors import Violation
from vergabe.tenders import rules
from vergabe.tenders.rules import Action, Stage

ALLOWED = {
    Stage.DRAFT: {Action.EDIT: "draft", Action.DECLARE_READY: "ready", Action.CANCEL: "cancelled"},
    Stage.READY: {
        Action.TAKE_BACK: "draft",
        Action.PUBLISH: "published",
        Action.CANCEL: "cancelled",
    },
    Stage.PUBLISHED: {
        Action.RETURN: "ready",
        Action.AMEND: "published",
        Action.OPEN_BIDS: "opened",
        Action.CANCEL: "cancelled",
    },
    Stage.OPENED: {Action.EVALUATE: "evaluated", Action.CANCEL: "cancelled"},
    Stage.EVALUATED: {Action.DECIDE: "decided", Action.CANCEL: "cancelled"},
    Stage.DECIDED: {Action.AWARD: "awarded", Action.CANCEL: "cancelled"},
    Stage.AWARDED: {Action.COMPLETE: "completed"},
    Stage.COMPLETED: {},
    Stage.CANCELLED: {},
}
DEADLINE = dt.datetime(2026, 12, 24, 9, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(("stage", "action"), list(itertools.product(Stage, Action)))
def test_every_pair_of_stage_and_action(stage: Stage, action: Action) -> None:
    reasons = rules.reasons_against_stage(stage, action)
    if action in ALLOWED[stage]:
        assert reasons == []
        assert rules.NEXT_STAGE[stage, action] == ALLOWED[stage][action]
    else:
        assert [reason.code for reason in reasons] == ["wrong_stage"]
        assert rules.STAGE_NAMES[stage] in reasons[0].message


@pytest.mark.parametrize("stage", list(Stage))
def test_allowed_actions_are_those_of_the_table(stage: Stage) -> None:
    assert set(rules.allowed_actions(stage)) == set(ALLOWED[stage])


@pytest.mark.parametrize(
    ("now", "is_open"), [(DEADLINE - SECOND, True), (DEADLINE, False), (DEADLINE + SECOND, False)]
)
def test_bids_are_in_time_until_the_second(now: dt.datetime, is_open: bool) -> None:
    assert rules.is_open_for_bids(Stage.PUBLISHED, DEADLINE, now) is is_open
    shown = rules.shown_stage(Stage.PUBLISHED, DEADLINE, now)
    assert shown == ("veröffentlicht" if is_open else "Angebotsfrist abgelaufen")


@pytest.mark.parametrize("stage", [s for s in Stage if s is not Stage.PUBLISHED])
def test_only_a_published_tender_takes_bids(stage: Stage) -> None:
    assert not rules.is_open_for_bids(stage, DEADLINE, DEADLINE - SECOND)


def test_a_cancellation_needs_a_reason_that_says_something() -> None:
    def against(reason: str, code: str = "other") -> list[Violation]:
        return rules.reasons_against_cancelling(reason, code, law="§ 48 UVgO")

    assert against("Kein Bedarf mehr.")[0].law == "§ 48 UVgO"
    assert against(" " * 40)
    assert against("Der Bedarf ist entfallen.") == []
    both = against("", "")
    assert [(found.field, found.law) for found in both] == [
        ("code", "§ 48 UVgO"),
        ("reason", "§ 48 UVgO"),
    ]


def test_after_the_deadline_nothing_is_amended() -> None:
    def codes(now: dt.datetime, summary: str = "Neue Fassung der Pläne") -> list[str]:
        found = rules.reasons_against_amending(
            summary=summary, submission_deadline=DEADLINE, now=now
        )
        return [reason.code for reason in found]

    assert codes(DEADLINE - SECOND) == []
    assert codes(DEADLINE) == ["deadline_passed"]
    assert codes(DEADLINE - SECOND, "kurz") == ["summary_missing"]
