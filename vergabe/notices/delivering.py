"""What officers do with a delivery: confirm by hand, stop, send a corrected version, try now."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.cooperations.task_rules import Step
from vergabe.errors import InvalidInput, NotFound, Refused, Violation
from vergabe.exchange.doe import OutsideFinding
from vergabe.exchange.plain_text import many_lines, one_line
from vergabe.notices import ordering, returning, rules
from vergabe.notices.answering import House, hear
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.model import Notice
from vergabe.notices.ordering import note
from vergabe.notices.rules import Heard, State
from vergabe.notices.senders.parcels import Answer
from vergabe.tenders.changing import tender_to_change
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet, OutletKind
from vergabe.tenders.recording import record

NUMBER_MAX: Final = 100
URL_MAX: Final = 1000
TEXT_MAX: Final = 4000
SHORTEST_REASON: Final = 10


def confirm_receipt(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    delivery_id: uuid.UUID,
    *,
    accepted_at: dt.datetime,
    now: dt.datetime,
    house: House,
) -> NoticeDelivery:
    """Note that the Publications Office has confirmed the receipt; the 48 hours run from then.

    accepted_at: aware UTC, as the confirmation says. The same confirmation again changes nothing.
    """
    delivery = _locked(session, actor, tender_id, delivery_id)
    if delivery.accepted_at == accepted_at:
        return delivery
    if delivery.accepted_at is not None:
        raise Refused(
            "receipt_confirmed",
            "Der Eingang ist schon bestätigt. Ist der Zeitpunkt falsch, wenden Sie sich an den "
            "Betrieb: Von ihm hängt ab, ab wann veröffentlicht werden darf.",
        )
    _refuse(rules.reasons_against_confirming(_state(delivery), is_folder=_is_folder(delivery)))
    _require_between(accepted_at, delivery.sent_at, now, field="accepted_at")
    answer = Answer(Heard.ACCEPTED, "Eingang von Hand bestätigt.", accepted_at=accepted_at)
    hear(session, actor, delivery, answer, house, now=now)
    return delivery


def confirm_publication(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    delivery_id: uuid.UUID,
    *,
    published_at: dt.datetime,
    number: str,
    url: str = "",
    now: dt.datetime,
    house: House,
) -> NoticeDelivery:
    """Note that the EU has published a notice; one that waited for it is public here at once.

    published_at: aware UTC; number: as TED gives it, e.g. 123456-2026; url: its address, or empty.
    A second click finds it noted and changes nothing.
    """
    delivery = _locked(session, actor, tender_id, delivery_id)
    if delivery.state == State.PUBLISHED:
        return delivery
    _refuse(rules.reasons_against_confirming(_state(delivery), is_folder=_is_folder(delivery)))
    number = one_line(number, max_length=NUMBER_MAX, field="publication_number")
    if not number:
        raise InvalidInput(
            "publication_number_missing",
            "Bitte geben Sie die Nummer an, unter der TED die Bekanntmachung veröffentlicht hat.",
            field="publication_number",
        )
    url = one_line(url, max_length=URL_MAX, field="publication_url")
    if url and not url.startswith(("https://", "http://")):
        raise InvalidInput(
            "publication_url_invalid",
            "Die Adresse muss mit https:// beginnen.",
            field="publication_url",
        )
    _require_between(published_at, delivery.sent_at, now, field="published_at")
    answer = Answer(
        Heard.PUBLISHED,
        f"Veröffentlichung von Hand bestätigt, Nummer {number}.",
        published_at=published_at,
        publication_number=number,
        publication_url=url or None,
    )
    hear(session, actor, delivery, answer, house, now=now)
    return delivery


def confirm_rejection(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    delivery_id: uuid.UUID,
    *,
    reason: str,
    now: dt.datetime,
    house: House,
) -> NoticeDelivery:
    """Note that the outside has rejected a version; a second click changes nothing."""
    delivery = _locked(session, actor, tender_id, delivery_id)
    if delivery.state == State.REJECTED:
        return delivery
    _refuse(rules.reasons_against_confirming(_state(delivery), is_folder=_is_folder(delivery)))
    reason = many_lines(reason, max_length=TEXT_MAX, field="reason")
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(
            "reason_missing",
            f"Bitte geben Sie an, was beanstandet wurde (mindestens {SHORTEST_REASON} Zeichen).",
            field="reason",
        )
    answer = Answer(
        Heard.REJECTED,
        "Zurückweisung von Hand vermerkt.",
        findings=(OutsideFinding("von Hand", "", "", reason),),
    )
    hear(session, actor, delivery, answer, house, now=now)
    return delivery


def stop(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    delivery_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> NoticeDelivery:
    """Stop a version that is not public yet, and return it; a second click changes nothing.

    What never left, and what lies in a folder (whoever carried it on has withdrawn it there), is
    stopped at once; the Datenservice is asked by the workers, and may be too late.
    """
    delivery = _locked(session, actor, tender_id, delivery_id)
    if delivery.state == State.STOPPED or delivery.stop_asked_at is not None:
        return delivery
    is_public = delivery.notice.stage == "published"
    _refuse(rules.reasons_against_stopping(_state(delivery), is_public=is_public))
    delivery.stop_asked_at = now
    delivery.release_at = None
    note(session, delivery, "stop_asked", "Anhalten gewünscht.", now=now, by_name=actor.name)
    record(
        session,
        actor,
        delivery.notice.tender,
        "notice_stop_asked",
        f"Die Bekanntmachung {delivery.idempotency_key} soll angehalten werden.",
        now=now,
        notice_id=str(delivery.notice_id),
    )
    state = _state(delivery)
    is_with_us = state is State.WAITING and delivery.lease_token is None
    if is_with_us or (_is_folder(delivery) and state in rules.OUTSIDE):
        returning.end(session, actor, delivery, State.STOPPED, now=now)
    elif state in rules.OUTSIDE:
        delivery.state, delivery.due_at = State.STOPPING, now
    else:
        delivery.due_at = now  # on its way this moment: the worker looks what became of it
    session.flush()
    return delivery


def send_again(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    delivery_id: uuid.UUID,
    *,
    outlet: Outlet,
    now: dt.datetime,
) -> NoticeDelivery:
    """Order a corrected version of a notice that is public here but was not taken outside.

    The same notice id, a higher version, no description of changes. Refused while an earlier
    version is under way, and for a notice that is not public: its tender is published again.
    """
    delivery = _locked(session, actor, tender_id, delivery_id)
    notice = delivery.notice
    newest = _newest(session, notice)
    if newest.id != delivery.id:
        return newest
    reasons = rules.reasons_against_sending_again(
        _state(delivery), is_public=notice.stage == "published"
    )
    if outlet.kind is OutletKind.NONE and not reasons:
        reasons = [
            Violation(
                "no_outlet",
                "Der Betrieb hat keinen Versand eingerichtet (VERGABE_NOTICE_SENDER).",
            )
        ]
    _refuse(reasons)
    notice.version_number = ordering.risen(notice.version_number)
    return ordering.order(session, actor, notice, outlet, now=now)


def hurry(session: Session, actor: Actor, tender_id: uuid.UUID, *, now: dt.datetime) -> int:
    """Let the workers look at all deliveries of a tender now; return how many are under way."""
    tender = _tender(session, actor, tender_id)
    under_way = session.scalars(
        select(NoticeDelivery)
        .join(Notice, Notice.id == NoticeDelivery.notice_id)
        .where(Notice.tender_id == tender.id, NoticeDelivery.due_at.is_not(None))
        .with_for_update(of=NoticeDelivery)
        .execution_options(populate_existing=True)
    ).all()
    for delivery in under_way:
        delivery.due_at = min(delivery.due_at or now, now)
    session.flush()
    return len(under_way)


def _tender(session: Session, actor: Actor, tender_id: uuid.UUID) -> Tender:
    """Return the tender, locked, for somebody who may publish it."""
    return tender_to_change(session, actor, tender_id, version=None, action=None, step=Step.PUBLISH)


def _locked(
    session: Session, actor: Actor, tender_id: uuid.UUID, delivery_id: uuid.UUID
) -> NoticeDelivery:
    tender = _tender(session, actor, tender_id)
    found = session.scalars(
        select(NoticeDelivery)
        .join(Notice, Notice.id == NoticeDelivery.notice_id)
        .where(NoticeDelivery.id == delivery_id, Notice.tender_id == tender.id)
        .with_for_update(of=NoticeDelivery)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("Der Versand")
    return found


def _newest(session: Session, notice: Notice) -> NoticeDelivery:
    return session.scalars(
        select(NoticeDelivery)
        .where(NoticeDelivery.notice_id == notice.id)
        .order_by(NoticeDelivery.version_number.desc())
        .limit(1)
    ).one()


def _state(delivery: NoticeDelivery) -> State:
    return State(delivery.state)


def _is_folder(delivery: NoticeDelivery) -> bool:
    return delivery.outlet == OutletKind.FOLDER


def _refuse(reasons: list[Violation]) -> None:
    if reasons:
        raise Refused.because(reasons[0].code, reasons[0].message, reasons)


def _require_between(
    instant: dt.datetime, earliest: dt.datetime | None, latest: dt.datetime, *, field: str
) -> None:
    # People read minutes off a confirmation; the file was written with seconds.
    floor = earliest.replace(second=0, microsecond=0) if earliest else instant
    if not floor <= instant <= latest:
        raise InvalidInput(
            "instant_out_of_range",
            "Der Zeitpunkt muss zwischen der Absendung und jetzt liegen.",
            field=field,
        )
