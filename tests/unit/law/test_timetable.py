import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vergabe.law.errors import ImpossibleInput
from vergabe.law.legs import PlanFacts
from vergabe.law.minimum_periods import ProcedureFacts
from vergabe.law.timetable import (
    Direction,
    compare,
    missed_by,
    onward,
    plan_backward,
    plan_forward,
)
from vergabe.law.working_days import LANDS, is_working_day


def plan(
    rule_set: str = "VgV", procedure: str = "open", land: str = "NW", **more: Any
) -> PlanFacts:
    procedure_facts = ProcedureFacts(rule_set=rule_set, procedure=procedure, land=land)
    return PlanFacts(procedure_facts=procedure_facts, **more)


def test_forward_from_a_day() -> None:
    found = plan_forward(plan(), dt.date(2026, 11, 21))  # a Saturday
    assert {key: day.isoformat() for key, day in found.days.items()} == {
        "begin": "2026-11-23",
        "joined": "2026-12-14",
        "published": "2026-12-29",
        "submission": "2027-01-29",  # 30 days to 28 January, then the next working day
        "evaluated": "2027-02-12",
        "decided": "2027-02-26",
        "released": "2027-03-09",
        "awarded": "2027-03-09",
        "performance": "2027-04-06",
    }
    assert found.direction is Direction.FORWARD
    assert found.begins_on == dt.date(2026, 11, 23)
    assert found.performance_on == dt.date(2027, 4, 6)
    statutory = {step.key: step.law for step in found.steps if step.is_statutory}
    assert statutory == {
        "submission": "§ 15 Abs. 2 und 4 VgV",
        "released": "§ 134 Abs. 2 GWB",
    }
    submission = next(step for step in found.steps if step.key == "submission")
    assert "Mindestens 30 Tage" in submission.reason
    assert submission.holidays == ((dt.date(2027, 1, 1), "Neujahr"),)
    assert submission.begins_on == dt.date(2026, 12, 29)
    assert submission.slack_days is None


def test_every_leg_says_how_long_it_is() -> None:
    reasons = {step.key: step.reason for step in plan_forward(plan(), dt.date(2026, 9, 1)).steps}
    assert reasons["joined"] == "Gewählt: 21 Kalendertage."
    assert reasons["evaluated"] == "Gewählt: 10 Arbeitstage."
    assert reasons["awarded"].startswith("Am selben Tag")
    assert "10 Kalendertage bis zum Ablauf von" in reasons["released"]
    assert "Zuschlag frühestens" in reasons["released"]


def test_waiting_in_rlp_ends_with_the_regulation() -> None:
    started = ProcedureFacts(
        rule_set="UVgO", procedure="nat-open", land="RP", started_on=dt.date(2027, 7, 1)
    )
    facts = PlanFacts(procedure_facts=started, value_net_cents=100_000_00)
    assert "released" not in plan_forward(facts, dt.date(2027, 7, 1)).days


def test_backward_from_the_wished_start() -> None:
    found = plan_backward(plan(), dt.date(2027, 4, 6))
    assert found.direction is Direction.BACKWARD
    assert found.performance_on == dt.date(2027, 4, 6)
    again = plan_forward(plan(), found.begins_on)
    assert again.performance_on <= dt.date(2027, 4, 6)
    late = plan_forward(plan(), found.begins_on + dt.timedelta(days=1))
    # The next working day misses it, or ends the same day because chosen legs absorb the shift.
    assert late.performance_on >= again.performance_on


@settings(max_examples=60, deadline=None)
@given(
    st.dates(dt.date(2026, 8, 1), dt.date(2027, 9, 30)),
    st.sampled_from(LANDS),
    st.sampled_from(["open", "restricted", "neg-w-call"]),
)
def test_backward_is_the_latest_plan_that_fits(wish: dt.date, land: str, procedure: str) -> None:
    facts = plan(procedure=procedure, land=land)
    latest = plan_backward(facts, wish)
    works = is_working_day(land)
    assert plan_forward(facts, latest.begins_on).performance_on <= wish
    following = latest.begins_on + dt.timedelta(days=1)
    while not works(following):
        following += dt.timedelta(days=1)
    assert plan_forward(facts, following).performance_on > wish
    order = [latest.begins_on, *(step.ends_on for step in latest.steps)]
    assert order == sorted(order)


def test_two_stages_have_a_participation_phase() -> None:
    found = plan_forward(plan(procedure="restricted", joining_days=0), dt.date(2026, 9, 1))
    assert [step.key for step in found.steps] == [
        "published",
        "participation",
        "invited",
        "submission",
        "evaluated",
        "decided",
        "released",
        "awarded",
        "performance",
    ]
    laws = {step.key: step.law for step in found.steps}
    assert laws["participation"] == "§ 16 Abs. 2 VgV"
    assert laws["submission"] == "§ 16 Abs. 5 und 8 VgV"


