"""The tenders that a firm is registered for, as a list: those due last first."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from vergabe.access.actor import Actor
from vergabe.collation import folded
from vergabe.suppliers.model import TenderRegistration
from vergabe.tenders.model import Tender
from vergabe.texts import gettext as _
from vergabe.web import lists
from vergabe.web.list_filters import Days, OneOf, TextFilter
from vergabe.web.lists import Column, Listing, Order


def following_list(actor: Actor, *, now: dt.datetime) -> Listing[Tender]:
    """Return the list of the public tenders for which the actor's firm is registered.

    It walks along the firm's registrations, which are few beside the tenders there are.
    """
    followed = select(TenderRegistration.tender_id).where(
        TenderRegistration.organisation_id == actor.organisation_id,
        TenderRegistration.left_at.is_(None),
    )
    return Listing(
        key="following",
        title=_("Verfahren"),
        id=Tender.id,
        columns=(
            Column("titel", _("Verfahren"), lambda t: t.title),
            Column("federfuehrung", _("Federführung"), lambda t: t.lead.name),
            Column("frist", _("Angebote bis"), lambda t: t.submission_deadline),
            Column("stand", _("Stand"), lambda t: _state(t, now)),
            Column("aktenzeichen", _("Aktenzeichen"), lambda t: t.reference, on_page=False),
        ),
        orders=(
            Order(
                "frist",
                _("Angebote bis"),
                Tender.submission_deadline,
                nullable=True,
                names=(_("früheste zuerst"), _("späteste zuerst")),
                falls_first=True,
            ),
            lists.by_text("titel", _("Titel"), Tender.title_order),
        ),
        rows=_tenders,
        branches=[[Tender.id.in_(followed), Tender.public_since.is_not(None)]],
        filters=(
            TextFilter("q", _("Titel oder Aktenzeichen"), _matches),
            OneOf(
                "stand",
                _("Stand"),
                [("laeuft", _("läuft")), ("vorbei", _("Frist abgelaufen oder aufgehoben"))],
                lambda state: _is_open(now) if state == "laeuft" else ~_is_open(now),
            ),
            Days("frist", _("Angebote bis"), Tender.submission_deadline),
        ),
    )


def _state(tender: Tender, now: dt.datetime) -> str:
    if tender.stage == "cancelled":
        return _("aufgehoben")
    deadline = tender.submission_deadline
    return _("läuft") if deadline and now < deadline else _("Frist abgelaufen")


def _is_open(now: dt.datetime) -> ColumnElement[bool]:
    is_running = Tender.submission_deadline.is_not(None) & (Tender.submission_deadline > now)
    return (Tender.stage == "published") & is_running


def _tenders(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Tender]:
    query = select(Tender).where(Tender.id.in_(ids))
    return session.scalars(query.options(joinedload(Tender.lead))).all()


def _matches(word: str) -> ColumnElement[bool]:
    return or_(
        Tender.title_order.contains(folded(word), autoescape=True),
        Tender.reference.icontains(word, autoescape=True),
    )
