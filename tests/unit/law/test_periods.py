import datetime as dt
from typing import Any

import pytest

from vergabe.law import deadline_checks, periods
from vergabe.law.deadline_checks import (
    holiday_warnings,
    holidays_in_period,
    reasons_against_deadline,
    recommended_deadline,
)
from vergabe.law.errors import ImpossibleInput, NoRowInForce, UnknownRule
from vergabe.law.minimum_periods import ProcedureFacts, minimum_period, select_minimum
from vergabe.law.periods import Kind, compute

ON = dt.date(2026, 9, 1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def facts(rule_set: str = "VgV", procedure: str = "open", **more: Any) -> ProcedureFacts:
    values: dict[str, Any] = {"rule_set": rule_set, "procedure": procedure, "land": "NW"}
    return ProcedureFacts(**(values | more))


# Main cases of the rules of counting, as dates that were computed by hand.
@pytest.mark.parametrize(
    ("rule", "land", "start", "last", "deadline"),
    [
        ("VgV-15-4", "NW", "2026-09-01", "2026-10-01", "2026-10-02T00:00:00+02:00"),
        ("VgV-15-4", "NW", "2026-05-05", "2026-06-05", "2026-06-06T00:00:00+02:00"),
        ("VgV-15-4", "NI", "2026-05-05", "2026-06-04", "2026-06-05T00:00:00+02:00"),
        ("VgV-15-2+41", "NW", "2026-08-03", "2026-09-14", "2026-09-15T00:00:00+02:00"),
        ("VgV-38-3-open+41", "NW", "2026-08-03", "2026-08-24", "2026-08-25T00:00:00+02:00"),
        ("VgV-24-3-ext", "RP", "2026-03-30", "2026-04-22", "2026-04-23T00:00:00+02:00"),
        ("VgV-39-1", "NW", "2026-11-26", "2026-12-28", "2026-12-29T00:00:00+01:00"),
        ("VgV-66-3", "NW", "2026-12-31", "2027-02-01", "2027-02-02T00:00:00+01:00"),
        ("VgV-20-3-safe", "NW", "2026-10-15", "2026-10-08", "2026-10-09T00:00:00+02:00"),
        ("GWB-134-2-10", "NW", "2026-09-07", "2026-09-17", "2026-09-18T00:00:00+02:00"),
        ("GWB-134-2-15", "NW", "2026-09-08", "2026-09-23", "2026-09-24T00:00:00+02:00"),
        ("VOBA-EU-10c-2", "NW", "2026-04-27", "2026-05-07", "2026-05-08T00:00:00+02:00"),
        ("VOBA-10-4", "RP", "2026-09-15", "2026-10-15", "2026-10-16T00:00:00+02:00"),
        ("UVgO-46-1", "RP", "2026-05-10", "2026-05-26", "2026-05-27T00:00:00+02:00"),
        ("KonzVgV-27-3", "NW", "2026-09-01", "2026-10-01", "2026-10-02T00:00:00+02:00"),
        ("KonzVgV-21-1", "NW", "2026-09-01", "2026-10-19", "2026-10-20T00:00:00+02:00"),
        ("SektVO-14-4", "NW", "2026-09-01", "2026-10-01", "2026-10-02T00:00:00+02:00"),
        ("GWB-135-2-max", "NW", "2026-08-31", "2027-02-28", "2027-03-01T00:00:00+01:00"),
        ("GWB-167-1", "NW", "2026-09-01", "2026-10-06", "2026-10-07T00:00:00+02:00"),
        ("GWB-172-1", "NW", "2026-09-19", "2026-10-05", "2026-10-06T00:00:00+02:00"),
    ],
)
def test_rules(rule: str, land: str, start: str, last: str, deadline: str) -> None:
    found = compute(rule, day(start), land)
    assert found.value.last_day == day(last)
    assert found.value.period.deadline_local.isoformat() == deadline
    assert found.value.rule == found.rule == rule


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("VgV-15-2", 35),
        ("VgV-15-4", 30),
        ("VgV-15-3", 15),
        ("VgV-38-3-open", 15),
        ("VgV-15-2+41", 40),
        ("VgV-15-4+41", 35),
        ("VgV-38-3-open+41", 20),
        ("VgV-16-2", 30),
        ("VgV-16-3", 15),
        ("VgV-16-5", 30),
        ("VgV-16-8", 25),
        ("VgV-16-7", 10),
        ("VgV-16-6", 10),
        ("VgV-38-3-restricted", 10),
        ("VgV-17-2", 30),
        ("VgV-17-3", 15),
        ("VgV-17-6", 30),
        ("VgV-17-9", 25),
        ("VgV-17-8", 10),
        ("VgV-17-7", 10),
        ("VgV-38-3-negotiated", 10),
        ("VgV-18-3", 30),
        ("VgV-19-3", 30),
        ("VgV-24-2", 30),
        ("VgV-24-4", 10),
        ("VgV-24-3", 10),
        ("VgV-24-3-ext", 15),
        ("VgV-38-5", 30),
        ("VgV-39-1", 30),
        ("VgV-39-5", 30),
        ("VgV-66-3", 30),
        ("VgV-62-2", 15),
        ("VgV-8-4", 3),
        ("VgV-20-3-safe", 6),
        ("VgV-20-3-safe-urgent", 4),
        ("VOBA-EU-10a-35", 35),
        ("VOBA-EU-10a-30", 30),
        ("VOBA-EU-10a-15", 15),
        ("VOBA-EU-10b-p30", 30),
        ("VOBA-EU-10b-p15", 15),
        ("VOBA-EU-10b-t30", 30),
        ("VOBA-EU-10b-t25", 25),
        ("VOBA-EU-10b-t10", 10),
        ("VOBA-EU-10c-2", 10),
        ("VOBA-EU-10a-8", 60),
        ("VOBA-10-1", 10),
        ("VOBA-10-4", 30),
        ("UVgO-46-1", 15),
        ("GWB-134-2-10", 10),
        ("GWB-134-2-15", 15),
        ("GWB-135-3", 10),
        ("GWB-135-2", 30),
        ("GWB-160-3-1", 10),
        ("GWB-160-3-4", 15),
        ("VergStatVO-1-2", 60),
        ("RP-NachprV", 7),
        ("KonzVgV-27-4", 22),
        ("KonzVgV-27-4-electronic", 17),
        ("SektVO-14-2", 35),
        ("SektVO-15-2-urgent", 15),
        ("SektVO-15-3", 10),
    ],
)
def test_lengths(rule: str, days: int) -> None:
    row, addition = periods.rule(rule, ON)
    assert (row.length or 0) + (addition.days if addition else 0) == days


