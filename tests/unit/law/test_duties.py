import datetime as dt
from typing import Any

import pytest

from vergabe.law import duties, framework, modifications, vat
from vergabe.law.duty_list import Duty, DutyFacts, applicable, rows
from vergabe.law.errors import ImpossibleInput
from vergabe.law.lots import (
    JoiningFacts,
    JoiningReason,
    TotalAwardFacts,
    reasons_against_joining,
    time_based_total_award,
)
from vergabe.law.thresholds import ContractType
from vergabe.law.vat import SettlementFacts, VatStatus

OLD, NEW = dt.date(2026, 6, 30), dt.date(2026, 7, 1)


@pytest.mark.parametrize(
    ("on", "cents", "required"),
    [
        (OLD, 29_999_99, False),
        (OLD, 30_000_00, True),
        (NEW, 49_999_99, False),
        (NEW, 50_000_00, True),
    ],
)
def test_register_query(on: dt.date, cents: int, required: bool) -> None:
    found = duties.register_query(cents, on)
    assert found.value is required
    assert found.law == "§ 6 Abs. 1 WRegG"
    assert " ab " in found.steps[0]
    assert ("nicht" in found.steps[1]) is not required


@pytest.mark.parametrize("kind", sorted(duties.FROM_THRESHOLD_ONLY))
def test_concessions_and_utilities_ask_the_register_from_the_threshold_on(
    kind: ContractType,
) -> None:
    below = duties.register_query(60_000_00, NEW, contract_type=kind)
    assert not below.value
    assert "nicht erreicht" in below.steps[0]
    above = duties.register_query(60_000_00, NEW, contract_type=kind, reaches_threshold=True)
    assert above.value
    assert above.law == "§ 6 Abs. 1 Satz 2 WRegG"
    works = duties.register_query(60_000_00, NEW, contract_type=ContractType.WORKS)
    assert works.law == "§ 6 Abs. 1 WRegG"


@pytest.mark.parametrize(
    ("on", "cents", "above", "required"),
    [
        (OLD, 25_000_00, False, False),
        (OLD, 25_000_01, False, True),
        (NEW, 50_000_00, False, False),
        (NEW, 50_000_01, False, True),
        (NEW, 1, True, True),
    ],
)
def test_statistics(on: dt.date, cents: int, above: bool, required: bool) -> None:
    found = duties.statistics(cents, on, reaches_threshold=above)
    assert found.value is required
    assert ("jeder Zuschlag" in found.steps[0]) is above


@pytest.mark.parametrize(("cents", "applies"), [(24_999_99, False), (25_000_00, True)])
def test_wage_rules(cents: int, applies: bool) -> None:
    assert duties.wage_rules_nrw(cents, NEW).value is applies


@pytest.mark.parametrize(
    ("eur", "works", "kept"),
    [
        (999_999, False, False),
        (1_000_000, False, True),
        (1_000_000, True, False),
        (10_000_000, True, True),
    ],
)
def test_copies_of_large_contracts_are_kept(eur: int, works: bool, kept: bool) -> None:
    assert duties.contract_copy(eur * 100, NEW, works=works).value is kept


def test_any_value_duty_by_its_row() -> None:
    assert duties.value_duty("UVgO-30-from", 25_000_00, NEW).value
    assert not duties.value_duty("UVgO-30-from", 24_999_99, NEW).value


# --- lots


def total(
    eur: int, on: dt.date = NEW, kind: ContractType = ContractType.WORKS, **more: bool
) -> bool:
    values: dict[str, Any] = {
        "infrastructure": True,
        "special_fund": True,
        "listed_transport": False,
        "time_reasons": True,
    }
    return time_based_total_award(TotalAwardFacts(**(values | more)), eur * 100, kind, on).value


def test_time_reasons_need_twice_the_threshold_and_the_fund() -> None:
    assert total(10_808_000)
    assert not total(10_807_999)
    assert total(432_000, kind=ContractType.SERVICES)
    assert not total(431_999, kind=ContractType.SERVICES)
    assert not total(10_808_000, on=OLD)
    assert not total(10_808_000, time_reasons=False)
    assert not total(10_808_000, special_fund=False)
    assert not total(10_808_000, infrastructure=False)
    assert total(10_808_000, special_fund=False, infrastructure=False, listed_transport=True)
    assert not total(10_807_999, listed_transport=True)


