"""The list of pools."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, joinedload

from vergabe.access.actor import Actor
from vergabe.collation import folded
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations import reach
from vergabe.exchange import codes
from vergabe.pools import presenting, queries
from vergabe.pools.model import Pool
from vergabe.pools.stages import STAGE_NAMES, Stage
from vergabe.texts import _
from vergabe.web import lists
from vergabe.web.list_filters import Days, Filter, OneOf, TextFilter
from vergabe.web.lists import Column, Listing, euros

ALL = "alle"


def pool_list(session: Session, actor: Actor, *, now: dt.datetime) -> Listing[Pool]:
    """Return the list of the pools that the actor may see."""
    return Listing(
        key="pools",
        title=_("Bündelungen"),
        id=Pool.id,
        columns=(
            Column("titel", _("Bezeichnung"), lambda p: p.title),
            Column("gebiet", _("Aufgabengebiet"), lambda p: p.area.name),
            Column("kommunen", _("Kommunen"), kind="numeric"),
            Column(
                "wert",
                _("Wert netto"),
                lambda p: euros(p.reasons.get("total_net_cents")),
                "numeric",
            ),
            Column("beitritt", _("Beitritt bis"), lambda p: p.joining_deadline),
            Column("stand", _("Stand"), lambda p: STAGE_NAMES[presenting.stage_of(p, now)]),
            Column("nummer", _("Nummer"), lambda p: p.reference, on_page=False),
            Column("cpv", _("CPV"), lambda p: codes.cpv_with_check_digit(p.cpv), on_page=False),
        ),
        orders=(
            lists.NEWEST,
            lists.by_text("titel", _("Bezeichnung"), Pool.title_order),
            lists.by_day("beitritt", _("Beitritt bis"), Pool.joining_deadline, nullable=True),
        ),
        rows=_pools,
        branches=queries.visible_parts(session, actor, now),
        filters=_filters(session, actor, now),
    )


def _pools(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Pool]:
    query = select(Pool).where(Pool.id.in_(ids))
    return session.scalars(query.options(joinedload(Pool.area), joinedload(Pool.cooperation))).all()


def _filters(session: Session, actor: Actor, now: dt.datetime) -> list[Filter]:
    groups = cooperations.cooperations_of(session, actor)
    found: list[Filter] = [
        TextFilter(
            "q",
            _("Bezeichnung oder Nummer"),
            lambda word: (
                Pool.title_order.contains(folded(word), autoescape=True)
                | func.lower(Pool.reference).contains(word, autoescape=True)
            ),
        ),
        OneOf(
            "stand",
            _("Stand"),
            [(known.value, name) for known, name in STAGE_NAMES.items()]
            + [(ALL, "Alle, auch beendete")],
            lambda stage: _in_stage(stage, now),
            blank=_("Alle laufenden"),
            otherwise=lambda: queries.in_stage(None, now),
        ),
    ]
    return [
        *found,
        *reach.filters_by_cooperation(groups, Pool.cooperation_id),
        Days("beitritt", _("Beitritt bis"), Pool.joining_deadline),
    ]


def _in_stage(stage: str, now: dt.datetime) -> ColumnElement[bool]:
    return true() if stage == ALL else queries.in_stage(Stage(stage), now)