PROCEDURES = [
    # rule set, procedure, phase, flags, rule
    ("VgV", "open", "tender", {}, "VgV-15-4"),
    ("VgV", "open", "tender", {"electronic_submission": False}, "VgV-15-2"),
    ("VgV", "open", "tender", {"urgent": True, "pin_published": True}, "VgV-15-3"),
    ("VgV", "open", "tender", {"pin_published": True}, "VgV-38-3-open"),
    ("VgV", "open", "tender", {"agreement_failed": True}, "VgV-15-4"),
    ("VgV", "open", "tender", {"documents_not_electronic": True}, "VgV-15-4+41"),
    (
        "VgV",
        "open",
        "tender",
        {"documents_not_electronic": True, "electronic_submission": False},
        "VgV-15-2+41",
    ),
    (
        "VgV",
        "open",
        "tender",
        {"documents_not_electronic": True, "pin_published": True},
        "VgV-38-3-open+41",
    ),
    ("VgV", "open", "tender", {"documents_not_electronic": True, "urgent": True}, "VgV-15-3"),
    ("VgV", "restricted", "participation", {}, "VgV-16-2"),
    ("VgV", "restricted", "participation", {"pin_published": True}, "VgV-16-2"),
    ("VgV", "restricted", "participation", {"documents_not_electronic": True}, "VgV-16-2"),
    ("VgV", "restricted", "participation", {"urgent": True}, "VgV-16-3"),
    ("VgV", "restricted", "tender", {}, "VgV-16-8"),
    ("VgV", "restricted", "tender", {"electronic_submission": False}, "VgV-16-5"),
    ("VgV", "restricted", "tender", {"urgent": True, "agreement_failed": True}, "VgV-16-7"),
    ("VgV", "restricted", "tender", {"agreement_failed": True}, "VgV-16-6"),
    (
        "VgV",
        "restricted",
        "tender",
        {"agreement_failed": True, "pin_published": True},
        "VgV-38-3-restricted",
    ),
    ("VgV", "restricted", "tender", {"documents_not_electronic": True}, "VgV-16-8+41"),
    ("VgV", "neg-w-call", "participation", {}, "VgV-17-2"),
    ("VgV", "neg-w-call", "participation", {"urgent": True}, "VgV-17-3"),
    ("VgV", "neg-w-call", "tender", {}, "VgV-17-9"),
    ("VgV", "neg-w-call", "tender", {"electronic_submission": False}, "VgV-17-6"),
    ("VgV", "neg-w-call", "tender", {"urgent": True}, "VgV-17-8"),
    ("VgV", "neg-w-call", "tender", {"agreement_failed": True}, "VgV-17-7"),
    ("VgV", "neg-w-call", "tender", {"pin_published": True}, "VgV-38-3-negotiated"),
    ("VgV", "comp-dial", "participation", {"urgent": True}, "VgV-18-3"),
    ("VgV", "innovation", "participation", {"urgent": True}, "VgV-19-3"),
    ("VgV", "dps", "participation", {"urgent": True}, "VgV-24-2"),
    ("VgV", "dps", "tender", {}, "VgV-24-4"),
    ("VgV", "restricted", "interest-confirmation", {}, "VgV-38-5"),
    ("VOB/A-EU", "open", "tender", {}, "VOBA-EU-10a-30"),
    ("VOB/A-EU", "open", "tender", {"electronic_submission": False}, "VOBA-EU-10a-35"),
    ("VOB/A-EU", "open", "tender", {"urgent": True}, "VOBA-EU-10a-15"),
    ("VOB/A-EU", "open", "tender", {"pin_published": True}, "VOBA-EU-10a-15"),
    ("VOB/A-EU", "open", "tender", {"documents_not_electronic": True}, "VOBA-EU-10a-30+11b"),
    (
        "VOB/A-EU",
        "open",
        "tender",
        {"documents_not_electronic": True, "urgent": True},
        "VOBA-EU-10a-15",
    ),
    ("VOB/A-EU", "restricted", "participation", {}, "VOBA-EU-10b-p30"),
    ("VOB/A-EU", "neg-w-call", "participation", {"urgent": True}, "VOBA-EU-10b-p15"),
    ("VOB/A-EU", "neg-w-call", "tender", {"agreement_failed": True}, "VOBA-EU-10b-t25"),
    ("VOB/A-EU", "restricted", "tender", {"electronic_submission": False}, "VOBA-EU-10b-t30"),
    ("VOB/A-EU", "restricted", "tender", {"urgent": True}, "VOBA-EU-10b-t10"),
    ("VOB/A-EU", "neg-wo-call", "tender", {"urgent": True}, "VOBA-EU-10c-2"),
    ("VOB/A-EU", "comp-dial", "participation", {"urgent": True}, "VOBA-EU-10d-p30"),
    ("KonzVgV", "open", "tender", {}, "KonzVgV-27-3-open"),
    ("KonzVgV", "restricted", "tender", {}, "KonzVgV-27-4-electronic"),
    ("KonzVgV", "restricted", "tender", {"electronic_submission": False}, "KonzVgV-27-4"),
    ("SektVO", "open", "tender", {"pin_published": True}, "SektVO-36-3"),
    ("VOB/A", "nat-open", "tender", {"urgent": True}, "VOBA-10-1"),
    ("VOB/A", "nat-freehand", "tender", {}, "VOBA-10-1"),
]


