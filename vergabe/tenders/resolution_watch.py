"""Resolutions revoked while a procedure is public: it goes on, and everybody concerned knows.

What was published stays binding towards bidders, so a revocation stops nothing by itself. It stands
in the record of the procedure, the lead and all members that buy are told, and the list of gates
shows it until the body has decided anew: before later acts (amendment, award, cancellation) people
must look at it.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.events import ResolutionRevoked
from vergabe.cooperations.model import Resolution, TaskArea
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.tenders.mandate_watch import RUNNING
from vergabe.tenders.model import Tender, TenderBuyer
from vergabe.tenders.recording import record


def note_revocation(
    session: Session, event: ResolutionRevoked, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Write a revocation into the record of each running procedure concerned; tell all buyers."""
    resolution = session.get_one(Resolution, event.resolution_id)
    for tender in _running(session, resolution):
        sentence = _sentence(resolution)
        record(
            session,
            Actor.operator("Zusammenarbeit"),
            tender,
            "resolution_revoked_while_running",
            f"{sentence} Das Verfahren {tender.reference} läuft weiter.",
            now=now,
            resolution_id=str(resolution.id),
            organisation_id=str(resolution.organisation_id),
            revoked_on=event.revoked_on.isoformat(),
        )
        # While the EU has not published it, only people of the house know of the procedure.
        what = "veröffentlichte" if tender.public_since else "zur Veröffentlichung abgesandte"
        concerned = [tender.lead_organisation_id, *_buying(tender)]
        messages.send_many(
            session,
            [Reader(organisation_id=each) for each in dict.fromkeys(concerned)],
            cause=f"resolution-revoked:{resolution.id}:{tender.id}",
            kind="tender",
            subject=f"{tender.reference}: Beschluss aufgehoben, Verfahren läuft weiter",
            body=(
                f"{sentence}\n\nDas {what} Verfahren „{tender.title}“ läuft weiter. Vor "
                "weiteren Schritten, vor allem vor dem Zuschlag, klären Sie bitte, ob neu "
                "beschlossen wird; bis dahin stehen die Voraussetzungen auf unvollständig."
            ),
            tender_id=tender.id,
            link=f"/vergabeverfahren/{tender.id}/voraussetzungen",
            now=now,
        )


def _running(session: Session, resolution: Resolution) -> Sequence[Tender]:
    """Return the public procedures of a member that its resolution was needed for."""
    query = (
        select(Tender)
        .join(TenderBuyer, TenderBuyer.tender_id == Tender.id)
        .where(
            Tender.cooperation_id == resolution.cooperation_id,
            Tender.stage.in_(RUNNING),
            TenderBuyer.organisation_id == resolution.organisation_id,
            TenderBuyer.buys,
        )
        .order_by(Tender.id)
    )
    if resolution.pool_id is not None:
        query = query.where(Tender.pool_id == resolution.pool_id)
    return [
        tender
        for tender in session.scalars(query)
        if resolution.subject in session.get_one(TaskArea, tender.pool.area_id).required_resolutions
    ]


def _buying(tender: Tender) -> list[uuid.UUID]:
    return [buyer.organisation_id for buyer in tender.buyers if buyer.buys]


def _sentence(resolution: Resolution) -> str:
    return (
        f"{resolution.organisation.name} hat den Beschluss vom {resolution.decided_on:%d.%m.%Y} "
        f"({resolution.body}) zum {resolution.revoked_on:%d.%m.%Y} aufgehoben."
    )


def warnings(session: Session, tender: Tender, *, now: dt.datetime) -> list[str]:
    """Return a sentence for each resolution revoked since the publication of a running procedure.

    A body that has decided anew since then is not mentioned.
    """
    if tender.stage not in RUNNING or tender.published_at is None:
        return []
    day, published_on = clock.berlin_day(now), clock.berlin_day(tender.published_at)
    found = cooperations.resolutions(session, tender.cooperation_id, _buying(tender))
    wanted = set(session.get_one(TaskArea, tender.pool.area_id).required_resolutions)
    return [
        f"{_sentence(gone)} Das Verfahren läuft weiter; vor weiteren Schritten ist das zu klären."
        for gone in found
        if gone.subject in wanted
        and gone.pool_id in (None, tender.pool_id)
        and gone.revoked_on is not None
        and published_on <= gone.revoked_on <= day
        and not any(_replaces(other, gone) for other in found)
    ]


def _replaces(other: Resolution, gone: Resolution) -> bool:
    return (
        other.revoked_on is None
        and gone.revoked_on is not None
        and other.decided_on >= gone.decided_on
        and other.id != gone.id
        and (other.organisation_id, other.subject, other.pool_id)
        == (gone.organisation_id, gone.subject, gone.pool_id)
    )
