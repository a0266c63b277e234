import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from vergabe.exchange import ical
from vergabe.exchange.ical import CalendarEntry

UID = uuid.UUID("0199f4a0-0000-7000-8000-000000000001")
AT = dt.datetime(2026, 12, 23, 11, 0, tzinfo=dt.UTC)
CHANGED = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)


def entry(**more: Any) -> CalendarEntry:
    facts: dict[str, Any] = {
        "uid": UID,
        "at": AT,
        "changed_at": CHANGED,
        "revision": 0,
        "title": "Angebotsfrist (DLZ-2026-0001)",
        "description": "Ende: Mittwoch, 23.12.2026, 12:00 Uhr.\nZuständig: Müller; Maß, Jülich",
        "url": "https://vergabe.example/fristen",
    }
    return CalendarEntry(**(facts | more))


def parsed(*entries: CalendarEntry) -> tuple[Any, list[Any]]:
    whole = icalendar.Calendar.from_ical(ical.calendar("Vergabe: Fristen", entries))
    return whole, list(whole.walk("VEVENT"))


def test_calendar_is_read_back_with_its_texts_and_instants() -> None:
    whole, (event,) = parsed(entry())
    assert whole["VERSION"] == "2.0"
    assert not whole.walk("VTIMEZONE")
    assert event["UID"] == str(UID)
    assert event.decoded("DTSTART") == AT
    assert event["DTSTART"].to_ical() == b"20261223T110000Z"
    assert event["DTSTAMP"].to_ical() == b"20261123T110000Z"
    assert str(event["DESCRIPTION"]) == entry().description
    assert event["STATUS"] == "CONFIRMED"


@pytest.mark.parametrize(("minute", "shown"), [(0, b"20261222T225959Z"), (1, b"20261222T230100Z")])
def test_end_at_midnight_is_shown_on_the_day_that_ends(minute: int, shown: bytes) -> None:
    _, (event,) = parsed(entry(at=dt.datetime(2026, 12, 22, 23, minute, tzinfo=dt.UTC)))
    assert event["DTSTART"].to_ical() == shown


def test_alarm_rings_one_day_before() -> None:
    _, (event,) = parsed(entry())
    (alarm,) = event.walk("VALARM")
    assert alarm["ACTION"] == "DISPLAY"
    assert alarm.decoded("TRIGGER") == dt.timedelta(days=-1)


def test_cancelled_deadline_says_so_and_rings_no_more() -> None:
    _, (event,) = parsed(entry(is_cancelled=True, revision=1))
    assert event["STATUS"] == "CANCELLED"
    assert event["SEQUENCE"] == 1
    assert not event.walk("VALARM")


def test_ended_deadline_rings_no_more() -> None:
    _, (event,) = parsed(entry(has_alarm=False))
    assert not event.walk("VALARM")


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-10-25T02:30:00+02:00", b"20261025T003000Z"),  # the hour that occurs twice
        ("2026-10-25T02:30:00+01:00", b"20261025T013000Z"),
        ("2027-03-28T03:00:00+02:00", b"20270328T010000Z"),
    ],
)
def test_days_of_the_clock_change_are_unambiguous(local: str, utc: bytes) -> None:
    _, (event,) = parsed(entry(at=dt.datetime.fromisoformat(local)))
    assert event["DTSTART"].to_ical() == utc
    shown = event.decoded("DTSTART").astimezone(ZoneInfo("Europe/Berlin"))
    assert shown.isoformat() == local


def test_fraction_of_a_second_is_never_shown_as_later() -> None:
    _, (event,) = parsed(entry(at=AT - dt.timedelta(microseconds=1)))
    assert event["DTSTART"].to_ical() == b"20261223T105959Z"


def test_same_entries_give_the_same_bytes_with_short_lines() -> None:
    long = entry(description="ä" * 4000)
    content = ical.calendar("Vergabe", [long, entry()])
    assert content == ical.calendar("Vergabe", [long, entry()])
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_text_cannot_add_lines_of_its_own() -> None:
    _, events = parsed(entry(title="X\r\nEND:VEVENT\r\nBEGIN:VEVENT\nUID:1"))
    assert len(events) == 1


def test_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ical.calendar("Vergabe", [entry(at=AT.replace(tzinfo=None))])
