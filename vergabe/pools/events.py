"""What happened to pools; the members are told of it (handlers)."""

import datetime as dt
import uuid
from dataclasses import dataclass

from vergabe.events import Event


@dataclass(frozen=True)
class ConsultationStarted(Event):
    """The members of a pool are asked what they think of it."""

    name = "pools.consultation_started"
    pool_id: uuid.UUID
    at: dt.datetime


@dataclass(frozen=True)
class CommentWritten(Event):
    """A member said something about a pool, or was answered."""

    name = "pools.comment_written"
    pool_id: uuid.UUID
    comment_id: uuid.UUID
    is_answer: bool
    at: dt.datetime


@dataclass(frozen=True)
class PoolReshaped(Event):
    """Demands left a pool in consultation or came into it; organisations: whose demands moved.

    other_pool_id: the pool they went to or came from; None if they are free now.
    """

    name = "pools.reshaped"
    pool_id: uuid.UUID
    other_pool_id: uuid.UUID | None
    organisation_ids: tuple[uuid.UUID, ...]
    at: dt.datetime


@dataclass(frozen=True)
class JoiningOpened(Event):
    """Members can join until `deadline`, the first instant that is too late."""

    name = "pools.joining_opened"
    pool_id: uuid.UUID
    deadline: dt.datetime
    is_extension: bool
    at: dt.datetime


@dataclass(frozen=True)
class MemberJoined(Event):
    """A member bound itself."""

    name = "pools.member_joined"
    pool_id: uuid.UUID
    organisation_id: uuid.UUID
    at: dt.datetime


@dataclass(frozen=True)
class MemberStayedOut(Event):
    """A member said that it does not join, or took its joining back while the window was open."""

    name = "pools.member_stayed_out"
    pool_id: uuid.UUID
    organisation_id: uuid.UUID
    had_joined: bool
    at: dt.datetime


@dataclass(frozen=True)
class WithdrawalAsked(Event):
    """A bound member asks the others to let it go."""

    name = "pools.withdrawal_asked"
    pool_id: uuid.UUID
    withdrawal_id: uuid.UUID
    organisation_id: uuid.UUID
    at: dt.datetime


@dataclass(frozen=True)
class WithdrawalDecided(Event):
    """A wish to leave took effect with everybody's consent, or was refused by one."""

    name = "pools.withdrawal_decided"
    pool_id: uuid.UUID
    withdrawal_id: uuid.UUID
    organisation_id: uuid.UUID
    is_effective: bool
    at: dt.datetime


@dataclass(frozen=True)
class PoolEnded(Event):
    """A pool that members knew of was rejected or dissolved; its demands are free again."""

    name = "pools.ended"
    pool_id: uuid.UUID
    organisation_ids: tuple[uuid.UUID, ...]
    at: dt.datetime


@dataclass(frozen=True)
class LaterJoinerNamed(Event):
    """A member was named that may join after the notice, or what it may take was changed."""

    name = "pools.later_joiner_named"
    pool_id: uuid.UUID
    organisation_id: uuid.UUID
    at: dt.datetime


@dataclass(frozen=True)
class LaterJoinerJoined(Event):
    """An announced member bound itself after the notice."""

    name = "pools.later_joiner_joined"
    pool_id: uuid.UUID
    organisation_id: uuid.UUID
    at: dt.datetime
