import dataclasses
import datetime as dt

import pytest

from vergabe.law import approval
from vergabe.law.approval import ApprovalFacts, ApprovalRow
from vergabe.law.tables import Evidence

DAY = dt.date(2026, 11, 23)


def row() -> ApprovalRow:
    found = approval.rule_for("NW", "public_law_agreement", DAY)
    assert found is not None
    return found


def facts(received: str, objections: str = "", named: str = "") -> ApprovalFacts:
    def day(text: str) -> dt.date | None:
        return dt.date.fromisoformat(text) if text else None

    return ApprovalFacts(
        received_on=dt.date.fromisoformat(received),
        objections_on=day(objections),
        meeting_named_on=day(named),
    )


@pytest.mark.parametrize(
    ("received", "objections_until", "meeting_until", "deemed_from"),
    [
        # Mondays: four weeks, four weeks, the day after.
        ("2026-03-02", "2026-03-30", "2026-04-27", "2026-04-28"),
        # The first period would end on Easter Monday and moves to the Tuesday.
        ("2026-03-09", "2026-04-07", "2026-05-05", "2026-05-06"),
        # A Saturday: both ends move to the Monday.
        ("2026-05-30", "2026-06-29", "2026-07-27", "2026-07-28"),
        # Leap year.
        ("2028-02-01", "2028-02-29", "2028-03-28", "2028-03-29"),
    ],
)
def test_both_periods_run_one_after_the_other(
    received: str, objections_until: str, meeting_until: str, deemed_from: str
) -> None:
    found = approval.fiction(row(), facts(received))
    assert found is not None
    assert found.value.objections_until.isoformat() == objections_until
    assert found.value.meeting_until.isoformat() == meeting_until
    assert found.value.deemed_from is not None
    assert found.value.deemed_from.isoformat() == deemed_from
    assert found.value.obstacle is None
    assert found.law == "§§ 24, 29 GkG NRW"
    assert found.evidence is Evidence.GENERAL
    assert found.open_question
    assert len(found.steps) == 4


@pytest.mark.parametrize(
    ("objections", "named", "is_deemed"),
    [
        ("2026-03-30", "", False),  # the last day for objections
        ("2026-03-31", "", True),  # one day late: it changes nothing
        ("", "2026-04-27", False),  # the last day for naming a meeting
        ("", "2026-04-28", True),
        ("2026-03-10", "2026-04-01", False),
    ],
)
def test_authority_that_speaks_in_time_leaves_only_its_approval(
    objections: str, named: str, is_deemed: bool
) -> None:
    found = approval.fiction(row(), facts("2026-03-02", objections, named))
    assert found is not None
    assert (found.value.deemed_from is not None) is is_deemed
    assert (found.value.obstacle is None) is is_deemed


def test_lawyer_can_drop_the_second_period_by_data_alone() -> None:
    short = dataclasses.replace(row(), meeting_days=0)
    found = approval.fiction(short, facts("2026-03-02"))
    assert found is not None
    assert found.value.deemed_from == dt.date(2026, 3, 31)
    assert len(found.steps) == 3


@pytest.mark.parametrize(
    ("land", "legal_form"),
    [("RP", "public_law_agreement"), ("NW", "contract"), (None, "purpose_agreement")],
)
def test_other_agreements_have_no_rule(land: str | None, legal_form: str) -> None:
    assert approval.rule_for(land, legal_form, DAY) is None


def test_purpose_agreement_knows_no_approval_by_silence() -> None:
    purpose = approval.rule_for("RP", "purpose_agreement", DAY)
    assert purpose is not None
    assert approval.fiction(purpose, facts("2026-03-02")) is None
    assert approval.rule_for("RP", "purpose_agreement", dt.date(2000, 1, 1)) is None


def test_published_agreement_counts_from_the_day_after() -> None:
    found = approval.first_day_in_force(row(), dt.date(2026, 12, 31))
    assert found.value == dt.date(2027, 1, 1)
    assert "01.01.2027" in found.steps[0]
