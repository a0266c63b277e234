import datetime as dt
from typing import Any

import pytest

from vergabe.law import after_award, answers, bid_validity, prior_information, publication, review
from vergabe.law.errors import NoRowInForce
from vergabe.law.standstill import (
    NoStandstill,
    Standstill,
    below_threshold,
    reasons_against_contract,
    reasons_against_named_day,
    standstill,
    veat,
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


# --- standstill


@pytest.mark.parametrize(
    ("sent", "electronic", "land", "last", "contract_from"),
    [
        ("2026-09-07", True, "NW", "2026-09-17", "2026-09-18T00:00:00+02:00"),
        ("2026-09-08", False, "NW", "2026-09-23", "2026-09-24T00:00:00+02:00"),
        # Day 10 is a Sunday: the statutory end stays, the award waits for Monday to pass.
        ("2026-09-03", True, "NW", "2026-09-13", "2026-09-15T00:00:00+02:00"),
        # Day 10 is Christmas Day 2026; Saturday and Sunday follow.
        ("2026-12-15", True, "NW", "2026-12-25", "2026-12-29T00:00:00+01:00"),
        ("2026-05-25", True, "NW", "2026-06-04", "2026-06-06T00:00:00+02:00"),
        ("2026-05-25", True, "NI", "2026-06-04", "2026-06-05T00:00:00+02:00"),
    ],
)
def test_standstill(sent: str, electronic: bool, land: str, last: str, contract_from: str) -> None:
    found = standstill(day(sent), land, electronic=electronic)
    assert found.value.deadline is not None
    assert found.value.deadline.last_day == day(last)
    assert found.value.contract_from == instant(contract_from)
    assert found.open_question


@pytest.mark.parametrize("reason", list(NoStandstill))
def test_nobody_waits_where_the_law_says_so(reason: NoStandstill) -> None:
    found = standstill(day("2026-09-07"), "NW", exemption=reason)
    assert found.value == Standstill(None, None)
    assert found.law == "§ 134 Abs. 3 GWB"
    assert "entfallen" in found.steps[0]
    assert reasons_against_contract(found.value, instant("2026-09-07T10:00:00+02:00")) == []
    assert reasons_against_named_day(found.value, day("2026-09-07")) == []


def test_the_award_is_refused_until_the_last_second() -> None:
    found = standstill(day("2026-09-03"), "NW").value
    for at in ("2026-09-14T00:00:00+02:00", "2026-09-14T23:59:59+02:00"):
        refused = reasons_against_contract(found, instant(at))
        assert [item.code for item in refused] == ["standstill_running"]
        assert "15.09.2026, 0:00 Uhr" in refused[0].message
        assert refused[0].law == "§ 134 Abs. 2 GWB"
    assert reasons_against_contract(found, instant("2026-09-15T00:00:00+02:00")) == []


def test_the_day_named_in_the_letter_must_not_be_too_early() -> None:
    found = standstill(day("2026-09-07"), "NW").value
    assert reasons_against_named_day(found, day("2026-09-18")) == []
    refused = reasons_against_named_day(found, day("2026-09-17"))
    assert "18.09.2026" in refused[0].message
    assert refused[0].field == "contract_from"


def test_an_end_without_work_is_pointed_out() -> None:
    found = standstill(day("2026-09-03"), "NW").value
    assert any("endet an einem Tag ohne Arbeit" in text for text in found.warnings)
    assert standstill(day("2026-09-07"), "NW").value.warnings == ()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("2026-12-23", None),  # 24, 28, 29, 30, 31 December
        ("2026-12-24", "nur 4 Arbeitstage"),  # 28 to 31 December
        ("2026-04-02", "nur 4 Arbeitstage"),  # 7 to 10 April, after Easter
        ("2026-03-31", None),
    ],
)
def test_too_few_working_days_for_bidders_are_warned_of(sent: str, said: str | None) -> None:
    warnings = standstill(day(sent), "NW").value.warnings
    assert any("Arbeitstag" in text for text in warnings) is (said is not None)
    assert said is None or any(said in text for text in warnings)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("2026-09-07", None),
        ("2026-09-09", None),
        ("2026-09-10", "Donnerstag"),
        ("2026-09-11", "Freitag"),
    ],
)
def test_late_weekdays_are_advised_against(sent: str, name: str | None) -> None:
    warnings = standstill(day(sent), "NW").value.warnings
    assert any("Montag bis Mittwoch" in text for text in warnings) is (name is not None)
    if name:
        assert any(name in text for text in warnings)