@pytest.mark.parametrize(("rule_set", "procedure", "phase", "flags", "rule"), PROCEDURES)
def test_the_minimum_period_that_applies(
    rule_set: str, procedure: str, phase: str, flags: dict[str, bool], rule: str
) -> None:
    found = minimum_period(facts(rule_set, procedure, **flags), phase, ON)
    assert found.rule == rule
    assert found.value is not None
    assert found.value.kind is Kind.MINIMUM_PERIOD
    assert found.value == compute(rule, ON, "NW").value


@pytest.mark.parametrize(
    ("rule_set", "procedure", "phase", "started", "said"),
    [
        ("VgV", "neg-wo-call", "tender", "2026-07-01", "ausdrücklich keine Mindestfrist"),
        ("VgV", "neg-wo-call", "tender", "2026-06-30", "angemessen sein."),
        ("VgV", "comp-dial", "tender", "2026-07-01", "angemessen"),
        ("VgV-social", "open", "tender", "2026-07-01", "soziale"),
        ("VgV-social", "restricted", "participation", "2026-07-01", "soziale"),
        ("UVgO", "nat-open", "tender", "2026-07-01", "UVgO"),
        ("VOB/A", "nat-restricted-w-call", "participation", "2026-07-01", "ausreichend"),
        ("NW-GO-75a", "nat-open", "tender", "2026-07-01", "Satzung"),
        ("NW-KVG", "nat-open", "tender", "2025-12-31", "vor 2026"),
    ],
)
def test_where_the_law_names_no_number(
    rule_set: str, procedure: str, phase: str, started: str, said: str
) -> None:
    found = minimum_period(facts(rule_set, procedure), phase, day(started))
    assert found.value is None
    assert said in found.steps[0]
    assert found.law


