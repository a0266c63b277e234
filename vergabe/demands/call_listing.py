"""The list of calls for demands, by their end."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from vergabe.access.actor import Actor
from vergabe.collation import folded, german
from vergabe.demands import call_queries
from vergabe.demands.call_rules import CALL_STATE_NAMES, CallState
from vergabe.demands.model import CallForDemands
from vergabe.texts import _
from vergabe.web.list_filters import OneOf, TextFilter
from vergabe.web.lists import Column, Listing, Order


def call_list(session: Session, actor: Actor, *, now: dt.datetime) -> Listing[CallForDemands]:
    """Return the list of the calls of the actor's cooperations, the latest end first."""
    return Listing(
        key="calls",
        title=_("Bedarfsabfragen"),
        id=CallForDemands.id,
        columns=(
            Column("titel", _("Abfrage"), lambda c: c.title),
            Column("stand", _("Stand"), lambda c: CALL_STATE_NAMES[call_queries.state_of(c, now)]),
            Column("gebiet", _("Aufgabengebiet"), lambda c: c.area.name),
            Column("beginn", _("Beginn"), lambda c: c.opens_at, on_page=False),
            Column("ende", _("Ende"), lambda c: c.closes_at),
        ),
        orders=(
            Order(
                "ende",
                _("Ende"),
                CallForDemands.closes_at,
                names=("früheste zuerst", "späteste zuerst"),
                falls_first=True,
            ),
        ),
        rows=_calls,
        branches=[
            [CallForDemands.cooperation_id == each]
            for each in sorted(call_queries.visible_ids(session, actor, now))
        ],
        filters=(
            TextFilter(
                "q",
                _("Suchbegriff"),
                lambda word: german(CallForDemands.title).contains(folded(word), autoescape=True),
            ),
            OneOf(
                "stand",
                _("Stand"),
                [(state.value, name) for state, name in CALL_STATE_NAMES.items()],
                lambda state: _in_state(CallState(state), now),
            ),
        ),
    )


def _calls(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[CallForDemands]:
    query = select(CallForDemands).where(CallForDemands.id.in_(ids))
    return session.scalars(
        query.options(joinedload(CallForDemands.cooperation), joinedload(CallForDemands.area))
    ).all()


def _in_state(state: CallState, now: dt.datetime) -> ColumnElement[bool]:
    if state is CallState.PLANNED:
        return CallForDemands.opens_at > now
    if state is CallState.CLOSED:
        return CallForDemands.closes_at <= now
    return (CallForDemands.opens_at <= now) & (CallForDemands.closes_at > now)
