"""Finding outages in the signs of life, and fixing each day's signs in the record.

Safe to repeat and to run in several workers: one row is the lock, and every outage has a key that
follows from the minutes themselves.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.db import insert_unless_there
from vergabe.uptime import queries, recording, rules
from vergabe.uptime.model import FaultMinute, Heartbeat, Outage, UptimeState
from vergabe.uptime.rules import Faults, Gap, minute_of, start_of

_MOST_MINUTES_AT_ONCE: Final = 200_000
_FAULTS_MAY_COME_LATE: Final = 7 * 24 * 60
_ONE_DAY: Final = dt.timedelta(days=1)


def detect(session: Session, *, now: dt.datetime) -> int:
    """Enter outages that the signs of life show until now; return how many were new or changed."""
    state = _locked_state(session)
    if state is None:
        return 0
    until = minute_of(now) - rules.SETTLED_MINUTES
    found = _silences(session, state, until=until, now=now) + _faults(session, until, now=now)
    _seal_days(session, state, now=now)
    return found


def _locked_state(session: Session) -> UptimeState | None:
    """Return the state, locked; None while no web process ever signed or another worker looks."""
    query = select(UptimeState).with_for_update(skip_locked=True)
    state = session.scalars(query).one_or_none()
    if state is not None:
        return state
    first = session.scalars(
        select(Heartbeat.minute).where(Heartbeat.kind == "web").order_by(Heartbeat.minute).limit(1)
    ).first()
    if first is None:
        return None
    insert_unless_there(session, UptimeState, {"id": 1, "examined_minute": first})
    return session.scalars(query).one_or_none()


def _silences(session: Session, state: UptimeState, *, until: int, now: dt.datetime) -> int:
    signed = session.scalars(
        select(Heartbeat.minute)
        .where(Heartbeat.kind == "web", Heartbeat.minute >= state.examined_minute)
        .order_by(Heartbeat.minute)
        .limit(_MOST_MINUTES_AT_ONCE)
    ).all()
    if not signed:
        return 0
    planned = _planned(session, start_of(signed[0]), now)
    found = sum(
        recording.note_outage(
            session,
            key,
            "silence",
            gap.began_at,
            gap.ended_at,
            note="Kein Webserver hat sich in dieser Zeit gemeldet.",
            evidence=_evidence(session, gap, until),
            now=now,
        )
        for key, gap in _keyed(session, rules.gaps(signed, until=until, planned=planned))
    )
    state.examined_minute = signed[-1]
    session.flush()
    return found


def _keyed(session: Session, gaps: list[Gap]) -> list[tuple[str, Gap]]:
    """Return each gap with the key of its outage; the one that goes on is the first of them.

    A sign that came late may have moved its beginning, or have left nothing of it: then it ends
    with the minute after its beginning.
    """
    keys = [f"silence:web:{gap.first}" for gap in gaps]
    going_on = session.scalars(
        select(Outage).where(Outage.cause == "silence", Outage.ended_at.is_(None))
    ).first()
    if going_on is not None:
        first = minute_of(going_on.began_at) + 1
        gaps, keys = gaps or [Gap(first, first - 1)], [going_on.key, *keys[1:]]
    return list(zip(keys, gaps, strict=True))


def _planned(session: Session, since: dt.datetime, now: dt.datetime) -> list[tuple[int, int]]:
    """Return maintenance as minutes; a minute before and after it belong to it."""
    return [
        (
            minute_of(window.began_at or window.planned_from) - 1,
            minute_of(window.ended_at or now) + 1,
        )
        for window in queries.windows_between(session, since, now)
    ]


def _evidence(session: Session, gap: Gap, until: int) -> dict[str, object]:
    """Return what proves a gap: the signs around it, and what processes say they saw meanwhile."""
    last = gap.last if gap.last is not None else until
    signs = session.scalars(
        select(Heartbeat.kind)
        .where(Heartbeat.kind == "worker", Heartbeat.minute.between(gap.first, last))
        .limit(1)
    ).first()
    reported = sorted({row.what for row in queries.fault_minutes(session, gap.first, last)})
    return {
        "last_sign_before": start_of(gap.first - 1).isoformat(),
        "first_sign_after": None if gap.last is None else start_of(gap.last + 1).isoformat(),
        "minutes_without_sign": last - gap.first + 1,
        "worker_signed": signs is not None,
        "processes_reported": reported,
    }


def _faults(session: Session, until: int, *, now: dt.datetime) -> int:
    """Enter runs of minutes with errors; those within a silence are part of its evidence."""
    rows = queries.fault_minutes(session, until - _FAULTS_MAY_COME_LATE, until)
    by_minute: dict[int, list[FaultMinute]] = {}
    for row in rows:
        by_minute.setdefault(row.minute, []).append(row)
    if not by_minute:
        return 0
    silent = _outages_since(session, "silence", start_of(min(by_minute)))
    minutes = [
        _together(minute, parts)
        for minute, parts in by_minute.items()
        if not any(_covers(outage, minute) for outage in silent)
    ]
    known = _outages_since(session, "faults", start_of(min(by_minute)))
    return sum(
        _note_run(session, run, known, by_minute, now=now) for run in rules.faulty_runs(minutes)
    )


def _together(minute: int, parts: Sequence[FaultMinute]) -> Faults:
    answers = [part for part in parts if part.what == "http"]
    return Faults(
        minute,
        sum(part.request_count for part in answers),
        sum(part.failure_count for part in answers),
        any(part.what != "http" for part in parts),
    )


def _outages_since(session: Session, cause: str, since: dt.datetime) -> Sequence[Outage]:
    return session.scalars(
        select(Outage).where(
            Outage.cause == cause, (Outage.ended_at.is_(None)) | (Outage.ended_at >= since)
        )
    ).all()


def _covers(outage: Outage, minute: int) -> bool:
    at = start_of(minute)
    return outage.began_at <= at and (outage.ended_at is None or at < outage.ended_at)


def _note_run(
    session: Session,
    run: Gap,
    known: Sequence[Outage],
    by_minute: dict[int, list[FaultMinute]],
    *,
    now: dt.datetime,
) -> bool:
    assert run.last is not None
    first, last = run.first, run.last
    began_at, ended_at = start_of(first), start_of(last + 1)
    # A minute that was told late may stand before the run as it was known: it is the same outage.
    same = [o for o in known if o.began_at <= ended_at and (o.ended_at or now) >= began_at]
    key = same[0].key if same else f"faults:{first}"
    parts = [part for minute in range(first, last + 1) for part in by_minute.get(minute, ())]
    answers = [part for part in parts if part.what == "http"]
    return recording.note_outage(
        session,
        key,
        "faults",
        min([began_at, *(o.began_at for o in same)]),
        max([ended_at, *(o.ended_at for o in same if o.ended_at)]),
        note="Anfragen wurden überwiegend mit Fehlern beantwortet, oder Datenbank oder Dateien "
        "waren für Webserver oder Hintergrunddienst nicht erreichbar.",
        evidence={
            "requests": sum(part.request_count for part in answers),
            "failures": sum(part.failure_count for part in answers),
            "what": sorted({part.what for part in parts}),
            "processes": sorted({part.process for part in parts}),
        },
        now=now,
    )


def _seal_days(session: Session, state: UptimeState, *, now: dt.datetime) -> None:
    """Fix the signs of days that are over in the record, one entry a day.

    Only later than what a process may still write: half an hour into the next day.
    """
    yesterday = clock.berlin_day(now - dt.timedelta(minutes=30)) - _ONE_DAY
    first_day = clock.berlin_day(start_of(state.examined_minute)) - _ONE_DAY
    day = state.sealed_on + _ONE_DAY if state.sealed_on else min(first_day, yesterday)
    while day <= yesterday:
        begin, end = clock.start_of_day(day), clock.start_of_day(day + _ONE_DAY)
        signs = [
            (kind, minute)
            for kind, minute in session.execute(
                select(Heartbeat.kind, Heartbeat.minute).where(
                    Heartbeat.minute >= minute_of(begin), Heartbeat.minute < minute_of(end)
                )
            )
        ]
        recording.record_act(
            session,
            recording.WATCH,
            "signs_sealed",
            f"Lebenszeichen vom {day:%d.%m.%Y} festgehalten.",
            subject_id=None,
            now=now,
            day=day.isoformat(),
            minutes=(minute_of(end) - minute_of(begin)),
            web=sum(kind == "web" for kind, _ in signs),
            worker=sum(kind == "worker" for kind, _ in signs),
            sha256=rules.seal(signs),
        )
        state.sealed_on = day
        day += _ONE_DAY
    session.flush()


def has_news(session: Session, *, now: dt.datetime) -> bool:
    """Return whether anything may be found: looked at without writing, for most ticks find none."""
    state = session.scalars(select(UptimeState)).one_or_none()
    last = queries.last_minute(session, "web")
    if state is None or last is None:
        return last is not None
    until = minute_of(now) - rules.SETTLED_MINUTES
    return (
        last > state.examined_minute
        or until > last
        or (state.sealed_on or dt.date.min) < clock.berlin_day(now) - _ONE_DAY
    )