def test_without_minimum_a_reasonable_period_is_taken() -> None:
    facts = plan("NW-GO-75a", "nat-open", joining_days=0, preparation_working_days=0)
    found = plan_forward(facts, dt.date(2026, 9, 1))
    assert found.day("submission") == dt.date(2026, 9, 22)
    assert "released" not in found.days
    step = next(step for step in found.steps if step.key == "submission")
    assert not step.is_statutory
    assert "§ 75a" in step.reason
    chosen = plan_forward(
        plan("NW-GO-75a", "nat-open", joining_days=0, preparation_working_days=0, tender_days=14),
        dt.date(2026, 9, 1),
    )
    assert chosen.day("submission") == dt.date(2026, 9, 15)


def test_a_chosen_tender_period_counts_if_it_is_longer() -> None:
    def submission(days: int | None) -> dt.date:
        facts = plan(joining_days=0, preparation_working_days=0, tender_days=days)
        return plan_forward(facts, dt.date(2026, 9, 1)).day("submission")

    assert submission(None) == dt.date(2026, 10, 2)
    assert submission(20) == dt.date(2026, 10, 2)
    assert submission(40) == dt.date(2026, 10, 12)  # day 40 is a Sunday


def test_other_lands_move_the_submission_to_a_common_working_day() -> None:
    alone = plan(land="NI", joining_days=0, preparation_working_days=0)
    both = plan(land="NI", lands=("NI", "RP"), joining_days=0, preparation_working_days=0)
    begin = dt.date(2026, 5, 4)  # thirty days end on 3 June, the day before Corpus Christi
    assert plan_forward(alone, begin).day("submission") == dt.date(2026, 6, 4)
    assert plan_forward(both, begin).day("submission") == dt.date(2026, 6, 5)


def test_waiting_below_the_threshold_in_rlp() -> None:
    def keys(value: int) -> list[str]:
        facts = plan("UVgO", "nat-open", "RP", value_net_cents=value, joining_days=0)
        return [step.key for step in plan_forward(facts, dt.date(2026, 9, 1)).steps]

    assert "released" in keys(75_000_00)
    assert "released" not in keys(74_999_99)


def test_a_letter_by_post_waits_longer() -> None:
    begin = dt.date(2026, 9, 1)
    electronic = plan_forward(plan(joining_days=0), begin)
    by_post = plan_forward(plan(joining_days=0, electronic_information=False), begin)
    assert (by_post.day("released") - electronic.day("released")).days >= 5


def test_comparing_shows_slack_and_what_is_missed() -> None:
    begin = dt.date(2026, 11, 21)
    late = compare(plan(), begin, dt.date(2027, 3, 1))
    assert len(late.warnings) == 1
    assert "würde um 36 Tage verfehlt" in late.warnings[0]
    assert "13.10.2026" in late.warnings[0]
    assert all(step.slack_days is not None and step.slack_days < 0 for step in late.steps)
    early = compare(plan(), begin, dt.date(2027, 6, 1))
    assert early.warnings == ()
    assert all(step.slack_days is not None and step.slack_days > 0 for step in early.steps)
    exact = compare(plan(), begin, dt.date(2027, 4, 6))
    assert exact.warnings == ()
    assert exact.steps[-1].slack_days == 0


def test_councils_that_meet_too_late_are_named() -> None:
    councils = {"Linnich": dt.date(2026, 12, 29), "Inden": dt.date(2026, 12, 28)}
    found = plan_forward(plan(council_days=councils), dt.date(2026, 11, 21))
    assert len(found.warnings) == 1
    assert "Linnich entscheidet erst am 29.12.2026" in found.warnings[0]


@pytest.mark.parametrize(
    "name",
    [
        "joining_days",
        "preparation_working_days",
        "participation_days",
        "request_evaluation_working_days",
        "tender_days",
        "evaluation_working_days",
        "decision_working_days",
        "lead_time_days",
    ],
)
@pytest.mark.parametrize("length", [-1, 731])
def test_impossible_lengths_are_refused(name: str, length: int) -> None:
    with pytest.raises(ImpossibleInput) as caught:
        plan_forward(plan(**{name: length}), dt.date(2026, 9, 1))
    assert caught.value.field == name


def test_missed_days() -> None:
    assert missed_by(dt.date(2027, 3, 12), dt.date(2027, 3, 1)) == 11
    assert missed_by(dt.date(2027, 3, 1), dt.date(2027, 3, 1)) == 0
    assert missed_by(dt.date(2027, 2, 1), dt.date(2027, 3, 1)) == 0


def test_a_plan_across_july_2026_keeps_the_law_of_its_publication() -> None:
    started = ProcedureFacts(
        rule_set="VgV", procedure="open", land="NW", started_on=dt.date(2026, 6, 30)
    )
    found = plan_forward(
        PlanFacts(procedure_facts=started, joining_days=0, preparation_working_days=0),
        dt.date(2026, 6, 30),
    )
    assert found.day("submission") == dt.date(2026, 7, 31)


def test_from_its_publication_on_a_plan_keeps_the_law_of_that_day() -> None:
    facts = plan("UVgO", "nat-open", "RP", value_net_cents=100_000_00, joining_days=0)
    assert "released" in onward(facts, "published", dt.date(2027, 6, 15))
    assert "released" not in onward(facts, "published", dt.date(2027, 7, 1))
