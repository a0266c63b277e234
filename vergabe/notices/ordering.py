"""Giving a version of a notice to the workers, who render, check and send it."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.errors import Refused
from vergabe.notices.delivery_model import RAW_MAX, DeliveryEvent, NoticeDelivery
from vergabe.notices.model import Notice
from vergabe.notices.rules import State
from vergabe.notices.senders.parcels import Address
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet
from vergabe.tenders.recording import record

MOST_VERSIONS: Final = 99


def order(
    session: Session, actor: Actor, notice: Notice, outlet: Outlet, *, now: dt.datetime
) -> NoticeDelivery:
    """Write down that the present version of a notice has to leave the house, and return it."""
    delivery = NoticeDelivery(
        id=ids.new_id(),
        notice_id=notice.id,
        notice=notice,
        lead_organisation_id=notice.tender.lead_organisation_id,
        version_number=notice.version_number,
        outlet=outlet.kind,
        environment=outlet.environment[:300],
        state=State.WAITING,
        idempotency_key=Address(notice.notice_uuid, notice.version_number).key,
        created_at=now,
        due_at=now,
        reasons=[],
    )
    session.add(delivery)
    session.flush()
    note(session, delivery, "ordered", "Zum Versand gegeben.", now=now, by_name=actor.name)
    record(
        session,
        actor,
        notice.tender,
        "notice_ordered",
        f"Die Bekanntmachung {delivery.idempotency_key} wurde zum Versand gegeben.",
        now=now,
        notice_id=str(notice.id),
        kind=notice.kind,
        outlet=str(outlet.kind),
    )
    return delivery


def next_version(session: Session, tender: Tender) -> tuple[uuid.UUID, int]:
    """Return notice id and version for the first notice of a tender.

    A notice that was rejected or stopped before it was public is corrected under the same id with
    a higher version, and describes no changes (BT-701, BT-757).
    """
    rejected = session.execute(
        select(Notice.notice_uuid, func.max(Notice.version_number))
        .where(Notice.tender_id == tender.id, Notice.stage == "rejected")
        .group_by(Notice.notice_uuid)
    ).first()
    if rejected is None:
        return uuid.uuid4(), 1
    notice_uuid, last = rejected
    return notice_uuid, risen(last)


def risen(version_number: int) -> int:
    """Return the version after this one; Refused when there is no number left."""
    if version_number >= MOST_VERSIONS:
        raise Refused(
            "no_version_left",
            "Diese Bekanntmachung wurde schon 99 Mal eingereicht; mehr Fassungen gibt es nicht.",
        )
    return version_number + 1


def note(
    session: Session,
    delivery: NoticeDelivery,
    kind: str,
    summary: str,
    *,
    now: dt.datetime,
    by_name: str,
    http_status: int | None = None,
    raw: str = "",
) -> None:
    """Append something that happened to a delivery; of an answer a part is kept as received."""
    session.add(
        DeliveryEvent(
            delivery_id=delivery.id,
            at=now,
            kind=kind,
            summary=summary,
            by_name=by_name,
            http_status=http_status,
            raw=raw.replace("\x00", "")[:RAW_MAX],
        )
    )
    session.flush()
