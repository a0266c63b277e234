"""The mandates of a cooperation as a list: by the days on which they count."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.collation import folded, german
from vergabe.cooperations import wording
from vergabe.cooperations.model import Cooperation, Mandate
from vergabe.cooperations.overview import MandateView, mandate_view
from vergabe.texts import _, lazy
from vergabe.web import lists
from vergabe.web.list_filters import Days, OneOf, TextFilter
from vergabe.web.lists import Column, Listing, Order, euros

STATE_NAMES: Final = {
    "valid": lazy("gilt"),
    "future": lazy("gilt noch nicht"),
    "expired": lazy("abgelaufen"),
    "revoked": lazy("widerrufen"),
}
STATE_KINDS: Final = {"valid": "success", "future": "info"}


def state_of(view: MandateView, day: dt.date) -> str:
    """Return where a mandate stands on a legal day, a key of STATE_NAMES."""
    if view.is_valid:
        return "valid"
    if view.mandate.revoked_on is not None:
        return "revoked"
    return "future" if view.mandate.valid_from > day else "expired"


def mandate_list(actor: Actor, cooperation: Cooperation, *, day: dt.date) -> Listing[MandateView]:
    """Return the list of the mandates of a cooperation that the actor may see, as of a legal day.

    How much a mandate is limited to is told only to who gave it or holds it.
    """
    return Listing(
        key="mandates",
        title=_("Vollmachten %(prefix)s", prefix=cooperation.reference_prefix),
        id=Mandate.id,
        columns=(
            Column("von", _("Von"), lambda v: v.mandate.grantor.name),
            Column("wofuer", _("Wofür"), lambda v: wording.scopes(v.mandate.scope)),
            Column("ab", _("Gilt ab"), lambda v: v.mandate.valid_from),
            Column("bis", _("Gilt bis"), lambda v: v.mandate.valid_to),
            Column(
                "grenze",
                _("Obergrenze (netto)"),
                lambda v: euros(v.mandate.limit_net_cents) if v.is_open else None,
                "numeric",
            ),
            Column("stand", _("Stand"), lambda v: STATE_NAMES[state_of(v, day)]),
            Column("fuer", _("Für"), lambda v: v.mandate.grantee.name, on_page=False),
            Column("widerruf", _("Widerrufen zum"), lambda v: v.mandate.revoked_on, on_page=False),
        ),
        orders=(
            Order(
                "ab",
                _("Gilt ab"),
                Mandate.valid_from,
                names=("früheste zuerst", "späteste zuerst"),
                falls_first=True,
            ),
            lists.by_day("bis", _("Gilt bis"), Mandate.valid_to, nullable=True),
        ),
        rows=lambda session, ids: [mandate_view(actor, m, day) for m in _mandates(session, ids)],
        row_id=lambda view: view.mandate.id,
        branches=[[Mandate.cooperation_id == cooperation.id]],
        filters=(
            TextFilter("q", _("Kommune"), _is_by),
            OneOf("stand", _("Stand"), list(STATE_NAMES.items()), lambda key: _in_state(key, day)),
            Days("gilt", _("Gilt ab"), Mandate.valid_from),
        ),
    )


def _mandates(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Mandate]:
    query = select(Mandate).where(Mandate.id.in_(ids))
    return session.scalars(
        query.options(joinedload(Mandate.grantor), joinedload(Mandate.grantee))
    ).all()


def _is_by(word: str) -> ColumnElement[bool]:
    named = german(Organisation.name).contains(folded(word), autoescape=True)
    return Mandate.grantor_id.in_(select(Organisation.id).where(named))


def _in_state(key: str, day: dt.date) -> ColumnElement[bool]:
    is_revoked = Mandate.revoked_on.is_not(None) & (Mandate.revoked_on <= day)
    begins, ends = Mandate.valid_from > day, Mandate.valid_to < day
    is_over = Mandate.valid_to.is_not(None) & ends
    if key == "valid":
        return and_(~begins, or_(Mandate.valid_to.is_(None), ~ends), ~is_revoked)
    if key == "revoked":
        return Mandate.revoked_on.is_not(None) & or_(is_revoked, begins, is_over)
    return and_(Mandate.revoked_on.is_(None), begins if key == "future" else is_over)
