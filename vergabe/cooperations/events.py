"""What happens in cooperations that later steps react to."""

import datetime as dt
import uuid
from dataclasses import dataclass

from vergabe.events import Event


@dataclass(frozen=True)
class ResolutionRevoked(Event):
    """A member's resolution no longer counts from a legal day on."""

    name = "cooperations.resolution_revoked"

    resolution_id: uuid.UUID
    cooperation_id: uuid.UUID
    organisation_id: uuid.UUID
    pool_id: uuid.UUID | None
    revoked_on: dt.date