def test_nothing_known_is_an_error() -> None:
    with pytest.raises(UnknownRule):
        minimum_period(facts("VgV", "open"), "participation", ON)
    with pytest.raises(UnknownRule):
        minimum_period(facts("Mondrecht", "open"), "tender", ON)
    assert select_minimum(facts("VgV", "nix"), "tender", ON) is None


@pytest.mark.parametrize(
    ("rule_set", "bylaw_days", "last", "rule"),
    [
        ("NW-GO-75a", 14, "2026-09-15", "bylaw"),
        ("VOB/A", 10, "2026-09-11", "VOBA-10-1"),
        ("VOB/A", 11, "2026-09-12", "bylaw"),
        ("VOB/A", 9, "2026-09-11", "VOBA-10-1"),
        ("VOB/A", None, "2026-09-11", "VOBA-10-1"),
    ],
)
def test_a_bylaw_can_ask_for_more(
    rule_set: str, bylaw_days: int | None, last: str, rule: str
) -> None:
    found = minimum_period(facts(rule_set, "nat-open", bylaw_days=bylaw_days), "tender", ON)
    assert found.value is not None
    assert found.value.last_day == day(last)
    assert found.rule == rule
    if rule == "bylaw":
        assert f"{bylaw_days} Kalendertage" in found.steps[0]
        assert found.evidence == "P"


