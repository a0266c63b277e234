"""The list of deadlines, by their end."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from vergabe.access.actor import Actor
from vergabe.deadlines import queries, rules
from vergabe.deadlines.groups import groups
from vergabe.deadlines.model import Deadline
from vergabe.deadlines.rules import State
from vergabe.texts import _, lazy
from vergabe.web import lists
from vergabe.web.list_filters import Days, Filter, OneOf, TextFilter, Yes
from vergabe.web.lists import Column, Listing

KIND_NAMES: Final = {
    "answers": lazy("Antworten auf Bieterfragen"),
    "bid_validity": lazy("Bindefrist"),
    "call": lazy("Bedarfsabfrage"),
    "enquiries": lazy("Bieterfragen"),
    "joining": lazy("Beitritt"),
    "milestone": lazy("Meilenstein"),
    "opening": lazy("Angebotsöffnung"),
    "submission": lazy("Angebotsfrist"),
}


def deadline_list(session: Session, actor: Actor, *, now: dt.datetime) -> Listing[Deadline]:
    """Return the list of the deadlines that the actor may see; running ones unless asked."""
    return Listing(
        key="deadlines",
        title=_("Fristen"),
        id=Deadline.id,
        columns=(
            Column("frist", _("Frist"), lambda d: d.title),
            Column("vorgang", _("Vorgang"), lambda d: d.subject_reference),
            Column("ende", _("Endet"), lambda d: d.due_at),
            Column("stand", _("Stand"), _state_name(now)),
            Column("zustaendig", _("Zuständig"), _in_charge),
            Column("art", _("Art"), lambda d: KIND_NAMES.get(d.kind, d.kind), on_page=False),
            Column("recht", _("Grundlage"), lambda d: d.law, on_page=False),
        ),
        orders=(lists.by_day("ende", _("Ende"), Deadline.due_at),),
        rows=_deadlines,
        branches=queries.visible_parts(session, actor, now),
        filters=_filters(session, actor, now),
    )


def _state_name(now: dt.datetime) -> Callable[[Deadline], str]:
    def name(deadline: Deadline) -> str:
        facts = rules.DeadlineFacts(deadline.due_at, deadline.met_at, deadline.lifted_at)
        return rules.STATE_NAMES[rules.state(facts, now)]

    return name


def _in_charge(deadline: Deadline) -> str:
    person = deadline.responsible
    return person.full_name if person else deadline.organisation.name


def _deadlines(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Deadline]:
    query = select(Deadline).where(Deadline.id.in_(ids))
    return session.scalars(
        query.options(
            joinedload(Deadline.organisation),
            joinedload(Deadline.responsible),
            joinedload(Deadline.substitute),
        )
    ).all()


def _filters(session: Session, actor: Actor, now: dt.datetime) -> list[Filter]:
    found: list[Filter] = [
        OneOf(
            "stand",
            _("Stand"),
            [(str(state), name) for state, name in rules.STATE_NAMES.items()],
            lambda state: queries.is_in_state(State(state), now),
            blank=_("Laufende"),
            otherwise=lambda: queries.is_in_state(State.RUNNING, now),
        ),
        OneOf("art", _("Art"), list(KIND_NAMES.items()), lambda kind: Deadline.kind == kind),
    ]
    names = groups().names(session, queries.cooperation_ids(session, actor, now))
    if len(names) > 1:
        found.append(
            OneOf(
                "gruppe",
                _("Zusammenarbeit"),
                [(str(key), name) for key, name in names],
                lambda key: Deadline.cooperation_id == uuid.UUID(key),
            )
        )
    return [
        *found,
        Yes(
            "eigene",
            _("Nur meine"),
            lambda: (
                (Deadline.responsible_id == actor.user_id)
                | (Deadline.substitute_id == actor.user_id)
            ),
        ),
        TextFilter(
            "q",
            _("Vorgang"),
            lambda word: Deadline.subject_reference.icontains(word, autoescape=True),
            hint=_("Nummer des Verfahrens oder der Bündelung"),
            is_folded=True,
        ),
        Days("ende", _("Endet"), Deadline.due_at),
    ]
