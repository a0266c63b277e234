import datetime as dt

import pytest

from vergabe.web import formatting


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        ("2026-12-31T12:00:00+01:00", "Donnerstag, 31.12.2026, 12:00 Uhr"),
        ("2026-12-16T00:00:00+01:00", "Dienstag, 15.12.2026, 24:00 Uhr"),
        ("2026-12-16T00:00:01+01:00", "Mittwoch, 16.12.2026, 00:00 Uhr"),
        ("2026-10-25T01:30:00+00:00", "Sonntag, 25.10.2026, 02:30 Uhr"),
    ],
)
def test_end_of_a_period_is_written_so_that_nobody_reads_a_day_too_much(
    instant: str, shown: str
) -> None:
    assert formatting.weekday_moment(dt.datetime.fromisoformat(instant)) == shown


def test_amounts_quantities_and_sizes_are_german() -> None:
    from decimal import Decimal

    assert formatting.euro(114215350) == "1.142.153,50\N{NO-BREAK SPACE}€"
    assert formatting.euro(None) == "–"
    assert formatting.quantity(Decimal("24600.5000")) == "24.600,5"
    assert formatting.percent(3050) == "30,5\N{NO-BREAK SPACE}%"
    assert formatting.file_size(1_500_000) == "1,5 MB"
