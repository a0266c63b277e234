"""The list of tenders."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from vergabe.access.actor import Actor
from vergabe.collation import folded
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations import reach
from vergabe.exchange import codes
from vergabe.tenders import queries, rules
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import STAGE_NAMES, Stage
from vergabe.texts import _
from vergabe.web import lists
from vergabe.web.list_filters import Amounts, Days, Filter, OneOf, TextFilter, Yes
from vergabe.web.lists import Column, Listing, euros


def tender_list(session: Session, actor: Actor, *, now: dt.datetime) -> Listing[Tender]:
    """Return the list of the tenders that the actor may see."""
    return Listing(
        key="tenders",
        title=_("Vergabeverfahren"),
        id=Tender.id,
        columns=(
            Column("titel", _("Titel"), lambda t: t.title),
            Column("aktenzeichen", _("Aktenzeichen"), lambda t: t.reference),
            Column("federfuehrung", _("Federführung"), lambda t: t.lead.name),
            Column(
                "wert", _("Wert netto"), lambda t: euros(t.estimated_value_net_cents), "numeric"
            ),
            Column("frist", _("Angebote bis"), lambda t: t.submission_deadline),
            Column("stand", _("Stand"), lambda t: shown_stage(t, now)),
            Column("gruppe", _("Zusammenarbeit"), lambda t: t.cooperation.name, on_page=False),
            Column("cpv", _("CPV"), lambda t: codes.cpv_with_check_digit(t.cpv), on_page=False),
            Column("gesendet", _("Veröffentlicht"), lambda t: t.published_at, on_page=False),
        ),
        orders=(
            lists.NEWEST,
            lists.by_text("titel", _("Titel"), Tender.title_order),
            lists.by_amount("wert", _("Wert"), Tender.estimated_value_net_cents),
            lists.by_day("frist", _("Angebote bis"), Tender.submission_deadline, nullable=True),
        ),
        rows=_tenders,
        branches=queries.visible_parts(session, actor, now),
        filters=_filters(session, actor),
    )


def shown_stage(tender: Tender, now: dt.datetime) -> str:
    """Return where a tender stands now, in words."""
    return rules.shown_stage(
        Stage(tender.stage),
        tender.submission_deadline,
        now,
        is_public=tender.public_since is not None,
    )


def _tenders(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Tender]:
    query = select(Tender).where(Tender.id.in_(ids))
    return session.scalars(
        query.options(joinedload(Tender.lead), joinedload(Tender.cooperation))
    ).all()


def _filters(session: Session, actor: Actor) -> list[Filter]:
    groups = cooperations.cooperations_of(session, actor)
    found: list[Filter] = [
        TextFilter(
            "q",
            _("Titel oder Aktenzeichen"),
            lambda word: (
                Tender.title_order.contains(folded(word), autoescape=True)
                | func.lower(Tender.reference).contains(word, autoescape=True)
            ),
        ),
        OneOf(
            "stand",
            _("Stand"),
            [(stage.value, name) for stage, name in STAGE_NAMES.items()],
            lambda stage: Tender.stage == stage,
        ),
    ]
    return [
        *found,
        *reach.filters_by_cooperation(groups, Tender.cooperation_id),
        Yes(
            "eigene",
            _("Nur unter unserer Federführung"),
            lambda: Tender.lead_organisation_id == actor.organisation_id,
        ),
        Amounts("wert", _("Wert netto"), Tender.estimated_value_net_cents),
        Days("frist", _("Angebote bis"), Tender.submission_deadline),
    ]
