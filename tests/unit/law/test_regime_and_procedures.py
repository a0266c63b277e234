import datetime as dt

import pytest

from vergabe.law.bylaws import Bylaw, obstacles, strictest_days
from vergabe.law.errors import ImpossibleInput, LawError, NoRowInForce
from vergabe.law.procedures import Procedures, permitted, procedure_name
from vergabe.law.regime import is_known_below_threshold, resolve
from vergabe.law.results import Result
from vergabe.law.thresholds import ContractType

NEW = dt.date(2026, 10, 1)
SPRING = dt.date(2026, 3, 2)
SUPPLIES, WORKS = ContractType.SUPPLIES, ContractType.WORKS
NATIONAL = (
    "nat-direct",
    "nat-neg-wo-call",
    "nat-neg-w-call",
    "nat-restricted-wo-call",
    "nat-restricted-w-call",
    "nat-open",
)


@pytest.mark.parametrize(
    ("kind", "eur", "lands", "on", "code", "rule_set"),
    [
        (SUPPLIES, 216_000, ("NW",), NEW, "GWB-4/VgV", "VgV"),
        (SUPPLIES, 216_000, ("HE",), NEW, "GWB-4/VgV", "VgV"),
        (ContractType.SERVICES, 216_000, ("NW",), NEW, "GWB-4/VgV", "VgV"),
        (ContractType.SOCIAL_SERVICES, 750_000, ("NW",), NEW, "GWB-4/VgV-social", "VgV-social"),
        (WORKS, 5_404_000, ("NW",), NEW, "GWB-4/VOBA-EU", "VOB/A-EU"),
        (ContractType.SERVICE_CONCESSION, 5_404_000, ("NW",), NEW, "GWB-4/KonzVgV", "KonzVgV"),
        (ContractType.WORKS_CONCESSION, 5_404_000, ("NW",), NEW, "GWB-4/KonzVgV", "KonzVgV"),
        (ContractType.UTILITIES_WORKS, 5_404_000, ("NW",), NEW, "GWB-4/SektVO", "SektVO"),
        (SUPPLIES, 215_999, ("NW",), NEW, "NW-GO-75a", "NW-GO-75a"),
        (SUPPLIES, 215_999, ("NW",), dt.date(2026, 1, 1), "NW-GO-75a", "NW-GO-75a"),
        (SUPPLIES, 218_000, ("NW",), dt.date(2025, 12, 31), "NW-KVG", "NW-KVG"),
        (SUPPLIES, 218_000, ("NW",), dt.date(2026, 1, 1), "GWB-4/VgV", "VgV"),
        (SUPPLIES, 1_000, ("RP",), NEW, "RP-VV/UVgO", "UVgO"),
        (ContractType.SOCIAL_SERVICES, 1_000, ("RP",), NEW, "RP-VV/UVgO", "UVgO"),
        (ContractType.SERVICE_CONCESSION, 1_000, ("RP",), NEW, "RP-VV/UVgO", "UVgO"),
        (WORKS, 1_000, ("RP",), NEW, "RP-VV/VOBA-1", "VOB/A"),
        (SUPPLIES, 1_000, ("NW", "RP"), NEW, "MIXED-NW-RP", "UVgO"),
        (WORKS, 1_000, ("RP", "NW", "05"), NEW, "MIXED-NW-RP", "VOB/A"),
        (SUPPLIES, 216_000, ("NW", "RP", "HE"), NEW, "GWB-4/VgV", "VgV"),
    ],
)
def test_the_regime(
    kind: ContractType, eur: int, lands: tuple[str, ...], on: dt.date, code: str, rule_set: str
) -> None:
    found = resolve(kind, eur * 100, lands, on)
    assert found.value.code == code
    assert found.rule == code
    assert found.value.rule_set == rule_set
    assert found.value.reaches_threshold is code.startswith("GWB-4")
    assert found.value.value_net_cents == eur * 100


def test_the_mixed_pool_takes_the_prescribed_catalogue() -> None:
    found = resolve(SUPPLIES, 1_000_00, ("NW", "RP"), NEW)
    assert found.value.catalogue == "RP-VV/UVgO"
    assert found.value.lands == ("NW", "RP")
    assert found.open_question
    assert any("strengste Katalog" in step for step in found.steps)


