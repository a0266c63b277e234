"""Files in the form of the test vectors: what is refused, and that the others still run."""

from typing import Any

import pytest

from vergabe.law import vectors
from vergabe.law.errors import ImpossibleInput

FLAGS = {
    "electronic_submission": True,
    "pin_published": False,
    "urgent": False,
    "agreement_failed": False,
    "docs_not_electronic": False,
    "requested_publication_date": None,
}


def case(**more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": "X",
        "regime": "VgV",
        "procedure": "open",
        "phase": "tender",
        "rule": "VgV-15-4",
        "land": "NW",
        "counting": "EU",
        "start": "2026-09-01",
        "flags": FLAGS,
        "nominal_length": 30,
    }
    made.update(more)
    return {key: value for key, value in made.items() if value != "absent"}


def flags(**more: Any) -> dict[str, Any]:
    return FLAGS | more


def test_a_case_is_answered_in_local_time() -> None:
    assert vectors.deadline(case()) == {
        "id": "X",
        "last_day": "2026-10-01",
        "deadline_at": "2026-10-02T00:00:00+02:00",
    }


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"rule": "VgV-99"}, "unknown_rule", "VgV-99"),
        ({"rule": 15}, "impossible_input", "rule"),
        ({"rule": ""}, "impossible_input", "rule"),
        ({"land": "XX"}, "impossible_input", "XX"),
        ({"land": None}, "impossible_input", "land"),
        ({"start": "2026-02-30"}, "impossible_input", "2026-02-30"),
        ({"start": "gestern"}, "impossible_input", "gestern"),
        ({"start": None}, "impossible_input", "start"),
        ({"start": "absent"}, "impossible_input", "start"),
        ({"start": 20260901}, "impossible_input", "start"),
        ({"start": "2026-09-01T10:00:00"}, "impossible_input", "Zeitzone"),
        ({"start": "2026-09-01T25:00:00+02:00"}, "impossible_input", "T25"),
        ({"start": "1815-09-01"}, "no_row_in_force", "1815"),
        ({"start": "9999-12-31"}, "impossible_input", "Kalender"),
        ({"start": "2150-01-04"}, "impossible_input", "2150"),
        ({"nominal_length": 29}, "impossible_input", "widerspricht"),
        ({"nominal_length": -30}, "impossible_input", "widerspricht"),
        ({"counting": "BGB"}, "impossible_input", "BGB"),
        ({"counting": "MOND"}, "impossible_input", "MOND"),
        ({"flags": []}, "impossible_input", "flags"),
        ({"flags": flags(requested_publication_date="bald")}, "impossible_input", "bald"),
        ({"params": 3}, "impossible_input", "params"),
        ({"rule": None, "phase": "tee"}, "unknown_rule", "tee"),
        ({"rule": None, "procedure": None}, "impossible_input", "procedure"),
    ],
)
def test_a_bad_case_gets_an_error(changes: dict[str, Any], code: str, said: str) -> None:
    answer = vectors.deadline(case(**changes))
    assert answer["id"] == "X"
    assert answer["code"] == code
    assert said in answer["error"]
    assert "last_day" not in answer


@pytest.mark.parametrize("bad", [None, 3, "x", []])
def test_a_case_that_is_no_object_gets_an_error(bad: object) -> None:
    assert "error" in vectors.deadline(bad)
    assert "error" in vectors.threshold(bad)


@pytest.mark.parametrize(
    ("rule", "more", "said"),
    [
        ("EU1182-days", {"nominal_length": 0}, "Länge"),
        ("EU1182-days", {"nominal_length": "3"}, "ganze Zahl"),
        ("EU1182-days", {"nominal_length": True}, "ganze Zahl"),
        ("EU1182-days", {"nominal_length": "absent"}, "ganze Zahl"),
        ("EU1182-months", {"params": {}, "nominal_length": "absent"}, "ganze Zahl"),
        ("EU1182-months", {"params": {"months": -1}}, "Länge"),
        ("VgV-8-4", {"nominal_length": None}, "Ende des Vertrags"),
        ("VgV-8-4", {"nominal_length": None, "params": {"contract_end": "2026-01-01"}}, "Zuschlag"),
        ("VgV-40-3", {"nominal_length": 48}, "Uhrzeit"),
    ],
)
def test_missing_or_impossible_parameters(rule: str, more: dict[str, Any], said: str) -> None:
    answer = vectors.deadline(case(rule=rule, counting="absent", **more))
    assert said in answer["error"]


