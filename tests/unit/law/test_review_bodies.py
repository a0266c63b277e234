"""Which body reviews awards, and where there is a way to one below the EU threshold."""

import datetime as dt

import pytest

from vergabe.law import review_bodies

DAY = dt.date(2026, 11, 23)
LAST = dt.date(2027, 6, 30)


@pytest.mark.parametrize(
    ("lands", "euros", "on", "expected"),
    [
        (("NW",), 200_000, DAY, False),
        (("RP",), 75_000, DAY, True),
        (("RP",), 74_999, DAY, False),
        (("NW", "RP"), 75_000, DAY, True),
        (("HE", "BW"), 75_000, DAY, False),
        (("RP",), 75_000, LAST, True),
        (("RP",), 75_000, LAST + dt.timedelta(days=1), False),
    ],
)
def test_rheinland_pfalz_alone_is_known_to_review_below_the_threshold(
    lands: tuple[str, ...], euros: int, on: dt.date, expected: bool
) -> None:
    assert review_bodies.reviews_below_threshold(lands, euros * 100, on) is expected