@pytest.mark.parametrize("lands", [("HE",), ("NW", "HE"), ("NW", "RP", "HE"), ("NI", "RP")])
def test_lands_without_stored_rules_are_refused_below_the_threshold(lands: tuple[str, ...]) -> None:
    with pytest.raises(LawError) as caught:
        resolve(SUPPLIES, 1_000_00, lands, NEW)
    assert caught.value.code == "land_below_threshold_unknown"


def test_which_lands_are_known_below() -> None:
    assert is_known_below_threshold(SUPPLIES, "NW", NEW)
    assert is_known_below_threshold(SUPPLIES, "07", NEW)
    assert not is_known_below_threshold(SUPPLIES, "HE", NEW)
    assert not is_known_below_threshold(SUPPLIES, "RP", dt.date(2021, 1, 1))


def test_impossible_regimes_are_refused() -> None:
    with pytest.raises(ImpossibleInput):
        resolve(SUPPLIES, -1, ("NW",), NEW)
    with pytest.raises(ImpossibleInput):
        resolve(SUPPLIES, 1, (), NEW)
    with pytest.raises(ImpossibleInput):
        resolve(SUPPLIES, 1, ("XX",), NEW)
    with pytest.raises(NoRowInForce):
        resolve(SUPPLIES, 1, ("NW",), dt.date(2028, 1, 1))
    assert resolve(SUPPLIES, 0, ("NW",), NEW).value.code == "NW-GO-75a"


def test_an_exemption_needs_no_procedure() -> None:
    found = resolve(SUPPLIES, 216_000_00, ("NW",), NEW, exemption="Inhouse, § 108 GWB")
    assert found.value.code == "GWB-exempt"
    assert found.value.reaches_threshold
    assert "Inhouse" in found.steps[0]
    assert not permitted(found.value, SUPPLIES, NEW).value.free


@pytest.mark.parametrize(
    ("kind", "rules", "catalogue"),
    [
        (SUPPLIES, ("UVgO",), "UVgO"),
        (WORKS, ("UVgO", "VOB/A"), "VOB/A"),
        (WORKS, ("UVgO",), "NW-GO-75a"),
        (SUPPLIES, (), "NW-GO-75a"),
    ],
)
def test_a_funding_notice_overrides_upwards(
    kind: ContractType, rules: tuple[str, ...], catalogue: str
) -> None:
    found = resolve(kind, 100_000_00, ("NW",), NEW, funding_rules=rules)
    assert found.value.catalogue == catalogue
    assert any("Zuwendungsbescheid" in step for step in found.steps) is (catalogue in rules)


def test_a_funding_notice_changes_nothing_above_or_where_it_applies_already() -> None:
    above = resolve(SUPPLIES, 216_000_00, ("NW",), NEW, funding_rules=("UVgO",))
    assert above.value.catalogue == "GWB-4/VgV"
    same = resolve(SUPPLIES, 100_00, ("RP",), NEW, funding_rules=("UVgO",))
    assert same.value.catalogue == "RP-VV/UVgO"


def options(
    kind: ContractType,
    eur: int,
    lands: tuple[str, ...],
    on: dt.date,
    bylaws: tuple[Bylaw, ...] = (),
    public_housing: bool = False,
    cents: int = 0,
) -> Result[Procedures]:
    regime = resolve(kind, eur * 100 + cents, lands, on).value
    return permitted(regime, kind, on, bylaws=bylaws, public_housing=public_housing)


ABOVE = ("open", "restricted"), ("neg-w-call", "neg-wo-call", "comp-dial", "innovation")
SOCIAL = ("open", "restricted", "neg-w-call", "comp-dial", "innovation"), ("neg-wo-call",)


