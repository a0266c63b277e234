"""What belongs to a tender's file, as JSON values; addresses of others are left out."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, joinedload, selectinload

from vergabe.access.actor import Actor
from vergabe.cooperations import papers
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Mandate, Resolution
from vergabe.db import Base
from vergabe.deadlines.model import Deadline
from vergabe.demands.model import Demand
from vergabe.enquiries import queries as enquiries
from vergabe.enquiries.model import Answer, Enquiry
from vergabe.messages.model import Message
from vergabe.pools.model import Pool, PoolComment, PoolDemand, Withdrawal
from vergabe.tenders import gates
from vergabe.tenders.model import Lot, Tender

Json = dict[str, Any]
# What other members learn of a closed session; a list of what may be told, so that no new column
# gets out by itself.
_OF_CLOSED_SESSIONS: Final = frozenset(
    {
        *("id", "cooperation_id", "organisation_id", "pool_id", "subject", "kind", "body"),
        *("decided_on", "item_number", "result", "is_public", "revoked_on", "recorded_at"),
    }
)


def row(found: Base, *, leave_out: Collection[str] = ()) -> Json:
    """Return the columns of a row as JSON values: ids and days as text, instants ISO 8601 UTC."""
    return {
        attribute.key: value(getattr(found, attribute.key))
        for attribute in inspect(type(found)).column_attrs
        # What the database computes from other columns says nothing of its own.
        if attribute.key not in leave_out
        and getattr(attribute.columns[0], "computed", None) is None
    }


def value(found: Any) -> Any:
    """Return one value as JSON has it."""
    if isinstance(found, dt.datetime):
        return found.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(found, dt.date):
        return found.isoformat()
    if isinstance(found, uuid.UUID | Decimal):
        return str(found)
    return found


def is_of_the_lead(actor: Actor, tender: Tender) -> bool:
    """Return whether the actor stands on the side that runs the procedure."""
    return actor.is_operator or actor.organisation_id == tender.lead_organisation_id


def tender(found: Tender) -> Json:
    """Return a tender as it is now, with its buyers, lots, lines, shares and criteria."""
    return row(found) | {
        "lead": found.lead.name,
        "buyers": [row(b) | {"organisation": b.organisation.name} for b in found.buyers],
        "lots": [_lot(lot) for lot in found.lots],
        "criteria": [row(criterion) for criterion in found.criteria],
        "documents": [row(document) for document in found.documents],
    }


def _lot(lot: Lot) -> Json:
    return row(lot) | {
        "items": [row(i) | {"shares": [row(share) for share in i.shares]} for i in lot.items]
    }


def pool(session: Session, found: Tender) -> Json:
    """Return the pool behind a tender: demands, consultation, joining, withdrawals."""
    pool_id = found.pool_id
    entries = session.execute(
        select(PoolDemand, Demand)
        .join(Demand, Demand.id == PoolDemand.demand_id)
        .where(PoolDemand.pool_id == pool_id)
        .options(joinedload(Demand.organisation))
        .order_by(Demand.reference)
    )
    whole = session.get_one(Pool, pool_id)
    comments = session.scalars(
        select(PoolComment)
        .where(PoolComment.pool_id == pool_id)
        .options(joinedload(PoolComment.organisation))
        .order_by(PoolComment.at)
    )
    withdrawals = session.scalars(
        select(Withdrawal)
        .where(Withdrawal.pool_id == pool_id)
        .options(joinedload(Withdrawal.organisation), selectinload(Withdrawal.consents))
        .order_by(Withdrawal.requested_at)
    )
    return row(whole) | {
        "demands": [
            row(entry)
            | {
                "reference": demand.reference,
                "title": demand.title,
                "organisation": demand.organisation.name,
                "stage": demand.stage,
            }
            for entry, demand in entries
        ],
        "comments": [row(c) | {"organisation": c.organisation.name} for c in comments],
        "joinings": [row(j) | {"organisation": j.organisation.name} for j in whole.joinings],
        "withdrawals": [
            row(w) | {"organisation": w.organisation.name, "consents": [row(c) for c in w.consents]}
            for w in withdrawals
        ],
    }


def gates_now(session: Session, found: Tender, *, now: dt.datetime) -> list[Json]:
    """Return every gate as it stands at this instant, with its reasons."""
    return [
        {
            "key": gate.key,
            "title": gate.title,
            "is_open": not gate.reasons,
            "reasons": [reason.as_dict() for reason in gate.reasons],
        }
        for gate in gates.all_gates(session, found, now=now)
    ]


def resolutions(session: Session, found: Tender) -> list[Resolution]:
    """Return the resolutions of the participants on the joining and on this pool."""
    participants = [buyer.organisation_id for buyer in found.buyers]
    return [
        resolution
        for resolution in cooperations.resolutions(
            session, found.cooperation_id, participants, with_papers=True
        )
        if resolution.pool_id in (None, found.pool_id)
    ]


def resolution(actor: Actor, found: Resolution) -> Json:
    """Return a resolution with the papers that the actor may open.

    Of one taken in closed session others learn what its public extract says.
    """
    told = row(found)
    if not cooperations.may_read_resolution(actor, found):
        told = {name: told[name] for name in told if name in _OF_CLOSED_SESSIONS}
    return told | {
        "organisation": found.organisation.name,
        "papers": [
            row(paper, leave_out=("added_by_id",)) for paper in papers.readable(actor, found)
        ],
    }


def mandates(session: Session, actor: Actor, found: Tender) -> list[Mandate]:
    """Return the mandates of the participants for the lead that the actor gave or holds."""
    participants = [buyer.organisation_id for buyer in found.buyers]
    return [
        mandate
        for mandate in cooperations.mandates(session, found.cooperation_id, participants)
        if actor.is_operator or actor.organisation_id in (mandate.grantor_id, mandate.grantee_id)
    ]


def mandate(found: Mandate) -> Json:
    """Return a mandate with the names of both parties."""
    return row(found) | {"grantor": found.grantor.name, "grantee": found.grantee.name}


def deadlines(session: Session, found: Tender) -> list[Json]:
    """Return all deadlines of the tender and of its pool, with their calculation."""
    rows = session.scalars(
        select(Deadline)
        .where(Deadline.subject_id.in_([found.id, found.pool_id]))
        .order_by(Deadline.due_at, Deadline.created_at)
    )
    return [row(deadline) for deadline in rows]


def questions(session: Session, actor: Actor, found: Tender) -> Json:
    """Return the published answers; for the lead the questions as asked as well.

    Who asked is named to the lead alone, and never with an e-mail address.
    """
    answers: Sequence[Answer] = enquiries.published_answers(session, found.id)
    told: Json = {"answers": [row(answer) for answer in answers]}
    if is_of_the_lead(actor, found):
        asked = enquiries.all_enquiries(session, found.id)
        told["questions"] = [_question(found, enquiry) for enquiry in asked]
    return told


def _question(found: Tender, enquiry: Enquiry) -> Json:
    """Return a question; is_timely: as it stood when asked, counts_as_timely: as it stands now."""
    name = enquiry.organisation.name if enquiry.organisation else "ohne Registrierung"
    return row(enquiry, leave_out=("address",)) | {
        "asked_by": name,
        "counts_as_timely": enquiries.came_in_time(found, enquiry),
    }


def messages(session: Session, actor: Actor, found: Tender) -> list[Json]:
    """Return the messages sent about a tender: subject, hash and times, no address, no text.

    Which firm a message went to is named to the lead alone.
    """
    rows = session.scalars(
        select(Message)
        .where(Message.tender_id == found.id)
        .options(joinedload(Message.organisation), selectinload(Message.mails))
        .order_by(Message.delivered_at, Message.id)
    )
    return [_message(message, names=is_of_the_lead(actor, found)) for message in rows]


def _message(message: Message, *, names: bool) -> Json:
    kind = "address" if message.address else "person" if message.user_id else "organisation"
    told: Json = {
        "id": str(message.id),
        "kind": message.kind,
        "reader": kind,
        "subject": message.subject,
        "content_sha256": message.content_sha256,
        "delivered_at": value(message.delivered_at),
        "first_read_at": value(message.first_read_at),
        "mails": [{"state": m.state, "sent_at": value(m.sent_at)} for m in message.mails],
    }
    if names and message.organisation is not None:
        told["organisation"] = message.organisation.name
    return told
