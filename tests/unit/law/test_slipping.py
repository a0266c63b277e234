import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vergabe.law.legs import PlanFacts
from vergabe.law.minimum_periods import ProcedureFacts
from vergabe.law.plan_warnings import free_times, plan_warnings
from vergabe.law.slipping import performance_after, slips
from vergabe.law.timetable import compare, latest_days, onward, plan_backward, plan_forward

WEEK = dt.timedelta(days=7)
BEGIN = dt.date(2026, 11, 23)


def plan(
    rule_set: str = "VgV", procedure: str = "open", land: str = "NW", **more: Any
) -> PlanFacts:
    started_on = more.pop("started_on", None)
    facts = ProcedureFacts(rule_set=rule_set, procedure=procedure, land=land, started_on=started_on)
    return PlanFacts(procedure_facts=facts, **more)


wishes = st.dates(dt.date(2026, 12, 1), dt.date(2028, 12, 31))
procedures = st.sampled_from(["open", "restricted", "neg-w-call"])
lands = st.sampled_from(["NW", "RP", "BY", "SN"])


@settings(max_examples=60, deadline=None)
@given(wishes, procedures, lands)
def test_backward_then_forward_reaches_the_wish(wish: dt.date, procedure: str, land: str) -> None:
    facts = plan(procedure=procedure, land=land)
    latest = plan_backward(facts, wish)
    assert plan_forward(facts, latest.begins_on).performance_on <= wish


@settings(max_examples=60, deadline=None)
@given(wishes, procedures, lands)
def test_latest_days_stand_in_the_order_of_the_steps(
    wish: dt.date, procedure: str, land: str
) -> None:
    plan_days = plan_backward(plan(procedure=procedure, land=land), wish)
    days = [plan_days.begins_on, *(step.ends_on for step in plan_days.steps)]
    assert days == sorted(days)


@settings(max_examples=60, deadline=None)
@given(wishes, procedures, lands)
def test_wishing_a_week_later_moves_nothing_earlier(
    wish: dt.date, procedure: str, land: str
) -> None:
    facts = plan(procedure=procedure, land=land)
    before, after = latest_days(facts, wish), latest_days(facts, wish + WEEK)
    assert all(after[key] >= day for key, day in before.items())


@settings(max_examples=40, deadline=None)
@given(wishes, procedures, lands)
def test_every_missed_step_costs_the_wish_and_never_less_than_a_day(
    wish: dt.date, procedure: str, land: str
) -> None:
    facts = plan(procedure=procedure, land=land)
    found = slips(facts, wish)
    assert found[0].key == "begin"
    for slip in found:
        assert slip.missed_on > slip.latest_on
        assert slip.performance_on > wish, slip
        assert slip.days == (slip.performance_on - wish).days > 0


def test_the_sentence_is_that_of_a_plan_computed_anew() -> None:
    found = {slip.key: slip for slip in slips(plan(), dt.date(2027, 4, 6))}
    published = found["published"]
    assert published.latest_on == dt.date(2026, 12, 29)
    assert published.missed_on == dt.date(2026, 12, 30)
    again = onward(plan(), "published", dt.date(2026, 12, 30))
    assert published.performance_on == again["performance"] == dt.date(2027, 4, 9)
    assert published.sentence == (
        "Wird „Bekanntmachung abgesendet“ bis Dienstag, 29.12.2026, nicht erreicht, verschiebt "
        "sich der Leistungsbeginn auf Freitag, 09.04.2027 (3 Tage später)."
    )
    assert found["awarded"].sentence.endswith("(1 Tag später).")
    assert "performance" not in found


def test_the_body_that_decides_on_the_award_sets_the_day() -> None:
    meetings = (dt.date(2027, 2, 18), dt.date(2027, 3, 18))
    free = plan_forward(plan(), BEGIN)
    bound = plan_forward(plan(decision_days=meetings), BEGIN)
    assert free.day("decided") == dt.date(2027, 2, 26)
    assert bound.day("decided") == dt.date(2027, 3, 18)
    step = next(step for step in bound.steps if step.key == "decided")
    assert "nächste Sitzung des Gremiums" in step.reason
    late = plan_forward(plan(decision_days=meetings[:1]), BEGIN)
    assert late.day("decided") == free.day("decided")
    step = next(step for step in late.steps if step.key == "decided")
    assert "Eine spätere Sitzung des Gremiums ist nicht hinterlegt" in step.reason


def test_missing_the_meeting_costs_until_the_next_one() -> None:
    meetings = (dt.date(2027, 2, 18), dt.date(2027, 3, 18), dt.date(2027, 4, 22))
    facts = plan(decision_days=meetings)
    wish = plan_forward(facts, BEGIN).performance_on
    decided = next(slip for slip in slips(facts, wish) if slip.key == "decided")
    assert decided.missed_on == dt.date(2027, 4, 22)
    assert decided.days >= 30


def test_what_is_fixed_already_stays_where_it_is() -> None:
    deadline = dt.datetime(2027, 1, 20, 9, 0, tzinfo=dt.UTC)
    known = {"published": dt.date(2026, 11, 30), "submission": deadline}
    facts = plan(known=known, joining_days=0, started_on=dt.date(2026, 11, 30))
    found = plan_forward(facts, dt.date(2026, 12, 7))
    assert found.day("published") == dt.date(2026, 11, 30)
    assert found.day("submission") == dt.date(2027, 1, 20)
    steps = {step.key: step for step in found.steps}
    assert steps["submission"].is_known
    assert steps["submission"].ends_at == deadline
    assert steps["published"].begins_on <= steps["published"].ends_on
    assert found.day("evaluated") == dt.date(2027, 2, 3)
    late = compare(facts, dt.date(2026, 12, 7), dt.date(2027, 3, 1))
    assert any("„Angebote gewertet“ spätestens am" in text for text in late.warnings)