@pytest.mark.parametrize(
    ("kind", "eur", "lands", "free", "conditional"),
    [
        (SUPPLIES, 216_000, ("NW",), *ABOVE),
        (WORKS, 5_404_000, ("RP",), *ABOVE),
        (ContractType.SOCIAL_SERVICES, 750_000, ("NW",), *SOCIAL),
        (ContractType.SERVICE_CONCESSION, 5_404_000, ("NW",), *SOCIAL),
        (SUPPLIES, 215_999, ("NW",), NATIONAL, ()),
        (WORKS, 5_000_000, ("NW",), NATIONAL, ()),
        (SUPPLIES, 10_000, ("RP",), NATIONAL, ()),
        (SUPPLIES, 10_001, ("RP",), NATIONAL[1:], ()),
        (SUPPLIES, 100_000, ("RP",), NATIONAL[1:], ()),
        (SUPPLIES, 100_001, ("RP",), NATIONAL[4:], NATIONAL[1:4]),
        (SUPPLIES, 100_001, ("RP", "NW"), NATIONAL[4:], NATIONAL[1:4]),
        (
            WORKS,
            10_000,
            ("RP",),
            ("nat-direct", "nat-freehand", *NATIONAL[3:]),
            (),
        ),
        (WORKS, 100_000, ("RP",), ("nat-freehand", *NATIONAL[3:]), ()),
        (WORKS, 100_001, ("RP",), NATIONAL[3:], ("nat-freehand",)),
        (WORKS, 250_000, ("RP",), NATIONAL[3:], ("nat-freehand",)),
        (WORKS, 250_001, ("RP",), NATIONAL[4:], ("nat-freehand", "nat-restricted-wo-call")),
    ],
)
def test_procedures(
    kind: ContractType,
    eur: int,
    lands: tuple[str, ...],
    free: tuple[str, ...],
    conditional: tuple[str, ...],
) -> None:
    found = options(kind, eur, lands, SPRING).value
    assert found.free_codes == free
    assert found.conditional_codes == conditional
    assert found.is_settled
    assert all(option.condition for option in found.conditional)


def test_one_cent_above_the_limit_closes_the_direct_order() -> None:
    found = options(SUPPLIES, 10_000, ("RP",), SPRING, cents=1)
    assert "nat-direct" not in found.value.free_codes
    assert found.value.excluded[0].code == "nat-direct"
    assert "10.000,00" in str(found.value.excluded[0].condition)


def test_public_housing_has_a_limit_of_its_own() -> None:
    assert (
        "nat-restricted-wo-call"
        in options(WORKS, 1_000_000, ("RP",), SPRING, public_housing=True).value.free_codes
    )
    assert (
        "nat-restricted-wo-call"
        not in options(WORKS, 1_000_001, ("RP",), SPRING, public_housing=True).value.free_codes
    )
    assert (
        "nat-restricted-wo-call" not in options(WORKS, 1_000_000, ("RP",), SPRING).value.free_codes
    )


def test_limits_in_rlp_are_an_open_question_after_june_2026() -> None:
    assert options(SUPPLIES, 98_000, ("RP",), dt.date(2026, 6, 30)).open_question is None
    later = options(SUPPLIES, 98_000, ("RP",), dt.date(2026, 7, 1))
    assert later.open_question
    assert not later.value.is_settled
    assert later.value.free_codes == NATIONAL[1:]


def test_old_nrw_rules_have_no_stored_catalogue() -> None:
    found = options(SUPPLIES, 98_000, ("NW",), dt.date(2025, 12, 31))
    assert not found.value.is_settled
    assert found.value.free == found.value.conditional == ()
    assert found.open_question


def test_limits_before_2025_are_not_stored() -> None:
    with pytest.raises(NoRowInForce, match="Wertgrenzen"):
        options(SUPPLIES, 98_000, ("RP",), dt.date(2024, 12, 31))


def test_funding_rules_bring_their_own_limits() -> None:
    regime = resolve(WORKS, 150_000_00, ("NW",), NEW, funding_rules=("VOB/A",)).value
    found = permitted(regime, WORKS, NEW).value
    assert found.free_codes == NATIONAL[3:]
    regime = resolve(SUPPLIES, 1_000_00, ("NW",), NEW, funding_rules=("UVgO",)).value
    found = permitted(regime, SUPPLIES, NEW).value
    assert found.free_codes == ("nat-direct", "nat-restricted-w-call", "nat-open")


MERZENICH = Bylaw(
    municipality="Merzenich",
    direct_max_net_cents=25_000_00,
    negotiated_wo_call_max_net_cents=50_000_00,
    restricted_wo_call_max_net_cents=100_000_00,
)


@pytest.mark.parametrize(
    ("eur", "cents", "excluded"),
    [
        (25_000, 0, ()),
        (25_000, 1, ("nat-direct",)),
        (50_000, 0, ("nat-direct",)),
        (65_000, 0, ("nat-direct", "nat-neg-wo-call")),
        (100_000, 1, ("nat-direct", "nat-neg-wo-call", "nat-restricted-wo-call")),
    ],
)
def test_a_bylaw_closes_procedures_above_its_limits(
    eur: int, cents: int, excluded: tuple[str, ...]
) -> None:
    found = options(ContractType.SERVICES, eur, ("NW",), NEW, (MERZENICH,), cents=cents).value
    assert tuple(option.code for option in found.excluded) == excluded
    assert found.free_codes == tuple(code for code in NATIONAL if code not in excluded)
    assert found.conditional == ()
    for option in found.excluded:
        assert "Merzenich" in str(option.condition)