def test_time_reasons_explain_themselves() -> None:
    facts = TotalAwardFacts(
        infrastructure=True, special_fund=True, listed_transport=False, time_reasons=True
    )
    found = time_based_total_award(facts, 10_808_000_00, ContractType.WORKS, NEW)
    assert "2-Fachen" in found.steps[0]
    assert "erreicht." in found.steps[0]
    assert found.law == "§ 97a Abs. 3 GWB"
    before = time_based_total_award(facts, 10_808_000_00, ContractType.WORKS, OLD)
    assert "01.07.2026" in before.steps[0]


REASON = {"facts": "a", "alternatives": "b", "weighing": "c", "decision": "d"}


def joining(
    ground: JoiningReason | None, above: bool = True, on: dt.date = NEW, **more: Any
) -> list[tuple[str, str | None]]:
    values: dict[str, Any] = REASON | more
    return [
        (item.code, item.field)
        for item in reasons_against_joining(
            JoiningFacts(ground=ground, **values),
            value_net_cents=300_000_00,
            contract_type=ContractType.SUPPLIES,
            on=on,
            above_threshold=above,
        )
    ]


def test_joining_lots_needs_a_ground_and_a_whole_reason() -> None:
    assert joining(JoiningReason.ECONOMIC) == []
    assert joining(JoiningReason.TECHNICAL) == []
    assert joining(None) == [("joining_ground_missing", "ground")]
    assert joining(None, above=False) == []
    assert joining(JoiningReason.ECONOMIC, weighing=" ", facts="") == [
        ("joining_reason_incomplete", "facts"),
        ("joining_reason_incomplete", "weighing"),
    ]
    assert joining(JoiningReason.TIME) == [("time_reasons_not_enough", "ground")]
    assert joining(JoiningReason.TIME, above=False) == []
    listed = TotalAwardFacts(
        infrastructure=True, special_fund=True, listed_transport=False, time_reasons=True
    )
    assert joining(JoiningReason.TIME, total_award=listed) == [
        ("time_reasons_not_enough", "ground")
    ]


def test_large_infrastructure_may_be_joined_for_reasons_of_time() -> None:
    facts = TotalAwardFacts(
        infrastructure=True, special_fund=True, listed_transport=False, time_reasons=True
    )
    found = reasons_against_joining(
        JoiningFacts(ground=JoiningReason.TIME, total_award=facts, **REASON),
        value_net_cents=432_000_00,
        contract_type=ContractType.SUPPLIES,
        on=NEW,
        above_threshold=True,
    )
    assert found == []


@pytest.mark.parametrize(
    ("on", "law"), [(OLD, "§ 97 Abs. 4 Satz 3 GWB"), (NEW, "§ 97a Abs. 2 GWB")]
)
def test_the_paragraph_of_the_lot_principle_follows_the_day(on: dt.date, law: str) -> None:
    found = reasons_against_joining(
        JoiningFacts(ground=None, **REASON),
        value_net_cents=1,
        contract_type=ContractType.SUPPLIES,
        on=on,
        above_threshold=True,
    )
    assert found[0].law == law


# --- modifications


def small_change(
    original: int, before: int, change: int, kind: ContractType = ContractType.SERVICES
) -> bool:
    return modifications.de_minimis(
        kind,
        dt.date(2026, 10, 1),
        original_net_cents=original,
        previous_changes_net_cents=before,
        change_net_cents=change,
    ).value


@pytest.mark.parametrize(
    ("original", "before", "change", "kind", "allowed"),
    [
        (1_500_000_00, 0, 150_000_00, ContractType.SERVICES, True),
        (1_500_000_00, 0, 150_000_01, ContractType.SERVICES, False),
        (1_500_000_00, 1, 150_000_00, ContractType.SERVICES, False),
        (3_000_000_00, 100_000_00, 116_000_00, ContractType.SERVICES, True),
        (3_000_000_00, 100_000_00, 116_000_01, ContractType.SERVICES, False),
        (1_000_000_00, 0, 150_000_00, ContractType.WORKS, True),
        (1_000_000_00, 0, 150_000_01, ContractType.WORKS, False),
        (3_000_000_00, 200_000_00, -50_000_00, ContractType.SERVICES, False),
        (3_000_000_00, -200_000_00, 16_000_00, ContractType.SERVICES, True),
    ],
)
def test_small_modifications(
    original: int, before: int, change: int, kind: ContractType, allowed: bool
) -> None:
    assert small_change(original, before, change, kind) is allowed


