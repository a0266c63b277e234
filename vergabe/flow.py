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

from vergabe import forwarding
from vergabe.cooperations.events import ResolutionRevoked
from vergabe.cost_shares import handlers as costs
from vergabe.enquiries import events as enquiry_events
from vergabe.enquiries import handlers as enquiries
from vergabe.events import Event
from vergabe.messages.events import MailUnsubscribed
from vergabe.notices import delivery_handlers as deliveries
from vergabe.notices import handlers as notices
from vergabe.notices import letters
from vergabe.notices.events import DeliveryNews, NoticePublished
from vergabe.notices.model import Notice
from vergabe.outages import finding
from vergabe.outages import handlers as outages
from vergabe.outages.events import ExaminationFailed
from vergabe.pools import events as pool_events
from vergabe.pools import handlers as pools
from vergabe.suppliers import following, inviting
from vergabe.suppliers import handlers as suppliers
from vergabe.tenders import invitations, resolution_watch, rules
from vergabe.votes import events as vote_events
from vergabe.votes import handlers as votes

Handler: TypeAlias = Callable[..., None]
"""handler(session, event, *, event_id: UUID, now: datetime) -> None"""


def tell_suppliers(
    session: Session, event: NoticePublished, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Invite suppliers whose profile fits a new notice; tell those registered of later ones."""
    notice = session.get_one(Notice, event.notice_id)
    tender, cause = notice.tender, f"notice:{notice.id}"
    if event.kind == "contract_notice":
        if not rules.is_open_for_bids(rules.Stage(tender.stage), tender.submission_deadline, now):
            return  # the worker stood still: nobody is invited to what is over
        inviting.invite_matching(session, invitations.facts_of(tender), cause=cause, now=now)
        return
    subject, body = letters.news_of(notice)
    following.tell_registered(
        session,
        notice.tender_id,
        cause=cause,
        kind=event.kind,
        subject=subject,
        body=body,
        now=now,
        link=invitations.public_page(tender),
    )


FLOW: Final[Mapping[type[Event], tuple[Handler, ...]]] = {
    ResolutionRevoked: (resolution_watch.note_revocation,),
    pool_events.ConsultationStarted: (
        pools.tell_of_consultation,
        forwarding.consultation_started,
    ),
    pool_events.CommentWritten: (pools.tell_of_comment,),
    pool_events.PoolReshaped: (pools.tell_of_new_shape,),
    pool_events.JoiningOpened: (pools.tell_of_joining_window, forwarding.joining_opened),
    pool_events.MemberJoined: (pools.tell_of_joining, forwarding.member_joined),
    pool_events.MemberStayedOut: (pools.tell_of_staying_out,),
    pool_events.LaterJoinerNamed: (pools.tell_of_later_joiner,),
    pool_events.LaterJoinerJoined: (pools.tell_of_later_joining,),
    pool_events.WithdrawalAsked: (pools.tell_of_withdrawal,),
    pool_events.WithdrawalDecided: (pools.tell_of_decided_withdrawal,),
    pool_events.PoolEnded: (pools.tell_of_end, forwarding.pool_ended),
    vote_events.VoteOpened: (votes.tell_of_opening,),
    vote_events.VoteClosed: (votes.tell_of_closing,),
    NoticePublished: (
        notices.tell_buyers,
        tell_suppliers,
        outages.settle_open_cases,
        costs.tell_of_effort_without_award,
        forwarding.notice_published,
    ),
    DeliveryNews: (deliveries.tell_officers, forwarding.delivery_news),
    enquiry_events.EnquiryReceived: (enquiries.tell_officers, forwarding.enquiry_received),
    enquiry_events.AnswerPublished: (enquiries.tell_answer, forwarding.answer_published),
    ExaminationFailed: (finding.examine_again,),
    MailUnsubscribed: (suppliers.leave_after_unsubscribing,),
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
