"""Why a deadline of a public tender is set anew beyond an ordinary amendment: an outage."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class OutageGround:
    """An outage of the platform as the reason for longer deadlines; instants aware UTC.

    law, calculation: of the computed extension; evidence: JSON values that prove the outage;
    reason: why a deadline that is over is opened anew, None where it still runs. Only deadlines
    change: what else waits for the next version stays where it is.
    """

    began_at: dt.datetime
    ended_at: dt.datetime
    law: str
    calculation: Mapping[str, Any]
    evidence: Mapping[str, Any]
    reason: str | None = None
