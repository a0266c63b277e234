"""The flow as one table: what follows an event, in the order of the flow.

A handler runs in a transaction of its own after the event's transaction has committed. The mark in
the outbox and the handler's effects are one transaction, so each handler takes effect exactly once
for each event, whatever dies in between.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from sqlalchemy.orm import Session

from vergabe.events import Event
from vergabe.pools import events as pool_events
from vergabe.pools import handlers as pools

Handler: TypeAlias = Callable[..., None]
"""handler(session, event, *, event_id: UUID, now: datetime) -> None"""

FLOW: Final[Mapping[type[Event], tuple[Handler, ...]]] = {
    pool_events.ConsultationStarted: (pools.tell_of_consultation,),
    pool_events.CommentWritten: (pools.tell_of_comment,),
    pool_events.PoolReshaped: (pools.tell_of_new_shape,),
    pool_events.JoiningOpened: (pools.tell_of_joining_window,),
    pool_events.MemberJoined: (pools.tell_of_joining,),
    pool_events.MemberStayedOut: (pools.tell_of_staying_out,),
    pool_events.WithdrawalAsked: (pools.tell_of_withdrawal,),
    pool_events.WithdrawalDecided: (pools.tell_of_decided_withdrawal,),
    pool_events.PoolEnded: (pools.tell_of_end,),
}


def handlers_of(event_name: str) -> dict[str, Handler]:
    """Return the handlers of an event by their stable names (`package.function`)."""
    event_class = Event.known.get(event_name)
    if event_class is None:
        return {}
    return {_name(handler): handler for handler in FLOW.get(event_class, ())}


def _name(handler: Handler) -> str:
    package = handler.__module__.removeprefix("vergabe.")
    return f"{package}.{handler.__name__}"


def react(
    session: Session,
    handler_name: str,
    event_name: str,
    payload: dict[str, object],
    *,
    event_id: uuid.UUID,
    now: dt.datetime,
) -> None:
    """Run one handler for one event; LookupError if the flow no longer knows it."""
    event = Event.known[event_name].from_payload(payload)
    handlers_of(event_name)[handler_name](session, event, event_id=event_id, now=now)
