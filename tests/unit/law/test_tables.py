import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from vergabe.law import overview, parameters, tables, thresholds
from vergabe.law.errors import LawError, NoRowInForce, UnknownRule
from vergabe.law.tables import Evidence, Row
from vergabe.law.thresholds import ContractType, eu_threshold


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    tables.use_folder(None)


ROW_2028 = """
[[row]]
id = "EU-TH-supplies-services"
authority = "sub-central"
contract_types = ["supplies", "services", "design_contest"]
net_eur = 230_000
act = "Del. VO (EU) 2027/9999"
law = "§ 106 Abs. 2 Nr. 1 GWB"
source = "Beispiel"
evidence = "S"
in_force_from = 2028-01-01
in_force_to = 2029-12-31
"""


def test_a_new_threshold_is_added_by_data_alone(folder: Path) -> None:
    with pytest.raises(NoRowInForce):
        eu_threshold(ContractType.SUPPLIES, dt.date(2028, 1, 1))
    (folder / "thresholds.toml").write_text(ROW_2028, encoding="utf-8")
    tables.use_folder(folder)
    assert eu_threshold(ContractType.SUPPLIES, dt.date(2028, 1, 1)).value == 230_000_00
    assert eu_threshold(ContractType.SUPPLIES, dt.date(2027, 12, 31)).value == 216_000_00
    following = thresholds.next_change(ContractType.SUPPLIES, dt.date(2027, 12, 1))
    assert following is not None
    assert following.net_eur == 230_000
    tables.use_folder(None)
    with pytest.raises(NoRowInForce):
        eu_threshold(ContractType.SUPPLIES, dt.date(2028, 1, 1))


def test_a_row_of_the_operator_replaces_the_packaged_one(folder: Path) -> None:
    (folder / "thresholds.toml").write_text(
        ROW_2028.replace("2028-01-01", "2026-01-01"), encoding="utf-8"
    )
    tables.use_folder(folder)
    assert eu_threshold(ContractType.SUPPLIES, dt.date(2026, 6, 1)).value == 230_000_00
    assert eu_threshold(ContractType.SUPPLIES, dt.date(2025, 6, 1)).value == 221_000_00


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("net_eur = 230_000", ""), "EU-TH-supplies-services"),
        (("net_eur", "netto"), "netto"),
        (('evidence = "S"', 'evidence = "X"'), "X"),
        (('evidence = "S"', ""), "evidence"),
        (("2029-12-31", "2027-12-31"), "endet vor ihrem Beginn"),
    ],
)
def test_a_broken_row_is_named(folder: Path, change: tuple[str, str], said: str) -> None:
    (folder / "thresholds.toml").write_text(ROW_2028.replace(*change), encoding="utf-8")
    tables.use_folder(folder)
    with pytest.raises(LawError, match=said) as caught:
        thresholds.rows()
    assert caught.value.code == "broken_table"
    assert "thresholds" in caught.value.message


def row(row_id: str, first: str, last: str | None) -> Row:
    return Row(
        id=row_id,
        in_force_from=dt.date.fromisoformat(first),
        in_force_to=None if last is None else dt.date.fromisoformat(last),
        law="§ 1",
        source="Beispiel",
        evidence=Evidence.GENERAL,
    )


OLD, NEW, OPEN = (
    row("a", "2024-01-01", "2025-12-31"),
    row("a", "2026-01-01", "2027-12-31"),
    row("b", "2026-01-01", None),
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2024-01-01", OLD),
        ("2025-12-31", OLD),
        ("2026-01-01", NEW),
        ("2027-12-31", NEW),
    ],
)
def test_the_row_of_the_day_is_chosen(day: str, expected: Row) -> None:
    assert tables.in_force([OLD, NEW], dt.date.fromisoformat(day), "etwas") is expected


@pytest.mark.parametrize("day", ["2023-12-31", "2028-01-01"])
def test_no_row_in_force_says_what_and_when(day: str) -> None:
    with pytest.raises(NoRowInForce) as caught:
        tables.in_force([OLD, NEW], dt.date.fromisoformat(day), "den Wert")
    assert "den Wert" in caught.value.message
    assert day[:4] in caught.value.message
    assert caught.value.code == "no_row_in_force"


def test_of_two_rows_in_force_the_younger_counts() -> None:
    younger = row("a", "2025-06-01", None)
    day = dt.date(2025, 7, 1)
    assert tables.in_force([OLD, younger], day, "x") is younger
    assert tables.in_force([younger, OLD], day, "x") is younger