def test_generic_periods_take_their_length_from_the_case() -> None:
    made = case(rule="EU1182-days", nominal_length=2, start="2026-05-29")
    assert vectors.deadline(made)["last_day"] == "2026-06-02"
    made = case(rule="EU1182-days", nominal_length="absent", params={"days": 2}, start="2026-05-29")
    assert vectors.deadline(made)["last_day"] == "2026-06-02"
    made = case(
        rule="EU1182-months",
        counting="EU-MONTHS",
        nominal_length=None,
        params={"months": 1},
        start="2026-01-31",
    )
    assert vectors.deadline(made)["last_day"] == "2026-03-02"


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        # The five more days follow from the flag or from the rule's own name, never twice.
        ({"flags": flags(docs_not_electronic=True), "nominal_length": "absent"}, "2026-10-06"),
        ({"flags": flags(docs_not_electronic=True), "nominal_length": 35}, "2026-10-06"),
        (
            {
                "rule": "VgV-15-4+41",
                "flags": flags(docs_not_electronic=True),
                "nominal_length": 35,
            },
            "2026-10-06",
        ),
        (
            {
                "rule": "VgV-15-3",
                "flags": flags(docs_not_electronic=True, urgent=True),
                "nominal_length": 15,
            },
            "2026-09-16",
        ),
        ({"rule": None}, "2026-10-01"),
        ({"rule": None, "flags": flags(urgent=True), "nominal_length": 15}, "2026-09-16"),
        ({"flags": flags(requested_publication_date="2026-09-04")}, "2026-10-05"),
        ({"flags": flags(requested_publication_date="2026-09-04T08:00:00+02:00")}, "2026-10-05"),
        (
            {
                "start": "2026-07-02",
                "params": {"started_on": "2026-06-30"},
                "flags": flags(requested_publication_date="2026-07-10"),
            },
            "2026-08-03",
        ),
        ({"flags": None}, "2026-10-01"),
        ({"land": "05"}, "2026-10-01"),
    ],
)
def test_flags_and_parameters(changes: dict[str, Any], last: str) -> None:
    assert vectors.deadline(case(**changes))["last_day"] == last


def test_explaining_adds_rule_law_and_steps() -> None:
    answer = vectors.deadline(case(), explain=True)
    assert answer["rule"] == "VgV-15-4"
    assert answer["law"] == "§ 15 Abs. 2 und 4 VgV"
    assert answer["evidence"] == "S"
    assert answer["open_question"] is None
    assert any("Dienstag, 01.09.2026" in step for step in answer["steps"])


def estimate(**more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": "T",
        "kind": "estimate",
        "as_of": "2026-10-01",
        "contract_type": "supplies",
        "positions": [position()],
    }
    made.update(more)
    return {key: value for key, value in made.items() if value != "absent"}


