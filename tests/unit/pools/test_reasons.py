import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.pool_facts import cpv_label, demand, key
from vergabe.pools.facts import DemandFacts, GroupingSettings
from vergabe.pools.grouping import describe
from vergabe.pools.reasons import Reason, speaks_for_and_against

THRESHOLD = 216_000_00
EURO = "\N{NO-BREAK SPACE}€"


def argued(
    *demands: DemandFacts, threshold: int | None = THRESHOLD, **law: Any
) -> tuple[dict[str, list[Reason]], dict[str, list[Reason]]]:
    """Return the reasons for and against by code."""
    proposal = describe(demands, GroupingSettings(), cpv_label)
    both = speaks_for_and_against(
        proposal,
        demands,
        eu_threshold_net_cents=threshold,
        **law,
    )
    sorted_out: list[dict[str, list[Reason]]] = [{}, {}]
    for found, reasons in zip(sorted_out, both, strict=True):
        for reason in reasons:
            found.setdefault(reason.code, []).append(reason)
    return sorted_out[0], sorted_out[1]


def salt(town: str, euros: float | None = None, **other: Any) -> DemandFacts:
    cents = None if euros is None else round(euros * 100)
    return demand("Streusalz", town, "34927100", value_net_cents=cents, **other)


def test_members_and_one_procedure_always_speak_for_it() -> None:
    pro, _ = argued(salt("Linnich", 1_000), salt("Jülich", 2_000), salt("Inden", 3_000))
    assert set(re.findall(r"Linnich|Jülich|Inden", pro["members"][0].text)) == {
        "Linnich",
        "Jülich",
        "Inden",
    }
    assert pro["members"][0].text.startswith("3 Mitglieder")
    assert "Ein Vergabeverfahren statt 3" in pro["one_procedure"][0].text
    assert pro["total_value"][0].text == (
        f"Zusammen geht es um 6.000,00{EURO} netto (Summe der Schätzungen aller Bedarfe)."
    )


def test_pooled_value_that_reaches_the_threshold_says_what_follows() -> None:
    _, con = argued(salt("Linnich", 100_000), salt("Kerpen", 131_400), minimum_days=30)
    assert con["threshold_reached"][0].text == (
        f"Der gemeinsame Wert von 231.400,00{EURO} erreicht den EU-Schwellenwert von "
        f"216.000,00{EURO}: Das Verfahren ist EU-weit bekannt zu machen, und die Angebotsfrist "
        "beträgt mindestens 30 Tage."
    )
    assert con["threshold_reached"][0].law == "§ 106 GWB, § 3 VgV"


@pytest.mark.parametrize(
    ("second", "reached"), [(115_999.99, False), (116_000.00, True), (116_000.01, True)]
)
def test_value_equal_to_the_threshold_reaches_it(second: float, *, reached: bool) -> None:
    pro, con = argued(salt("Linnich", 100_000), salt("Kerpen", second))
    assert ("threshold_reached" in con) is reached
    assert ("below_threshold" in pro) is not reached


def test_member_without_whom_it_stays_below_is_named_with_the_rest() -> None:
    _, con = argued(salt("Linnich", 20_000), salt("Kerpen", 131_400), salt("Jülich", 80_000))
    texts = {reason.organisation_ids[0]: reason.text for reason in con["below_without_member"]}
    assert texts[key("Kerpen")] == (
        f"Ohne Stadt Kerpen (131.400,00{EURO}) bliebe der Wert mit 100.000,00{EURO} unter dem "
        "EU-Schwellenwert."
    )
    assert set(texts) == {key("Linnich"), key("Kerpen"), key("Jülich")}


