import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from vergabe.law import holiday_check, tables
from vergabe.law.working_days import Calendar


@pytest.fixture
def overrides(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "holiday_overrides.toml").write_text(
        """
[[row]]
land = "NW"
day = 2029-10-31
name = "Reformationstag (einmalig)"
is_holiday = true
source = "Beispiel"
[[row]]
land = "NW"
day = 2029-05-01
name = "Erster Mai"
is_holiday = false
source = "Beispiel"
""",
        encoding="utf-8",
    )
    tables.use_folder(tmp_path)
    yield tmp_path
    tables.use_folder(None)


def test_the_override_table_adds_and_removes_holidays_of_one_land(overrides: Path) -> None:
    north = Calendar("NW")
    assert north.holiday_name(dt.date(2029, 10, 31)) == "Reformationstag (einmalig)"
    assert north.holiday_name(dt.date(2029, 5, 1)) is None
    assert north.holiday_name(dt.date(2028, 10, 31)) is None
    assert Calendar("RP").holiday_name(dt.date(2029, 10, 31)) is None
    assert Calendar("RP").holiday_name(dt.date(2029, 5, 1)) == "Erster Mai"


def test_the_self_check_names_land_and_day_of_a_difference(
    overrides: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holiday_check, "calendar_of", Calendar)
    found = holiday_check.differences([2029])
    assert len(found) == 2
    assert all("Nordrhein-Westfalen" in sentence for sentence in found)
    assert "01.05.2029" in found[0]
    assert "31.10.2029" in found[1]
    assert "kein Feiertag" in found[0]