def position(**more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "municipality": "Inden",
        "land": "NW",
        "group": "G1",
        "method": "total",
        "total_net": "1000.00",
    }
    made.update(more)
    return {key: value for key, value in made.items() if value != "absent"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "horoscope"}, "horoscope"),
        ({"as_of": "2030-01-01"}, "Schwellenwert"),
        ({"as_of": "2026-13-01"}, "2026-13-01"),
        ({"as_of": "absent"}, "as_of"),
        ({"contract_type": "gold"}, "gold"),
        ({"contract_type": None}, "None"),
        ({"positions": []}, "Position"),
        ({"positions": "viele"}, "positions"),
        ({"positions": [3]}, "Objekt"),
        ({"positions": [position(method="würfeln")]}, "würfeln"),
        ({"positions": [position(total_net="absent")]}, "total_net"),
        ({"positions": [position(total_net="-1.00")]}, "-1.00"),
        ({"positions": [position(total_net="1.001")]}, "Nachkommastellen"),
        ({"positions": [position(total_net="viel")]}, "viel"),
        ({"positions": [position(total_net="NaN")]}, "NaN"),
        ({"positions": [position(total_net="1e999999")]}, "1e999999"),
        ({"positions": [position(total_net=1000.5)]}, "total_net"),
        ({"positions": [position(total_net="10000000000000.01")]}, "nicht möglich"),
        ({"positions": [position(land="XX")]}, "XX"),
        ({"positions": [position(land="HE")]}, "Hessen"),
        (
            {"positions": [position(method="monthly", monthly_net="1", term_months="36")]},
            "ganze Zahl",
        ),
        ({"positions": [position(method="total_gross", total_gross="1", vat_rate="19")]}, "0.19"),
        ({"evaluate_group": "G9"}, "G9"),
        ({"designated_small_lots": ["L9"]}, "L9"),
        ({"satzung": []}, None),
        ({"satzung": "ja"}, "satzung"),
        ({"time_based_total_award": "ja"}, "time_based_total_award"),
    ],
)
def test_bad_estimates_get_an_error(changes: dict[str, Any], said: str | None) -> None:
    answer = vectors.threshold(estimate(**changes))
    assert answer["id"] == "T"
    if said is None:
        assert "result" in answer
    else:
        assert said in answer["error"]


def test_an_estimate_answers_in_the_form_of_the_vectors() -> None:
    found = vectors.threshold(
        estimate(
            positions=[
                position(),
                position(group="G2", total_net="216000.00"),
                position(options_net="0.50", prizes_net="0.25"),
            ]
        )
    )["result"]
    assert found["group_totals_net"] == {"G1": "2000.75", "G2": "216000.00"}
    assert found["estimated_total_net"] == "2000.75"
    assert found["eu_threshold_net"] == "216000.00"
    assert found["reaches_eu_threshold"] is False
    assert set(found) == {
        "group_totals_net",
        "estimated_total_net",
        "eu_threshold_net",
        "reaches_eu_threshold",
        "regime",
        "free_choice",
        "conditional",
    }


@pytest.mark.parametrize(
    ("made", "total"),
    [
        (position(method="total_gross", total_gross="119000.00", vat_rate="0.19"), "100000.00"),
        (position(method="monthly", monthly_net="10.00", term_months=None), "480.00"),
        (
            position(
                method="recurring_previous_year",
                previous_year_net="100.00",
                expected_change_net="-10.00",
            ),
            "90.00",
        ),
        (position(method="recurring_next_year", next_year_net="90.00"), "90.00"),
        (position(method="framework", max_total_net="90.00"), "90.00"),
        (
            position(
                method="innovation_partnership", research_net="1.00", later_purchases_net="2.00"
            ),
            "3.00",
        ),
        (position(method="design_contest", total_net="5", prizes_net="1"), "6.00"),
        (position(total_net=7), "7.00"),
    ],
)
def test_methods_are_read_from_their_fields(made: dict[str, Any], total: str) -> None:
    assert vectors.threshold(estimate(positions=[made]))["result"]["estimated_total_net"] == total


@pytest.mark.parametrize(
    ("kind", "regime"),
    [
        ("concession", "GWB-4/KonzVgV"),
        ("concessions", "GWB-4/KonzVgV"),
        ("works_concession", "GWB-4/KonzVgV"),
        ("social", "GWB-4/VgV-social"),
        ("freelance_services", "GWB-4/VgV"),
        ("design_contest", "GWB-4/VgV"),
    ],
)
def test_contract_types_and_their_aliases(kind: str, regime: str) -> None:
    made = estimate(contract_type=kind, positions=[position(total_net="5404000.00")])
    assert vectors.threshold(made)["result"]["regime"] == regime


