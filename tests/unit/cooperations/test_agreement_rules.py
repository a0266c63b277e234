import datetime as dt
from typing import Any

import pytest

from vergabe.cooperations import agreement_checklist, agreement_entries, agreement_rules
from vergabe.cooperations.agreement_checklist import ChecklistFacts
from vergabe.cooperations.agreement_entries import AgreementEntry, ApprovalEntry
from vergabe.cooperations.agreement_rules import AgreementFacts, PartyFacts
from vergabe.cooperations.rules import LegalForm, Move, Stage
from vergabe.errors import InvalidInput

TODAY = dt.date(2026, 11, 23)
CLAUSES = {"no_award": "key", "vat_clause": "Jede Kommune für ihren Anteil."}
SIGNED = {Stage.RESOLVED: dt.date(2026, 3, 1), Stage.SIGNED: dt.date(2026, 4, 1)}


def codes(move: Move, stage: Stage, on: dt.date = TODAY, **more: Any) -> list[str]:
    facts: dict[str, Any] = {
        "stage": stage,
        "legal_form": LegalForm.PUBLIC_LAW_AGREEMENT,
        "requires_approval": False,
        "days": SIGNED if stage is not Stage.RESOLVED else {Stage.RESOLVED: SIGNED[Stage.RESOLVED]},
        "cost_key": {"kind": "equal"} | CLAUSES,
    }
    agreement = AgreementFacts(**(facts | more))
    found = agreement_rules.reasons_against_move(agreement, move, on, TODAY)
    return [reason.code for reason in found]


@pytest.mark.parametrize(
    ("key", "missing"),
    [
        ({"kind": "equal"}, 0),
        ({"kind": "demand_value"}, 0),
        ({"kind": "usage"}, 0),
        ({"kind": "inhabitants"}, 1),
        ({"kind": "inhabitants", "inhabitants_on": "2025-12-31"}, 0),
        ({"kind": "base_plus_variable"}, 1),
        ({"kind": "base_plus_variable", "base_cents": 100_00}, 0),
        ({"kind": "mixed", "equal_basis_points": 4000}, 1),
        ({"kind": "mixed", "equal_basis_points": 4000, "demand_value_basis_points": 6000}, 0),
        ({"kind": "one_bearer"}, 1),
        ({}, 1),
    ],
)
def test_cost_rule_is_complete_with_kind_parameters_and_both_clauses(
    key: dict[str, Any], missing: int
) -> None:
    assert len(agreement_rules.reasons_against_cost_rule(key | CLAUSES)) == missing
    assert len(agreement_rules.reasons_against_cost_rule(key)) == missing + 2
    assert agreement_rules.reasons_against_cost_rule(None)


@pytest.mark.parametrize(
    ("move", "stage"),
    [
        (Move.SIGN, Stage.RESOLVED),
        (Move.APPROVE, Stage.SIGNED),
        (Move.BRING_INTO_FORCE, Stage.SIGNED),
    ],
)
def test_nothing_is_signed_or_in_force_while_the_cost_rule_is_left_open(
    move: Move, stage: Stage
) -> None:
    assert codes(move, stage, cost_key={"kind": "equal"}) == ["cost_rule_incomplete"] * 2
    assert codes(move, stage) == []


@pytest.mark.parametrize("move", [Move.RESOLVE, Move.TERMINATE])
def test_deciding_and_ending_do_not_need_a_cost_rule(move: Move) -> None:
    assert codes(move, Stage.INFORMAL, days={}, cost_key={}) == []


def test_agreement_is_signed_with_the_last_signature() -> None:
    first = PartyFacts("Jülich", dt.date(2026, 4, 1))
    assert codes(Move.SIGN, Stage.RESOLVED, parties=[first]) == []
    assert codes(Move.SIGN, Stage.RESOLVED, parties=[first, PartyFacts("Inden")]) == [
        "signature_missing"
    ]
    before = dt.date(2026, 3, 31)
    assert codes(Move.SIGN, Stage.RESOLVED, before, parties=[first]) == ["signed_later"]


