"""Code lists: what is accepted as people write it, what is refused and with which remedy."""

import csv
import gzip
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from vergabe.errors import InvalidInput
from vergabe.exchange import codes
from vergabe.resources import folder


@pytest.mark.parametrize(
    "written",
    ["30213000", "30213000-5", " 30213000-5 ", "30 213 000 - 5", "30213000–5", "302130005"],
)
def test_cpv_is_accepted_with_and_without_check_digit(written: str) -> None:
    assert codes.normalise_cpv(written) == "30213000"


def test_cpv_gets_back_the_zero_a_spreadsheet_dropped() -> None:
    assert codes.normalise_cpv(3111000) == "03111000"


@pytest.mark.parametrize(
    ("written", "code", "remedy"),
    [
        ("30213000-1", "cpv_check_digit", "30213000-5"),
        ("00000000", "cpv_unknown", "Stichwort"),
        ("30213999", "cpv_unknown", "30213000"),
        ("50", "cpv_too_short", "50000000"),
        ("abc", "cpv_malformed", "8 Ziffern"),
        ("30213000-55", "cpv_malformed", "8 Ziffern"),
        ("", "cpv_malformed", "8 Ziffern"),
    ],
)
def test_wrong_cpv_is_refused_with_its_remedy(written: str, code: str, remedy: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        codes.normalise_cpv(written, field="cpv_main")
    violation = refused.value.violations[0]
    assert (violation.code, violation.field) == (code, "cpv_main")
    assert remedy in violation.message


def test_every_check_digit_of_the_vocabulary_is_accepted_and_every_path_starts_at_a_division() -> (
    None
):
    rows = list(_rows("cpv_2008.csv.gz"))
    assert len(rows) == 9_454
    for row in rows:
        assert codes.normalise_cpv(codes.cpv_with_check_digit(row["code"])) == row["code"]
        path = codes.cpv_path(row["code"])
        assert path[0].level == "division"
        assert path[-1].code == row["code"]


def test_cpv_search_finds_words_in_any_order_and_short_labels_first() -> None:
    found = codes.cpv_search("FAHRZEUGE Feuerwehr", 3)
    assert found[0].code == "34144210"
    assert [entry.code for entry in codes.cpv_search("30213", 2)] == ["30213000", "30213100"]
    assert codes.cpv_search("gibtesnicht") == ()
    assert codes.cpv_search("  ") == ()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *(("Stk.", "H87"), ("Stck.", "H87"), ("St.", "H87"), ("Stück", "H87"), ("STK", "H87")),
        *(("qm", "MTK"), ("m²", "MTK"), ("m2", "MTK"), ("M2", "MTK"), ("cbm", "MTQ")),
        *(("t", "TNE"), ("to", "TNE"), ("Tonnen", "TNE"), ("Std.", "HUR"), ("h", "HUR")),
        *(("lfm", "LM"), ("lfd. m", "LM"), ("kWh/a", "KWH"), ("MWh", "MWH"), ("Satz", "SET")),
        *(("Paar", "PR"), ("Pkg.", "XPK"), ("psch", "LS"), ("MTR", "MTR"), (" min ", "MIN")),
        ("Stu\u0308ck", "H87"),
    ],
)
def test_units_are_understood_as_people_write_them(written: str, code: str) -> None:
    assert codes.normalise_unit(written) == code


def test_units_seen_in_real_demands_get_the_code_they_were_given(shared: Path) -> None:
    seen = (shared / "data/demands/unit_spellings_seen.csv").read_text()
    for row in csv.DictReader(io.StringIO(seen)):
        assert codes.normalise_unit(row["unit_raw"]) == row["unit_code"], row


def test_units_of_a_real_bill_of_quantities_are_understood(shared: Path) -> None:
    bill = (shared / "data/demands/lv_building_services.csv").read_text()
    written = {row["einheit"] for row in csv.DictReader(io.StringIO(bill)) if row["einheit"]}
    assert {unit: codes.normalise_unit(unit) for unit in written} == {
        "m": "MTR",
        "Stk": "H87",
        "St": "H87",
        "psch": "LS",
    }


def test_no_spelling_means_two_units() -> None:
    meant: dict[str, set[str]] = {}
    for row in _rows("unit_spellings.csv"):
        meant.setdefault(codes._fold_unit(row["spelling"]), set()).add(row["code"])
    for unit in codes.units():
        for name in (unit.symbol, unit.name, unit.plural):
            meant.setdefault(codes._fold_unit(name), set()).add(unit.code)
    assert {name: found for name, found in meant.items() if len(found) > 1} == {}


def test_every_unit_exists_in_the_official_list_and_has_a_base_of_the_same_kind(
    shared: Path,
) -> None:
    content = gzip.decompress((shared / "data/reference/units_rec20.csv.gz").read_bytes())
    official = {row["code"] for row in csv.DictReader(io.StringIO(content.decode()))}
    for unit in codes.units():
        assert unit.code in official
        base = codes.unit(unit.base_code)
        assert base is not None
        assert (base.kind, base.factor) == (unit.kind, Decimal(1)), unit


def test_unknown_unit_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(InvalidInput, match=r"Meinten Sie Stück"):
        codes.normalise_unit("Stükc")
    with pytest.raises(InvalidInput, match="Liste der Vorlage"):
        codes.normalise_unit("Bananen")
    with pytest.raises(InvalidInput):
        codes.normalise_unit("Festmeter")  # not a cubic metre of space


def test_a_quantity_per_year_is_told_to_lose_the_year() -> None:
    hint = codes.unit_hint("MWh/a")
    assert hint is not None
    assert "je Jahr" in hint
    assert codes.unit_hint("MWh") is None


def test_nuts_knows_germany_and_places_abroad() -> None:
    region = codes.nuts("DEA26")
    assert region is not None
    assert (region.level, region.parent) == (3, "DEA2")
    assert codes.normalise_nuts(" dea26 ") == "DEA26"
    assert codes.nuts("NL423") is not None
    with pytest.raises(InvalidInput, match="NUTS-Code"):
        codes.normalise_nuts("DEX99")


def test_lands_have_the_keys_and_regions_of_the_register(shared: Path) -> None:
    content = gzip.decompress((shared / "data/reference/gemeinden.csv.gz").read_bytes())
    register = {
        (row["land"], row["land_name"], row["nuts1"])
        for row in csv.DictReader(io.StringIO(content.decode()))
    }
    assert {(land.key, land.name, land.nuts1) for land in codes.lands()} == register
    assert {land.key: land.code for land in codes.lands()}["05"] == "NW"


def test_currencies_and_countries_are_found_by_code() -> None:
    euro, germany = codes.currency("EUR"), codes.country("DE")
    assert euro is not None
    assert germany is not None
    assert (germany.code, germany.is_eu) == ("DEU", True)
    assert codes.country("DEU") == germany
    assert codes.currency("XXX9") is None


def test_the_shipped_tables_stay_small() -> None:
    tables = folder("schemas") / "codelists"
    assert sum(path.stat().st_size for path in tables.iterdir()) < 500_000


def _rows(name: str) -> Iterator[dict[str, str]]:
    content = (folder("schemas") / "codelists" / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
    return csv.DictReader(io.StringIO(text))
