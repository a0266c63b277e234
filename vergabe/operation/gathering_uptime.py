"""Figures of availability: signs of life, outages, open cases, maintenance, age of the copy."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from vergabe.outages import queries as cases
from vergabe.static_copy.place import Place
from vergabe.uptime import queries
from vergabe.uptime.model import Heartbeat
from vergabe.uptime.rules import start_of

_KINDS: Final = ("web", "worker")


def uptime(session: Session, now: dt.datetime) -> Iterator[GaugeMetricFamily]:
    """Yield how long ago each kind of process signed, and what outages left to be decided."""
    silent = GaugeMetricFamily(
        "vergabe_heartbeat_silent_seconds",
        "Seconds since the end of the last minute that a kind of process signed",
        labels=["kind"],
    )
    # One statement for all: whoever reads figures does so every few seconds.
    web, worker, ongoing, undecided, paused = session.execute(
        select(
            _last_minute("web"),
            _last_minute("worker"),
            queries.ongoing_count().scalar_subquery(),
            cases.open_case_count().scalar_subquery(),
            queries.current_count().scalar_subquery(),
        )
    ).one()
    for kind, minute in zip(_KINDS, (web, worker), strict=True):
        if minute is not None:
            age = (now - start_of(minute + 1)).total_seconds()
            silent.add_metric([kind], max(0.0, age))
    yield silent
    for name, words, value in (
        ("vergabe_outages_ongoing", "Outages that go on now", ongoing),
        (
            "vergabe_outage_cases_open",
            "Procedures near an outage that nobody has decided about",
            undecided,
        ),
        ("vergabe_maintenance", "1 while maintenance is on", paused),
    ):
        yield GaugeMetricFamily(name, words, value=value)


def _last_minute(kind: str) -> ScalarSelect[int | None]:
    return select(func.max(Heartbeat.minute)).where(Heartbeat.kind == kind).scalar_subquery()


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