def test_who_is_over_the_threshold_alone_is_said_and_nobody_blamed() -> None:
    _, con = argued(salt("Linnich", 1_000), salt("Kerpen", 300_000))
    assert con["threshold_reached"][0].text.endswith("Stadt Kerpen läge auch allein darüber.")
    assert con["threshold_reached"][0].organisation_ids == (key("Kerpen"),)
    assert "below_without_member" not in con
    _, con = argued(salt("Linnich", 400_000), salt("Kerpen", 300_000))
    assert con["threshold_reached"][0].text.endswith("lägen auch je für sich darüber.")


def test_without_a_known_threshold_nothing_is_said_about_it() -> None:
    pro, con = argued(salt("Linnich", 100_000), salt("Kerpen", 300_000), threshold=None)
    assert "below_threshold" not in pro
    assert "threshold_reached" not in con


@pytest.mark.parametrize("second", [None, 1.0])
def test_value_below_the_threshold_is_no_comfort_while_values_are_missing(
    second: float | None,
) -> None:
    pro, _ = argued(salt("Linnich", 100_000), salt("Kerpen", second))
    assert "below_threshold" not in pro


def test_need_date_that_would_be_missed_is_told_in_days() -> None:
    _, con = argued(
        salt("Linnich", needed_from=dt.date(2027, 3, 1)),
        salt("Kerpen", needed_from=dt.date(2027, 4, 1)),
        earliest_contract_on=dt.date(2027, 3, 12),
    )
    (reason,) = con["need_date_missed"]
    assert reason.text == (
        "Der Termin von Stadt Linnich (01.03.2027) würde um 11 Tage verfehlt: Der Vertrag kann "
        "frühestens am 12.03.2027 geschlossen werden."
    )
    assert reason.organisation_ids == (key("Linnich"),)


def test_one_day_late_is_one_day() -> None:
    _, con = argued(
        salt("Linnich", needed_from=dt.date(2027, 3, 11)),
        salt("Kerpen"),
        earliest_contract_on=dt.date(2027, 3, 12),
    )
    assert "um 1 Tag verfehlt" in con["need_date_missed"][0].text


def test_dates_that_are_kept_speak_for_it() -> None:
    pro, con = argued(
        salt("Linnich", needed_from=dt.date(2027, 3, 12)),
        salt("Kerpen", needed_until=dt.date(2027, 12, 31)),
        earliest_contract_on=dt.date(2027, 3, 12),
    )
    assert "need_date_missed" not in con
    assert pro["in_time"][0].text.startswith("Alle genannten Termine sind zu halten")
    assert pro["common_window"][0].text == (
        "Alle Bedarfe überschneiden sich vom 12.03.2027 bis 31.12.2027."
    )


def test_windows_that_do_not_meet_are_named() -> None:
    pro, con = argued(
        salt("Linnich", needed_until=dt.date(2027, 2, 28)),
        salt("Kerpen", needed_from=dt.date(2027, 3, 15)),
    )
    assert con["window_conflict"][0].text == (
        "Die Zeiträume passen nicht ganz zusammen: Stadt Linnich braucht die Leistung vor dem "
        "15.03.2027, dem Beginn bei Stadt Kerpen."
    )
    assert "common_window" not in pro


def test_demands_without_a_value_are_counted_and_named() -> None:
    _, con = argued(salt("Linnich"), salt("Kerpen", 100), salt("Inden"))
    text = con["unvalued"][0].text
    assert text.startswith("Für 2 von 3 Bedarfen fehlt die Wertschätzung")
    assert "Kerpen" not in text


def test_value_of_one_euro_is_taken_for_what_it_is() -> None:
    _, con = argued(salt("Linnich", 1), salt("Kerpen", 50_000))
    assert con["placeholder_value"][0].text == (
        f"Offenbar nur ein Platzhalter statt einer Schätzung: Stadt Linnich 1,00{EURO}."
    )


@pytest.mark.parametrize(
    ("value", "words"), [(1_000, "den strengsten genügen"), (300_000, "Feiertage aller Länder")]
)
def test_members_of_two_laender_have_two_laws(value: int, words: str) -> None:
    _, con = argued(salt("Linnich", value), salt("Trier", value, land="RP"))
    text = con["several_laender"][0].text
    assert "2 Ländern (Nordrhein-Westfalen und Rheinland-Pfalz)" in text
    assert words in text


