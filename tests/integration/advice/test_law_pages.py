from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html

from vergabe.app import create_app
from vergabe.law import overview, tables
from vergabe.settings import Settings, SettingsError


def test_the_page_prints_every_row_with_its_source(client: FlaskClient) -> None:
    answer = client.get("/recht?tabelle=alle")
    page = html.fromstring(answer.text)
    assert answer.status_code == 200
    for table in overview.all_tables():
        assert page.xpath(f"count(//section[@id='{table.name}']//tbody/tr)") == len(table.rows)
    assert "§ 15 Abs. 2 VgV" in answer.text
    assert "216.000 Euro netto" in answer.text


def test_one_table_is_shown_and_the_overview_names_all(client: FlaskClient) -> None:
    overview_page = client.get("/recht").text
    assert len(overview_page) < 60_000
    assert "tabelle=periods#periods" in overview_page
    page = html.fromstring(client.get("/recht?tabelle=periods").text)
    assert page.xpath("count(//section)") == 1
    assert page.xpath("//section[@id='periods']//tbody/tr")
    assert client.get("/recht?tabelle=nichts").status_code == 200


def test_only_the_rows_of_a_day_are_shown(client: FlaskClient) -> None:
    text = client.get("/recht?tag=2025-12-31&tabelle=thresholds").text
    assert "221.000 Euro netto" in text
    assert "216.000 Euro netto" not in text


def test_the_comparison_shows_what_the_reform_of_july_2026_changed(client: FlaskClient) -> None:
    text = client.get("/recht/vergleich").text
    assert "30.06.2026" in text
    assert "mehr als 25.000 Euro" in text  # statistics before
    assert "mehr als 50.000 Euro" in text  # and since


@pytest.mark.parametrize(
    "address",
    ["/recht?tag=31.02.2026", "/recht/vergleich?von=gestern", "/recht/feiertage?jahr=99999"],
)
def test_a_day_that_is_none_is_refused_at_its_field(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//input[@aria-invalid='true']")


def test_the_holidays_of_a_year_name_their_laender(client: FlaskClient) -> None:
    text = client.get("/recht/feiertage?jahr=2027").text
    assert "Reformationstag" in text
    assert "keine Abweichung" in text
    assert client.get("/recht/feiertage?jahr=").status_code == 200


def test_the_api_gives_the_same_rows_and_changes(client: FlaskClient) -> None:
    found = client.get("/api/v1/law/tables?day=2026-07-01").json
    assert found is not None
    rows = {row["id"]: row for table in found["items"] for row in table["rows"]}
    assert rows["EU-TH-supplies-services"]["net_eur"] == 216_000
    changes = client.get("/api/v1/law/changes?first=2026-06-30&second=2026-07-01").json
    assert changes is not None
    assert {change["table"] for change in changes["items"]} >= {"Einzelne Werte"}
    assert client.get("/api/v1/law/changes?first=morgen&second=2026-07-01").status_code == 422


def _settings(tmp_path: Path) -> Settings:
    return Settings(
        data=tmp_path / "data",
        database_url="sqlite://",
        files=str(tmp_path / "files"),
        base_url="http://localhost",
        secret_key="x" * 48,
        law_tables=tmp_path,
        is_testing=True,
    )


def test_a_broken_table_of_the_operator_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "thresholds.toml").write_text('[[row]]\nid = "X"\nevidence = "S"\n')
    try:
        with pytest.raises(SettingsError, match=r"VERGABE_LAW_TABLES.*thresholds.*„X“"):
            create_app(_settings(tmp_path))
    finally:
        tables.use_folder(None)


def test_a_folder_that_is_not_there_is_named() -> None:
    environment = {"VERGABE_SECRET_KEY": "x" * 48, "VERGABE_LAW_TABLES": "/nicht/da"}
    with pytest.raises(SettingsError, match="VERGABE_LAW_TABLES nennt keinen Ordner"):
        Settings.from_environment(environment)
