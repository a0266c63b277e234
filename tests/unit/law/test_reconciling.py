"""n rule sets become one procedure: whose rule decides, clause by clause."""

import datetime as dt
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vergabe.law.bylaws import Bylaw
from vergabe.law.common_rules import CommonRules
from vergabe.law.errors import ImpossibleInput, LawError
from vergabe.law.reconciling import ABOVE_QUESTION, family, reconcile
from vergabe.law.rule_sets import RuleSet, funding_clauses, own_clauses
from vergabe.law.tables import Evidence
from vergabe.law.thresholds import ContractType

ON = dt.date(2026, 11, 23)
SUPPLIES, WORKS = ContractType.SUPPLIES, ContractType.WORKS
EUR = 100


def bylaw(member: str, **limits: int) -> Bylaw:
    return Bylaw(municipality=member, valid_from=dt.date(2026, 1, 1), **limits)


def nw(member: str, **limits: int) -> RuleSet:
    own = bylaw(member, **limits) if limits else None
    label = f"Vergabesatzung {member}, Fassung 1" if limits else ""
    return RuleSet(member=member, land="NW", bylaw=own, bylaw_label=label)


def rp(member: str) -> RuleSet:
    return RuleSet(member=member, land="RP")


SIX = (
    nw(
        "Merzenich",
        direct_max_net_cents=15_000 * EUR,
        negotiated_wo_call_max_net_cents=100_000 * EUR,
        minimum_tender_days=14,
        required_quotes=3,
    ),
    nw("Jülich", direct_max_net_cents=25_000 * EUR, restricted_wo_call_max_net_cents=150_000 * EUR),
    nw("Kerpen", ex_post_from_net_cents=25_000 * EUR, minimum_tender_days=21),
    nw("Inden"),
    nw("Linnich", ex_ante_from_net_cents=50_000 * EUR, minimum_participation_days=10),
    rp("Cochem-Zell"),
)


@pytest.mark.parametrize(
    ("key", "value", "deciders"),
    [
        ("direct_max", 10_000 * EUR, ("Cochem-Zell",)),
        ("negotiated_max", 100_000 * EUR, ("Cochem-Zell", "Merzenich")),
        ("restricted_max", 100_000 * EUR, ("Cochem-Zell",)),
        ("ex_ante_negotiated_from", 50_000 * EUR, ("Linnich",)),
        ("ex_ante_restricted_from", 50_000 * EUR, ("Linnich",)),
        ("ex_post_negotiated_from", 25_000 * EUR, ("Cochem-Zell", "Kerpen")),
        ("ex_post_restricted_from", 25_000 * EUR, ("Cochem-Zell", "Kerpen")),
        ("tender_days", 21, ("Kerpen",)),
        ("participation_days", 10, ("Linnich",)),
        ("required_quotes", 3, ("Cochem-Zell", "Merzenich")),
    ],
)
def test_the_strictest_rule_decides_each_clause_and_is_named(
    key: str, value: int, deciders: tuple[str, ...]
) -> None:
    clause = reconcile(SIX, 90_000 * EUR, SUPPLIES, ON).value.clause(key)
    assert clause.value == value
    assert clause.deciders == deciders
    assert clause.evidence is Evidence.CONVENTION
    assert clause.kind.text(value) in clause.reason
    assert all(name in clause.reason for name in deciders)
    assert [own.member for own in clause.own] == sorted(rules.member for rules in SIX)


def test_each_participant_sees_its_own_clause_with_its_source() -> None:
    own = reconcile(SIX, 90_000 * EUR, SUPPLIES, ON).value.clause("direct_max").own
    said = {clause.member: clause for clause in own}
    assert said["Merzenich"].value == 15_000 * EUR
    assert said["Merzenich"].law == "§ 75a Abs. 2 GO NRW, Vergabesatzung Merzenich, Fassung 1"
    assert said["Inden"].value is None
    assert "nur die Grundsätze des § 75a GO NRW" in said["Inden"].sentence
    assert said["Cochem-Zell"].law.startswith("Rundschreiben Rheinland-Pfalz")
    assert said["Cochem-Zell"].open_question


def test_who_blocks_a_procedure_is_named_with_the_reason() -> None:
    found = reconcile(SIX, 120_000 * EUR, SUPPLIES, ON).value
    verdicts = {verdict.code: verdict for verdict in found.verdicts}
    direct = verdicts["nat-direct"]
    assert direct.status == "excluded"
    assert [item.member for item in direct.blockers] == ["Cochem-Zell", "Jülich", "Merzenich"]
    negotiated = verdicts["nat-neg-wo-call"]
    assert [item.member for item in negotiated.blockers] == ["Merzenich"]
    assert [item.member for item in negotiated.conditions] == ["Cochem-Zell"]
    assert "100.000,00" in negotiated.blockers[0].sentence
    assert verdicts["nat-open"].status == "free"
    assert found.bylaw_tender_days == 21
    assert found.bylaw_participation_days == 10


