"""The calculator answers as the law core does, and refuses what cannot be at its field."""

import datetime as dt

import pytest
from flask.testing import FlaskClient

from vergabe.advice import calculator
from vergabe.errors import InvalidInput

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def test_an_open_procedure_ends_after_the_holiday(client: FlaskClient) -> None:
    text = client.get("/recht/frist?regel=VgV-15-4&ereignis=2026-09-03&land=NW").text
    assert "05.10.2026" in text  # 3 October is a holiday and a Saturday
    assert "§ 15 Abs. 2 und 4 VgV" in text


def test_a_disputed_end_is_shown_both_ways() -> None:
    answer = calculator.count({"regel": "GWB-134-2-10", "ereignis": "11.11.2026"})
    assert answer is not None
    found = answer.result.value
    assert found.last_day == dt.date(2026, 11, 21)  # a Saturday
    assert found.shifted is not None
    assert found.shifted.last_day == dt.date(2026, 11, 23)


def test_hours_need_a_time_of_day() -> None:
    asked = {"regel": "VgV-40-3", "ereignis": "2026-10-24"}
    with pytest.raises(InvalidInput, match="Uhrzeit") as refused:
        calculator.count(asked)
    assert refused.value.field == "uhrzeit"
    answer = calculator.count({**asked, "uhrzeit": "12:00"})
    assert answer is not None
    # The hour of the event does not count (art. 3 (1) of Regulation 1182/71); then 48 hours that
    # really pass, across the end of summer time: 13:00 CEST becomes 12:00 CET.
    assert answer.result.value.deadline_at == dt.datetime(2026, 10, 26, 11, tzinfo=dt.UTC)


def test_the_time_of_day_is_that_of_the_clock_on_the_day_it_changes() -> None:
    asked = {"regel": "VgV-40-3", "ereignis": "2026-10-25", "uhrzeit": "12:00"}
    answer = calculator.count(asked)
    assert answer is not None
    # 12:00 CET; the hour of the event does not count, then 48 hours.
    assert answer.result.value.deadline_at == dt.datetime(2026, 10, 27, 12, tzinfo=dt.UTC)


BAD = (
    ({"regel": "VgV-15-4"}, "ereignis"),
    ({"regel": "VgV-15-4", "ereignis": "30.02.2026"}, "ereignis"),
    ({"regel": "X", "ereignis": "2026-09-03"}, "regel"),
    ({"regel": "VgV-15-4", "ereignis": "2026-09-03", "land": "XX"}, "land"),
    ({"regel": "VgV-15-4", "ereignis": "2026-09-03", "begonnen": "x"}, "begonnen"),
    ({"regel": "VgV-15-4", "ereignis": "2010-09-03"}, "ereignis"),
    ({"regel": "VgV-15-4", "ereignis": "2199-09-03"}, "ereignis"),
)


@pytest.mark.parametrize(("asked", "field"), BAD)
def test_what_cannot_be_is_refused_at_its_field(
    client: FlaskClient, asked: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        calculator.count(asked)
    assert field in {violation.field for violation in refused.value.reasons}
    assert client.get("/recht/frist", query_string=asked).status_code == 422


@pytest.mark.parametrize("rule", [rule for rule, _ in calculator.choices()])
def test_every_rule_on_offer_can_be_counted(rule: str) -> None:
    asked = {"regel": rule, "ereignis": "2026-11-23", "uhrzeit": "10:00"}
    answer = calculator.count({**asked, "vertragsende": "2028-12-31"})
    assert answer is not None
    assert answer.result.steps
