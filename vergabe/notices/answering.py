"""Writing down what the outside answered, and what follows from it, in one transaction."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe import outbox
from vergabe.access.actor import Actor
from vergabe.files.store import FileStore
from vergabe.notices import releasing, returning, rules
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.events import DeliveryNews, News
from vergabe.notices.ordering import note
from vergabe.notices.rules import Heard, State
from vergabe.notices.senders.parcels import Answer
from vergabe.tenders.outlet import OutletKind
from vergabe.tenders.recording import record


@dataclass(frozen=True)
class House:
    """What making a notice public needs of the application."""

    store: FileStore
    base_url: str


def hear(
    session: Session,
    actor: Actor,
    delivery: NoticeDelivery,
    answer: Answer,
    house: House,
    *,
    now: dt.datetime,
) -> State:
    """Take in an answer and return the state after it; the lease is given back.

    The caller holds the locks of tender and delivery. An answer that says nothing new leaves no
    trace but the time of the next question.
    """
    before = State(delivery.state)
    after = rules.state_after(before, answer.heard)
    delivery.leased_until = delivery.lease_token = None
    _note(session, actor, delivery, answer, before, after, now=now)
    _take_facts(delivery, answer, after, now=now)
    if after is before:
        _stay(session, delivery, answer, now=now)
    elif after in rules.ENDED:
        delivery.reasons = [finding.as_dict() for finding in answer.findings]
        returning.end(session, actor, delivery, after, now=now)
    else:
        _move(session, actor, delivery, before, after, answer, now=now)
    _release_if_due(session, actor, delivery, house, now=now)
    session.flush()
    return State(delivery.state)


def _take_facts(
    delivery: NoticeDelivery, answer: Answer, after: State, *, now: dt.datetime
) -> None:
    delivery.tracking_code = delivery.tracking_code or answer.tracking_code
    delivery.publication_number = answer.publication_number or delivery.publication_number
    delivery.publication_url = answer.publication_url or delivery.publication_url
    if after in (*rules.OUTSIDE, State.PUBLISHED):
        delivery.sent_at = delivery.sent_at or now
    if delivery.accepted_at is None and (after is State.ACCEPTED or answer.accepted_at):
        delivery.accepted_at = _plausible(answer.accepted_at, delivery, now=now)
    if delivery.published_at is None and after is State.PUBLISHED:
        delivery.published_at = _plausible(answer.published_at, delivery, now=now)


def _plausible(
    said: dt.datetime | None, delivery: NoticeDelivery, *, now: dt.datetime
) -> dt.datetime:
    """Return when the other end says that something happened, `now` if it cannot have been then.

    Its clock puts nothing into our future, nor before the order: the 48 hours would end at once.
    """
    ordered_at = delivery.created_at.replace(second=0, microsecond=0)  # people read off minutes
    return said if said is not None and ordered_at <= said <= now else now


def _stay(session: Session, delivery: NoticeDelivery, answer: Answer, *, now: dt.datetime) -> None:
    """Plan the next attempt or question; trouble that lasts is told once."""
    state = State(delivery.state)
    if state in rules.FINAL:
        delivery.due_at = None
        return
    if state in rules.OUTSIDE:
        delivery.last_error = answer.text if answer.heard is Heard.UNCLEAR else None
        _plan_question(delivery, now=now)
        return
    _retry(session, delivery, answer, now=now)


def _retry(session: Session, delivery: NoticeDelivery, answer: Answer, *, now: dt.datetime) -> None:
    delivery.last_error = answer.text
    pause = rules.pause_after(delivery.attempts, wanted_seconds=answer.wait_seconds)
    delivery.due_at = now + pause
    if delivery.attempts == rules.TROUBLE_AFTER:
        _tell(session, delivery, News.TROUBLE, now=now)


def _move(
    session: Session,
    actor: Actor,
    delivery: NoticeDelivery,
    before: State,
    after: State,
    answer: Answer,
    *,
    now: dt.datetime,
) -> None:
    delivery.state = after
    if after is State.WAITING:
        # It certainly never arrived; who could not even write it down pauses first.
        _retry(session, delivery, answer, now=now)
        return
    delivery.last_error, delivery.attempts = None, 0
    notice = delivery.notice
    if before is State.SENDING:
        notice.sent_at = notice.sent_at or delivery.sent_at
        if notice.stage == "checked":
            notice.stage = "sent"
        if delivery.outlet == OutletKind.FOLDER and after is State.SENT:
            _tell(session, delivery, News.HANDED_OVER, now=now)
    _plan_question(delivery, now=now)
    if after is State.PUBLISHED:
        delivery.due_at = None
    elif delivery.stop_asked_at is not None:
        _go_on_stopping(delivery, now=now)
    record(
        session,
        actor,
        notice.tender,
        f"notice_{_ACTS[after]}",
        f"{_SENTENCES[after]}: {delivery.idempotency_key}.",
        now=now,
        notice_id=str(notice.id),
        version=delivery.version_number,
        tracking_code=delivery.tracking_code,
        document=delivery.xml_sha256,
        publication_number=delivery.publication_number,
    )


_ACTS = {
    State.SENT: "sent",
    State.ACCEPTED: "accepted",
    State.PUBLISHED: "published_outside",
}
_SENTENCES = {
    State.SENT: "Die Bekanntmachung ist abgesendet",
    State.ACCEPTED: "Der Eingang der Bekanntmachung ist bestätigt",
    State.PUBLISHED: "Die Bekanntmachung ist außen veröffentlicht",
}


def _go_on_stopping(delivery: NoticeDelivery, *, now: dt.datetime) -> None:
    """Keep to a wish that came while the notice was on its way."""
    if delivery.outlet == OutletKind.FOLDER:
        delivery.stop_asked_at = None  # the file is there now: whoever wants it back says so again
    else:
        delivery.state, delivery.due_at = State.STOPPING, now


def _plan_question(delivery: NoticeDelivery, *, now: dt.datetime) -> None:
    if delivery.outlet == OutletKind.FOLDER:
        delivery.due_at = None  # people answer for a folder
    else:
        delivery.due_at = rules.next_question(delivery.sent_at or now, now)


def _release_if_due(
    session: Session,
    actor: Actor,
    delivery: NoticeDelivery,
    house: House,
    *,
    now: dt.datetime,
) -> None:
    """Set when a waiting notice may become public, and make it public if that is now."""
    notice = delivery.notice
    is_waiting = notice.must_wait and notice.stage in ("checked", "sent")
    if not is_waiting or State(delivery.state) not in (
        State.ACCEPTED,
        State.PUBLISHED,
    ):
        return
    delivery.release_at = releasing.release_instant(
        notice.tender, accepted_at=delivery.accepted_at, published_at=delivery.published_at
    )
    if delivery.release_at is not None and delivery.release_at <= now:
        releasing.release_held(
            session, actor, delivery, now=now, store=house.store, base_url=house.base_url
        )


def _note(
    session: Session,
    actor: Actor,
    delivery: NoticeDelivery,
    answer: Answer,
    before: State,
    after: State,
    *,
    now: dt.datetime,
) -> None:
    last = delivery.events[-1] if delivery.events else None
    if after is before and last is not None and last.summary == answer.text:
        return
    note(
        session,
        delivery,
        str(answer.heard),
        answer.text,
        now=now,
        by_name=actor.name,
        http_status=answer.http_status,
        raw=answer.raw,
    )
    session.expire(delivery, ["events"])


def _tell(session: Session, delivery: NoticeDelivery, news: News, *, now: dt.datetime) -> None:
    outbox.emit(session, DeliveryNews(delivery.id, delivery.notice.tender_id, news), now=now)