def test_the_works_catalogue_across_laender_is_the_prescribed_one() -> None:
    found = reconcile(SIX, 90_000 * EUR, WORKS, ON).value
    assert found.clause("ex_post_negotiated_from").value == 15_000 * EUR
    assert found.clause("ex_ante_restricted_from").deciders == ("Cochem-Zell",)
    assert "nat-freehand" in found.codes("free")
    assert "nat-neg-wo-call" not in found.codes("free", "conditional", "excluded")
    with_call = next(v for v in found.verdicts if v.code == "nat-neg-w-call")
    assert with_call.blockers[0].member == "Cochem-Zell"
    assert "kennt dieses Verfahren nicht" in with_call.blockers[0].sentence
    # VOB/A: ten days; Kerpen asks for more.
    own = {clause.member: clause.value for clause in found.clause("tender_days").own}
    assert own["Cochem-Zell"] == 10
    assert found.clause("tender_days").value == 21


def test_for_works_the_lower_of_two_bylaw_limits_counts() -> None:
    member = nw(
        "Inden",
        freehand_max_net_cents=30_000 * EUR,
        negotiated_wo_call_max_net_cents=20_000 * EUR,
    )
    assert reconcile([member], 1, WORKS, ON).value.clause("negotiated_max").value == 20_000 * EUR


def test_from_the_threshold_on_federal_law_decides_for_all() -> None:
    found = reconcile(SIX, 216_000 * EUR, SUPPLIES, ON)
    assert found.value.is_decisive is False
    assert all(clause.value is None for clause in found.value.clauses)
    assert found.value.bylaw_tender_days is None
    assert found.value.codes("free") == ("open", "restricted")
    assert found.open_question == ABOVE_QUESTION
    assert reconcile(SIX, 215_999_99, SUPPLIES, ON).value.is_decisive is True


def test_a_bylaw_counts_on_its_first_and_last_day_only() -> None:
    limited = Bylaw(
        municipality="Inden",
        valid_from=dt.date(2026, 3, 1),
        valid_to=dt.date(2026, 6, 30),
        direct_max_net_cents=1_000,
    )
    member = RuleSet(member="Inden", land="NW", bylaw=limited)
    for day, value in (
        (dt.date(2026, 2, 28), None),
        (dt.date(2026, 3, 1), 1_000),
        (dt.date(2026, 6, 30), 1_000),
        (dt.date(2026, 7, 1), None),
    ):
        assert reconcile([member], 1, SUPPLIES, day).value.clause("direct_max").value == value


@pytest.mark.parametrize("kind", [SUPPLIES, WORKS])
def test_a_funding_notice_counts_like_a_further_participant(kind: ContractType) -> None:
    members = [nw("Inden"), nw("Jülich", direct_max_net_cents=25_000 * EUR)]
    demanded = "VOB/A" if kind is WORKS else "UVgO"
    found = reconcile(members, 60_000 * EUR, kind, ON, funding_rules=(demanded,)).value
    direct = next(verdict for verdict in found.verdicts if verdict.code == "nat-direct")
    assert "Zuwendungsbescheid" in [item.member for item in direct.blockers]
    limit = found.clause("direct_max")
    assert "Zuwendungsbescheid" in [clause.member for clause in limit.own]
    assert limit.value == (25_000 * EUR if kind is WORKS else 1_000 * EUR)
    assert found.codes("free") == found.procedures.free_codes
    assert found.codes("conditional") == found.procedures.conditional_codes


def test_nobody_and_somebody_twice_are_refused() -> None:
    with pytest.raises(ImpossibleInput):
        reconcile([], 1, SUPPLIES, ON)
    with pytest.raises(ImpossibleInput):
        reconcile([nw("Inden"), nw("Inden")], 1, SUPPLIES, ON)
    two = [RuleSet(member="Inden", land="NW", key=key) for key in ("a", "b")]
    assert len(reconcile(two, 1, SUPPLIES, ON).value.members) == 2


def test_a_land_without_stored_rules_is_told_below_the_threshold_only() -> None:
    hessian = RuleSet(member="Kassel", land="HE")
    with pytest.raises(LawError) as raised:
        reconcile([nw("Inden"), hessian], 1, SUPPLIES, ON)
    assert raised.value.code == "land_below_threshold_unknown"
    assert reconcile([nw("Inden"), hessian], 216_000 * EUR, SUPPLIES, ON).value.verdicts


def test_the_result_explains_itself_and_its_record_is_plain() -> None:
    found = reconcile(SIX, 90_000 * EUR, SUPPLIES, ON)
    assert found.evidence is Evidence.CONVENTION
    assert any("Kerpen" in step and "21 Kalendertage" in step for step in found.steps)
    record = found.value.as_record()
    assert record["clauses"][0]["deciders"] == ["Cochem-Zell"]
    assert "float" not in {type(value).__name__ for value in _leaves(record)}
    assert found.as_dict()["open_question"]


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