def test_one_land_speaks_for_it_unless_a_land_is_not_known() -> None:
    pro, con = argued(salt("Linnich", 1_000), salt("Jülich", 1_000))
    assert "one_land" in pro
    assert "several_laender" not in con
    pro, _ = argued(salt("Linnich", 1_000), salt("Jülich", 1_000, land=None))
    assert "one_land" not in pro


def test_supplies_and_services_together_are_said() -> None:
    _, con = argued(salt("Linnich", nature="supplies"), salt("Jülich", nature="services"))
    assert con["mixed_nature"][0].law == "§ 110 GWB"


def test_units_that_cannot_be_added_up_are_named() -> None:
    _, con = argued(
        salt("Linnich", unit_codes=frozenset({"TNE"})),
        salt("Jülich", unit_codes=frozenset({"H87", "MON"})),
    )
    assert "(Stück und Tonnen)" in con["several_units"][0].text
    _, con = argued(
        salt("Linnich", unit_codes=frozenset({"TNE"})),
        salt("Jülich", unit_codes=frozenset({"KGM"})),
    )
    assert "several_units" not in con


@pytest.mark.parametrize(("large", "dominates"), [(80_000, False), (80_001, True)])
def test_member_with_more_than_four_fifths_dominates(large: int, *, dominates: bool) -> None:
    _, con = argued(salt("Linnich", 100_000 - large), salt("Kerpen", large))
    assert ("dominant_member" in con) is dominates


def test_lots_are_always_spoken_of_with_the_paragraph() -> None:
    _, con = argued(salt("Linnich"), salt("Kerpen"))
    assert con["lots"][0].law == "§ 97 Abs. 4, § 97a GWB"


def test_different_things_are_told_to_be_checked() -> None:
    _, con = argued(salt("Linnich"), demand("Polymere", "Inden", "24500000"))
    assert "loose_wording" in con
    pro, con = argued(salt("Linnich"), salt("Kerpen"))
    assert "close_wording" in pro
    assert "loose_wording" not in con


def test_missing_demand_is_a_fault() -> None:
    demands = [salt("Linnich"), salt("Kerpen")]
    proposal = describe(demands, GroupingSettings(), cpv_label)
    with pytest.raises(KeyError):
        speaks_for_and_against(proposal, demands[:1], eu_threshold_net_cents=THRESHOLD)


DAYS = st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2028, 1, 1))


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), threshold=st.none() | st.integers(1, 10**9), contract=DAYS)
def test_every_reason_is_a_german_sentence_without_promised_savings(
    data: st.DataObject, threshold: int | None, contract: dt.date | None
) -> None:
    demands = [
        salt(
            town,
            data.draw(st.none() | st.integers(1, 10**7)),
            needed_from=data.draw(DAYS),
            land=data.draw(st.sampled_from(["NW", "RP", None])),
            nature=data.draw(st.sampled_from(["supplies", "services", None])),
            unit_codes=data.draw(
                st.sampled_from([frozenset(), frozenset({"TNE"}), frozenset({"H87"})])
            ),
        )
        for town in ("Linnich", "Jülich", "Kerpen")[: data.draw(st.integers(2, 3))]
    ]
    pro, con = argued(*demands, threshold=threshold, earliest_contract_on=contract)
    for reason in (r for found in (pro, con) for reasons in found.values() for r in reasons):
        assert re.fullmatch(r"[A-ZÄÖÜ0-9].*\.", reason.text)
        assert "None" not in reason.text
        assert "  " not in reason.text
        assert not re.search(r"spar(t|en)|Ersparnis|günstiger", reason.text)
    assert not pro.keys() & con.keys()
    assert not {"below_threshold"} & pro.keys() or "threshold_reached" not in con