def test_modifications_need_an_original_value() -> None:
    with pytest.raises(ImpossibleInput):
        small_change(0, 0, 1)
    with pytest.raises(ImpossibleInput):
        modifications.price_increase(NEW, original_net_cents=0, change_net_cents=1)
    assert small_change(1, 0, 0)


@pytest.mark.parametrize(("change", "allowed"), [(50_00, True), (50_01, False)])
def test_price_increases_up_to_half(change: int, allowed: bool) -> None:
    found = modifications.price_increase(NEW, original_net_cents=100_00, change_net_cents=change)
    assert found.value is allowed
    assert "50 %" in found.steps[0]


def test_modifications_explain_themselves() -> None:
    found = modifications.de_minimis(
        ContractType.SERVICES,
        dt.date(2026, 10, 1),
        original_net_cents=3_000_000_00,
        previous_changes_net_cents=100_000_00,
        change_net_cents=150_000_00,
    )
    assert "250.000,00" in found.steps[0]
    assert found.steps[1].endswith("überschritten.")
    assert found.steps[2].endswith("eingehalten.")
    assert "300.000,00" in found.steps[2]


# --- framework


@pytest.mark.parametrize(
    ("on", "social", "months"),
    [(OLD, False, 48), (NEW, False, 48), (OLD, True, 72), (NEW, True, 96)],
)
def test_longest_framework(on: dt.date, social: bool, months: int) -> None:
    assert framework.longest_term(on, social=social).value == months
    assert framework.reasons_against_term(months, on, social=social) == []
    found = framework.reasons_against_term(months + 1, on, social=social)
    assert found[0].code == "framework_too_long"
    assert framework.reasons_against_term(months + 1, on, social=social, special_reason="x") == []


# --- VAT


def settled(on: str = "2027-01-01", **more: Any) -> VatStatus:
    values: dict[str, Any] = {"performed_on": dt.date.fromisoformat(on), "option_declared": False}
    found = vat.status(SettlementFacts(**(values | more)))
    assert found.steps
    assert bool(found.open_question) is (found.value is not VatStatus.NOT_TAXABLE)
    return found.value


ALL_FOUR = {
    "long_term_agreement": True,
    "preserves_infrastructure": True,
    "pure_cost_reimbursement": True,
    "mainly_for_public_bodies": True,
}


def test_vat_between_municipalities() -> None:
    assert settled("2026-12-31", option_declared=True) is VatStatus.OLD_LAW
    assert settled("2027-01-01", option_declared=True) is VatStatus.TO_CHECK
    assert settled("2026-12-31") is VatStatus.TO_CHECK
    assert settled(yearly_turnover_net_cents=17_500_00) is VatStatus.NOT_TAXABLE
    assert settled(yearly_turnover_net_cents=17_500_01) is VatStatus.TO_CHECK
    assert settled(reserved_by_law=True) is VatStatus.NOT_TAXABLE
    assert settled(reserved_by_law=True, public_authority=False) is VatStatus.TO_CHECK
    assert settled(**ALL_FOUR) is VatStatus.NOT_TAXABLE
    for missing in ALL_FOUR:
        others = {name: True for name in ALL_FOUR if name != missing}
        assert settled(**others) is VatStatus.TO_CHECK


# --- list of duties


def listed(**more: Any) -> dict[str, Duty]:
    values: dict[str, Any] = {
        "rule_set": "VgV",
        "procedure": "open",
        "land": "NW",
        "lands": ("NW",),
        "started_on": dt.date(2026, 9, 1),
        "estimated_net_cents": 300_000_00,
    }
    return {duty.id: duty for duty in applicable(DutyFacts(**(values | more)))}