@pytest.mark.parametrize(
    ("published_on", "code"),
    [
        (None, "publication_missing"),
        (TODAY, "before_publication"),
        (TODAY - dt.timedelta(days=1), None),
    ],
)
def test_agreement_counts_from_the_day_after_its_publication(
    published_on: dt.date | None, code: str | None
) -> None:
    found = codes(
        Move.BRING_INTO_FORCE,
        Stage.SIGNED,
        is_published_first=True,
        published_on=published_on,
    )
    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    ("given", "months", "to", "earliest"),
    [
        ("2026-11-23", None, "day", "2026-11-24"),
        ("2026-11-23", 0, "day", "2026-11-24"),
        ("2026-11-23", 3, "day", "2027-02-24"),
        ("2026-11-30", 3, "day", "2027-03-01"),  # no 30 February
        ("2026-11-23", 3, "month", "2027-03-01"),
        ("2026-09-30", 3, "quarter", "2027-01-01"),  # to the day of the end of the quarter
        ("2026-10-01", 3, "quarter", "2027-04-01"),
        ("2026-11-23", 6, "half_year", "2027-07-01"),
        ("2025-12-31", 12, "year", "2027-01-01"),
        ("2026-01-01", 12, "year", "2028-01-01"),
        ("2024-02-29", 12, "day", "2025-03-01"),
    ],
)
def test_first_day_after_a_notice(given: str, months: int | None, to: str, earliest: str) -> None:
    found = agreement_rules.first_day_after_notice(dt.date.fromisoformat(given), months, to)
    assert found.isoformat() == earliest


def checklist(**more: Any) -> dict[str, tuple[str, ...]]:
    facts: dict[str, Any] = {
        "subject": "Gemeinsame Beschaffung",
        "lead_name": "Merzenich",
        "parties": [PartyFacts("Jülich"), PartyFacts("Inden")],
        "quantities": {"Jülich": "4 Fahrzeuge"},
        "answers": {},
        "cost_key": {"kind": "equal"},
    }
    states = agreement_checklist.states(ChecklistFacts(**(facts | more)))
    return {state.key: state.missing for state in states}


def test_checklist_names_every_item_that_is_not_settled() -> None:
    found = checklist()
    assert len(found) == 20
    assert found["participants"] == ()
    assert found["subject_and_quantities"] == ("Inden: Höchstmenge fehlt.",)
    assert found["data_protection"] == ("Nicht geregelt.",)
    assert len(found["cost_key"]) == 1  # what is owed when nothing is awarded
    assert len(found["vat_clause"]) == 1


def test_checklist_is_complete_when_everything_is_answered() -> None:
    answers = {
        item.key: next(iter(item.choices), "Geregelt in § 5.") for item in agreement_checklist.ITEMS
    }
    quantities = dict.fromkeys(("Jülich", "Inden"), "4")
    found = checklist(answers=answers, quantities=quantities, cost_key={"kind": "equal"} | CLAUSES)
    assert set(found.values()) == {()}
    without = checklist(parties=[])
    assert without["participants"]
    assert without["subject_and_quantities"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"subject": "x\x00"}, "subject"),
        ({"subject": "x" * 20_001}, "subject"),
        ({"authority": "x" * 301}, "authority"),
        ({"notice_months": 121}, "notice_months"),
        ({"notice_months": -1}, "notice_months"),
        ({"notice_to": "moon"}, "notice_to"),
        ({"notice_ends": "all"}, "notice_ends"),
        ({"checklist": {"weather": "gut"}}, "checklist.weather"),
        ({"checklist": {"duty_to_buy": "perhaps"}}, "checklist.duty_to_buy"),
        ({"checklist": {"liability": "x" * 4_001}}, "checklist.liability"),
        ({"cost_key": {"vat_clause": "x" * 4_001}}, "cost_key.vat_clause"),
    ],
)
def test_wrong_content_is_refused_at_its_field(change: dict[str, Any], field: str) -> None:
    facts: dict[str, Any] = {"legal_form": LegalForm.CONTRACT, "subject": "Beschaffung"} | change
    with pytest.raises(InvalidInput) as caught:
        agreement_entries.checked_agreement(AgreementEntry(**facts))
    assert [violation.field for violation in caught.value.violations] == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sent_on": dt.date(2026, 11, 24)}, "sent_on"),
        ({"received_on": dt.date(26, 1, 1)}, "received_on"),
        (
            {"sent_on": dt.date(2026, 11, 10), "received_on": dt.date(2026, 11, 9)},
            "received_on",
        ),
        ({"objections_on": dt.date(2026, 11, 9)}, "received_on"),
        (
            {"received_on": dt.date(2026, 11, 9), "meeting_on": dt.date(2026, 12, 9)},
            "meeting_named_on",
        ),
        (
            {
                "received_on": dt.date(2026, 11, 9),
                "meeting_named_on": dt.date(2026, 11, 12),
                "meeting_on": dt.date(2026, 11, 11),
            },
            "meeting_on",
        ),
    ],
)
def test_wrong_days_at_the_authority_are_refused_at_their_field(
    change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        agreement_entries.checked_approval(ApprovalEntry(**change), TODAY)
    assert field in [violation.field for violation in caught.value.violations]
