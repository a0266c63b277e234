"""What happened to votes; the members are told of it (handlers)."""

import datetime as dt
import uuid
from dataclasses import dataclass

from vergabe.events import Event


@dataclass(frozen=True)
class VoteOpened(Event):
    """The members are asked to vote on a project."""

    name = "votes.opened"
    vote_id: uuid.UUID
    at: dt.datetime


@dataclass(frozen=True)
class VoteClosed(Event):
    """A vote was closed: by the last ballot, by the coordinator, or by a new vote."""

    name = "votes.closed"
    vote_id: uuid.UUID
    at: dt.datetime