def test_veat_waits_ten_days_after_publication() -> None:
    found = veat(day("2026-09-14"), "NW")
    assert found.rule == "GWB-135-3"
    assert found.value.contract_from == instant("2026-09-25T00:00:00+02:00")
    refused = reasons_against_contract(found.value, instant("2026-09-24T00:00:00+02:00"))
    assert refused[0].law is None


@pytest.mark.parametrize(
    ("land", "eur", "on", "waits"),
    [
        ("RP", 75_000, "2026-09-01", True),
        ("RP", 74_999, "2026-09-01", False),
        ("NW", 75_000, "2026-09-01", False),
        ("RP", 75_000, "2027-06-30", True),
        ("RP", 75_000, "2027-07-01", False),
        ("07", 75_000, "2021-06-01", True),
        ("RP", 75_000, "2021-05-31", False),
    ],
)
def test_waiting_below_the_threshold_in_rlp(land: str, eur: int, on: str, waits: bool) -> None:
    found = below_threshold(day("2026-09-07"), land, eur * 100, started_on=day(on))
    assert (found is not None) is waits
    if found is not None:
        assert found.value.deadline is not None
        assert found.value.deadline.period.length == 7
        assert found.value.deadline.last_day == day("2026-09-14")


def test_one_participant_from_rlp_is_enough_to_wait() -> None:
    started = day("2026-09-01")
    sent = day("2026-09-07")
    assert below_threshold(sent, "NW", 75_000_00, started_on=started, lands=("NW", "RP"))
    assert below_threshold(sent, "NW", 75_000_00, started_on=started, lands=("NI",)) is None


# --- answers and extension

DEADLINE = instant("2026-10-15T10:00:00+02:00")


@pytest.mark.parametrize(
    ("rule_set", "urgent", "last"),
    [
        ("VgV", False, "2026-10-08"),
        ("VgV", True, "2026-10-10"),
        ("VgV-social", False, "2026-10-08"),
        ("VOB/A-EU", False, "2026-10-08"),
        ("VOB/A-EU", True, "2026-10-10"),
        ("SektVO", True, "2026-10-10"),
        ("VOB/A", False, "2026-10-08"),
        ("VOB/A", True, "2026-10-08"),
    ],
)
def test_last_safe_day_for_answers(rule_set: str, urgent: bool, last: str) -> None:
    found = answers.last_safe_answer_day(rule_set, DEADLINE, "NW", urgent=urgent)
    assert found is not None
    assert found.value.last_day == day(last)
    assert found.evidence == "P"


@pytest.mark.parametrize("rule_set", ["UVgO", "NW-GO-75a", "KonzVgV"])
def test_no_number_of_days_where_the_law_has_none(rule_set: str) -> None:
    assert answers.last_safe_answer_day(rule_set, DEADLINE, "NW") is None
    found = answers.extension_for_late_answer(rule_set, DEADLINE, DEADLINE, "NW")
    assert found.value.is_needed
    assert found.value.proposed_deadline_at is None
    for flag in ("requested_in_time", "is_relevant"):
        no_duty = answers.extension_for_late_answer(
            rule_set, DEADLINE, DEADLINE, "NW", **{flag: False}
        )
        assert not no_duty.value.is_needed


def test_a_deadline_at_midnight_belongs_to_the_day_before() -> None:
    at_midnight = instant("2026-10-15T00:00:00+02:00")
    found = answers.last_safe_answer_day("VgV", at_midnight, "NW")
    assert found is not None
    assert found.value.last_day == day("2026-10-07")


def late(answered: str, **more: Any) -> answers.Extension:
    return answers.extension_for_late_answer("VgV", DEADLINE, instant(answered), "NW", **more).value


def test_answers_in_time_oblige_to_nothing() -> None:
    found = late("2026-10-08T23:59:00+02:00")
    assert not found.is_needed
    assert found.proposed_deadline_at is None
    assert "rechtzeitig" in found.reason


def test_late_answers_oblige_to_extend_by_as_much() -> None:
    found = late("2026-10-09T00:00:00+02:00")
    assert found.is_needed
    assert found.proposed_deadline_at == instant("2026-10-16T10:00:00+02:00")
    # Two days late leads to a Saturday: the next working day, at the same time of day.
    assert late("2026-10-10T12:00:00+02:00").proposed_deadline_at == instant(
        "2026-10-19T10:00:00+02:00"
    )
    assert late("2026-10-11T12:00:00+02:00", urgent=True).proposed_deadline_at == instant(
        "2026-10-16T10:00:00+02:00"
    )


