"""What happened to demands and calls. One act may concern many demands (a file, a list)."""

import datetime as dt
import uuid
from dataclasses import dataclass

from vergabe.events import Event


@dataclass(frozen=True)
class DemandSubmitted(Event):
    """Demands of one organisation in one cooperation now wait for their release."""

    name = "demands.submitted"
    demand_ids: tuple[uuid.UUID, ...]
    cooperation_id: uuid.UUID
    organisation_id: uuid.UUID
    at: dt.datetime


@dataclass(frozen=True)
class DemandReleased(Event):
    """The budget of demands of one organisation in one cooperation was released."""

    name = "demands.released"
    demand_ids: tuple[uuid.UUID, ...]
    cooperation_id: uuid.UUID
    organisation_id: uuid.UUID
    at: dt.datetime


@dataclass(frozen=True)
class CallOpened(Event):
    """A call for demands was made; it is open from `opens_at` to `closes_at` by time alone."""

    name = "demands.call_opened"
    call_id: uuid.UUID
    cooperation_id: uuid.UUID
    area_id: uuid.UUID
    opens_at: dt.datetime
    closes_at: dt.datetime
