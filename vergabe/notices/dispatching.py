"""The workers' part: claim what is due, ask or render, check and send, write down the answer.

Three short transactions around what takes long: claim; write down that something leaves now, with
its bytes; write down what was answered. Whoever dies in between leaves the state `sending`, and the
next worker asks the other end whether it has arrived before anything is sent again.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.db import reading, unit_of_work
from vergabe.files import service as files
from vergabe.notices import preparing, releasing, returning
from vergabe.notices.answering import House, hear
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.model import Notice
from vergabe.notices.ordering import note
from vergabe.notices.preparing import Prepared
from vergabe.notices.rules import FINAL, Heard, State
from vergabe.notices.senders.parcels import Address, Answer, Parcel, Sender
from vergabe.tenders import queries as tenders
from vergabe.tenders.outlet import Outlet

logger = logging.getLogger(__name__)

LEASE: Final = dt.timedelta(minutes=10)
MARGIN: Final = dt.timedelta(minutes=4)
"""Nothing is sent this short before the lease ends: another worker could take the delivery over."""
BATCH: Final = 10
WORKER: Final = Actor.operator("Hintergrunddienst")


@dataclass(frozen=True)
class Desk:
    """What a worker has at hand; sdk: place of the official rules, if there are any."""

    sender: Sender
    outlet: Outlet
    house: House
    sdk: Path | None = None


@dataclass(frozen=True)
class Claim:
    """A delivery that belongs to this worker until an instant (aware UTC)."""

    delivery_id: uuid.UUID
    tender_id: uuid.UUID
    token: uuid.UUID
    until: dt.datetime


def has_due(session: Session, *, now: dt.datetime) -> bool:
    """Return whether a delivery waits for a worker; asked before anything is locked."""
    due = (
        select(NoticeDelivery.id)
        .join(Notice, Notice.id == NoticeDelivery.notice_id)
        .where(NoticeDelivery.due_at <= now, _may_start())
        .limit(1)
    )
    return session.scalars(due).first() is not None


def _may_start() -> ColumnElement[bool]:
    """A notice waits until the one before it is published outside, or has ended there.

    What changes or cancels a notice refers to it, and the outside refuses it before (BT-758).
    """
    before, notice_before = aliased(NoticeDelivery), aliased(Notice)
    is_behind = (
        select(before.id)
        .join(notice_before, notice_before.id == before.notice_id)
        .where(
            notice_before.tender_id == Notice.tender_id,
            before.created_at < NoticeDelivery.created_at,
            before.state.in_([state for state in State if state not in FINAL]),
        )
        .exists()
    )
    return (NoticeDelivery.state != State.WAITING) | ~is_behind


def claim(
    session: Session,
    outlet: Outlet,
    *,
    now: dt.datetime,
    limit: int = BATCH,
    tender_id: uuid.UUID | None = None,
) -> list[Claim]:
    """Take deliveries that are due for this worker until `now` + LEASE; commit right afterwards.

    What another worker is just taking is skipped. What was handed to another outlet (before the
    settings changed) is left alone: only its own other end knows what became of it.
    """
    query = (
        select(NoticeDelivery)
        .join(Notice, Notice.id == NoticeDelivery.notice_id)
        .where(
            NoticeDelivery.due_at <= now,
            _may_start(),
            NoticeDelivery.leased_until.is_(None) | (NoticeDelivery.leased_until <= now),
            (NoticeDelivery.state == State.WAITING)
            | (NoticeDelivery.environment == outlet.environment[:300]),
        )
        .order_by(NoticeDelivery.due_at, NoticeDelivery.id)
        .limit(limit)
        .with_for_update(of=NoticeDelivery, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if tender_id is not None:
        query = query.where(Notice.tender_id == tender_id)
    taken = []
    for delivery in session.scalars(query):
        delivery.leased_until, delivery.lease_token = now + LEASE, ids.new_id()
        if delivery.state in (State.WAITING, State.SENDING):
            delivery.attempts += 1
        taken.append(
            Claim(
                delivery.id, delivery.notice.tender_id, delivery.lease_token, delivery.leased_until
            )
        )
    session.flush()
    return taken


def work(claimed: Claim, desk: Desk) -> None:
    """Do what a claimed delivery needs now, in transactions of its own (application context)."""
    with reading() as session:
        delivery = _mine(session, claimed)
        if delivery is None:
            return
        state, address = State(delivery.state), _address(delivery)
        tracking_code, reference = delivery.tracking_code, delivery.notice.tender.reference
        has_asked_to_stop = delivery.stop_asked_at is not None
    if state is State.SENDING:
        answer = desk.sender.find(address, reference)
        if answer.heard is not Heard.NOT_THERE:
            _write_down(claimed, desk, answer)
            return
        if has_asked_to_stop:
            # It never arrived and nobody wants it to: stopped without a word to the outside.
            _write_down(claimed, desk, Answer(Heard.STOPPED, "Vor dem Versand angehalten."))
            return
        state = State.WAITING
    if state is State.WAITING:
        _send(claimed, desk)
    elif state is State.STOPPING:
        _write_down(claimed, desk, _stop(desk.sender, tracking_code, address, reference))
    else:
        _write_down(claimed, desk, _ask(desk.sender, tracking_code, address, reference))


def _ask(sender: Sender, tracking_code: str | None, address: Address, reference: str) -> Answer:
    return sender.ask(tracking_code) if tracking_code else sender.find(address, reference)


def _stop(sender: Sender, tracking_code: str | None, address: Address, reference: str) -> Answer:
    """Ask where it stands, and stop what is still under way; asking again does no harm."""
    answer = _ask(sender, tracking_code, address, reference)
    code = tracking_code or answer.tracking_code
    if code is None or answer.heard not in (Heard.HANDED_OVER, Heard.ACCEPTED):
        return answer
    return sender.stop(code)


def _send(claimed: Claim, desk: Desk) -> None:
    with reading() as session:
        delivery = _mine(session, claimed)
        if delivery is None:
            return
        kind = desk.outlet.kind
        draft = preparing.render(session, delivery, desk.house, kind=kind, now=clock.now())
    prepared = preparing.judged(draft, desk.sdk)
    if clock.read() > claimed.until - MARGIN:
        logger.warning("notice took too long to prepare", extra={"id": str(claimed.delivery_id)})
        return
    parcel = _write_intent(claimed, desk, prepared)
    if parcel is not None:
        _write_down(claimed, desk, desk.sender.send(parcel))


def _write_intent(claimed: Claim, desk: Desk, prepared: Prepared) -> Parcel | None:
    """Write down what leaves now, before it does; None if it may not or somebody was quicker."""
    with _locked(claimed) as (session, delivery):
        if delivery is None:
            return None
        now, notice = clock.now(), delivery.notice
        delivery.state = State.WAITING
        if delivery.stop_asked_at is not None:
            delivery.reasons = []
            _end(session, delivery, State.STOPPED, "Vor dem Versand angehalten.", now=now)
            return None
        document = prepared.outgoing
        if document is not None:
            kept = files.keep_bytes(session, desk.house.store, document.xml, now=now)
            delivery.xml_sha256, delivery.document_format = kept.sha256, document.format
            preparing.keep_verdict(session, delivery, prepared.verdict, now=now)
        if document is None or prepared.reasons:
            delivery.reasons = [reason.as_dict() for reason in prepared.reasons]
            _end(session, delivery, State.BLOCKED, "Nicht gesendet.", now=now)
            return None
        delivery.outlet, delivery.environment = (
            desk.outlet.kind,
            desk.outlet.environment[:300],
        )
        delivery.state = State.SENDING
        note(session, delivery, "attempt", "Wird gesendet.", now=now, by_name=WORKER.name)
        tender = notice.tender
        return Parcel(
            address=_address(delivery),
            reference=tender.reference,
            title=tender.title,
            kind=notice.kind,
            subtype=document.subtype,
            xml=document.xml,
            issued_at=prepared.issued_at,
            author_email=tender.contact.get("email") or tender.lead.email or "",
            publish_to_ted=document.publish_to_ted,
        )


def _end(
    session: Session, delivery: NoticeDelivery, state: State, text: str, *, now: dt.datetime
) -> None:
    delivery.leased_until = delivery.lease_token = None
    note(session, delivery, str(state), text, now=now, by_name=WORKER.name)
    returning.end(session, WORKER, delivery, state, now=now)


def _write_down(claimed: Claim, desk: Desk, answer: Answer) -> None:
    with _locked(claimed) as (session, delivery):
        if delivery is None:
            logger.warning("answer came too late", extra={"id": str(claimed.delivery_id)})
            return
        state = hear(session, WORKER, delivery, answer, desk.house, now=clock.now())
        logger.info(
            "notice delivery",
            extra={"id": str(delivery.id), "heard": str(answer.heard), "state": str(state)},
        )


@contextmanager
def _locked(claimed: Claim) -> Iterator[tuple[Session, NoticeDelivery | None]]:
    """Give a unit of work with tender and delivery locked in this order; None: no longer ours."""
    with unit_of_work() as session:
        tenders.locked_tender(session, WORKER, claimed.tender_id)
        yield session, _mine(session, claimed, lock=True)


def _mine(session: Session, claimed: Claim, *, lock: bool = False) -> NoticeDelivery | None:
    query = select(NoticeDelivery).where(
        NoticeDelivery.id == claimed.delivery_id, NoticeDelivery.lease_token == claimed.token
    )
    if lock:
        query = query.with_for_update(of=NoticeDelivery)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _address(delivery: NoticeDelivery) -> Address:
    return Address(delivery.notice.notice_uuid, delivery.version_number)


def due_releases(session: Session, *, now: dt.datetime, limit: int = BATCH) -> list[uuid.UUID]:
    """Return the deliveries whose waiting notice may become public now."""
    return list(
        session.scalars(
            select(NoticeDelivery.id)
            .where(NoticeDelivery.release_at <= now)
            .order_by(NoticeDelivery.release_at)
            .limit(limit)
        )
    )


def release_one(delivery_id: uuid.UUID, house: House) -> bool:
    """Make a waiting notice public whose time has come; return whether this did it."""
    with unit_of_work() as session:
        found = session.get(NoticeDelivery, delivery_id)
        if found is None:
            return False
        tenders.locked_tender(session, WORKER, found.notice.tender_id)
        session.refresh(found)
        session.refresh(found.notice)
        now = clock.now()
        if (
            found.release_at is None
            or found.release_at > now
            or found.notice.stage != "sent"
            or found.state not in (State.ACCEPTED, State.PUBLISHED)
        ):
            return False
        releasing.release_held(
            session, WORKER, found, now=now, store=house.store, base_url=house.base_url
        )
        note(
            session,
            found,
            "released",
            "Hier veröffentlicht: 48 Stunden nach der Bestätigung des Eingangs.",
            now=now,
            by_name=WORKER.name,
        )
        return True