def test_duties_above_the_threshold_with_their_days() -> None:
    found = listed(
        is_joint=True,
        days={
            "deadline": dt.date(2026, 10, 15),
            "informed": dt.date(2026, 11, 2),
            "awarded": dt.date(2026, 11, 16),
        },
    )
    assert found["answers"].due_on == dt.date(2026, 10, 8)
    assert found["standstill"].due_on == dt.date(2026, 11, 12)
    assert found["award-notice"].due_on == dt.date(2026, 12, 16)
    assert found["statistics-above"].due_on == dt.date(2027, 1, 15)
    assert found["retention-above"].due_on == dt.date(2029, 11, 16)
    assert {"joint-agreement", "lots", "payment", "variants", "register-query"} <= set(found)
    assert "16.12.2026" in found["award-notice"].text
    assert not any(duty.is_recommendation for duty in found.values())
    assert list(found) == [row.id for row in rows() if row.id in found]


def test_the_old_law_has_other_duties() -> None:
    old, new = listed(started_on=OLD), listed(started_on=NEW)
    assert "lots-old" in old
    assert "lots-old" not in new
    assert "payment" not in old
    assert "opening-old" in old
    assert {"lots", "opening", "payment", "suitability-documents"} <= set(new)


def test_one_municipality_alone_needs_no_agreement() -> None:
    assert "joint-agreement" not in listed()
    assert "vat-status" not in listed()
    assert "vat-status" in listed(is_joint=True)


def test_duties_in_nrw_below_the_threshold_are_recommended_where_open() -> None:
    found = listed(rule_set="NW-GO-75a", procedure="nat-open", estimated_net_cents=60_000_00)
    assert found["register-query"].is_recommendation
    assert "75a" in str(found["register-query"].open_question)
    assert found["statistics-below"].is_recommendation
    assert "principles-nrw" in found
    assert "wage-rules-nrw" in found
    assert "standstill" not in found
    small = listed(rule_set="NW-GO-75a", procedure="nat-open", estimated_net_cents=24_999_99)
    assert "wage-rules-nrw" not in small
    assert "register-query" not in small


def test_duties_in_rlp_below_the_threshold() -> None:
    found = listed(
        rule_set="UVgO",
        procedure="nat-restricted-wo-call",
        land="RP",
        lands=("RP",),
        estimated_net_cents=80_000_00,
        awarded_net_cents=24_000_00,
        days={"informed": dt.date(2026, 11, 2)},
    )
    assert found["standstill-rp"].due_on == dt.date(2026, 11, 9)
    assert "rotate-rp" in found
    assert "ex-post-uvgo" not in found
    assert "statistics-below" not in found
    assert not found["register-query"].is_recommendation
    awarded = listed(
        rule_set="UVgO",
        procedure="nat-restricted-wo-call",
        land="RP",
        lands=("RP",),
        awarded_net_cents=50_000_01,
    )
    assert {"ex-post-uvgo", "statistics-below"} <= set(awarded)
    assert "über" in awarded["statistics-below"].text
    assert " ab " in awarded["ex-post-uvgo"].text
    assert awarded["ex-post-uvgo"].due_on is None


def test_the_register_of_concessions_depends_on_the_threshold() -> None:
    concession = {"contract_type": ContractType.SERVICE_CONCESSION}
    assert "register-query" not in listed(rule_set="UVgO", **concession)
    above = listed(rule_set="KonzVgV", **concession)
    assert "register-query-threshold" in above
    assert "register-query" not in above
    assert "award-notice-concession" in above


def test_works_in_rlp_are_announced_before_and_after() -> None:
    found = listed(
        rule_set="VOB/A",
        procedure="nat-restricted-wo-call",
        land="RP",
        lands=("RP",),
        estimated_net_cents=25_000_00,
    )
    assert {"ex-ante-voba", "ex-post-voba-restricted"} <= set(found)
    assert "standstill-rp" not in found
    freehand = listed(
        rule_set="VOB/A",
        procedure="nat-freehand",
        land="RP",
        lands=("RP",),
        estimated_net_cents=15_000_00,
    )
    assert "ex-post-voba-freehand" in freehand
    assert "ex-ante-voba" not in freehand