_AMOUNTS = st.one_of(st.none(), st.integers(0, 300_000 * EUR))
_DAYS = st.one_of(st.none(), st.integers(1, 60))
_BYLAWS = st.builds(
    lambda amounts, days: Bylaw(
        municipality="",
        direct_max_net_cents=amounts[0],
        negotiated_wo_call_max_net_cents=amounts[1],
        restricted_wo_call_max_net_cents=amounts[2],
        freehand_max_net_cents=amounts[3],
        ex_ante_from_net_cents=amounts[4],
        ex_post_from_net_cents=amounts[5],
        minimum_tender_days=days[0],
        minimum_participation_days=days[1],
        required_quotes=days[2],
    ),
    st.tuples(*[_AMOUNTS] * 6),
    st.tuples(*[_DAYS] * 3),
)
_RULE_SETS = st.lists(
    st.tuples(st.sampled_from(["NW", "NW", "RP"]), st.one_of(st.none(), _BYLAWS)),
    min_size=1,
    max_size=7,
).map(
    lambda drawn: [
        RuleSet(member=f"Kommune {number}", land=land, bylaw=own)
        for number, (land, own) in enumerate(drawn)
    ]
)
_VALUES = st.integers(0, 215_999_99)
_KINDS = st.sampled_from([SUPPLIES, ContractType.SERVICES, WORKS])


def _said(found: CommonRules) -> object:
    return (
        [(c.key, c.value, c.deciders, c.reason) for c in found.clauses],
        [(v.code, v.status, v.blockers, v.conditions) for v in found.verdicts],
        found.bylaw_tender_days,
        found.bylaw_participation_days,
    )


@given(_RULE_SETS, _VALUES, _KINDS, st.randoms(use_true_random=False))
def test_the_order_of_the_participants_does_not_matter(
    members: list[RuleSet], value: int, kind: ContractType, dice: random.Random
) -> None:
    shuffled = members[:]
    dice.shuffle(shuffled)
    assert _said(reconcile(members, value, kind, ON).value) == _said(
        reconcile(shuffled, value, kind, ON).value
    )


@given(_RULE_SETS, _VALUES, _KINDS)
def test_adding_a_participant_never_makes_anything_laxer(
    members: list[RuleSet], value: int, kind: ContractType
) -> None:
    found = [
        reconcile(members[:count], value, kind, ON).value for count in range(1, len(members) + 1)
    ]
    rank = {"free": 0, "conditional": 1, "excluded": 2}
    for fewer, more in itertools.pairwise(found):
        for before, after in zip(fewer.clauses, more.clauses, strict=True):
            assert after.value == after.kind.strictest(before.value, after.value)
            assert before.value is None or after.value is not None
        verdicts = {family(v.code): rank[v.status] for v in more.verdicts}
        for verdict in fewer.verdicts:
            assert verdicts[family(verdict.code)] >= rank[verdict.status]
        assert (more.bylaw_tender_days or 0) >= (fewer.bylaw_tender_days or 0)


@given(_RULE_SETS, _VALUES, _KINDS)
def test_one_participant_alone_keeps_its_own_rules(
    members: list[RuleSet], value: int, kind: ContractType
) -> None:
    for member in members:
        found = reconcile([member], value, kind, ON).value
        own = own_clauses(member, kind, ON)
        for clause in found.clauses:
            assert clause.value == own[clause.key].value
            assert clause.law == own[clause.key].law
            assert clause.evidence is own[clause.key].evidence
            assert clause.deciders == (() if clause.value is None else (member.member,))


@given(_RULE_SETS, _VALUES, _KINDS)
@settings(max_examples=60)
def test_the_verdicts_agree_with_the_catalogue_that_the_method_gate_uses(
    members: list[RuleSet], value: int, kind: ContractType
) -> None:
    found = reconcile(members, value, kind, ON).value
    assert found.codes("free") == found.procedures.free_codes
    assert found.codes("conditional") == found.procedures.conditional_codes


def test_one_rule_that_is_not_sure_makes_the_whole_unsure() -> None:
    before_2026 = dt.date(2025, 9, 3)
    assert reconcile((nw("Inden"),), 50_000 * EUR, SUPPLIES, before_2026).evidence == "G"
    assert reconcile((nw("Inden"),), 50_000 * EUR, SUPPLIES, ON).evidence == "S"


def test_above_the_threshold_federal_law_says_what_a_procedure_needs() -> None:
    rules = reconcile(SIX, 2_000_000 * EUR, SUPPLIES, ON).value
    said = {
        verdict.code: note.sentence
        for verdict in rules.verdicts
        for note in (*verdict.blockers, *verdict.conditions)
    }
    wanted = {option.code: option for option in rules.procedures.conditional}
    assert wanted
    for code, option in wanted.items():
        assert said[code] == option.condition
        assert option.condition != option.law


def test_how_many_to_invite_is_asked_by_the_land_and_not_by_a_grant() -> None:
    assert own_clauses(rp("Cochem-Zell"), SUPPLIES, ON)["required_quotes"].value == 3
    assert funding_clauses("UVgO", "RP", SUPPLIES, ON)["required_quotes"].value is None