@pytest.mark.parametrize(
    ("sent", "requested", "rule_set", "procedure", "event"),
    [
        ("2026-09-01", "2026-09-04", "VgV", "open", "2026-09-04"),
        ("2026-07-01", "2026-07-02", "VgV", "open", "2026-07-02"),
        ("2026-06-30", "2026-07-04", "VgV", "open", "2026-06-30"),
        ("2026-09-01", "2026-09-01", "VgV", "open", "2026-09-01"),
        ("2026-09-01", "2026-08-31", "VgV", "open", "2026-09-01"),
        ("2026-09-01", "2026-09-04", "VOB/A-EU", "open", "2026-09-04"),
        ("2026-09-01", "2026-09-04", "KonzVgV", "open", "2026-09-04"),
        ("2026-09-01", "2026-09-04", "SektVO", "open", "2026-09-04"),
        ("2026-09-01", "2026-09-04", "VOB/A", "nat-open", "2026-09-01"),
        ("2026-09-01", "2026-09-04", "VOB/A-EU", "neg-wo-call", "2026-09-01"),
    ],
)
def test_a_later_publication_day_starts_the_period(
    sent: str, requested: str, rule_set: str, procedure: str, event: str
) -> None:
    found = minimum_period(
        facts(rule_set, procedure, requested_publication_on=day(requested)), "tender", day(sent)
    )
    assert found.value is not None
    assert found.value.period.event_day == day(event)
    moved = any("spätere Tag der Veröffentlichung" in step for step in found.steps)
    assert moved is (event != sent)


def test_the_invitation_phase_ignores_the_publication_day() -> None:
    found = minimum_period(
        facts(procedure="restricted", requested_publication_on=day("2026-09-20")), "tender", ON
    )
    assert found.value is not None
    assert found.value.period.event_day == ON


def test_the_day_the_procedure_began_picks_the_version() -> None:
    begun_before = facts(started_on=day("2026-06-30"), requested_publication_on=day("2026-07-10"))
    found = minimum_period(begun_before, "tender", day("2026-07-02"))
    assert found.value is not None
    assert found.value.period.event_day == day("2026-07-02")


def test_modification_notices_have_thirty_days_since_july_2026() -> None:
    with pytest.raises(NoRowInForce, match=r"30\.06\.2026"):
        compute("VgV-39-5", day("2026-06-30"), "NW")
    assert compute("VgV-39-5", day("2026-07-01"), "NW").value.last_day == day("2026-07-31")


@pytest.mark.parametrize("rule", ["", "VgV", "VgV-15-4+", "VgV-15-4+42", "VgV-15-3+41", "x+41"])
def test_unknown_rules_are_refused(rule: str) -> None:
    with pytest.raises(UnknownRule):
        compute(rule, ON, "NW")


def test_a_rule_without_length_needs_one() -> None:
    with pytest.raises(ImpossibleInput, match="Länge"):
        compute("EU1182-days", ON, "NW")
    assert compute("EU1182-days", ON, "NW", length=3).value.last_day == day("2026-09-04")


def test_a_disputed_shift_is_shown_both_ways() -> None:
    found = compute("GWB-134-2-10", day("2026-09-03"), "NW")  # day 10 is a Sunday
    assert found.value.last_day == day("2026-09-13")
    assert found.value.deadline_at == instant("2026-09-14T00:00:00+02:00")
    assert found.value.shifted is not None
    assert found.value.shifted.last_day == day("2026-09-14")
    assert found.value.release_at == instant("2026-09-15T00:00:00+02:00")
    assert found.open_question
    assert "Streitig" in found.steps[-1]


def test_where_nothing_shifts_there_is_nothing_to_dispute() -> None:
    found = compute("GWB-134-2-10", day("2026-09-07"), "NW").value
    assert found.shifted is None
    assert found.release_at == found.deadline_at
    # Statistics: sixty days end on a Saturday; no shift is relied on and none is shown.
    statistics = compute("VergStatVO-1-2", day("2026-09-01"), "NW").value
    assert statistics.last_day == day("2026-10-31")
    assert statistics.shifted is None


def test_a_result_explains_itself() -> None:
    found = compute("VgV-15-4+41", day("2026-08-03"), "NW")
    assert found.law == "§ 15 Abs. 2 und 4 VgV; § 41 Abs. 2 und 3 VgV"
    assert any("30 + 5 = 35 Tage" in step for step in found.steps)
    printed = found.as_dict()
    assert printed["row"]["id"] == "VgV-15-4"
    assert printed["value"]["period"]["last_day"] == "2026-09-07"
    assert printed["inputs"]["land"] == "NW"
    assert printed["steps"] == list(found.steps)


