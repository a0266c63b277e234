"""JSON API of a notice's life outside."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.files import current
from vergabe.notices import delivering, delivery_queries
from vergabe.notices.answering import House
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.delivery_schema import (
    DeliveryListSchema,
    DeliverySchema,
    PublicationSchema,
    ReceiptSchema,
    RejectionSchema,
)
from vergabe.tenders import queries
from vergabe.tenders.outlet import Outlet
from vergabe.web import shell
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("deliveries", __name__, description="Versand von Bekanntmachungen")

_ONE = "/tenders/<uuid:tender_id>/deliveries/<uuid:delivery_id>"


@api.get("/tenders/<uuid:tender_id>/deliveries")
@requires(Permission.VIEW_TENDERS)
@api.response(200, DeliveryListSchema)
def deliveries(tender_id: uuid.UUID) -> Any:
    """Alle Einreichungen der Bekanntmachungen eines Verfahrens, die neueste zuerst."""
    session = db.session()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    lives = delivery_queries.lives_of(session, tender.id)
    return {"items": [delivery for life in lives for delivery in life.deliveries]}


@api.post(f"{_ONE}/receipt")
@requires(Permission.PUBLISH_TENDERS)
@commits
@api.arguments(ReceiptSchema)
@api.response(200, DeliverySchema)
def confirm_receipt(
    body: dict[str, Any], tender_id: uuid.UUID, delivery_id: uuid.UUID
) -> NoticeDelivery:
    """Den Eingang von Hand bestätigen (Ordner); davon laufen die 48 Stunden."""
    return delivering.confirm_receipt(
        db.session(), current_actor(), tender_id, delivery_id, **body, **_surroundings()
    )


@api.post(f"{_ONE}/publication")
@requires(Permission.PUBLISH_TENDERS)
@commits
@api.arguments(PublicationSchema)
@api.response(200, DeliverySchema)
def confirm_publication(
    body: dict[str, Any], tender_id: uuid.UUID, delivery_id: uuid.UUID
) -> NoticeDelivery:
    """Die Veröffentlichung von Hand bestätigen (Ordner)."""
    return delivering.confirm_publication(
        db.session(),
        current_actor(),
        tender_id,
        delivery_id,
        published_at=body["published_at"],
        number=body["publication_number"],
        url=body["publication_url"],
        **_surroundings(),
    )


@api.post(f"{_ONE}/rejection")
@requires(Permission.PUBLISH_TENDERS)
@commits
@api.arguments(RejectionSchema)
@api.response(200, DeliverySchema)
def confirm_rejection(
    body: dict[str, Any], tender_id: uuid.UUID, delivery_id: uuid.UUID
) -> NoticeDelivery:
    """Eine Zurückweisung von Hand vermerken (Ordner)."""
    return delivering.confirm_rejection(
        db.session(), current_actor(), tender_id, delivery_id, **body, **_surroundings()
    )


@api.post(f"{_ONE}/stop")
@requires(Permission.PUBLISH_TENDERS)
@commits
@api.response(200, DeliverySchema)
def stop(tender_id: uuid.UUID, delivery_id: uuid.UUID) -> NoticeDelivery:
    """Eine Bekanntmachung anhalten, die noch nicht öffentlich ist."""
    return delivering.stop(db.session(), current_actor(), tender_id, delivery_id, now=clock.now())


@api.post(f"{_ONE}/again")
@requires(Permission.PUBLISH_TENDERS)
@commits
@api.response(201, DeliverySchema)
def send_again(tender_id: uuid.UUID, delivery_id: uuid.UUID) -> NoticeDelivery:
    """Eine öffentliche Bekanntmachung berichtigt noch einmal senden."""
    outlet = Outlet.of(shell.settings().notice_sender)
    return delivering.send_again(
        db.session(), current_actor(), tender_id, delivery_id, outlet=outlet, now=clock.now()
    )


def _surroundings() -> dict[str, Any]:
    return {"now": clock.now(), "house": House(current.store(), shell.settings().base_url)}