def test_rows_that_end_soon_without_successor_are_found() -> None:
    rows = (OLD, NEW, OPEN)
    assert tables.ending(rows, dt.date(2027, 11, 1)) == (NEW,)
    assert tables.ending(rows, dt.date(2027, 10, 31)) == ()
    assert tables.ending(rows, dt.date(2027, 12, 31)) == (NEW,)
    assert tables.ending(rows, dt.date(2028, 1, 1)) == ()
    assert tables.ending(rows, dt.date(2025, 12, 1)) == ()
    assert tables.ending(rows, dt.date(2027, 12, 1), within_days=30) == (NEW,)
    assert tables.ending(rows, dt.date(2027, 12, 1), within_days=29) == ()
    assert tables.ending(rows, dt.date(2027, 11, 1), within_days=60) == (NEW,)
    assert tables.ending(rows, dt.date(2027, 10, 31), within_days=60) == ()


def test_a_row_prints_as_plain_data() -> None:
    assert OLD.as_dict() == {
        "id": "a",
        "in_force_from": "2024-01-01",
        "in_force_to": "2025-12-31",
        "law": "§ 1",
        "source": "Beispiel",
        "evidence": "G",
    }
    found = eu_threshold(ContractType.WORKS, dt.date(2026, 1, 1)).row
    assert found is not None
    assert found.as_dict()["contract_types"] == ["works"]


def test_every_row_has_law_source_and_an_order_of_versions() -> None:
    for table in overview.all_tables():
        assert table.rows, table.name
        spans: dict[str, list[Row]] = {}
        for item in table.rows:
            assert item.law.strip(), item.id
            assert item.source.strip(), item.id
            assert item.evidence.label
            spans.setdefault(item.id, []).append(item)
        for versions in spans.values():
            ordered = sorted(versions, key=lambda item: item.in_force_from)
            for earlier, later in itertools.pairwise(ordered):
                assert earlier.in_force_to is not None, earlier.id
                assert earlier.in_force_to < later.in_force_from, earlier.id


def test_the_warning_before_a_threshold_ends() -> None:
    assert overview.ending_soon(dt.date(2026, 11, 1)) != []  # the VAT option of 31 December 2026
    assert all("UStG" in text for text in overview.ending_soon(dt.date(2026, 11, 21)))
    found = overview.ending_soon(dt.date(2027, 11, 1))
    assert any("EU-TH-works" in text and "31.12.2027" in text for text in found)
    assert overview.ending_soon(dt.date(2026, 8, 1)) == []


def test_the_two_versions_of_july_2026_side_by_side() -> None:
    changes = overview.changes_between(dt.date(2026, 6, 30), dt.date(2026, 7, 1))
    ids = {
        (change.before or change.after).id for change in changes if change.before or change.after
    }
    assert {"WRegG-6-1", "VergStatVO-2-2", "BT-738:VgV", "GWB-97a-3", "VgV-39-5"} <= ids
    assert "VgV-15-4" not in ids
    new = next(change for change in changes if change.after and change.after.id == "VgV-39-5")
    assert new.before is None
    assert overview.changes_between(dt.date(2026, 7, 1), dt.date(2026, 7, 2)) == ()


@pytest.mark.parametrize(
    ("row_id", "on", "number"),
    [
        ("WRegG-6-1", "2026-06-30", 30_000),
        ("WRegG-6-1", "2026-07-01", 50_000),
        ("VergStatVO-2-2", "2026-06-30", 25_000),
        ("VergStatVO-2-2", "2026-07-01", 50_000),
        ("VgV-65-2", "2026-06-30", 72),
        ("VgV-65-2", "2026-07-01", 96),
    ],
)
def test_parameters_by_day(row_id: str, on: str, number: int) -> None:
    assert parameters.parameter(row_id, dt.date.fromisoformat(on)).number == number


def test_unknown_parameter_is_refused() -> None:
    with pytest.raises(UnknownRule, match="nix"):
        parameters.parameter("nix", dt.date(2026, 1, 1))
    with pytest.raises(UnknownRule):
        parameters.is_in_force("nix", dt.date(2026, 1, 1))
    with pytest.raises(NoRowInForce):
        parameters.parameter("GWB-97a-3", dt.date(2026, 6, 30))


@pytest.mark.parametrize(
    ("reached", "below", "at", "above"),
    [
        ("at_least", False, True, True),
        ("more_than", False, False, True),
        ("at_most", True, True, False),
        ("less_than", True, False, False),
    ],
)
def test_comparisons_at_the_edge(reached: str, below: bool, at: bool, above: bool) -> None:
    found = parameters.ParameterRow(
        id="x",
        in_force_from=dt.date(2020, 1, 1),
        law="§ 1",
        source="x",
        evidence=Evidence.GENERAL,
        title="x",
        number=50,
        unit="eur",
        reached=reached,
    )
    assert [found.is_met_by(n) for n in (49, 50, 51)] == [below, at, above]
    assert [found.is_met_by_cents(n) for n in (49_99, 50_00, 50_01)] == [below, at, above]
