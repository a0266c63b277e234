"""Signs of life, outages and touched procedures; a test states only what matters to it."""

import datetime as dt
import io
from collections.abc import Iterable

from sqlalchemy import insert
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.files import current
from vergabe.uptime import recording
from vergabe.uptime.model import Heartbeat, Outage
from vergabe.uptime.recording import EvidenceFile
from vergabe.uptime.rules import OutsideFacts, minute_of

OPERATOR = Actor.operator("Betrieb")
SEEN = "Der Proxy meldete 502, siehe access.log von 8:00 bis 9:30 Uhr."


def signs(session: Session, kind: str, minutes: Iterable[int]) -> None:
    """Sign these minutes as a kind of process."""
    rows = [{"kind": kind, "minute": minute} for minute in minutes]
    if rows:
        session.execute(insert(Heartbeat), rows)


def signed_between(
    session: Session,
    began_at: dt.datetime,
    ended_at: dt.datetime,
    *,
    kind: str = "web",
    without: tuple[dt.datetime, dt.datetime] | None = None,
) -> None:
    """Sign every minute of a time but those that begin within `without`."""
    silent = range(0) if without is None else range(minute_of(without[0]), minute_of(without[1]))
    minutes = range(minute_of(began_at), minute_of(ended_at) + 1)
    signs(session, kind, [minute for minute in minutes if minute not in silent])


def outage(
    session: Session,
    began_at: dt.datetime,
    ended_at: dt.datetime | None,
    *,
    actor: Actor = OPERATOR,
    with_file: bool = False,
) -> Outage:
    """Return an outage that the operator recorded, or a person for the own procedures."""
    return recording.record_outside(
        session,
        actor,
        OutsideFacts(began_at, ended_at, "proxy", SEEN),
        now=clock.now(),
        store=current.store(),
        file=EvidenceFile("access.log", io.BytesIO(b"502 502 502")) if with_file else None,
    )