@pytest.mark.parametrize(
    ("deadline", "lawful"),
    [
        ("2026-10-01T23:59:59+02:00", False),
        ("2026-10-02T00:00:00+02:00", True),
        ("2026-10-02T10:00:00+02:00", True),
        ("2026-10-01T12:00:00+02:00", False),
    ],
)
def test_a_chosen_deadline_must_leave_the_whole_last_day(deadline: str, lawful: bool) -> None:
    found = reasons_against_deadline(facts(), "tender", ON, instant(deadline), field="deadline_at")
    assert (found == []) is lawful
    if not lawful:
        assert found[0].code == "deadline_too_short"
        assert found[0].law == "§ 15 Abs. 2 und 4 VgV"
        assert found[0].field == "deadline_at"
        assert "mindestens 30 Tage" in found[0].message
        assert "02.10.2026" in found[0].message


def test_twenty_nine_days_are_too_short() -> None:
    found = reasons_against_deadline(facts(), "tender", ON, instant("2026-09-30T10:00:00+02:00"))
    assert found[0].message.startswith("29 Tage sind zu kurz")
    found = reasons_against_deadline(facts(), "tender", ON, instant("2026-09-02T10:00:00+02:00"))
    assert found[0].message.startswith("1 Tag ist zu kurz")


def test_where_no_minimum_exists_the_deadline_still_follows_the_event() -> None:
    free = facts("NW-GO-75a", "nat-open")
    assert reasons_against_deadline(free, "tender", ON, instant("2026-09-02T10:00:00+02:00")) == []
    for too_early in ("2026-08-31T10:00:00+02:00", "2026-09-01T00:00:00+02:00"):
        found = reasons_against_deadline(free, "tender", ON, instant(too_early))
        assert found[0].code == "deadline_before_event"
        assert "01.09.2026" in found[0].message
    assert reasons_against_deadline(free, "tender", ON, instant("2026-09-01T00:00:01+02:00")) == []


def test_the_recommended_deadline_is_ten_o_clock_on_the_next_common_working_day() -> None:
    minimum = compute("VgV-15-4", ON, "NW").value
    assert recommended_deadline(minimum, ["NW"]) == instant("2026-10-02T10:00:00+02:00")
    may = compute("VgV-15-4", day("2026-05-04"), "NI").value  # ends Wednesday, 3 June
    assert recommended_deadline(may, ["NI"]) == instant("2026-06-04T10:00:00+02:00")
    assert recommended_deadline(may, ["NI", "RP"]) == instant("2026-06-05T10:00:00+02:00")


def test_holidays_of_other_members_are_warned_of() -> None:
    corpus_christi = instant("2026-06-04T10:00:00+02:00")
    assert holiday_warnings(corpus_christi, "NI", ("NI",)) == []
    only_there = holiday_warnings(corpus_christi, "NI", ("NI", "RP"))
    assert len(only_there) == 1
    assert "nur in Rheinland-Pfalz ein Feiertag (Fronleichnam)" in only_there[0]
    at_seat = holiday_warnings(corpus_christi, "RP", ("RP", "NI"))
    assert len(at_seat) == 1
    assert "kein Arbeitstag (Fronleichnam)" in at_seat[0]
    assert "Samstag" in holiday_warnings(instant("2026-06-06T10:00:00+02:00"), "NI", ())[0]


def test_holidays_in_a_period_are_those_on_weekdays() -> None:
    found = holidays_in_period(day("2026-12-24"), day("2027-01-01"), "NW")
    assert [item for item, _ in found] == [day("2026-12-25"), day("2027-01-01")]
    assert holidays_in_period(day("2026-12-26"), day("2026-12-31"), "NW") == ()
    assert deadline_checks.holidays_in_period(day("2026-12-25"), day("2026-12-25"), "NW")