def test_late_answers_across_the_clock_change_keep_the_local_time() -> None:
    assert late("2026-10-19T12:00:00+02:00").proposed_deadline_at == instant(
        "2026-10-26T10:00:00+01:00"
    )


def test_irrelevant_or_late_questions_oblige_to_nothing() -> None:
    assert (
        "nicht rechtzeitig verlangt"
        in late("2026-10-12T10:00:00+02:00", requested_in_time=False).reason
    )
    found = late("2026-10-12T10:00:00+02:00", is_relevant=False)
    assert not found.is_needed
    assert "unerheblich" in found.reason


def test_substantial_changes_extend_by_the_time_they_cost() -> None:
    def changed(at: str, days: int, substantial: bool = True) -> answers.Extension:
        return answers.extension_for_change(
            "VgV", DEADLINE, instant(at), "NW", is_substantial=substantial, extra_days=days
        ).value

    early = changed("2026-09-20T10:00:00+02:00", 5)
    assert early.proposed_deadline_at == instant("2026-10-20T10:00:00+02:00")
    assert changed("2026-09-20T10:00:00+02:00", 0).proposed_deadline_at == instant(
        "2026-10-16T10:00:00+02:00"
    )
    at_the_end = changed("2026-10-14T10:00:00+02:00", 1)
    assert at_the_end.proposed_deadline_at == instant("2026-10-21T10:00:00+02:00")
    assert not changed("2026-10-14T10:00:00+02:00", 5, substantial=False).is_needed


def test_in_urgency_a_change_extends_by_no_more_than_law_asks() -> None:
    def at_the_end(urgent: bool) -> dt.datetime | None:
        return answers.extension_for_change(
            "VgV",
            DEADLINE,
            instant("2026-10-14T10:00:00+02:00"),
            "NW",
            is_substantial=True,
            extra_days=1,
            urgent=urgent,
        ).value.proposed_deadline_at

    assert at_the_end(urgent=False) == instant("2026-10-21T10:00:00+02:00")
    assert at_the_end(urgent=True) == instant("2026-10-19T10:00:00+02:00")


@pytest.mark.parametrize(
    ("rule_set", "law"),
    [
        ("VgV", "§ 20 Abs. 3 Satz 1 Nr. 2 VgV"),
        ("VgV-social", "§ 20 Abs. 3 Satz 1 Nr. 2 VgV"),
        ("UVgO", "Gleichbehandlung"),
    ],
)
def test_the_law_behind_an_extension_after_a_change(rule_set: str, law: str) -> None:
    found = answers.extension_for_change(
        rule_set, DEADLINE, DEADLINE, "NW", is_substantial=True, extra_days=3
    )
    assert found.law == law
    assert found.value.is_needed
    assert found.steps


def test_a_midnight_deadline_moves_to_ten_o_clock() -> None:
    midnight = instant("2026-10-15T00:00:00+02:00")
    assert answers.moved_deadline(midnight, day("2026-10-17"), "NW") == instant(
        "2026-10-19T10:00:00+02:00"
    )


# --- bid validity


@pytest.mark.parametrize(
    ("rule_set", "last"), [("VOB/A-EU", "2026-11-14"), ("VOB/A", "2026-10-15"), ("VgV", None)]
)
def test_longest_bid_validity_without_reason(rule_set: str, last: str | None) -> None:
    found = bid_validity.longest_without_reason(
        rule_set, instant("2026-09-15T10:00:00+02:00"), "RP"
    )
    assert (None if found is None else found.value.last_day.isoformat()) == last


def test_reasons_against_a_bid_validity() -> None:
    def codes(valid_until: str, **more: Any) -> list[str]:
        found = bid_validity.reasons_against_validity(
            "VOB/A", instant("2026-09-15T10:00:00+02:00"), day(valid_until), "RP", **more
        )
        return [item.code for item in found]

    assert codes("2026-10-15") == []
    assert codes("2026-10-16") == ["validity_needs_reason"]
    assert codes("2026-10-16", reason="  ") == ["validity_needs_reason"]
    assert codes("2026-10-16", reason="Ratssitzung erst im November") == []
    assert codes("2026-09-15") == ["validity_before_deadline"]
    assert codes("2026-09-16") == []
    assert codes("2026-10-01", award_planned_on=day("2026-10-01")) == []
    assert codes("2026-10-01", award_planned_on=day("2026-10-02")) == ["validity_before_award"]


