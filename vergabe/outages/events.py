"""What happened while procedures near an outage were looked for."""

import datetime as dt
import uuid
from dataclasses import dataclass

from vergabe.events import Event


@dataclass(frozen=True)
class ExaminationFailed(Event):
    """Whether an outage touches a procedure could not be said; at: when the outage was examined."""

    name = "outages.examination_failed"
    outage_id: uuid.UUID
    tender_id: uuid.UUID
    at: dt.datetime