def test_a_deadline_at_midnight_belongs_to_the_day_before() -> None:
    midnight = dt.datetime(2027, 1, 20, 23, 0, tzinfo=dt.UTC)  # 00:00 of the 21st in Berlin
    facts = plan(known={"submission": midnight}, joining_days=0)
    assert facts.known_day("submission") == dt.date(2027, 1, 20)


def test_nothing_that_is_open_ends_before_today() -> None:
    facts = plan(known={"joined": dt.date(2026, 1, 15)})
    found = plan_forward(facts, BEGIN)
    assert found.day("joined") == dt.date(2026, 1, 15)
    assert found.day("published") == BEGIN


def test_the_notice_waits_for_the_last_council() -> None:
    waits = plan(joining_days=0, publish_after=dt.date(2027, 2, 4))
    found = plan_forward(waits, BEGIN)
    assert found.day("published") == dt.date(2027, 2, 5)
    assert plan_forward(plan(joining_days=0), BEGIN).day("published") < dt.date(2027, 2, 5)


def test_an_unknown_step_is_an_error() -> None:
    with pytest.raises(KeyError):
        onward(plan(), "lunch", BEGIN)


def test_performance_after_a_later_step_keeps_the_law_of_the_notice() -> None:
    found = performance_after(plan(), "decided", dt.date(2027, 3, 1), published_on=BEGIN)
    assert found == dt.date(2027, 4, 9)


def _warnings(facts: PlanFacts, begins_on: dt.date) -> str:
    return " ".join(plan_warnings(facts, plan_forward(facts, begins_on)))


@pytest.mark.parametrize(("begin", "day"), [("2026-11-23", "24.12.2026"), ("2026-11-30", "31.12")])
def test_the_24th_and_31st_of_december_are_lawful_but_unwise(begin: str, day: str) -> None:
    facts = plan(joining_days=0, preparation_working_days=0)
    found = _warnings(facts, dt.date.fromisoformat(begin))
    assert day in found
    assert "rechtlich ein Arbeitstag, aber unklug" in found


def test_the_bare_minimum_over_christmas_or_school_holidays_is_too_little() -> None:
    facts = plan(joining_days=0, preparation_working_days=0)
    found = _warnings(facts, dt.date(2026, 12, 7))
    assert "genau die Mindestfrist und enthält die Weihnachtsferien" in found
    longer = plan(joining_days=0, preparation_working_days=0, tender_days=60)
    assert "genau die Mindestfrist" not in _warnings(longer, dt.date(2026, 12, 7))
    assert "genau die Mindestfrist" not in _warnings(facts, dt.date(2027, 1, 11))
    bavaria = plan(land="BY", joining_days=0, preparation_working_days=0)
    assert "die Tage um Weihnachten und Neujahr" in _warnings(bavaria, dt.date(2026, 12, 7))


def test_free_times_name_each_land() -> None:
    found = free_times(("NW", "RP"), dt.date(2027, 7, 1), dt.date(2027, 7, 31))
    assert len(found) == 2
    assert "Nordrhein-Westfalen (19.07.2027 bis 31.08.2027)" in found[0]
    assert "Rheinland-Pfalz (28.06.2027 bis 06.08.2027)" in found[1]
    assert free_times(("NW",), dt.date(2027, 2, 1), dt.date(2027, 2, 28)) == []
    assert free_times(("BY",), dt.date(2030, 1, 3), dt.date(2030, 1, 9)) != []


def test_a_holiday_in_another_members_land_alone_is_named() -> None:
    # Corpus Christi, 27 May 2027, is a holiday in RP and not in Lower Saxony.
    facts = plan(land="NI", lands=("NI", "RP"), joining_days=0, preparation_working_days=0)
    for begin in range(1, 31):
        day = dt.date(2027, 4, begin)
        found = _warnings(facts, day)
        if "ist nur in Rheinland-Pfalz ein Feiertag (Fronleichnam)" in found:
            return
    pytest.fail("no begin in April led to the day after Corpus Christi")


def test_a_fixed_deadline_on_a_holiday_is_named() -> None:
    at = dt.datetime(2027, 1, 1, 9, 0, tzinfo=dt.UTC)
    known = {"published": dt.date(2026, 11, 23), "submission": at}
    facts = plan(known=known, joining_days=0, started_on=dt.date(2026, 11, 23))
    assert "kein Arbeitstag (Neujahr)" in _warnings(facts, BEGIN)


def test_a_late_information_of_bidders_is_warned_of() -> None:
    facts = plan(joining_days=0, preparation_working_days=0)
    found = plan_warnings(facts, plan_forward(facts, BEGIN))
    assert all(text.startswith(("Die", "Wartefrist:")) for text in found)


@pytest.mark.parametrize(
    ("day", "is_named"),
    [
        (dt.date(2026, 12, 23), False),
        (dt.date(2026, 12, 24), True),
        (dt.date(2027, 1, 6), True),
        (dt.date(2027, 1, 7), False),
    ],
)
def test_christmas_lasts_from_christmas_eve_to_epiphany(day: dt.date, is_named: bool) -> None:
    assert bool(free_times(("BY",), day, day)) is is_named