# --- publication


def test_national_publication_waits_for_the_eu_or_48_hours() -> None:
    confirmed = instant("2027-03-26T10:20:00+01:00")
    earliest, found = publication.national_publication(confirmed, "NW")
    assert earliest == instant("2027-03-28T12:00:00+02:00")
    assert found.rule == "VgV-40-3"
    in_oj = instant("2027-03-27T09:00:00+01:00")
    assert publication.national_publication(confirmed, "NW", published_in_oj_at=in_oj)[0] == in_oj
    later = instant("2027-03-29T09:00:00+02:00")
    assert (
        publication.national_publication(confirmed, "NW", published_in_oj_at=later)[0] == earliest
    )
    concession, rule = publication.national_publication(
        confirmed, "NW", rule_set="KonzVgV", published_in_oj_at=in_oj
    )
    assert concession == earliest
    assert rule.rule == "KonzVgV-23-3"


@pytest.mark.parametrize(
    ("days", "fits"), [(1, False), (2, True), (60, True), (61, False), (0, False)]
)
def test_the_wished_day_of_publication(days: int, fits: bool) -> None:
    sent = day("2026-09-01")
    found = publication.reasons_against_requested_day(sent, sent + dt.timedelta(days=days))
    assert (found == []) is fits
    if not fits:
        assert "03.09.2026" in found[0].message
        assert "31.10.2026" in found[0].message


@pytest.mark.parametrize(
    ("notice", "has_content", "shortens"),
    [
        ("2026-02-05", True, False),  # 35 days of difference: the edge is unclear
        ("2026-02-06", True, True),
        ("2026-02-06", False, False),
        ("2027-01-01", True, True),
        ("2027-01-02", True, False),
    ],
)
def test_prior_information_notices_open_a_window(
    notice: str, has_content: bool, shortens: bool
) -> None:
    for check in (prior_information.shortens, prior_information.serves_as_call):
        found = check(day("2026-01-01"), day(notice), "NW", has_required_content=has_content)
        assert found.value is shortens
        assert "06.02.2026" in found.steps[0]
        assert "01.01.2027" in found.steps[0]
        assert found.open_question


# --- after the award


@pytest.mark.parametrize(
    ("rule_set", "last"),
    [
        ("VgV", "2026-12-28"),
        ("VgV-social", "2026-12-28"),
        ("VOB/A-EU", "2026-12-28"),
        ("SektVO", "2026-12-28"),
        ("KonzVgV", "2027-01-13"),
        ("UVgO", None),
    ],
)
def test_award_notices(rule_set: str, last: str | None) -> None:
    found = after_award.award_notice(rule_set, day("2026-11-26"), "NW")
    assert (None if found is None else found.value.last_day.isoformat()) == last


@pytest.mark.parametrize(
    ("kind", "rule", "last"),
    [
        ("dps", "VgV-39-4", "2027-02-01"),
        ("social", "VgV-66-3", "2027-02-01"),
        ("social_concession", "KonzVgV-22-2", "2027-02-17"),
    ],
)
def test_quarterly_award_notices(kind: str, rule: str, last: str) -> None:
    found = after_award.quarterly_award_notice(kind, day("2026-10-20"), "NW")
    assert found.rule == rule
    assert found.value.period.event_day == day("2026-12-31")
    assert found.value.last_day == day(last)


@pytest.mark.parametrize(
    ("on", "end"),
    [
        ("2026-01-01", "2026-03-31"),
        ("2026-03-31", "2026-03-31"),
        ("2026-04-01", "2026-06-30"),
        ("2026-09-30", "2026-09-30"),
        ("2026-12-31", "2026-12-31"),
        ("2028-02-29", "2028-03-31"),
    ],
)
def test_quarters(on: str, end: str) -> None:
    assert after_award.quarter_end(day(on)) == day(end)


def test_modification_notice() -> None:
    assert after_award.modification_notice(day("2026-09-15"), "NW").value.last_day == day(
        "2026-10-15"
    )
    with pytest.raises(NoRowInForce):
        after_award.modification_notice(day("2026-06-30"), "NW")


def test_statistics_are_reminded_of_at_day_thirty_and_fifty() -> None:
    found = after_award.statistics_report(day("2026-09-04"), "RP")
    assert found.value.deadline.last_day == day("2026-11-03")
    assert found.value.remind_on == (day("2026-10-04"), day("2026-10-24"))
    assert "24.10.2026" in found.steps[-1]


