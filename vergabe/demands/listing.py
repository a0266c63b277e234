"""The lists of demands: all of an organisation, and those that wait for a release."""

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations import reach
from vergabe.cooperations.model import TaskArea
from vergabe.demands import queries
from vergabe.demands.model import Demand
from vergabe.demands.stages import STAGE_NAMES, Stage
from vergabe.exchange import codes
from vergabe.texts import _, lazy
from vergabe.web import lists
from vergabe.web.list_filters import Amounts, Days, Filter, OneOf, TextFilter, Yes
from vergabe.web.lists import Column, Listing, euros

_TEXT: Final = TextFilter(
    "q",
    lazy("Suchbegriff"),
    lambda word: Demand.search_text.contains(word, autoescape=True),
)
_STAGE: Final = OneOf(
    "stand",
    lazy("Stand"),
    [(stage.value, name) for stage, name in STAGE_NAMES.items()],
    lambda stage: Demand.stage == stage,
)
_BY_TITLE: Final = lists.by_text("titel", lazy("Bedarf"), Demand.title_order)
_BY_VALUE: Final = lists.by_amount("wert", lazy("Wert"), Demand.value_net_cents, nullable=True)
_BY_NEED: Final = lists.by_day("bedarf-ab", lazy("Benötigt ab"), Demand.needed_from, nullable=True)
_FILE: Final[tuple[Column[Demand], ...]] = (
    Column("cpv", lazy("CPV"), lambda d: codes.cpv_with_check_digit(d.cpv), on_page=False),
    Column(
        "freigegeben",
        lazy("Freigegeben netto"),
        lambda d: euros(d.released_net_cents),
        on_page=False,
    ),
    Column("von", lazy("Bedarf ab"), lambda d: d.needed_from, on_page=False),
    Column("bis", lazy("Bedarf bis"), lambda d: d.needed_until, on_page=False),
    Column("ort", lazy("Ort"), lambda d: _place(d), on_page=False),
    Column("gebiet", lazy("Aufgabengebiet"), lambda d: d.area.name, on_page=False),
    Column("bedarf-nr", lazy("Bedarf-Nr."), lambda d: d.external_reference, on_page=False),
    Column("angelegt", lazy("Angelegt"), lambda d: d.created_at, on_page=False),
)


def demand_list(session: Session, actor: Actor) -> Listing[Demand]:
    """Return the list of the demands that the actor may see."""
    return Listing(
        key="demands",
        title=_("Bedarfe"),
        id=Demand.id,
        columns=(
            Column("titel", _("Bedarf"), lambda d: d.title),
            Column("stand", _("Stand"), lambda d: STAGE_NAMES[Stage(d.stage)]),
            Column("wert", _("Wert netto"), lambda d: euros(d.value_net_cents), kind="numeric"),
            Column("bedarf-ab", _("Benötigt")),
            Column("nummer", _("Nummer"), lambda d: d.reference),
            Column("kostenstelle", _("Kostenstelle"), lambda d: d.cost_centre, on_page=False),
            *_FILE,
        ),
        orders=(lists.NEWEST, _BY_TITLE, _BY_VALUE, _BY_NEED),
        rows=_demands,
        branches=[queries.visible_to(actor, Permission.VIEW_DEMANDS)],
        filters=(_TEXT, _STAGE, *_places(session, actor), *_more(actor)),
    )


def waiting_list(session: Session, actor: Actor) -> Listing[Demand]:
    """Return the list of the submitted demands that the actor may release."""
    visible = queries.visible_to(actor, Permission.RELEASE_DEMANDS)
    return Listing(
        key="waiting",
        title=_("Bedarfe freigeben"),
        id=Demand.id,
        columns=(
            Column("titel", _("Bedarf"), lambda d: d.title),
            Column("wert", _("Wert netto"), lambda d: euros(d.value_net_cents), kind="numeric"),
            Column("kostenstelle", _("Kostenstelle"), lambda d: d.cost_centre),
            Column("eingereicht", _("Eingereicht"), lambda d: d.submitted_at),
            Column("wahl", _("Auswählen")),
            Column("nummer", _("Nummer"), lambda d: d.reference, on_page=False),
            *_FILE,
        ),
        orders=(
            lists.by_day("eingereicht", _("Eingereicht"), Demand.submitted_at),
            _BY_TITLE,
            _BY_VALUE,
        ),
        rows=_demands,
        branches=[[*visible, Demand.stage == Stage.SUBMITTED]],
        filters=(
            _TEXT,
            *_places(session, actor),
            Amounts("wert", _("Wert netto"), Demand.value_net_cents),
        ),
    )


def _demands(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Demand]:
    query = select(Demand).where(Demand.id.in_(ids))
    return session.scalars(query.options(joinedload(Demand.area))).all()


def _places(session: Session, actor: Actor) -> list[Filter]:
    """Return the filters by cooperation and area where there is more than one."""
    found = cooperations.cooperations_of(session, actor)
    filters: list[Filter] = [
        *reach.filters_by_cooperation(found, Demand.cooperation_id, is_folded=True)
    ]
    names = {each.id: each.name for each in found}
    query = select(TaskArea).where(TaskArea.cooperation_id.in_(names)).order_by(TaskArea.position)
    areas = session.scalars(query).all()
    if len(areas) > 1:
        options = [
            (str(a.id), f"{names[a.cooperation_id]}: {a.name}" if len(names) > 1 else a.name)
            for a in areas
        ]
        filters.append(OneOf("gebiet", _("Aufgabengebiet"), options, _in_area, is_folded=True))
    return filters


def _in_area(key: str) -> ColumnElement[bool]:
    return Demand.area_id == uuid.UUID(key)


def _more(actor: Actor) -> list[Filter]:
    return [
        Yes("eigene", _("Nur von mir angelegte"), lambda: Demand.created_by_id == actor.user_id),
        Amounts("wert", _("Wert netto"), Demand.value_net_cents),
        Days("benoetigt", _("Benötigt ab"), Demand.needed_from),
        Days("angelegt", _("Angelegt"), Demand.created_at),
    ]


def _place(demand: Demand) -> str:
    return " ".join(part for part in (demand.postcode, demand.city or demand.nuts) if part)