def test_catalogues_that_are_not_settled_are_left_open() -> None:
    old = vectors.threshold(estimate(as_of="2025-12-30"))["result"]
    assert old["regime"] == "NW-KVG"
    assert old["free_choice"] is None
    assert old["conditional"] is None
    rlp = estimate(as_of="2026-07-01", positions=[position(land="RP")])
    assert vectors.threshold(rlp)["result"]["free_choice"] is None
    settled = estimate(as_of="2026-06-30", positions=[position(land="RP")])
    assert vectors.threshold(settled)["result"]["free_choice"][0] == "nat-direct"
    mixed = estimate(as_of="2026-06-30", positions=[position(land="RP"), position()])
    assert vectors.threshold(mixed)["result"]["regime"] == "MIXED-NW-RP"


def test_only_the_bylaws_of_participants_count() -> None:
    limits = {"direct_max_net": "10.00", "neg_wo_call_max_net": None}
    mine = vectors.threshold(estimate(satzung={"Inden": limits}))["result"]
    assert "nat-direct" not in mine["free_choice"]
    assert "nat-neg-wo-call" in mine["free_choice"]
    foreign = vectors.threshold(estimate(satzung={"Bonn": limits}))["result"]
    assert "nat-direct" in foreign["free_choice"]


def test_duties_are_checked_when_asked() -> None:
    found = vectors.threshold(
        estimate(
            check_duties=True,
            positions=[position(total_net="50000.00")],
            award_value_net="50000.01",
        )
    )["result"]
    assert found["wettbewerbsregister_query_required"] is True
    assert found["vergabestatistik_required"] is True
    without_award = vectors.threshold(
        estimate(check_duties=True, positions=[position(total_net="50000.00")])
    )["result"]
    assert without_award["vergabestatistik_required"] is False


def test_modifications() -> None:
    made = {
        "id": "M",
        "kind": "de_minimis_modification",
        "as_of": "2026-10-01",
        "contract_type": "services",
        "original_value_net": "1500000.00",
        "change_net": "150000.00",
    }
    assert vectors.threshold(made)["result"] == {"change_permitted_without_new_procedure": True}
    made["previous_changes_net"] = "0.01"
    assert vectors.threshold(made)["result"] == {"change_permitted_without_new_procedure": False}
    explained = vectors.threshold(made, explain=True)
    assert len(explained["steps"]) == 4
    assert "error" in vectors.threshold(made | {"original_value_net": "0"})


def test_an_explained_estimate_shows_every_step() -> None:
    answer = vectors.threshold(
        estimate(check_duties=True, time_based_total_award={"infrastructure": True}), explain=True
    )
    assert answer["result"]["time_based_total_award_permitted"] is False
    text = " ".join(answer["steps"])
    for said in (
        "§ 3 Abs. 1 VgV",
        "§ 75a",
        "frei wählbar",
        "WRegG",
        "VergStatVO",
        "Sondervermögen",
    ):
        assert said in text


def test_the_others_still_run_beside_a_bad_case() -> None:
    answers = list(
        vectors.evaluate(
            {
                "deadline_cases": [case(id="A", rule="nix"), case(id="B"), 3],
                "threshold_cases": [estimate(id="C"), estimate(id="D", as_of=None)],
            }
        )
    )
    assert [answer["id"] for answer in answers] == ["A", "B", None, "C", "D"]
    assert ["error" in answer for answer in answers] == [True, False, True, False, True]


@pytest.mark.parametrize("content", [[], "x", None, {"deadline_cases": {}}])
def test_a_file_of_another_form_is_refused(content: object) -> None:
    with pytest.raises(ImpossibleInput):
        list(vectors.evaluate(content))


def test_an_empty_file_has_no_answers() -> None:
    assert list(vectors.evaluate({})) == []