@pytest.mark.parametrize(
    ("rule_set", "rule"), [("VgV", "VgV-62-2"), ("UVgO", "UVgO-46-1"), ("NW-GO-75a", None)]
)
def test_reasons_on_request(rule_set: str, rule: str | None) -> None:
    found = after_award.debrief(day("2026-10-17"), "RP", rule_set=rule_set)
    assert (None if found is None else found.rule) == rule
    if found is not None:
        assert found.value.last_day == day("2026-11-02")


@pytest.mark.parametrize(
    ("rule_set", "rule"),
    [
        ("VgV", "VgV-8-4"),
        ("VOB/A-EU", "VgV-8-4"),
        ("UVgO", "UVgO-6-2"),
        ("VOB/A", "UVgO-6-2"),
        ("NW-GO-75a", "UVgO-6-2"),
        ("NW-KVG", "UVgO-6-2"),
    ],
)
def test_keeping_the_file(rule_set: str, rule: str) -> None:
    found = after_award.retention(day("2026-11-20"), day("2030-11-30"), "NW", rule_set=rule_set)
    assert found.rule == rule
    assert found.value.last_day == day("2030-11-30")
    assert found.value.deadline_at == instant("2030-12-01T00:00:00+01:00")
    unknown = after_award.retention(day("2026-11-20"), None, "NW", rule_set=rule_set)
    assert unknown.value.last_day == day("2029-11-20")
    assert any("nicht angegeben" in step for step in unknown.steps)


@pytest.mark.parametrize(
    ("award", "usable"),
    [("2026-08-31", False), ("2026-09-01", True), ("2026-11-01", True), ("2026-11-02", False)],
)
def test_a_register_answer_serves_two_months(award: str, usable: bool) -> None:
    found = after_award.register_answer_usable(day("2026-09-01"), day(award), "NW")
    assert (found is not None) is usable


# --- review


def test_complaints_are_barred_only_under_every_reading() -> None:
    found = review.complaint(day("2026-09-03"), "NW").value  # day 10 is a Sunday
    assert found.last_day == day("2026-09-13")
    assert not review.is_time_barred(found, instant("2026-09-14T23:59:59+02:00"))
    assert review.is_time_barred(found, instant("2026-09-15T00:00:00+02:00"))
    assert review.review_application(day("2026-11-02"), "RP").value.last_day == day("2026-11-17")


def test_complaints_about_documents_end_with_the_first_period() -> None:
    tender, participation = DEADLINE, instant("2026-09-15T10:00:00+02:00")
    assert review.complaint_about_documents(tender) == tender
    assert review.complaint_about_documents(tender, participation) == participation


def test_the_challenge_window_is_the_earlier_of_both() -> None:
    alone = review.challenge_window(day("2026-09-01"), "NW")
    assert alone.after_notice is None
    assert alone.deadline_at == instant("2027-03-02T00:00:00+01:00")
    both = review.challenge_window(day("2026-09-01"), "NW", informed_or_published=day("2026-09-10"))
    assert both.deadline_at == instant("2026-10-11T00:00:00+02:00")
    late_notice = review.challenge_window(
        day("2026-09-01"), "NW", informed_or_published=day("2027-02-20")
    )
    assert late_notice.deadline_at == instant("2027-03-02T00:00:00+01:00")


def test_chamber_and_court() -> None:
    assert review.chamber_decision(day("2026-09-01"), "NW").value.last_day == day("2026-10-06")
    assert review.appeal(day("2026-09-19"), "NW").value.last_day == day("2026-10-05")


@pytest.mark.parametrize(
    ("won", "started", "end"),
    [
        (True, "2026-07-01", "2026-09-01T15:00:00+02:00"),
        (True, "2026-06-30", "2026-09-16T00:00:00+02:00"),
        (False, "2026-07-01", None),
        (False, "2026-06-30", None),
    ],
)
def test_the_ban_on_the_award_ends_earlier_under_the_new_law(
    won: bool, started: str, end: str | None
) -> None:
    found = review.award_ban_end(
        instant("2026-09-01T15:00:00+02:00"), "NW", authority_won=won, started_on=day(started)
    )
    assert found.value == (None if end is None else instant(end))
    assert len(found.steps) == 1


def test_a_decision_known_only_by_its_day_waits_for_the_appeal_period() -> None:
    found = review.award_ban_end(
        day("2026-09-01"), "NW", authority_won=True, started_on=day("2026-07-01")
    )
    assert found.value == instant("2026-09-16T00:00:00+02:00")
