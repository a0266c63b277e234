"""Figures of availability: signs of life, outages, open cases, maintenance, age of the copy."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.orm import Session

from vergabe.outages import queries as cases
from vergabe.static_copy.place import Place
from vergabe.uptime import queries
from vergabe.uptime.rules import start_of


def uptime(session: Session, now: dt.datetime) -> Iterator[GaugeMetricFamily]:
    """Yield how long ago each kind of process signed, and what outages left to be decided."""
    silent = GaugeMetricFamily(
        "vergabe_heartbeat_silent_seconds",
        "Seconds since the end of the last minute that a kind of process signed",
        labels=["kind"],
    )
    for kind in ("web", "worker"):
        minute = queries.last_minute(session, kind)
        if minute is not None:
            age = (now - start_of(minute + 1)).total_seconds()
            silent.add_metric([kind], max(0.0, age))
    yield silent
    for name, words, value in (
        ("vergabe_outages_ongoing", "Outages that go on now", queries.ongoing(session)),
        (
            "vergabe_outage_cases_open",
            "Procedures near an outage that nobody has decided about",
            cases.open_count(session),
        ),
        (
            "vergabe_maintenance",
            "1 while maintenance is on",
            int(queries.current_window(session) is not None),
        ),
    ):
        yield GaugeMetricFamily(name, words, value=value)


def static_copy(place: Path | None, now: dt.datetime) -> Iterator[GaugeMetricFamily]:
    """Yield how old the static copy is, if there is to be one; endless if it was never written."""
    if place is None:
        return
    try:
        at = dt.datetime.fromisoformat(Place(place).state()["refreshed_at"])
        age = max(0.0, (now - at).total_seconds())
    except (KeyError, TypeError, ValueError, OSError):
        age = float("inf")
    yield GaugeMetricFamily(
        "vergabe_static_copy_age_seconds", "Seconds since the last refresh of the copy", value=age
    )
