"""What a lead has sent outside, over all its tenders, as a list."""

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, contains_eager

from vergabe.access.actor import Actor
from vergabe.collation import folded
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.delivery_views import BADGES, KINDS
from vergabe.notices.model import Notice
from vergabe.notices.rules import STATE_NAMES, State
from vergabe.tenders.model import Tender
from vergabe.texts import _
from vergabe.web import lists
from vergabe.web.list_filters import AnyOf, Days, OneOf, TextFilter
from vergabe.web.lists import Column, Listing

STATE_KINDS: Final = BADGES


def delivery_list(actor: Actor) -> Listing[NoticeDelivery]:
    """Return the list of the deliveries of the tenders that the actor's organisation leads."""
    return Listing(
        key="deliveries",
        title=_("Versand"),
        id=NoticeDelivery.id,
        columns=(
            Column("verfahren", _("Verfahren"), lambda d: d.notice.tender.title),
            Column("art", _("Bekanntmachung"), notice_of),
            Column("stand", _("Stand"), lambda d: STATE_NAMES[State(d.state)]),
            Column("neu", _("Zum Versand gegeben"), lambda d: d.created_at),
            Column("nummer", _("Veröffentlicht als"), lambda d: d.publication_number),
            Column(
                "zeichen", _("Aktenzeichen"), lambda d: d.notice.tender.reference, on_page=False
            ),
            Column("ziel", _("Wohin"), lambda d: d.place, on_page=False),
            Column("gesendet", _("Gesendet"), lambda d: d.sent_at, on_page=False),
            Column("eingang", _("Eingang bestätigt"), lambda d: d.accepted_at, on_page=False),
            Column("draussen", _("Veröffentlicht"), lambda d: d.published_at, on_page=False),
        ),
        orders=(lists.NEWEST,),
        rows=_deliveries,
        join=lambda query: query.join(NoticeDelivery.notice).join(Notice.tender),
        branches=[[NoticeDelivery.lead_organisation_id == actor.organisation_id]],
        filters=(
            TextFilter("q", _("Titel, Aktenzeichen oder Nummer"), _matches),
            AnyOf(
                "stand",
                _("Stand"),
                [(state.value, name) for state, name in STATE_NAMES.items()],
                lambda states: NoticeDelivery.state.in_(states),
            ),
            OneOf(
                "art", _("Bekanntmachung"), list(KINDS.items()), lambda kind: Notice.kind == kind
            ),
            Days("gegeben", _("Zum Versand gegeben"), NoticeDelivery.created_at),
        ),
    )


def notice_of(delivery: NoticeDelivery) -> str:
    """Return which notice a delivery is of, in words."""
    kind, number = KINDS[delivery.notice.kind], delivery.version_number
    return f"{kind}, Einreichung {number:02d}"


def _deliveries(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[NoticeDelivery]:
    return session.scalars(
        select(NoticeDelivery)
        .join(NoticeDelivery.notice)
        .join(Notice.tender)
        .where(NoticeDelivery.id.in_(ids))
        .options(contains_eager(NoticeDelivery.notice).contains_eager(Notice.tender))
    ).all()


def _matches(word: str) -> ColumnElement[bool]:
    return or_(
        Tender.title_order.contains(folded(word), autoescape=True),
        Tender.reference.icontains(word, autoescape=True),
        NoticeDelivery.publication_number.icontains(word, autoescape=True),
    )