def test_bylaws_do_not_count_above_the_threshold() -> None:
    strict = Bylaw(municipality="X", restricted_wo_call_max_net_cents=0)
    assert options(SUPPLIES, 216_000, ("NW",), NEW, (strict,)).value.free_codes == ABOVE[0]


def test_the_strictest_bylaw_counts_and_each_is_named() -> None:
    found = obstacles(
        [MERZENICH, Bylaw(municipality="Inden", direct_max_net_cents=5_000_00)],
        "direct",
        30_000_00,
        NEW,
        works=False,
    )
    assert [item.municipality for item in found] == ["Merzenich", "Inden"]
    assert "5.000,00" in found[1].sentence(30_000_00)
    assert "30.000,00" in found[1].sentence(30_000_00)


@pytest.mark.parametrize(
    ("first", "last", "valid"),
    [
        (None, None, True),
        (NEW, NEW, True),
        (NEW + dt.timedelta(days=1), None, False),
        (None, NEW - dt.timedelta(days=1), False),
    ],
)
def test_a_bylaw_counts_while_it_is_valid(
    first: dt.date | None, last: dt.date | None, valid: bool
) -> None:
    bylaw = Bylaw(
        municipality="X",
        valid_from=first,
        valid_to=last,
        direct_max_net_cents=0,
        minimum_tender_days=20,
    )
    assert bool(obstacles([bylaw], "direct", 1, NEW, works=False)) is valid
    assert strictest_days([bylaw], "tender", NEW) == (20 if valid else None)


def test_for_works_freehand_and_negotiated_limits_are_one() -> None:
    bylaw = Bylaw(
        municipality="X",
        negotiated_wo_call_max_net_cents=50_00,
        freehand_max_net_cents=40_00,
        restricted_wo_call_max_net_cents=70_00,
        direct_max_net_cents=10_00,
    )
    assert bylaw.limit("negotiated_wo_call", works=True) == 40_00
    assert bylaw.limit("freehand", works=True) == 40_00
    assert bylaw.limit("negotiated_wo_call", works=False) == 50_00
    assert bylaw.limit("freehand", works=False) == 40_00
    assert bylaw.limit("restricted_wo_call", works=True) == 70_00
    assert bylaw.limit("direct", works=True) == 10_00
    assert Bylaw(municipality="Y").limit("freehand", works=True) is None


def test_strictest_days_per_phase() -> None:
    bylaws = [
        Bylaw(municipality="A", minimum_tender_days=14, minimum_participation_days=10),
        Bylaw(municipality="B", minimum_tender_days=21),
        Bylaw(municipality="C"),
    ]
    assert strictest_days(bylaws, "tender", NEW) == 21
    assert strictest_days(bylaws, "participation", NEW) == 10
    assert strictest_days([], "tender", NEW) is None


def test_names_of_procedures() -> None:
    assert procedure_name("open") == "Offenes Verfahren"
    assert procedure_name("nat-neg-wo-call") == "Verhandlungsvergabe ohne Teilnahmewettbewerb"
    assert (
        procedure_name("nat-neg-wo-call", works=True)
        == "Freihändige Vergabe ohne Teilnahmewettbewerb"
    )
    assert procedure_name("nat-open", works=True) == "Öffentliche Ausschreibung"
    assert procedure_name("anders") == "anders"


def test_procedures_name_the_law_of_their_limits_or_catalogue() -> None:
    assert options(WORKS, 240_000, ("RP",), SPRING).law.startswith("Rundschreiben Rheinland-Pfalz")
    assert options(SUPPLIES, 216_000, ("NW",), NEW).law.startswith("§ 119")
    assert options(SUPPLIES, 1_000, ("NW",), dt.date(2025, 12, 1)).law == "kein Katalog hinterlegt"
    assert options(SUPPLIES, 216_000, ("NW",), NEW).evidence == "S"
    assert options(WORKS, 5_404_000, ("NW",), NEW).evidence == "G"


def test_procedures_explain_themselves() -> None:
    steps = options(WORKS, 240_000, ("RP",), SPRING).steps
    assert any(step.startswith("Öffentliche Ausschreibung: frei wählbar") for step in steps)
    assert any(
        step.startswith("Freihändige Vergabe: nur mit Grund") and "100.000,00" in step
        for step in steps
    )
    assert any(step.startswith("Direktauftrag: nicht möglich") for step in steps)
