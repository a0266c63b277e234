"""The sentences that explain a period, word for word where it matters."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from vergabe.law import german
from vergabe.law.counting import Counting, count
from vergabe.law.results import Result, plain
from vergabe.law.tables import Evidence
from vergabe.law.wording import length_text, period_steps
from vergabe.law.working_days import calendar_of

NW = calendar_of("NW")


def steps(how: Counting, start: str, length: int, **more: dt.date) -> tuple[str, ...]:
    event = dt.datetime.fromisoformat(start) if "T" in start else dt.date.fromisoformat(start)
    return period_steps(count(how, event, length, NW.is_working_day, **more), NW)


def test_a_period_with_a_shift() -> None:
    assert steps(Counting.EU, "2026-09-03", 30) == (
        "Ereignistag ist Donnerstag, 03.09.2026; er zählt nicht mit "
        "(Art. 3 Abs. 1 VO (EWG, Euratom) 1182/71).",
        "Tag 30 ist Samstag, 03.10.2026 (Tag der Deutschen Einheit).",
        "Das ist in Nordrhein-Westfalen kein Arbeitstag: Ende ist der nächste Arbeitstag, "
        "Montag, 05.10.2026 (Art. 3 Abs. 4).",
        "Die Frist läuft bis zum Ablauf von Montag, 05.10.2026; abgelaufen ist sie ab "
        "Dienstag, 06.10.2026, 0:00 Uhr.",
    )


def test_a_period_without_shift() -> None:
    found = steps(Counting.EU, "2026-09-01", 30)
    assert found[2] == "Das ist in Nordrhein-Westfalen ein Arbeitstag, nichts verschiebt sich."
    assert len(found) == 4


def test_two_working_days() -> None:
    found = steps(Counting.EU, "2026-05-29", 2)
    assert found[3].startswith("So läge nur ein Arbeitstag in der Frist")
    assert "Dienstag, 02.06.2026 (Art. 3 Abs. 5)" in found[3]


def test_bgb_with_and_without_shift() -> None:
    plain_bgb = steps(Counting.BGB, "2026-09-03", 10)
    assert "§ 187 Abs. 1, § 188 Abs. 1 BGB" in plain_bgb[0]
    assert plain_bgb[2] == "Eine Verschiebung auf den nächsten Werktag ist nicht vorgesehen."
    shifted = steps(Counting.BGB193, "2026-09-03", 10)
    assert shifted[2].endswith("Montag, 14.09.2026 (§ 193 BGB).")


def test_months_and_a_missing_day() -> None:
    found = steps(Counting.EU_MONTHS, "2026-01-31", 1)
    assert found[1].startswith("1 Monat später ist Samstag, 28.02.2026. Den gleichen Tag gibt es")
    assert steps(Counting.BGB_MONTHS, "2026-01-15", 2)[1] == (
        "2 Monate später ist Sonntag, 15.03.2026."
    )


def test_working_days() -> None:
    found = steps(Counting.EU_WORKDAYS, "2026-03-30", 10)
    assert found[1].startswith("Arbeitstag 10 ist Mittwoch, 15.04.2026; Samstage, Sonntage")
    assert len(found) == 3


def test_hours() -> None:
    found = steps(Counting.EU_HOURS, "2027-03-26T10:20:00+01:00", 48)
    assert found[0].startswith("Ereignis war Freitag, 26.03.2027, 10:20 Uhr")
    assert "Freitag, 26.03.2027, 11:00 Uhr und dauert 48 verstrichene Stunden" in found[1]
    assert found[2] == "Abgelaufen ist sie ab Sonntag, 28.03.2027, 12:00 Uhr."


def test_backwards() -> None:
    found = steps(Counting.BACKWARD, "2026-10-15", 6)
    assert "6 volle Kalendertage (09.10.2026 bis 14.10.2026)" in found[1]
    assert found[2] == "Letzter Tag für die Handlung ist Donnerstag, 08.10.2026."


def test_years() -> None:
    end = dt.date(2030, 12, 31)
    found = steps(Counting.EU_YEARS, "2026-12-01", 3, contract_end=end)
    assert found[0] == "3 Jahre nach dem Zuschlag am 01.12.2026 enden am 01.12.2029."
    assert found[1] == "Der Vertrag endet am 31.12.2030; der spätere Tag entscheidet."
    assert "gelöscht werden darf ab Mittwoch, 01.01.2031, 0:00 Uhr" in found[2]


@pytest.mark.parametrize(
    ("how", "length", "text"),
    [
        (Counting.EU, 1, "1 Tag"),
        (Counting.BGB, 10, "10 Tage"),
        (Counting.EU_HOURS, 48, "48 Stunden"),
        (Counting.EU_HOURS, 1, "1 Stunde"),
        (Counting.EU_WORKDAYS, 10, "10 Arbeitstage"),
        (Counting.EU_MONTHS, 1, "1 Monat"),
        (Counting.BGB_MONTHS, 2, "2 Monate"),
        (Counting.EU_YEARS, 3, "3 Jahre"),
    ],
)
def test_lengths_have_units(how: Counting, length: int, text: str) -> None:
    assert length_text(how, length) == text


def test_german_dates_and_lists() -> None:
    assert german.date(dt.date(2026, 9, 1)) == "01.09.2026"
    assert german.long_date(dt.date(2026, 9, 6)) == "Sonntag, 06.09.2026"
    at = dt.datetime(2026, 9, 1, 8, 5, tzinfo=dt.UTC)
    assert german.instant(at) == "Dienstag, 01.09.2026, 10:05 Uhr"
    assert german.join([]) == ""
    assert german.join(["A"]) == "A"
    assert german.join(["A", "B"]) == "A und B"
    assert german.join(("A", "B", "C"), "oder") == "A, B oder C"
    assert german.count(0, "Tag", "Tage") == "0 Tage"
    assert german.count(-1, "Tag", "Tage") == "-1 Tag"


def test_values_become_plain_data() -> None:
    found = plain(
        {
            "day": dt.date(2026, 9, 1),
            "at": dt.datetime(2026, 9, 1, tzinfo=dt.UTC),
            "how": Counting.EU,
            "amount": Decimal("1.50"),
            "set": {"b", "a"},
            "list": (1, None, "x", True),
            "period": count(Counting.BGB, dt.date(2026, 9, 1), 1, NW.is_working_day),
            "result": Result(value=1, rule="r", law="§ 1", evidence=Evidence.GENERAL),
        }
    )
    assert found["day"] == "2026-09-01"
    assert found["at"] == "2026-09-01T00:00:00+00:00"
    assert found["how"] == "EU"
    assert found["amount"] == "1.50"
    assert found["set"] == ["a", "b"]
    assert found["list"] == [1, None, "x", True]
    assert found["period"]["last_day"] == "2026-09-02"
    assert found["result"]["evidence"] == "G"
    assert json.loads(json.dumps(found)) == found
