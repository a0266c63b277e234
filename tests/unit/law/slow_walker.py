"""A slow day-walker: periods counted day by day, written independently of the product.

It knows the holidays from the table of the rule book (section 9), finds Easter by another algorithm
than the product, and never adds more than one day at a time.
"""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
DAY = dt.timedelta(days=1)

EVERYWHERE = {(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)}
EPIPHANY = ["BW", "BY", "ST"]
CORPUS_CHRISTI = ["BW", "BY", "HE", "NW", "RP", "SL"]
ALL_SAINTS = ["BW", "BY", "NW", "RP", "SL"]
REFORMATION = ["BB", "HB", "HH", "MV", "NI", "SH", "SN", "ST", "TH"]
ONCE = {("BE", 2020, 5, 8), ("BE", 2025, 5, 8), ("BE", 2028, 6, 17)}


@cache
def easter(year: int) -> dt.date:
    """Butcher's algorithm, unlike the product's."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    j, k = c // 4, c % 4
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * j - k - h + m + 32) % 7
    n = (h - m + r + 90) // 25
    p = (h - m + r + n + 19) % 32
    return dt.date(year, n, p)


def is_holiday(day: dt.date, land: str) -> bool:
    month_day = (day.month, day.day)
    after_easter = (day - easter(day.year)).days
    return (
        month_day in EVERYWHERE
        or after_easter in (-2, 1, 39, 50)
        or (after_easter == 60 and land in CORPUS_CHRISTI)
        or (month_day == (1, 6) and land in EPIPHANY)
        or (month_day == (3, 8) and (land == "BE" or (land == "MV" and day.year >= 2023)))
        or (month_day == (8, 15) and land == "SL")
        or (month_day == (9, 20) and land == "TH")
        or (month_day == (10, 31) and land in REFORMATION)
        or (month_day == (11, 1) and land in ALL_SAINTS)
        or (land == "SN" and day.weekday() == 2 and month_day[0] == 11 and 16 <= day.day <= 22)
        or (land, day.year, day.month, day.day) in ONCE
    )


def works(day: dt.date, land: str) -> bool:
    return day.isoweekday() <= 5 and not is_holiday(day, land)


def eu(event: dt.date, days: int, land: str) -> dt.date:
    day = event
    counted = working = 0
    while True:
        day += DAY
        counted += 1
        working += works(day, land)
        if counted >= days and works(day, land) and (days < 2 or working >= 2):
            return day


def eu_working_days(event: dt.date, days: int, land: str) -> dt.date:
    day = event
    left = days
    while left:
        day += DAY
        if works(day, land):
            left -= 1
    return day


def months_later(event: dt.date, months: int) -> dt.date:
    """Walk month by month; then back from the wished day number until the day exists."""
    year, month = event.year, event.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    number = event.day
    while True:
        try:
            return dt.date(year, month, number)
        except ValueError:
            number -= 1


def next_working(day: dt.date, land: str) -> dt.date:
    while not works(day, land):
        day += DAY
    return day


def bgb(event: dt.date, days: int) -> dt.date:
    day = event
    for _ in range(days):
        day += DAY
    return day


def backward(event: dt.date, days: int) -> dt.date:
    day = event
    for _ in range(days + 1):
        day -= DAY
    return day


def hours(event: dt.datetime, count: int) -> dt.datetime:
    """Walk minute by minute to the next full hour, then hour by hour, in absolute time."""
    at = event.astimezone(dt.UTC).replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
    while at.minute:
        at += dt.timedelta(minutes=1)
    for _ in range(count):
        at += dt.timedelta(hours=1)
    return at


def too_late_from(day: dt.date) -> dt.datetime:
    """The first instant after a day, found by walking back from noon of the next."""
    following = day + DAY
    at = dt.datetime(following.year, following.month, following.day, 12, tzinfo=ZONE)
    at = at.astimezone(dt.UTC)
    while (at - dt.timedelta(minutes=30)).astimezone(ZONE).date() == following:
        at -= dt.timedelta(minutes=30)
    return at
